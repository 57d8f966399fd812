// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/csv.h"
#include "core/project/experiment_plot.h"
#include "core/project/experiment_results.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace assay;

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// Two methods, three seeds, no truth known.
Experiment threeSeeds() {
    Experiment experiment;
    experiment.title = "T";
    experiment.labels.emplace_back().name = "given";
    experiment.networks = {"cnn-small"};
    experiment.seeds = {1, 2, 3};
    ExperimentMethod plain, other;
    plain.name = "plain", plain.id = "cross-entropy";
    other.name = "a|b", other.id = "co-teaching";
    other.published["given"].last = 91.5;
    other.source = "a paper, table 1";
    experiment.methods = {plain, other};
    return experiment;
}

ExperimentOutcome outcome(std::size_t method, std::uint64_t seed, double last) {
    ExperimentOutcome one;
    one.cell = {0, 0, method, seed};
    one.values.fill(kUnknown);
    one[Metric::Last] = last;
    one[Metric::SecondsPerEpoch] = 2;
    return one;
}

} // namespace

class TestExperimentResults : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Student's t for two degrees of freedom is 4.302653 at 97.5 %.
    void meansHaveStudentsInterval() {
        const Experiment experiment = threeSeeds();
        const auto rows = summarise(experiment, {outcome(0, 1, 0.70), outcome(0, 2, 0.72), outcome(0, 3, 0.74)});
        QCOMPARE(rows.size(), std::size_t(2));
        const auto& last = rows[0].over[std::size_t(Metric::Last)];
        QCOMPARE(last.count, std::size_t(3));
        QVERIFY(std::abs(last.mean - 0.72) < 1e-12);
        QVERIFY(std::abs(last.halfWidth - 4.302653 * 0.02 / std::sqrt(3.0)) < 1e-6);
        QCOMPARE(rows[0].over[std::size_t(Metric::Auroc)].count, std::size_t(0));
        QCOMPARE(rows[1].over[std::size_t(Metric::Last)].count, std::size_t(0));
    }

    /// Both vary by seed, the difference does not: its interval is a point.
    void differencesArePairedBySeed() {
        const Experiment experiment = threeSeeds();
        const auto rows = summarise(experiment, {outcome(0, 1, 0.60), outcome(0, 2, 0.70), outcome(0, 3, 0.80),
                                                 outcome(1, 3, 0.85), outcome(1, 1, 0.65)});
        QCOMPARE(rows[1].lastDifference.count, std::size_t(2));
        QVERIFY(std::abs(rows[1].lastDifference.mean - 0.05) < 1e-12);
        QVERIFY(rows[1].lastDifference.halfWidth < 1e-12);
        QCOMPARE(rows[0].lastDifference.count, std::size_t(0));
    }

    void tablesHoldWhatIsKnownAndNothingElse() {
        const Experiment experiment = threeSeeds();
        const std::vector<ExperimentOutcome> outcomes = {outcome(0, 1, 0.5), outcome(1, 1, 0.75)};
        const auto runs = parseCsv(outcomesCsv(experiment, outcomes), "runs");
        QVERIFY(runs);
        QCOMPARE(runs->rows.size(), std::size_t(2));
        QCOMPARE(runs->rows[1][*runs->column("method")], std::string("a|b"));
        QCOMPARE(runs->rows[1][*runs->column("last")], std::string("0.75"));
        QCOMPARE(runs->rows[1][*runs->column("auroc")], std::string());
        const auto summary = parseCsv(summaryCsv(experiment, summarise(experiment, outcomes)), "summary");
        QVERIFY(summary);
        QCOMPARE(summary->rows[1][*summary->column("last_difference")], std::string("0.25"));
        QCOMPARE(summary->rows[1][*summary->column("last_half_width")], std::string());
        QCOMPARE(summary->rows[1][*summary->column("published_last_percent")], std::string("91.5"));
        const QString markdown = QString::fromStdString(summaryMarkdown(experiment, summarise(experiment, outcomes)));
        QVERIFY2(markdown.contains("| last % | Δ last, points | mean of last 10 % | AUROC | Δ AUROC |"),
                 qPrintable(markdown));
        QVERIFY2(markdown.contains("| --- | ---: | ---: |"), qPrintable(markdown)); // numbers stand under each other
        QVERIFY2(markdown.contains("| 50.00 | reference |"), qPrintable(markdown));
        QVERIFY2(markdown.contains("| a\\|b | 1 | – | 75.00 (91.50) | +25.00 | – |"), qPrintable(markdown));
        QVERIFY2(markdown.contains("- a\\|b: a paper, table 1"), qPrintable(markdown));
    }

    /// The axis follows the means, so how far an interval reaches beyond it makes no difference.
    void intervalsOfTwoSeedsAreCutAndDoNotStretchThePlot() {
        const Experiment experiment = threeSeeds();
        const auto plotted = [&](double halfWidth) {
            auto rows = summarise(experiment, {outcome(0, 1, 0.60), outcome(0, 2, 0.62), outcome(1, 1, 0.90)});
            rows[0].over[std::size_t(Metric::Last)].halfWidth = halfWidth;
            return plotSummary(experiment, rows, PlotFormat::Png).value();
        };
        QVERIFY(plotted(0.4) == plotted(0.9));
        QVERIFY(plotted(0.4) != plotted(0.01));
    }
};

QTEST_GUILESS_MAIN(TestExperimentResults)
#include "tst_experiment_results.moc"
