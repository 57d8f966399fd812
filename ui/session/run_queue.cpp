// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/run_queue.h"

#include "core/base/text.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace assay::ui {

namespace {

constexpr int kLookEveryMs = 66;

std::string manifestOf(const Dataset& dataset, const LabelSet& labels, const std::string& device) {
    QJsonObject manifest;
    manifest[QStringLiteral("program")] = QCoreApplication::applicationName();
    manifest[QStringLiteral("version")] = QCoreApplication::applicationVersion();
    manifest[QStringLiteral("device")] = QString::fromStdString(device);
    manifest[QStringLiteral("data-set")] = QString::fromStdString(dataset.contentHash);
    manifest[QStringLiteral("labels")] = QString::fromStdString(labels.hash());
    return QJsonDocument(manifest).toJson(QJsonDocument::Compact).toStdString();
}

EpochSummary summaryOf(const EpochReport& report) {
    return {report.epoch, report.scalars, report.perClass, report.mixture, report.cleaning};
}

} // namespace

bool isOver(RunState state) {
    return state == RunState::Finished || state == RunState::Stopped || state == RunState::Failed;
}

/// Passes everything on to the project's recorder and keeps the scalars for the window. Training thread.
class RunQueue::Tap final : public RunObserver {
public:
    Tap(RunId run, std::shared_ptr<RunObserver> recorder, std::shared_ptr<Summaries> summaries)
        : m_run(run), m_recorder(std::move(recorder)), m_summaries(std::move(summaries)) {}

    void batchDone(const BatchProgress& progress) override { m_recorder->batchDone(progress); }
    void epochDone(std::shared_ptr<const EpochReport> report) override {
        m_recorder->epochDone(report); // first: whoever hears of an epoch may ask the project for it
        const std::scoped_lock lock(m_summaries->mutex);
        m_summaries->list.emplace_back(m_run, summaryOf(*report));
    }
    void note(const std::string& sentence) override { m_recorder->note(sentence); }

private:
    RunId m_run;
    std::shared_ptr<RunObserver> m_recorder;
    std::shared_ptr<Summaries> m_summaries;
};

RunQueue::RunQueue(std::shared_ptr<Registry> registry, QObject* parent)
    : QObject(parent), m_registry(std::move(registry)), m_summaries(std::make_shared<Summaries>()),
      m_bridge(std::make_shared<Bridge>(this)), m_session(std::make_unique<RunSession>()) {
    m_timer.setInterval(kLookEveryMs);
    connect(&m_timer, &QTimer::timeout, this, &RunQueue::look);
}

RunQueue::~RunQueue() { m_bridge->disconnect(); }

void RunQueue::open(std::shared_ptr<Project> project, std::shared_ptr<const Dataset> dataset,
                    std::vector<RunRecord> records, std::map<std::int64_t, EpochList> epochs) {
    m_project = std::move(project);
    m_dataset = std::move(dataset);
    m_records = std::move(records);
    m_epochs.clear();
    for (const auto& [id, list] : epochs)
        if (list) m_epochs[id] = std::make_shared<std::vector<EpochSummary>>(*list);
    m_running.reset();
    m_progress.reset();
    m_paused = false;
}

void RunQueue::close() { open(nullptr, nullptr, {}, {}); }

const RunRecord* RunQueue::record(RunId id) const {
    const auto it = std::find_if(m_records.begin(), m_records.end(), [&](const RunRecord& r) { return r.id == id; });
    return it == m_records.end() ? nullptr : &*it;
}

RunRecord* RunQueue::find(RunId id) { return const_cast<RunRecord*>(std::as_const(*this).record(id)); }

EpochList RunQueue::epochs(RunId id) const {
    static const EpochList kNone = std::make_shared<const std::vector<EpochSummary>>();
    const auto it = m_epochs.find(id.value);
    return it == m_epochs.end() || !it->second ? kNone : EpochList(it->second);
}

void RunQueue::start(RunStart start) {
    const auto method = m_registry->methods.find(start.record.config.method);
    if (!method) return;
    if (RunRecord* known = find(start.record.id)) *known = start.record;
    else m_records.push_back(start.record);

    QueuedRun run;
    run.title = start.record.config.method + ", seed " + std::to_string(start.record.config.seed);
    run.method = method;
    run.recorder = std::make_shared<Tap>(start.record.id, makeRecorder(m_project, start.record.id), m_summaries);
    const std::shared_ptr<const Dataset> seen = start.dataset ? start.dataset : m_dataset;
    run.prepare = [project = m_project, dataset = seen, start]() -> Result<TrainingTask> {
        RunRecord record = start.record;
        record.state = RunState::Running;
        ASSAY_CHECK_STATUS(project->updateRun(record));
        ASSAY_TRY(const RunRecord known, project->run(record.id)); // with every epoch that was on its way
        return TrainingTask{
            dataset,      *start.labels,   record.config, start.excluded, project->checkpointFolder(record.id),
            start.resume, known.epochsDone};
    };
    run.ended = [project = m_project, dataset = seen, start, bridge = m_bridge,
                 this](RunState state, const std::optional<Error>& error, const std::optional<RunResult>& result) {
        RunRecord record = start.record;
        record.state = state;
        record.reason = error && state == RunState::Failed ? error->sentence() : std::string();
        record.result = result;
        if (result) record.epochsDone = result->epochs;
        record.manifest = manifestOf(*dataset, *start.labels, result ? result->device : record.config.device);
        (void)project->updateRun(record);
        bridge->post([this, id = record.id, state, error, result] { finish(id, state, error, result); });
    };
    m_tickets[m_session->enqueue(std::move(run))] = start.record.id;
    m_timer.start();
    Q_EMIT changed();
}

