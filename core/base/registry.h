// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/names.h"
#include "core/base/params.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace assay {

/// How anything that can be chosen presents itself to forms, command line and documents.
struct Description {
    std::string id;       ///< kebab-case, as a person types it
    std::string title;    ///< as a heading
    std::string help;     ///< one line
    std::string citation; ///< authors, venue, year, identifier; empty for formats
    std::vector<ParamSpec> params;
};

/// Implementations of one interface by id, in the order in which they were added. T offers description().
template <class T>
class Catalogue {
public:
    /// Fails where the id is empty or already taken: the first one wins.
    Status add(std::shared_ptr<const T> item) {
        std::string id = item->description().id;
        return add(std::move(id), std::move(item));
    }
    /// Everything of another catalogue; what could not be added is named in the error, the rest is in.
    Status addAll(const Catalogue& other) {
        std::string refused;
        for (std::size_t i = 0; i < other.m_items.size(); ++i)
            if (const Status added = add(other.m_ids[i], other.m_items[i]); !added)
                refused += (refused.empty() ? "" : "; ") + added.error().sentence();
        if (!refused.empty()) return fail(ErrorCode::Plugin, refused);
        return {};
    }
    /// Null where there is no such id.
    [[nodiscard]] std::shared_ptr<const T> find(const std::string& id) const {
        const auto it = std::find(m_ids.begin(), m_ids.end(), id);
        return it == m_ids.end() ? nullptr : m_items[static_cast<std::size_t>(it - m_ids.begin())];
    }
    /// The item that a person means by `typed`, for whom case and _ in the place of - do not count. An error of `kind`
    /// ("method") names those that are near, and all.
    [[nodiscard]] Result<std::shared_ptr<const T>> findTyped(const std::string& typed, const std::string& kind) const {
        if (auto exact = find(typed)) return exact;
        for (std::size_t i = 0; i < m_ids.size(); ++i)
            if (foldedName(m_ids[i]) == foldedName(typed)) return m_items[i];
        return tl::unexpected(unknownName(kind, typed, m_ids));
    }
    [[nodiscard]] const std::vector<std::shared_ptr<const T>>& all() const { return m_items; }
    [[nodiscard]] const std::vector<std::string>& ids() const { return m_ids; }

private:
    Status add(std::string id, std::shared_ptr<const T> item) {
        if (id.empty()) return fail(ErrorCode::Plugin, "a plugin offers something without an id");
        if (find(id)) return fail(ErrorCode::Plugin, "this id is taken already", id);
        m_ids.push_back(std::move(id));
        m_items.push_back(std::move(item));
        return {};
    }
    std::vector<std::string> m_ids;
    std::vector<std::shared_ptr<const T>> m_items;
};

class DatasetReader; // core/data/dataset_reader.h
class Score;         // core/audit/score.h
class Network;       // core/train/network.h
class Method;        // core/train/method.h
class Exporter;      // core/project/exporter.h

/// What a plugin's one function receives: every catalogue that it may add to. Filled before the window
/// or the command runs, read-only afterwards, but for the engine's part (methods, networks), which the
/// window adds when the engine has loaded.
struct Registry {
    Catalogue<DatasetReader> readers;
    Catalogue<Score> scores;
    Catalogue<Network> networks;
    Catalogue<Method> methods;
    Catalogue<Exporter> exporters;
};

} // namespace assay
