// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_rows.h"
#include "core/stats/mixture.h"

#include <algorithm>

namespace assay {
namespace {

bool isTraining(const Dataset* dataset, SampleIndex sample) {
    return dataset == nullptr || sample.value >= dataset->splits.size() ||
           dataset->splits[sample.value] == Split::Train;
}

class PNoisyScore final : public Score {
public:
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override;

private:
    Description m_description{
        "p-noisy",
        "Probability of noise",
        "posterior of the noisy component: the method's own, else of a beta mixture over the training losses",
        "Arazo, Ortego, Albert, O'Connor, McGuinness, Unsupervised Label Noise Modeling and Loss Correction, ICML "
        "2019, arXiv 1904.11238",
        {}};
};

Result<ScoreValues> PNoisyScore::compute(const ScoreInput& input) const {
    ASSAY_TRY(const ScoreRows rows, ScoreRows::from(input));
    const Evidence& last = rows.last();
    ScoreValues scores{{}, rows.predictions(), true};
    if (const auto own = last.columns.find("p-noisy"); own != last.columns.end()) {
        scores.values = own->second;
        for (float& p : scores.values) p = p >= 0 ? std::min(p, 1.0f) : 0.0f; // NaN counts as clean
        return scores;
    }
    std::vector<float> training;
    for (std::size_t row = 0; row < rows.size(); ++row)
        if (rows.given(row) != kNoLabel && isTraining(input.dataset, last.samples[row]))
            training.push_back(last.loss[row]);
    ASSAY_TRY(const stats::MixtureFit fit, stats::fitMixture(training.empty() ? last.loss : training));
    if (fit.collapsed)
        return fail(ErrorCode::Numeric, "no posterior can be had from the losses of this run: " + fit.warning);
    scores.values = stats::posteriors(fit, last.loss);
    for (std::size_t row = 0; row < rows.size(); ++row)
        if (rows.given(row) == kNoLabel) scores.values[row] = 0; // nothing that could be wrong
    return scores;
}

} // namespace

void registerPNoisy(Registry& registry) { (void)registry.scores.add(std::make_shared<PNoisyScore>()); }

} // namespace assay
