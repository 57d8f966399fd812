// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/experiment_results.h"

#include "core/base/csv.h"
#include "core/base/text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace assay {
namespace {

struct MetricText {
    const char* id;
    const char* title;
    int decimals;
    bool percent;
};

const MetricText& textOf(Metric metric) {
    static const std::array<MetricText, kMetrics> kTexts = {{{"best", "best %", 2, true},
                                                             {"last", "last %", 2, true},
                                                             {"mean_last_10", "mean of last 10 %", 2, true},
                                                             {"auroc", "AUROC", 4, false},
                                                             {"average_precision", "average precision", 4, false},
                                                             {"f1", "F1", 4, false},
                                                             {"seconds_per_epoch", "s/epoch", 2, false},
                                                             {"peak_memory_mib", "peak MiB", 0, false}}};
    return kTexts[std::size_t(metric)];
}

std::string decimals(double value, int digits, bool sign) {
    char text[64];
    std::snprintf(text, sizeof text, sign ? "%+.*f" : "%.*f", digits, value);
    std::string result = text;
    std::replace(result.begin(), result.end(), ',', '.'); // whatever the locale
    return result;
}

std::string intervalText(const stats::MeanInterval& interval, int digits, double unit, bool sign = false) {
    if (interval.count == 0) return "–";
    std::string text = decimals(interval.mean * unit, digits, sign);
    if (interval.count > 1) text += " ± " + decimals(interval.halfWidth * unit, digits, false);
    return text;
}

/// Plain text in a cell of a Markdown table.
std::string markdownCell(std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, 1, '\\');
    return text;
}

std::vector<std::string> names(const Experiment& experiment, std::size_t labels, std::size_t network,
                               std::size_t method) {
    return {experiment.labels[labels].name, experiment.networks[network], experiment.methods[method].name};
}

/// What a table tells beside a metric; null: nothing.
const stats::MeanInterval* differenceIn(const ExperimentRow& row, Metric metric) {
    return metric == Metric::Last ? &row.lastDifference : metric == Metric::Auroc ? &row.aurocDifference : nullptr;
}

constexpr std::array<Metric, 3> kPublished = {Metric::Best, Metric::Last, Metric::MeanOfLastTen};

std::string plainNumber(double value) { return std::isfinite(value) ? formatNumber(value) : std::string(); }

void addInterval(std::vector<std::string>& row, const stats::MeanInterval& interval) {
    row.push_back(interval.count > 0 ? formatNumber(interval.mean) : "");
    row.push_back(interval.count > 1 ? formatNumber(interval.halfWidth) : "");
    row.push_back(std::to_string(interval.count));
}

} // namespace

const char* metricId(Metric metric) { return textOf(metric).id; }
const char* metricTitle(Metric metric) { return textOf(metric).title; }

std::optional<double> publishedUnder(const PublishedFigures& published, Metric metric) {
    switch (metric) {
    case Metric::Best: return published.best;
    case Metric::Last: return published.last;
    case Metric::MeanOfLastTen: return published.meanOfLastTen;
    default: return std::nullopt;
    }
}

std::vector<ExperimentRow> summarise(const Experiment& experiment, const std::vector<ExperimentOutcome>& outcomes) {
    std::vector<ExperimentRow> rows;
    for (std::size_t labels = 0; labels < experiment.labels.size(); ++labels)
        for (std::size_t network = 0; network < experiment.networks.size(); ++network) {
            const auto outcome = [&](std::size_t method, std::uint64_t seed) -> const ExperimentOutcome* {
                const auto at = std::find_if(outcomes.begin(), outcomes.end(), [&](const ExperimentOutcome& one) {
                    return one.cell.labels == labels && one.cell.network == network && one.cell.method == method &&
                           one.cell.seed == seed;
                });
                return at == outcomes.end() ? nullptr : &*at;
            };
            for (std::size_t method = 0; method < experiment.methods.size(); ++method) {
                ExperimentRow row;
                row.labels = labels;
                row.network = network;
                row.method = method;
                const auto over = [&](const auto& valueOf) {
                    std::vector<double> values;
                    for (const std::uint64_t seed : experiment.seeds)
                        if (const ExperimentOutcome* one = outcome(method, seed)) values.push_back(valueOf(*one, seed));
                    return stats::meanInterval(values);
                };
                for (const Metric metric : kAllMetrics)
                    row.over[std::size_t(metric)] =
                        over([&](const ExperimentOutcome& one, std::uint64_t) { return one[metric]; });
                const auto difference = [&](Metric metric) {
                    if (method == experiment.reference) return stats::MeanInterval();
                    return over([&](const ExperimentOutcome& one, std::uint64_t seed) {
                        const ExperimentOutcome* other = outcome(experiment.reference, seed);
                        return other == nullptr ? double(NAN) : one[metric] - (*other)[metric];
                    });
                };
                row.lastDifference = difference(Metric::Last);
                row.aurocDifference = difference(Metric::Auroc);
                const auto& published = experiment.methods[method].published;
                if (const auto at = published.find(experiment.labels[labels].name); at != published.end())
                    row.published = at->second;
                rows.push_back(row);
            }
        }
    return rows;
}

