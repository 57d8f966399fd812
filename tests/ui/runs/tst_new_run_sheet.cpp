// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/ui_fixture.h"
#include "ui/runs/label_chooser.h"
#include "ui/runs/new_run_dialog.h"

#include <QComboBox>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

namespace {

/// Keeps the labels that it was given, and has settings of a method that learns from some of them.
class FewLabels final : public Method {
public:
    explicit FewLabels(const char* id = "few-labels", const char* labelled = "all") {
        m_about = {id, "Few labels", "Learns from some labels", "", {}};
        // clang-format off
        m_about.params = {{"threshold", ParamType::Real, 0.95, 0.0, 1.0, {}, "", "Accepted from here on", false},
                          {"labelled", ParamType::Choice, std::string(labelled), {}, {}, {"all", "per-class", "clean"}, "", "Which count", false},
                          {"labelled-per-class", ParamType::Integer, std::int64_t(25), 1.0, 100.0, {}, "", "So many", false}};
        // clang-format on
    }
    const Description& description() const override { return m_about; }
    Result<RunResult> train(const TrainingTask& task, RunObserver& observer, RunControl& control) const override {
        return assay::test::FakeMethod().train(task, observer, control);
    }

private:
    Description m_about;
};

/// Learns from every label that counts.
class AllLabels final : public Method {
public:
    AllLabels() { m_about = {"m-dyr-h", "All labels", "Learns from all labels", "", {}}; }
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
    (void)registry->methods.add(std::make_shared<FewLabels>("seeks-clean", "clean"));
    return registry;
}

} // namespace

