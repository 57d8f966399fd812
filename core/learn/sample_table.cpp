// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/sample_table.h"

namespace assay::learn {
namespace {

torch::Tensor indexOf(const std::vector<std::uint32_t>& rows, torch::Device device) {
    const std::vector<std::int64_t> index(rows.begin(), rows.end());
    return torch::tensor(index, torch::kInt64).to(device);
}

} // namespace

void SampleTable::reset(std::size_t rows, std::int64_t width, float value, torch::Device device) {
    m_values =
        torch::full({std::int64_t(rows), width}, value, torch::TensorOptions().dtype(torch::kFloat32).device(device));
}

torch::Tensor SampleTable::at(const std::vector<std::uint32_t>& rows) const {
    return m_values.index_select(0, indexOf(rows, m_values.device()));
}

void SampleTable::set(const std::vector<std::uint32_t>& rows, const torch::Tensor& values) {
    const torch::NoGradGuard noGrad;
    const auto plain = values.detach().to(torch::kFloat32).contiguous();
    if (!m_values.is_cpu()) {
        m_values.index_copy_(0, indexOf(rows, m_values.device()), plain);
        return;
    }
    const auto width = m_values.size(1);
    const float* in = plain.data_ptr<float>();
    for (const std::uint32_t row : rows) {
        std::copy(in, in + width, m_values.data_ptr<float>() + std::int64_t(row) * width);
        in += width;
    }
}

std::vector<float> SampleTable::column(std::int64_t index) const {
    const auto plain = m_values.select(1, index).to(torch::kCPU).contiguous();
    return {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()};
}

void SampleTable::setColumn(std::span<const float> values, std::int64_t index) {
    const torch::NoGradGuard noGrad;
    m_values.select(1, index).copy_(
        torch::from_blob(const_cast<float*>(values.data()), {std::int64_t(values.size())}, torch::kFloat32));
}

void SampleTable::load(const StateMap& state, const std::string& name) {
    const torch::NoGradGuard noGrad;
    m_values.copy_(state.at(name));
}

} // namespace assay::learn
