// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/ui_fixture.h"
#include "ui/runs/new_run_dialog.h"

#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

namespace {

/// Keeps the labels that it was given, and has settings of a method that learns from some of them.
class FewLabels final : public Method {
public:
    FewLabels() {
        m_about = {"few-labels", "Few labels", "Learns from some labels", "", {}};
        m_about.params = {{"threshold", ParamType::Real, 0.95, 0.0, 1.0, {}, "", "Accepted from here on", false},
                          {"labelled", ParamType::Choice, std::string("all"), {}, {}, {"all", "per-class"}, "", "Which count", false},
                          {"labelled-per-class", ParamType::Integer, std::int64_t(25), 1.0, 100.0, {}, "", "So many", false}};
    }
    const Description& description() const override { return m_about; }
    Result<RunResult> train(const TrainingTask& task, RunObserver& observer, RunControl& control) const override {
        return assay::test::FakeMethod().train(task, observer, control);
    }

private:
    Description m_about;
};

std::shared_ptr<Registry> registryOfFew() {
    auto registry = registryWith();
    (void)registry->methods.add(std::make_shared<FewLabels>());
    return registry;
}

} // namespace

/// What the sheet for a new run makes of a setting with several values.
class TestNewRunSheet : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_home;

    template <class T> static T& part(const QWidget& sheet, const char* name) {
        auto* found = sheet.findChild<T*>(QLatin1String(name));
        if (found == nullptr) qFatal("no %s", name);
        return *found;
    }

private Q_SLOTS:
    void init() {
        m_home = std::make_unique<QTemporaryDir>();
        useFolder(*m_home);
    }

    void aSweepIsARunForEachValueAndSeed() {
        Workspace workspace(registryOfFew());
        QVERIFY(openAndWait(workspace, writeIdx(*m_home, 60)));
        NewRunDialog sheet(workspace);
        sheet.chooseMethod(QStringLiteral("few-labels"));
        QCOMPARE(sheet.configs().size(), std::size_t(1));
        auto& setting = part<QComboBox>(sheet, "sweepSetting");
        setting.setCurrentIndex(setting.findText(QStringLiteral("threshold")));
        auto& values = part<QLineEdit>(sheet, "sweepValues");
        QVERIFY(!sheet.problem().isEmpty()); // nothing to sweep over yet
        values.setText(QStringLiteral("0.7, 1.7"));
        QVERIFY2(sheet.problem().contains(QLatin1String("threshold")), qPrintable(sheet.problem()));
        values.setText(QStringLiteral("0.7, 0.8,0.95, 0.8"));
        QVERIFY2(sheet.problem().isEmpty(), qPrintable(sheet.problem()));
        part<QSpinBox>(sheet, "runSeeds").setValue(2);
        std::vector<std::pair<double, std::uint64_t>> runs;
        for (const RunConfig& config : sheet.configs()) runs.emplace_back(realParam(config.settings, "threshold"), config.seed);
        QCOMPARE(runs, (std::vector<std::pair<double, std::uint64_t>>{{0.7, 1}, {0.7, 2}, {0.8, 1}, {0.8, 2}, {0.95, 1}, {0.95, 2}}));
        QVERIFY(part<QPushButton>(sheet, "runStart").text().contains(QLatin1Char('6')));
        QSignalSpy announced(&sheet, &NewRunDialog::aboutToSweep);
        part<QSpinBox>(sheet, "runEpochs").setValue(1);
        sheet.start();
        QCOMPARE(announced.first().first().toInt(), 6);
        QTRY_COMPARE_WITH_TIMEOUT(workspace.runs().size(), std::size_t(6), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(workspace.settled(), 20'000);
    }

};

QTEST_MAIN(TestNewRunSheet)
#include "tst_new_run_sheet.moc"
