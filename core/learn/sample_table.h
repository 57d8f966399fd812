// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/optimizer.h"

#include "core/base/result.h"

#include <span>

namespace assay::learn {

/// Numbers that a method keeps for every sample from one visit to the next: [R, width] on the device. Saved in
/// checkpoints as they are.
class SampleTable {
public:
    void reset(std::size_t rows, std::int64_t width, float value, torch::Device device);
    /// [B, width] of these rows, a copy.
    [[nodiscard]] torch::Tensor at(const std::vector<std::uint32_t>& rows) const;
    /// `values` [B, width]; of a row that occurs twice the last one counts.
    void set(const std::vector<std::uint32_t>& rows, const torch::Tensor& values);
    /// One column for all rows [R], and all of it at once.
    [[nodiscard]] std::vector<float> column(std::int64_t index = 0) const;
    void setColumn(std::span<const float> values, std::int64_t index = 0);
    [[nodiscard]] const torch::Tensor& all() const { return m_values; }

    void save(StateMap& state, const std::string& name) const { state[name] = m_values; }
    /// Name and shape have been compared already.
    void load(const StateMap& state, const std::string& name);

private:
    torch::Tensor m_values;
};

} // namespace assay::learn
