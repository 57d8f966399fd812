// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_rows.h"

namespace assay {
namespace {

class ForgettingScore final : public Score {
public:
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override { return {ScoreBasis::AllEpochs, "0 to the number of epochs"}; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override;

private:
    Description m_description{
        "forgetting",
        "Forgetting events",
        "how often the network turned from the given label to another; never learnt counts as every epoch",
        "Toneva, Sordoni, Tachet des Combes, Trischler, Bengio, Gordon, An Empirical Study of Example Forgetting, ICLR "
        "2019, arXiv 1812.05159",
        {}};
};

Result<ScoreValues> ForgettingScore::compute(const ScoreInput& input) const {
    ASSAY_TRY(const ScoreRows rows, ScoreRows::overEpochs(input));
    struct History {
        float events = 0, epochs = 0;
        bool learnt = false, known = false;
    };
    std::vector<History> histories(rows.size());
    rows.visit([&](const Evidence& evidence, std::size_t row, std::size_t there) {
        if (rows.given(row) == kNoLabel) return;
        History& history = histories[row];
        const bool right = evidence.prediction[there] == rows.given(row);
        history.events += history.known && !right ? 1.0f : 0.0f;
        history.learnt = history.learnt || right;
        history.known = right;
        ++history.epochs;
    });
    ScoreValues scores{std::vector<float>(rows.size()), rows.predictions(), false};
    for (std::size_t row = 0; row < rows.size(); ++row)
        scores.values[row] = histories[row].learnt ? histories[row].events : histories[row].epochs;
    return scores;
}

} // namespace

void registerForgetting(Registry& registry) { (void)registry.scores.add(std::make_shared<ForgettingScore>()); }

} // namespace assay
