// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/probability_run.h"

#include "core/audit/probability_evidence.h"
#include "core/base/text.h"
#include "core/data/splits.h"
#include "core/project/feature_store.h"
#include "core/stats/mixture.h"

#include <future>

namespace assay {
namespace {

/// Share of the samples of a split, or of all, whose prediction is the label, and their mean loss.
void scoreSplit(const Dataset& dataset, const LabelSet& labels, const Evidence& evidence, std::optional<Split> split,
                bool againstTruth, EpochReport& report) {
    double right = 0, loss = 0, count = 0;
    for (std::size_t row = 0; row < evidence.size(); ++row) {
        const std::size_t i = evidence.samples[row].value;
        if ((split && dataset.splits[i] != *split) || labels.labels[i] == kNoLabel) continue;
        const bool known = againstTruth && i < labels.trueLabels.size() && labels.trueLabels[i] != kNoLabel;
        right += evidence.prediction[row] == (known ? labels.trueLabels[i] : labels.labels[i]) ? 1 : 0;
        loss += double(evidence.loss[row]);
        ++count;
    }
    if (count == 0) return;
    const std::string name(split ? splitName(*split) : "all");
    report.scalars[name + "-accuracy"] = right / count;
    report.scalars[name + "-loss"] = loss / count;
}

/// Losses of the training samples that have a label; of all that have one where no training sample is among the
/// evidence.
std::vector<float> lossesToFit(const Dataset& dataset, const Evidence& evidence, const std::vector<Label>& labels) {
    std::vector<float> training, all;
    for (std::size_t row = 0; row < evidence.size(); ++row) {
        const std::size_t i = evidence.samples[row].value;
        if (labels[i] == kNoLabel) continue;
        all.push_back(evidence.loss[row]);
        if (dataset.splits[i] == Split::Train) training.push_back(evidence.loss[row]);
    }
    return training.empty() ? all : training;
}

Status writeEpoch(Project& project, RunId run, std::shared_ptr<const EpochReport> report) {
    auto written = std::make_shared<std::promise<Status>>();
    std::future<Status> end = written->get_future();
    project.addEpochAsync(run, std::move(report), [written](Status status) { written->set_value(std::move(status)); });
    return end.get();
}

std::size_t countOf(const Dataset& dataset, Split split) {
    return std::size_t(std::count(dataset.splits.begin(), dataset.splits.end(), split));
}

} // namespace

bool isOutOfSample(const RunConfig& config) {
    return config.method == kImportedMethod || config.method == kNeighbourMethod ||
           config.method == kCrossValidationMethod;
}

bool judges(const RunConfig& config, Split split) { return split == Split::Train || isOutOfSample(config); }

bool suggestsByNeighbours(const RunConfig& config, const ScoreTraits& score) {
    return config.method == kNeighbourMethod || score.basis == ScoreBasis::Features;
}

Result<std::int64_t> findOrAddLabelSet(Project& project, const std::string& name, const LabelSet& set) {
    ASSAY_TRY(const std::vector<StoredLabelSet> stored, project.labelSets());
    for (const StoredLabelSet& one : stored)
        if (one.name == name && sameLabels(one.set, set)) return one.id;
    return project.addLabelSet(name, set);
}

Result<RunRecord> addProbabilityRun(Project& project, const Dataset& dataset, ProbabilityRun run) {
    const FeatureMatrix& probabilities = *run.probabilities;
    if (int(probabilities.dimension) != dataset.classCount())
        return fail(ErrorCode::InvalidArgument, "there are probabilities of " + withThousands(probabilities.dimension) +
                                                    " classes, but the data set has " +
                                                    withThousands(std::size_t(dataset.classCount())));
    ASSAY_TRY(Evidence evidence, evidenceOf(probabilities, run.labels.labels));
    auto report = std::make_shared<EpochReport>();
    report->epoch = report->epochs = evidence.epoch = 1;
    for (const char* scalar : {"train-loss", "train-accuracy", "learning-rate", "seconds", "samples-per-second"})
        report->scalars[scalar] = 0;
    scoreSplit(dataset, run.labels, evidence, Split::Train, false, *report);
    scoreSplit(dataset, run.labels, evidence, Split::Validation, true, *report);
    scoreSplit(dataset, run.labels, evidence, Split::Test, true, *report);
    // A split that was made for training says nothing about probabilities that come from elsewhere.
    if (dataset.splitsMade && run.config.method != kCrossValidationMethod)
        scoreSplit(dataset, run.labels, evidence, std::nullopt, true, *report);
    if (auto fit = stats::fitMixture(lossesToFit(dataset, evidence, run.labels.labels))) {
        evidence.columns["p-noisy"] = stats::posteriors(*fit, evidence.loss);
        report->mixture = std::move(*fit);
    }
    const auto atFirst = [](const FeatureMatrix& matrix) {
        auto copy = std::make_shared<FeatureMatrix>(matrix);
        copy->epoch = 1;
        return copy;
    };
    if (run.features) report->features = atFirst(*run.features);
    report->evidence = std::make_shared<const Evidence>(std::move(evidence));

    RunRecord record;
    record.config = std::move(run.config);
    record.config.epochs = 1;
    record.revision = run.revision;
    record.created = utcNow();
    record.state = RunState::Running;
    ASSAY_TRY(record.labelSet, findOrAddLabelSet(project, run.labelName, run.labels));
    ASSAY_TRY(record.id, project.addRun(record));
    if (!run.note.empty()) project.addNoteAsync(record.id, run.note);
    Status written =
        storeFeatures(project.checkpointFolder(record.id), *atFirst(probabilities), MatrixKind::Probabilities);
    if (written) written = writeEpoch(project, record.id, std::move(report));
    record.state = written ? RunState::Finished : RunState::Failed;
    record.epochsDone = written ? 1 : 0;
    record.reason = written ? std::string() : written.error().sentence();
    record.result = RunResult{"none", record.epochsDone, 0, 0, 0};
    ASSAY_CHECK_STATUS(project.updateRun(record));
    ASSAY_CHECK_STATUS(written);
    return record;
}

Result<std::vector<SampleIndex>> samplesOfRows(const Dataset& dataset, std::size_t rows, const std::string& name) {
    std::optional<Split> split;
    if (!name.empty()) {
        split = parseSplitName(name);
        if (!split)
            return fail(ErrorCode::InvalidArgument, "there is no such split; choose one of train, validation, test",
                        name);
    } else if (rows != dataset.size()) {
        for (const Split one : {Split::Train, Split::Validation, Split::Test})
            if (countOf(dataset, one) == rows) {
                if (split)
                    return fail(ErrorCode::InvalidArgument,
                                "two splits have " + withThousands(rows) + " samples; say which one the rows are of");
                split = one;
            }
    }
    std::vector<SampleIndex> samples;
    for (std::size_t i = 0; i < dataset.size(); ++i)
        if (!split || dataset.splits[i] == *split) samples.emplace_back(std::uint32_t(i));
    if (samples.size() == rows) return samples;
    std::string sizes = withThousands(dataset.size()) + " samples in all";
    for (const Split one : {Split::Train, Split::Validation, Split::Test})
        sizes += ", " + withThousands(countOf(dataset, one)) + " for " + std::string(splitName(one));
    return fail(ErrorCode::InvalidArgument, "there are " + withThousands(rows) +
                                                " rows, which is neither the data set nor one split of it: " + sizes);
}

} // namespace assay
