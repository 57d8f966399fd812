// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/stats/ranking.h"
#include "core/train/cleaning.h"

#include <QTest>

#include <cmath>
#include <vector>

using namespace assay;

class TestCleaning : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Before {0, 1, 2, 3}, now {0, 1, 4}: two stay, two are dropped, one returns, one stays out; 2 of 5 are shared.
    void aFlowCountsWhoGoesWhere() {
        const std::vector<float> before = {1, 1, 1, 1, 0, 0, -1}, now = {1, 1, 0, 0, 1, 0, -1};
        const CleaningFlow flow = cleaningFlow(before, now);
        QCOMPARE(flow, (CleaningFlow{2, 2, 1, 1}));
        QCOMPARE(flow.keptBefore(), std::size_t(4));
        QCOMPARE(flow.kept(), std::size_t(3));
        QCOMPARE(flow.out(), std::size_t(3));
        QCOMPARE(flow.jaccard(), 0.4);
    }

    void atTheStartAllAreKept() {
        QCOMPARE(cleaningFlow({}, std::vector{1.0F, 0.0F, 0.0F, -1.0F}), (CleaningFlow{1, 2, 0, 0}));
        QCOMPARE(cleaningFlow({}, {}).jaccard(), 1.0);
        QCOMPARE(cleaningFlow(std::vector{0.0F}, std::vector{0.0F}).jaccard(), 1.0);
    }

    void theOverlapIsTheJaccardIndex() {
        for (std::uint32_t n = 0; n < 40; ++n) {
            std::vector<float> before, now;
            std::vector<std::uint8_t> a, b;
            CounterRng rng(2, RngPurpose::Test, 0, n);
            for (std::uint32_t i = 0; i < n; ++i) {
                a.push_back(rng.below(2));
                b.push_back(rng.below(2));
                before.push_back(a.back());
                now.push_back(b.back());
            }
            const CleaningFlow flow = cleaningFlow(before, now);
            QVERIFY(std::abs(flow.jaccard() - stats::jaccard(a, b)) < 1e-12);
            QCOMPARE(flow.keptBefore() + flow.returned + flow.stayedOut, std::size_t(n));
        }
    }
};

QTEST_GUILESS_MAIN(TestCleaning)
#include "tst_cleaning.moc"
