// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/augment.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace assay::learn {
namespace {

/// Those that leave every pixel where it is.
constexpr std::array kPhotometric = {
    RandAugmentOp::Identity, RandAugmentOp::Brightness,   RandAugmentOp::Color,
    RandAugmentOp::Contrast, RandAugmentOp::Sharpness,    RandAugmentOp::Posterize,
    RandAugmentOp::Solarize, RandAugmentOp::AutoContrast, RandAugmentOp::Equalize,
};

RandAugmentOp drawOperation(CounterRng& rng, bool photometric) {
    if (!photometric) return RandAugmentOp(rng.below(kRandAugmentOps));
    return kPhotometric[rng.below(std::uint32_t(kPhotometric.size()))];
}

} // namespace

double strongAmount(RandAugmentOp op, double share, double sign, ImageGeometry g) {
    switch (op) {
    case RandAugmentOp::ShearX:
    case RandAugmentOp::ShearY: return sign * 0.3 * share;
    case RandAugmentOp::TranslateX: return sign * 0.3 * share * g.width;
    case RandAugmentOp::TranslateY: return sign * 0.3 * share * g.height;
    case RandAugmentOp::Rotate: return sign * 30.0 * share;
    case RandAugmentOp::Posterize: return 4 + std::floor(4 * share);
    case RandAugmentOp::Solarize: return 256 - std::floor(256 * share);
    default: return 0.9 * share + 0.05;
    }
}

AugmentOptions strongView(const AugmentOptions& weak, RandAugmentKind kind) {
    AugmentOptions strong = weak;
    strong.randAugmentKind = kind;
    strong.randAugmentOps = kind == RandAugmentKind::TorchSsl ? 3 : 2;
    strong.randAugmentLevel = kind == RandAugmentKind::Mpl ? 16 : 10;
    strong.cutout = kRelativeToPicture;
    strong.cutoutFill = kind == RandAugmentKind::TorchSsl ? 123 : 127;
    strong.cutoutVaries = kind == RandAugmentKind::TorchSsl;
    return strong;
}

void randAugment(CounterRng& rng, const AugmentOptions& options, std::span<std::uint8_t> picture,
                 ImageGeometry geometry, std::vector<std::uint8_t>& scratch) {
    constexpr std::uint32_t kLevels = 10; // FixMatch's m; the largest is never drawn
    for (int i = 0; i < options.randAugmentOps; ++i) {
        const RandAugmentOp op = drawOperation(rng, options.photometric);
        const bool negative = rng.uniform() < 0.5;
        double share = 0;
        bool applied = true;
        switch (options.randAugmentKind) {
        case RandAugmentKind::Torchvision: break;
        case RandAugmentKind::FixMatch:
            share = double(1 + rng.below(kLevels - 1)) / kLevels;
            applied = rng.uniform() < 0.5;
            break;
        case RandAugmentKind::TorchSsl: share = rng.uniform(); break;
        case RandAugmentKind::Mpl: {
            const double probability = 0.2 + 0.6 * rng.uniform();
            applied = rng.uniform() < probability;
            break;
        }
        }
        if (!applied) continue;
        scratch.assign(picture.begin(), picture.end());
        if (options.randAugmentKind == RandAugmentKind::Torchvision || options.randAugmentKind == RandAugmentKind::Mpl)
            applyRandAugment(op, options.randAugmentLevel, negative, scratch, picture, geometry, options.fill);
        else
            applyOperation(op, strongAmount(op, share, negative ? -1 : 1, geometry), scratch, picture, geometry,
                           options.fill);
    }
}

} // namespace assay::learn
