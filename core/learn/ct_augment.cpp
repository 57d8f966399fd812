// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/ct_augment.h"

#include "core/learn/augment.h"
#include "core/learn/picture_ops.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace assay::learn {
namespace {

constexpr std::size_t kBins = 17, kPosterizeBins = 8;
constexpr std::uint8_t kCutoutGrey = 127;

/// Bins of each parameter.
std::vector<std::size_t> binsOf(CtOp op) {
    switch (op) {
    case CtOp::Identity: return {};
    case CtOp::Posterize: return {kPosterizeBins};
    case CtOp::Rescale: return {kBins, std::size_t(kResizeFilters)};
    default: return {kBins};
    }
}

std::size_t binAt(double level, std::size_t bins) { return std::min(bins - 1, std::size_t(level * double(bins))); }

/// in + level (out − in): `out` holds the whole effect.
void blendIn(std::span<const std::uint8_t> in, std::span<std::uint8_t> out, double level) {
    for (std::size_t i = 0; i < in.size(); ++i)
        out[i] = std::uint8_t(std::clamp(in[i] + level * (double(out[i]) - in[i]), 0.0, 255.0));
}

} // namespace

CtAugmentPolicy::CtAugmentPolicy(CtAugmentOptions options) : m_options(options) {
    for (int op = 0; op < kCtOps; ++op)
        for (const std::size_t bins : binsOf(CtOp(op))) m_rates[std::size_t(op)].emplace_back(bins, 1.0F);
}

std::vector<double> CtAugmentPolicy::probabilities(CtOp op, std::size_t parameter) const {
    const std::vector<float>& rates = m_rates[std::size_t(op)][parameter];
    std::vector<double> p;
    for (const float rate : rates) p.push_back(double(rate) + 1 - m_options.decay);
    const double largest = *std::max_element(p.begin(), p.end());
    double sum = 0;
    for (double& one : p) {
        one /= largest;
        if (one < m_options.threshold) one = 0;
        sum += one;
    }
    for (double& one : p) one /= sum;
    return p;
}

std::vector<CtChoice> CtAugmentPolicy::draw(CounterRng& rng) const {
    std::vector<CtChoice> choices;
    for (int i = 0; i < m_options.depth; ++i) {
        CtChoice choice{CtOp(rng.below(kCtOps)), {}};
        for (std::size_t parameter = 0; parameter < m_rates[std::size_t(choice.op)].size(); ++parameter) {
            const std::vector<double> p = probabilities(choice.op, parameter);
            double left = rng.uniform();
            std::size_t bin = 0;
            while (bin + 1 < p.size() && left >= p[bin]) left -= p[bin++];
            while (p[bin] == 0) --bin; // what rounding left over belongs to the last one that can be drawn
            choice.levels.push_back((double(bin) + rng.uniform()) / double(p.size()));
        }
        choices.push_back(std::move(choice));
    }
    return choices;
}

std::vector<CtChoice> CtAugmentPolicy::drawProbe(CounterRng& rng) const {
    std::vector<CtChoice> choices;
    for (int i = 0; i < m_options.depth; ++i) {
        CtChoice choice{CtOp(rng.below(kCtOps)), {}};
        for (std::size_t n = m_rates[std::size_t(choice.op)].size(); n > 0; --n) choice.levels.push_back(rng.uniform());
        choices.push_back(std::move(choice));
    }
    return choices;
}

void CtAugmentPolicy::update(std::span<const CtChoice> choices, double proximity) {
    for (const CtChoice& choice : choices) {
        auto& parameters = m_rates[std::size_t(choice.op)];
        for (std::size_t n = 0; n < parameters.size() && n < choice.levels.size(); ++n) {
            float& rate = parameters[n][binAt(choice.levels[n], parameters[n].size())];
            rate = float(m_options.decay * double(rate) + (1 - m_options.decay) * proximity);
        }
    }
}

std::vector<float> CtAugmentPolicy::rates() const {
    std::vector<float> all;
    for (const auto& parameters : m_rates)
        for (const auto& bins : parameters) all.insert(all.end(), bins.begin(), bins.end());
    return all;
}

