// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_rows.h"

namespace assay {
namespace {

constexpr const char* kCitation =
    "Swayamdipta, Schwartz, Lourie, Wang, Hajishirzi, Smith, Choi, Dataset Cartography, EMNLP "
    "2020, arXiv 2009.10795";

/// An axis of the data map; the third, variability, is a score of its own.
class DataMapScore final : public Score {
public:
    explicit DataMapScore(bool correctness)
        : m_correctness(correctness),
          m_description(correctness ? Description{"incorrectness",
                                                  "Incorrectness",
                                                  "share of the epochs in which the network said another class",
                                                  kCitation,
                                                  {}}
                                    : Description{"data-map-confidence",
                                                  "Low confidence over the run",
                                                  "one minus the given label's probability, averaged over the epochs",
                                                  kCitation,
                                                  {}}) {}
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override { return {ScoreBasis::AllEpochs, "0 to 1"}; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override {
        ASSAY_TRY(const ScoreRows rows, ScoreRows::overEpochs(input));
        std::vector<double> sum(rows.size()), epochs(rows.size());
        rows.visit([&](const Evidence& evidence, std::size_t row, std::size_t there) {
            sum[row] += m_correctness ? (evidence.prediction[there] == rows.given(row) ? 1.0 : 0.0)
                                      : givenProbability(evidence, there);
            ++epochs[row];
        });
        ScoreValues scores{std::vector<float>(rows.size()), rows.predictions(), false};
        for (std::size_t row = 0; row < rows.size(); ++row) scores.values[row] = float(1 - sum[row] / epochs[row]);
        return scores;
    }

private:
    bool m_correctness;
    Description m_description;
};

} // namespace

void registerDataMap(Registry& registry) {
    (void)registry.scores.add(std::make_shared<DataMapScore>(false));
    (void)registry.scores.add(std::make_shared<DataMapScore>(true));
}

} // namespace assay
