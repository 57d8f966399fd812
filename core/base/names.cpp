// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/names.h"

#include "core/base/text.h"

#include <algorithm>
#include <numeric>

namespace assay {
namespace {

constexpr std::size_t kMostNear = 3;

/// Letters to insert, leave out or replace.
std::size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t(0));
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

/// "mpl" of "meta-pseudo-labels".
std::string initials(std::string_view name) {
    std::string letters;
    for (std::size_t i = 0; i < name.size(); ++i)
        if (name[i] != '-' && (i == 0 || name[i - 1] == '-')) letters += name[i];
    return letters;
}

std::string joined(const std::vector<std::string>& names, const char* between) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : between) + name;
    return text;
}

} // namespace

std::string foldedName(std::string_view name) {
    std::string folded = asciiLower(name);
    std::replace(folded.begin(), folded.end(), '_', '-');
    return folded;
}

std::vector<std::string> nearestNames(std::string_view wanted, const std::vector<std::string>& names) {
    const std::string typed = foldedName(wanted);
    const std::size_t most = std::max<std::size_t>(1, typed.size() / 3);
    std::vector<std::pair<std::size_t, std::string>> near;
    for (const std::string& name : names) {
        const std::string folded = foldedName(name);
        const std::size_t distance = editDistance(typed, folded);
        const bool slip = distance <= most && distance < typed.size();
        const bool shortForm =
            (typed.size() > 2 && folded.starts_with(typed)) || (typed.size() > 1 && initials(folded) == typed);
        if (slip || shortForm) near.emplace_back(distance, name);
    }
    std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> nearest;
    for (std::size_t i = 0; i < std::min(near.size(), kMostNear); ++i) nearest.push_back(near[i].second);
    return nearest;
}

Error unknownName(const std::string& kind, const std::string& wanted, const std::vector<std::string>& names) {
    const std::string nearest = joined(nearestNames(wanted, names), " or ");
    return {ErrorCode::NotFound,
            "there is no " + kind + " of this name" + (nearest.empty() ? "" : "; did you mean " + nearest + "?") +
                " (there are: " + (names.empty() ? "none" : joined(names, ", ")) + ")",
            escapeForDisplay(wanted)};
}

} // namespace assay
