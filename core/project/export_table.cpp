// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/export_table.h"

#include "core/base/text.h"
#include "core/project/score_input.h"
#include "core/stats/mixture.h"

#include <algorithm>
#include <array>
#include <map>

namespace assay {

namespace {

/// Numbers of a run by sample, [N].
struct RunNumbers {
    std::vector<std::uint8_t> known;
    std::vector<float> score, pNoisy, loss;
    std::vector<Label> predicted, suggested;
    std::string title;
};

/// Spreads a column of the evidence over the whole data set.
template <class T, class U>
std::vector<T> spread(const Evidence& evidence, const std::vector<U>& column, std::size_t samples, T missing) {
    std::vector<T> result(samples, missing);
    for (std::size_t i = 0; i < column.size() && i < evidence.size(); ++i)
        result[evidence.samples[i].value] = T(column[i]);
    return result;
}

Result<RunNumbers> numbersOf(const Project& project, const Dataset& dataset, const RunRecord& run,
                             const ExportChoice& choice) {
    ASSAY_TRY(const std::vector<EpochSummary> epochs, project.epochs(run.id));
    const std::string name = "run " + std::to_string(run.id.value);
    if (epochs.empty()) return fail(ErrorCode::NotFound, "no epoch of this run was recorded; choose another run", name);
    const int wanted = choice.epoch.value_or(epochs.back().epoch);
    const auto epoch =
        std::find_if(epochs.begin(), epochs.end(), [&](const EpochSummary& e) { return e.epoch == wanted; });
    if (epoch == epochs.end())
        return fail(ErrorCode::NotFound,
                    "epoch " + std::to_string(wanted) + " was not recorded; the newest is " +
                        std::to_string(epochs.back().epoch),
                    name);
    ASSAY_TRY(const std::shared_ptr<const Evidence> evidence, project.evidence(run.id, wanted));
    const std::size_t n = dataset.size();
    if (!evidence->samples.empty() && evidence->samples.back().value >= n)
        return fail(ErrorCode::InvalidArgument, "the run knows more samples than the data set has", name);

    RunNumbers numbers;
    numbers.title = std::to_string(run.id.value) + " " + run.config.method;
    numbers.known = spread<std::uint8_t>(*evidence, std::vector<std::uint8_t>(evidence->size(), 1), n, 0);
    numbers.loss = spread<float>(*evidence, evidence->loss, n, 0.0f);
    numbers.predicted = spread<Label>(*evidence, evidence->prediction, n, kNoLabel);
    numbers.suggested = numbers.predicted;
    if (const auto column = evidence->columns.find("p-noisy"); column != evidence->columns.end())
        numbers.pNoisy = spread<float>(*evidence, column->second, n, 0.0f);
    else if (epoch->mixture)
        numbers.pNoisy = spread<float>(*evidence, stats::posteriors(*epoch->mixture, evidence->loss), n, 0.0f);
    if (!choice.score) return numbers;

    ASSAY_TRY(const StoredLabelSet labels, project.labelSet(run.labelSet));
    ASSAY_TRY(const ScoreInput input, readScoreInput(project, run.id, dataset, labels.set.labels, wanted));
    ASSAY_TRY(const ScoreValues values, choice.score->compute(input));
    numbers.score = spread<float>(*evidence, values.values, n, 0.0f);
    if (!values.suggested.empty()) numbers.suggested = spread<Label>(*evidence, values.suggested, n, kNoLabel);
    return numbers;
}

/// Labels that the decisions are about, where the choice does not say.
Result<std::vector<Label>> givenLabels(const Project& project, const Dataset& dataset,
                                       const std::optional<RunRecord>& run, const ExportChoice& choice) {
    if (!choice.given.empty()) {
        if (choice.given.size() != dataset.size())
            return fail(ErrorCode::InvalidArgument, "there is not one given label for each sample");
        return choice.given;
    }
    if (!run) return dataset.givenLabels;
    ASSAY_TRY(StoredLabelSet stored, project.labelSet(run->labelSet));
    if (stored.set.origin == LabelOrigin::Journal || stored.set.labels.size() != dataset.size())
        return dataset.givenLabels;
    return std::move(stored.set.labels);
}

bool belongs(ExportInclude include, const DecisionState& state, Label given, Label effective) {
    switch (include) {
    case ExportInclude::All: return true;
    case ExportInclude::Changed: return effective != given;
    case ExportInclude::Kept: return effective == given && state.verdict != Verdict::Exclude;
    }
    return true;
}

template <class T>
std::vector<T> pick(const std::vector<T>& all, const std::vector<SampleIndex>& rows) {
    std::vector<T> result;
    if (all.empty()) return result;
    result.reserve(rows.size());
    for (const SampleIndex row : rows) result.push_back(all[row.value]);
    return result;
}

} // namespace

const std::array<std::string, 4>& provenanceColumns() {
    static const std::array<std::string, 4> names = {"decision", "run", "epoch", "confidence"};
    return names;
}

std::array<std::string, 4> provenanceOf(const ExportTable& table, std::size_t row) {
    const auto text = [row](const std::vector<std::string>& column) {
        return column.empty() ? std::string() : column[row];
    };
    return {std::string(verdictName(table.decisions[row].verdict)), text(table.decisionRun), text(table.decisionEpoch),
            text(table.decisionConfidence)};
}

std::string className(const Dataset& dataset, Label label) {
    return label >= 0 && label < dataset.classCount() ? dataset.classNames[std::size_t(label)] : std::string();
}

Result<ExportInclude> parseInclude(const std::string& name) {
    if (name == "all") return ExportInclude::All;
    if (name == "changed") return ExportInclude::Changed;
    if (name == "kept") return ExportInclude::Kept;
    return fail(ErrorCode::InvalidArgument,
                "what an export includes is all, changed or kept, not \"" + escapeForDisplay(name) + "\"");
}

Result<ExportTable> buildExportTable(const Project& project, const Dataset& dataset, const Exporter& exporter,
                                     const ExportChoice& choice) {
    const DatasetReference reference = project.dataset();
    if (reference.samples != dataset.size() || reference.classNames != dataset.classNames)
        return fail(ErrorCode::InvalidArgument,
                    "this is not the data set of the project: " + withThousands(dataset.size()) + " samples in " +
                        std::to_string(dataset.classCount()) + " classes instead of " +
                        withThousands(reference.samples) + " in " + std::to_string(reference.classNames.size()),
                    escapeForDisplay(dataset.location.string()));
    std::optional<RunRecord> run;
    if (choice.run) {
        ASSAY_TRY(run, project.run(*choice.run));
    }
    ASSAY_TRY(const std::vector<Label> given, givenLabels(project, dataset, run, choice));
    ASSAY_TRY(const std::vector<DecisionState> decisions, project.decisions(choice.revision));
    const EffectiveLabels effective = effectiveLabels(given, decisions);
    const bool every = exporter.wantsEverySample();

    ExportTable table;
    table.dataset = &dataset;
    for (std::size_t i = 0; i < dataset.size(); ++i) {
        const DecisionState& state = decisions[i];
        const bool excluded = state.verdict == Verdict::Exclude, flagged = state.verdict == Verdict::Flag;
        if (!belongs(choice.include, state, given[i], effective.labels[i])) {
            table.excludedOut += excluded && choice.include == ExportInclude::Kept;
            continue;
        }
        if (!every && excluded && choice.excluded == ExcludedPolicy::LeaveOut) {
            ++table.excludedOut;
            continue;
        }
        if (!every && flagged && choice.flagged == FlaggedPolicy::LeaveOut) {
            ++table.flaggedOut;
            continue;
        }
        table.rows.push_back(SampleIndex(std::uint32_t(i)));
    }
    table.given = pick(given, table.rows);
    table.effective = pick(effective.labels, table.rows);
    table.decisions = pick(decisions, table.rows);

    std::vector<std::string> reason(dataset.size()), who(dataset.size()), time(dataset.size()), byRun(dataset.size()),
        byScore(dataset.size()), ofEpoch(dataset.size()), confidence(dataset.size());
    ASSAY_TRY(const std::vector<JournalEntry> journal, project.journal());
    std::map<std::uint32_t, std::vector<const JournalEntry*>> made; // by sample: decisions, not what took them back
    const auto reasonOf = [&](const JournalEntry& entry) -> const DecisionReason& {
        // What an undo or redo brings back was decided for the reason that it had.
        std::vector<const JournalEntry*>& own = made[entry.sample.value];
        if (!entry.undoes) own.push_back(&entry);
        const auto first =
            std::find_if(own.rbegin(), own.rend(), [&](const JournalEntry* one) { return one->to == entry.to; });
        return first == own.rend() ? entry.reason : (*first)->reason;
    };
    for (const JournalEntry& entry : journal) {
        if (choice.revision && entry.revision > *choice.revision) break;
        const std::size_t i = entry.sample.value;
        const DecisionReason& why = reasonOf(entry);
        // A sample whose decisions were all taken back has none, and so nobody who made it.
        const bool decided = entry.to.verdict != Verdict::None;
        reason[i] = decided ? why.rule : std::string();
        who[i] = decided ? entry.reason.who : std::string();
        time[i] = decided ? entry.time : std::string();
        byRun[i] = decided && why.run ? std::to_string(why.run->value) : std::string();
        byScore[i] = decided && why.value ? why.score + "=" + formatNumber(float(*why.value)) : std::string();
        const std::optional<int> epoch = decided ? pseudoLabelEpoch(why.rule) : std::nullopt;
        ofEpoch[i] = epoch ? std::to_string(*epoch) : std::string();
        confidence[i] = epoch && why.value ? formatNumber(float(*why.value)) : std::string();
    }
    table.reason = pick(reason, table.rows);
    table.who = pick(who, table.rows);
    table.time = pick(time, table.rows);
    table.decisionRun = pick(byRun, table.rows);
    table.decisionScore = pick(byScore, table.rows);
    table.decisionEpoch = pick(ofEpoch, table.rows);
    table.decisionConfidence = pick(confidence, table.rows);
    if (!run) return table;

    ASSAY_TRY(const RunNumbers numbers, numbersOf(project, dataset, *run, choice));
    table.run = numbers.title;
    table.scoreId = choice.score ? choice.score->description().id : std::string();
    table.scored = pick(numbers.known, table.rows);
    table.score = pick(numbers.score, table.rows);
    table.pNoisy = pick(numbers.pNoisy, table.rows);
    table.loss = pick(numbers.loss, table.rows);
    table.predicted = pick(numbers.predicted, table.rows);
    table.suggested = pick(numbers.suggested, table.rows);
    return table;
}

ClassCounts countClasses(const Dataset& dataset, const ExportTable& table, std::span<const Label> given) {
    ClassCounts counts{std::vector<std::size_t>(dataset.classNames.size()),
                       std::vector<std::size_t>(dataset.classNames.size())};
    const auto count = [](std::vector<std::size_t>& into, Label label) {
        if (label >= 0 && std::size_t(label) < into.size()) ++into[std::size_t(label)];
    };
    for (const Label label : given) count(counts.given, label);
    for (const Label label : table.effective) count(counts.effective, label);
    return counts;
}

ExportReport summarise(const ExportTable& table) {
    ExportReport report;
    report.rows = table.rows.size();
    report.excluded = report.excludedOut = table.excludedOut;
    report.flagged = report.flaggedOut = table.flaggedOut;
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        report.relabelled += table.effective[i] != table.given[i];
        report.excluded += table.decisions[i].verdict == Verdict::Exclude;
        report.flagged += table.decisions[i].verdict == Verdict::Flag;
    }
    return report;
}

} // namespace assay
