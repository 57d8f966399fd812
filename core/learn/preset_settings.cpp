// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/preset_settings.h"

#include "core/base/text.h"

namespace assay::learn {

std::string unusedByPreset(const std::string& preset, const std::vector<PresetSetting>& settings) {
    std::string unused;
    for (const PresetSetting& one : settings)
        if (one.given != one.usual && one.given != one.used)
            unused += (unused.empty() ? "" : ", ") + std::string(one.name) + "=" + formatNumber(one.given);
    if (unused.empty()) return unused;
    return "Not used: " + unused + "; the preset " + preset + " sets it. Give preset=own to set it yourself";
}

} // namespace assay::learn