void CtAugmentPolicy::setRates(std::span<const float> rates) {
    std::size_t next = 0;
    for (auto& parameters : m_rates)
        for (auto& bins : parameters)
            for (float& rate : bins) rate = rates[next++];
}

void applyCtChoice(const CtChoice& choice, bool compat, CounterRng& rng, std::span<const std::uint8_t> in,
                   std::span<std::uint8_t> out, ImageGeometry g, std::uint8_t fill) {
    const double level = choice.levels.empty() ? 0 : choice.levels[0];
    const auto apply = [&](RandAugmentOp op, double amount) { applyOperation(op, amount, in, out, g, fill); };
    const auto blended = [&](RandAugmentOp op, double amount) {
        apply(op, amount);
        blendIn(in, out, level);
    };
    const double factor = 0.1 + 1.9 * level, sway = 2 * level - 1;
    switch (choice.op) {
    case CtOp::Identity: apply(RandAugmentOp::Identity, 0); return;
    case CtOp::AutoContrast: blended(RandAugmentOp::AutoContrast, 0); return;
    case CtOp::Equalize: blended(RandAugmentOp::Equalize, 0); return;
    case CtOp::Invert: blended(RandAugmentOp::Solarize, 0); return;
    case CtOp::Smooth: blended(RandAugmentOp::Sharpness, 0); return;
    case CtOp::Blur:
        blur(in, out, g);
        blendIn(in, out, level);
        return;
    case CtOp::Brightness: apply(RandAugmentOp::Brightness, factor); return;
    case CtOp::Color: apply(RandAugmentOp::Color, factor); return;
    case CtOp::Contrast: apply(RandAugmentOp::Contrast, factor); return;
    case CtOp::Sharpness: apply(RandAugmentOp::Sharpness, factor); return;
    case CtOp::Cutout: {
        std::memcpy(out.data(), in.data(), in.size());
        const int y = int(rng.below(std::uint32_t(g.height))), x = int(rng.below(std::uint32_t(g.width)));
        cutSquare(out, g, 1 + int(level * std::min(g.width, g.height) * 0.499), y, x, kCutoutGrey);
        return;
    }
    case CtOp::Posterize: apply(RandAugmentOp::Posterize, 1 + std::floor(level * 7.999)); return;
    case CtOp::Rotate: apply(RandAugmentOp::Rotate, std::round(sway * 45)); return;
    case CtOp::ShearX: apply(RandAugmentOp::ShearX, sway * 0.3); return;
    case CtOp::ShearY: apply(RandAugmentOp::ShearY, sway * 0.3); return;
    case CtOp::Solarize: apply(RandAugmentOp::Solarize, std::floor(level * 255.999)); return;
    case CtOp::TranslateX: apply(RandAugmentOp::TranslateX, sway * 0.3 * (compat ? 1 : g.width)); return;
    case CtOp::TranslateY: apply(RandAugmentOp::TranslateY, sway * 0.3 * (compat ? 1 : g.height)); return;
    case CtOp::Rescale: {
        const double margin = 0.25 * level;
        const auto edge = [margin](int length) { return int(std::lround(margin * length)); };
        const int left = edge(g.width), top = edge(g.height);
        const auto filter = ResizeFilter(binAt(choice.levels.size() > 1 ? choice.levels[1] : 0, kResizeFilters));
        cropAndResample(left, top, std::max(1, g.width - 2 * left), std::max(1, g.height - 2 * top), filter, in, out,
                        g);
        return;
    }
    }
}

void applyCtChoices(std::span<const CtChoice> choices, bool compat, CounterRng& rng, std::span<std::uint8_t> picture,
                    ImageGeometry geometry, std::uint8_t fill, std::vector<std::uint8_t>& scratch) {
    for (const CtChoice& choice : choices) {
        scratch.assign(picture.begin(), picture.end());
        applyCtChoice(choice, compat, rng, scratch, picture, geometry, fill);
    }
}

} // namespace assay::learn
