// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/log.h"
#include "core/project/project.h"

#include <atomic>

namespace assay {

namespace {

class Recorder final : public RunObserver {
public:
    Recorder(std::shared_ptr<Project> project, RunId run) : m_project(std::move(project)), m_run(run) {}

    void batchDone(const BatchProgress&) override { begin(); }

    void epochDone(std::shared_ptr<const EpochReport> report) override {
        begin();
        const int epoch = report->epoch;
        m_project->addEpochAsync(m_run, std::move(report), [run = m_run, epoch](const Status& status) {
            if (!status)
                log(LogLevel::Error, "run " + std::to_string(run.value) + ", epoch " + std::to_string(epoch) +
                                         " was not recorded: " + status.error().sentence());
        });
    }

    void note(const std::string& sentence) override {
        begin();
        m_project->addNoteAsync(m_run, sentence);
    }

private:
    void begin() {
        if (!m_begun.exchange(true)) m_project->setRunStateAsync(m_run, RunState::Running);
    }

    std::shared_ptr<Project> m_project;
    RunId m_run;
    std::atomic<bool> m_begun{false};
};

} // namespace

std::shared_ptr<RunObserver> makeRecorder(std::shared_ptr<Project> project, RunId run) {
    return std::make_shared<Recorder>(std::move(project), run);
}

} // namespace assay
