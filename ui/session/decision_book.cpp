// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/decision_book.h"

#include <pwd.h>
#include <unistd.h>

namespace assay::ui {

DecisionBook::DecisionBook(QObject* parent) : QObject(parent) {}

std::string DecisionBook::userName() {
    const passwd* entry = getpwuid(getuid());
    return entry != nullptr && entry->pw_name != nullptr ? entry->pw_name : std::to_string(getuid());
}

void DecisionBook::open(std::shared_ptr<Project> project, std::vector<DecisionState> states,
                        std::vector<JournalEntry> journal) {
    ++m_generation;
    m_project = std::move(project);
    m_states = std::move(states);
    m_saved = m_states;
    m_pending.assign(m_states.size(), 0);
    m_journal = std::move(journal);
    m_decided = 0;
    for (const DecisionState& state : m_states) m_decided += state.verdict != Verdict::None;
}

void DecisionBook::close() { open(nullptr, {}, {}); }

DecisionState DecisionBook::state(SampleIndex sample) const {
    return sample.value < m_states.size() ? m_states[sample.value] : DecisionState{};
}

bool DecisionBook::pending(SampleIndex sample) const {
    return sample.value < m_pending.size() && m_pending[sample.value] > 0;
}

void DecisionBook::setState(SampleIndex sample, DecisionState state) {
    DecisionState& current = m_states[sample.value];
    m_decided -= current.verdict != Verdict::None;
    m_decided += state.verdict != Verdict::None;
    current = state;
}

void DecisionBook::decide(std::vector<DecisionRequest> requests) {
    if (!m_project || requests.empty()) return;
    std::vector<SampleIndex> samples;
    for (const DecisionRequest& request : requests) {
        if (request.sample.value >= m_states.size()) return;
        setState(request.sample, request.to);
        ++m_pending[request.sample.value];
        samples.push_back(request.sample);
    }
    m_writer.run([project = m_project, requests] { return project->decide(requests); },
                 [this, requests, generation = m_generation](Entries entries) {
                     if (generation == m_generation) settle(requests, std::move(entries));
                 });
    Q_EMIT changed(samples);
}

void DecisionBook::settle(const std::vector<DecisionRequest>& requests, Entries entries) {
    for (const DecisionRequest& request : requests) --m_pending[request.sample.value];
    if (!entries) {
        takeBack(requests);
        Q_EMIT failed(QString::fromStdString(entries.error().sentence()));
        return;
    }
    std::vector<SampleIndex> samples;
    for (const DecisionRequest& request : requests) {
        m_saved[request.sample.value] = request.to;
        samples.push_back(request.sample);
    }
    m_journal.insert(m_journal.end(), entries->begin(), entries->end());
    Q_EMIT changed(samples);
}

void DecisionBook::takeBack(const std::vector<DecisionRequest>& requests) {
    std::vector<SampleIndex> samples;
    for (const DecisionRequest& request : requests) {
        if (m_pending[request.sample.value] == 0) setState(request.sample, m_saved[request.sample.value]);
        samples.push_back(request.sample);
    }
    Q_EMIT changed(samples);
}

void DecisionBook::undo() {
    if (!m_project) return;
    m_writer.run([project = m_project] { return project->undo(userName()); },
                 [this, generation = m_generation](Entries entries) {
                     if (generation == m_generation) apply(std::move(entries), tr("Nothing to undo"));
                 });
}

void DecisionBook::redo() {
    if (!m_project) return;
    m_writer.run([project = m_project] { return project->redo(userName()); },
                 [this, generation = m_generation](Entries entries) {
                     if (generation == m_generation) apply(std::move(entries), tr("Nothing to redo"));
                 });
}

void DecisionBook::undoStep(std::int64_t step) {
    if (!m_project) return;
    m_writer.run([project = m_project, step] { return project->undoStep(step, userName()); },
                 [this, generation = m_generation](Entries entries) {
                     if (generation == m_generation) apply(std::move(entries), {});
                 });
}

void DecisionBook::apply(Entries entries, const QString& nothing) {
    if (!entries) {
        if (entries.error().code == ErrorCode::NotFound && !nothing.isEmpty()) Q_EMIT nothingToDo(nothing);
        else Q_EMIT failed(QString::fromStdString(entries.error().sentence()));
        return;
    }
    std::vector<SampleIndex> samples;
    for (const JournalEntry& entry : *entries) {
        if (entry.sample.value >= m_states.size()) continue;
        m_saved[entry.sample.value] = entry.to;
        if (m_pending[entry.sample.value] == 0) setState(entry.sample, entry.to);
        samples.push_back(entry.sample);
    }
    m_journal.insert(m_journal.end(), entries->begin(), entries->end());
    Q_EMIT changed(samples);
}

} // namespace assay::ui
