// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/ct_augment.h"
#include "core/learn/recipe.h"

#include <functional>

namespace assay::learn {

/// Settings of CTAugment: "ct-depth", "ct-decay", "ct-threshold", "ct-translation".
[[nodiscard]] std::vector<ParamSpec> ctSettings();
[[nodiscard]] CtAugmentOptions readCtOptions(const ParamValues& settings);

/// Strong views of a run's pictures by CTAugment, which learns from labelled ones how strong they may be.
class CtViews {
public:
    explicit CtViews(CtAugmentOptions options) : m_policy(options) {}

    /// Weakly varied pictures of these rows, changed further by operations as strong as the rates allow: float
    /// [B, C, H, W] on the run's device. `view` tells apart several of one step. `cutout`: a square of half the side is
    /// cut out of each last, as FixMatch does.
    [[nodiscard]] torch::Tensor varied(const Run& run, const Batch& batch, const std::vector<std::uint32_t>& rows,
                                       std::uint32_t view, bool cutout = false) const;
    /// One of them as it is before it is normalised, HWC, in the run's step `step`.
    [[nodiscard]] std::vector<std::uint8_t> variedPicture(const Run& run, std::uint32_t row, std::size_t step,
                                                          std::uint32_t view, bool cutout = false) const;
    /// Updates the rates by how well the first network still knows the labelled pictures when they are varied with any
    /// strength.
    void probe(const Run& run, const Batch& labelled, std::uint32_t view);
    [[nodiscard]] double meanRate() const;

    void save(StateMap& state) const;
    void load(const StateMap& state);

private:
    using Choose = std::function<std::vector<CtChoice>(CounterRng& rng)>;
    [[nodiscard]] torch::Tensor render(const Run& run, const Batch& batch, const std::vector<std::uint32_t>& rows,
                                       std::uint32_t view, const Choose& choose) const;
    /// Into `picture`, which has the run's size.
    void renderPicture(const Run& run, std::uint32_t row, std::size_t step, std::uint32_t view, const Choose& choose,
                       std::vector<std::uint8_t>& picture, std::vector<std::uint8_t>& scratch) const;
    [[nodiscard]] Choose strong(bool cutout) const;

    CtAugmentPolicy m_policy;
};

} // namespace assay::learn
