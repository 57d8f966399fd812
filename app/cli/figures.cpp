// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/figures.h"

#include "app/cli/cli_headers.h"

#include <span>

namespace assay::cli {

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

Result<RunFigures> runFigures(const Project& project, const RunRecord& run, const Dataset* dataset,
                              const std::vector<Label>& truth, double threshold) {
    RunFigures figures;
    figures.run = run;
    ASSAY_TRY(const BaseLabels labels, baseLabels(project, run, dataset));
    figures.labels = labels.name;
    ASSAY_TRY(const std::vector<EpochSummary> epochs, project.epochs(run.id));
    figures.accuracy = accuracyFigures(epochs);
    std::shared_ptr<const Evidence> evidence;
    if (!epochs.empty()) {
        ASSAY_TRY(evidence, project.evidence(run.id, epochs.back().epoch));
    }
    const std::span<const Split> splits = dataset ? std::span<const Split>(dataset->splits) : std::span<const Split>();
    figures.suspicion =
        suspicion(epochs, evidence.get(), labels.labels, truth.empty() ? labels.trueLabels : truth, splits, threshold);
    return figures;
}

Json runJson(const RunRecord& run, const std::string& labels) {
    Json settings = Json::object();
    for (const auto& [name, value] : run.config.settings)
        std::visit([&, &key = name](const auto& v) { settings[key] = v; }, value);
    Json json{{"run", run.id.value},
              {"method", run.config.method},
              {"network", run.config.network},
              {"seed", run.config.seed},
              {"device", run.result ? run.result->device : run.config.device},
              {"state", runStateName(run.state)},
              {"labels", labels},
              {"epochs", run.epochsDone},
              {"epochs_planned", run.config.epochs},
              {"settings", std::move(settings)}};
    if (!run.reason.empty()) json["reason"] = run.reason;
    return json;
}

Json toJson(const RunFigures& figures) {
    const RunRecord& run = figures.run;
    Json json = runJson(run, figures.labels);
    if (!figures.accuracy.perEpoch.empty())
        json["accuracy"] = Json{{"best", number(figures.accuracy.best())},
                                {"last", number(figures.accuracy.last())},
                                {"mean_last_10", number(figures.accuracy.meanOfLastTen())},
                                {"split", figures.accuracy.split},
                                {"per_epoch", figures.accuracy.perEpoch}};
    if (figures.suspicion.detection) {
        const stats::DetectionQuality& found = *figures.suspicion.detection;
        json["detection"] =
            Json{{"auroc", number(found.auroc)},   {"average_precision", number(found.averagePrecision)},
                 {"f1", number(found.f1)},         {"precision", number(found.precision)},
                 {"recall", number(found.recall)}, {"threshold", number(found.threshold)},
                 {"wrong", found.wrong},           {"total", found.total}};
    } else {
        json["detection_missing"] = figures.suspicion.detectionMissing;
    }
    if (run.result) {
        json["seconds_per_epoch"] = number(run.result->secondsPerEpoch);
        json["samples_per_second"] = number(run.result->samplesPerSecond);
        json["peak_memory_mib"] = number(run.result->peakMemoryMib);
    }
    return json;
}

std::string toText(const std::vector<RunFigures>& figures) {
    TextTable table({"run", "method", "seed", "labels", "state", "epochs", "accuracy best", "last", "mean of last 10",
                     "AUROC", "AP", "F1", "s/epoch", "samples/s"});
    for (const RunFigures& one : figures) {
        const RunRecord& run = one.run;
        std::vector<std::string> row{std::to_string(run.id.value),
                                     run.config.method,
                                     std::to_string(run.config.seed),
                                     one.labels,
                                     std::string(runStateName(run.state)),
                                     std::to_string(run.epochsDone) + "/" + std::to_string(run.config.epochs)};
        if (one.accuracy.perEpoch.empty()) row.insert(row.end(), {"-", "-", "-"});
        else
            row.insert(row.end(), {percent(one.accuracy.best()), percent(one.accuracy.last()),
                                   percent(one.accuracy.meanOfLastTen())});
        if (const auto& found = one.suspicion.detection)
            row.insert(row.end(), {fixed(found->auroc, 4), fixed(found->averagePrecision, 4), fixed(found->f1, 4)});
        else row.insert(row.end(), {"-", "-", "-"});
        if (run.result)
            row.insert(row.end(), {fixed(run.result->secondsPerEpoch, 2), fixed(run.result->samplesPerSecond, 0)});
        else row.insert(row.end(), {"-", "-"});
        table.add(std::move(row));
    }
    return table.text();
}

} // namespace assay::cli