void RunQueue::add(RunRecord record, std::vector<EpochSummary> epochs) {
    m_epochs[record.id.value] = std::make_shared<std::vector<EpochSummary>>(std::move(epochs));
    m_records.push_back(std::move(record));
    Q_EMIT changed();
}

void RunQueue::pause() { m_session->pause(); }

void RunQueue::resume() { m_session->resume(); }

void RunQueue::stop(RunId id) {
    for (const auto& [ticket, run] : m_tickets)
        if (run == id) {
            if (RunRecord* record = find(id); record != nullptr && m_running == id) record->state = RunState::Stopping;
            m_session->stop(ticket);
            Q_EMIT changed();
            return;
        }
}

void RunQueue::stopAll() { m_session->stopAll(); }

void RunQueue::look() {
    std::int64_t ticket = 0;
    takeEvents();
    takeEpochs();
    if (auto progress = m_session->takeProgress(&ticket)) {
        m_progress = std::move(progress);
        Q_EMIT progressed();
    }
    if (m_tickets.empty()) m_timer.stop();
}

void RunQueue::takeEpochs() {
    std::int64_t ticket = 0;
    const auto report = m_session->takeReport(&ticket);
    if (const auto it = m_tickets.find(ticket); report && report->evidence && it != m_tickets.end())
        Q_EMIT evidenceArrived(it->second, report->evidence);
    std::vector<std::pair<RunId, EpochSummary>> fresh;
    {
        const std::scoped_lock lock(m_summaries->mutex);
        fresh.swap(m_summaries->list);
    }
    std::map<std::int64_t, std::vector<EpochSummary>> byRun;
    for (auto& [run, summary] : fresh) byRun[run.value].push_back(std::move(summary));
    for (auto& [id, summaries] : byRun) {
        std::shared_ptr<std::vector<EpochSummary>>& list = m_epochs[id];
        if (!list) list = std::make_shared<std::vector<EpochSummary>>();
        else if (list.use_count() > 1) list = std::make_shared<std::vector<EpochSummary>>(*list);
        for (EpochSummary& summary : summaries) {
            while (!list->empty() && list->back().epoch >= summary.epoch) list->pop_back();
            list->push_back(std::move(summary));
        }
        if (RunRecord* record = find(RunId(id))) record->epochsDone = list->back().epoch;
        Q_EMIT epochArrived(RunId(id));
    }
}

void RunQueue::takeEvents() {
    for (const RunEvent& event : m_session->takeEvents()) {
        const auto it = m_tickets.find(event.ticket);
        if (it == m_tickets.end()) continue;
        const RunId id = it->second;
        RunRecord* record = find(id);
        if (record == nullptr) continue;
        if (isOver(event.state)) continue; // its end comes by itself, with the result
        const bool same = record->state == event.state;
        record->state = event.state;
        m_paused = event.state == RunState::Paused;
        const bool fresh = event.state != RunState::Queued && m_running != id;
        if (fresh) m_running = id;
        if (!event.sentence.empty()) Q_EMIT note(id, QString::fromStdString(event.sentence));
        if (!same) Q_EMIT changed();
        if (fresh) Q_EMIT began(id);
    }
}

void RunQueue::finish(RunId id, RunState state, const std::optional<Error>& error,
                      const std::optional<RunResult>& result) {
    takeEpochs();
    RunRecord* record = find(id);
    if (record == nullptr) return;
    record->state = state;
    record->result = result;
    record->reason = error && state == RunState::Failed ? error->sentence() : std::string();
    std::erase_if(m_tickets, [&](const auto& entry) { return entry.second == id; });
    if (m_running == id) {
        m_running.reset();
        m_progress.reset();
        m_paused = false;
    }
    const QString name = tr("Run %1, %2,").arg(id.value).arg(QString::fromStdString(record->config.method));
    QString sentence = name + QLatin1Char(' ');
    if (state == RunState::Finished) sentence += tr("finished after %n epochs", nullptr, record->epochsDone);
    else if (state == RunState::Stopped) sentence += tr("stopped after %n epochs", nullptr, record->epochsDone);
    else sentence += tr("failed: %1").arg(QString::fromStdString(record->reason));
    Q_EMIT changed();
    Q_EMIT ended(id, sentence);
}

} // namespace assay::ui
