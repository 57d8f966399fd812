// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/label_set.h"
#include "core/project/journal.h"
#include "core/train/epoch_report.h"
#include "core/train/method.h"
#include "core/train/run_config.h"
#include "core/train/run_session.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace assay {

/// The data set that a project is about: enough to find it again and to know that it is the same.
struct DatasetReference {
    std::filesystem::path location;
    std::string contentHash;
    std::string format;
    std::string fileColumn, labelColumn; ///< reader options that were in force
    std::uint64_t splitSeed = 0;
    std::size_t samples = 0;
    std::vector<std::string> classNames;
};

/// A label set kept with the project, so that every run is on exactly the labels it says.
struct StoredLabelSet {
    std::int64_t id = 0;
    std::string name; ///< "given", "symmetric 40 %, seed 1", "revision 37", "run 3, round 1"
    LabelSet set;
};

/// A run as the project keeps it.
struct RunRecord {
    RunId id;
    RunConfig config;
    std::int64_t labelSet = 0;
    RunState state = RunState::Queued;
    std::string reason;   ///< why it failed or stopped
    std::string created;  ///< UTC
    std::string manifest; ///< JSON: versions, device, hashes
    int epochsDone = 0;
    std::optional<RunResult> result;
    std::optional<Revision> revision; ///< journal revision that its labels came from
};

/// An epoch without its evidence.
struct EpochSummary {
    int epoch = 0;
    std::map<std::string, double> scalars;
    std::map<std::string, std::vector<double>> perClass;
    std::optional<stats::MixtureFit> mixture;
    std::optional<CleaningRound> cleaning; ///< where it ended a round
};

enum class OpenMode { ReadWrite, ReadOnly, ReadWriteOrReadOnly };

/// The .assay file: SQLite, one writer connection on one thread of its own; readers have their own connections.
/// Every function may be called from any thread. Functions that write return when the write is on disk; the
/// …Async ones return at once and call back on the writer thread.
class Project {
public:
    /// Makes a new file; fails where one exists.
    [[nodiscard]] static Result<std::shared_ptr<Project>> create(const std::filesystem::path& file,
                                                                 const DatasetReference& dataset);
    /// Refuses foreign, damaged and newer files without touching them. ReadWriteOrReadOnly falls back to
    /// read-only when another process holds the lock, and says who in readOnlyReason().
    [[nodiscard]] static Result<std::shared_ptr<Project>> open(const std::filesystem::path& file, OpenMode mode);
    virtual ~Project() = default; ///< flushes, checkpoints the log, writes the text copy of the journal, unlocks

    [[nodiscard]] virtual const std::filesystem::path& file() const = 0;
    [[nodiscard]] virtual bool readOnly() const = 0;
    [[nodiscard]] virtual const std::string& readOnlyReason() const = 0;
    [[nodiscard]] virtual DatasetReference dataset() const = 0;
    [[nodiscard]] virtual Status relocateDataset(const std::filesystem::path& location) = 0;

    /// The last end was not a clean one; everything acknowledged was brought back from the log.
    [[nodiscard]] virtual bool recovered() const = 0;

    // Label sets and runs
    [[nodiscard]] virtual Result<std::int64_t> addLabelSet(const std::string& name, const LabelSet& set) = 0;
    [[nodiscard]] virtual Result<StoredLabelSet> labelSet(std::int64_t id) const = 0;
    [[nodiscard]] virtual Result<std::vector<StoredLabelSet>> labelSets() const = 0; ///< newest last
    [[nodiscard]] virtual Result<RunId> addRun(const RunRecord& run) = 0;            ///< its id is ignored
    [[nodiscard]] virtual Status updateRun(const RunRecord& run) = 0; ///< state, reason, manifest, result
    [[nodiscard]] virtual Result<std::vector<RunRecord>> runs() const = 0;
    [[nodiscard]] virtual Result<RunRecord> run(RunId id) const = 0;
    [[nodiscard]] virtual std::filesystem::path checkpointFolder(RunId id) const = 0;
    /// Moves a run to another state, or keeps a sentence with it, without waiting. Failures go to the log.
    virtual void setRunStateAsync(RunId id, RunState state) = 0;
    virtual void addNoteAsync(RunId id, const std::string& sentence) = 0;
    [[nodiscard]] virtual Result<std::vector<std::string>> notes(RunId id) const = 0; ///< oldest first

