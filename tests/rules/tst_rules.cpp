// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/rules/house_rules.h"

#include <QDirIterator>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace assay::rules;

namespace {

std::string describe(const std::vector<Breach>& breaches) {
    std::string text;
    for (const Breach& breach : breaches)
        text += "\n" + breach.file + ":" + std::to_string(breach.line) + ": " + breach.rule + ": " + breach.text;
    return text;
}

const char* const kLicence =
    "// SPDX-FileCopyrightText: The Assay authors\n// SPDX-License-Identifier: GPL-3.0-or-later\n";

/// A tree of one file.
void write(const std::filesystem::path& file, const std::string& content) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << content;
}

} // namespace

class TestRules final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void thisTreeKeepsTheRules();
    void plantedFaultsAreFound_data();
    void plantedFaultsAreFound();
    void whatIsAllowedIsNotReported_data();
    void whatIsAllowedIsNotReported();
    void thirdFileWithOpenCvIsFound();
    void everySourceIsFormatted();
};

void TestRules::thisTreeKeepsTheRules() {
    QVERIFY(std::filesystem::exists(std::filesystem::path(ASSAY_SOURCE_DIR) / "core/base/result.h"));
    const auto breaches = checkHouse(ASSAY_SOURCE_DIR);
    QVERIFY2(breaches.empty(), describe(breaches).c_str());
}

void TestRules::plantedFaultsAreFound_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("line");
    // clang-format off
    QTest::newRow("base looks up to data") << "core/base/a.h" << "#include \"core/data/dataset.h\"";
    QTest::newRow("stats looks up to train") << "core/stats/a.cpp" << "#include \"core/train/method.h\"";
    QTest::newRow("audit looks up to project") << "core/audit/a.cpp" << "#include \"core/project/project.h\"";
    QTest::newRow("project knows the engine") << "core/project/a.cpp" << "#include \"core/learn/networks.h\"";
    QTest::newRow("core knows the window") << "core/train/a.cpp" << "#include \"ui/session/workspace.h\"";
    QTest::newRow("core knows a plugin") << "core/learn/a.cpp" << "#include \"plugins/methods/co_teaching.h\"";
    QTest::newRow("a plugin knows another") << "plugins/scores/a.cpp" << "#include \"plugins/scores/b.h\"";
    QTest::newRow("a score knows the engine") << "plugins/scores/a.cpp" << "#include \"core/learn/networks.h\"";
    QTest::newRow("the window knows the engine") << "ui/runs/a.cpp" << "#include \"core/learn/networks.h\"";
    QTest::newRow("the window knows the programs") << "ui/runs/a.cpp" << "#include \"app/composition.h\"";
    QTest::newRow("Qt in core") << "core/data/a.cpp" << "#include <QString>";
    QTest::newRow("Qt module in core") << "core/data/a.cpp" << "#include <QtCore/QString>";
    QTest::newRow("Qt on the command line") << "app/cli/a.cpp" << "#include <QCoreApplication>";
    QTest::newRow("torch in the window") << "ui/plots/a.cpp" << "#include <torch/torch.h>";
    QTest::newRow("torch in a score") << "plugins/scores/a.cpp" << "#include <ATen/ATen.h>";
    QTest::newRow("OpenCV outside data") << "ui/gallery/a.cpp" << "#include <opencv2/core.hpp>";
    QTest::newRow("SQLite outside project") << "core/data/a.cpp" << "#include <sqlite3.h>";
    QTest::newRow("QCustomPlot past its shim") << "ui/plots/a.cpp" << "#include <qcustomplot.h>";
    QTest::newRow("a stream that writes") << "core/stats/a.cpp" << "std::ofstream out(path);";
    QTest::newRow("fopen") << "app/cli/a.cpp" << "FILE* file = fopen(path, \"w\");";
    QTest::newRow("open to write") << "core/train/a.cpp" << "int fd = ::open(path, O_WRONLY);";
    QTest::newRow("QSaveFile") << "ui/window/a.cpp" << "QSaveFile file(path);";
    QTest::newRow("random device") << "core/train/a.cpp" << "std::random_device device;";
    QTest::newRow("seed from the clock") << "core/train/a.cpp" << "auto seed = time(nullptr);";
    QTest::newRow("path of one machine") << "core/train/a.cpp" << QString("auto p = \"/ho%1\";").arg("me/me/data");
    QTest::newRow("include without its folder") << "core/train/a.cpp" << "#include \"method.h\"";
    // clang-format on
}

