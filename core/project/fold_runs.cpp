// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/fold_runs.h"

#include "core/project/probability_run.h"

#include <map>
#include <utility>

namespace assay {

namespace {

/// The runs of a project that may belong to a cross-validation, looked through several times.
class KnownRuns {
public:
    KnownRuns(const Project& project, const CrossValidation& cross, std::vector<RunRecord> runs,
              std::vector<ParamSpec> schema = {})
        : m_project(project), m_cross(cross), m_runs(std::move(runs)), m_schema(std::move(schema)) {}

    /// The newest with these settings, in whatever state, on labels of that name that are those of the
    /// cross-validation: a file may have been changed since, and another may have its name.
    [[nodiscard]] Result<std::optional<RunRecord>> newest(const RunConfig& config, const std::string& labelName) {
        const std::string wanted = toText(completed(config, m_schema));
        for (auto run = m_runs.rbegin(); run != m_runs.rend(); ++run) {
            if (run->revision != m_cross.revision || toText(completed(run->config, m_schema)) != wanted) continue;
            ASSAY_TRY(const std::string name, nameWhereSame(run->labelSet));
            if (name == labelName) return *run;
        }
        return std::nullopt;
    }

private:
    /// What the labels are called that are the same; empty where they are not. Each set is read once, and those of runs
    /// with other settings are not.
    Result<std::string> nameWhereSame(std::int64_t labelSet) {
        if (const auto known = m_names.find(labelSet); known != m_names.end()) return known->second;
        ASSAY_TRY(const StoredLabelSet stored, m_project.labelSet(labelSet));
        return m_names[labelSet] = sameLabels(stored.set, m_cross.labels) ? stored.name : std::string();
    }

    const Project& m_project;
    const CrossValidation& m_cross;
    std::vector<RunRecord> m_runs;
    std::vector<ParamSpec> m_schema; ///< of the settings of the runs' method
    std::map<std::int64_t, std::string> m_names;
};

} // namespace

Result<std::vector<std::optional<RunRecord>>> foldRuns(const Project& project, const CrossValidation& cross,
                                                       const std::vector<ParamSpec>& schema) {
    ASSAY_TRY(std::vector<RunRecord> all, project.runs());
    KnownRuns known(project, cross, std::move(all), schema);
    std::vector<std::optional<RunRecord>> runs;
    for (int fold = 0; fold < cross.plan.folds; ++fold) {
        ASSAY_TRY(auto run, known.newest(cross.config, foldLabelName(cross.labelName, cross.plan, fold)));
        runs.push_back(std::move(run));
    }
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
    ASSAY_TRY(std::vector<RunRecord> all, project.runs());
    ASSAY_TRY(const auto before, KnownRuns(project, cross, std::move(all)).newest(together.config, cross.labelName));
    if (before && before->state == RunState::Finished) return *before;
    ASSAY_TRY(together.probabilities, heldOutProbabilities(project, cross.plan, runs));
    together.labelName = cross.labelName;
    together.labels = cross.labels;
    together.revision = cross.revision;
    together.note = "Put together from runs " + numbers +
                    ": of every training sample, what the run says that did not learn from it.";
    return addProbabilityRun(project, dataset, std::move(together));
}

} // namespace assay
