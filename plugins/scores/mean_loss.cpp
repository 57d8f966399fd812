// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_rows.h"

namespace assay {
namespace {

class MeanLossScore final : public Score {
public:
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override { return {ScoreBasis::AllEpochs, "0 and up"}; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override;

private:
    Description m_description{
        "mean-loss",
        "Mean loss",
        "cross-entropy of the given label, averaged over all epochs; steadier than the last one alone",
        "Huang, Qu, Jia, Zhao, O2U-Net, ICCV 2019",
        {}};
};

Result<ScoreValues> MeanLossScore::compute(const ScoreInput& input) const {
    ASSAY_TRY(const ScoreRows rows, ScoreRows::overEpochs(input));
    std::vector<double> sum(rows.size()), epochs(rows.size());
    rows.visit([&](const Evidence& evidence, std::size_t row, std::size_t there) {
        sum[row] += double(evidence.loss[there]);
        ++epochs[row];
    });
    ScoreValues scores{std::vector<float>(rows.size()), rows.predictions(), false};
    for (std::size_t row = 0; row < rows.size(); ++row) scores.values[row] = float(sum[row] / epochs[row]);
    return scores;
}

} // namespace

void registerMeanLoss(Registry& registry) { (void)registry.scores.add(std::make_shared<MeanLossScore>()); }

} // namespace assay
