// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_rows.h"
#include "core/stats/mixture.h"

#include <algorithm>

namespace assay {
namespace {

constexpr const char* kCitation =
    "Arazo, Ortego, Albert, O'Connor, McGuinness, Unsupervised Label Noise Modeling and Loss "
    "Correction, ICML 2019, arXiv 1904.11238";
constexpr double kKept = 0.7; // of the smoothed posterior, from one epoch to the next

/// p(noisy) of every epoch, taken together.
class PosteriorHistoryScore final : public Score {
public:
    explicit PosteriorHistoryScore(bool smoothed)
        : m_smoothed(smoothed),
          m_description(smoothed ? Description{"p-noisy-smoothed",
                                               "Smoothed probability of noise",
                                               "posterior of the noisy component of each epoch's losses, smoothed over "
                                               "the epochs: late ones count more",
                                               kCitation,
                                               {}}
                                 : Description{"p-noisy-mean",
                                               "Mean probability of noise",
                                               "posterior of the noisy component of each epoch's losses, averaged over "
                                               "the epochs",
                                               kCitation,
                                               {}}) {}
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override { return {ScoreBasis::AllEpochs, "0 to 1"}; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override;

private:
    bool m_smoothed;
    Description m_description;
};

/// The method's own column, else a mixture over the training losses; empty where they do not fall into two groups.
std::vector<float> posteriorOf(const Evidence& evidence, const ScoreInput& input) {
    if (const auto own = evidence.columns.find("p-noisy"); own != evidence.columns.end()) return own->second;
    const Dataset* dataset = input.dataset;
    const std::vector<Label>& labels =
        input.labels != nullptr ? *input.labels : dataset->givenLabels; // ScoreRows has one
    std::vector<float> losses;
    for (std::size_t row = 0; row < evidence.size(); ++row) {
        const std::size_t i = evidence.samples[row].value;
        if (i < labels.size() && labels[i] == kNoLabel) continue;
        if (dataset == nullptr || i >= dataset->splits.size() || dataset->splits[i] == Split::Train)
            losses.push_back(evidence.loss[row]);
    }
    const auto fit = stats::fitMixture(losses.empty() ? evidence.loss : losses);
    if (!fit || fit->collapsed) return {};
    return stats::posteriors(*fit, evidence.loss);
}

Result<ScoreValues> PosteriorHistoryScore::compute(const ScoreInput& input) const {
    ASSAY_TRY(const ScoreRows rows, ScoreRows::overEpochs(input));
    std::vector<double> value(rows.size()), epochs(rows.size());
    const Evidence* current = nullptr;
    std::vector<float> posterior;
    rows.visit([&](const Evidence& evidence, std::size_t row, std::size_t there) {
        if (&evidence != current) {
            current = &evidence;
            posterior = posteriorOf(evidence, input);
        }
        if (posterior.empty()) return;
        const double p = posterior[there] >= 0 ? std::min(double(posterior[there]), 1.0) : 0.0;
        value[row] = m_smoothed ? (epochs[row] == 0 ? p : kKept * value[row] + (1 - kKept) * p) : value[row] + p;
        ++epochs[row];
    });
    ScoreValues scores{std::vector<float>(rows.size()), rows.predictions(), true};
    bool any = false;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        any = any || epochs[row] > 0;
        scores.values[row] = float(m_smoothed || epochs[row] == 0 ? value[row] : value[row] / epochs[row]);
    }
    if (!any) return fail(ErrorCode::Numeric, "in no epoch do the losses of this run fall into two groups");
    return scores;
}

} // namespace

void registerPosteriorHistory(Registry& registry) {
    (void)registry.scores.add(std::make_shared<PosteriorHistoryScore>(false));
    (void)registry.scores.add(std::make_shared<PosteriorHistoryScore>(true));
}

} // namespace assay
