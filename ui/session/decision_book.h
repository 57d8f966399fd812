// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/project.h"
#include "ui/session/task_pool.h"

#include <QObject>
#include <QString>

#include <memory>
#include <vector>

namespace assay::ui {

/// What stands for each sample now: shown at once as pending, and as decided when the project has it on disk.
/// All writes go through one thread in the order in which they were asked for. GUI thread.
class DecisionBook final : public QObject {
    Q_OBJECT
public:
    explicit DecisionBook(QObject* parent);

    /// `states` is [N], `journal` everything so far.
    void open(std::shared_ptr<Project> project, std::vector<DecisionState> states, std::vector<JournalEntry> journal);
    void close();

    void decide(std::vector<DecisionRequest> requests);
    void undo();
    void redo();
    void undoStep(std::int64_t step);

    [[nodiscard]] DecisionState state(SampleIndex sample) const;
    [[nodiscard]] const std::vector<DecisionState>& states() const { return m_states; }
    [[nodiscard]] bool pending(SampleIndex sample) const;
    [[nodiscard]] const std::vector<JournalEntry>& journal() const { return m_journal; }
    [[nodiscard]] std::size_t decided() const { return m_decided; }
    [[nodiscard]] bool settled() const { return m_writer.idle(); } ///< nothing is on its way to the disk

    [[nodiscard]] static std::string userName();

Q_SIGNALS:
    void changed(const std::vector<assay::SampleIndex>& samples);
    void failed(const QString& sentence);
    void nothingToDo(const QString& sentence);

private:
    using Entries = Result<std::vector<JournalEntry>>;
    void setState(SampleIndex sample, DecisionState state);
    void settle(const std::vector<DecisionRequest>& requests, Entries entries);
    void apply(Entries entries, const QString& nothing);
    void takeBack(const std::vector<DecisionRequest>& requests);

    std::shared_ptr<Project> m_project;
    std::vector<DecisionState> m_states;
    std::vector<DecisionState> m_saved; ///< as the journal on disk has it
    std::vector<std::uint16_t> m_pending;
    std::vector<JournalEntry> m_journal;
    std::size_t m_decided = 0;
    std::uint64_t m_generation = 0;
    TaskPool m_writer{1};
};

} // namespace assay::ui
