// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/stats/selection.h"

#include <QTest>

#include <limits>
#include <numeric>

using namespace assay;
using namespace assay::stats;

namespace {

using Kept = std::vector<std::uint8_t>;

std::size_t sum(const Kept& kept) { return std::accumulate(kept.begin(), kept.end(), std::size_t(0)); }

} // namespace

/// Which labels a round of cleaning keeps, by losses made by hand.
class TestSelection : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theLargestLossesGo() {
        QCOMPARE(keepBelowQuantile(std::vector{0.1F, 5.0F, 0.3F, 0.2F, 0.4F}, 0.2), (Kept{1, 0, 1, 1, 1}));
        QCOMPARE(keepBelowQuantile(std::vector{0.1F, 5.0F, 0.3F, 4.0F}, 0.5), (Kept{1, 0, 1, 0}));
        QCOMPARE(keepBelowQuantile(std::vector{3.0F, 1.0F, 2.0F}, 0), (Kept{1, 1, 1}));
        QCOMPARE(keepBelowQuantile(std::vector{3.0F, 1.0F, 2.0F}, 1), (Kept{0, 1, 0}));
    }

    /// The report's figures: of 50,000 with different losses 20 % go, 40,000 stay.
    void aFifthOfFiftyThousandLeavesFortyThousand() {
        std::vector<float> losses;
        for (std::uint32_t i = 0; i < 50000; ++i) losses.push_back(float(i * 7919 % 50000));
        QCOMPARE(sum(keepBelowQuantile(losses, 0.2)), std::size_t(40000));
    }

    void equalLossesShareTheirFate() {
        QCOMPARE(keepBelowQuantile(std::vector{1.0F, 1.0F, 1.0F, 1.0F}, 0.5), (Kept{1, 1, 1, 1}));
        // The cut falls on the twos: all of them stay.
        QCOMPARE(keepBelowQuantile(std::vector{1.0F, 2.0F, 2.0F, 2.0F, 3.0F}, 0.5), (Kept{1, 1, 1, 1, 0}));
    }

    void whatIsNoNumberGoesAndMovesNoCut() {
        const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
        QCOMPARE(keepBelowQuantile(std::vector{nan, 0.1F, inf, 0.2F}, 0), (Kept{0, 1, 0, 1}));
        QCOMPARE(keepBelowQuantile(std::vector{nan, nan}, 0.5), (Kept{0, 0}));
        QVERIFY(keepBelowQuantile({}, 0.5).empty());
    }

    /// A hard class has larger losses throughout. A cut for all empties it; one for each class takes the same share.
    void aHardClassIsEmptiedByOneCutForAllButNotByItsOwn() {
        const std::vector<float> losses = {0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 7.0F, 8.0F, 9.0F};
        const std::vector<Label> labels = {0, 0, 0, 0, 0, 1, 1, 1};
        QCOMPARE(keepBelowQuantile(losses, 0.4), (Kept{1, 1, 1, 1, 1, 0, 0, 0}));
        QCOMPARE(keepBelowClassQuantile(losses, labels, 0.4), (Kept{1, 1, 1, 0, 0, 1, 1, 0}));
    }

    void emptyAndSmallClassesAndMissingLabelsDoNoHarm() {
        // Classes 1 and 2 have nobody, class 3 has one sample, which no quantile can be above.
        const std::vector<float> losses = {0.1F, 9.0F, 5.0F, 0.2F};
        const std::vector<Label> labels = {0, 0, 3, kNoLabel};
        QCOMPARE(keepBelowClassQuantile(losses, labels, 0.5), (Kept{1, 0, 1, 0}));
        // Fewer samples than classes.
        QCOMPARE(keepBelowClassQuantile(std::vector{4.0F}, std::vector<Label>{7}, 0.9), (Kept{1}));
        QVERIFY(keepBelowClassQuantile({}, {}, 0.2).empty());
    }

    void everyClassLosesTheSameShare() {
        std::vector<float> losses;
        std::vector<Label> labels;
        for (std::uint32_t i = 0; i < 3000; ++i) {
            CounterRng rng(1, RngPurpose::Test, 0, i);
            labels.push_back(Label(i % 10));
            losses.push_back(float(rng.uniform() + labels.back()));
        }
        const Kept kept = keepBelowClassQuantile(losses, labels, 0.3);
        std::vector<int> perClass(10, 0);
        for (std::size_t i = 0; i < kept.size(); ++i) perClass[std::size_t(labels[i])] += kept[i];
        for (const int count : perClass) QCOMPARE(count, 210);
    }
};

QTEST_GUILESS_MAIN(TestSelection)
#include "tst_selection.moc"
