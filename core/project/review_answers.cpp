// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/review_answers.h"

namespace assay {

std::vector<std::uint8_t> everAskedAtRandom(std::span<const JournalEntry> journal, std::size_t samples) {
    std::vector<std::uint8_t> asked(samples, 0);
    for (const JournalEntry& entry : journal)
        if (entry.sample.value < samples && entry.reason.rule == kRandomRule && entry.to.verdict != Verdict::None)
            asked[entry.sample.value] = 1;
    return asked;
}

RowAnswers answersOf(std::span<const SampleIndex> rows, std::span<const Label> given,
                     std::span<const DecisionState> decisions, std::span<const JournalEntry> journal) {
    const std::vector<std::uint8_t> none(rows.size(), 0);
    RowAnswers result{none, none, none, {}};
    const std::vector<std::uint8_t> atRandom = everAskedAtRandom(journal, decisions.size());
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
        const std::size_t i = rows[row].value;
        const DecisionState state = i < decisions.size() ? decisions[i] : DecisionState{};
        if (state.verdict == Verdict::None || state.verdict == Verdict::Flag) continue;
        const bool wrong =
            state.verdict == Verdict::Exclude || (state.verdict == Verdict::Relabel && state.label != given[row]);
        result.decided[row] = 1;
        result.wrong[row] = wrong;
        result.random[row] = atRandom[i];
        result.answers.push_back({row, wrong});
    }
    return result;
}

std::size_t decidedSinceRandom(std::span<const JournalEntry> journal) {
    std::size_t count = 0;
    for (auto entry = journal.rbegin(); entry != journal.rend(); ++entry) {
        if (entry->reason.rule == kRandomRule) break;
        count += !entry->undoes;
    }
    return count;
}

} // namespace assay
