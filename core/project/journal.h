// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay {

enum class Verdict : std::uint8_t { None, Keep, Flag, Relabel, Exclude };
[[nodiscard]] std::string_view verdictName(Verdict verdict); ///< "none", "keep", "flag", "relabel", "exclude"
[[nodiscard]] Result<Verdict> parseVerdict(const std::string& name);

/// What stands for a sample after some revision: the last verdict, and the label of a relabel.
struct DecisionState {
    Verdict verdict = Verdict::None;
    Label label = kNoLabel; ///< Relabel only
    bool operator==(const DecisionState&) const = default;
};

/// Why a decision was made.
struct DecisionReason {
    std::string who;             ///< user name, or a rule's name
    std::string rule;            ///< "suggestion", "key", "bulk", "import", "undo"; free text
    std::string score;           ///< score id in force; may be empty
    std::optional<double> value; ///< the sample's score
    std::optional<RunId> run;
};

/// The rule of a decision that takes a pseudo-label, "pseudo-label, epoch 3"; its value is how sure the run was.
[[nodiscard]] std::string pseudoLabelRule(int epoch);
/// The epoch that such a rule names; nothing for every other rule.
[[nodiscard]] std::optional<int> pseudoLabelEpoch(const std::string& rule);

struct DecisionRequest {
    SampleIndex sample;
    DecisionState to;
    DecisionReason reason;
};

/// One row of the journal: append-only, never changed.
struct JournalEntry {
    Revision revision;
    std::int64_t step = 0; ///< rows of one action share it: a bulk is one step
    std::string time;      ///< UTC; only shown, order is the revision
    SampleIndex sample;
    DecisionState from, to;
    DecisionReason reason;
    std::optional<std::int64_t> undoes; ///< the step that this row takes back
};

} // namespace assay
