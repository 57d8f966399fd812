// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/believed_targets.h"

namespace assay::learn {

void recordBelieved(const Run& run, const torch::Tensor& targets, EpochOutcome& outcome) {
    const RunData& data = run.data;
    const auto plain = targets.to(torch::kCPU, torch::kFloat32).contiguous();
    const auto classes = std::size_t(data.classes);
    std::vector<float> label(data.rows(), float(kNoLabel)), agreement(data.rows(), 0.0F), probabilities(classes);
    double visited = 0, differing = 0, agreeing = 0;
    for (const std::uint32_t row : data.trainRows) {
        const float* target = plain.data_ptr<float>() + std::size_t(row) * classes;
        const auto best = std::max_element(target, target + classes) - target;
        if (target[best] <= 0) continue; // no epoch has visited it
        ++visited;
        label[row] = float(best);
        differing += Label(best) != data.labels[row];
        for (const Answers& network : outcome.answers) {
            softmaxOf(network.row(row), probabilities);
            for (std::size_t k = 0; k < classes; ++k)
                agreement[row] += target[k] * probabilities[k] / float(outcome.answers.size());
        }
        agreeing += double(agreement[row]);
    }
    outcome.evidence.columns["target-label"] = std::move(label);
    outcome.evidence.columns["target-agreement"] = std::move(agreement);
    outcome.report.scalars["target-differs"] = visited > 0 ? differing / visited : 0;
    outcome.report.scalars["target-agreement"] = visited > 0 ? agreeing / visited : 0;
}

} // namespace assay::learn
