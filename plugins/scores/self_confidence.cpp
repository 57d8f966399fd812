// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_rows.h"

namespace assay {
namespace {

class SelfConfidenceScore final : public Score {
public:
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override;

private:
    Description m_description{"self-confidence",
                              "Self-confidence",
                              "one minus the probability of the given label in the last epoch",
                              "Northcutt, Jiang, Chuang, Confident Learning, JAIR 70, 2021, arXiv 1911.00068",
                              {}};
};

Result<ScoreValues> SelfConfidenceScore::compute(const ScoreInput& input) const {
    ASSAY_TRY(const ScoreRows rows, ScoreRows::from(input));
    ScoreValues scores{std::vector<float>(rows.size()), rows.predictions(), true};
    for (std::size_t row = 0; row < rows.size(); ++row)
        scores.values[row] = float(1 - lastWord(input, rows, row).given);
    return scores;
}

} // namespace

void registerSelfConfidence(Registry& registry) { (void)registry.scores.add(std::make_shared<SelfConfidenceScore>()); }

} // namespace assay
