// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace assay {

/// What the engine found out about the machine; for diagnostics and manifests.
struct EngineInfo {
    std::string libtorch;             ///< "1.13.1"
    std::string blas;                 ///< "OpenBLAS …" or the reference one, with a warning below
    std::string cpu;                  ///< "AVX512", "AVX2", "default"
    std::vector<std::string> devices; ///< "cpu", "cuda:0 NVIDIA …"
    std::vector<std::string> warnings;
};

/// The shared module that holds core/learn and the built-in methods; loaded once, never unloaded. Adds methods
/// and networks to `registry`. Plugin error where it is missing or does not fit.
[[nodiscard]] Result<EngineInfo> loadEngine(Registry& registry);

/// Where a person's plugins lie: the folders named in ASSAY_PLUGIN_PATH, separated by colons, then the one among the
/// user's data. They need not exist.
[[nodiscard]] std::vector<std::filesystem::path> pluginFolders();

/// Loads every plugin library in `folder` whose stamp fits. What was skipped is listed with its reason; a folder
/// that does not exist is none.
[[nodiscard]] std::vector<std::string> loadPlugins(const std::filesystem::path& folder, Registry& registry,
                                                   std::vector<std::string>* loaded = nullptr);

/// A loss over the probability p_y of the labelled class; everything else is shared equally by the other classes.
struct LossCurve {
    std::string id, help, citation;
    std::vector<double> loss;     ///< [points]
    std::vector<double> gradient; ///< [points] dL/dz_y, z_y the logit of the labelled class
};

/// Every loss of the engine's catalogue at its default settings, with `classes` classes, at probabilities that lie
/// strictly between 0 and 1. Loads the engine where that has not happened yet: not for a thread that draws.
[[nodiscard]] Result<std::vector<LossCurve>> lossCurves(int classes, const std::vector<double>& probabilities);

} // namespace assay
