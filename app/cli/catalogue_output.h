// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/cli_headers.h"
#include "app/cli/output.h"
#include "core/base/find_typed.h"

#include <string>

namespace assay::cli {

/// A description with its parameters, as the catalogues print it.
[[nodiscard]] Json toJson(const Description& description);
/// One page for people: help, citation, parameters with defaults and ranges.
[[nodiscard]] std::string page(const Description& description);

/// All ids of a catalogue, for a sentence that says what there is.
template <class T>
std::string knownIds(const Catalogue<T>& catalogue) {
    std::string ids;
    for (const auto& item : catalogue.all()) ids += (ids.empty() ? "" : ", ") + item->description().id;
    return ids.empty() ? "none" : ids;
}

/// The item that was meant by `id`, which is not always its own; or an error that lists what there is.
template <class T>
Result<std::shared_ptr<const T>> findIn(const Catalogue<T>& catalogue, const std::string& id, const std::string& kind) {
    return findTyped(catalogue, id, kind);
}

/// Prints a catalogue, or one of its items where `id` is given; `key` names the list in JSON.
template <class T>
Status printCatalogue(const Catalogue<T>& catalogue, const std::string& id, const std::string& kind,
                      const std::string& key, bool asJson) {
    std::vector<std::shared_ptr<const T>> chosen = catalogue.all();
    if (!id.empty()) {
        ASSAY_TRY(auto one, findIn(catalogue, id, kind));
        chosen = {std::move(one)};
    }
    if (asJson) {
        Json list = Json::array();
        for (const auto& item : chosen) list.push_back(toJson(item->description()));
        return printJson(Json{{key, std::move(list)}});
    }
    if (!id.empty()) return print(page(chosen.front()->description()));
    TextTable table({"id", "what it is"});
    for (const auto& item : chosen) table.add({item->description().id, item->description().help});
    return print(table.text());
}

} // namespace assay::cli
