// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

// LibTorch before Qt: both have a macro named "slots".
#include "core/learn/loss_catalogue.h"
#include "core/train/engine.h"

#include <QTest>

#include <limits>
#include <set>

using namespace assay;
using namespace assay::learn;

namespace {

constexpr int kOwn = 0, kOther = 2;
constexpr double kMinusA = 9.210340371976182; ///< −ln 1e-4

torch::Tensor exampleLogits() { return torch::tensor({{2.0, 1.0, 0.1, -1.0}, {2.0, 1.0, 0.1, -1.0}}, torch::kFloat64); }
torch::Tensor exampleLabels() { return torch::tensor({kOwn, kOther}, torch::kInt64); }

/// The loss that a person asks for with "id key=value key=value".
Result<LossOptions> lossOf(const QString& words) {
    const QStringList parts = words.split(QLatin1Char(' '));
    ParamValues given{{"loss", parts[0].toStdString()}};
    for (const QString& part : parts.mid(1))
        given[part.section(QLatin1Char('='), 0, 0).toStdString()] = part.section(QLatin1Char('='), 1).toDouble();
    ASSAY_TRY(const ParamValues complete, completeParams(lossSettings(), given));
    return readLoss(complete);
}

double numericSlope(const LossOptions& loss, const torch::Tensor& logits, const torch::Tensor& labels, std::int64_t k) {
    constexpr double kStep = 1e-6;
    const auto at = [&](double shift) {
        auto moved = logits.clone();
        moved[0][k] += shift;
        return perSampleLoss(moved, labels, loss)[0].item<double>();
    };
    return (at(kStep) - at(-kStep)) / (2 * kStep);
}

torch::Tensor gradientOf(const LossOptions& loss, const torch::Tensor& logits, const torch::Tensor& labels) {
    auto variable = logits.clone().requires_grad_(true);
    perSampleLoss(variable, labels, loss).sum().backward();
    return variable.grad();
}

} // namespace

