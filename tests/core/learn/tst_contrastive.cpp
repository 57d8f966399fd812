// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

// LibTorch before Qt: both have a macro named "slots".
#include "core/learn/contrastive.h"
#include "core/learn/networks.h"
#include "tests/core/learn/learn_fixtures.h"

#include <QTest>

using namespace assay;
using namespace assay::learn;

namespace {

torch::Tensor drawn(std::int64_t rows, std::int64_t columns, std::uint32_t which) {
    CounterRng rng(7, RngPurpose::Test, which);
    auto values = torch::empty({rows, columns});
    for (std::int64_t i = 0; i < values.numel(); ++i) values.data_ptr<float>()[i] = float(rng.normal());
    return values;
}

double entry(const torch::Tensor& tensor, std::int64_t row, std::int64_t column) {
    return tensor[row][column].item<double>();
}

} // namespace

class TestContrastive : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Against the formula of the paper, sum by sum.
    void ntXentIsTheFormula() {
        constexpr std::int64_t kPairs = 5, kSize = 4;
        constexpr double kTemperature = 0.25;
        const auto first = unitRows(drawn(kPairs, kSize, 1)), second = unitRows(drawn(kPairs, kSize, 2));
        const auto all = torch::cat({first, second});
        double expected = 0;
        for (std::int64_t i = 0; i < 2 * kPairs; ++i) {
            const auto similarity = [&](std::int64_t j) {
                return (all[i] * all[j]).sum().item<double>() / kTemperature;
            };
            double sum = 0;
            for (std::int64_t j = 0; j < 2 * kPairs; ++j)
                if (j != i) sum += std::exp(similarity(j));
            expected -= std::log(std::exp(similarity((i + kPairs) % (2 * kPairs))) / sum) / (2 * kPairs);
        }
        QVERIFY(std::abs(ntXent(first, second, kTemperature).item<double>() - expected) < 1e-5);
    }

    /// Views that agree, and are opposite to all others: ln(1 + (2B − 2) e^(−2/T)) for two pairs.
    void ntXentHasItsClosedForm() {
        const auto views = torch::tensor({{1.0F, 0.0F}, {-1.0F, 0.0F}});
        for (const double temperature : {0.25, 0.5, 1.0}) {
            const double expected = std::log1p(2 * std::exp(-2 / temperature));
            QVERIFY(std::abs(ntXent(views, views, temperature).item<double>() - expected) < 1e-5);
        }
        const auto one = torch::tensor({{1.0F, 0.0F}}).requires_grad_(true);
        const auto loss = ntXent(one, one, 0.25);
        QCOMPARE(loss.item<double>(), 0.0);
        loss.backward();
        QVERIFY(torch::isfinite(one.grad()).all().item<bool>());
    }

    void ntXentIsLessWhereViewsOfOneSampleAgree() {
        const auto first = unitRows(drawn(16, 8, 3)), other = unitRows(drawn(16, 8, 4));
        QVERIFY(ntXent(first, unitRows(first + 0.1 * other), 0.25).item<double>() <
                ntXent(first, other, 0.25).item<double>() - 1);
    }

    /// Two samples of class 0 along x and y, weighed 1 and 0.5; one of class 1 along −x.
    void centresAreTheMeanDirectionsOfTheClasses() {
        const auto v = torch::tensor({{1.0F, 0.0F}, {0.0F, 1.0F}, {-1.0F, 0.0F}});
        const auto p = torch::tensor({{1.0F, 0.0F}, {0.5F, 0.5F}, {0.0F, 1.0F}});
        const ClassMixture mixture = classMixture(v, p);
        const double length0 = std::hypot(1.0, 0.5), length1 = std::hypot(-1.0, 0.5);
        QVERIFY(torch::allclose(mixture.centres, torch::tensor({{float(1 / length0), float(0.5 / length0)},
                                                                {float(-1 / length1), float(0.5 / length1)}})));
        // |v − μ|² = 2 − 2 v·μ for vectors of length one.
        const double spread0 = ((2 - 2 / length0) + 0.5 * (2 - 1 / length0)) / 1.5;
        QVERIFY(std::abs(mixture.spread[0].item<double>() - spread0) < 1e-5);
        QVERIFY(std::abs(mixture.spread[1].item<double>() - spread0) < 1e-5);
    }

    void assignmentsAreTheSoftmaxOfTheSimilarities() {
        ClassMixture mixture{torch::tensor({{1.0F, 0.0F}, {0.0F, 1.0F}}), torch::tensor({0.5F, 0.5F})};
        const auto v = torch::tensor({{1.0F, 0.0F}, {0.6F, 0.8F}});
        const auto assignments = classAssignments(v, mixture, 0.25, false);
        QVERIFY(std::abs(entry(assignments, 0, 0) - 1 / (1 + std::exp(-4.0))) < 1e-6);
        QVERIFY(std::abs(entry(assignments, 1, 1) - 1 / (1 + std::exp(-0.8))) < 1e-6);
        // Where classes spread alike, the variance changes nothing; a wide class takes more of what lies between.
        QVERIFY(torch::allclose(classAssignments(v, mixture, 0.25, true), assignments, 1e-5, 1e-6));
        mixture.spread = torch::tensor({1.0F, 0.25F});
        const auto uneven = classAssignments(v, mixture, 0.25, true);
        const double wide = 0.25 * 1.6, narrow = 0.25 * 0.4; // T spread / mean spread
        const double expected = 1 / (1 + std::exp(0.4 / (2 * narrow) - 0.8 / (2 * wide)));
        QVERIFY2(std::abs(entry(uneven, 1, 1) - expected) < 1e-5, std::to_string(entry(uneven, 1, 1)).c_str());
    }

    /// A label that is not that of its sample's component gets the lower assignment, the lower the further away.
    void aWrongLabelLiesOutside() {
        const auto directions = torch::tensor({{1.0F, 0.0F}, {0.0F, 1.0F}, {-1.0F, 0.0F}});
        const auto v = unitRows(directions.repeat({20, 1}) + 0.1 * drawn(60, 2, 5));
        const auto p = 0.1 + 0.7 * torch::eye(3).repeat({20, 1});
        const auto assignments = classAssignments(v, classMixture(v, p), 0.25, false);
        for (std::int64_t i = 0; i < 60; ++i) {
            const std::int64_t own = i % 3;
            for (std::int64_t other = 0; other < 3; ++other)
                if (other != own) QVERIFY(entry(assignments, i, own) > entry(assignments, i, other));
        }
        QVERIFY(entry(assignments, 0, 1) > entry(assignments, 0, 2)); // opposite is further than beside
    }

    void targetsFollowTheLabelAsFarAsItIsTrusted() {
        const auto labels = torch::tensor({2, 0, 1}, torch::kInt64);
        const auto trust = torch::tensor({1.0F, 0.0F, 0.25F});
        const auto answers = torch::tensor({{0.5F, 0.3F, 0.2F}, {0.1F, 0.2F, 0.7F}, {0.6F, 0.0F, 0.4F}});
        QVERIFY(torch::allclose(trustedTargets(labels, trust, answers),
                                torch::tensor({{0.0F, 0.0F, 1.0F}, {0.1F, 0.2F, 0.7F}, {0.45F, 0.25F, 0.3F}})));
    }

    void neighboursVoteByHowNearTheyAre() {
        const auto v = unitRows(torch::tensor({{1.0F, 0.0F}, {1.0F, 0.1F}, {1.0F, 0.2F}, {0.0F, 1.0F}, {0.1F, 1.0F}}));
        const auto labels = torch::tensor({2, 0, 0, 1, 1}, torch::kInt64);
        const auto everyone = torch::arange(5, torch::kInt64);
        // Sample 0 has no vote about itself: its two neighbours of class 0 win.
        const auto votes = nearestVotes(v, labels, everyone, everyone, 3, 2, 0.1);
        QCOMPARE(votes[0].item<std::int64_t>(), 0);
        QCOMPARE(votes[3].item<std::int64_t>(), 1);
        // With one neighbour sample 1 follows the nearest, not the most frequent.
        QCOMPARE(nearestVotes(v, labels, everyone, torch::tensor({0, 3, 4}, torch::kInt64), 3, 3, 0.1)[1]
                     .item<std::int64_t>(),
                 2);
    }

    /// A method's own head answers in the place of the last layer, learns, and is part of what is saved.
    void aNetworkTakesAnotherHead() {
        const ClassifierPtr network = *makeNetwork("cnn-small:4", {8, 8, 1}, 3, 1);
        const auto pictures = drawn(6, 64, 6).view({6, 1, 8, 8});
        const auto before = network->forward(pictures);
        network->replaceHead(std::make_shared<TwoLayers>(network->featureCount(), 3, 0.0));
        QVERIFY(!torch::allclose(network->forward(pictures), before));
        QCOMPARE(network->forward(pictures).size(1), 3);
        QVERIFY(network->named_parameters().contains("own-head.last.weight"));
        network->freezeAllButHead();
        network->forward(pictures).sum().backward();
        std::size_t learning = 0;
        for (const auto& item : network->named_parameters())
            if (item.value().grad().defined()) {
                ++learning;
                QVERIFY2(item.key().rfind("own-head.", 0) == 0, item.key().c_str());
            }
        QVERIFY(learning > 0);
    }
};

QTEST_GUILESS_MAIN(TestContrastive)
#include "tst_contrastive.moc"
