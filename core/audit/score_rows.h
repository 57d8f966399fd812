// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/score.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace assay {

/// The rows that a score answers for: those of the last epoch, checked, with the label in force of each.
class ScoreRows {
public:
    /// An error where there is no evidence, its arrays differ in length, a loss is not finite (epoch and sample are
    /// named) or a sample lies outside the labels.
    [[nodiscard]] static Result<ScoreRows> from(const ScoreInput& input);

    /// The same for a score that looks back over epochs. NotFound where there is one only: of that it would say what
    /// another score says.
    [[nodiscard]] static Result<ScoreRows> overEpochs(const ScoreInput& input);

    [[nodiscard]] std::size_t size() const { return m_given.size(); }
    [[nodiscard]] const Evidence& last() const { return *m_epochs.back(); }
    /// The label in force; kNoLabel where the sample has none.
    [[nodiscard]] Label given(std::size_t row) const { return m_given[row]; }
    /// The prediction of the last epoch for every row.
    [[nodiscard]] const std::vector<Label>& predictions() const { return last().prediction; }

    /// Calls visitor(evidence, row of the last epoch, row in that evidence) for every epoch, in order, and every
    /// sample that it shares with the last one.
    void visit(const std::function<void(const Evidence&, std::size_t, std::size_t)>& visitor) const;

private:
    std::vector<std::shared_ptr<const Evidence>> m_epochs;
    std::vector<Label> m_given;
};

/// Probability of the given label in a row of evidence, exp(-loss).
[[nodiscard]] double givenProbability(const Evidence& evidence, std::size_t row);

/// Probabilities of the given label and of the likeliest other class in the last epoch.
struct LastWord {
    double given = 1, other = 0; ///< as here where the row has no label
};
/// Of one network from its loss, its confidence and the margin of its logits. The loss of two networks is the mean of
/// their losses, and so no probability of both: theirs are the kept probabilities of that epoch; where there are none,
/// the confidence and the mean of each network's probability of the label.
[[nodiscard]] LastWord lastWord(const ScoreInput& input, const ScoreRows& rows, std::size_t row);

} // namespace assay
