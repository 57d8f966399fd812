// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/ui_fixture.h"

#include "core/audit/score.h"
#include "ui/gallery/filter_panel.h"
#include "ui/gallery/gallery_panel.h"
#include "ui/gallery/gallery_view.h"
#include "ui/models/gallery_model.h"
#include "ui/models/history_model.h"
#include "ui/session/thumbnail_service.h"
#include "ui/window/command_palette.h"

#include <QAbstractItemModelTester>
#include <QAbstractItemView>
#include <QComboBox>
#include <QImage>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QToolButton>

#include <algorithm>
#include <cmath>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

class TestGallery : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        m_home = std::make_unique<QTemporaryDir>();
        useFolder(*m_home);
        m_data = writeIdx(*m_home, 500);
    }

    void modelsObeyQt() {
        Workspace workspace(registryWith());
        GalleryModel gallery(workspace);
        HistoryModel history(workspace);
        QAbstractItemModelTester one(&gallery, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QAbstractItemModelTester two(&history, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QVERIFY(openAndWait(workspace, m_data));
        QTRY_COMPARE(gallery.rowCount(), 500);
        QVERIFY(trainAndWait(workspace, 2));
        ViewFilter filter;
        filter.suspectsOnly = true;
        workspace.setFilter(filter);
        QCOMPARE(gallery.rowCount(), int(workspace.suspectCount()));
        for (int row = 0; row < gallery.rowCount(); ++row) QCOMPARE(gallery.rowOf(gallery.sampleAt(row)), row);
        workspace.decide({workspace.view().front()}, {Verdict::Keep, kNoLabel}, QStringLiteral("key"));
        QTRY_COMPARE(history.rowCount(), 1);
        const QString name =
            QString::fromStdString(std::string(workspace.dataset()->names[workspace.view().front().value]));
        const QModelIndex step = history.index(0, HistoryModel::What);
        QCOMPARE(step.data().toString(), QStringLiteral("✔ kept ") + name.section(QLatin1Char('/'), -1));
        QVERIFY(step.data(Qt::ToolTipRole).toString().contains(name) &&
                step.data(Qt::ToolTipRole).toString().contains(QStringLiteral("why: key")));
        workspace.undo();
        QTRY_COMPARE(history.rowCount(), 2);
        QVERIFY(history.stepAt(1).undone);
        workspace.closeProject();
        QCOMPARE(gallery.rowCount(), 0);
    }

    void gridFindsEveryTileUnderItsPlace() {
        Workspace workspace(registryWith());
        ThumbnailService thumbnails;
        GalleryPanel panel(workspace, thumbnails);
        panel.resize(640, 480);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        QVERIFY(openAndWait(workspace, m_data));
        QTRY_COMPARE(panel.model()->rowCount(), 500);
        GalleryView* view = panel.view();
        for (const int row : {0, 1, 17, 255, 499}) {
            const QModelIndex index = panel.model()->index(row);
            view->scrollTo(index);
            QVERIFY(view->viewport()->rect().contains(view->visualRect(index).center()));
            QCOMPARE(view->indexAt(view->visualRect(index).center()).row(), row);
        }
    }

    void anEmptySetShowsNoPictureAndSaysSo() {
        Workspace workspace(registryWith());
        ThumbnailService thumbnails;
        GalleryPanel panel(workspace, thumbnails);
        panel.show();
        QVERIFY(openAndWait(workspace, m_data));
        QTRY_COMPARE(panel.model()->rowCount(), 500);
        workspace.setFilter(workspace.filter().exactly({}, QStringLiteral("of no class")));
        QCOMPARE(panel.model()->rowCount(), 0);
        auto* all = panel.findChild<QPushButton*>(QStringLiteral("galleryEmptyButton"));
        const auto labels = all->parentWidget()->findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(),
                            [](const QLabel* one) { return one->text().contains(QStringLiteral("of no class")); }));
        QVERIFY(panel.findChild<QToolButton*>(QStringLiteral("clearBrushed"))->isVisibleTo(&panel));
        all->click();
        QCOMPARE(panel.model()->rowCount(), 500);
    }

    void aClassMayBeNamedAsPlacesToFillInAre() {
        const QString folder = m_home->filePath(QStringLiteral("places"));
        for (const char* name : {"%1 %2", "plain"}) {
            const QString inside = folder + QLatin1Char('/') + QLatin1String(name);
            QVERIFY(QDir().mkpath(inside));
            for (int i = 0; i < 4; ++i) {
                QImage picture(8, 8, QImage::Format_RGB32);
                picture.fill(qRgb(40 * i, 10, name[0] == '%' ? 200 : 20));
                QVERIFY(picture.save(inside + QStringLiteral("/%1.png").arg(i)));
            }
        }
        Workspace workspace(registryWith());
        FilterPanel panel(workspace);
        QVERIFY(openAndWait(workspace, folder));
        auto* classes = panel.findChild<QListWidget*>(QStringLiteral("filterClasses"));
        QVERIFY(classes != nullptr);
        QTRY_COMPARE(classes->count(), 2);
        QCOMPARE(classes->item(0)->text(), QStringLiteral("0  %1 %2  (4)"));
    }

    void keysAndMouseSelect() {
        Workspace workspace(registryWith());
        ThumbnailService thumbnails;
        GalleryPanel panel(workspace, thumbnails);
        panel.resize(640, 480);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        QVERIFY(openAndWait(workspace, m_data));
        thumbnails.setDataset(workspace.dataset());
        QTRY_COMPARE(panel.model()->rowCount(), 500);
        GalleryView* view = panel.view();
        const auto click = [&](int row, Qt::KeyboardModifiers modifiers) {
            QTest::mouseClick(view->viewport(), Qt::LeftButton, modifiers,
                              view->visualRect(panel.model()->index(row)).center());
        };
        click(2, Qt::NoModifier);
        QCOMPARE(workspace.focus(), panel.model()->sampleAt(2));
        click(5, Qt::ShiftModifier);
        QCOMPARE(workspace.selection().size(), std::size_t(4));
        click(9, Qt::ControlModifier);
        QCOMPARE(workspace.selection().size(), std::size_t(5));
        QTest::keyClick(view, Qt::Key_End);
        QCOMPARE(workspace.focus(), panel.model()->sampleAt(499));
        QTest::keyClick(view, Qt::Key_Home);
        QCOMPARE(workspace.focus(), panel.model()->sampleAt(0));
        QTest::keyClick(view, Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(workspace.selection().size(), std::size_t(500));
        // A rectangle over the first two tiles of two lines.
        const QPoint from = view->visualRect(panel.model()->index(0)).center();
        const QPoint to =
            view->visualRect(view->indexAt(from + QPoint(view->tileSize().width(), view->tileSize().height())))
                .center();
        QTest::mousePress(view->viewport(), Qt::LeftButton, Qt::NoModifier, from);
        QTest::mouseMove(view->viewport(), (from + to) / 2);
        QMouseEvent move(QEvent::MouseMove, QPointF(to), view->viewport()->mapToGlobal(QPointF(to)), Qt::LeftButton,
                         Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(view->viewport(), &move);
        QTest::mouseRelease(view->viewport(), Qt::LeftButton, Qt::NoModifier, to);
        QCOMPARE(workspace.selection().size(), std::size_t(4));
    }

    void everyOrderIsExplainedAndInSampleProbabilitiesWarn() {
        Workspace workspace(registryWith());
        ThumbnailService thumbnails;
        GalleryPanel panel(workspace, thumbnails);
        panel.resize(800, 480);
        panel.show();
        QVERIFY(openAndWait(workspace, m_data));
        QVERIFY(trainAndWait(workspace, 2));
        auto* scores = panel.findChild<QComboBox*>(QStringLiteral("sortBy"));
        const auto help = [&](const char* id) {
            return scores->itemData(scores->findData(QLatin1String(id)), Qt::ToolTipRole).toString();
        };
        QTRY_VERIFY(scores->findData(QStringLiteral("aum")) >= 0);
        for (int i = 0; i < scores->count(); ++i)
            QVERIFY2(!scores->itemData(i, Qt::ToolTipRole).toString().isEmpty(), qPrintable(scores->itemText(i)));
        const auto aum = workspace.registry().scores.find("aum");
        for (const std::string& part :
             {aum->description().title, aum->description().help, std::string(aum->traits().range),
              std::string("in sample"), aum->description().citation})
            QVERIFY2(help("aum").contains(QString::fromStdString(part)), qPrintable(help("aum")));
        QVERIFY(help("aum").contains(QStringLiteral("Higher is more suspect")));
        QVERIFY(help("confidence").contains(QStringLiteral("Higher is surer")));

        const auto sortBy = [&](const char* id) {
            ViewFilter filter = workspace.filter();
            filter.score = QLatin1String(id);
            workspace.setFilter(filter);
        };
        auto* badge = panel.findChild<QLabel*>(QStringLiteral("sampleBadge"));
        sortBy("aum");
        QVERIFY(scores->toolTip().contains(help("aum")));
        QVERIFY(!badge->text().contains(QStringLiteral("⚠")));
        sortBy("confident-learning");
        QVERIFY(badge->text().contains(QStringLiteral("⚠")));
        const auto learning = workspace.registry().scores.find("confident-learning");
        const auto sentence = scoreWarning(learning->traits(), false);
        QVERIFY(badge->toolTip().contains(QString::fromUtf8(sentence.data(), qsizetype(sentence.size()))));
        sortBy("loss");
        QVERIFY(!badge->text().contains(QStringLiteral("⚠")));
    }

    /// Whoever asked first, as the panel of the detectors does: who sorts by such a score is told, and no badge stands
    /// over the order of the index.
    void aScoreThatTheRunDoesNotHaveIsToldAndCannotBeChosen() {
        Workspace workspace(registryWith());
        ThumbnailService thumbnails;
        GalleryPanel panel(workspace, thumbnails);
        panel.resize(800, 480);
        panel.show();
        QVERIFY(openAndWait(workspace, m_data));
        QVERIFY(trainAndWait(workspace, 2)); // keeps no features
        const QString missing = QStringLiteral("simifeat-rank");
        auto* scores = panel.findChild<QComboBox*>(QStringLiteral("sortBy"));
        const auto mayChoose = [&] {
            return bool(scores->model()->flags(scores->model()->index(scores->findData(missing), 0)) &
                        Qt::ItemIsEnabled);
        };
        QTRY_VERIFY(scores->findData(missing) >= 0);
        QVERIFY(mayChoose());
        QSignalSpy warnings(&workspace, &Workspace::warning);
        (void)workspace.values(missing);
        QTRY_VERIFY(!workspace.scoreProblem(missing).isEmpty());
        QVERIFY(!mayChoose());
        QCOMPARE(scores->itemData(scores->findData(missing), Qt::ToolTipRole).toString(),
                 workspace.scoreProblem(missing));
        QCOMPARE(warnings.count(), 0);

        auto* badge = panel.findChild<QLabel*>(QStringLiteral("sampleBadge"));
        QVERIFY(badge->isVisible());
        ViewFilter filter = workspace.filter();
        filter.score = missing; // by a kept view, say
        workspace.setFilter(filter);
        QCOMPARE(warnings.count(), 1);
        QCOMPARE(warnings.front().front().toString(), workspace.scoreProblem(missing));
        QVERIFY(!badge->isVisible());
        workspace.setThreshold(0.7); // told once
        QCOMPARE(warnings.count(), 1);
        filter.score = QStringLiteral("loss");
        workspace.setFilter(filter);
        QVERIFY(badge->isVisible());

        // A run that has it: it may be chosen again.
        RunConfig config = fakeRun(2);
        config.keepFeatures = true;
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        workspace.startRun(config, {});
        QTRY_VERIFY_WITH_TIMEOUT(
            ended.count() > 0 && workspace.currentRun() == RunId(2) && workspace.currentEvidence() != nullptr, 20'000);
        QTRY_VERIFY(mayChoose());
    }

    /// Chosen from the list: the next key is for a picture. In the closed box the arrows go on stepping.
    void theKeysAreForThePicturesOnceAnOrderIsChosen() {
        Workspace workspace(registryWith());
        ThumbnailService thumbnails;
        GalleryPanel panel(workspace, thumbnails);
        panel.resize(800, 480);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        QVERIFY(openAndWait(workspace, m_data));
        QVERIFY(trainAndWait(workspace, 2));
        auto* scores = panel.findChild<QComboBox*>(QStringLiteral("sortBy"));
        QTRY_VERIFY(scores->findData(QStringLiteral("loss")) >= 0);
        scores->setFocus();
        const int before = scores->currentIndex();
        QTest::keyClick(scores, before == 0 ? Qt::Key_Down : Qt::Key_Up);
        QVERIFY(scores->currentIndex() != before);
        QCOMPARE(panel.focusWidget(), scores);
        scores->showPopup();
        QTRY_VERIFY(scores->view()->isVisible());
        scores->view()->setCurrentIndex(scores->model()->index(scores->findData(QStringLiteral("loss")), 0));
        QTest::keyClick(scores->view(), Qt::Key_Return);
        QCOMPARE(workspace.filter().score, QStringLiteral("loss"));
        QCOMPARE(panel.focusWidget(), panel.view());
    }

    void theTitleIsReadBeforeTheLongestNameOfAnOrder() {
        Workspace workspace(registryWith());
        ThumbnailService thumbnails;
        GalleryPanel panel(workspace, thumbnails);
        panel.resize(720, 480); // what is left between the docks of a window of 1,280
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        QVERIFY(openAndWait(workspace, m_data));
        QVERIFY(trainAndWait(workspace, 2));
        ViewFilter filter;
        filter.suspectsOnly = true;
        workspace.setFilter(filter);
        const auto* title = panel.findChild<QLabel*>(QStringLiteral("galleryTitle"));
        QCOMPARE(title->text(), QStringLiteral("SUSPECTS by"));
        QTRY_VERIFY(title->width() >= title->sizeHint().width());
    }

    void aBarIsAShareWhateverTheScoresRange() {
        Workspace workspace(registryWith());
        GalleryModel model(workspace);
        QVERIFY(openAndWait(workspace, m_data));
        QVERIFY(trainAndWait(workspace, 2));
        ViewFilter filter;
        filter.score = QStringLiteral("p-noisy");
        workspace.setFilter(filter);
        QCOMPARE(model.tile(3).bar, model.tile(3).score);
        filter.score = QStringLiteral("loss");
        workspace.setFilter(filter);
        const int last = model.rowCount() - 1;
        QTRY_VERIFY(std::isfinite(model.tile(0).bar));
        QVERIFY(model.tile(0).bar > 0.9f && model.tile(0).bar < 1); // the greatest loss, among others as great
        QVERIFY(model.tile(last).bar > 0 && model.tile(last).bar < model.tile(0).bar);
        filter.score = QStringLiteral("index");
        workspace.setFilter(filter);
        QVERIFY(std::isnan(model.tile(0).bar));
    }

    void aTileTellsWhatEachDetectorSays() {
        Workspace workspace(registryWith());
        GalleryModel model(workspace);
        QVERIFY(openAndWait(workspace, m_data));
        QVERIFY(trainAndWait(workspace, 2));
        ViewFilter filter;
        filter.score = QLatin1String(kFusedScore);
        workspace.setFilter(filter);
        QTRY_VERIFY(!model.tile(0).says.empty());
        const Tile tile = model.tile(0);
        const auto suspecting = std::count(tile.says.begin(), tile.says.end(), 1);
        QCOMPARE(tile.agreement, QStringLiteral("%1/%2").arg(suspecting).arg(tile.says.size()));
        const QString tip = model.data(model.index(0), Qt::ToolTipRole).toString();
        const auto opinions = workspace.opinions(tile.sample);
        const auto most = std::max_element(opinions.begin(), opinions.end(),
                                           [](const auto& a, const auto& b) { return a.percentile < b.percentile; });
        QVERIFY2(tip.contains(QStringLiteral("◆ %1: more than").arg(most->detector)), qPrintable(tip));
        QCOMPARE(tip.contains(QStringLiteral("and %1 more").arg(int(opinions.size()) - 8)), opinions.size() > 8);
        QCOMPARE(tip.count(QStringLiteral(": more than")), std::min<qsizetype>(8, qsizetype(opinions.size())));
    }

    void thumbnailsComeAndTinyOnesKeepTheirPixels() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, m_data));
        ThumbnailService thumbnails;
        thumbnails.setDataset(workspace.dataset());
        QSignalSpy arrived(&thumbnails, &ThumbnailService::arrived);
        thumbnails.want({SampleIndex(3)}, 84);
        QVERIFY(arrived.wait());
        const QImage image = thumbnails.thumbnail(SampleIndex(3), 84);
        QCOMPARE(image.size(), QSize(80, 80)); // the largest whole multiple of 8
        for (int y = 0; y < 80; ++y)
            for (int x = 0; x < 80; ++x) QCOMPARE(image.pixel(x, y), image.pixel(x / 10 * 10, y / 10 * 10));
    }

    void paletteFindsByLettersInOrder_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("wanted");
        QTest::addColumn<bool>("found");
        QTest::newRow("beginnings of words")
            << QStringLiteral("Retrain on cleaned labels") << QStringLiteral("rcl") << true;
        QTest::newRow("a word") << QStringLiteral("Export labels") << QStringLiteral("labels") << true;
        QTest::newRow("order matters") << QStringLiteral("Export labels") << QStringLiteral("lex") << false;
        QTest::newRow("a letter inside") << QStringLiteral(
                                                "Take the verdict away from this picture and from all the others")
                                         << QStringLiteral("k") << true;
        QTest::newRow("nothing typed") << QStringLiteral("Quit") << QString() << true;
    }
    void paletteFindsByLettersInOrder() {
        QFETCH(QString, text);
        QFETCH(QString, wanted);
        QFETCH(bool, found);
        QCOMPARE(fuzzyScore(text, wanted) >= 0, found);
    }

private:
    std::unique_ptr<QTemporaryDir> m_home;
    QString m_data;
};

QTEST_MAIN(TestGallery)
#include "tst_gallery.moc"
