// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_rows.h"
#include "core/stats/confident_learning.h"

#include <string>

namespace assay {
namespace {

constexpr const char* kCitation = "Northcutt, Jiang, Chuang, Confident Learning, JAIR 70, 2021, arXiv 1911.00068";

/// The probabilities and labels of the rows that have both, and which rows these are.
struct Table {
    std::vector<float> values;
    std::vector<Label> labels;
    std::vector<std::size_t> rows;
    std::size_t classes = 0;
    [[nodiscard]] stats::FloatProbabilities probabilities() const { return {values, classes}; }
};

Result<Table> tableOf(const ScoreInput& input, const ScoreRows& rows) {
    if (!input.probabilities)
        return fail(ErrorCode::NotFound,
                    "this score needs the probabilities of all classes, which this run did not keep; "
                    "they are kept at the end of a run, and imported ones always");
    Table table;
    table.classes = input.probabilities->dimension;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::size_t sample = rows.last().samples[row].value;
        if (rows.given(row) == kNoLabel || sample >= input.probabilities->rows() || !input.probabilities->has(sample))
            continue;
        const auto from = input.probabilities->row(sample);
        table.values.insert(table.values.end(), from.begin(), from.end());
        table.labels.push_back(rows.given(row));
        table.rows.push_back(row);
    }
    return table;
}

/// One minus a label's quality.
class QualityScore final : public Score {
public:
    QualityScore(stats::LabelQuality quality, bool adjusted, const char* title, const char* help)
        : m_quality(quality), m_adjusted(adjusted), m_description{std::string(stats::labelQualityName(quality)) +
                                                                      (adjusted ? "-adjusted" : ""),
                                                                  title,
                                                                  help,
                                                                  kCitation,
                                                                  {}} {}
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override { return {ScoreBasis::Probabilities, "0 to 1"}; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override {
        ASSAY_TRY(const ScoreRows rows, ScoreRows::from(input));
        ASSAY_TRY(const Table table, tableOf(input, rows));
        ASSAY_TRY(const std::vector<float> quality,
                  stats::labelQuality(table.probabilities(), table.labels, m_quality, m_adjusted));
        ScoreValues scores{std::vector<float>(rows.size()), rows.predictions(), false};
        for (std::size_t i = 0; i < quality.size(); ++i) scores.values[table.rows[i]] = 1 - quality[i];
        return scores;
    }

private:
    stats::LabelQuality m_quality;
    bool m_adjusted;
    Description m_description;
};

/// What one filter of confident learning flags. The usual one is a detector; the others say nearly the same.
class ConfidentLearningScore final : public Score {
public:
    explicit ConfidentLearningScore(stats::IssueFilter filter)
        : m_filter(filter), m_description{filter == kUsual ? "confident-learning"
                                                           : "issues-" + std::string(stats::issueFilterName(filter)),
                                          filter == kUsual
                                              ? "Confident learning"
                                              : "Label issues, " + std::string(stats::issueFilterName(filter)),
                                          "issues by the filter " + std::string(stats::issueFilterName(filter)) +
                                              " first (0.5 and up), each part by one minus self-confidence",
                                          kCitation,
                                          {}} {}
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override {
        return {ScoreBasis::Probabilities, "0 to 1", m_filter == kUsual};
    }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override {
        ASSAY_TRY(const ScoreRows rows, ScoreRows::from(input));
        ASSAY_TRY(const Table table, tableOf(input, rows));
        ASSAY_TRY(const std::vector<float> quality,
                  stats::labelQuality(table.probabilities(), table.labels, stats::LabelQuality::SelfConfidence));
        stats::IssueOptions options;
        options.filter = m_filter;
        ASSAY_TRY(const stats::LabelIssues found, stats::findLabelIssues(table.probabilities(), table.labels, options));
        ScoreValues scores{std::vector<float>(rows.size()), rows.predictions(), false};
        for (std::size_t i = 0; i < quality.size(); ++i) scores.values[table.rows[i]] = (1 - quality[i]) / 2;
        for (const stats::LabelIssue& issue : found.issues) scores.values[table.rows[issue.row]] += 0.5f;
        return scores;
    }

private:
    static constexpr stats::IssueFilter kUsual = stats::IssueFilter::PruneByNoiseRate;
    stats::IssueFilter m_filter;
    Description m_description;
};

} // namespace

void registerLabelQuality(Registry& registry) {
    using stats::LabelQuality;
    const auto add = [&](LabelQuality quality, bool adjusted, const char* title, const char* help) {
        (void)registry.scores.add(std::make_shared<QualityScore>(quality, adjusted, title, help));
    };
    add(LabelQuality::ConfidenceWeightedEntropy, false, "Confidence-weighted entropy",
        "the network is unsure, and least sure of the given label");
    add(LabelQuality::SelfConfidence, true, "Self-confidence, by class",
        "one minus the probability of the given label, after each class's mean was made the same");
    add(LabelQuality::NormalizedMargin, true, "Normalised margin, by class",
        "how far another class leads, after each class's mean was made the same");
    add(LabelQuality::ConfidenceWeightedEntropy, true, "Confidence-weighted entropy, by class",
        "confidence-weighted entropy after each class's mean was made the same");
    for (const std::string& name : stats::issueFilterNames())
        (void)registry.scores.add(std::make_shared<ConfidentLearningScore>(*stats::parseIssueFilter(name)));
}

} // namespace assay
