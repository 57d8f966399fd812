// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/classifier.h"

#include "core/base/registry.h"
#include "core/base/rng.h"

namespace assay::learn {

/// Builds the network that `id` names ("cnn-small", "resnet-18:16" for a base width of 16, "resnet-18-imagenet"),
/// channels last, its weights drawn from (seed, Init, 0, which). NotFound names what there is.
[[nodiscard]] Result<ClassifierPtr> makeNetwork(const std::string& id, ImageGeometry input, int classes,
                                                std::uint64_t seed, std::uint32_t which = 0);

/// A number of 64 bits for LibTorch's generator, drawn from our own.
[[nodiscard]] std::uint64_t torchSeed(std::uint64_t seed, RngPurpose purpose, std::uint32_t epoch, std::uint32_t which);

void registerNetworks(Registry& registry);

} // namespace assay::learn
