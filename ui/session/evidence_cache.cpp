// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/evidence_cache.h"

namespace assay::ui {

namespace {

constexpr std::size_t kLimitBytes = 96u << 20;

std::size_t bytesOf(const Evidence& evidence) {
    return evidence.size() * sizeof(float) * (5 + evidence.columns.size());
}

/// An epoch is heard of before it is on disk: one that is not there yet is waited for. Pool threads only.
Result<std::shared_ptr<const Evidence>> readWritten(Project& project, RunId run, int epoch) {
    auto read = project.evidence(run, epoch);
    if (read || read.error().code != ErrorCode::NotFound) return read;
    project.flush();
    return project.evidence(run, epoch);
}

} // namespace

EvidenceCache::EvidenceCache(TaskPool& pool, QObject* parent) : QObject(parent), m_pool(pool) {}

void EvidenceCache::setProject(std::shared_ptr<Project> project) {
    ++m_generation;
    m_project = std::move(project);
    m_entries.clear();
    m_ages.clear();
    m_asked.clear();
    m_absent.clear();
    m_bytes = 0;
}

void EvidenceCache::add(RunId run, std::shared_ptr<const Evidence> evidence) {
    const Key key{run.value, evidence->epoch};
    std::erase_if(m_absent, [&](const Key& absent) { return absent.first == run.value; });
    if (const auto it = m_entries.find(key); it != m_entries.end()) {
        m_bytes -= bytesOf(*it->second.evidence);
        m_ages.erase(it->second.age);
        m_entries.erase(it);
    }
    m_bytes += bytesOf(*evidence);
    m_ages.push_front(key);
    m_entries.emplace(key, Entry{std::move(evidence), m_ages.begin()});
    shrink();
}

void EvidenceCache::shrink() {
    while (m_bytes > kLimitBytes && m_ages.size() > 1) {
        const auto it = m_entries.find(m_ages.back());
        m_bytes -= bytesOf(*it->second.evidence);
        m_entries.erase(it);
        m_ages.pop_back();
    }
}

std::shared_ptr<const Evidence> EvidenceCache::get(RunId run, int epoch) {
    const Key key{run.value, epoch};
    if (const auto it = m_entries.find(key); it != m_entries.end()) {
        m_ages.splice(m_ages.begin(), m_ages, it->second.age);
        return it->second.evidence;
    }
    if (!m_project || epoch < 1 || m_absent.contains(key) || !m_asked.insert(key).second) return nullptr;
    m_pool.run([project = m_project, run, epoch] { return readWritten(*project, run, epoch); },
               [this, key, run, epoch, generation = m_generation](Result<std::shared_ptr<const Evidence>> read) {
                   if (generation != m_generation) return;
                   m_asked.erase(key);
                   if (read) {
                       if (!m_entries.contains(key)) add(run, std::move(*read));
                       Q_EMIT ready(run, epoch);
                   } else {
                       m_absent.insert(key);
                       Q_EMIT missing(run, epoch, QString::fromStdString(read.error().sentence()));
                   }
               });
    return nullptr;
}

} // namespace assay::ui
