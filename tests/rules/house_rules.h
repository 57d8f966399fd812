// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace assay::rules {

/// A line that breaks a rule of the house.
struct Breach {
    std::string file;     ///< relative to the root
    std::size_t line = 0; ///< 1-based; 0: the file as a whole
    std::string rule;
    std::string text;
};

/// Reads every source below `root` and reports what the rules forbid:
/// the arrows between rooms, who may include Qt, LibTorch, OpenCV, SQLite and QCustomPlot, writing files past
/// writeFileAtomically, licence lines, include guards, absolute paths, undeclared randomness, and length.
[[nodiscard]] std::vector<Breach> checkHouse(const std::filesystem::path& root);

} // namespace assay::rules
