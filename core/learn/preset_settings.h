// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace assay::learn {

/// A setting in whose place a preset puts a value of its own. Switches are 0 and 1.
struct PresetSetting {
    const char* name;
    double given; ///< as a person has it
    double usual; ///< the default, which asks for nothing
    double used;  ///< the preset's
};
/// The sentence that names those which a person set in vain; empty where there are none.
[[nodiscard]] std::string unusedByPreset(const std::string& preset, const std::vector<PresetSetting>& settings);

} // namespace assay::learn
