// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_rows.h"

namespace assay {
namespace {

class SelectionScore final : public Score {
public:
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override { return {ScoreBasis::AllEpochs, "0 to 1"}; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override {
        ASSAY_TRY(const ScoreRows rows, ScoreRows::from(input));
        std::vector<double> taken(rows.size()), asked(rows.size());
        const Evidence* current = nullptr;
        std::vector<const std::vector<float>*> columns; // of the current epoch
        rows.visit([&](const Evidence& evidence, std::size_t row, std::size_t there) {
            if (input.dataset->splits[evidence.samples[there].value] != Split::Train) return;
            if (&evidence != current) {
                current = &evidence;
                columns.clear();
                for (const char* name : {"selected-1", "selected-2", "kept"})
                    if (const auto column = evidence.columns.find(name); column != evidence.columns.end())
                        columns.push_back(&column->second);
            }
            for (const std::vector<float>* column : columns) {
                if ((*column)[there] < 0) continue; // -1: not trained on
                taken[row] += (*column)[there] > 0.5f ? 1 : 0;
                ++asked[row];
            }
        });
        ScoreValues scores{std::vector<float>(rows.size()), rows.predictions(), false};
        bool any = false;
        for (std::size_t row = 0; row < rows.size(); ++row) {
            any = any || asked[row] > 0;
            scores.values[row] = asked[row] > 0 ? float(1 - taken[row] / asked[row]) : 0.0f;
        }
        if (!any)
            return fail(ErrorCode::NotFound,
                        "this run's method selects no samples; co-teaching, co-teaching-plus, jocor, "
                        "dividemix and loss-cleaning do");
        return scores;
    }

private:
    Description m_description{
        "rejection",
        "Left out by the method",
        "share of the epochs in which the method's networks did not select the sample to learn from",
        "Han, Yao, Yu, Niu, Xu, Hu, Tsang, Sugiyama, Co-teaching, NeurIPS 2018, arXiv 1804.06872",
        {}};
};

} // namespace

void registerSelection(Registry& registry) { (void)registry.scores.add(std::make_shared<SelectionScore>()); }

} // namespace assay
