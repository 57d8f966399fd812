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

/// Loads every plugin library in `folder` whose stamp fits. What was skipped is listed with its reason; a folder
/// that does not exist is none.
[[nodiscard]] std::vector<std::string> loadPlugins(const std::filesystem::path& folder, Registry& registry,
                                                   std::vector<std::string>* loaded = nullptr);

} // namespace assay
