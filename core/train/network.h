// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/data/image.h"

#include <cstdint>
#include <memory>
#include <string>

namespace assay {

/// A network as the catalogue lists it; its layers are the engine's business.
class Network {
public:
    virtual ~Network() = default;
    [[nodiscard]] virtual const Description& description() const = 0;
    /// Trainable parameters for an input and a number of classes.
    [[nodiscard]] virtual std::uint64_t parameterCount(ImageGeometry input, int classes) const = 0;
    /// The same with another base width, for one that describes a setting "width"; null where it has none to set.
    [[nodiscard]] virtual std::shared_ptr<const Network> withWidth(int) const { return nullptr; }
};

/// The network that `id` names: "resnet-18", or "resnet-18:16" for a base width of 16. Errors name what there is, or
/// the widths that may be asked for.
[[nodiscard]] Result<std::shared_ptr<const Network>> findNetwork(const Catalogue<Network>& networks,
                                                                 const std::string& id);

} // namespace assay
