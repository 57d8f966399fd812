// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_rows.h"

#include <algorithm>
#include <cmath>

namespace assay {
namespace {

Status checkEvidence(const Evidence& evidence) {
    const std::string epoch = "epoch " + std::to_string(evidence.epoch);
    const std::size_t n = evidence.size();
    constexpr const char* kUnfit = "the evidence of the run does not fit together; train it again";
    if (evidence.loss.size() != n || evidence.prediction.size() != n || evidence.confidence.size() != n ||
        evidence.margin.size() != n)
        return fail(ErrorCode::Damaged, kUnfit, epoch);
    for (const auto& [name, column] : evidence.columns)
        if (column.size() != n) return fail(ErrorCode::Damaged, kUnfit, epoch + ", column " + name);
    for (std::size_t row = 0; row < n; ++row)
        if (!std::isfinite(evidence.loss[row]) || !std::isfinite(evidence.confidence[row]))
            return fail(ErrorCode::Numeric, "the evidence of the run holds a loss that is not a number; train it again",
                        epoch + ", sample " + std::to_string(evidence.samples[row].value));
    return {};
}

} // namespace

Result<ScoreRows> ScoreRows::from(const ScoreInput& input) {
    ScoreRows rows;
    for (const auto& epoch : input.epochs) {
        if (!epoch) continue;
        ASSAY_CHECK_STATUS(checkEvidence(*epoch));
        rows.m_epochs.push_back(epoch);
    }
    if (rows.m_epochs.empty() || rows.last().size() == 0)
        return fail(ErrorCode::NotFound, "this run has recorded no evidence yet, so nothing can be scored");
    const std::vector<Label>* labels = input.labels;
    if (labels == nullptr && input.dataset != nullptr) labels = &input.dataset->givenLabels;
    if (labels == nullptr) return fail(ErrorCode::InvalidArgument, "a score needs the labels that the run trained on");
    rows.m_given.reserve(rows.last().size());
    for (const SampleIndex sample : rows.last().samples) {
        if (sample.value >= labels->size())
            return fail(ErrorCode::InvalidArgument,
                        "the evidence names a sample that the data set does not have; open the data set that the run "
                        "was trained on",
                        "sample " + std::to_string(sample.value));
        rows.m_given.push_back((*labels)[sample.value]);
    }
    return rows;
}

Result<ScoreRows> ScoreRows::overEpochs(const ScoreInput& input) {
    ASSAY_TRY(ScoreRows rows, from(input));
    if (rows.m_epochs.size() < 2)
        return fail(ErrorCode::NotFound, "this score looks back over epochs, and of this run there is one only");
    return rows;
}

void ScoreRows::visit(const std::function<void(const Evidence&, std::size_t, std::size_t)>& visitor) const {
    for (const auto& epoch : m_epochs) {
        const auto &theirs = epoch->samples, &ours = last().samples;
        if (theirs == ours) {
            for (std::size_t row = 0; row < ours.size(); ++row) visitor(*epoch, row, row);
            continue;
        }
        for (std::size_t row = 0, there = 0; row < ours.size(); ++row) { // both are in order of index
            while (there < theirs.size() && theirs[there] < ours[row]) ++there;
            if (there < theirs.size() && theirs[there] == ours[row]) visitor(*epoch, row, there);
        }
    }
}

double givenProbability(const Evidence& evidence, std::size_t row) {
    return std::clamp(std::exp(-double(evidence.loss[row])), 0.0, 1.0);
}

LastWord lastWord(const ScoreInput& input, const ScoreRows& rows, std::size_t row) {
    const Evidence& last = rows.last();
    const Label label = rows.given(row);
    if (label == kNoLabel) return {};
    const auto first = last.columns.find("loss-1"), second = last.columns.find("loss-2");
    const bool two = first != last.columns.end() && second != last.columns.end();
    const std::size_t sample = last.samples[row].value;
    if (const auto& kept = input.probabilities; two && kept && kept->epoch == last.epoch && sample < kept->rows() &&
                                                kept->has(sample) && std::size_t(label) < kept->dimension) {
        const auto all = kept->row(sample);
        LastWord word{double(all[std::size_t(label)]), 0};
        for (std::size_t k = 0; k < all.size(); ++k)
            if (k != std::size_t(label)) word.other = std::max(word.other, double(all[k]));
        return word;
    }
    const double confidence = std::clamp(double(last.confidence[row]), 0.0, 1.0);
    const bool agrees = last.prediction[row] == label;
    double own = givenProbability(last, row);
    if (two && agrees) own = confidence;
    if (two && !agrees)
        own = std::min((std::exp(-double(first->second[row])) + std::exp(-double(second->second[row]))) / 2,
                       std::min(confidence, 1 - confidence));
    if (!agrees) return {own, confidence};
    const double margin = double(last.margin[row]);
    return {own, std::isnan(margin) ? 1 - own : std::clamp(own * std::exp(-margin), 0.0, 1 - own)};
}

} // namespace assay
