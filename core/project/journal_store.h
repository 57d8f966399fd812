// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/database.h"
#include "core/project/journal.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace assay {

/// The journal as the writer knows it: what stands for every sample, and which steps can be taken back. Lives on
/// the writer's thread. Rows go to the database first; the state follows once they are in.
class JournalStore {
public:
    JournalStore(std::size_t samples, int classes) : m_samples(samples), m_classes(classes) {}

    /// Replays the whole journal. Raises Damaged at the first gap, impossible row or break of the chain.
    void load(Database& database);

    /// Each writes one step inside the caller's transaction and returns its rows. Raises InvalidArgument or
    /// NotFound before anything is written.
    std::vector<JournalEntry> decide(Database& database, std::span<const DecisionRequest> requests);
    std::vector<JournalEntry> undo(Database& database, const std::string& who);
    std::vector<JournalEntry> redo(Database& database, const std::string& who);
    std::vector<JournalEntry> undoStep(Database& database, std::int64_t step, const std::string& who);

    [[nodiscard]] const std::vector<DecisionState>& decisions() const { return m_decisions; }
    [[nodiscard]] Revision revision() const { return m_revision; }
    [[nodiscard]] const std::string& chain() const { return m_chain; }

private:
    struct Reversal {
        std::int64_t step;   ///< the undo
        std::int64_t action; ///< what it took back
    };
    void apply(const JournalEntry& entry);
    void noteStep(std::int64_t step, std::optional<std::int64_t> undoes);
    std::vector<JournalEntry> write(Database& database, std::vector<JournalEntry> entries);
    std::vector<JournalEntry> reverse(Database& database, std::int64_t step, const std::string& who, const char* rule);

    std::size_t m_samples;
    int m_classes;
    std::vector<DecisionState> m_decisions;
    Revision m_revision{0};
    std::int64_t m_lastStep = 0;
    std::string m_chain;
    std::vector<std::int64_t> m_undoable;             ///< actions in force, in the order in which they came in force
    std::vector<Reversal> m_redoable;                 ///< undos that only undos and redos followed
    std::map<std::int64_t, std::int64_t> m_reversals; ///< every step that took another back → that other
};

/// Hash of the previous chain value and a row: proves that none is missing or changed.
[[nodiscard]] std::string chainAfter(const std::string& chain, const JournalEntry& entry);

/// Rows with revision in (after, upTo], in order; `verify` is called with each row and its stored chain.
[[nodiscard]] std::vector<JournalEntry> readJournal(Database& database);
/// State of every sample at a revision.
[[nodiscard]] std::vector<DecisionState> readDecisions(Database& database, std::size_t samples,
                                                       std::optional<Revision> at);
[[nodiscard]] Revision readRevision(Database& database);

/// One row of "SELECT … FROM journal" in the order of kJournalColumns.
[[nodiscard]] JournalEntry journalRow(const Statement& row);
inline constexpr const char* kJournalColumns = "revision, step, time, sample, from_verdict, from_label, to_verdict, "
                                               "to_label, who, rule, score, value, run, undoes, chain";
inline constexpr int kChainColumn = 14;

} // namespace assay