void TestRules::plantedFaultsAreFound() {
    QFETCH(QString, file);
    QFETCH(QString, line);
    const QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    const std::string guard = file.endsWith(".h") ? "#pragma once\n" : "";
    write(root / file.toStdString(), kLicence + guard + line.toStdString() + "\n");
    const auto breaches = checkHouse(root);
    QCOMPARE(breaches.size(), 1u);
    QCOMPARE(QString::fromStdString(breaches[0].file), file);
    QCOMPARE(breaches[0].line, guard.empty() ? 3u : 4u);
}

void TestRules::whatIsAllowedIsNotReported_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("line");
    // clang-format off
    QTest::newRow("own header of a plugin") << "plugins/scores/a.cpp" << "#include \"plugins/scores/a.h\"";
    QTest::newRow("method and engine") << "plugins/methods/a.cpp" << "#include \"core/learn/networks.h\"";
    QTest::newRow("to the left") << "core/project/a.cpp" << "#include \"core/base/csv.h\"";
    QTest::newRow("the program knows all") << "app/gui/a.cpp" << "#include \"ui/window/main_window.h\"";
    QTest::newRow("a word in a comment") << "core/train/a.cpp" << "// std::ofstream is forbidden";
    QTest::newRow("a word in a string") << "core/train/a.cpp" << "auto text = \"fopen(\";";
    QTest::newRow("reading") << "core/train/a.cpp" << "std::ifstream in(path);";
    // clang-format on
}

void TestRules::whatIsAllowedIsNotReported() {
    QFETCH(QString, file);
    QFETCH(QString, line);
    const QTemporaryDir folder;
    write(std::filesystem::path(folder.path().toStdString()) / file.toStdString(),
          kLicence + line.toStdString() + "\n");
    const auto breaches = checkHouse(folder.path().toStdString());
    QVERIFY2(breaches.empty(), describe(breaches).c_str());
}

void TestRules::thirdFileWithOpenCvIsFound() {
    const QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    for (const char* name : {"a", "b", "c"})
        write(root / "core/data" / (std::string(name) + ".cpp"),
              std::string(kLicence) + "#include <opencv2/core.hpp>\n");
    const auto breaches = checkHouse(root);
    QCOMPARE(breaches.size(), 1u);
    QCOMPARE(breaches[0].file, std::string("core/data/c.cpp"));
    // Neither a missing licence nor a missing guard goes unseen.
    write(root / "core/base/bare.h", "int x;\n");
    QCOMPARE(checkHouse(root).size(), 3u);
}

void TestRules::everySourceIsFormatted() {
    // Other versions break other lines, so the one that Debian 12 has is the one that counts.
    const QString program = QStandardPaths::findExecutable(QStringLiteral("clang-format-14"));
    if (program.isEmpty()) QSKIP("clang-format-14 is not installed: whether every source is formatted is not checked");
    QStringList sources;
    for (const char* folder : {"app", "core", "plugins", "tests", "ui"}) {
        QDirIterator files(QDir(QStringLiteral(ASSAY_SOURCE_DIR)).filePath(QLatin1String(folder)),
                           {QStringLiteral("*.cpp"), QStringLiteral("*.h")}, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) sources << files.next();
    }
    QVERIFY(!sources.isEmpty());
    QProcess format;
    format.setProcessChannelMode(QProcess::MergedChannels);
    format.start(program, QStringList{"--style=file", "--dry-run", "--Werror", "--ferror-limit=1"} + sources);
    QVERIFY2(format.waitForFinished(-1), qPrintable(format.errorString()));
    QVERIFY2(format.exitStatus() == QProcess::NormalExit && format.exitCode() == 0,
             format.readAll().left(2000) + "\nclang-format-14 -i FILE formats a file");
}

QTEST_GUILESS_MAIN(TestRules)
#include "tst_rules.moc"
