// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/data/image.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace assay::learn {

/// The operations of CTAugment (Berthelot et al., ICLR 2020, as the authors' code has them).
enum class CtOp {
    AutoContrast,
    Blur,
    Brightness,
    Color,
    Contrast,
    Cutout,
    Equalize,
    Invert,
    Identity,
    Posterize,
    Rescale,
    Rotate,
    Sharpness,
    ShearX,
    ShearY,
    Smooth,
    Solarize,
    TranslateX,
    TranslateY,
};
inline constexpr int kCtOps = 19;

/// An operation with its parameters, each in [0, 1): none, one, or two (Rescale: margin and filter).
struct CtChoice {
    CtOp op = CtOp::Identity;
    std::vector<double> levels;
};

struct CtAugmentOptions {
    int depth = 2;          ///< operations in a row
    double decay = 0.99;    ///< of the rates
    double threshold = 0.8; ///< rate over the largest one below which a bin is not drawn
    bool compat = false;    ///< translations by ±0.3 pixels, as published, instead of ±0.3 of the side
};

/// Learns how strong each operation may be: every parameter is split into bins whose rates follow how well the network
/// still knows labelled pictures that were varied so.
class CtAugmentPolicy {
public:
    explicit CtAugmentPolicy(CtAugmentOptions options = {});

    /// For training: bins by their rates.
    [[nodiscard]] std::vector<CtChoice> draw(CounterRng& rng) const;
    /// For a labelled picture whose answer will be told to update(): every strength alike.
    [[nodiscard]] std::vector<CtChoice> drawProbe(CounterRng& rng) const;
    /// rate ← decay · rate + (1 − decay) · proximity of each bin that was drawn; proximity is 1 − ½ Σ |p − one-hot|.
    void update(std::span<const CtChoice> choices, double proximity);
    /// Probability of each bin of a parameter in draw().
    [[nodiscard]] std::vector<double> probabilities(CtOp op, std::size_t parameter = 0) const;

    /// Rates of all parameters of all operations in a row, and back.
    [[nodiscard]] std::vector<float> rates() const;
    void setRates(std::span<const float> rates);
    [[nodiscard]] const CtAugmentOptions& options() const { return m_options; }

private:
    CtAugmentOptions m_options;
    std::array<std::vector<std::vector<float>>, kCtOps> m_rates; ///< [operation][parameter][bin]
};

/// Applies one operation; `rng` places a cutout. `fill`: grey of what geometric operations uncover.
void applyCtChoice(const CtChoice& choice, bool compat, CounterRng& rng, std::span<const std::uint8_t> in,
                   std::span<std::uint8_t> out, ImageGeometry geometry, std::uint8_t fill);
/// All in a row, in place.
void applyCtChoices(std::span<const CtChoice> choices, bool compat, CounterRng& rng, std::span<std::uint8_t> picture,
                    ImageGeometry geometry, std::uint8_t fill, std::vector<std::uint8_t>& scratch);

} // namespace assay::learn
