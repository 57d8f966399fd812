// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/database.h"
#include "core/project/project.h"

#include <memory>
#include <string>
#include <vector>

namespace assay {

/// Label sets, runs and evidence as rows. Every function works inside the caller's transaction and raises on failure.
[[nodiscard]] std::int64_t insertLabelSet(Database& database, const std::string& name, const LabelSet& set);
[[nodiscard]] StoredLabelSet readLabelSet(Database& database, std::int64_t id, std::size_t samples);
[[nodiscard]] std::vector<StoredLabelSet> readLabelSets(Database& database, std::size_t samples);

[[nodiscard]] RunId insertRun(Database& database, const RunRecord& run);
void updateRunRow(Database& database, const RunRecord& run);
[[nodiscard]] std::vector<RunRecord> readRuns(Database& database);
[[nodiscard]] RunRecord readRun(Database& database, RunId id);
void setRunState(Database& database, RunId id, RunState state);
void insertNote(Database& database, RunId run, const std::string& sentence);
[[nodiscard]] std::vector<std::string> readNotes(Database& database, RunId run);
/// Runs whose state says that a process is at work on them, or that they wait for one.
[[nodiscard]] std::size_t runsLeftBehind(Database& database);
/// Runs that a process left behind when it died become Stopped, and say in which epoch.
void closeInterruptedRuns(Database& database);

/// An epoch, checked and packed on whichever thread has the time, ready to be inserted.
struct PackedEpoch {
    int epoch = 0;
    std::string summary, samplesHash;
    std::vector<std::byte> samples;
    std::vector<std::pair<std::string, std::vector<std::byte>>> columns;
};
/// Fails where arrays differ in length or a number is not finite; names column and sample.
[[nodiscard]] Result<PackedEpoch> packEpoch(const EpochReport& report, std::size_t samples);
void insertEpoch(Database& database, RunId run, const PackedEpoch& epoch);
/// The label set of an epoch that ended a round of cleaning; one that an earlier try at the same round left, and that
/// no run uses, goes.
void insertRound(Database& database, RunId run, const EpochReport& report, std::size_t samples);
[[nodiscard]] std::vector<EpochSummary> readEpochs(Database& database, RunId run);
/// Takes out label sets, runs and epochs that do not decode, with all that refers to them: after a salvage.
void dropUndecodable(Database& database, std::size_t samples);
[[nodiscard]] std::shared_ptr<const Evidence> readEvidence(Database& database, RunId run, int epoch,
                                                           std::size_t samples);

} // namespace assay