/// What the sheet for a new run makes of labels that count, and of a setting with several values.
class TestNewRunSheet : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_home;

    template <class T>
    static T& part(const QWidget& sheet, const char* name) {
        auto* found = sheet.findChild<T*>(QLatin1String(name));
        if (found == nullptr) qFatal("no %s", name);
        return *found;
    }

    static void count(NewRunDialog& sheet, const QString& words) {
        auto& counting = part<QComboBox>(sheet, "labelCounting");
        for (int i = 0; i < counting.count(); ++i)
            if (counting.itemText(i) == words ||
                (words != QLatin1String("all") && counting.itemText(i).contains(words)))
                return counting.setCurrentIndex(i);
        QFAIL(qPrintable(words));
    }

    /// Starts what the sheet says and waits for the end; the labels that it learnt.
    static std::shared_ptr<const LabelSet> startAndWait(Workspace& workspace, NewRunDialog& sheet) {
        if (!sheet.problem().isEmpty()) qWarning("%s", qPrintable(sheet.problem()));
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        sheet.start();
        if (!QTest::qWaitFor([&] { return ended.count() > 0 && workspace.labels(workspace.runs().back().id); }, 20'000))
            return nullptr;
        return workspace.labels(workspace.runs().back().id);
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
        for (const RunConfig& config : sheet.configs())
            runs.emplace_back(realParam(config.settings, "threshold"), config.seed);
        QCOMPARE(runs, (std::vector<std::pair<double, std::uint64_t>>{
                           {0.7, 1}, {0.7, 2}, {0.8, 1}, {0.8, 2}, {0.95, 1}, {0.95, 2}}));
        QVERIFY(part<QPushButton>(sheet, "runStart").text().contains(QLatin1Char('6')));
        QSignalSpy announced(&sheet, &NewRunDialog::aboutToSweep);
        part<QSpinBox>(sheet, "runEpochs").setValue(1);
        sheet.start();
        QCOMPARE(announced.first().first().toInt(), 6);
        QTRY_COMPARE_WITH_TIMEOUT(workspace.runs().size(), std::size_t(6), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(workspace.settled(), 20'000);
    }

    void soManyOfEachClassIsASettingOfTheMethod() {
        Workspace workspace(registryOfFew());
        QVERIFY(openAndWait(workspace, writeIdx(*m_home, 60)));
        NewRunDialog sheet(workspace);
        sheet.chooseMethod(QStringLiteral("few-labels"));
        count(sheet, QStringLiteral("of each class"));
        part<QSpinBox>(sheet, "labelsPerClass").setValue(4);
        QCOMPARE(textParam(sheet.config().settings, "labelled"), std::string("per-class"));
        QCOMPARE(intParam(sheet.config().settings, "labelled-per-class"), std::int64_t(4));
        sheet.chooseMethod(QStringLiteral("fake")); // learns from every label
        QVERIFY(!sheet.problem().isEmpty());
        sheet.chooseMethod(QStringLiteral("few-labels"));
        QCOMPARE(textParam(sheet.config().settings, "labelled"), std::string("per-class"));
        count(sheet, QStringLiteral("a file lists")); // all of them
        QCOMPARE(textParam(sheet.config().settings, "labelled"), std::string("all"));
        count(sheet, QStringLiteral("all"));
        QCOMPARE(intParam(sheet.config().settings, "labelled-per-class"), std::int64_t(25));
    }

    void whereOnlySomeLabelsCountAnotherMethodIsProposedAndTheOthersMarked() {
        auto registry = registryOfFew();
        (void)registry->methods.add(std::make_shared<FewLabels>("fixmatch"));
        (void)registry->methods.add(std::make_shared<AllLabels>());
        Workspace workspace(registry);
        QVERIFY(openAndWait(workspace, writeIdx(*m_home, 60)));
        NewRunDialog sheet(workspace);
        auto& list = part<QListWidget>(sheet, "methodList");
        const auto item = [&](const char* id) {
            for (int row = 0; row < list.count(); ++row)
                if (list.item(row)->data(Qt::UserRole).toString() == QLatin1String(id)) return list.item(row)->text();
            return QString();
        };
        QCOMPARE(sheet.config().method, std::string("m-dyr-h"));
        QCOMPARE(item("m-dyr-h"), QStringLiteral("All labels"));
        count(sheet, QStringLiteral("of each class"));
        QCOMPARE(sheet.config().method, std::string("fixmatch"));
        QVERIFY2(sheet.problem().isEmpty(), qPrintable(sheet.problem()));
        QVERIFY(item("m-dyr-h") != QStringLiteral("All labels"));
        QCOMPARE(item("fixmatch"), QStringLiteral("Few labels"));
        count(sheet, QStringLiteral("all")); // back to what suits all labels
        QCOMPARE(sheet.config().method, std::string("m-dyr-h"));
        count(sheet, QStringLiteral("a file lists"));
        QCOMPARE(sheet.config().method, std::string("fixmatch"));
        sheet.chooseMethod(QStringLiteral("m-dyr-h")); // a person's own choice is kept, and told what would suit
        count(sheet, QStringLiteral("of each class"));
        QCOMPARE(sheet.config().method, std::string("m-dyr-h"));
        QVERIFY2(sheet.problem().contains(QStringLiteral("Few labels")), qPrintable(sheet.problem()));
    }

    void aFaultInAListIsToldInTheSheetWhichStays() {
        Workspace workspace(registryOfFew());
        QVERIFY(openAndWait(workspace, writeIdx(*m_home, 60)));
        const QString list = m_home->filePath(QStringLiteral("list.csv"));
        const auto write = [&list](const QByteArray& text) {
            QFile file(list);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(text);
        };
        write("index\n3\n6000\n");
        NewRunDialog sheet(workspace);
        sheet.chooseMethod(QStringLiteral("few-labels"));
        part<QSpinBox>(sheet, "runEpochs").setValue(1);
        count(sheet, QStringLiteral("a file lists"));
        QSignalSpy read(&sheet.labelChooser(), &LabelChooser::filesRead);
        part<QLineEdit>(sheet, "labelList").setText(list);
        sheet.start(); // before the file has been read
        QTRY_COMPARE(read.count(), 1);
        QVERIFY2(sheet.problem().contains(QStringLiteral("6000")), qPrintable(sheet.problem()));
        QVERIFY(!part<QPushButton>(sheet, "runStart").isEnabled());
        QCOMPARE(sheet.result(), int(QDialog::Rejected));
        QVERIFY(workspace.runs().empty());
        write("index\n3\n11\n40\n"); // mended: Start reads it again
        const auto labels = startAndWait(workspace, sheet);
        QVERIFY(labels != nullptr && labels->counts(11) && !labels->counts(12));
        QCOMPARE(sheet.result(), int(QDialog::Accepted));
    }

    void labelsThatTheSetNamesAreNotCutDownAgainByTheMethod() {
        Workspace workspace(registryOfFew());
        QVERIFY(openAndWait(workspace, writeIdx(*m_home, 60)));
        NewRunDialog sheet(workspace);
        sheet.chooseMethod(QStringLiteral("seeks-clean"));
        const auto labelled = [&] { return textParam(sheet.config().settings, "labelled"); };
        QCOMPARE(labelled(), std::string("clean"));
        count(sheet, QStringLiteral("a file lists"));
        QCOMPARE(labelled(), std::string("all"));
        auto& editor = part<QComboBox>(sheet, "param-labelled");
        QCOMPARE(editor.currentText(), QStringLiteral("all"));
        QVERIFY(!editor.isEnabled());
        part<QToolButton>(sheet, "reset-labelled").click(); // its default would cut them down
        QCOMPARE(labelled(), std::string("all"));
        count(sheet, QStringLiteral("all")); // the method's own again
        QCOMPARE(labelled(), std::string("clean"));
        QVERIFY(editor.isEnabled());

        editor.setCurrentText(QStringLiteral("per-class")); // a person's own choice comes back, too
        count(sheet, QStringLiteral("a file lists"));
        QCOMPARE(labelled(), std::string("all"));
        count(sheet, QStringLiteral("all"));
        QCOMPARE(labelled(), std::string("per-class"));
        count(sheet, QStringLiteral("a file lists"));
        sheet.chooseMethod(QStringLiteral("few-labels"));
        QCOMPARE(labelled(), std::string("all"));
        count(sheet, QStringLiteral("all"));
        QCOMPARE(labelled(), std::string("per-class"));
    }

    void thoseThatAFileListsCountAndTheOthersAreKept() {
        Workspace workspace(registryOfFew());
        QVERIFY(openAndWait(workspace, writeIdx(*m_home, 60)));
        const QString list = m_home->filePath(QStringLiteral("trusted.csv"));
        QFile file(list);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("index\n3\n11\n40\n");
        file.close();
        NewRunDialog sheet(workspace);
        sheet.chooseMethod(QStringLiteral("few-labels"));
        count(sheet, QStringLiteral("a file lists"));
        QVERIFY(!sheet.problem().isEmpty()); // which file?
        part<QLineEdit>(sheet, "labelList").setText(list);
        const auto labels = startAndWait(workspace, sheet);
        QVERIFY(labels != nullptr);
        for (std::size_t i = 0; i < 60; ++i) {
            QCOMPARE(labels->counts(i), i == 3 || i == 11 || i == 40);
            QCOMPARE(labels->labels[i], Label(i % 10));
        }
    }

    void thoseThatWereReviewedCountAsTheyAreNow() {
        Workspace workspace(registryOfFew());
        QVERIFY(openAndWait(workspace, writeIdx(*m_home, 60)));
        workspace.decide({SampleIndex(5)}, {Verdict::Relabel, 7}, QStringLiteral("key"));
        workspace.decide({SampleIndex(6)}, {Verdict::Keep, kNoLabel}, QStringLiteral("key"));
        workspace.decide({SampleIndex(8)}, {Verdict::Flag, kNoLabel}, QStringLiteral("key"));
        QTRY_VERIFY(workspace.settled());
        NewRunDialog sheet(workspace);
        sheet.chooseMethod(QStringLiteral("few-labels"));
        count(sheet, QStringLiteral("the 2 that I have reviewed"));
        const auto labels = startAndWait(workspace, sheet);
        QVERIFY(labels != nullptr);
        for (std::size_t i = 0; i < 60; ++i) QCOMPARE(labels->counts(i), i == 5 || i == 6);
        QCOMPARE(labels->labels[5], Label(7));
        QVERIFY(workspace.runs().back().revision.has_value());
    }

    void thoseThatARunCallsCleanCount() {
        Workspace workspace(registryOfFew());
        QVERIFY(openAndWait(workspace, writeIdx(*m_home, 60)));
        QVERIFY(trainAndWait(workspace, 2));
        NewRunDialog sheet(workspace);
        sheet.chooseMethod(QStringLiteral("few-labels"));
        count(sheet, QStringLiteral("a run calls clean"));
        const auto labels = startAndWait(workspace, sheet);
        QVERIFY(labels != nullptr);
        for (std::size_t i = 0; i < 60; ++i) QCOMPARE(labels->counts(i), i % 5 != 0); // every fifth is suspect there
    }
};

QTEST_MAIN(TestNewRunSheet)
#include "tst_new_run_sheet.moc"
