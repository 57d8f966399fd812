// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/ui_fixture.h"

#include "ui/gallery/gallery_panel.h"
#include "ui/gallery/gallery_view.h"
#include "ui/models/gallery_model.h"
#include "ui/models/history_model.h"
#include "ui/session/thumbnail_service.h"
#include "ui/window/command_palette.h"

#include <QAbstractItemModelTester>

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
            QTest::mouseClick(view->viewport(), Qt::LeftButton, modifiers, view->visualRect(panel.model()->index(row)).center());
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
        const QPoint to = view->visualRect(view->indexAt(from + QPoint(view->tileSize().width(), view->tileSize().height()))).center();
        QTest::mousePress(view->viewport(), Qt::LeftButton, Qt::NoModifier, from);
        QTest::mouseMove(view->viewport(), (from + to) / 2);
        QMouseEvent move(QEvent::MouseMove, QPointF(to), view->viewport()->mapToGlobal(QPointF(to)), Qt::LeftButton, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(view->viewport(), &move);
        QTest::mouseRelease(view->viewport(), Qt::LeftButton, Qt::NoModifier, to);
        QCOMPARE(workspace.selection().size(), std::size_t(4));
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
        QTest::newRow("beginnings of words") << QStringLiteral("Retrain on cleaned labels") << QStringLiteral("rcl") << true;
        QTest::newRow("a word") << QStringLiteral("Export labels") << QStringLiteral("labels") << true;
        QTest::newRow("order matters") << QStringLiteral("Export labels") << QStringLiteral("lex") << false;
        QTest::newRow("a letter inside") << QStringLiteral("Take the verdict away from this picture and from all the others") << QStringLiteral("k") << true;
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
