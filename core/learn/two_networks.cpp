// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/two_networks.h"

namespace assay::learn {

void recordTwoNetworks(const Run& run, EpochOutcome& outcome) {
    const std::size_t rows = run.data.rows();
    auto& columns = outcome.evidence.columns;
    std::array<std::vector<float>, 2> predictions;
    for (std::size_t n = 0; n < 2; ++n) {
        const std::string number = std::to_string(n + 1);
        std::vector<float> loss(rows);
        predictions[n].resize(rows);
        for (std::size_t i = 0; i < rows; ++i) {
            const auto logits = outcome.answers[n].row(i);
            loss[i] = float(lossOf(logits, run.data.labels[i]));
            predictions[n][i] = float(predictionOf(logits));
        }
        columns["loss-" + number] = std::move(loss);
        columns["prediction-" + number] = predictions[n];
    }
    std::vector<float> disagreement(rows);
    for (std::size_t i = 0; i < rows; ++i) disagreement[i] = predictions[0][i] != predictions[1][i];
    double differing = 0;
    for (const std::uint32_t row : run.data.trainRows) differing += disagreement[row];
    columns["disagreement"] = std::move(disagreement);
    outcome.report.scalars["disagreement"] = differing / double(run.data.trainRows.size());
}

void Selection::begin(const Run& run, const std::vector<std::uint32_t>& visited) {
    for (auto& selected : m_selected) {
        selected.assign(run.data.rows(), -1);
        for (const std::uint32_t row : visited) selected[row] = 0;
    }
}

void Selection::mark(std::size_t network, const torch::Tensor& positions, const Batch& batch) {
    const auto plain = positions.to(torch::kCPU);
    const auto* at = plain.data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < plain.numel(); ++i) m_selected[network][batch.rows[std::size_t(at[i])]] = 1;
}

void Selection::record(const Run& run, EpochOutcome& outcome) const {
    double visited = 0, both = 0, either = 0, chosen = 0, known = 0, right = 0, allRight = 0;
    for (const std::uint32_t row : run.data.trainRows) {
        if (m_selected[0][row] < 0) continue;
        ++visited;
        const bool first = m_selected[0][row] > 0, second = m_selected[1][row] > 0;
        const double times = double(first) + double(second);
        both += first && second;
        either += first || second;
        chosen += times;
        if (!run.data.truthKnown() || run.data.truth[row] == kNoLabel) continue;
        const bool isRight = run.data.truth[row] == run.data.labels[row];
        known += times;
        right += isRight ? times : 0;
        allRight += isRight ? 2 : 0;
    }
    auto& scalars = outcome.report.scalars;
    scalars["selection-overlap"] = either > 0 ? both / either : 1;
    scalars["selected-share"] = visited > 0 ? chosen / (2 * visited) : 0;
    if (known > 0) scalars["label-precision"] = right / known;
    if (known > 0 && allRight > 0) scalars["label-recall"] = right / allRight;
    for (std::size_t n = 0; n < 2; ++n)
        outcome.evidence.columns["selected-" + std::to_string(n + 1)] = {m_selected[n].begin(), m_selected[n].end()};
}

} // namespace assay::learn
