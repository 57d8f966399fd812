// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/project/experiment_grid.h"

#include "core/base/find_typed.h"
#include "core/base/text.h"
#include "core/data/noise.h"
#include "core/project/run_figures.h"
#include "core/project/trusted_labels.h"
#include "core/train/method.h"
#include "core/train/network.h"

#include <algorithm>
#include <limits>

namespace assay {

std::string cellName(const Experiment& experiment, const ExperimentCell& cell) {
    return experiment.methods[cell.method].name + " on " + experiment.labels[cell.labels].name + ", " +
           experiment.networks[cell.network] + ", seed " + std::to_string(cell.seed);
}

Result<RunConfig> completeConfig(const Experiment& experiment, const ExperimentCell& cell, const Registry& registry) {
    RunConfig config = configOf(experiment, cell);
    ASSAY_CHECK_STATUS(findNetwork(registry.networks, config.network));
    ASSAY_TRY(const auto method, findTyped(registry.methods, config.method, "method"));
    const Description& about = method->description();
    config.method = about.id;
    ParamValues given;
    for (const auto& [name, text] : settingsOf(experiment, cell)) {
        const auto spec = std::find_if(about.params.begin(), about.params.end(),
                                       [&key = name](const ParamSpec& one) { return one.name == key; });
        if (spec == about.params.end())
            return fail(ErrorCode::InvalidArgument, "the method " + about.id + " has no such setting", name);
        ASSAY_TRY(given[name], parseParam(*spec, text));
    }
    ASSAY_TRY(config.settings, completeParams(about.params, given));
    return config;
}

Result<ExperimentLabelSet> makeLabels(const ExperimentLabels& wanted, std::uint64_t seed, const Dataset& dataset) {
    ExperimentLabelSet made;
    made.name = wanted.name;
    if (wanted.noise) {
        NoiseOptions noise = *wanted.noise;
        noise.seed = seed;
        if (!wanted.classMap.empty()) {
            ASSAY_TRY(noise.map, parseClassMap(wanted.classMap, dataset.classNames));
        }
        const auto& clean = dataset.trueLabels.empty() ? dataset.givenLabels : dataset.trueLabels;
        ASSAY_TRY(NoisyLabels noisy, injectNoise(dataset, clean, noise));
        made.name += ", seed " + std::to_string(seed);
        made.set = {LabelOrigin::NoiseModel, made.name, std::move(noisy.labels), clean, {}};
    } else if (!wanted.file.empty()) {
        ASSAY_TRY(LabelFile file, readLabelFile(wanted.file, dataset, wanted.columns));
        made.set = std::move(file.labels);
        if (file.unnamed > 0 && file.tellsTruth && dataset.trueLabels.empty())
            made.notes.push_back(withThousands(file.unnamed) + " samples are not named in " +
                                 wanted.file.filename().string() + ": whether their label is right is not known");
    } else {
        made.set = givenLabelSet(dataset);
    }
    if (!wanted.labelledFile.empty()) {
        ASSAY_TRY(made.set, trustListIn(wanted.labelledFile, std::move(made.set), dataset, wanted.file.empty(),
                                        "name the same file as file to learn them", made.notes));
    }
    return made;
}

RunConfig completed(RunConfig recorded, const Registry& registry) {
    const auto method = registry.methods.find(recorded.method);
    return method ? completed(std::move(recorded), method->description().params) : recorded;
}

Result<std::optional<RunRecord>> findRun(const Project& project, const RunConfig& config, const LabelSet& labels,
                                         const Registry& registry) {
    ASSAY_TRY(const std::vector<StoredLabelSet> sets, project.labelSets());
    const std::string wanted = toText(config);
    ASSAY_TRY(const std::vector<RunRecord> runs, project.runs());
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
        if (run->revision || toText(completed(run->config, registry)) != wanted) continue;
        const auto set =
            std::find_if(sets.begin(), sets.end(), [&](const StoredLabelSet& one) { return one.id == run->labelSet; });
        if (set != sets.end() && sameLabels(set->set, labels)) return *run;
    }
    return std::nullopt;
}

Result<ExperimentOutcome> outcomeOf(const Experiment& experiment, const ExperimentCell& cell, const Project& project,
                                    const Dataset& dataset, const RunRecord& record) {
    ASSAY_TRY(const StoredLabelSet labels, project.labelSet(record.labelSet));
    ASSAY_TRY(const std::vector<EpochSummary> epochs, project.epochs(record.id));
    std::shared_ptr<const Evidence> evidence;
    if (!epochs.empty()) {
        ASSAY_TRY(evidence, project.evidence(record.id, epochs.back().epoch));
    }
    const AccuracyFigures accuracy = accuracyFigures(epochs);
    const auto detection = suspicion(epochs, evidence.get(), labels.set.labels, labels.set.trueLabels, dataset.splits,
                                     experiment.threshold)
                               .detection;
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    ExperimentOutcome outcome;
    outcome.cell = cell;
    outcome[Metric::Best] = accuracy.best();
    outcome[Metric::Last] = accuracy.last();
    outcome[Metric::MeanOfLastTen] = accuracy.meanOfLastTen();
    outcome[Metric::Auroc] = detection ? detection->auroc : kUnknown;
    outcome[Metric::AveragePrecision] = detection ? detection->averagePrecision : kUnknown;
    outcome[Metric::F1] = detection ? detection->f1 : kUnknown;
    outcome[Metric::SecondsPerEpoch] = record.result ? record.result->secondsPerEpoch : kUnknown;
    outcome[Metric::PeakMemory] = record.result ? record.result->peakMemoryMib : kUnknown;
    return outcome;
}

} // namespace assay
