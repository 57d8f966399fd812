// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/journal_store.h"

#include "core/base/hash.h"
#include "core/base/text.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

namespace assay {

namespace {

std::string select(const char* rest) { return std::string("SELECT ") + kJournalColumns + " FROM journal " + rest; }

[[noreturn]] void damagedAt(std::int64_t revision, const char* what) {
    raise(ErrorCode::Damaged, "the journal is damaged after decision " + withThousands(std::uint64_t(revision)) + " (" +
                                  what + "); restore a backup or save what is readable");
}

} // namespace

std::string chainAfter(const std::string& chain, const JournalEntry& entry) {
    ContentHasher hasher;
    const auto number = [&](std::int64_t value) { hasher.add(std::uint64_t(value)); };
    hasher.add(std::string_view(chain));
    number(entry.revision.value);
    number(entry.step);
    hasher.add(std::string_view(entry.time));
    number(entry.sample.value);
    for (const DecisionState& state : {entry.from, entry.to}) {
        number(std::int64_t(state.verdict));
        number(state.label);
    }
    hasher.add(std::string_view(entry.reason.who));
    hasher.add(std::string_view(entry.reason.rule));
    hasher.add(std::string_view(entry.reason.score));
    number(entry.reason.value.has_value());
    hasher.add(std::bit_cast<std::uint64_t>(entry.reason.value.value_or(0.0)));
    number(entry.reason.run ? entry.reason.run->value : -1);
    number(entry.undoes.value_or(-1));
    return hasher.hex();
}

JournalEntry journalRow(const Statement& row) {
    const auto verdict = [&](int column) {
        const std::int64_t value = row.integer(column);
        if (value < 0 || value > std::int64_t(Verdict::Exclude)) damagedAt(row.integer(0) - 1, "an unknown verdict");
        return Verdict(value);
    };
    JournalEntry entry;
    entry.revision = Revision(row.integer(0));
    entry.step = row.integer(1);
    entry.time = row.text(2);
    entry.sample = SampleIndex(std::uint32_t(row.integer(3)));
    entry.from = {verdict(4), Label(row.integer(5))};
    entry.to = {verdict(6), Label(row.integer(7))};
    entry.reason.who = row.text(8);
    entry.reason.rule = row.text(9);
    entry.reason.score = row.text(10);
    if (!row.isNull(11)) entry.reason.value = row.real(11);
    if (!row.isNull(12)) entry.reason.run = RunId(row.integer(12));
    if (!row.isNull(13)) entry.undoes = row.integer(13);
    return entry;
}

std::vector<JournalEntry> readJournal(Database& database) {
    std::vector<JournalEntry> entries;
    Statement row(database, select("ORDER BY revision"));
    while (row.step()) entries.push_back(journalRow(row));
    return entries;
}

std::vector<DecisionState> readDecisions(Database& database, std::size_t samples, std::optional<Revision> at) {
    std::vector<DecisionState> states(samples);
    Statement row(database, "SELECT sample, to_verdict, to_label FROM journal WHERE revision <= ? ORDER BY revision");
    row.bind(1, at ? at->value : INT64_MAX);
    while (row.step()) {
        const std::int64_t sample = row.integer(0), verdict = row.integer(1);
        if (sample < 0 || std::uint64_t(sample) >= samples || verdict < 0 || verdict > std::int64_t(Verdict::Exclude))
            raise(ErrorCode::Damaged, "the journal names a sample or a verdict that is not there; restore a backup");
        states[std::size_t(sample)] = {Verdict(verdict), Label(row.integer(2))};
    }
    return states;
}

Revision readRevision(Database& database) {
    return Revision(database.integer("SELECT ifnull(max(revision), 0) FROM journal"));
}

void JournalStore::load(Database& database) {
    m_decisions.assign(m_samples, {});
    m_revision = Revision(0);
    m_lastStep = 0;
    m_chain.clear();
    m_undoable.clear();
    m_redoable.clear();
    m_reversals.clear();
    Statement row(database, select("ORDER BY revision"));
    while (row.step()) {
        const JournalEntry entry = journalRow(row);
        if (entry.revision.value != m_revision.value + 1) damagedAt(m_revision.value, "a decision is missing");
        if (row.integer(3) < 0 || std::uint64_t(row.integer(3)) >= m_samples)
            damagedAt(m_revision.value, "it names a sample that is not there");
        std::string chain = chainAfter(m_chain, entry);
        if (chain != row.text(kChainColumn)) damagedAt(m_revision.value, "a decision was altered");
        if (m_decisions[entry.sample.value] != entry.from) damagedAt(m_revision.value, "it contradicts itself");
        if (entry.step != m_lastStep) noteStep(entry.step, entry.undoes);
        m_chain = std::move(chain);
        apply(entry);
    }
}

void JournalStore::apply(const JournalEntry& entry) {
    m_decisions[entry.sample.value] = entry.to;
    m_revision = entry.revision;
    m_lastStep = entry.step;
}

void JournalStore::noteStep(std::int64_t step, std::optional<std::int64_t> undoes) {
    if (!undoes) {
        m_undoable.push_back(step);
        m_redoable.clear();
        return;
    }
    m_reversals[step] = *undoes;
    const auto reversal = m_reversals.find(*undoes);
    if (reversal == m_reversals.end()) {
        std::erase(m_undoable, *undoes);
        m_redoable.push_back({step, *undoes});
        return;
    }
    // A redo: the action that the undo had taken back is in force again.
    const auto it =
        std::find_if(m_redoable.begin(), m_redoable.end(), [&](const Reversal& r) { return r.step == *undoes; });
    if (it == m_redoable.end()) return;
    m_undoable.push_back(it->action);
    m_redoable.erase(it);
}

std::vector<JournalEntry> JournalStore::write(Database& database, std::vector<JournalEntry> entries) {
    const std::string time = utcNow();
    std::int64_t revision = m_revision.value;
    std::string chain = m_chain;
    Statement insert(database,
                     std::string("INSERT INTO journal(") + kJournalColumns + ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    for (JournalEntry& entry : entries) {
        entry.revision = Revision(++revision);
        entry.step = m_lastStep + 1;
        entry.time = time;
        chain = chainAfter(chain, entry);
        insert.bind(1, entry.revision.value).bind(2, entry.step).bind(3, entry.time);
        insert.bind(4, std::int64_t(entry.sample.value));
        insert.bind(5, std::int64_t(entry.from.verdict)).bind(6, std::int64_t(entry.from.label));
        insert.bind(7, std::int64_t(entry.to.verdict)).bind(8, std::int64_t(entry.to.label));
        insert.bind(9, entry.reason.who).bind(10, entry.reason.rule).bind(11, entry.reason.score);
        if (entry.reason.value) insert.bind(12, *entry.reason.value);
        if (entry.reason.run) insert.bind(13, entry.reason.run->value);
        if (entry.undoes) insert.bind(14, *entry.undoes);
        insert.bind(15, chain);
        insert.run();
    }
    if (!entries.empty()) noteStep(entries.front().step, entries.front().undoes);
    for (const JournalEntry& entry : entries) apply(entry);
    m_chain = std::move(chain);
    return entries;
}

std::vector<JournalEntry> JournalStore::decide(Database& database, std::span<const DecisionRequest> requests) {
    std::unordered_map<std::uint32_t, DecisionState> sofar;
    std::vector<JournalEntry> entries;
    entries.reserve(requests.size());
    for (const DecisionRequest& request : requests) {
        const std::string sample = "sample " + std::to_string(request.sample.value);
        if (request.sample.value >= m_samples)
            raise(ErrorCode::InvalidArgument,
                  "the data set has " + withThousands(m_samples) + " samples, numbered from 0", sample);
        DecisionState to = request.to;
        if (std::size_t(to.verdict) > std::size_t(Verdict::Exclude))
            raise(ErrorCode::InvalidArgument, "a decision is keep, flag, relabel, exclude or none", sample);
        if (to.verdict != Verdict::Relabel) to.label = kNoLabel;
        else if (to.label < 0 || to.label >= m_classes)
            raise(ErrorCode::InvalidArgument,
                  "class " + std::to_string(to.label) + " is not one of the " + std::to_string(m_classes) + " classes",
                  sample);
        if (request.reason.value && !std::isfinite(*request.reason.value))
            raise(ErrorCode::Numeric, "the score given as reason is not a finite number", sample);
        const auto it = sofar.find(request.sample.value);
        JournalEntry entry;
        entry.sample = request.sample;
        entry.from = it != sofar.end() ? it->second : m_decisions[request.sample.value];
        entry.to = to;
        entry.reason = request.reason;
        if (entry.reason.value) *entry.reason.value += 0.0; // SQLite keeps no negative zero
        sofar[request.sample.value] = to;
        entries.push_back(std::move(entry));
    }
    return write(database, std::move(entries));
}

std::vector<JournalEntry> JournalStore::reverse(Database& database, std::int64_t step, const std::string& who,
                                                const char* rule) {
    std::vector<JournalEntry> entries;
    Statement row(database, select("WHERE step = ? ORDER BY revision DESC"));
    row.bind(1, step);
    while (row.step()) {
        JournalEntry entry = journalRow(row);
        std::swap(entry.from, entry.to);
        entry.reason = {who, rule, {}, std::nullopt, std::nullopt};
        entry.undoes = step;
        entries.push_back(std::move(entry));
    }
    if (entries.empty()) raise(ErrorCode::NotFound, "there is no step " + std::to_string(step));
    return write(database, std::move(entries));
}

std::vector<JournalEntry> JournalStore::undo(Database& database, const std::string& who) {
    if (m_undoable.empty()) raise(ErrorCode::NotFound, "there is nothing to undo");
    return reverse(database, m_undoable.back(), who, "undo");
}

std::vector<JournalEntry> JournalStore::redo(Database& database, const std::string& who) {
    if (m_redoable.empty()) raise(ErrorCode::NotFound, "there is nothing to redo");
    return reverse(database, m_redoable.back().step, who, "redo");
}

std::vector<JournalEntry> JournalStore::undoStep(Database& database, std::int64_t step, const std::string& who) {
    const std::string name = "step " + std::to_string(step);
    if (m_reversals.contains(step))
        raise(ErrorCode::InvalidArgument, "this step is itself an undo; redo takes the newest one back", name);
    const auto it = std::find(m_undoable.begin(), m_undoable.end(), step);
    if (it == m_undoable.end())
        raise(ErrorCode::NotFound,
              step > 0 && step <= m_lastStep ? "this step is already undone" : "the journal has no such step", name);
    std::unordered_set<std::int64_t> touched;
    Statement row(database, "SELECT sample FROM journal WHERE step = ?");
    row.bind(1, step);
    while (row.step()) touched.insert(row.integer(0));
    for (auto later = std::next(it); later != m_undoable.end(); ++later) {
        row.reset();
        row.bind(1, *later);
        while (row.step())
            if (touched.contains(row.integer(0)))
                raise(ErrorCode::InvalidArgument,
                      "step " + std::to_string(*later) + " decided on sample " + std::to_string(row.integer(0)) +
                          " after it; undo that one first",
                      name);
    }
    return reverse(database, step, who, "undo");
}

} // namespace assay
