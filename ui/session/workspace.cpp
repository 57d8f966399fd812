// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/workspace.h"

#include "core/audit/score.h"
#include "ui/session/workspace_private.h"

#include <algorithm>

namespace assay::ui {

Workspace::Private::Private(Workspace* owner, std::shared_ptr<Registry> catalogue)
    : q(owner), registry(std::move(catalogue)), engineReady(!registry->methods.all().empty()), runs(registry, nullptr),
      cache(pool, nullptr), book(nullptr) {}

Workspace::Workspace(std::shared_ptr<Registry> registry, QObject* parent)
    : QObject(parent), d(std::make_unique<Private>(this, std::move(registry))) {
    qRegisterMetaType<RunId>("assay::RunId");
    d->thresholdTimer.setSingleShot(true);
    d->thresholdTimer.setInterval(400);
    connect(&d->thresholdTimer, &QTimer::timeout, this, [this] { d->storeThreshold(); });
    d->fusionTimer.setSingleShot(true);
    d->fusionTimer.setInterval(150);
    connect(&d->fusionTimer, &QTimer::timeout, this, [this] { d->askFused(); });
    connect(&d->runs, &RunQueue::changed, this, &Workspace::runsChanged);
    connect(&d->runs, &RunQueue::progressed, this, &Workspace::runProgress);
    connect(&d->runs, &RunQueue::began, this, [this](RunId run) { d->onBegan(run); });
    connect(&d->runs, &RunQueue::epochArrived, this, [this](RunId run) { d->onEpoch(run); });
    connect(&d->runs, &RunQueue::evidenceArrived, this,
            [this](RunId run, const std::shared_ptr<const Evidence>& evidence) { d->onEvidence(run, evidence); });
    connect(&d->runs, &RunQueue::ended, this,
            [this](RunId run, const QString& sentence) { d->onEnded(run, sentence); });
    connect(&d->runs, &RunQueue::note, this, [this](RunId, const QString& sentence) { Q_EMIT notice(sentence); });
    connect(&d->cache, &EvidenceCache::ready, this, [this](RunId run, int epoch) {
        Q_EMIT evidenceReady(run, epoch);
        if (d->currentRun == run && d->currentEpoch == epoch) d->refreshEpoch();
    });
    connect(&d->cache, &EvidenceCache::missing, this,
            [this](RunId, int, const QString& sentence) { Q_EMIT notice(sentence); });
    connect(&d->book, &DecisionBook::changed, this, &Workspace::decisionsChanged);
    connect(&d->book, &DecisionBook::changed, this, [this] { d->rankFused(); });
    connect(&d->book, &DecisionBook::failed, this, &Workspace::decisionFailed);
    connect(&d->book, &DecisionBook::nothingToDo, this, &Workspace::notice);
}

Workspace::~Workspace() {
    if (d->openingStop) d->openingStop->request_stop();
    d->importStop.request_stop();
    if (d->neighbours) d->neighbours->stop();
}

const Registry& Workspace::registry() const { return *d->registry; }
bool Workspace::engineReady() const { return d->engineReady; }
const EngineInfo& Workspace::engineInfo() const { return d->engine; }
std::shared_ptr<const Dataset> Workspace::dataset() const { return d->dataset; }
std::shared_ptr<DuplicateSearch> Workspace::duplicates() const { return d->duplicates; }
std::shared_ptr<Project> Workspace::project() const { return d->project; }
bool Workspace::readOnly() const { return d->project && d->project->readOnly(); }
bool Workspace::opening() const { return d->openingStop.has_value(); }
bool Workspace::settled() const { return d->runs.idle() && d->book.settled(); }

const std::map<std::int64_t, std::string>& Workspace::labelSetNames() const { return d->labelNames; }

std::shared_ptr<const LabelSet> Workspace::baseLabels() const {
    const KeptLabels* root = d->rootLabels();
    return root != nullptr ? root->set : d->working;
}

std::optional<std::int64_t> Workspace::baseLabelSetId() const {
    const KeptLabels* root = d->rootLabels();
    return root != nullptr ? std::optional(root->id) : d->workingId;
}

const std::vector<RunRecord>& Workspace::runs() const { return d->runs.records(); }

std::optional<RunRecord> Workspace::run(RunId id) const {
    const RunRecord* record = d->runs.record(id);
    return record == nullptr ? std::nullopt : std::optional(*record);
}

std::shared_ptr<const std::vector<EpochSummary>> Workspace::epochs(RunId id) const { return d->runs.epochs(id); }

std::shared_ptr<const LabelSet> Workspace::labels(RunId id) const {
    const RunRecord* record = d->runs.record(id);
    if (record == nullptr) return nullptr;
    if (const auto it = d->labelSets.find(record->labelSet); it != d->labelSets.end()) return it->second.set;
    d->askLabels(record->labelSet);
    return nullptr;
}

std::shared_ptr<const Evidence> Workspace::evidence(RunId id, int epoch) const { return d->cache.get(id, epoch); }
void Workspace::pauseRun() { d->runs.pause(); }
void Workspace::continueRun() { d->runs.resume(); }
void Workspace::stopRun(RunId id) { d->runs.stop(id); }
std::optional<RunId> Workspace::runningRun() const { return d->runs.running(); }
std::optional<BatchProgress> Workspace::progress() const { return d->runs.progress(); }
bool Workspace::paused() const { return d->runs.paused(); }

std::optional<RunId> Workspace::currentRun() const { return d->currentRun; }
int Workspace::currentEpoch() const { return d->currentEpoch; }
bool Workspace::followsLive() const { return d->live && d->runs.running() == d->currentRun; }

void Workspace::showRun(RunId id) {
    const RunRecord* record = d->runs.record(id);
    if (record == nullptr) return;
    d->live = d->runs.running() == id;
    d->show(id, record->epochsDone);
}

void Workspace::showEpoch(int epoch) {
    if (!d->currentRun) return;
    d->live = false;
    d->show(d->currentRun, std::clamp(epoch, 0, d->runs.record(*d->currentRun)->epochsDone));
}

void Workspace::followLive() {
    const auto running = d->runs.running();
    if (!running) return;
    d->live = true;
    d->show(running, d->runs.record(*running)->epochsDone);
}

void Workspace::setFollowsQueue(bool on) { d->followsQueue = on; }

void Workspace::showNoRun() {
    d->live = false;
    d->show(std::nullopt, 0);
}

std::shared_ptr<const Evidence> Workspace::currentEvidence() const { return d->values.evidence(); }
const std::optional<stats::MixtureFit>& Workspace::currentMixture() const { return d->mixture; }
double Workspace::threshold() const { return d->threshold; }
std::size_t Workspace::judgedCount() const { return d->judgedCount; }
std::size_t Workspace::suspectCount() const { return d->suspects; }
double Workspace::suspectShare() const { return d->share; }

const std::vector<float>& Workspace::values(const QString& score) const {
    if (!d->values.has(score)) d->askScore(score);
    return d->values.values(score);
}

QStringList Workspace::scoreNames() const {
    QStringList names = d->values.names();
    const bool judged = d->values.evidence() != nullptr;
    // "index" stays last
    QStringList scores;
    for (const auto& score : d->registry->scores.all())
        if (judged || score->traits().basis == ScoreBasis::Pictures)
            if (const QString id = QString::fromStdString(score->description().id); !names.contains(id)) scores << id;
    if (judged) scores.prepend(QLatin1String(kFusedScore));
    for (qsizetype i = 0; i < scores.size(); ++i)
        if (!names.contains(scores[i])) names.insert(names.size() - 1, scores[i]);
    return names;
}

Label Workspace::baseLabel(SampleIndex sample) const {
    const LabelSet* base = d->base();
    return base != nullptr && sample.value < base->labels.size() ? base->labels[sample.value] : kNoLabel;
}

Label Workspace::effectiveLabel(SampleIndex sample) const {
    const DecisionState state = d->book.state(sample);
    return state.verdict == Verdict::Relabel ? state.label : baseLabel(sample);
}

Label Workspace::trueLabel(SampleIndex sample) const {
    const LabelSet* base = d->base();
    if (base != nullptr && sample.value < base->trueLabels.size()) return base->trueLabels[sample.value];
    if (d->dataset && sample.value < d->dataset->trueLabels.size()) return d->dataset->trueLabels[sample.value];
    return kNoLabel;
}

bool Workspace::suspect(SampleIndex sample) const { return d->suspect(sample); }
DecisionState Workspace::decision(SampleIndex sample) const { return d->book.state(sample); }

const ViewFilter& Workspace::filter() const { return d->filter; }
const std::vector<SampleIndex>& Workspace::view() const { return d->view; }
bool Workspace::orderIsOld() const { return d->orderOld; }
const std::vector<SampleIndex>& Workspace::selection() const { return d->selection; }

void Workspace::setSelection(std::vector<SampleIndex> samples) {
    if (samples == d->selection) return;
    d->selection = std::move(samples);
    Q_EMIT selectionChanged();
}

std::optional<SampleIndex> Workspace::focus() const { return d->focus; }

void Workspace::setFocus(std::optional<SampleIndex> sample) {
    if (sample && (!d->dataset || sample->value >= d->dataset->size())) return;
    if (sample == d->focus) return;
    d->focus = sample;
    Q_EMIT focusChanged();
}

void Workspace::undo() {
    if (d->mayDecide()) d->book.undo();
}

void Workspace::redo() {
    if (d->mayDecide()) d->book.redo();
}

void Workspace::undoStep(std::int64_t step) {
    if (d->mayDecide()) d->book.undoStep(step);
}

bool Workspace::pending(SampleIndex sample) const { return d->book.pending(sample); }
const std::vector<JournalEntry>& Workspace::journal() const { return d->book.journal(); }
std::size_t Workspace::decidedCount() const { return d->book.decided(); }
const std::vector<DecisionState>& Workspace::decisions() const { return d->book.states(); }

} // namespace assay::ui
