// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/journal.h"

#include "core/base/text.h"
#include "core/project/project.h"

#include <array>
#include <limits>

namespace assay {

namespace {
constexpr std::array<std::string_view, 5> kVerdictNames{"none", "keep", "flag", "relabel", "exclude"};
constexpr std::string_view kPseudoLabelRule = "pseudo-label, epoch ";
} // namespace

std::string_view verdictName(Verdict verdict) { return kVerdictNames.at(std::size_t(verdict)); }

Result<Verdict> parseVerdict(const std::string& name) {
    for (std::size_t i = 0; i < kVerdictNames.size(); ++i)
        if (kVerdictNames[i] == name) return Verdict(i);
    return fail(ErrorCode::InvalidArgument,
                "a decision is keep, flag, relabel, exclude or none, not \"" + escapeForDisplay(name) + "\"");
}

std::string pseudoLabelRule(int epoch) { return std::string(kPseudoLabelRule) + std::to_string(epoch); }

std::optional<int> pseudoLabelEpoch(const std::string& rule) {
    if (!rule.starts_with(kPseudoLabelRule)) return std::nullopt;
    const auto epoch = parseInteger(std::string_view(rule).substr(kPseudoLabelRule.size()));
    if (!epoch || *epoch < 0 || *epoch > std::numeric_limits<int>::max()) return std::nullopt;
    return int(*epoch);
}

EffectiveLabels effectiveLabels(std::span<const Label> base, std::span<const DecisionState> decisions) {
    EffectiveLabels result{
        {base.begin(), base.end()}, std::vector<std::uint8_t>(base.size()), std::vector<std::uint8_t>(base.size())};
    for (std::size_t i = 0; i < base.size() && i < decisions.size(); ++i) {
        const DecisionState& state = decisions[i];
        if (state.verdict == Verdict::Relabel) result.labels[i] = state.label;
        result.excluded[i] = state.verdict == Verdict::Exclude;
        result.flagged[i] = state.verdict == Verdict::Flag;
    }
    return result;
}

Result<std::vector<std::uint8_t>> excludedSamples(const Project& project, std::optional<Revision> revision) {
    if (!revision) return std::vector<std::uint8_t>();
    ASSAY_TRY(const std::vector<DecisionState> decisions, project.decisions(revision));
    std::vector<std::uint8_t> excluded;
    for (const DecisionState& state : decisions) excluded.push_back(state.verdict == Verdict::Exclude);
    return excluded;
}

} // namespace assay
