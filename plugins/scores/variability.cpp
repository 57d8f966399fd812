// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_rows.h"

#include <algorithm>
#include <cmath>

namespace assay {
namespace {

class VariabilityScore final : public Score {
public:
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override { return {ScoreBasis::AllEpochs, "0 to 0.5"}; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override;

private:
    Description m_description{
        "variability",
        "Variability",
        "standard deviation of the given label's probability over the epochs; high for ambiguous samples",
        "Swayamdipta, Schwartz, Lourie, Wang, Hajishirzi, Smith, Choi, Dataset Cartography, EMNLP 2020, arXiv "
        "2009.10795",
        {}};
};

Result<ScoreValues> VariabilityScore::compute(const ScoreInput& input) const {
    ASSAY_TRY(const ScoreRows rows, ScoreRows::overEpochs(input));
    struct Moments {
        double epochs = 0, mean = 0, squares = 0; // of deviations from the mean (Welford)
    };
    std::vector<Moments> moments(rows.size());
    rows.visit([&](const Evidence& evidence, std::size_t row, std::size_t there) {
        Moments& m = moments[row];
        const double p = givenProbability(evidence, there), off = p - m.mean;
        ++m.epochs;
        m.mean += off / m.epochs;
        m.squares += off * (p - m.mean);
    });
    ScoreValues scores{std::vector<float>(rows.size()), rows.predictions(), false};
    for (std::size_t row = 0; row < rows.size(); ++row)
        scores.values[row] = float(std::sqrt(std::max(0.0, moments[row].squares / moments[row].epochs)));
    return scores;
}

} // namespace

void registerVariability(Registry& registry) { (void)registry.scores.add(std::make_shared<VariabilityScore>()); }

} // namespace assay
