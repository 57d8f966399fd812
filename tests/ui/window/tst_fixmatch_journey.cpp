// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/window/window_fixture.h"

#include "core/base/csv.h"
#include "ui/gallery/gallery_panel.h"
#include "ui/gallery/gallery_view.h"
#include "ui/plots/pseudo_class_plot.h"
#include "ui/plots/pseudo_label_plot.h"
#include "ui/runs/compare_page.h"
#include "ui/runs/label_chooser.h"
#include "ui/runs/new_run_dialog.h"
#include "ui/runs/param_form.h"
#include "ui/window/action_list.h"
#include "ui/window/audit_page.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"

#include <QComboBox>
#include <QDialog>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

/// A person with few labels, in the real window: choose them, train FixMatch, watch its pseudo-labels, open a class,
/// accept ten, undo, export them with where they came from. And the way there from wrong labels.
class TestFixMatchJourney : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { m_home = makeHome(); }

    void fromAFewLabelsToPseudoLabelsThatAreExported() {
        openWindow(m_window);
        QVERIFY(openBundled(*m_window));
        QVERIFY(trainFixMatch());
        watch();
        openClass();
        acceptTenAndUndo();
        exportAndReadBack();
        treatSuspectsAsUnlabelled();
        QTRY_VERIFY(workspace().settled());
        QVERIFY(m_window->close());
    }

