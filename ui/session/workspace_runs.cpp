// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/workspace_private.h"

#include "core/base/text.h"
#include "core/project/probability_import.h"
#include "core/project/probability_run.h"
#include "core/project/trusted_labels.h"

#include <QFile>

namespace assay::ui {

namespace {

QString sentenceOf(const Error& error) {
    return QString::fromStdString(error.sentence());
}

std::filesystem::path fileOf(const QString& text) {
    return QFile::encodeName(text).toStdString();
}

/// What a new run's labels are made of, frozen when the person asked.
struct LabelJob {
    std::shared_ptr<const Dataset> dataset;
    std::shared_ptr<Project> project;
    LabelChoice choice;
    std::shared_ptr<const LabelSet> base;
    std::vector<DecisionState> decisions;
};

struct NewRun {
    RunStart start;
    KeptLabels labels;
};

/// Labels before it is said which of them count, and what they are called.
struct NamedLabels {
    std::string name;
    LabelSet set;
};

NamedLabels journalLabels(const LabelJob& job, Revision revision, std::vector<std::uint8_t>& excluded) {
    EffectiveLabels effective = effectiveLabels(job.base->labels, job.decisions);
    excluded = std::move(effective.excluded);
    NamedLabels named;
    named.set.origin = LabelOrigin::Journal;
    named.set.source = named.name = "revision " + std::to_string(revision.value);
    named.set.labels = std::move(effective.labels);
    named.set.trueLabels = job.base->trueLabels;
    named.set.trusted = job.base->trusted;
    return named;
}

Result<NamedLabels> storedLabels(const Project& project, std::int64_t id) {
    ASSAY_TRY(StoredLabelSet stored, project.labelSet(id));
    return NamedLabels{std::move(stored.name), std::move(stored.set)};
}

Result<NamedLabels> allLabelsFor(const LabelJob& job, RunRecord& record, std::vector<std::uint8_t>& excluded) {
    switch (job.choice.kind) {
    case LabelChoice::Kind::Given: return NamedLabels{"given", givenLabelSet(*job.dataset)};
    case LabelChoice::Kind::Noise: {
        ASSAY_TRY(LabelSet set, noisyLabelSet(*job.dataset, job.choice.noise));
        return NamedLabels{noiseName(job.choice.noise), std::move(set)};
    }
    case LabelChoice::Kind::File: {
        ASSAY_TRY(LabelFile read, readLabelFile(fileOf(job.choice.file), *job.dataset));
        return NamedLabels{fileOf(job.choice.file).filename().string(), std::move(read.labels)};
    }
    case LabelChoice::Kind::Journal:
        record.revision = job.project->revision();
        return journalLabels(job, *record.revision, excluded);
    case LabelChoice::Kind::Stored: return storedLabels(*job.project, job.choice.stored);
    }
    return fail(ErrorCode::Internal, "unknown kind of labels");
}

/// The labels of a run, of which its suspects do not count.
Result<NamedLabels> labelsWithoutSuspects(const LabelJob& job, RunRecord& record, std::vector<std::uint8_t>& excluded) {
    ASSAY_TRY(const RunRecord judge, job.project->run(job.choice.judge));
    ASSAY_TRY(NamedLabels named, storedLabels(*job.project, judge.labelSet));
    record.revision = judge.revision;
    if (judge.revision) {
        ASSAY_TRY(const std::vector<DecisionState> decisions, job.project->decisions(judge.revision));
        excluded = effectiveLabels(named.set.labels, decisions).excluded;
    }
    ASSAY_TRY(named.set, trustByRun(std::move(named.set), *job.project, judge.id, job.choice.cleanBelow));
    named.name += ", without the suspects of run " + std::to_string(judge.id.value);
    return named;
}

Result<KeptLabels> labelsFor(const LabelJob& job, RunRecord& record, std::vector<std::uint8_t>& excluded) {
    NamedLabels named;
    switch (job.choice.counting) {
    case LabelChoice::Counting::All: {
        ASSAY_TRY(named, allLabelsFor(job, record, excluded));
        break;
    }
    case LabelChoice::Counting::Listed: {
        ASSAY_TRY(named, allLabelsFor(job, record, excluded));
        ASSAY_TRY(const std::vector<SampleIndex> listed, readSampleList(fileOf(job.choice.list), *job.dataset));
        const std::string file = fileOf(job.choice.list).filename().string();
        named.set = trustListed(std::move(named.set), listed, file);
        named.name += ", those of " + file;
        break;
    }
    case LabelChoice::Counting::Reviewed:
        record.revision = job.project->revision();
        named = journalLabels(job, *record.revision, excluded);
        named.set = trustReviewed(std::move(named.set), job.decisions);
        named.name += ", reviewed only";
        break;
    case LabelChoice::Counting::CleanByRun: {
        ASSAY_TRY(named, labelsWithoutSuspects(job, record, excluded));
        break;
    }
    }
    if (countingLabels(named.set) == 0)
        return fail(ErrorCode::InvalidArgument, "no label counts; choose others to learn from", named.name);
    return keepLabels(*job.project, named.name, std::move(named.set));
}

Result<NewRun> recordRun(const LabelJob& job, const RunConfig& config) {
    NewRun made;
    made.start.record.config = config;
    ASSAY_TRY(made.labels, labelsFor(job, made.start.record, made.start.excluded));
    made.start.labels = made.labels.set;
    made.start.record.labelSet = made.labels.id;
    made.start.record.created = utcNow();
    ASSAY_TRY(made.start.record.id, job.project->addRun(made.start.record));
    return made;
}

Result<NewRun> reviveRun(const std::shared_ptr<Project>& project, RunRecord record) {
    NewRun made;
    ASSAY_TRY(StoredLabelSet stored, project->labelSet(record.labelSet));
    made.labels = {stored.id, stored.name, std::make_shared<const LabelSet>(std::move(stored.set))};
    if (record.revision) {
        ASSAY_TRY(const std::vector<DecisionState> decisions, project->decisions(record.revision));
        made.start.excluded = effectiveLabels(made.labels.set->labels, decisions).excluded;
    }
    record.state = RunState::Queued;
    record.reason.clear();
    made.start.labels = made.labels.set;
    made.start.record = std::move(record);
    made.start.resume = true;
    return made;
}

} // namespace

void Workspace::startRun(const RunConfig& config, const LabelChoice& labels) {
    d->startRun(config, labels);
}

void Workspace::Private::startRun(RunConfig config, LabelChoice choice) {
    if (!project || !mayDecide()) return;
    const auto method = registry->methods.find(config.method);
    if (!method) {
        if (!engineReady) {
            waitingForEngine.push_back([this, config, choice] { startRun(config, choice); });
            Q_EMIT q->notice(tr("The run starts as soon as the engine is loaded"));
        } else {
            Q_EMIT q->warning(tr("There is no method “%1”").arg(QString::fromStdString(config.method)));
        }
        return;
    }
    auto settings = completeParams(method->description().params, config.settings);
    if (!settings) {
        Q_EMIT q->warning(sentenceOf(settings.error()));
        return;
    }
    config.settings = std::move(*settings);
    const LabelJob job{dataset, project, std::move(choice), q->baseLabels(), book.states()};
    recording.run([job, config] { return recordRun(job, config); },
             [this, asked = project](Result<NewRun> made) {
                 if (asked != project) return;
                 if (!made) {
                     Q_EMIT q->warning(sentenceOf(made.error()));
                     return;
                 }
                 labelNames[made->labels.id] = made->labels.name;
                 labelSets[made->labels.id] = made->labels;
                 begin(std::move(made->start));
                 Q_EMIT q->labelSetsChanged();
             });
}

void Workspace::Private::begin(RunStart start) {
    const RunId id = start.record.id;
    const std::int64_t labelSet = start.record.labelSet;
    const bool first = !runs.running();
    runs.start(std::move(start));
    askLabels(labelSet);
    if (first) {
        live = true;
        show(id, runs.record(id)->epochsDone);
    }
}

void Workspace::retrainOnCleaned() {
    if (!d->currentRun) {
        Q_EMIT warning(tr("Choose a run first: its settings are used again on the cleaned labels"));
        return;
    }
    LabelChoice labels;
    labels.kind = LabelChoice::Kind::Journal;
    d->startRun(d->runs.record(*d->currentRun)->config, labels);
}

void Workspace::treatSuspectsAsUnlabelled() {
    constexpr const char* kMethod = "fixmatch";
    const RunRecord* judge = d->currentRun ? d->runs.record(*d->currentRun) : nullptr;
    if (judge == nullptr || judge->epochsDone == 0) {
        Q_EMIT warning(tr("Choose a run that has recorded an epoch first: its suspects become unlabelled"));
        return;
    }
    RunConfig config = judge->config;
    config.method = kMethod;
    config.settings.clear(); // the method's own
    LabelChoice labels;
    labels.counting = LabelChoice::Counting::CleanByRun;
    labels.judge = judge->id;
    labels.cleanBelow = d->threshold;
    d->startRun(config, labels);
}

void Workspace::importProbabilities(const ProbabilityFiles& files) {
    if (!d->project || !d->mayDecide()) return;
    struct Imported {
        RunRecord run;
        std::vector<EpochSummary> epochs;
    };
    ProbabilityImport import;
    if (!files.probabilities.isEmpty()) import.probabilities = fileOf(files.probabilities);
    if (!files.features.isEmpty()) import.features = fileOf(files.features);
    import.split = files.split.toStdString();
    import.normalise = files.normalise;
    import.labels = *baseLabels();
    if (const auto id = baseLabelSetId()) import.labelName = d->labelNames[*id];
    d->importStop = std::stop_source();
    const ProgressFn progress = [this, bridge = d->recording.bridge()](const Progress& p) {
        bridge->post([this, p] { Q_EMIT importProgress(p.done, p.total); });
    };
    d->recording.run(
        [project = d->project, dataset = d->dataset, import, progress, stop = d->importStop.get_token()]() -> Result<Imported> {
            Imported made;
            ASSAY_TRY(made.run, assay::importProbabilities(*project, *dataset, import, progress, stop));
            ASSAY_TRY(made.epochs, project->epochs(made.run.id));
            return made;
        },
        [this, asked = d->project](Result<Imported> made) {
            Q_EMIT importEnded();
            if (asked != d->project) return;
            if (!made && made.error().code == ErrorCode::Cancelled) {
                Q_EMIT notice(tr("Nothing was imported: cancelled"));
                return;
            }
            if (!made) {
                Q_EMIT warning(sentenceOf(made.error()));
                return;
            }
            const RunId id = made->run.id;
            const std::int64_t labelSet = made->run.labelSet;
            d->runs.add(std::move(made->run), std::move(made->epochs));
            d->askLabels(labelSet);
            showRun(id);
            Q_EMIT labelSetsChanged();
            Q_EMIT notice(tr("Imported as run %1").arg(id.value));
        });
}

void Workspace::cancelImport() { d->importStop.request_stop(); }

bool Workspace::outOfSample(RunId id) const {
    const RunRecord* record = d->runs.record(id);
    return record != nullptr && isOutOfSample(record->config);
}

bool Workspace::outOfSample(RunId id, SampleIndex sample) const {
    if (outOfSample(id)) return true;
    const RunRecord* record = d->runs.record(id);
    if (record == nullptr || !d->dataset || sample.value >= d->dataset->size()) return false;
    if (d->dataset->splits[sample.value] != Split::Train) return true;
    const auto known = d->labelSets.find(record->labelSet);
    if (known != d->labelSets.end() && !known->second.set->counts(sample.value)) return true;
    // A run that draws its labelled samples by itself; one that seeks the clean ones has learnt all labels before.
    const auto choice = record->config.settings.find("labelled");
    if (choice == record->config.settings.end() || choice->second == ParamValue(std::string("clean"))) return false;
    return id == d->currentRun && d->values.evidence() && d->values.values(QStringLiteral("labelled"))[sample.value] == 0;
}

void Workspace::resumeRun(RunId id) {
    const RunRecord* record = d->runs.record(id);
    if (!d->project || record == nullptr || !d->mayDecide()) return;
    if (!d->registry->methods.find(record->config.method)) {
        Q_EMIT warning(tr("The method of this run is not loaded: %1").arg(QString::fromStdString(record->config.method)));
        return;
    }
    d->pool.run([project = d->project, record = *record] { return reviveRun(project, record); },
                [this, asked = d->project](Result<NewRun> made) {
                    if (asked != d->project) return;
                    if (!made) {
                        Q_EMIT warning(sentenceOf(made.error()));
                        return;
                    }
                    d->labelSets[made->labels.id] = made->labels;
                    d->begin(std::move(made->start));
                });
}

void Workspace::Private::askLabels(std::int64_t labelSet) {
    if (!project || labelSet == 0 || labelSets.contains(labelSet) || !labelsAsked.insert(labelSet).second) return;
    pool.run([project = project, labelSet] { return project->labelSet(labelSet); },
             [this, labelSet, asked = project](Result<StoredLabelSet> stored) {
                 if (asked != project) return;
                 labelsAsked.erase(labelSet);
                 if (!stored) {
                     Q_EMIT q->warning(sentenceOf(stored.error()));
                     return;
                 }
                 labelSets[labelSet] = {stored->id, stored->name, std::make_shared<const LabelSet>(std::move(stored->set))};
                 for (const RunRecord& record : runs.records())
                     if (record.labelSet == labelSet) Q_EMIT q->labelsReady(record.id);
                 if (!values.has(filter.score)) askScore(filter.score);
                 const RunRecord* root = currentRun ? rootRun(runs.records(), *currentRun) : nullptr;
                 if (root == nullptr || root->labelSet != labelSet) return;
                 Q_EMIT q->currentRunChanged(); // the labels of the run on show are another now
                 filterNow();
             });
}

void Workspace::Private::askRounds(RunId run) {
    const EpochList epochs = runs.epochs(run);
    if (!project || epochs->empty() || !epochs->back().cleaning) return;
    pool.run(
        [project = project] {
            project->flush(); // the round comes with its epoch, which may be on its way
            return project->labelSets();
        },
        [this, asked = project](Result<std::vector<StoredLabelSet>> stored) {
            if (asked != project || !stored) return;
            for (const StoredLabelSet& set : *stored) labelNames[set.id] = set.name;
            Q_EMIT q->labelSetsChanged();
        });
}

void Workspace::Private::onEvidence(RunId run, const std::shared_ptr<const Evidence>& evidence) {
    cache.add(run, evidence);
    Q_EMIT q->evidenceReady(run, evidence->epoch);
    if (currentRun == run && currentEpoch == evidence->epoch && values.evidence() != evidence) refreshEpoch();
}

void Workspace::Private::onEpoch(RunId run) {
    askRounds(run);
    Q_EMIT q->epochArrived(run);
    if (live && runs.running() == run) show(run, runs.record(run)->epochsDone);
    else if (currentRun == run && currentEpoch == 0) show(run, runs.record(run)->epochsDone);
}

void Workspace::Private::onEnded(RunId run, const QString& sentence) {
    if (currentRun == run) live = false;
    Q_EMIT q->runEnded(run, sentence);
}

} // namespace assay::ui
