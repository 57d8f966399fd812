// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/recipe.h"

namespace assay::learn {

/// What guesses are multiplied by before they are made to sum to one again.
enum class Alignment {
    None,
    Correct, ///< p_data / p_model: frequent answers are held back until they are as frequent as the labels (ReMixMatch)
    Inverted ///< p_model itself: frequent answers become more frequent; for teaching what goes wrong
};

/// p [B, K] aligned, each row of sum 1; `data` and `model` [K] are the share of each class among the labels and among
/// the answers.
[[nodiscard]] torch::Tensor align(const torch::Tensor& p, const torch::Tensor& data, const torch::Tensor& model,
                                  Alignment alignment);

/// Share of each class among the labels of these rows [K], float; uniform where there are none.
[[nodiscard]] torch::Tensor classShares(const RunData& data, const std::vector<std::uint32_t>& rows);

/// The mean answer over the last batches (ReMixMatch: 128), or an exponential average of them.
class AnswerMean {
public:
    /// `batches` kept; 0: an exponential average with `decay`. It begins uniform.
    void start(std::int64_t classes, std::int64_t batches, double decay);
    /// `mean` [K] of a batch's answers.
    void add(const torch::Tensor& mean);
    /// [K].
    [[nodiscard]] torch::Tensor value() const;
    void save(StateMap& state, const std::string& name) const;
    void load(const StateMap& state, const std::string& name);

private:
    torch::Tensor m_kept; ///< [batches, K], or [1, K]
    std::int64_t m_count = 0;
    double m_decay = 0; ///< 0: a window
};

} // namespace assay::learn
