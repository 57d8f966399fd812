// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a reviewer did to the disk is logged, and the power is cut at any point of the log: what was synced stays; of
// the rest none, all or a random half, the last write torn at 512 bytes. A journalling file system on an honest disk.
#include "tests/core/project/project_fixture.h"

#include "core/base/rng.h"

#include <QProcess>
#include <map>

using namespace assay;
using namespace assay::test;

namespace {

struct Operation {
    int op = 0; ///< as in io_shim.cpp
    std::string path;
    std::uint64_t offset = 0;
    std::string bytes;
};

std::vector<Operation> readLog(const std::filesystem::path& file) {
    const std::string text = bytesOf(file);
    std::vector<Operation> log;
    std::size_t at = 0;
    const auto number = [&] {
        std::uint64_t value;
        std::memcpy(&value, text.data() + at, 8);
        at += 8;
        return value;
    };
    while (at < text.size()) {
        Operation operation;
        operation.op = text[at++];
        const std::uint64_t length = number();
        operation.path = text.substr(at, length);
        at += length;
        operation.offset = number();
        const std::uint64_t count = number();
        const bool carries = operation.op == 1 || operation.op == 5;
        if (carries) {
            operation.bytes = text.substr(at, count);
            at += count;
        }
        log.push_back(std::move(operation));
    }
    return log;
}

/// A file on the modelled disk.
struct DiskFile {
    std::string synced;
    bool exists = false;
    std::vector<const Operation*> pending;
};

void apply(std::string& content, const Operation& operation, std::size_t length = SIZE_MAX) {
    if (operation.op == 2) {
        content.resize(operation.offset);
        return;
    }
    const std::string_view bytes = std::string_view(operation.bytes).substr(0, length);
    if (content.size() < operation.offset + bytes.size()) content.resize(operation.offset + bytes.size());
    content.replace(operation.offset, bytes.size(), bytes);
}

/// What is on the disk when the power comes back.
std::string afterTheCut(const DiskFile& file, int mode, CounterRng& rng) {
    std::string content = file.synced;
    for (std::size_t i = 0; i < file.pending.size(); ++i) {
        if (mode == 0 || (mode == 2 && rng.below(2) == 0)) continue;
        const bool torn = mode != 1 && i + 1 == file.pending.size();
        apply(content, *file.pending[i], torn ? 512 * rng.below(9) : SIZE_MAX);
    }
    return content;
}

struct Outcome {
    int cuts = 0, lost = 0, damaged = 0;
    std::int64_t worst = 0;
};

Outcome replay(const std::vector<Operation>& log, const std::string& start, const std::string& project, int cuts) {
    std::map<std::string, DiskFile> disk;
    disk[project] = {start, true, {}};
    CounterRng rng(77, RngPurpose::Test);
    std::set<std::size_t> points;
    while (int(points.size()) < cuts && points.size() < log.size()) points.insert(rng.below(std::uint32_t(log.size())));
    Outcome outcome;
    std::int64_t acknowledged = 0;
    for (std::size_t i = 0; i < log.size(); ++i) {
        const Operation& operation = log[i];
        DiskFile& file = disk[operation.path];
        if (operation.op == 1 || operation.op == 2) {
            file.exists = true;
            file.pending.push_back(&operation);
        } else if (operation.op == 3) {
            for (const Operation* pending : file.pending) apply(file.synced, *pending);
            file.pending.clear();
        } else if (operation.op == 4) {
            file = {};
        } else if (operation.bytes.starts_with("ack ")) {
            acknowledged = std::atoll(operation.bytes.c_str() + 4);
        }
        if (!points.contains(i)) continue;
        ++outcome.cuts;
        ProjectFolder folder;
        const int mode = int(rng.below(3));
        for (const char* suffix : {"", "-wal"}) {
            const auto found = disk.find(project + suffix);
            if (found == disk.end() || !found->second.exists) continue;
            std::ofstream(folder.path().string() + suffix, std::ios::binary) << afterTheCut(found->second, mode, rng);
        }
        const auto opened = Project::open(folder.path(), OpenMode::ReadWrite);
        if (!opened) {
            ++outcome.damaged;
            qInfo("cut %zu: %s", i, opened.error().sentence().c_str());
            continue;
        }
        const std::int64_t missing = acknowledged - (*opened)->revision().value;
        if (missing > 0) ++outcome.lost;
        outcome.worst = std::max(outcome.worst, missing);
    }
    return outcome;
}

} // namespace

class TestPowerCuts : public QObject {
    Q_OBJECT

    static Outcome cutsWith(bool normal) {
        ProjectFolder folder, elsewhere;
        if (!Project::create(folder.path(), reference(500))) qFatal("no project");
        const std::string start = bytesOf(folder.path());
        const auto log = elsewhere.path("io.log");
        QProcess child;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("LD_PRELOAD", ASSAY_IO_SHIM);
        environment.insert("ASSAY_IO_FOLDER", QString::fromStdString(folder.path("").string()));
        environment.insert("ASSAY_IO_LOG", QString::fromStdString(log.string()));
        child.setProcessEnvironment(environment);
        QStringList arguments{QString::fromStdString(folder.path().string()), "1", "400", "1", "small-log"};
        if (normal) arguments << "normal";
        child.start(QString(ASSAY_DECIDE_CHILD), arguments);
        if (!child.waitForFinished(60000) || child.exitCode() != 0)
            qFatal("the reviewer failed: %s", child.readAllStandardError().constData());
        if (!child.readAllStandardOutput().contains("ack 400 ")) qFatal("the reviewer did not finish");
        return replay(readLog(log), start, std::filesystem::canonical(folder.path()).string(), 500);
    }

private Q_SLOTS:
    void nothingAcknowledgedIsLost() {
        const Outcome outcome = cutsWith(false);
        qInfo("%d cuts: %d lost, %d damaged", outcome.cuts, outcome.lost, outcome.damaged);
        QCOMPARE(outcome.cuts, 500);
        QCOMPARE(outcome.lost, 0);
        QCOMPARE(outcome.damaged, 0);
    }

    void withoutASyncAtEachCommitTheSameTestFindsLosses() {
        const Outcome outcome = cutsWith(true);
        qInfo("planted fault: %d of %d cuts lose, at worst %lld decisions; %d damaged", outcome.lost, outcome.cuts,
              static_cast<long long>(outcome.worst), outcome.damaged);
        QVERIFY(outcome.lost > 0);
    }
};

QTEST_GUILESS_MAIN(TestPowerCuts)
#include "tst_power_cuts.moc"
