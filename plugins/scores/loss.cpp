// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_rows.h"

namespace assay {
namespace {

class LossScore final : public Score {
public:
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override { return {ScoreBasis::LastEpoch, "0 and up"}; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override;

private:
    Description m_description{
        "loss",
        "Loss",
        "cross-entropy of the given label in the last epoch; a wrong label is hard to fit",
        "Arpit et al., A Closer Look at Memorization in Deep Networks, ICML 2017, arXiv 1706.05394",
        {}};
};

Result<ScoreValues> LossScore::compute(const ScoreInput& input) const {
    ASSAY_TRY(const ScoreRows rows, ScoreRows::from(input));
    return ScoreValues{rows.last().loss, rows.predictions(), false};
}

} // namespace

void registerLoss(Registry& registry) { (void)registry.scores.add(std::make_shared<LossScore>()); }

} // namespace assay
