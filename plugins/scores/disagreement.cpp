// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_rows.h"

#include <algorithm>

namespace assay {
namespace {

class DisagreementScore final : public Score {
public:
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override { return {ScoreBasis::AllEpochs, "0 to 1"}; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override;

private:
    Description m_description{
        "disagreement",
        "Disagreement",
        "share of epochs in which two networks differ; of one network, how surely it contradicts the label",
        "Yu, Han, Yao, Niu, Tsang, Sugiyama, How does Disagreement Help Generalization against Label Corruption?, ICML "
        "2019, arXiv 1901.04215",
        {}};
};

Result<ScoreValues> DisagreementScore::compute(const ScoreInput& input) const {
    ASSAY_TRY(const ScoreRows rows, ScoreRows::from(input));
    const Evidence& last = rows.last();
    ScoreValues scores{std::vector<float>(rows.size()), rows.predictions(), true};
    if (!last.columns.contains("disagreement")) {
        for (std::size_t row = 0; row < rows.size(); ++row)
            if (rows.given(row) != kNoLabel && last.prediction[row] != rows.given(row))
                scores.values[row] = std::clamp(last.confidence[row], 0.0f, 1.0f);
        return scores;
    }
    std::vector<double> differing(rows.size()), epochs(rows.size());
    const Evidence* current = nullptr;
    const std::vector<float>* column = nullptr; // of the current epoch
    rows.visit([&](const Evidence& evidence, std::size_t row, std::size_t there) {
        if (&evidence != current) {
            current = &evidence;
            const auto found = evidence.columns.find("disagreement");
            column = found != evidence.columns.end() ? &found->second : nullptr;
        }
        if (column == nullptr) return;
        differing[row] += (*column)[there] > 0.5f ? 1 : 0;
        ++epochs[row];
    });
    for (std::size_t row = 0; row < rows.size(); ++row) scores.values[row] = float(differing[row] / epochs[row]);
    return scores;
}

} // namespace

void registerDisagreement(Registry& registry) { (void)registry.scores.add(std::make_shared<DisagreementScore>()); }

} // namespace assay