std::string outcomesCsv(const Experiment& experiment, const std::vector<ExperimentOutcome>& outcomes) {
    std::vector<std::string> heading = {"labels", "network", "method", "seed"};
    for (const Metric metric : kAllMetrics) heading.emplace_back(metricId(metric));
    std::string csv = csvRow(heading);
    for (const ExperimentOutcome& one : outcomes) {
        std::vector<std::string> row = names(experiment, one.cell.labels, one.cell.network, one.cell.method);
        row.push_back(std::to_string(one.cell.seed));
        for (const double value : one.values) row.push_back(plainNumber(value));
        csv += csvRow(row);
    }
    return csv;
}

std::string summaryCsv(const Experiment& experiment, const std::vector<ExperimentRow>& rows) {
    std::vector<std::string> heading = {"labels", "network", "method"};
    const auto addHeading = [&](const std::string& id) {
        for (const char* part : {"", "_half_width", "_runs"}) heading.push_back(id + part);
    };
    for (const Metric metric : kAllMetrics) addHeading(metricId(metric));
    addHeading("last_difference");
    addHeading("auroc_difference");
    for (const Metric metric : kPublished) heading.push_back(std::string("published_") + metricId(metric) + "_percent");
    std::string csv = csvRow(heading);
    for (const ExperimentRow& row : rows) {
        std::vector<std::string> cells = names(experiment, row.labels, row.network, row.method);
        for (const stats::MeanInterval& interval : row.over) addInterval(cells, interval);
        addInterval(cells, row.lastDifference);
        addInterval(cells, row.aurocDifference);
        for (const Metric metric : kPublished) {
            const auto figure = publishedUnder(row.published, metric);
            cells.push_back(figure ? formatNumber(*figure) : "");
        }
        csv += csvRow(cells);
    }
    return csv;
}

std::string summaryMarkdown(const Experiment& experiment, const std::vector<ExperimentRow>& rows) {
    const std::string reference = markdownCell(experiment.methods[experiment.reference].name);
    const bool published = std::any_of(rows.begin(), rows.end(), [](const ExperimentRow& row) {
        return std::any_of(kPublished.begin(), kPublished.end(),
                           [&](Metric metric) { return publishedUnder(row.published, metric).has_value(); });
    });
    std::string text = "# " + experiment.title + "\n\nSeeds: ";
    for (std::size_t i = 0; i < experiment.seeds.size(); ++i)
        text += (i == 0 ? "" : ", ") + std::to_string(experiment.seeds[i]);
    text += ". ±: half the 95 % interval of Student's t. Δ: against " + reference + ", seed by seed." +
            (published ? " In brackets: published.\n" : "\n");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const ExperimentRow& row = rows[i];
        if (i == 0 || row.labels != rows[i - 1].labels || row.network != rows[i - 1].network) {
            text += "\n## " + experiment.labels[row.labels].name + ", " + experiment.networks[row.network] +
                    "\n\n| method | runs |";
            std::string line = "| --- | ---: |";
            for (const Metric metric : kAllMetrics) {
                text += std::string(" ") + metricTitle(metric) + " |";
                line += " ---: |";
                if (!differenceIn(row, metric)) continue;
                text += metric == Metric::Last ? " Δ last, points |" : " Δ AUROC |";
                line += " ---: |";
            }
            text += "\n" + line + "\n";
        }
        text += "| " + markdownCell(experiment.methods[row.method].name) + " | " +
                std::to_string(row.over[std::size_t(Metric::SecondsPerEpoch)].count) + " |";
        for (const Metric metric : kAllMetrics) {
            const MetricText& how = textOf(metric);
            const double unit = how.percent ? 100 : 1;
            text += " " + intervalText(row.over[std::size_t(metric)], how.decimals, unit);
            if (const auto figure = publishedUnder(row.published, metric))
                text += " (" + decimals(*figure, 2, false) + ")";
            text += " |";
            const stats::MeanInterval* difference = differenceIn(row, metric);
            if (difference == nullptr) continue;
            text += row.method == experiment.reference
                        ? " reference |"
                        : " " + intervalText(*difference, how.decimals, unit, true) + " |";
        }
        text += "\n";
    }
    std::string sources;
    for (const ExperimentMethod& method : experiment.methods)
        if (!method.source.empty()) sources += "\n- " + markdownCell(method.name) + ": " + method.source;
    if (!sources.empty()) text += "\nPublished in:\n" + sources + "\n";
    return text;
}

} // namespace assay
