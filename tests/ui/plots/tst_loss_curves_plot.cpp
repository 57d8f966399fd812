// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/loss_curves_plot.h"

#include <QTest>

#include <cmath>

using namespace assay;
using namespace assay::ui;

namespace {

std::vector<double> probabilities() {
    std::vector<double> p;
    for (int i = 1; i < 100; ++i) p.push_back(i / 100.0);
    return p;
}

/// factor · (1 − p^q) / q, from mean absolute error (q = 1) towards cross-entropy (q = 0), and its slope.
LossLine line(const char* name, double q, double factor = 1) {
    LossLine made{QString::fromLatin1(name), {}, {}};
    for (const double p : probabilities()) {
        made.loss.push_back(factor * (1 - std::pow(p, q)) / q);
        made.gradient.push_back(-factor * std::pow(p, q) * (1 - p));
    }
    return made;
}

} // namespace

class TestLossCurvesPlot : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void lossesThatDifferByAFactorAreOneFamily() {
        const auto families = lossFamilies(
            {line("gce", 0.7), line("mae", 1), line("nce-exp", 1), line("ce", 1e-3), line("rce", 1, 9.21)});
        QCOMPARE(families.size(), std::size_t(1));
        QCOMPARE(families[0].members, std::vector<std::size_t>({1, 2, 4}));
        QVERIFY(std::abs(families[0].factors[1] - 1) < 1e-9);
        QVERIFY(std::abs(families[0].factors[2] - 9.21) < 1e-9);
    }

    void aFamilyIsToldInASentence() {
        LossCurvesPlot plot;
        QVERIFY(plot.familyText().isEmpty());
        plot.setCurves(probabilities(), {line("mae", 1), line("nce-exp", 1), line("rce", 1, 9.21)});
        QCOMPARE(plot.familyText(), QStringLiteral("The same curve up to a factor: nce-exp = mae; rce = 9.21 × mae."));
        QVERIFY(plot.summary().contains(plot.familyText()));
        plot.setCurves(probabilities(), {line("mae", 1), line("gce", 0.7)});
        QVERIFY(plot.familyText().isEmpty());
    }

    void aLossWithoutAnyPullIsNobodysMultiple() {
        LossLine flat{QStringLiteral("flat"), std::vector<double>(99, 1.0), std::vector<double>(99, 0.0)};
        QVERIFY(lossFamilies({flat, line("mae", 1), flat}).empty());
    }

    void theDataAreTheValuesAndGradientsAsTheyCame() {
        LossCurvesPlot plot;
        plot.setCurves({0.25, 0.5}, {LossLine{QStringLiteral("mae"), {0.75, 0.5}, {-0.1875, -0.25}}});
        plot.setScaled(true); // changes the picture only
        QCOMPARE(plot.dataAsTsv(), QStringLiteral("p\tmae\tmae dL/dz\n0.25\t0.75\t-0.1875\n0.5\t0.5\t-0.25\n"));
        QVERIFY(plot.figure(FigureFormat::Svg, QSize(600, 300)).contains("mae"));
    }
};

QTEST_MAIN(TestLossCurvesPlot)
#include "tst_loss_curves_plot.moc"
