// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/project.h"

#include <string>

namespace assay {

/// JSON forms of what the project keeps with runs and epochs. Numbers read back to the bit.
[[nodiscard]] std::string configToJson(const RunConfig& config);
[[nodiscard]] RunConfig configFromJson(const std::string& text); ///< raises Damaged
[[nodiscard]] std::string resultToJson(const RunResult& result);
[[nodiscard]] RunResult resultFromJson(const std::string& text); ///< raises Damaged
/// Numbers that are not finite are left out.
[[nodiscard]] std::string summaryToJson(const EpochReport& report);
[[nodiscard]] EpochSummary summaryFromJson(int epoch, const std::string& text); ///< raises Damaged

} // namespace assay
