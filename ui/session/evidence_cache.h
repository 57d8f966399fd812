// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/evidence.h"
#include "core/base/ids.h"
#include "core/project/project.h"
#include "ui/session/task_pool.h"

#include <QObject>

#include <list>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace assay::ui {

/// The evidence that is in memory, least recently used first to go; reads the rest from the project on the pool.
/// GUI thread.
class EvidenceCache final : public QObject {
    Q_OBJECT
public:
    EvidenceCache(TaskPool& pool, QObject* parent);

    void setProject(std::shared_ptr<Project> project);
    void add(RunId run, std::shared_ptr<const Evidence> evidence);
    /// Null where it has to be read first; ready() or missing() follows.
    [[nodiscard]] std::shared_ptr<const Evidence> get(RunId run, int epoch);

Q_SIGNALS:
    void ready(assay::RunId run, int epoch);
    void missing(assay::RunId run, int epoch, const QString& sentence);

private:
    using Key = std::pair<std::int64_t, int>;
    struct Entry {
        std::shared_ptr<const Evidence> evidence;
        std::list<Key>::iterator age;
    };
    void shrink();

    TaskPool& m_pool;
    std::shared_ptr<Project> m_project;
    std::map<Key, Entry> m_entries;
    std::list<Key> m_ages; ///< newest first
    std::set<Key> m_asked;
    std::set<Key> m_absent;
    std::size_t m_bytes = 0;
    std::uint64_t m_generation = 0;
};

} // namespace assay::ui
