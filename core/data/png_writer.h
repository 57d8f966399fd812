// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/image.h"

#include <cstddef>
#include <vector>

namespace assay {

/// The picture (grey or RGB, 8 bits) as a PNG file, without loss. Needs no decoder, so every build has it.
[[nodiscard]] std::vector<std::byte> writePng(const Image& picture);

} // namespace assay
