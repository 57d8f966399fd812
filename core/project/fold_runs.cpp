// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/fold_runs.h"

#include "core/project/probability_run.h"

#include <map>

namespace assay {

namespace {

/// Runs of a project with the names of what they learn, read once for several questions.
struct NamedRuns {
    std::vector<RunRecord> runs;
    std::map<std::int64_t, std::string> labels;

    /// The newest with these settings on labels of that name, in whatever state.
    [[nodiscard]] std::optional<RunRecord> newest(const RunConfig& config, const std::string& labelName) const {
        const std::string wanted = toText(config);
        for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
            const auto name = labels.find(run->labelSet);
            if (name != labels.end() && name->second == labelName && toText(run->config) == wanted) return *run;
        }
        return std::nullopt;
    }
};

Result<NamedRuns> namedRuns(const Project& project) {
    NamedRuns named;
    ASSAY_TRY(named.runs, project.runs());
    ASSAY_TRY(const std::vector<StoredLabelSet> sets, project.labelSets());
    for (const StoredLabelSet& set : sets) named.labels[set.id] = set.name;
    return named;
}

} // namespace

Result<std::vector<std::optional<RunRecord>>> foldRuns(const Project& project, const CrossValidation& cross) {
    ASSAY_TRY(const NamedRuns named, namedRuns(project));
    std::vector<std::optional<RunRecord>> runs;
    for (int fold = 0; fold < cross.plan.folds; ++fold)
        runs.push_back(named.newest(cross.config, foldLabelName(cross.labelName, cross.plan, fold)));
    return runs;
}

bool isFoldDone(const Project& project, const std::optional<RunRecord>& run) {
    return run && run->state == RunState::Finished && project.probabilities(run->id);
}

Result<std::optional<FoldOf>> foldOf(const Project& project, const Dataset& dataset, const RunRecord& run,
                                     const StoredLabelSet& labels) {
    const auto name = parseFoldLabelName(labels.name);
    if (!name) return std::nullopt;
    FoldOf found;
    found.fold = name->fold;
    found.cross.config = run.config;
    found.cross.labelName = name->labels;
    found.cross.labels = labels.set;
    found.cross.revision = run.revision;
    ASSAY_TRY(found.cross.excluded, excludedSamples(project, run.revision));
    ASSAY_TRY(found.cross.plan, planFolds(dataset, found.cross.labels, found.cross.excluded, name->folds, name->seed));
    return found;
}

Result<RunRecord> joinFolds(Project& project, const Dataset& dataset, const CrossValidation& cross,
                            const std::vector<RunId>& runs) {
    std::string numbers;
    for (const RunId run : runs) numbers += (numbers.empty() ? "" : " ") + std::to_string(run.value);
    ProbabilityRun together;
    together.config = cross.config;
    together.config.method = kCrossValidationMethod;
    together.config.settings = {{"method", cross.config.method},
                                {"folds", std::int64_t(cross.plan.folds)},
                                {"epochs-of-each", std::int64_t(cross.config.epochs)},
                                {"runs", numbers}};
    together.config.epochs = 1;
    ASSAY_TRY(const NamedRuns named, namedRuns(project));
    const auto before = named.newest(together.config, cross.labelName);
    if (before && before->state == RunState::Finished) return *before;
    ASSAY_TRY(together.probabilities, heldOutProbabilities(project, cross.plan, runs));
    together.labelName = cross.labelName;
    together.labels = cross.labels;
    together.revision = cross.revision;
    together.note =
        "Put together from runs " + numbers + ": of every training sample, what the run says that did not learn from it.";
    return addProbabilityRun(project, dataset, std::move(together));
}

} // namespace assay
