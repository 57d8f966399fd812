// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/fusion.h"
#include "core/project/journal.h"

#include <cstdint>
#include <span>
#include <vector>

namespace assay {

/// The rule of a decision that was asked for at random, not by the queue.
inline constexpr const char* kRandomRule = "random";

/// [samples] 1 where a decision was ever asked for at random. The draw made it so: deciding again, undo and redo do not
/// change it. It says nothing of whether the sample is decided now.
[[nodiscard]] std::vector<std::uint8_t> everAskedAtRandom(std::span<const JournalEntry> journal, std::size_t samples);

/// What a review has found about the rows of a queue. A flag asks, it does not answer.
struct RowAnswers {
    std::vector<std::uint8_t> decided, wrong, random; ///< [N]; random: it is decided and was asked for at random
    std::vector<ReviewAnswer> answers;                ///< of the decided rows, in order
};
/// `rows`: [N] whose they are; `given`: [N] their labels; `decisions`: by sample. A label that was changed into itself
/// is right.
[[nodiscard]] RowAnswers answersOf(std::span<const SampleIndex> rows, std::span<const Label> given,
                                   std::span<const DecisionState> decisions, std::span<const JournalEntry> journal);

/// How many decisions have been made since the last that was asked for at random.
[[nodiscard]] std::size_t decidedSinceRandom(std::span<const JournalEntry> journal);

} // namespace assay
