// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/threshold_samples.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace assay;

namespace {

constexpr float kNever = std::numeric_limits<float>::quiet_NaN();

} // namespace

class TestThresholdSamples : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// NumPy: percentile([-3, -2, -1, 0], 99) = -0.03.
    void theThresholdIsThePercentileOfTheirAreas() {
        const MarginAreas training{{-3, 5, -2, 7, -1, 0, kNever}, {1, 0, 1, 0, 1, 1, 1}};
        QVERIFY(std::abs(marginThreshold(training, 0.99) + 0.03) < 1e-9);
        QCOMPARE(marginThreshold(training, 1), 0.0);
        QVERIFY(std::isnan(marginThreshold({{1, 2}, {0, 0}}, 0.99)));
    }

    /// Each training judges what it learnt with its own label; both thresholds are 1 and -1 here.
    void trainingsWithOtherThresholdSamplesJudgeEverySample() {
        const std::vector<MarginAreas> trainings = {{{1, 9, 3, -2, kNever}, {1, 0, 0, 0, 0}},
                                                    {{4, -1, 1, -4, kNever}, {0, 1, 0, 0, 0}}};
        const std::vector<float> below = belowThreshold(trainings, 0.99);
        QCOMPARE(below, (std::vector<float>{-5, -8, -2, 3, -8}));
    }

    void whereNothingIsAThresholdSampleNothingIsFlagged() {
        const std::vector<MarginAreas> trainings = {{{1, -9, 3}, {0, 0, 0}}};
        QCOMPARE(belowThreshold(trainings, 0.99), (std::vector<float>{0, 0, 0}));
        QVERIFY(belowThreshold({}, 0.99).empty());
    }
};

QTEST_GUILESS_MAIN(TestThresholdSamples)
#include "tst_threshold_samples.moc"
