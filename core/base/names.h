// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace assay {

// Ids as a person types them.

/// What two ids have in common that mean the same: ASCII lower case, and - for _.
[[nodiscard]] std::string foldedName(std::string_view name);
/// Those of `names` that may have been meant: one slip in three letters away (Levenshtein), or with these initials
/// or this beginning; nearest first, at most three.
[[nodiscard]] std::vector<std::string> nearestNames(std::string_view wanted, const std::vector<std::string>& names);
/// NotFound: there is no `kind` of this name; which ones may have been meant, and all that there are.
[[nodiscard]] Error unknownName(const std::string& kind, const std::string& wanted,
                                const std::vector<std::string>& names);

} // namespace assay
