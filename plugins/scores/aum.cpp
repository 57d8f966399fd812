// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_rows.h"

#include <cmath>

namespace assay {
namespace {

class AumScore final : public Score {
public:
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override {
        return {ScoreBasis::AllEpochs, "any; 0 where neither class leads"};
    }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override {
        ASSAY_TRY(const ScoreRows rows, ScoreRows::from(input));
        const int last = input.epochsAtFullRate;
        std::vector<double> sum(rows.size()), epochs(rows.size());
        rows.visit([&](const Evidence& evidence, std::size_t row, std::size_t there) {
            if ((last > 0 && evidence.epoch > last) || !std::isfinite(evidence.margin[there])) return;
            sum[row] += double(evidence.margin[there]);
            ++epochs[row];
        });
        ScoreValues scores{std::vector<float>(rows.size()), rows.predictions(), false};
        for (std::size_t row = 0; row < rows.size(); ++row)
            scores.values[row] = epochs[row] > 0 ? float(-sum[row] / epochs[row]) : 0.0f;
        return scores;
    }

private:
    Description m_description{
        "aum",
        "Area under the margin",
        "how far the largest other logit leads over the given label's, averaged over the epochs before the learning rate "
        "has fallen to half; of the evidence after each epoch, in evaluation mode",
        "Pleiss, Zhang, Elenberg, Weinberger, Identifying Mislabeled Data using the Area Under the Margin Ranking, NeurIPS "
        "2020, arXiv 2001.10528",
        {}};
};

} // namespace

void registerAum(Registry& registry) { (void)registry.scores.add(std::make_shared<AumScore>()); }

} // namespace assay
