// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A reviewer is killed at random moments: nothing acknowledged may be missing, no revision may be skipped.
#include "tests/core/project/project_fixture.h"
#include "tests/faults/killed_child.h"

#include "core/base/rng.h"

using namespace assay;
using namespace assay::test;

class TestKills : public QObject {
    Q_OBJECT

    /// Starts the reviewer, kills it after `milliseconds`, returns the last revision that it was told.
    static std::int64_t killAfter(const std::filesystem::path& file, std::uint64_t seed, int bulk, int milliseconds) {
        const QByteArray said = saidUntilKilled(
            QStringLiteral(ASSAY_DECIDE_CHILD),
            {QString::fromStdString(file.string()), QString::number(seed), "0", QString::number(bulk)}, milliseconds);
        std::int64_t last = 0;
        for (const QByteArray& line : said.split('\n'))
            if (line.startsWith("ack ") && line.count(' ') == 2) last = line.split(' ').at(1).toLongLong();
        return last;
    }

private Q_SLOTS:
    void nothingAcknowledgedIsLost_data() {
        QTest::addColumn<int>("kills");
        QTest::addColumn<int>("bulk");
        QTest::newRow("50 kills, one decision at a time") << 50 << 1;
        QTest::newRow("20 kills, 4000 decisions at a time") << 20 << 4000;
    }
    void nothingAcknowledgedIsLost() {
        QFETCH(int, kills);
        QFETCH(int, bulk);
        ProjectFolder folder;
        QVERIFY(Project::create(folder.path(), reference(5000)).has_value());
        CounterRng rng(2026, RngPurpose::Test, std::uint32_t(bulk));
        std::int64_t before = 0, acknowledgedInAll = 0;
        for (int kill = 0; kill < kills; ++kill) {
            const std::int64_t told =
                std::max(before, killAfter(folder.path(), std::uint64_t(kill), bulk, 5 + int(rng.below(246))));
            auto project = Project::open(folder.path(), OpenMode::ReadWrite); // replays and proves the whole chain
            QVERIFY2(project, project ? "" : project.error().sentence().c_str());
            const std::int64_t found = (*project)->revision().value;
            QVERIFY2(found >= told,
                     qPrintable(QString("kill %1: %2 acknowledged, %3 found").arg(kill).arg(told).arg(found)));
            QVERIFY2(found <= told + bulk, "more than the step in flight");
            QCOMPARE(found % bulk, std::int64_t(0)); // a bulk is all there, or not at all
            const auto journal = *(*project)->journal();
            for (std::size_t i = 0; i < journal.size(); ++i) QCOMPARE(journal[i].revision.value, std::int64_t(i) + 1);
            acknowledgedInAll += told - before;
            before = found;
        }
        qInfo("%d kills, %lld acknowledged, %lld in the journal, 0 lost", kills,
              static_cast<long long>(acknowledgedInAll), static_cast<long long>(before));
        QVERIFY(acknowledgedInAll > 0);
    }
};

QTEST_GUILESS_MAIN(TestKills)
#include "tst_kills.moc"
