// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/virtual_adversary.h"

#include "core/learn/meta_learning.h"

namespace assay::learn {
namespace {

torch::Tensor perPicture(const torch::Tensor& values, const torch::Tensor& like) {
    std::vector<std::int64_t> shape(std::size_t(like.dim()), 1);
    shape[0] = like.size(0);
    return values.view(shape);
}

} // namespace

torch::Tensor drawDirections(std::uint64_t seed, std::uint32_t epoch, std::span<const std::uint32_t> samples,
                             at::IntArrayRef pictureShape) {
    std::vector<std::int64_t> shape = {std::int64_t(samples.size())};
    shape.insert(shape.end(), pictureShape.begin(), pictureShape.end());
    auto directions = torch::empty(shape, torch::kFloat32);
    const std::int64_t each = samples.empty() ? 0 : directions.numel() / std::int64_t(samples.size());
    auto* out = directions.data_ptr<float>();
    for (const std::uint32_t sample : samples) {
        CounterRng rng(seed, RngPurpose::Method, epoch, sample);
        for (std::int64_t i = 0; i < each; ++i) *out++ = float(rng.normal());
    }
    return directions;
}

torch::Tensor unitLength(const torch::Tensor& directions) {
    // By the largest value first: squares of very small numbers would vanish.
    const auto flat = directions.flatten(1);
    const auto largest = flat.abs().amax(1);
    const auto scaled =
        directions / perPicture(torch::where(largest > 0, largest, torch::ones_like(largest)), directions);
    const auto norm = scaled.flatten(1).norm(2, 1);
    return scaled / perPicture(torch::where(norm > 0, norm, torch::ones_like(norm)), directions);
}

Adversary findAdversary(const AnswerFn& answer, const torch::Tensor& images, const torch::Tensor& target,
                        const torch::Tensor& directions, const AdversaryOptions& options, bool withDivergences) {
    Adversary found;
    auto direction = unitLength(directions);
    const auto measure = [&] {
        if (!withDivergences) return;
        const torch::NoGradGuard noGrad;
        found.divergences.push_back(divergenceFrom(target, answer(images + options.epsilon * direction)));
    };
    measure();
    const double xi = images.scalar_type() == torch::kFloat64 ? options.xi : std::max(options.xi, kLeastXi);
    for (int i = 0; i < options.iterations; ++i) {
        const auto r = (xi * direction).requires_grad_(true);
        const auto divergence = divergenceFrom(target, answer(images + r)).sum();
        const auto slope = torch::autograd::grad({divergence}, {r})[0].detach();
        const auto steep = slope.flatten(1).abs().amax(1);
        const auto usable = perPicture(torch::isfinite(steep).logical_and(steep > 0), slope);
        direction = torch::where(usable, unitLength(slope), direction);
        measure();
    }
    found.perturbation = options.epsilon * direction;
    return found;
}

} // namespace assay::learn
