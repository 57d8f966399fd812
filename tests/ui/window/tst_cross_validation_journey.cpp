// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/window/window_fixture.h"

#include "core/project/cross_validation.h"
#include "core/project/probability_run.h"
#include "ui/runs/label_chooser.h"
#include "ui/runs/new_run_dialog.h"
#include "ui/window/action_list.h"
#include "ui/window/main_window.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

/// Cross-validation in the real window: one action, folds one after the other, and every training picture judged by a
/// network that has not learnt its label.
class TestCrossValidationJourney : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        m_home = makeHome();
        openWindow(m_window);
        QVERIFY(openBundled(*m_window));
    }
    void cleanup() {
        QTRY_VERIFY_WITH_TIMEOUT(workspace().settled(), 60000);
        if (m_whole.empty() && joined() != nullptr) m_whole = workspace().currentEvidence()->loss;
        m_window.reset();
    }

    void everyTrainingPictureIsHeldOutOnce() {
        start();
        QTRY_VERIFY_WITH_TIMEOUT(joined() != nullptr && workspace().currentRun() == joined()->id, 180000);
        QCOMPARE(workspace().runs().size(), std::size_t(kFolds) + 1);
        QVERIFY(workspace().outOfSample(joined()->id));
        QCOMPARE(joined()->config.settings.at("runs"), ParamValue(std::string("1 2")));
        QTRY_VERIFY(workspace().currentEvidence() != nullptr);
        std::size_t training = 0, held = 0;
        const auto dataset = workspace().dataset();
        for (const Split split : dataset->splits) training += split == Split::Train;
        for (const SampleIndex sample : workspace().currentEvidence()->samples)
            held += dataset->splits[sample.value] == Split::Train;
        QCOMPARE(held, training);

        // A fold's run has not learnt what it holds out, and tells so of each picture.
        const auto heldOut = [&](RunId run) {
            std::size_t count = 0;
            for (std::uint32_t i = 0; i < dataset->size(); ++i)
                count += dataset->splits[i] == Split::Train && workspace().outOfSample(run, SampleIndex(i));
            return count;
        };
        QTRY_VERIFY(heldOut(RunId(1)) > 0 && heldOut(RunId(2)) > 0);
        QCOMPARE(heldOut(RunId(1)) + heldOut(RunId(2)), training);
        for (std::uint32_t i = 0; i < dataset->size(); ++i)
            if (dataset->splits[i] == Split::Train)
                QVERIFY(workspace().outOfSample(RunId(1), SampleIndex(i)) !=
                        workspace().outOfSample(RunId(2), SampleIndex(i)));

        // The folds' labels are those of the whole: they are not offered beside them.
        m_window->actions().action(QStringLiteral("new-run"))->trigger();
        auto* dialog = m_window->findChild<NewRunDialog*>();
        QCOMPARE(dialog->findChild<QSpinBox*>(QStringLiteral("runFolds"))->value(), 1);
        const auto* source = dialog->labelChooser().findChild<QComboBox*>(QStringLiteral("labelSource"));
        QVERIFY(source != nullptr);
        for (int row = 0; row < source->count(); ++row)
            QVERIFY(!source->itemText(row).contains(QStringLiteral("fold")));
        dialog->close();

        // What the folds were trained with is what trains again.
        QSignalSpy ended(&workspace(), &Workspace::runEnded);
        workspace().retrainOnCleaned();
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, 120000);
        QCOMPARE(workspace().runs().back().config.method, std::string("cross-entropy"));
        QCOMPARE(workspace().runs().back().config.network, std::string(kNetwork));
        QCOMPARE(workspace().runs().back().state, RunState::Finished);
        workspace().showRun(joined()->id);
        QTRY_VERIFY(workspace().currentEvidence() != nullptr && workspace().currentEvidence()->epoch == 1);
    }

    /// A fold that was stopped goes on with its own part held out, and the whole is as if it had not been.
    void aFoldThatWasStoppedGoesOn() {
        QSignalSpy ended(&workspace(), &Workspace::runEnded);
        start();
        QTRY_VERIFY_WITH_TIMEOUT(workspace().runningRun() == RunId(1) && workspace().epochs(RunId(1))->size() == 1,
                                 60000);
        workspace().stopRun(RunId(1));
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), kFolds, 180000);
        QCOMPARE(workspace().runs().front().state, RunState::Stopped);
        QTRY_VERIFY(workspace().settled());
        QVERIFY(joined() == nullptr);
        workspace().resumeRun(RunId(1));
        QTRY_VERIFY_WITH_TIMEOUT(joined() != nullptr && workspace().currentRun() == joined()->id, 120000);
        QTRY_VERIFY(workspace().currentEvidence() != nullptr && workspace().currentEvidence()->epoch == 1);
        QVERIFY(workspace().currentEvidence()->loss == m_whole);

        // Asked for again: nothing is trained, and what is there is shown.
        const std::size_t runs = workspace().runs().size();
        workspace().showRun(RunId(2));
        start();
        QTRY_VERIFY(workspace().currentRun() == joined()->id);
        QCOMPARE(workspace().runs().size(), runs);
    }

private:
    static constexpr int kFolds = 2, kEpochs = 2;
    static constexpr const char* kNetwork = "cnn-small";

    Workspace& workspace() { return m_window->workspace(); }
    const RunRecord* joined() {
        for (const RunRecord& run : workspace().runs())
            if (run.config.method == kCrossValidationMethod && run.state == RunState::Finished) return &run;
        return nullptr;
    }
    void start() {
        m_window->actions().action(QStringLiteral("cross-validate"))->trigger();
        auto* dialog = m_window->findChild<NewRunDialog*>();
        QVERIFY(dialog != nullptr);
        auto* folds = dialog->findChild<QSpinBox*>(QStringLiteral("runFolds"));
        QCOMPARE(folds->value(), 5);
        folds->setValue(kFolds);
        dialog->chooseMethod(QStringLiteral("cross-entropy"));
        auto* network = dialog->findChild<QComboBox*>(QStringLiteral("runNetwork"));
        network->setCurrentIndex(network->findText(QString::fromLatin1(kNetwork)));
        dialog->findChild<QSpinBox*>(QStringLiteral("runEpochs"))->setValue(kEpochs);
        dialog->findChild<QSpinBox*>(QStringLiteral("runThreads"))->setValue(1);
        QVERIFY2(dialog->problem().isEmpty(), qPrintable(dialog->problem()));
        auto* button = dialog->findChild<QPushButton*>(QStringLiteral("runStart"));
        QVERIFY2(button->text().contains(QString::number(kFolds)), qPrintable(button->text()));
        button->click();
        QTRY_VERIFY(m_window->findChild<NewRunDialog*>() == nullptr);
    }

    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<MainWindow> m_window;
    std::vector<float> m_whole; ///< losses of the cross-validation that nothing interrupted
};

QTEST_MAIN(TestCrossValidationJourney)
#include "tst_cross_validation_journey.moc"
