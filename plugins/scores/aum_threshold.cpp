// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_rows.h"
#include "core/audit/threshold_samples.h"

namespace assay {
namespace {

class AumThresholdScore final : public Score {
public:
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override { return {ScoreBasis::AllEpochs, "any; flagged above 0"}; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override {
        ASSAY_TRY(const ScoreRows rows, ScoreRows::from(input));
        const auto column = rows.last().columns.find(kBelowThresholdColumn);
        if (column == rows.last().columns.end())
            return fail(ErrorCode::NotFound, "this run has no threshold samples; train the method aum for them");
        return ScoreValues{column->second, rows.predictions(), false};
    }

private:
    Description m_description{"aum-threshold",
                              "Below the threshold samples",
                              "how far the area under the margin lies below that of the samples that were given a "
                              "class that does not exist; of "
                              "the training batches' margins",
                              "Pleiss, Zhang, Elenberg, Weinberger, Identifying Mislabeled Data using the Area Under "
                              "the Margin Ranking, NeurIPS "
                              "2020, arXiv 2001.10528",
                              {}};
};

} // namespace

void registerAumThreshold(Registry& registry) { (void)registry.scores.add(std::make_shared<AumThresholdScore>()); }

} // namespace assay
