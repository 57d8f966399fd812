// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/data/image.h"

#include <cstdint>

namespace assay {

/// A network as the catalogue lists it; its layers are the engine's business.
class Network {
public:
    virtual ~Network() = default;
    [[nodiscard]] virtual const Description& description() const = 0;
    /// Trainable parameters for an input and a number of classes.
    [[nodiscard]] virtual std::uint64_t parameterCount(ImageGeometry input, int classes) const = 0;
};

} // namespace assay
