// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/trusted_labels.h"

#include "core/base/text.h"
#include "core/project/run_figures.h"

#include <algorithm>

namespace assay {
namespace {

LabelSet finished(LabelSet set, const Dataset& dataset, const std::string& which) {
    set.source += "; " + withThousands(countingLabels(set, dataset)) + " labels count, " + which;
    return set;
}

} // namespace

std::string judgeName(RunId run, std::optional<int> epoch) {
    return "run " + std::to_string(run.value) + (epoch ? " after epoch " + std::to_string(*epoch) : "");
}

std::size_t countingLabels(const LabelSet& set, const Dataset& dataset) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < set.labels.size(); ++i) count += dataset.splits[i] == Split::Train && set.counts(i);
    return count;
}

std::vector<Label> classesThatCountNot(const LabelSet& set, const Dataset& dataset) {
    std::vector<std::uint8_t> there(std::size_t(dataset.classCount()), 0), counts = there;
    for (std::size_t i = 0; i < set.labels.size(); ++i) {
        if (dataset.splits[i] != Split::Train || set.labels[i] == kNoLabel) continue;
        there[std::size_t(set.labels[i])] = 1;
        if (set.counts(i)) counts[std::size_t(set.labels[i])] = 1;
    }
    std::vector<Label> classes;
    for (std::size_t k = 0; k < there.size(); ++k)
        if (there[k] && !counts[k]) classes.push_back(Label(k));
    return classes;
}

LabelSet trustListed(LabelSet base, const Dataset& dataset, std::span<const SampleIndex> listed,
                     const std::string& file) {
    base.trusted.assign(base.labels.size(), 0);
    for (const SampleIndex sample : listed)
        if (sample.value < base.trusted.size()) base.trusted[sample.value] = 1;
    return finished(std::move(base), dataset, "those of " + file);
}

std::vector<std::string> listNotes(const SampleList& list, const LabelSet& set, const Dataset& dataset,
                                   const std::string& file, const std::string& remedy) {
    std::vector<std::string> notes;
    std::size_t others = 0;
    for (std::size_t i = 0; i < list.labels.size(); ++i)
        others += list.labels[i] != kNoLabel && list.labels[i] != set.labels[list.samples[i].value];
    if (others > 0)
        notes.push_back(withThousands(others) + " of the " + withThousands(list.samples.size()) + " labels in " +
                        escapeForDisplay(file) + (others == 1 ? " is not the one" : " are not those") +
                        " that the run learns for the same sample; " + remedy);
    for (const Split split : {Split::Validation, Split::Test}) {
        const auto held = std::size_t(std::count_if(list.samples.begin(), list.samples.end(), [&](SampleIndex sample) {
            return dataset.splits[sample.value] == split;
        }));
        if (held > 0)
            notes.push_back(withThousands(held) + " of the " + withThousands(list.samples.size()) +
                            " samples listed in " + escapeForDisplay(file) + (held == 1 ? " is" : " are") + " in the " +
                            std::string(splitName(split)) + " split and " + (held == 1 ? "is" : "are") + " not learnt");
    }
    return notes;
}

Result<LabelSet> trustListIn(const std::filesystem::path& list, LabelSet base, const Dataset& dataset, bool withLabels,
                             const std::string& remedy, std::vector<std::string>& notes) {
    ASSAY_TRY(const SampleList listed, readSampleList(list, dataset, withLabels));
    const std::string file = list.filename().string();
    for (std::string& sentence : listNotes(listed, base, dataset, file, remedy)) notes.push_back(std::move(sentence));
    return trustListed(std::move(base), dataset, listed.samples, file);
}

Result<LabelSet> trustReviewed(LabelSet base, const Dataset& dataset, std::span<const DecisionState> decisions) {
    base.trusted.assign(base.labels.size(), 0);
    for (std::size_t i = 0; i < decisions.size() && i < base.trusted.size(); ++i)
        base.trusted[i] = decisions[i].verdict == Verdict::Keep || decisions[i].verdict == Verdict::Relabel;
    if (std::find(base.trusted.begin(), base.trusted.end(), 1) == base.trusted.end())
        return fail(ErrorCode::NotFound,
                    "nothing has been reviewed yet, so no label would count; keep or change some labels first");
    return finished(std::move(base), dataset, "those that were reviewed");
}

Result<LabelSet> trustByRun(LabelSet base, const Project& project, const Dataset& dataset, RunId run, double cleanBelow,
                            std::optional<int> epoch) {
    const std::string name = judgeName(run, epoch);
    ASSAY_TRY(std::vector<EpochSummary> epochs, project.epochs(run));
    if (epoch) std::erase_if(epochs, [epoch](const EpochSummary& one) { return one.epoch > *epoch; });
    if (epochs.empty())
        return fail(ErrorCode::NotFound, "the run has recorded no epoch that could say what is wrong", name);
    ASSAY_TRY(const auto evidence, project.evidence(run, epochs.back().epoch));
    const std::vector<float> noisy = pNoisy(epochs, *evidence);
    if (noisy.size() != evidence->size())
        return fail(ErrorCode::NotFound, "the losses of the run do not fall into two groups, so it names no suspects",
                    name);
    base.trusted.assign(base.labels.size(), 0);
    for (std::size_t row = 0; row < noisy.size(); ++row) {
        const std::size_t sample = evidence->samples[row].value;
        if (sample < base.trusted.size()) base.trusted[sample] = double(noisy[row]) < cleanBelow;
    }
    return finished(std::move(base), dataset,
                    "those that " + name + " gives less than " + formatNumber(cleanBelow) + " of being wrong");
}

} // namespace assay
