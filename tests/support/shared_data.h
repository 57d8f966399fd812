// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

/// A file of the real data that some tests read: beneath $ASSAY_SHARED_DATA, else beside the source tree. Empty where
/// it is not there; such a test skips and says what it misses.
inline std::filesystem::path sharedData(const std::string& name) {
    const char* const folder = std::getenv("ASSAY_SHARED_DATA");
    const std::filesystem::path root = folder != nullptr
                                           ? std::filesystem::path(folder)
                                           : std::filesystem::path(ASSAY_SOURCE_DIR).parent_path() / "shared" / "data";
    std::error_code code;
    return std::filesystem::exists(root / name, code) ? root / name : std::filesystem::path();
}