class TestLosses : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Computed independently in double precision from logits (2, 1, 0.1, −1), labels 0 and 2.
    void valuesAreThePublishedOnes_data() {
        QTest::addColumn<QString>("loss");
        QTest::addColumn<double>("own");
        QTest::addColumn<double>("other");
        const auto row = [](const char* loss, double own, double other) {
            QTest::newRow(loss) << loss << own << other;
        };
        row("ce", .449313, 2.349313);
        row("focal", .058858, 1.922298);
        row("focal focal-gamma=0.5", .270311, 2.234400);
        row("nce-ratio", .058373, .305215);
        row("nce-exp", .361934, .904565);
        row("nfl-ratio", .037718, .311778);
        row("nfl-ratio nfl-gamma=2", .009707, .317024);
        row("nfl-exp", .057160, .853730);
        row("mae", .361934, .904565);
        row("mae-l1", .723867, 1.809131);
        row("mae-mean", .180967, .452283);
        row("rce", 3.333532, 8.331354);
        row("sce", 3.378463, 8.566286);
        row("sce sce-alpha=6 sce-beta=0.1", 3.029231, 14.929013);
        row("gce", .385514, 1.152707);
        row("truncated-gce", .385514, .549183);
        row("ngce", .102813, .307416);
        row("apl-nce-mae", .420307, 1.209780);
        row("apl-nfl-mae", .399652, 1.216343);
        row("apl-nce-rce", 3.391905, 8.636569);
        row("apl-exp-nce-mae", .542900, 1.356848);
        row("label-smoothing", .596813, 2.306813);
        row("ce label-smoothing=0.1", .596813, 2.306813);
        row("bootstrap-soft", .474881, 2.279881);
        row("bootstrap-hard", .449313, 1.969313);
    }
    void valuesAreThePublishedOnes() {
        QFETCH(QString, loss);
        QFETCH(double, own);
        QFETCH(double, other);
        const auto options = lossOf(loss);
        QVERIFY(options);
        const auto values = perSampleLoss(exampleLogits(), exampleLabels(), *options);
        QVERIFY2(std::abs(values[0].item<double>() - own) < 1e-5, std::to_string(values[0].item<double>()).c_str());
        QVERIFY2(std::abs(values[1].item<double>() - other) < 1e-5, std::to_string(values[1].item<double>()).c_str());
    }

    /// factor × (p − e_y) for all that depend on p_y alone; the factor by hand.
    void gradientsAreTheirClosedForms_data() {
        QTest::addColumn<QString>("loss");
        QTest::addColumn<int>("label");
        QTest::addColumn<double>("factor");
        const auto p = torch::softmax(exampleLogits(), 1)[0];
        for (const int label : {kOwn, kOther}) {
            const double py = p[label].item<double>(), ln = std::log(py);
            const double focal = std::pow(1 - py, 2) - 2 * py * (1 - py) * ln;
            const double focalLoss = -std::pow(1 - py, 2) * ln;
            const auto row = [&](const char* loss, double factor) {
                QTest::addRow("%s, label %d", loss, label) << loss << label << factor;
            };
            row("ce", 1);
            row("mae", py);
            row("mae-l1", 2 * py);
            row("mae-mean", 2 * py / 4);
            row("rce", kMinusA * py);
            row("sce", 0.1 + kMinusA * py);
            row("gce", std::pow(py, 0.7));
            row("gce gce-q=0.3", std::pow(py, 0.3));
            row("truncated-gce", py > 0.5 ? std::pow(py, 0.7) : 0);
            row("focal", focal);
            row("nce-exp", py);
            row("nce-exp exp-temperature=2", std::pow(py, 0.5) / 2);
            row("nfl-exp", std::exp(-focalLoss) * focal);
            row("apl-focal-rce apl-alpha=2 apl-beta=3", 2 * focal + 3 * kMinusA * py);
            row("apl-exp-nce-mae", py + 2 * py / 4);
        }
    }
    void gradientsAreTheirClosedForms() {
        QFETCH(QString, loss);
        QFETCH(int, label);
        QFETCH(double, factor);
        const auto options = lossOf(loss);
        QVERIFY(options);
        const auto logits = exampleLogits().slice(0, 0, 1);
        const auto labels = torch::tensor({label}, torch::kInt64);
        const auto expected = factor * (torch::softmax(logits, 1) - torch::one_hot(labels, 4));
        QVERIFY(torch::allclose(gradientOf(*options, logits, labels), expected, 1e-6, 1e-9));
    }

    /// Those with other forms: label smoothing p − target; hard bootstrap the same with its own target; soft adds
    /// the slope of the entropy; NCE is a quotient.
    void gradientsOfMixedTargetsAreTheirClosedForms() {
        const auto logits = exampleLogits();
        const auto p = torch::softmax(logits, 1), logP = torch::log_softmax(logits, 1);
        const auto oneHot = torch::one_hot(exampleLabels(), 4).to(torch::kFloat64);
        const auto matches = [&](const char* loss, const torch::Tensor& expected) {
            return torch::allclose(gradientOf(*lossOf(QString::fromLatin1(loss)), logits, exampleLabels()), expected,
                                   1e-6, 1e-9);
        };
        QVERIFY(matches("label-smoothing", p - (0.9 * oneHot + 0.1 / 4)));
        QVERIFY(matches("bootstrap-hard", p - (0.8 * oneHot + 0.2 * torch::one_hot(logits.argmax(1), 4))));
        const auto entropy = -(p * logP).sum(1, true);
        QVERIFY(matches("bootstrap-soft", 0.95 * (p - oneHot) - 0.05 * p * (logP + entropy)));
        const auto ce = -(oneHot * logP).sum(1, true), sum = -logP.sum(1, true);
        QVERIFY(matches("nce-ratio", ((p - oneHot) * sum - ce * (4 * p - 1)) / (sum * sum)));
    }

    void everyGradientAgreesWithFiniteDifferences_data() {
        QTest::addColumn<QString>("loss");
        for (const LossEntry& entry : lossCatalogue())
            QTest::newRow(entry.id.c_str()) << QString::fromStdString(entry.id);
    }
    void everyGradientAgreesWithFiniteDifferences() {
        QFETCH(QString, loss);
        auto options = *lossOf(loss);
        options.detachFocal = false; // a difference of values sees every dependence
        const auto logits = exampleLogits().slice(0, 0, 1);
        for (const int label : {0, 1, 2, 3}) {
            const auto labels = torch::tensor({label}, torch::kInt64);
            const auto gradient = gradientOf(options, logits, labels);
            for (std::int64_t k = 0; k < 4; ++k)
                QVERIFY(std::abs(gradient[0][k].item<double>() - numericSlope(options, logits, labels, k)) < 1e-7);
        }
    }

    /// With the factors held, as the authors have it, NFL has another slope and the same value.
    void detachedFactorsChangeTheSlopeOnly() {
        auto held = *lossOf(QStringLiteral("nfl-ratio")), free = held;
        QVERIFY(held.detachFocal);
        free.detachFocal = false;
        QVERIFY(torch::equal(perSampleLoss(exampleLogits(), exampleLabels(), held),
                             perSampleLoss(exampleLogits(), exampleLabels(), free)));
        QVERIFY(!torch::allclose(gradientOf(held, exampleLogits(), exampleLabels()),
                                 gradientOf(free, exampleLogits(), exampleLabels())));
    }

    void everyLossIsFiniteAtExtremeLogits_data() { everyGradientAgreesWithFiniteDifferences_data(); }
    void everyLossIsFiniteAtExtremeLogits() {
        QFETCH(QString, loss);
        for (const bool detach : {true, false}) {
            for (const double gamma : {0.5, 2.0}) {
                auto options = *lossOf(loss);
                options.detachFocal = detach;
                options.gamma = gamma;
                const auto logits = torch::tensor({{100.F, -100.F, 0.F},
                                                   {-100.F, 100.F, 0.F},
                                                   {1e4F, 0.F, -1e4F},
                                                   {0.F, 0.F, 0.F},
                                                   {100.F, 100.F, -100.F}});
                const auto labels = torch::tensor({0, 0, 2, 1, 2}, torch::kInt64);
                const auto values = perSampleLoss(logits, labels, options);
                QVERIFY(torch::isfinite(values).all().item<bool>());
                QVERIFY(torch::isfinite(gradientOf(options, logits, labels)).all().item<bool>());
                QVERIFY((values >= 0).all().item<bool>());
            }
        }
    }

    /// Their limits where the softmax is a step: logits 100 and -100 of two classes, p of the label 1 or 0; A = ln 1e-4
    /// as the logarithm of nothing.
    void lossesReachTheirLimitsAtExtremeLogits_data() {
        QTest::addColumn<QString>("loss");
        QTest::addColumn<double>("right");
        QTest::addColumn<double>("wrong");
        QTest::newRow("ce") << "ce" << 0.0 << 200.0;
        QTest::newRow("focal") << "focal" << 0.0 << 200.0;
        QTest::newRow("mae") << "mae" << 0.0 << 1.0;
        QTest::newRow("mae-l1") << "mae-l1" << 0.0 << 2.0;
        QTest::newRow("mae-mean") << "mae-mean" << 0.0 << 1.0;
        QTest::newRow("rce") << "rce" << 0.0 << -std::log(1e-4);
        QTest::newRow("gce") << "gce" << 0.0 << 1 / 0.7;
        QTest::newRow("nce-ratio") << "nce-ratio" << 0.0 << 1.0;
        QTest::newRow("nce-exp") << "nce-exp" << 0.0 << 1.0;
    }
    void lossesReachTheirLimitsAtExtremeLogits() {
        QFETCH(QString, loss);
        QFETCH(double, right);
        QFETCH(double, wrong);
        const auto options = *lossOf(loss);
        const auto logits = torch::tensor({{100.F, -100.F}, {-100.F, 100.F}});
        const auto values = perSampleLoss(logits, torch::tensor({0, 0}, torch::kInt64), options);
        QVERIFY2(std::abs(values[0].item<double>() - right) < 1e-5, std::to_string(values[0].item<double>()).c_str());
        QVERIFY2(std::abs(values[1].item<double>() - wrong) < 1e-3, std::to_string(values[1].item<double>()).c_str());
    }

    void everyLossIsFiniteWithOneClass_data() { everyGradientAgreesWithFiniteDifferences_data(); }
    void everyLossIsFiniteWithOneClass() {
        QFETCH(QString, loss);
        const auto logits = torch::tensor({{3.F}, {-100.F}});
        const auto labels = torch::zeros({2}, torch::kInt64);
        QVERIFY(torch::isfinite(perSampleLoss(logits, labels, *lossOf(loss))).all().item<bool>());
        QVERIFY(torch::isfinite(gradientOf(*lossOf(loss), logits, labels)).all().item<bool>());
    }

    /// The identities that the help lines speak of, at any p_y.
    void exponentialNceIsMaeAndRceIsItsMultiple() {
        torch::manual_seed(7);
        const auto logits = torch::randn({64, 10}, torch::kFloat64) * 4;
        const auto labels = torch::randint(10, {64}, torch::kInt64);
        const auto value = [&](const char* loss) {
            return perSampleLoss(logits, labels, *lossOf(QString::fromLatin1(loss)));
        };
        QVERIFY(torch::allclose(value("nce-exp"), value("mae")));
        QVERIFY(torch::allclose(value("rce"), kMinusA * value("mae")));
        QVERIFY(torch::allclose(value("apl-exp-nce-mae"), (1 + 2.0 / 10) * value("mae")));
        QVERIFY(torch::allclose(value("nce-exp exp-temperature=2") * 2, value("gce gce-q=0.5")));
        QVERIFY(torch::allclose(value("gce gce-q=1"), value("mae")));
        // (1 − p^q) / q lies below −ln p by at most q (ln p)² / 2.
        const auto gap = value("ce") - value("gce gce-q=0.001");
        QVERIFY((gap >= -1e-9).all().item<bool>());
        QVERIFY((gap <= 0.001 / 2 * value("ce").square() + 1e-9).all().item<bool>());
        QVERIFY(torch::allclose(value("apl-ce-rce apl-alpha=0.1"), value("sce")));
        QVERIFY(torch::allclose(value("focal focal-gamma=0"), value("ce")));
    }

    void theCatalogueNamesEachLossOnceAndSaysWhoPublishedIt() {
        std::set<std::string> ids;
        for (const LossEntry& entry : lossCatalogue()) {
            QVERIFY2(ids.insert(entry.id).second, entry.id.c_str());
            QVERIFY2(!entry.help.empty() && (entry.id == "ce" || !entry.citation.empty()), entry.id.c_str());
            for (const auto& [name, field] : entry.settings) {
                const auto specs = lossSettings();
                QVERIFY2(std::any_of(specs.begin(), specs.end(),
                                     [&, n = name](const ParamSpec& spec) { return spec.name == n; }),
                         name.c_str());
            }
        }
        for (const char* both :
             {"nce-ratio", "nce-exp", "nfl-ratio", "nfl-exp", "mae", "mae-l1", "mae-mean", "apl-nce-mae", "apl-nfl-mae",
              "apl-nce-rce", "apl-nfl-rce", "apl-exp-nce-mae", "apl-exp-nfl-mae"})
            QVERIFY2(ids.count(both), both);
    }

    void combinationsWithoutSenseAreRefused() {
        QVERIFY(!lossOf(QStringLiteral("mae label-smoothing=0.1")));
        QVERIFY(!lossOf(QStringLiteral("sce sce-alpha=0 sce-beta=0")));
        QVERIFY(!lossOf(QStringLiteral("apl-nce-mae apl-alpha=0 apl-beta=0")));
        QVERIFY(!lossOf(QStringLiteral("gce gce-q=0")));
        QVERIFY(!lossOf(QStringLiteral("no-such-loss")));
    }

    /// Dynamic bootstrap with w = 0.3 on the same logits, and the regulariser with the batch mean p.
    void dynamicBootstrapHasItsPublishedValues() {
        const auto w = torch::full({2}, 0.3, torch::kFloat64);
        const auto logits = exampleLogits();
        const auto hard = bootstrapLoss(logits, exampleLabels(), logits.argmax(1), w);
        QVERIFY(std::abs(hard[0].item<double>() - .449313) < 1e-5);
        QVERIFY(std::abs(hard[1].item<double>() - 1.779313) < 1e-5);
        const auto soft = bootstrapLoss(logits, exampleLabels(), torch::softmax(logits, 1), w);
        QVERIFY(std::abs(soft[0].item<double>() - .602721) < 1e-5);
        QVERIFY(std::abs(soft[1].item<double>() - 1.932721) < 1e-5);
        QVERIFY(std::abs(priorRegulariser(logits).item<double>() - .538019) < 1e-5);
        QVERIFY(std::abs(negativeEntropy(logits)[0].item<double>() + .960673) < 1e-5);
    }

    /// First visit, β 0.7, λ 3; then the total may be below zero, and stays finite at any logits.
    void earlyLearningRegularisationHasItsPublishedValues() {
        const auto p = elrProbabilities(exampleLogits());
        const auto targets = elrTargets(torch::zeros({2, 4}, torch::kFloat64), p, 0.7);
        QVERIFY(torch::allclose(targets, 0.3 * torch::softmax(exampleLogits(), 1), 1e-6));
        const auto total = crossEntropy(exampleLogits(), exampleLabels()) + 3 * elrRegulariser(p, targets);
        QVERIFY(std::abs(total[0].item<double>() + .009103) < 1e-5);
        QVERIFY(std::abs(total[1].item<double>() - 1.890897) < 1e-5);

        auto extreme = torch::tensor({{100.F, -100.F}, {-100.F, 100.F}}, torch::requires_grad());
        auto memory = torch::zeros({2, 2});
        for (int i = 0; i < 200; ++i) memory = elrTargets(memory, elrProbabilities(extreme), 0.7);
        const auto values = elrRegulariser(elrProbabilities(extreme), memory);
        values.sum().backward();
        QVERIFY(torch::isfinite(values).all().item<bool>() && torch::isfinite(extreme.grad()).all().item<bool>());
        QVERIFY((values < -8).all().item<bool>());
    }

    /// d ln(1 − ⟨t,p⟩)/dz_k = −p_k (t_k − ⟨t,p⟩) / (1 − ⟨t,p⟩): towards the target.
    void earlyLearningSlopeIsItsClosedForm() {
        auto logits = exampleLogits().clone().requires_grad_(true);
        const auto t = torch::tensor({{0.1, 0.6, 0.1, 0.1}, {0.3, 0.0, 0.2, 0.4}}, torch::kFloat64);
        elrRegulariser(elrProbabilities(logits), t).sum().backward();
        const auto p = torch::softmax(exampleLogits(), 1);
        const auto inner = (t * p).sum(1, true);
        QVERIFY(torch::allclose(logits.grad(), -p * (t - inner) / (1 - inner), 1e-6));
    }

    void divergenceIsSymmetricZeroForEqualsAndTeachesBoth() {
        auto first = exampleLogits().clone().requires_grad_(true);
        auto second = torch::tensor({{0.0, 1.0, 0.0, 0.0}, {2.0, 1.0, 0.1, -1.0}},
                                    torch::dtype(torch::kFloat64).requires_grad(true));
        const auto d = symmetricDivergence(first, second);
        QVERIFY(torch::allclose(d, symmetricDivergence(second, first)));
        QVERIFY(d[0].item<double>() > 0 && std::abs(d[1].item<double>()) < 1e-12);
        const auto p = torch::softmax(first, 1), q = torch::softmax(second, 1);
        QVERIFY(torch::allclose(d, (p * (p / q).log()).sum(1) + (q * (q / p).log()).sum(1)));
        d.sum().backward();
        QVERIFY(first.grad()[0].abs().sum().item<double>() > 0 && second.grad()[0].abs().sum().item<double>() > 0);
    }

    void curvesOverTheProbabilityFollowTheClosedForms_data() {
        QTest::addColumn<QString>("loss");
        QTest::addColumn<double>("p");
        QTest::addColumn<double>("value");
        QTest::addColumn<double>("gradient");
        QTest::newRow("cross-entropy at one half") << "ce" << 0.5 << std::log(2.0) << -0.5;
        QTest::newRow("cross-entropy at one tenth") << "ce" << 0.1 << std::log(10.0) << -0.9;
        QTest::newRow("mean absolute error is a line, low") << "mae" << 0.1 << 0.9 << -0.09;
        QTest::newRow("mean absolute error is a line, high") << "mae" << 0.75 << 0.25 << -0.1875;
        QTest::newRow("exponential NCE is the same line") << "nce-exp" << 0.75 << 0.25 << -0.1875;
        QTest::newRow("reverse cross-entropy") << "rce" << 0.5 << kMinusA / 2 << -kMinusA / 4;
        QTest::newRow("generalised") << "gce" << 0.5 << (1 - std::pow(0.5, 0.7)) / 0.7 << -std::pow(0.5, 0.7) / 2;
        QTest::newRow("ELR, target on the label")
            << "elr-label-believed" << 0.5 << -2 * std::log(2.0) << -0.5 - 3 * 0.5;
        // 1/8 of the probability is the other class's
        QTest::newRow("ELR, target on another")
            << "elr-label-doubted" << 0.5 << std::log(2.0) + 3 * std::log(0.875) << -0.5 + 3 * 0.125 * 0.5 / 0.875;
        QTest::newRow("over the classes") << "mae-mean" << 0.5 << 0.2 << -0.1;
    }
    void curvesOverTheProbabilityFollowTheClosedForms() {
        QFETCH(const QString, loss);
        QFETCH(const double, p);
        QFETCH(const double, value);
        QFETCH(const double, gradient);
        const auto curves = lossCurves(5, {p});
        QVERIFY2(curves.has_value(), curves ? "" : curves.error().sentence().c_str());
        QCOMPARE(curves->size(), lossCatalogue().size() + 2); // ELR, whose target is no setting, twice
        const auto found = std::find_if(curves->begin(), curves->end(),
                                        [&](const LossCurve& one) { return one.id == loss.toStdString(); });
        QVERIFY(found != curves->end());
        QVERIFY2(std::abs(found->loss[0] - value) < 1e-9, qPrintable(QString::number(found->loss[0])));
        QVERIFY2(std::abs(found->gradient[0] - gradient) < 1e-9, qPrintable(QString::number(found->gradient[0])));
    }

    void aProbabilityThatHasNoLogarithmGivesNoCurve() {
        for (const double p : {0.0, 1.0, -0.5, std::numeric_limits<double>::quiet_NaN()})
            QVERIFY(!lossCurves(10, {0.5, p}).has_value());
        QVERIFY(!lossCurves(1, {0.5}).has_value());
    }
};

QTEST_GUILESS_MAIN(TestLosses)
#include "tst_losses.moc"
