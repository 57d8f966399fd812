// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/duplicates.h"
#include "core/audit/score_samples.h"

#include <algorithm>
#include <map>

namespace assay {
namespace {

/// The label that most of a group have; kNoLabel where several share the lead.
Label majorityOf(const DuplicateGroup& group, const std::vector<Label>& labels) {
    std::map<Label, int> votes;
    for (const SampleIndex sample : group.samples)
        if (labels[sample.value] != kNoLabel) ++votes[labels[sample.value]];
    Label best = kNoLabel;
    int most = 0;
    for (const auto& [label, count] : votes) {
        best = count > most ? label : count == most ? kNoLabel : best;
        most = std::max(most, count);
    }
    return best;
}

Result<DuplicateSearch::Groups> groupsOf(const ScoreInput& input) {
    if (input.duplicates) return input.duplicates->groups();
    ASSAY_TRY(auto found, findDuplicates(*input.dataset, input.dataset->givenLabels));
    return std::make_shared<const std::vector<DuplicateGroup>>(std::move(found));
}

/// How sure it is that the group is one picture.
float sureOf(const DuplicateGroup& group) {
    return group.exact ? 1 : std::max(0.5f, 0.95f - float(group.difference) / 128);
}

constexpr const char* kCitation = "Barz, Denzler, Do We Train on Test Data?, Journal of Imaging 2020, arXiv 1902.00423";

class DuplicateConflictScore final : public Score {
public:
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override { return {ScoreBasis::Pictures, "0 to 1"}; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override {
        ASSAY_TRY(const ScoreSamples samples, ScoreSamples::from(input));
        ASSAY_TRY(const auto groups, groupsOf(input));
        std::vector<float> value(input.dataset->size());
        std::vector<Label> suggested(input.dataset->size(), kNoLabel);
        for (const DuplicateGroup& group : *groups) {
            if (!labelsDiffer(group.samples, samples.labels())) continue;
            const Label majority = majorityOf(group, samples.labels());
            for (const SampleIndex sample : group.samples) {
                if (samples.labels()[sample.value] == kNoLabel) continue;
                const bool outvoted = majority != kNoLabel && samples.labels()[sample.value] != majority;
                value[sample.value] = majority == kNoLabel || outvoted ? sureOf(group) : sureOf(group) / 2;
                suggested[sample.value] = majority;
            }
        }
        return samples.pick(value, suggested);
    }

private:
    Description m_description{"duplicate-conflict",
                              "Copy with another label",
                              "exact and near duplicates whose labels differ: those outvoted by their group first",
                              kCitation,
                              {}};
};

class DuplicateAcrossSplitsScore final : public Score {
public:
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override { return {ScoreBasis::Pictures, "0 to 1"}; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override {
        ASSAY_TRY(const ScoreSamples samples, ScoreSamples::from(input));
        ASSAY_TRY(const auto groups, groupsOf(input));
        std::vector<float> value(input.dataset->size());
        for (const DuplicateGroup& group : *groups)
            for (const SampleIndex sample : group.samples)
                if (group.crossesSplits) value[sample.value] = sureOf(group);
        return samples.pick(value, std::vector<Label>(value.size(), kNoLabel));
    }

private:
    Description m_description{
        "duplicate-across-splits",
        "Copy in another split",
        "exact and near duplicates of which one is learnt and another tells how well: the test flatters",
        kCitation,
        {}};
};

} // namespace

void registerDuplicates(Registry& registry) {
    (void)registry.scores.add(std::make_shared<DuplicateConflictScore>());
    (void)registry.scores.add(std::make_shared<DuplicateAcrossSplitsScore>());
}

} // namespace assay
