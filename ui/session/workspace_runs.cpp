// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/workspace_private.h"

#include "core/base/text.h"
#include "core/project/cross_validation.h"
#include "core/project/fold_runs.h"
#include "core/project/probability_import.h"
#include "core/project/probability_run.h"
#include "ui/session/example.h"
#include "ui/session/run_start.h"

#include <algorithm>

namespace assay::ui {

namespace {

QString sentenceOf(const Error& error) { return QString::fromStdString(error.sentence()); }

} // namespace

void Workspace::startRun(const RunConfig& config, const LabelChoice& labels) { d->startRun(config, labels); }

void Workspace::Private::startRun(RunConfig config, LabelChoice choice) {
    if (!project || !mayDecide()) return notStarted({}); // it has been told
    const auto ready = completed(config, [this, config, choice] { startRun(config, choice); });
    if (!ready) return;
    const LabelJob job{dataset, project, std::move(choice), q->baseLabels(), book.states()};
    recording.run([job, config = *ready] { return recordRun(job, config); },
                  [this, asked = project, counting = job.choice.counting](Result<NewRun> made) {
                      if (asked != project) return;
                      if (!made) return notStarted(sentenceOf(made.error()));
                      labelNames[made->labels.id] = made->labels.name;
                      labelSets[made->labels.id] = made->labels;
                      begin(std::move(made->start));
                      tell(made->notes);
                      tellUnlearnt(made->unlearnt, counting);
                      Q_EMIT q->labelSetsChanged();
                  });
}

void Workspace::Private::notStarted(const QString& why) {
    if (!why.isEmpty()) Q_EMIT q->warning(why);
    Q_EMIT q->runNotStarted();
}

void Workspace::Private::tell(const std::vector<std::string>& notes) {
    for (const std::string& sentence : notes) Q_EMIT q->notice(QString::fromStdString(sentence));
}

void Workspace::Private::tellUnlearnt(const std::vector<Label>& classes, LabelChoice::Counting counting) {
    constexpr std::size_t kMostNamed = 3;
    if (classes.empty()) return;
    QStringList names;
    for (std::size_t i = 0; i < std::min(classes.size(), kMostNamed); ++i)
        names << QString::fromStdString(escapeForDisplay(dataset->classNames[std::size_t(classes[i])]));
    if (classes.size() > kMostNamed) names << tr("%1 more").arg(classes.size() - kMostNamed);
    const QString sentence = counting == LabelChoice::Counting::CleanByRun
                                 ? tr("All labels of %1 are suspects, so nothing of it is learnt; a higher threshold "
                                      "leaves more labels")
                                 : tr("No label of %1 counts, so nothing of it is learnt");
    Q_EMIT q->classesUnlearnt(sentence.arg(names.join(QStringLiteral(", "))));
}

std::optional<RunConfig> Workspace::Private::completed(RunConfig config, std::function<void()> again) {
    const auto method = registry->methods.find(config.method);
    if (!method && !engineReady) {
        waitingForEngine.push_back(std::move(again));
        Q_EMIT q->notice(tr("The run starts as soon as the engine is loaded"));
        return std::nullopt;
    }
    if (!method) {
        notStarted(tr("There is no method “%1”").arg(QString::fromStdString(config.method)));
        return std::nullopt;
    }
    auto settings = completeParams(method->description().params, config.settings);
    if (!settings) {
        notStarted(sentenceOf(settings.error()));
        return std::nullopt;
    }
    config.settings = std::move(*settings);
    return config;
}

std::vector<ParamSpec> Workspace::Private::schemaOf(const std::string& method) const {
    const auto found = registry->methods.find(method);
    return found ? found->description().params : std::vector<ParamSpec>();
}

void Workspace::crossValidate(const RunConfig& config, const LabelChoice& labels, int folds) {
    d->crossValidate(config, labels, folds);
}

void Workspace::Private::crossValidate(RunConfig config, LabelChoice choice, int folds) {
    if (!project || !mayDecide()) return notStarted({}); // it has been told
    const auto ready = completed(config, [this, config, choice, folds] { crossValidate(config, choice, folds); });
    if (!ready) return;
    const LabelJob job{dataset, project, std::move(choice), q->baseLabels(), book.states()};
    recording.run([job, config = *ready, folds,
                   schema = schemaOf(ready->method)] { return recordFolds(job, config, folds, schema); },
                  [this, asked = project](Result<FoldsLeft> left) {
                      if (asked != project) return;
                      if (!left) return notStarted(sentenceOf(left.error()));
                      const bool idle = !runs.running() && !left->runs.empty();
                      const RunId first = idle ? left->runs.front().start.record.id : RunId();
                      for (NewRun& run : left->runs) {
                          labelNames[run.labels.id] = run.labels.name;
                          labelSets[run.labels.id] = run.labels;
                          begin(std::move(run.start));
                      }
                      if (idle) show(first, runs.record(first)->epochsDone);
                      tell(left->notes);
                      Q_EMIT q->labelSetsChanged();
                      if (left->together)
                          showMade(std::move(left->together->run), std::move(left->together->epochs),
                                   tr("All folds were there already: run %1 says what they make together"));
                  });
}

void Workspace::Private::joinFoldsOf(RunId run) {
    const RunRecord* record = runs.record(run);
    if (!project || record == nullptr || record->state != RunState::Finished) return;
    const auto name = labelNames.find(record->labelSet);
    if (name == labelNames.end() || !parseFoldLabelName(name->second)) return;
    recording.run(
        [project = project, dataset = dataset, record = *record, schema = schemaOf(record->config.method)] {
            return joinedWhereDone(*project, *dataset, record, schema);
        },
        [this, asked = project](Result<std::optional<MadeRun>> made) {
            if (asked != project) return;
            if (!made) {
                Q_EMIT q->warning(sentenceOf(made.error()));
                return;
            }
            if (*made)
                showMade(
                    std::move((*made)->run), std::move((*made)->epochs),
                    tr("Cross-validated: run %1 judges every training picture by a network that has not learnt its label"));
        });
}

void Workspace::Private::showMade(RunRecord run, std::vector<EpochSummary> epochs, const QString& done) {
    const RunId id = run.id;
    const std::int64_t labelSet = run.labelSet;
    if (runs.record(id) == nullptr) runs.add(std::move(run), std::move(epochs));
    askLabels(labelSet);
    q->showRun(id);
    Q_EMIT q->labelSetsChanged();
    Q_EMIT q->notice(done.arg(id.value));
}

RunConfig Workspace::Private::configLike(const RunRecord& run) const {
    if (run.config.method == kImportedMethod || run.config.method == kNeighbourMethod) return quickPreset();
    if (run.config.method != kCrossValidationMethod) return run.config;
    const auto folds = run.config.settings.find("runs");
    const std::string* numbers =
        folds != run.config.settings.end() ? std::get_if<std::string>(&folds->second) : nullptr;
    const RunRecord* fold = numbers != nullptr ? runs.record(RunId(std::atoll(numbers->c_str()))) : nullptr;
    return fold != nullptr ? fold->config : quickPreset();
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
    d->startRun(d->configLike(*d->runs.record(*d->currentRun)), labels);
}

void Workspace::treatSuspectsAsUnlabelled() {
    constexpr const char* kMethod = "fixmatch";
    const RunRecord* judge = d->currentRun ? d->runs.record(*d->currentRun) : nullptr;
    if (judge == nullptr || judge->epochsDone == 0)
        return d->notStarted(tr("Choose a run that has recorded an epoch first: its suspects become unlabelled"));
    RunConfig config = d->configLike(*judge);
    config.method = kMethod;
    config.settings.clear(); // the method's own
    LabelChoice labels;
    labels.counting = LabelChoice::Counting::CleanByRun;
    labels.judge = judge->id;
    if (d->currentEpoch > 0 && d->currentEpoch < judge->epochsDone) labels.judgeEpoch = d->currentEpoch;
    labels.cleanBelow = d->threshold;
    d->startRun(config, labels);
}

void Workspace::importProbabilities(const ProbabilityFiles& files) {
    if (!d->project || !d->mayDecide()) return;
    ProbabilityImport import;
    if (!files.probabilities.isEmpty()) import.probabilities = pathOf(files.probabilities);
    if (!files.features.isEmpty()) import.features = pathOf(files.features);
    import.split = files.split.toStdString();
    import.normalise = files.normalise;
    import.labels = *baseLabels();
    if (const auto id = baseLabelSetId()) import.labelName = d->labelNames[*id];
    d->importStop = std::stop_source();
    const ProgressFn progress = [this, bridge = d->recording.bridge()](const Progress& p) {
        bridge->post([this, p] { Q_EMIT importProgress(p.done, p.total); });
    };
    d->recording.run(
        [project = d->project, dataset = d->dataset, import, progress,
         stop = d->importStop.get_token()]() -> Result<MadeRun> {
            MadeRun made;
            ASSAY_TRY(made.run, assay::importProbabilities(*project, *dataset, import, progress, stop));
            ASSAY_TRY(made.epochs, project->epochs(made.run.id));
            return made;
        },
        [this, asked = d->project](Result<MadeRun> made) {
            Q_EMIT importEnded();
            if (asked != d->project) return;
            if (!made && made.error().code == ErrorCode::Cancelled) {
                Q_EMIT notice(tr("Nothing was imported: cancelled"));
                return;
            }
            if (!made) {
                Q_EMIT importFailed(sentenceOf(made.error()));
                return;
            }
            Q_EMIT imported();
            d->showMade(std::move(made->run), std::move(made->epochs), tr("Imported as run %1"));
        });
}

void Workspace::cancelImport() { d->importStop.request_stop(); }

bool Workspace::outOfSample(RunId id) const {
    const RunRecord* record = d->runs.record(id);
    return record != nullptr && isOutOfSample(record->config);
}

bool Workspace::judges(SampleIndex sample) const {
    const RunRecord* record = d->currentRun ? d->runs.record(*d->currentRun) : nullptr;
    return record != nullptr && d->dataset && sample.value < d->dataset->size() &&
           assay::judges(record->config, d->dataset->splits[sample.value]);
}

bool Workspace::outOfSample(RunId id, SampleIndex sample) const {
    if (outOfSample(id)) return true;
    const RunRecord* record = d->runs.record(id);
    if (record == nullptr || !d->dataset || sample.value >= d->dataset->size()) return false;
    if (d->dataset->splits[sample.value] != Split::Train) return true;
    if (d->holdsOut(*record, sample)) return true;
    const auto known = d->labelSets.find(record->labelSet);
    if (known != d->labelSets.end() && !known->second.set->counts(sample.value)) return true;
    // A run that draws its labelled samples by itself; one that seeks the clean ones has learnt all labels before.
    const auto choice = record->config.settings.find("labelled");
    if (choice == record->config.settings.end() || choice->second == ParamValue(std::string("clean"))) return false;
    return id == d->currentRun && d->values.evidence() &&
           d->values.values(QStringLiteral("labelled"))[sample.value] == 0;
}

bool Workspace::Private::holdsOut(const RunRecord& run, SampleIndex sample) {
    if (const auto known = heldOut.find(run.id); known != heldOut.end())
        return known->second && sample.value < known->second->size() && (*known->second)[sample.value] != 0;
    const auto name = labelNames.find(run.labelSet);
    if (!project || name == labelNames.end()) return false;
    heldOut[run.id] = nullptr;
    if (!parseFoldLabelName(name->second)) return false;
    using Samples = std::shared_ptr<const std::vector<std::uint8_t>>;
    pool.run(
        [project = project, dataset = dataset, run]() -> Result<Samples> {
            ASSAY_TRY(const StoredLabelSet labels, project->labelSet(run.labelSet));
            ASSAY_TRY(const auto fold, foldOf(*project, *dataset, run, labels));
            std::vector<std::uint8_t> samples(dataset->size(), 0);
            for (std::size_t i = 0; fold && i < samples.size(); ++i)
                samples[i] = fold->cross.plan.fold[i] == fold->fold;
            return std::make_shared<const std::vector<std::uint8_t>>(std::move(samples));
        },
        [this, asked = project, id = run.id](Result<Samples> found) {
            if (asked != project || !found) return;
            heldOut[id] = std::move(*found);
            Q_EMIT q->labelsReady(id);
        });
    return false;
}

bool Workspace::outOfSample(const std::vector<RunId>& runs, SampleIndex sample) const {
    return !runs.empty() && std::all_of(runs.begin(), runs.end(), [&](RunId run) { return outOfSample(run, sample); });
}

void Workspace::resumeRun(RunId id) {
    const RunRecord* record = d->runs.record(id);
    if (!d->project || record == nullptr || !d->mayDecide()) return;
    if (!d->registry->methods.find(record->config.method)) {
        Q_EMIT warning(
            tr("The method of this run is not loaded: %1").arg(QString::fromStdString(record->config.method)));
        return;
    }
    d->pool.run(
        [project = d->project, dataset = d->dataset, record = *record] { return reviveRun(project, *dataset, record); },
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
    pool.run(
        [project = project, labelSet] { return project->labelSet(labelSet); },
        [this, labelSet, asked = project](Result<StoredLabelSet> stored) {
            if (asked != project) return;
            labelsAsked.erase(labelSet);
            if (!stored) {
                Q_EMIT q->warning(sentenceOf(stored.error()));
                return;
            }
            labelNames[labelSet] = stored->name; // of a run that was made, the set may be new
            labelSets[labelSet] = {stored->id, stored->name, std::make_shared<const LabelSet>(std::move(stored->set))};
            for (const RunRecord& record : runs.records())
                if (record.labelSet == labelSet) Q_EMIT q->labelsReady(record.id);
            if (!values.has(filter.score)) askScore(filter.score);
            const RunRecord* root = currentRun ? rootRun(runs.records(), *currentRun) : nullptr;
            if (root == nullptr || root->labelSet != labelSet) return;
            Q_EMIT q->currentRunChanged(); // the labels of the run on show are another now
            filterNow();
            const std::vector<Label>& labels = labelSets[labelSet].set->labels;
            if (values.evidence() && std::find(labels.begin(), labels.end(), kNoLabel) != labels.end())
                refreshEpoch(); // what has no label has no loss
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

void Workspace::Private::onBegan(RunId run) {
    if (currentRun != run) {
        const RunRecord* shown = currentRun ? runs.record(*currentRun) : nullptr;
        if (shown != nullptr && shown->state != RunState::Queued && !followsQueue) live = false;
        if (!live) return; // the person looks at another
    }
    live = true;
    show(run, runs.record(run)->epochsDone);
}

void Workspace::Private::onEpoch(RunId run) {
    askRounds(run);
    Q_EMIT q->epochArrived(run);
    if (live && runs.running() == run) show(run, runs.record(run)->epochsDone);
    else if (currentRun == run && currentEpoch == 0) show(run, runs.record(run)->epochsDone);
}

void Workspace::Private::onEnded(RunId run, const QString& sentence) {
    Q_EMIT q->runEnded(run, sentence);
    joinFoldsOf(run);
}

} // namespace assay::ui
