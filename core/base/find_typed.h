// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/names.h"
#include "core/base/registry.h"

#include <memory>
#include <string>
#include <vector>

namespace assay {

template <class T>
[[nodiscard]] std::vector<std::string> idsOf(const Catalogue<T>& catalogue) {
    std::vector<std::string> ids;
    for (const auto& item : catalogue.all()) ids.push_back(item->description().id);
    return ids;
}

/// The item that a person means by `typed`, for whom case and _ in the place of - do not count. An error of `kind`
/// ("method") names those that are near, and all.
template <class T>
[[nodiscard]] Result<std::shared_ptr<const T>> findTyped(const Catalogue<T>& catalogue, const std::string& typed,
                                                         const std::string& kind) {
    if (auto exact = catalogue.find(typed)) return exact;
    for (const auto& item : catalogue.all())
        if (foldedName(item->description().id) == foldedName(typed)) return item;
    return tl::unexpected(unknownName(kind, typed, idsOf(catalogue)));
}

} // namespace assay
