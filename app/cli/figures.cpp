// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/figures.h"

#include "app/cli/cli_headers.h"
#include "core/base/text.h"

#include <algorithm>
#include <numeric>

namespace assay::cli {

namespace {

/// Ranks as scores: by probability, equal ones by loss, so that a saturated posterior still orders its samples.
std::vector<float> withTiesByLoss(const std::vector<float>& probability, const std::vector<float>& loss) {
    std::vector<std::size_t> order(probability.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto key = [&](std::size_t i) { return std::pair(probability[i], loss[i]); };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    std::vector<float> ranks(probability.size());
    float rank = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i > 0 && key(order[i]) != key(order[i - 1])) ++rank;
        ranks[order[i]] = rank;
    }
    return ranks;
}

Result<stats::DetectionQuality> detection(const EpochSummary& epoch, const Evidence& evidence,
                                          const BaseLabels& labels, const Dataset* dataset, double threshold) {
    const std::vector<float> all = pNoisy(epoch, evidence);
    if (all.empty()) return fail(ErrorCode::Numeric, "the losses do not fall into two groups");
    std::vector<float> probability, loss;
    std::vector<std::uint8_t> wrong;
    for (std::size_t row = 0; row < evidence.size(); ++row) {
        const std::size_t i = evidence.samples[row].value;
        if (i >= labels.labels.size() || i >= labels.trueLabels.size() || labels.trueLabels[i] == kNoLabel) continue;
        if (dataset != nullptr && dataset->splits[i] != Split::Train) continue;
        probability.push_back(all[row]);
        loss.push_back(evidence.loss[row]);
        wrong.push_back(labels.labels[i] != labels.trueLabels[i]);
    }
    ASSAY_TRY(stats::DetectionQuality quality, stats::detectionQuality(probability, wrong, threshold));
    ASSAY_TRY(const stats::DetectionQuality ranked,
              stats::detectionQuality(withTiesByLoss(probability, loss), wrong, 0));
    quality.auroc = ranked.auroc;
    quality.averagePrecision = ranked.averagePrecision;
    return quality;
}

double best(const std::vector<double>& values) { return *std::max_element(values.begin(), values.end()); }

double meanOfLastTen(const std::vector<double>& values) {
    const std::size_t count = std::min<std::size_t>(10, values.size());
    return std::accumulate(values.end() - std::ptrdiff_t(count), values.end(), 0.0) / double(count);
}

} // namespace

Result<BaseLabels> baseLabels(const Project& project, const std::optional<RunRecord>& run, const Dataset* dataset) {
    if (run) {
        ASSAY_TRY(StoredLabelSet stored, project.labelSet(run->labelSet));
        return BaseLabels{std::move(stored.set.labels), std::move(stored.set.trueLabels), std::move(stored.name)};
    }
    if (dataset == nullptr) return fail(ErrorCode::NotFound, "no run has labels yet", project.file().string());
    return BaseLabels{dataset->givenLabels, dataset->trueLabels, "given"};
}

Result<BaseLabels> decisionBase(const Project& project, const std::optional<RunRecord>& run, const Dataset* dataset) {
    ASSAY_TRY(const std::vector<RunRecord> runs, project.runs());
    for (auto candidate = runs.rbegin(); run && candidate != runs.rend(); ++candidate) {
        if (candidate->id > run->id || candidate->revision) continue;
        return baseLabels(project, *candidate, dataset);
    }
    return baseLabels(project, std::nullopt, dataset);
}

std::vector<float> pNoisy(const EpochSummary& epoch, const Evidence& evidence) {
    if (const auto column = evidence.columns.find("p-noisy"); column != evidence.columns.end()) return column->second;
    if (epoch.mixture) return stats::posteriors(*epoch.mixture, evidence.loss);
    stats::MixtureOptions options;
    options.kind = stats::MixtureKind::Gaussian;
    options.normalisation = stats::Normalisation::MinMax;
    const auto fit = stats::fitMixture(std::span<const float>(evidence.loss), options);
    return fit ? stats::posteriors(*fit, evidence.loss) : std::vector<float>{};
}

