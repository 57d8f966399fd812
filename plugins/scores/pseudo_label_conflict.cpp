// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/pseudo_confidence.h"
#include "core/audit/score_rows.h"

#include <algorithm>

namespace assay {
namespace {

class PseudoLabelScore final : public Score {
public:
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override { return {ScoreBasis::LastEpoch, "0 to 1"}; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override {
        ASSAY_TRY(const ScoreRows rows, ScoreRows::from(input));
        const Evidence& last = rows.last();
        const auto column = last.columns.find("pseudo-label");
        if (column == last.columns.end()) return fail(ErrorCode::NotFound, "this run's method gives no pseudo-labels");
        const std::vector<float>& confidence = pseudoConfidence(last);
        ScoreValues scores{std::vector<float>(rows.size()), std::vector<Label>(rows.size(), kNoLabel), false};
        for (std::size_t row = 0; row < rows.size(); ++row) {
            const auto pseudo = Label(column->second[row]);
            if (pseudo < 0) continue;
            scores.suggested[row] = pseudo;
            if (pseudo != rows.given(row)) scores.values[row] = 0.5f + std::clamp(confidence[row], 0.0f, 1.0f) / 2;
        }
        return scores;
    }

private:
    Description m_description{
        "pseudo-label-conflict",
        "Pseudo-label against given label",
        "0.5 and up where the method's pseudo-label is another class than the given one, more where it is surer",
        "Lee, Pseudo-Label, ICML 2013 Workshop on Challenges in Representation Learning",
        {}};
};

} // namespace

void registerPseudoLabelConflict(Registry& registry) {
    (void)registry.scores.add(std::make_shared<PseudoLabelScore>());
}

} // namespace assay