private:
    Workspace& workspace() { return m_window->workspace(); }
    GalleryView* gallery() { return m_window->audit().gallery().view(); }
    void trigger(const QString& id) { m_window->actions().action(id)->trigger(); }

    template <class Box, class Value>
    void set(QWidget& within, const char* name, Value value) {
        auto* box = within.findChild<Box*>(QLatin1String(name));
        QVERIFY2(box != nullptr, name);
        box->setValue(value);
    }

    static void setParam(ParamForm& form, const char* name, ParamValue value) {
        ParamValues values = form.values();
        QVERIFY2(values.contains(name), name);
        values[name] = std::move(value);
        form.setValues(values);
    }

    /// Thirty labels of each class count, of 800 pictures; a few short epochs.
    bool trainFixMatch() {
        trigger(QStringLiteral("new-run"));
        auto* dialog = m_window->findChild<NewRunDialog*>();
        if (dialog == nullptr) return false;
        dialog->chooseMethod(QStringLiteral("fixmatch"));
        auto* counting = dialog->findChild<QComboBox*>(QStringLiteral("labelCounting"));
        counting->setCurrentIndex(counting->findText(QStringLiteral("so many of each class")));
        set<QSpinBox>(*dialog, "labelsPerClass", 30);
        auto* form = dialog->findChild<ParamForm*>();
        // What counts has become a setting of the method.
        if (toText(form->values().at("labelled")) != "per-class" ||
            toText(form->values().at("labelled-per-class")) != "30")
            return false;
        setParam(*form, "threshold", 0.5);
        setParam(*form, "batch-size", std::int64_t(32));
        setParam(*form, "unlabelled-ratio", std::int64_t(1));
        set<QSpinBox>(*dialog, "runSubset", 800);
        set<QSpinBox>(*dialog, "runEpochs", kEpochs);
        set<QSpinBox>(*dialog, "runThreads", 1);
        if (!dialog->problem().isEmpty()) {
            qWarning("%s", qPrintable(dialog->problem()));
            return false;
        }
        QSignalSpy ended(&workspace(), &Workspace::runEnded);
        dialog->findChild<QPushButton*>(QStringLiteral("runStart"))->click();
        m_window->showLayout(MainWindow::Layout::Train);
        if (!QTest::qWaitFor([&] { return ended.count() > 0; }, 180000)) return false;
        if (workspace().runs().back().state != RunState::Finished) {
            qWarning("%s", workspace().runs().back().reason.c_str());
            return false;
        }
        return QTest::qWaitFor(
            [&] { return workspace().currentEvidence() != nullptr && workspace().currentEpoch() == kEpochs; }, 20000);
    }

    void watch() {
        auto* history = m_window->findChild<PseudoLabelPlot*>();
        QTRY_VERIFY(history->isVisible());
        const auto epochs = workspace().epochs(workspace().runs().back().id);
        QCOMPARE(epochs->size(), std::size_t(kEpochs));
        QVERIFY2(epochs->back().scalars.at("accepted") > epochs->front().scalars.at("accepted"),
                 qPrintable(history->dataAsTsv())); // the counts rise
        std::size_t labelled = 0;
        for (const float one : workspace().currentEvidence()->columns.at("labelled")) labelled += one > 0.5f ? 1 : 0;
        QCOMPARE(labelled, std::size_t(300));
    }

    void openClass() {
        auto* classes = m_window->findChild<PseudoClassPlot*>();
        QVERIFY(classes->hasData());
        const auto& rows = classes->classes();
        m_class = int(std::max_element(rows.begin(), rows.end(),
                                       [](const auto& a, const auto& b) { return a.accepted < b.accepted; }) -
                      rows.begin());
        QVERIFY(rows[std::size_t(m_class)].accepted >= 10);
        QTRY_VERIFY(classes->isVisible());
        QTest::mouseClick(classes->canvas(), Qt::LeftButton, {}, classes->rowCentre(m_class)->toPoint());
        QVERIFY(m_window->currentLayout() == MainWindow::Layout::Audit);
        QTRY_COMPARE(workspace().view().size(), std::size_t(rows[std::size_t(m_class)].accepted));
        QCOMPARE(workspace().filter().score, QLatin1String(kPseudoLabelScore));
        for (const SampleIndex sample : workspace().view())
            QCOMPARE(workspace().suggestedLabel(sample), Label(m_class));
    }

    void acceptTenAndUndo() {
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        gallery()->setFocus();
        QTest::keyClick(gallery(), Qt::Key_Home);
        for (int i = 0; i < 9; ++i) QTest::keyClick(gallery(), Qt::Key_Right, Qt::ShiftModifier);
        m_ten = workspace().selection();
        QCOMPARE(m_ten.size(), std::size_t(10));
        QTest::keyClick(gallery(), Qt::Key_Return);
        QTRY_COMPARE(workspace().journal().size(), std::size_t(10));
        for (const SampleIndex sample : m_ten) QCOMPARE(workspace().effectiveLabel(sample), Label(m_class));
        QTest::keyClick(gallery(), Qt::Key_Z, Qt::ControlModifier); // one step takes all ten back
        QTRY_COMPARE(workspace().decidedCount(), std::size_t(0));
        QTest::keyClick(gallery(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_COMPARE(workspace().decidedCount(), std::size_t(10));
        QTRY_VERIFY(workspace().settled());
    }

    void exportAndReadBack() {
        const QString target = m_home->filePath(QStringLiteral("audit.csv"));
        trigger(QStringLiteral("export"));
        auto* dialog = m_window->findChild<QDialog*>(QStringLiteral("exportDialog"));
        QVERIFY(dialog != nullptr);
        auto* format = dialog->findChild<QComboBox*>(QStringLiteral("exportFormat"));
        format->setCurrentIndex(format->findData(QStringLiteral("audit-csv")));
        Q_EMIT format->activated(format->currentIndex());
        dialog->findChild<QLineEdit*>(QStringLiteral("exportTarget"))->setText(target);
        auto* preview = dialog->findChild<QPlainTextEdit*>(QStringLiteral("exportPreview"));
        QTRY_VERIFY(preview->toPlainText().contains(QStringLiteral("decision_run")));
        QTest::keyClick(dialog, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->banner().sentence().contains(QStringLiteral("0 differences")), 20000);

        const auto table = readCsv(target.toStdString());
        QVERIFY(table.has_value());
        const auto column = [&](const char* name) {
            return std::size_t(std::find(table->header.begin(), table->header.end(), name) - table->header.begin());
        };
        QCOMPARE(table->rows.size(), workspace().dataset()->size());
        std::size_t decided = 0;
        for (const auto& row : table->rows) {
            const bool ours = !row[column("reason")].empty();
            const auto sample = SampleIndex(std::uint32_t(std::stoul(row[column("index")])));
            QCOMPARE(ours, std::find(m_ten.begin(), m_ten.end(), sample) != m_ten.end());
            if (!ours) continue;
            ++decided;
            QCOMPARE(row[column("reason")], "pseudo-label, epoch " + std::to_string(kEpochs));
            QCOMPARE(row[column("decision_run")], std::to_string(workspace().runs().back().id.value));
            const std::string score = row[column("decision_score")];
            QVERIFY2(score.starts_with("pseudo-label="), score.c_str());
            QCOMPARE(row[column("decision_epoch")], std::to_string(kEpochs));
            QCOMPARE(row[column("decision_confidence")], score.substr(13));
            QCOMPARE(std::stof(score.substr(13)), workspace().values(QLatin1String(kPseudoLabelScore))[sample.value]);
            QCOMPARE(row[column("effective")], workspace().dataset()->classNames[std::size_t(m_class)]);
        }
        QCOMPARE(decided, std::size_t(10));
    }

    /// One action from wrong labels to a run that guesses them; the two stand side by side.
    void treatSuspectsAsUnlabelled() {
        const RunId judge = workspace().runs().back().id;
        QVERIFY(m_window->actions().action(QStringLiteral("suspects-unlabelled"))->isEnabled());
        trigger(QStringLiteral("suspects-unlabelled"));
        QTRY_VERIFY2_WITH_TIMEOUT(workspace().runs().size() == 2, qPrintable(m_window->banner().sentence()), 20000);
        const RunRecord made = workspace().runs().back();
        QCOMPARE(made.config.method, std::string("fixmatch"));
        QTRY_VERIFY(workspace().labels(made.id) != nullptr);
        const auto labels = workspace().labels(made.id);
        std::size_t counting = 0;
        for (std::uint32_t i = 0; i < labels->labels.size(); ++i) {
            if (!labels->counts(i)) continue;
            ++counting;
            QVERIFY(!workspace().suspect(SampleIndex(i)) || workspace().currentRun() != judge);
        }
        QVERIFY(counting > 0 && counting < labels->labels.size());
        auto* compare = m_window->findChild<ComparePage*>();
        QTRY_COMPARE(compare->ticked(), (std::vector<RunId>{judge, made.id}));
        workspace().stopRun(made.id);
        QTRY_VERIFY_WITH_TIMEOUT(!workspace().runningRun(), 60000);
    }

    static constexpr int kEpochs = 3;
    int m_class = 0;
    std::vector<SampleIndex> m_ten;
    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestFixMatchJourney)
#include "tst_fixmatch_journey.moc"
