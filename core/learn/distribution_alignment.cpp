// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/distribution_alignment.h"

namespace assay::learn {
namespace {

constexpr double kLeast = 1e-6;

} // namespace

torch::Tensor align(const torch::Tensor& p, const torch::Tensor& data, const torch::Tensor& model,
                    Alignment alignment) {
    if (alignment == Alignment::None) return p;
    const auto factor = alignment == Alignment::Correct
                            ? (data.to(p.device()) + kLeast) / (model.to(p.device()) + kLeast)
                            : model.to(p.device());
    const auto scaled = p * factor;
    return scaled / scaled.sum(1, true).clamp_min(1e-12);
}

torch::Tensor classShares(const RunData& data, const std::vector<std::uint32_t>& rows) {
    auto shares = torch::zeros({data.classes}, torch::kFloat32);
    for (const std::uint32_t row : rows) shares.data_ptr<float>()[data.labels[row]] += 1;
    const double sum = shares.sum().item<double>();
    return sum > 0 ? shares / sum : torch::full({data.classes}, 1.0 / data.classes, torch::kFloat32);
}

void AnswerMean::start(std::int64_t classes, std::int64_t batches, double decay) {
    m_decay = batches > 0 ? 0 : decay;
    m_count = 0;
    m_kept = torch::full({std::max<std::int64_t>(batches, 1), classes}, 1.0 / double(classes), torch::kFloat32);
}

void AnswerMean::add(const torch::Tensor& mean) {
    const auto own = mean.detach().to(torch::kCPU);
    if (m_decay > 0) m_kept[0] = m_kept[0] * m_decay + own * (1 - m_decay);
    else m_kept[m_count % m_kept.size(0)] = own;
    ++m_count;
}

torch::Tensor AnswerMean::value() const {
    if (m_decay > 0 || m_count == 0) return m_kept[0];
    return m_kept.slice(0, 0, std::min(m_count, m_kept.size(0))).mean(0);
}

void AnswerMean::save(StateMap& state, const std::string& name) const {
    state[name] = m_kept;
    state[name + ".count"] = torch::tensor({m_count}, torch::kInt64);
}

void AnswerMean::load(const StateMap& state, const std::string& name) {
    m_kept.copy_(state.at(name));
    m_count = state.at(name + ".count").item<std::int64_t>();
}

} // namespace assay::learn
