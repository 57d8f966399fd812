// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_rows.h"

namespace assay {
namespace {

class NormalizedMarginScore final : public Score {
public:
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override;

private:
    Description m_description{
        "normalized-margin",
        "Normalized margin",
        "how far the likeliest other class lies above the given one: 0 none, 0.5 level, 1 certain",
        "Northcutt, Jiang, Chuang, Confident Learning, JAIR 70, 2021, arXiv 1911.00068",
        {}};
};

Result<ScoreValues> NormalizedMarginScore::compute(const ScoreInput& input) const {
    ASSAY_TRY(const ScoreRows rows, ScoreRows::from(input));
    ScoreValues scores{std::vector<float>(rows.size()), rows.predictions(), true};
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (rows.given(row) == kNoLabel) continue;
        const LastWord word = lastWord(input, rows, row);
        scores.values[row] = float((1 - word.given + word.other) / 2);
    }
    return scores;
}

} // namespace

void registerNormalizedMargin(Registry& registry) {
    (void)registry.scores.add(std::make_shared<NormalizedMarginScore>());
}

} // namespace assay
