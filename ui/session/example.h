// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/noise.h"
#include "core/train/run_config.h"

#include <filesystem>

namespace assay::ui {

/// The folder of the data set that travels with the program; empty where it is not there.
[[nodiscard]] std::filesystem::path exampleFolder();
/// 20 % symmetric, seed 1.
[[nodiscard]] NoiseOptions exampleNoise();
/// A short run that separates clean from wrong labels quickly: "find suspects".
[[nodiscard]] RunConfig quickPreset();

} // namespace assay::ui
