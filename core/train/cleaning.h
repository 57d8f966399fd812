// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace assay {

/// Column of the evidence in which a method that leaves samples out says what it learns from: 1 kept, 0 dropped, −1 no
/// training sample.
inline constexpr const char* kKeptColumn = "kept";

/// The end of a round of a method that cleans in rounds: it scored the original training set and chose anew what to
/// keep. Who that is stands in the column "kept" of the same epoch's evidence.
struct CleaningRound {
    int round = 0;         ///< counted from 1
    int rounds = 0;        ///< planned
    std::string criterion; ///< for a person: "per-class quantile, 36 % dropped"
};

/// How the training samples went from one choice to the next.
struct CleaningFlow {
    std::size_t stayed = 0;    ///< kept before and now
    std::size_t dropped = 0;   ///< kept before, not now
    std::size_t returned = 0;  ///< not kept before, but now
    std::size_t stayedOut = 0; ///< neither before nor now
    [[nodiscard]] std::size_t keptBefore() const { return stayed + dropped; }
    [[nodiscard]] std::size_t kept() const { return stayed + returned; }
    [[nodiscard]] std::size_t out() const { return dropped + stayedOut; }
    /// Overlap of the two choices: samples in both over samples in any; 1 where nobody is in any.
    [[nodiscard]] double jaccard() const;
    auto operator<=>(const CleaningFlow&) const = default;
};

/// Between two columns "kept" of the same samples. An empty `before` stands for the start, where all are kept. Samples
/// that are no training samples do not count.
[[nodiscard]] CleaningFlow cleaningFlow(std::span<const float> before, std::span<const float> now);

} // namespace assay
