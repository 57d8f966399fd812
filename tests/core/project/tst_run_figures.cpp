// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/run_figures.h"

#include <QTest>

#include <cmath>

using namespace assay;

namespace {

EpochSummary epochWith(int number, const char* scalar, double value) {
    EpochSummary epoch;
    epoch.epoch = number;
    epoch.scalars[scalar] = value;
    return epoch;
}

/// Six samples of two classes; 1 and 4 are wrong, 5 is held out.
struct Six {
    std::vector<Label> given{0, 1, 0, 1, 0, 1}, truth{0, 0, 0, 1, 1, 0};
    std::vector<Split> splits{Split::Train, Split::Train, Split::Train, Split::Train, Split::Train, Split::Test};
    std::vector<EpochSummary> epochs{epochWith(1, "test-accuracy", 0.5)};
    Evidence evidence;
    Six() {
        evidence.epoch = 1;
        for (std::uint32_t i = 0; i < 6; ++i) evidence.samples.emplace_back(i);
        evidence.loss = {0.1f, 3.0f, 0.2f, 0.3f, 2.0f, 9.0f};
        evidence.prediction = {0, 0, 0, 1, 1, 0};
        evidence.confidence.assign(6, 0.9f);
        evidence.margin.assign(6, 0.0f);
        evidence.columns["p-noisy"] = {0, 1, 0, 0.5f, 0.5f, 1};
    }
    Suspicion at(double threshold) const { return suspicion(epochs, &evidence, given, truth, splits, threshold); }
};

} // namespace

class TestRunFigures final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void accuracyIsOfTheTestSplitElseOfTheValidation() {
        std::vector<EpochSummary> epochs;
        for (int e = 1; e <= 12; ++e) epochs.push_back(epochWith(e, "validation-accuracy", 0.01 * (e == 12 ? 1 : e)));
        AccuracyFigures figures = accuracyFigures(epochs);
        QCOMPARE(figures.split, std::string("validation"));
        QCOMPARE(figures.best(), 0.11);
        QCOMPARE(figures.last(), 0.01);
        QVERIFY(std::abs(figures.meanOfLastTen() - (3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11 + 1) * 0.001) < 1e-12);
        epochs.push_back(epochWith(13, "test-accuracy", 0.7));
        epochs.push_back(epochWith(14, "test-accuracy", NAN));
        figures = accuracyFigures(epochs);
        QCOMPARE(figures.split, std::string("test"));
        QCOMPARE(figures.perEpoch, std::vector<double>{0.7});
        QVERIFY(std::isnan(accuracyFigures({}).best()) && std::isnan(accuracyFigures({}).meanOfLastTen()));
    }

    void suspectsAreTrainingSamplesFromTheThresholdOn() {
        const Six six;
        QCOMPARE(six.at(0.5).suspects, (SuspectMask{0, 1, 0, 1, 1, 0}));
        QCOMPARE(six.at(0.6).suspects, (SuspectMask{0, 1, 0, 0, 0, 0}));
        QCOMPARE(six.at(0.5).judged, (SuspectMask{1, 1, 1, 1, 1, 0}));
        QCOMPARE(six.at(0.5).suggested[1], Label(0));
        QCOMPARE(six.at(0.5).suggested[5], kNoLabel);
    }

    void whatARunHasNotSeenOrHasNoLabelIsNotJudged() {
        Six six;
        six.given[2] = kNoLabel;
        for (auto* column :
             {&six.evidence.loss, &six.evidence.confidence, &six.evidence.margin, &six.evidence.columns["p-noisy"]})
            column->resize(4);
        six.evidence.samples.resize(4);
        six.evidence.prediction.resize(4);
        QCOMPARE(six.at(0.5).judged, (SuspectMask{1, 1, 0, 1, 0, 0}));
        QCOMPARE(suspicion({}, nullptr, six.given, six.truth, six.splits, 0.5).judged, SuspectMask(6, 0));
    }

    void equalProbabilitiesAreRankedByLoss() {
        const Six six;
        const auto found = six.at(0.5).detection;
        QVERIFY(found.has_value());
        QCOMPARE(found->auroc, 1.0); // sample 4 stands before 3, which has the same probability and a lower loss
        QCOMPARE(found->precision, 2.0 / 3);
        QCOMPARE(found->recall, 1.0);
        QCOMPARE(found->total, std::size_t{5});
    }

    void whatIsMissingIsSaid() {
        const Six six;
        QCOMPARE(suspicion({}, nullptr, six.given, six.truth, six.splits, 0.5).detectionMissing,
                 std::string("no epoch was recorded"));
        const Suspicion blind = suspicion(six.epochs, &six.evidence, six.given, {}, six.splits, 0.5);
        QCOMPARE(blind.detectionMissing, std::string("the true labels are not known"));
        QCOMPARE(blind.suspects, six.at(0.5).suspects);
        Six flat;
        flat.evidence.columns.clear();
        flat.evidence.loss.assign(6, 1.0f);
        QVERIFY(!flat.at(0.5).detection.has_value());
        QVERIFY(!flat.at(0.5).detectionMissing.empty());
    }

    void onlySettingsThatDifferAreTold() {
        RunConfig one, other;
        one.method = "co-teaching";
        one.settings = {{"forget-rate", 0.2}};
        other.method = "cross-entropy";
        other.seed = 2;
        const auto differing = differingSettings({settingsByName(one, "noisy"), settingsByName(other, "noisy")});
        QCOMPARE(differing.size(), std::size_t{3});
        QCOMPARE(differing[0].name, std::string("forget-rate"));
        QCOMPARE(differing[0].values, (std::vector<std::string>{"0.2", ""}));
        QCOMPARE(differing[1].name, std::string("method"));
        QCOMPARE(differing[2].values, (std::vector<std::string>{"1", "2"}));
        QVERIFY(differingSettings({settingsByName(one, "noisy")}).empty());
    }
};

QTEST_GUILESS_MAIN(TestRunFigures)
#include "tst_run_figures.moc"
