// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/picture_tensor.h"

namespace assay::learn {

torch::Tensor emptyPictures(std::size_t count, ImageGeometry g) {
    // Strides are asked for by name: with one channel the two layouts look alike, and LibTorch would take the slow one.
    return torch::empty({std::int64_t(count), g.channels, g.height, g.width},
                        torch::TensorOptions().dtype(torch::kFloat32).memory_format(torch::MemoryFormat::ChannelsLast));
}

void normaliseInto(const RunData& data, std::span<const std::uint8_t> picture, float* out) {
    const std::size_t channels = std::size_t(data.geometry.channels);
    if (channels == 1) {
        for (std::size_t k = 0; k < picture.size(); ++k) out[k] = data.normalised[picture[k]];
        return;
    }
    for (std::size_t k = 0; k < picture.size(); k += channels)
        for (std::size_t c = 0; c < channels; ++c) out[k + c] = data.normalised[c * 256 + picture[k + c]];
}

} // namespace assay::learn