Result<RunFigures> runFigures(const Project& project, const RunRecord& run, const Dataset* dataset,
                              const std::vector<Label>& truth, double threshold) {
    RunFigures figures;
    figures.run = run;
    ASSAY_TRY(BaseLabels labels, baseLabels(project, run, dataset));
    figures.labels = labels.name;
    if (!truth.empty()) labels.trueLabels = truth;
    ASSAY_TRY(const std::vector<EpochSummary> epochs, project.epochs(run.id));
    for (const char* split : {"test", "validation"}) {
        for (const EpochSummary& epoch : epochs)
            if (const auto value = epoch.scalars.find(std::string(split) + "-accuracy"); value != epoch.scalars.end())
                figures.accuracy.push_back(value->second);
        figures.split = split;
        if (!figures.accuracy.empty()) break;
    }
    if (labels.trueLabels.empty()) {
        figures.detectionMissing = "the true labels are not known";
    } else if (epochs.empty()) {
        figures.detectionMissing = "no epoch was recorded";
    } else {
        ASSAY_TRY(const auto evidence, project.evidence(run.id, epochs.back().epoch));
        const auto quality = detection(epochs.back(), *evidence, labels, dataset, threshold);
        if (quality) figures.detection = *quality;
        else figures.detectionMissing = quality.error().sentence();
    }
    return figures;
}

Json toJson(const RunFigures& figures) {
    const RunRecord& run = figures.run;
    Json settings = Json::object();
    for (const auto& [name, value] : run.config.settings)
        std::visit([&, &key = name](const auto& v) { settings[key] = v; }, value);
    Json json{{"run", run.id.value},
              {"method", run.config.method},
              {"network", run.config.network},
              {"seed", run.config.seed},
              {"device", run.result ? run.result->device : run.config.device},
              {"state", runStateName(run.state)},
              {"labels", figures.labels},
              {"epochs", run.epochsDone},
              {"epochs_planned", run.config.epochs}};
    if (!figures.accuracy.empty())
        json["accuracy"] = Json{{"best", number(best(figures.accuracy))},
                                {"last", number(figures.accuracy.back())},
                                {"mean_last_10", number(meanOfLastTen(figures.accuracy))},
                                {"split", figures.split},
                                {"per_epoch", figures.accuracy}};
    if (figures.detection) {
        const stats::DetectionQuality& found = *figures.detection;
        json["detection"] = Json{{"auroc", number(found.auroc)},
                                 {"average_precision", number(found.averagePrecision)},
                                 {"f1", number(found.f1)},
                                 {"precision", number(found.precision)},
                                 {"recall", number(found.recall)},
                                 {"threshold", number(found.threshold)},
                                 {"wrong", found.wrong},
                                 {"total", found.total}};
    } else {
        json["detection_missing"] = figures.detectionMissing;
    }
    if (run.result) {
        json["seconds_per_epoch"] = number(run.result->secondsPerEpoch);
        json["samples_per_second"] = number(run.result->samplesPerSecond);
        json["peak_memory_mib"] = number(run.result->peakMemoryMib);
    }
    if (!run.reason.empty()) json["reason"] = run.reason;
    json["settings"] = std::move(settings);
    return json;
}

std::string toText(const std::vector<RunFigures>& figures) {
    TextTable table({"run", "method", "seed", "labels", "state", "epochs", "accuracy best", "last", "mean of last 10",
                     "AUROC", "AP", "F1", "s/epoch", "samples/s"});
    for (const RunFigures& one : figures) {
        const RunRecord& run = one.run;
        std::vector<std::string> row{std::to_string(run.id.value), run.config.method, std::to_string(run.config.seed),
                                     one.labels, std::string(runStateName(run.state)),
                                     std::to_string(run.epochsDone) + "/" + std::to_string(run.config.epochs)};
        if (one.accuracy.empty()) row.insert(row.end(), {"-", "-", "-"});
        else
            row.insert(row.end(), {percent(best(one.accuracy)), percent(one.accuracy.back()),
                                   percent(meanOfLastTen(one.accuracy))});
        if (one.detection)
            row.insert(row.end(), {fixed(one.detection->auroc, 4), fixed(one.detection->averagePrecision, 4),
                                   fixed(one.detection->f1, 4)});
        else row.insert(row.end(), {"-", "-", "-"});
        if (run.result)
            row.insert(row.end(), {fixed(run.result->secondsPerEpoch, 2), fixed(run.result->samplesPerSecond, 0)});
        else row.insert(row.end(), {"-", "-"});
        table.add(std::move(row));
    }
    return table.text();
}

} // namespace assay::cli