    // Evidence. Writing replaces an epoch of the same number (a resumed run). One that ends a round of cleaning adds a
    // label set, "run 3, round 1": the run's labels where they were kept, none where the round dropped them or where
    // the run left the sample out.
    virtual void addEpochAsync(RunId run, std::shared_ptr<const EpochReport> report,
                               std::function<void(Status)> done) = 0;
    [[nodiscard]] virtual Result<std::vector<EpochSummary>> epochs(RunId run) const = 0;
    [[nodiscard]] virtual Result<std::shared_ptr<const Evidence>> evidence(RunId run, int epoch) const = 0;
    /// Of the newest epoch that kept any, from the run's folder: they are not part of the file, nor of its copies.
    [[nodiscard]] virtual Result<std::shared_ptr<const FeatureMatrix>> features(RunId run) const = 0;
    /// Probabilities of the classes, [N, K], at the end of a finished run; kept in the same way.
    [[nodiscard]] virtual Result<std::shared_ptr<const FeatureMatrix>> probabilities(RunId run) const = 0;

    // Journal. One call is one step: all of it or nothing.
    [[nodiscard]] virtual Result<std::vector<JournalEntry>> decide(std::span<const DecisionRequest> requests) = 0;
    virtual void decideAsync(std::vector<DecisionRequest> requests,
                             std::function<void(Result<std::vector<JournalEntry>>)> done) = 0;
    /// Takes back the newest step that is not yet undone, as new rows. NotFound where there is none.
    [[nodiscard]] virtual Result<std::vector<JournalEntry>> undo(const std::string& who) = 0;
    /// Takes back the newest undo that nothing followed. NotFound where there is none.
    [[nodiscard]] virtual Result<std::vector<JournalEntry>> redo(const std::string& who) = 0;
    /// Takes back one step out of order; fails where a later step touched the same samples.
    [[nodiscard]] virtual Result<std::vector<JournalEntry>> undoStep(std::int64_t step, const std::string& who) = 0;
    [[nodiscard]] virtual Result<std::vector<JournalEntry>> journal() const = 0;
    [[nodiscard]] virtual Revision revision() const = 0;
    /// State of every sample at a revision (default: now), [N].
    [[nodiscard]] virtual Result<std::vector<DecisionState>> decisions(std::optional<Revision> at = {}) const = 0;

    // Small things that the window remembers with the project
    [[nodiscard]] virtual Result<std::string> setting(const std::string& key) const = 0; ///< "" where unset
    [[nodiscard]] virtual Status setSetting(const std::string& key, const std::string& value) = 0;

    /// Waits until everything asked for so far is on disk.
    virtual void flush() = 0;
    /// A copy of all that is saved, under another name, checked before it gets it. Works on the file that was opened,
    /// even where its name now stands for another, or where its disk is full. With `replace` it takes the place of a
    /// file that nobody has open.
    [[nodiscard]] virtual Status saveAs(const std::filesystem::path& target, bool replace = false) = 0;
    /// Why the file is not to be trusted any more: a large one is checked whole behind its opening. Nothing is written
    /// to it from then on; saveAs() is refused too, salvageProject() gets out what is readable.
    [[nodiscard]] virtual std::optional<Error> damage() const = 0;
};

/// Labels after the decisions: a relabel replaces, the rest leaves; excluded samples are marked apart.
struct EffectiveLabels {
    std::vector<Label> labels;          ///< [N]
    std::vector<std::uint8_t> excluded; ///< [N]
    std::vector<std::uint8_t> flagged;  ///< [N]
};
[[nodiscard]] EffectiveLabels effectiveLabels(std::span<const Label> base, std::span<const DecisionState> decisions);
/// What a run leaves out that trains on the labels of a revision, [N]; empty where there is no revision.
[[nodiscard]] Result<std::vector<std::uint8_t>> excludedSamples(const Project& project,
                                                                std::optional<Revision> revision);

/// What could be read of a damaged project.
struct Salvage {
    std::size_t decisions = 0; ///< in one unbroken chain from the first
    std::size_t labelSets = 0, runs = 0, epochs = 0;
    std::string firstLoss; ///< why reading the journal ended early; empty where it is whole
};
/// Writes what is readable of `damaged` to a new project; fails where `target` exists, or where nothing can be
/// read. The damaged file is only read.
[[nodiscard]] Result<Salvage> salvageProject(const std::filesystem::path& damaged, const std::filesystem::path& target);
/// The dated copies of a project, newest last. Any of them opens as a project once copied elsewhere.
[[nodiscard]] std::vector<std::filesystem::path> projectBackups(const std::filesystem::path& file);

/// Writes a run's reports into the project as they come; used as the recorder of a QueuedRun. Its first call marks
/// the run as running; what could not be written goes to the log.
[[nodiscard]] std::shared_ptr<RunObserver> makeRecorder(std::shared_ptr<Project> project, RunId run);

} // namespace assay
