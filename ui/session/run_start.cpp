// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/run_start.h"

#include "core/base/text.h"
#include "core/data/pixel_store.h"
#include "core/project/fold_runs.h"
#include "core/project/probability_run.h"
#include "core/project/trusted_labels.h"
#include "ui/session/opening.h"

#include <algorithm>

namespace assay::ui {
namespace {

/// Labels before it is said which of them count, and what they are called.
struct NamedLabels {
    std::string name;
    LabelSet set;
};

NamedLabels journalLabels(const LabelJob& job, Revision revision, std::vector<std::uint8_t>& excluded) {
    EffectiveLabels effective = effectiveLabels(job.base->labels, job.decisions);
    excluded = std::move(effective.excluded);
    NamedLabels named;
    named.set.origin = LabelOrigin::Journal;
    named.set.source = named.name = "revision " + std::to_string(revision.value);
    named.set.labels = std::move(effective.labels);
    named.set.trueLabels = job.base->trueLabels;
    named.set.trusted = job.base->trusted;
    return named;
}

Result<NamedLabels> storedLabels(const Project& project, std::int64_t id) {
    ASSAY_TRY(StoredLabelSet stored, project.labelSet(id));
    return NamedLabels{std::move(stored.name), std::move(stored.set)};
}

Result<NamedLabels> allLabelsFor(const LabelJob& job, RunRecord& record, std::vector<std::uint8_t>& excluded) {
    switch (job.choice.kind) {
    case LabelChoice::Kind::Given: return NamedLabels{"given", givenLabelSet(*job.dataset)};
    case LabelChoice::Kind::Noise: {
        ASSAY_TRY(LabelSet set, noisyLabelSet(*job.dataset, job.choice.noise));
        return NamedLabels{noiseName(job.choice.noise), std::move(set)};
    }
    case LabelChoice::Kind::File: {
        ASSAY_TRY(LabelFile read, readLabelFile(pathOf(job.choice.file), *job.dataset));
        return NamedLabels{pathOf(job.choice.file).filename().string(), std::move(read.labels)};
    }
    case LabelChoice::Kind::Journal:
        record.revision = job.project->revision();
        return journalLabels(job, *record.revision, excluded);
    case LabelChoice::Kind::Stored: return storedLabels(*job.project, job.choice.stored);
    }
    return fail(ErrorCode::Internal, "unknown kind of labels");
}

/// The labels of a run, of which its suspects do not count.
Result<NamedLabels> labelsWithoutSuspects(const LabelJob& job, RunRecord& record, std::vector<std::uint8_t>& excluded) {
    ASSAY_TRY(const RunRecord judge, job.project->run(job.choice.judge));
    ASSAY_TRY(NamedLabels named, storedLabels(*job.project, judge.labelSet));
    record.revision = judge.revision;
    ASSAY_TRY(excluded, excludedSamples(*job.project, judge.revision));
    ASSAY_TRY(named.set, trustByRun(std::move(named.set), *job.project, *job.dataset, judge.id, job.choice.cleanBelow,
                                    job.choice.judgeEpoch));
    named.name += ", without the suspects of " + judgeName(judge.id, job.choice.judgeEpoch);
    return named;
}

Result<KeptLabels> labelsFor(const LabelJob& job, RunRecord& record, std::vector<std::uint8_t>& excluded,
                             std::vector<std::string>& notes) {
    NamedLabels named;
    switch (job.choice.counting) {
    case LabelChoice::Counting::All: {
        ASSAY_TRY(named, allLabelsFor(job, record, excluded));
        break;
    }
    case LabelChoice::Counting::Listed: {
        ASSAY_TRY(named, allLabelsFor(job, record, excluded));
        const std::filesystem::path list = pathOf(job.choice.list);
        ASSAY_TRY(named.set,
                  trustListIn(list, std::move(named.set), *job.dataset, job.choice.kind != LabelChoice::Kind::File,
                              "choose the same file as the labels to learn them", notes));
        named.name += ", those of " + list.filename().string();
        break;
    }
    case LabelChoice::Counting::Reviewed: {
        record.revision = job.project->revision();
        named = journalLabels(job, *record.revision, excluded);
        ASSAY_TRY(named.set, trustReviewed(std::move(named.set), *job.dataset, job.decisions));
        named.name += ", reviewed only";
        break;
    }
    case LabelChoice::Counting::CleanByRun: {
        ASSAY_TRY(named, labelsWithoutSuspects(job, record, excluded));
        break;
    }
    }
    if (countingLabels(named.set, *job.dataset) == 0)
        return fail(ErrorCode::InvalidArgument, "no label counts; choose others to learn from", named.name);
    return keepLabels(*job.project, named.name, std::move(named.set));
}

/// The window keeps pictures at one size; a run at a larger one would learn them scaled up, and not what it began with.
Status checkPictureSize(const Dataset& dataset, const RunConfig& config) {
    constexpr int kUsualSide = 64; // which every store may be scaled to
    if (config.imageSize <= kUsualSide || !dataset.pixels) return {};
    const ImageGeometry stored = dataset.pixels->geometry();
    if (std::max(stored.width, stored.height) >= config.imageSize) return {};
    return fail(
        ErrorCode::InvalidArgument,
        "pictures with a side of " + std::to_string(config.imageSize) +
            " are asked for, and the window holds them smaller; assay-cli trains, resumes and runs recipes at that size",
        "image-size");
}

Result<MadeRun> joined(Project& project, const Dataset& dataset, const CrossValidation& cross,
                       const std::vector<RunId>& folds) {
    MadeRun made;
    ASSAY_TRY(made.run, joinFolds(project, dataset, cross, folds));
    ASSAY_TRY(made.epochs, project.epochs(made.run.id));
    return made;
}

} // namespace

Result<NewRun> recordRun(const LabelJob& job, const RunConfig& config) {
    ASSAY_CHECK_STATUS(checkPictureSize(*job.dataset, config));
    NewRun made;
    made.start.record.config = config;
    ASSAY_TRY(made.labels, labelsFor(job, made.start.record, made.start.excluded, made.notes));
    made.unlearnt = classesThatCountNot(*made.labels.set, *job.dataset);
    made.start.labels = made.labels.set;
    made.start.record.labelSet = made.labels.id;
    made.start.record.created = utcNow();
    ASSAY_TRY(made.start.record.id, job.project->addRun(made.start.record));
    return made;
}

Result<NewRun> reviveRun(const std::shared_ptr<Project>& project, const Dataset& dataset, RunRecord record) {
    ASSAY_CHECK_STATUS(checkPictureSize(dataset, record.config));
    NewRun made;
    ASSAY_TRY(StoredLabelSet stored, project->labelSet(record.labelSet));
    ASSAY_TRY(const auto fold, foldOf(*project, dataset, record, stored));
    made.labels = {stored.id, stored.name, std::make_shared<const LabelSet>(std::move(stored.set))};
    if (fold) {
        made.start.dataset = datasetOfFold(dataset, fold->cross.plan, fold->fold);
        made.start.excluded = fold->cross.excluded;
    } else {
        ASSAY_TRY(made.start.excluded, excludedSamples(*project, record.revision));
    }
    record.state = RunState::Queued;
    record.reason.clear();
    made.start.labels = made.labels.set;
    made.start.record = std::move(record);
    made.start.resume = true;
    return made;
}

Result<FoldsLeft> recordFolds(const LabelJob& job, const RunConfig& config, int folds,
                              const std::vector<ParamSpec>& schema) {
    RunRecord record;
    record.config = config;
    CrossValidation cross;
    cross.config = config;
    FoldsLeft left;
    ASSAY_TRY(const KeptLabels labels, labelsFor(job, record, cross.excluded, left.notes));
    cross.labelName = labels.name;
    cross.labels = *labels.set;
    cross.revision = record.revision;
    ASSAY_TRY(cross.plan, planFolds(*job.dataset, cross.labels, cross.excluded, folds, config.seed));
    ASSAY_TRY(const auto known, foldRuns(*job.project, cross, schema));
    std::vector<RunId> done;
    for (int fold = 0; fold < folds; ++fold) {
        const std::optional<RunRecord>& before = known[std::size_t(fold)];
        if (isFoldDone(*job.project, before)) {
            done.push_back(before->id);
            continue;
        }
        if (before && !isOver(before->state)) continue; // under way
        if (before && before->state != RunState::Finished) {
            ASSAY_TRY(NewRun revived, reviveRun(job.project, *job.dataset, *before));
            left.runs.push_back(std::move(revived));
            continue;
        }
        NewRun fresh;
        fresh.labels.name = foldLabelName(cross.labelName, cross.plan, fold);
        fresh.labels.set = labels.set;
        ASSAY_TRY(fresh.labels.id, findOrAddLabelSet(*job.project, fresh.labels.name, cross.labels));
        fresh.start.record = record;
        fresh.start.record.labelSet = fresh.labels.id;
        fresh.start.record.created = utcNow();
        ASSAY_TRY(fresh.start.record.id, job.project->addRun(fresh.start.record));
        fresh.start.labels = labels.set;
        fresh.start.excluded = cross.excluded;
        fresh.start.dataset = datasetOfFold(*job.dataset, cross.plan, fold);
        left.runs.push_back(std::move(fresh));
    }
    if (int(done.size()) == folds) {
        ASSAY_TRY(left.together, joined(*job.project, *job.dataset, cross, done));
    }
    return left;
}

Result<std::optional<MadeRun>> joinedWhereDone(Project& project, const Dataset& dataset, const RunRecord& run,
                                               const std::vector<ParamSpec>& schema) {
    ASSAY_TRY(const StoredLabelSet labels, project.labelSet(run.labelSet));
    ASSAY_TRY(const auto fold, foldOf(project, dataset, run, labels));
    if (!fold) return std::nullopt;
    ASSAY_TRY(const auto runs, foldRuns(project, fold->cross, schema));
    const auto finished = [](const auto& one) { return one && one->state == RunState::Finished; };
    if (!std::all_of(runs.begin(), runs.end(), finished)) return std::nullopt; // before any probabilities are read
    std::vector<RunId> done;
    for (const auto& one : runs) {
        if (!isFoldDone(project, one)) return std::nullopt;
        done.push_back(one->id);
    }
    ASSAY_TRY(MadeRun made, joined(project, dataset, fold->cross, done));
    return made;
}

} // namespace assay::ui
