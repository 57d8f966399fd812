// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/database.h"
#include "core/project/project.h"
#include "core/project/project_file.h"
#include "core/project/project_writer.h"

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace assay {

/// Project over SQLite: reads on connections of its own, writes through the one writer.
class SqliteProject final : public Project {
public:
    struct Start {
        std::filesystem::path file;
        FileIdentity identity;
        DatasetReference dataset;
        Database::Role readerRole = Database::Role::Reader;
        std::string readOnlyReason;            ///< empty where there is a writer
        std::shared_ptr<ProjectWriter> writer; ///< null: read-only
        bool share = false, recovered = false;
        bool unchecked = false; ///< too large to be checked whole before it was opened
    };
    explicit SqliteProject(Start start);
    ~SqliteProject() override;

    const std::filesystem::path& file() const override { return m_start.file; }
    bool readOnly() const override { return !m_start.writer; }
    const std::string& readOnlyReason() const override { return m_start.readOnlyReason; }
    bool recovered() const override { return m_start.recovered; }
    DatasetReference dataset() const override;
    Status relocateDataset(const std::filesystem::path& location) override;

    Result<std::int64_t> addLabelSet(const std::string& name, const LabelSet& set) override;
    Result<StoredLabelSet> labelSet(std::int64_t id) const override;
    Result<std::vector<StoredLabelSet>> labelSets() const override;
    Result<RunId> addRun(const RunRecord& run) override;
    Status updateRun(const RunRecord& run) override;
    Result<std::vector<RunRecord>> runs() const override;
    Result<RunRecord> run(RunId id) const override;
    std::filesystem::path checkpointFolder(RunId id) const override;
    void setRunStateAsync(RunId id, RunState state) override;
    void addNoteAsync(RunId id, const std::string& sentence) override;
    Result<std::vector<std::string>> notes(RunId id) const override;

    void addEpochAsync(RunId run, std::shared_ptr<const EpochReport> report, std::function<void(Status)> done) override;
    Result<std::vector<EpochSummary>> epochs(RunId run) const override;
    Result<std::shared_ptr<const Evidence>> evidence(RunId run, int epoch) const override;
    Result<std::shared_ptr<const FeatureMatrix>> features(RunId id) const override;
    Result<std::shared_ptr<const FeatureMatrix>> probabilities(RunId id) const override;

    Result<std::vector<JournalEntry>> decide(std::span<const DecisionRequest> requests) override;
    void decideAsync(std::vector<DecisionRequest> requests,
                     std::function<void(Result<std::vector<JournalEntry>>)> done) override;
    Result<std::vector<JournalEntry>> undo(const std::string& who) override;
    Result<std::vector<JournalEntry>> redo(const std::string& who) override;
    Result<std::vector<JournalEntry>> undoStep(std::int64_t step, const std::string& who) override;
    Result<std::vector<JournalEntry>> journal() const override;
    Revision revision() const override;
    Result<std::vector<DecisionState>> decisions(std::optional<Revision> at) const override;

    Result<std::string> setting(const std::string& key) const override;
    Status setSetting(const std::string& key, const std::string& value) override;
    void flush() override;
    Status saveAs(const std::filesystem::path& target, bool replace) override;
    std::optional<Error> damage() const override;

private:
    template <class F>
    auto read(F&& work) const -> Result<decltype(work(std::declval<Database&>()))>;
    [[nodiscard]] Status write(ProjectWriter::Work work);
    /// No where it is open read-only, or was found damaged.
    [[nodiscard]] Status mayWrite() const;
    void checkWhole(const std::stop_token& stop);

    Start m_start;
    OpenFileMark m_mark;
    mutable std::mutex m_mutex; ///< guards the three below
    mutable std::vector<std::unique_ptr<Database>> m_readers;
    DatasetReference m_dataset;
    std::optional<Error> m_damage;
    std::jthread m_checker;
};

} // namespace assay
