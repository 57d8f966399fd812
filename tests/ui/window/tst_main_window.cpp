// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/window/window_fixture.h"

#include "core/base/rng.h"
#include "ui/gallery/gallery_panel.h"
#include "ui/gallery/gallery_view.h"
#include "ui/models/gallery_model.h"
#include "ui/plots/loss_histogram_panel.h"
#include "ui/plots/loss_histogram_plot.h"
#include "ui/review/review_controller.h"
#include "ui/review/review_page.h"
#include "ui/review/sample_strip.h"
#include "ui/runs/compare_page.h"
#include "ui/runs/new_run_dialog.h"
#include "ui/runs/recipe_dialog.h"
#include "ui/runs/train_page.h"
#include "ui/window/action_list.h"
#include "ui/window/audit_page.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenuBar>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSet>
#include <QTabBar>
#include <QTimer>

#include <algorithm>
#include <atomic>
#include <functional>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

/// The real window under the offscreen platform, driven by keys.
class TestMainWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        m_home = makeHome();
        m_data = writeIdx(*m_home, 300);
        m_window = std::make_unique<MainWindow>(registryWith());
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }
    void cleanup() { m_window.reset(); }

    void everyActionIsNamedExplainedAndInAMenu() {
        QSet<QString> ids;
        QHash<QString, QString> keys;
        for (const QAction* action : m_window->actions().all()) {
            QVERIFY2(!action->objectName().isEmpty() && !ids.contains(action->objectName()),
                     qPrintable(action->text()));
            ids.insert(action->objectName());
            QVERIFY2(!action->statusTip().isEmpty(), qPrintable(action->objectName()));
            for (const QKeySequence& key : action->shortcuts()) {
                QVERIFY2(!keys.contains(key.toString()), qPrintable(key.toString()));
                keys.insert(key.toString(), action->objectName());
            }
            bool inMenu = false;
            for (const QMenu* menu : m_window->menuBar()->findChildren<QMenu*>())
                inMenu |= menu->actions().contains(const_cast<QAction*>(action));
            QVERIFY2(inMenu, qPrintable(action->objectName()));
        }
    }

    void everyLetterWithAltIsTakenOnceInAMenu() {
        for (const QMenu* menu : m_window->menuBar()->findChildren<QMenu*>()) {
            QHash<QString, QString> taken;
            for (const QAction* action : menu->actions()) {
                const QString letter = QKeySequence::mnemonic(action->text()).toString();
                if (letter.isEmpty()) continue;
                QVERIFY2(!taken.contains(letter), qPrintable(taken[letter] + QStringLiteral(" and ") + action->text()));
                taken.insert(letter, action->text());
            }
        }
    }

    /// No run yet: the same picture under two names of classes is found all the same, and its twin shown beside it.
    void withoutARunThePicturesThemselvesAreDoubted() {
        QDir(m_home->path()).mkpath(QStringLiteral("photos/cat"));
        QDir(m_home->path()).mkpath(QStringLiteral("photos/dog"));
        CounterRng rng(5, RngPurpose::Test);
        for (int i = 0; i < 60; ++i) {
            QImage picture(32, 32, QImage::Format_RGB32);
            for (int y = 0; y < 32; ++y)
                for (int x = 0; x < 32; ++x)
                    picture.setPixel(x, y, qRgb(int(rng.below(256)), int(rng.below(256)), int(rng.below(256))));
            const QString name = m_home->filePath(
                QStringLiteral("photos/%1/%2.png").arg(i % 2 ? QStringLiteral("dog") : QStringLiteral("cat")).arg(i));
            QVERIFY(picture.save(name));
            if (i == 24) QVERIFY(picture.save(m_home->filePath(QStringLiteral("photos/dog/twin.png"))));
        }
        m_data = m_home->filePath(QStringLiteral("photos"));
        openData();
        Workspace& workspace = m_window->workspace();
        auto* scores = m_window->audit().gallery().findChild<QComboBox*>(QStringLiteral("sortBy"));
        QVERIFY(scores != nullptr);
        QVERIFY(scores->findData(QStringLiteral("loss")) < 0); // that takes a run
        const int item = scores->findData(QStringLiteral("duplicate-conflict"));
        QVERIFY(item >= 0);
        scores->setCurrentIndex(item);
        Q_EMIT scores->activated(item);
        const auto nameOf = [&](std::size_t row) {
            return QString::fromStdString(std::string(workspace.dataset()->names[workspace.view()[row].value]));
        };
        QTRY_VERIFY(nameOf(0).contains(QStringLiteral("24")) || nameOf(0).contains(QStringLiteral("twin")));
        QVERIFY(nameOf(1).contains(QStringLiteral("24")) || nameOf(1).contains(QStringLiteral("twin")));
        QCOMPARE(m_window->findChild<QLabel*>(QStringLiteral("sampleBadge"))->text(), QStringLiteral("no network"));
        const SampleIndex first = workspace.view()[0], second = workspace.view()[1];
        workspace.setFocus(first);
        auto* twins = m_window->findChild<SampleStrip*>(QStringLiteral("samePictures"));
        QTRY_COMPARE(twins->samples(), std::vector<SampleIndex>{second});
        QCOMPARE(twins->words(), QStringList{className(workspace, workspace.baseLabel(second))});
        workspace.decide({first}, {Verdict::Relabel, workspace.baseLabel(second)}, QStringLiteral("key"));
        QTRY_COMPARE(workspace.effectiveLabel(first), workspace.baseLabel(second));
    }

    void theKeyboardBeginsAtTheExample() {
        QVERIFY(QApplication::focusWidget() != nullptr);
        QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("openExample"));
    }

    void startPageGivesWayToTheGallery() {
        QVERIFY(m_window->findChild<QWidget*>(QStringLiteral("startPage"))->isVisible());
        openData();
        QVERIFY(m_window->audit().isVisible());
        QVERIFY(!m_window->findChild<QWidget*>(QStringLiteral("startPage"))->isVisible());
        QVERIFY(m_window->windowTitle().contains(QStringLiteral("tiny")));
    }

    void withoutARunEveryEmptyPanelSaysHowToBegin() {
        openData();
        const auto button = [&](const QString& name) { return m_window->findChild<QPushButton*>(name); };
        m_window->findChild<QDockWidget*>(QStringLiteral("pairsDock"))->raise();
        QTRY_VERIFY(button(QStringLiteral("classPairsEmptyButton"))->isVisible());
        QVERIFY(button(QStringLiteral("classPairsOtherEmptyButton"))->isVisible());
        m_window->findChild<QDockWidget*>(QStringLiteral("detectorsDock"))->raise();
        QTRY_VERIFY(button(QStringLiteral("detectorsFind"))->isVisible());
        QVERIFY(button(QStringLiteral("detectorsImport"))->isVisible());
        const auto* losses = &m_window->audit().histogram().plot();
        auto* import = losses->findChild<QPushButton*>(losses->objectName() + QStringLiteral("OtherEmptyButton"));
        QVERIFY(import != nullptr && import->isVisible());
        QTest::mouseClick(import, Qt::LeftButton);
        auto* sheet = m_window->findChild<QDialog*>(QStringLiteral("importDialog"));
        QVERIFY(sheet != nullptr && sheet->isVisible());
        sheet->close();
        QVERIFY(trainAndWait(m_window->workspace(), 2));
        QTRY_VERIFY(button(QStringLiteral("detectorsFind"))->isHidden());
    }

    void aLongNoticeHasTheRoomOfTheHints() {
        m_window->resize(1280, 720);
        openData();
        const auto* keys = m_window->findChild<QLabel*>(QStringLiteral("keysLine"));
        const auto* notice = m_window->findChild<QLabel*>(QStringLiteral("notice"));
        Q_EMIT m_window->workspace().notice(QStringLiteral("Done"));
        QVERIFY(!keys->text().isEmpty());
        const QString sentence =
            QString(30, QLatin1Char('w')) + QString(120, QLatin1Char('i')) + QString(60, QLatin1Char('w'));
        Q_EMIT m_window->workspace().notice(sentence);
        QVERIFY(keys->text().isEmpty());
        QCOMPARE(notice->toolTip(), sentence);
        Q_EMIT m_window->workspace().notice(QStringLiteral("Done"));
        QVERIFY(!keys->text().isEmpty());
    }

    void reviewKeysDecideAndMoveOn() {
        openData();
        QVERIFY(trainAndWait(m_window->workspace(), 2));
        ViewFilter filter;
        filter.suspectsOnly = true;
        m_window->workspace().setFilter(filter);
        GalleryView* view = m_window->audit().gallery().view();
        view->setFocus();
        QTest::keyClick(view, Qt::Key_Home);
        Workspace& workspace = m_window->workspace();
        const std::vector<SampleIndex> queue = workspace.view();
        QVERIFY(queue.size() > 8);
        QTest::keyClick(view, Qt::Key_Return);
        QTRY_VERIFY(m_window->audit().controller().isOpen());
        QCOMPARE(workspace.focus(), queue[0]);
        const Label suggested = workspace.suggestedLabel(queue[0]);
        QTest::keyClick(view, Qt::Key_Return);
        QTest::keyClick(view, Qt::Key_Space);
        QTest::keyClick(view, Qt::Key_7);
        QTest::keyClick(view, Qt::Key_F);
        QTest::keyClick(view, Qt::Key_X);
        QCOMPARE(workspace.focus(), queue[5]);
        const DecisionState expected[] = {{Verdict::Relabel, suggested},
                                          {Verdict::Keep, kNoLabel},
                                          {Verdict::Relabel, 7},
                                          {Verdict::Flag, kNoLabel},
                                          {Verdict::Exclude, kNoLabel}};
        for (std::size_t i = 0; i < 5; ++i) QVERIFY(workspace.decision(queue[i]) == expected[i]);
        QTest::keyClick(view, Qt::Key_Backspace);
        QTRY_COMPARE(workspace.decidedCount(), std::size_t(4));
        QTRY_COMPARE(workspace.focus(), queue[4]);
        QTest::keyClick(view, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_COMPARE(workspace.decidedCount(), std::size_t(5));
        QTest::keyClick(view, Qt::Key_Escape);
        QVERIFY(!m_window->audit().controller().isOpen());
        QTRY_VERIFY(workspace.settled());
        QCOMPARE(workspace.journal().size(), std::size_t(7));
    }

    /// A loop, a band, a cell of a matrix: all of its pictures are shown, whatever was filtered before.
    void aChosenSetIsShownWhole_data() {
        QTest::addColumn<std::function<void(MainWindow&, const std::vector<SampleIndex>&)>>("choose");
        using Choose = std::function<void(MainWindow&, const std::vector<SampleIndex>&)>;
        QTest::newRow("in Audit") << Choose([](MainWindow& window, const auto& set) {
            Q_EMIT window.audit().showSamples(set, QStringLiteral("looped"));
        });
        QTest::newRow("in Train") << Choose([](MainWindow& window, const auto& set) {
            Q_EMIT window.findChild<TrainPage*>()->showSamples(set, QStringLiteral("band"));
        });
        QTest::newRow("in Compare") << Choose([](MainWindow& window, const auto& set) {
            Q_EMIT window.findChild<ComparePage*>()->showSamples(set, QStringLiteral("cell"));
        });
    }
    void aChosenSetIsShownWhole() {
        QFETCH(const std::function<void(MainWindow&, const std::vector<SampleIndex>&)>, choose);
        openData();
        Workspace& workspace = m_window->workspace();
        QVERIFY(trainAndWait(workspace, 2));
        workspace.setFilter(narrow());
        const std::vector<SampleIndex> set{SampleIndex(1), SampleIndex(2), SampleIndex(5), SampleIndex(7)};
        choose(*m_window, set);
        QVERIFY(m_window->currentLayout() == MainWindow::Layout::Audit);
        std::vector<SampleIndex> shown = workspace.view();
        std::sort(shown.begin(), shown.end());
        QCOMPARE(shown, set);
        QCOMPARE(workspace.filter().score, QStringLiteral("loss")); // the order is that of before
    }

    void aSetWithoutPicturesIsToldAndNotOpened() {
        openData();
        Workspace& workspace = m_window->workspace();
        m_window->showLayout(MainWindow::Layout::Train);
        auto* train = m_window->findChild<TrainPage*>();
        const auto notice = [this] { return m_window->findChild<QLabel*>(QStringLiteral("notice"))->text(); };
        Q_EMIT train->showPseudoLabels({}, QStringLiteral("pseudo-label 7"), QLatin1String(kPseudoLabelScore));
        QVERIFY2(notice().contains(QStringLiteral("pseudo-label 7")), qPrintable(notice()));
        Q_EMIT train->showSamples({}, QStringLiteral("brushed"));
        QVERIFY2(notice().contains(QStringLiteral("brushed")), qPrintable(notice()));
        QVERIFY(m_window->currentLayout() == MainWindow::Layout::Train);
        QVERIFY(!workspace.filter().only && workspace.filter().score != QLatin1String(kPseudoLabelScore));
    }

    void aBrushShowsItsLossesWholeAndGivesTheFiltersBack() {
        openData();
        Workspace& workspace = m_window->workspace();
        QVERIFY(trainAndWait(workspace, 2));
        workspace.setFilter(narrow());
        const std::vector<SampleIndex> before = workspace.view();
        LossHistogramPlot& plot = m_window->audit().histogram().plot();
        Q_EMIT plot.rangeBrushed(0, 1); // the fake's suspects lose 3
        const auto& losses = workspace.values(QStringLiteral("loss"));
        const auto& splits = workspace.dataset()->splits;
        std::size_t low = 0;
        for (std::size_t i = 0; i < losses.size(); ++i) low += splits[i] == Split::Train && losses[i] <= 1;
        QVERIFY(low > 100);
        QCOMPARE(workspace.view().size(), low);
        Q_EMIT plot.brushCleared();
        QVERIFY(workspace.filter().suspectsOnly);
        QCOMPARE(workspace.view(), before);
    }

    void oneKeyOnASelectionIsOneStep() {
        openData();
        GalleryView* view = m_window->audit().gallery().view();
        QTest::keyClick(view, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(view, Qt::Key_X);
        Workspace& workspace = m_window->workspace();
        QTRY_COMPARE(workspace.journal().size(), std::size_t(300));
        QCOMPARE(workspace.journal().front().step, workspace.journal().back().step);
        QTest::keyClick(view, Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE(workspace.decidedCount(), std::size_t(0));
    }

    void lettersChooseAClassByName() {
        openData();
        GalleryView* view = m_window->audit().gallery().view();
        QTest::keyClick(view, Qt::Key_R);
        auto* letters = m_window->findChild<QLineEdit*>(QStringLiteral("classLetters"));
        QVERIFY(letters != nullptr);
        const SampleIndex sample = *m_window->workspace().focus();
        const QString name = className(m_window->workspace(), 6);
        QTest::keyClicks(letters, name);
        QTest::keyClick(letters, Qt::Key_Return);
        QTRY_COMPARE(m_window->workspace().effectiveLabel(sample), 6);
    }

    void layoutsRememberTheirPanels() {
        openData();
        auto* filters = m_window->findChild<QDockWidget*>(QStringLiteral("filtersDock"));
        auto* inspector = m_window->findChild<QDockWidget*>(QStringLiteral("inspectorDock"));
        QVERIFY(inspector->isVisible());
        inspector->hide();
        QTest::keyClick(m_window.get(), Qt::Key_2, Qt::ControlModifier);
        QVERIFY(m_window->currentLayout() == MainWindow::Layout::Train);
        QVERIFY(!filters->isVisible());
        QTest::keyClick(m_window.get(), Qt::Key_1, Qt::ControlModifier);
        QVERIFY(m_window->currentLayout() == MainWindow::Layout::Audit);
        QVERIFY(!inspector->isVisible());
        m_window->resetLayout();
        QVERIFY(inspector->isVisible());
    }

    void paletteRunsACommand() {
        openData();
        QTest::keyClick(m_window.get(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        auto* text = m_window->findChild<QLineEdit*>(QStringLiteral("paletteText"));
        QVERIFY(text != nullptr);
        QTRY_VERIFY(text->hasFocus());
        QTest::keyClicks(text, QStringLiteral("select all"));
        QTest::keyClick(text, Qt::Key_Return);
        QTRY_COMPARE(m_window->workspace().selection().size(), std::size_t(300));
    }

    void closingWhileTrainingAsksAndStops() {
        m_window.reset();
        auto script = assay::test::FakeMethod::Script{};
        script.batches = 1'000'000'000;
        m_window = std::make_unique<MainWindow>(registryWith(script));
        m_window->show();
        openData();
        Workspace& workspace = m_window->workspace();
        workspace.startRun(fakeRun(2), {});
        QTRY_VERIFY(workspace.runningRun().has_value());
        bool asked = false;
        const auto answer = [&](QMessageBox::ButtonRole role) {
            QTimer::singleShot(0, this, [&asked, role] {
                auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
                if (box == nullptr) return;
                asked = true;
                for (QAbstractButton* button : box->buttons())
                    if (box->buttonRole(button) == role) button->click();
            });
        };
        answer(QMessageBox::RejectRole);
        m_window->close();
        QVERIFY(asked);
        QVERIFY(m_window->isVisible());
        QVERIFY(workspace.runningRun().has_value());
        answer(QMessageBox::AcceptRole);
        m_window->close();
        QTRY_VERIFY(!m_window->isVisible());
        QCOMPARE(workspace.runs().front().state, RunState::Stopped);
    }

    void aRunCanBeLeftToItselfAndTheWindowClosesAtItsEnd() {
        m_window.reset();
        std::atomic<bool> held = true;
        auto script = assay::test::FakeMethod::Script{};
        script.atBatch = [&held](int, int) { held.wait(true); };
        m_window = std::make_unique<MainWindow>(registryWith(script));
        m_window->show();
        openData();
        Workspace& workspace = m_window->workspace();
        workspace.startRun(fakeRun(2), {});
        workspace.startRun(fakeRun(1), {});
        QTRY_VERIFY(workspace.runningRun().has_value());
        QTRY_COMPARE(workspace.runs().size(), std::size_t(2));
        QTimer::singleShot(0, this, [] {
            if (auto* box = QApplication::activeModalWidget())
                if (auto* button = box->findChild<QPushButton*>(QStringLiteral("closeKeepTraining"))) button->click();
        });
        QVERIFY(!m_window->close());
        QVERIFY(m_window->isMinimized());
        QVERIFY(workspace.runningRun().has_value());
        held = false;
        held.notify_all();
        QTRY_VERIFY(!m_window->isVisible());
        for (const RunRecord& run : workspace.runs()) QCOMPARE(run.state, RunState::Finished);
    }

    void theLogOfARunTellsItsSettingsAndEpochs() {
        openData();
        QVERIFY(trainAndWait(m_window->workspace(), 3));
        m_window->showLayout(MainWindow::Layout::Train);
        QTest::mouseClick(m_window->findChild<QPushButton*>(QStringLiteral("runLogLink")), Qt::LeftButton);
        auto* text = m_window->findChild<QPlainTextEdit*>(QStringLiteral("runLogText"));
        QVERIFY(text != nullptr && text->isVisible());
        const QString log = text->toPlainText();
        for (const char* word : {"method = fake", "epochs = 3", "finished", "train-loss 2", "train-loss 0.6667"})
            QVERIFY2(log.contains(QLatin1String(word)), qPrintable(log));
    }

    /// The next runs have nothing to do with a sweep that could not begin.
    void aSweepThatDoesNotStartWaitsForNoRuns() {
        openData();
        Workspace& workspace = m_window->workspace();
        QVERIFY(trainAndWait(workspace, 1));
        m_window->newRun();
        auto* sheet = m_window->findChild<NewRunDialog*>();
        QVERIFY(sheet != nullptr);
        Q_EMIT sheet->aboutToSweep(2);
        sheet->reject();
        QSignalSpy given(&workspace, &Workspace::runNotStarted), ended(&workspace, &Workspace::runEnded);
        LabelChoice labels;
        labels.counting = LabelChoice::Counting::Listed;
        labels.list = m_home->filePath(QStringLiteral("gone.csv"));
        for (int i = 0; i < 2; ++i) workspace.startRun(fakeRun(1), labels);
        QTRY_COMPARE_WITH_TIMEOUT(given.count(), 2, 20'000);
        for (int i = 0; i < 2; ++i) workspace.startRun(fakeRun(1), {});
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 2, 20'000);
        QCOMPARE(m_window->findChild<ComparePage*>()->ticked().size(), std::size_t(3));
    }

    void aRecipeSheetThatIsOpenedAgainHasItsRecipe() {
        openData();
        const QString file = m_home->filePath(QStringLiteral("mine.toml"));
        m_window->runRecipe();
        auto* sheet = m_window->findChild<RecipeDialog*>();
        QVERIFY(sheet != nullptr && sheet->chosen().isEmpty());
        sheet->choose(file);
        sheet->close();
        QTRY_VERIFY(m_window->findChild<RecipeDialog*>() == nullptr);
        m_window->runRecipe();
        QCOMPARE(m_window->findChild<RecipeDialog*>()->chosen(), file);
    }

    void badPathIsASentenceOnTheStartPage() {
        m_window->open(m_home->filePath(QStringLiteral("nothing-here")));
        auto* problem = m_window->findChild<QLabel*>(QStringLiteral("openingProblem"));
        QTRY_VERIFY(problem->isVisible());
        QVERIFY(problem->text().contains(QStringLiteral("nothing-here")));
    }

private:
    /// Suspects of one class, by loss.
    static ViewFilter narrow() {
        ViewFilter filter;
        filter.score = QStringLiteral("loss");
        filter.suspectsOnly = true;
        filter.classes = {5};
        return filter;
    }
    void openData() {
        m_window->open(m_data);
        QTRY_VERIFY(m_window->workspace().project() != nullptr);
        QTRY_VERIFY(!m_window->workspace().view().empty());
        m_window->audit().gallery().view()->setFocus();
    }

    std::unique_ptr<QTemporaryDir> m_home;
    QString m_data;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
