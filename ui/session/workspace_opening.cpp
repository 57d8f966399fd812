// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/workspace_private.h"

#include "core/audit/score.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/data/dataset_reader.h"
#include "core/project/exporter.h"
#include "core/project/review_answers.h"
#include "core/train/network.h"
#include "ui/session/example.h"

#include <QFileInfo>

#include <chrono>
#include <thread>
#include <utility>

namespace assay::ui {

namespace {

QString sentenceOf(const Error& error) { return QString::fromStdString(error.sentence()); }

/// Tasks under way may hold a closed project for a moment: its lock would be met as another's. Pool threads only.
void waitUntilGone(const std::weak_ptr<Project>& project) {
    for (int attempt = 0; attempt < 500 && !project.expired(); ++attempt)
        std::this_thread::sleep_for(std::chrono::milliseconds(4));
}

struct LoadedEngine {
    Registry registry;
    EngineInfo info;
    std::vector<std::string> skipped;
};

Result<LoadedEngine> loadOnThread() {
    LoadedEngine loaded;
    ASSAY_TRY(loaded.info, loadEngine(loaded.registry));
    for (const auto& folder : pluginFolders()) {
        const std::vector<std::string> skipped = loadPlugins(folder, loaded.registry);
        loaded.skipped.insert(loaded.skipped.end(), skipped.begin(), skipped.end());
    }
    return loaded;
}

template <class T>
void addAll(Catalogue<T>& to, const Catalogue<T>& from) {
    for (const auto& item : from.all())
        if (const Status added = to.add(item); !added) log(LogLevel::Warning, added.error().sentence());
}

} // namespace

void Workspace::loadEngineInBackground() {
    d->loader.run([] { return loadOnThread(); },
                  [this](Result<LoadedEngine> loaded) {
                      if (loaded) {
                          d->addEngine(std::move(loaded->registry), std::move(loaded->info), loaded->skipped);
                          return;
                      }
                      log(LogLevel::Error, loaded.error().sentence());
                      Q_EMIT engineLoaded(tr("Training is not available: %1").arg(sentenceOf(loaded.error())));
                  });
}

void Workspace::Private::addEngine(Registry fresh, EngineInfo info, const std::vector<std::string>& skipped) {
    addAll(registry->readers, fresh.readers);
    addAll(registry->scores, fresh.scores);
    addAll(registry->networks, fresh.networks);
    addAll(registry->methods, fresh.methods);
    addAll(registry->exporters, fresh.exporters);
    engine = std::move(info);
    engineReady = true;
    QStringList warnings;
    for (const std::string& text : engine.warnings) warnings << QString::fromStdString(text);
    for (const std::string& text : skipped) warnings << tr("Plugin skipped: %1").arg(QString::fromStdString(text));
    Q_EMIT q->engineLoaded(warnings.join(QLatin1Char('\n')));
    for (const auto& start : std::exchange(waitingForEngine, {})) start();
}

void Workspace::openDataset(const QString& path, const QString& fileColumn, const QString& labelColumn) {
    const QFileInfo info(path);
    if (info.suffix() == QLatin1String("assay")) return openProject(path);
    OpenRequest request;
    request.dataset = pathOf(info.absoluteFilePath());
    request.fileColumn = fileColumn.toStdString();
    request.labelColumn = labelColumn.toStdString();
    const QStringList tables = {QStringLiteral("csv"), QStringLiteral("tsv")};
    if (fileColumn.isEmpty() && labelColumn.isEmpty() && info.isFile() && tables.contains(info.suffix().toLower())) {
        d->pool.run([table = request.dataset] { return guessColumns(table); },
                    [this, path](Result<TableColumns> columns) {
                        if (!columns) {
                            Q_EMIT openingFailed(sentenceOf(columns.error()));
                            return;
                        }
                        QStringList names;
                        for (const std::string& name : columns->names) names << QString::fromStdString(name);
                        Q_EMIT columnsNeeded(path, names, QString::fromStdString(columns->file),
                                             QString::fromStdString(columns->label));
                    });
        return;
    }
    d->afterOpening = {};
    d->open(std::move(request));
}

void Workspace::openProject(const QString& file) { openProjectAt(file, {}); }

void Workspace::openProjectAt(const QString& file, const QString& datasetLocation) {
    OpenRequest request;
    request.project = pathOf(QFileInfo(file).absoluteFilePath());
    if (!datasetLocation.isEmpty()) request.dataset = pathOf(QFileInfo(datasetLocation).absoluteFilePath());
    d->afterOpening = {};
    d->open(std::move(request));
}

void Workspace::openExample() {
    const auto folder = exampleFolder();
    if (folder.empty()) {
        Q_EMIT openingFailed(tr("The example data set was not found beside the program; reinstall Assay"));
        return;
    }
    OpenRequest request;
    request.dataset = folder;
    request.projectName = "example";
    d->afterOpening = [this] {
        if (!runs().empty() || readOnly()) return;
        LabelChoice labels;
        labels.kind = LabelChoice::Kind::Noise;
        labels.noise = exampleNoise();
        startRun(quickPreset(), labels);
    };
    d->open(std::move(request));
}

void Workspace::cancelOpening() {
    if (!d->openingStop) return;
    d->openingStop->request_stop();
    d->openingStop.reset();
    ++d->openingGeneration;
    Q_EMIT openingFailed({});
}

void Workspace::Private::open(OpenRequest request) {
    if (!runs.idle()) {
        Q_EMIT q->openingFailed(tr("A run is under way: stop it before another data set is opened"));
        return;
    }
    if (openingStop) openingStop->request_stop();
    openingStop.emplace();
    request.projectFolder = userDataFolder() / "projects";
    struct Answer {
        Opened opened;
        std::optional<MissingDataset> missing;
        std::optional<Error> error;
    };
    // A project that is open already would be found locked by ourselves.
    const std::weak_ptr<Project> previous = project;
    if (project) close();
    const std::uint64_t generation = ++openingGeneration;
    const auto bridge = pool.bridge();
    const ProgressFn progress = [this, bridge, generation](const Progress& p) {
        bridge->post([this, generation, p] {
            if (generation == openingGeneration)
                Q_EMIT q->openingProgress(QString::fromStdString(p.stage), p.done, p.total);
        });
    };
    Q_EMIT q->openingProgress(tr("looking"), 0, 0);
    pool.run(
        [request, previous, readers = registry->readers, progress,
         stop = openingStop->get_token()]() -> Result<Answer> {
            waitUntilGone(previous);
            Answer answer;
            auto opened = openAll(request, readers, progress, stop, answer.missing);
            if (opened) answer.opened = std::move(*opened);
            else answer.error = opened.error();
            return answer;
        },
        [this, generation](Result<Answer> answer) {
            if (generation != openingGeneration) return;
            openingStop.reset();
            if (answer && !answer->error) return adopt(std::move(answer->opened));
            if (answer && answer->missing) {
                Q_EMIT q->datasetMissing(QString::fromStdString(answer->missing->project.string()),
                                         QString::fromStdString(answer->missing->location.string()));
                return;
            }
            const Error& error = answer ? *answer->error : answer.error();
            log(LogLevel::Warning, error.sentence());
            Q_EMIT q->openingFailed(error.code == ErrorCode::Cancelled ? QString() : sentenceOf(error));
        });
}

void Workspace::Private::adopt(Opened opened) {
    dataset = std::move(opened.dataset);
    duplicates = std::make_shared<DuplicateSearch>(dataset);
    neighbours = std::make_shared<NeighbourCache>();
    project = std::move(opened.project);
    labelNames = std::move(opened.labelSetNames);
    workingId = opened.workingLabels;
    working = std::move(opened.workingLabelSet);
    runs.open(project, dataset, std::move(opened.runs), std::move(opened.epochs));
    cache.setProject(project);
    book.open(project, std::move(opened.decisions), std::move(opened.journal));
    readRandomDecisions();
    values.clear(dataset->size());
    filter = {};
    filterChosen = false;
    threshold = opened.threshold;
    auditSize = opened.auditSample;
    stopShare = opened.stopShare;
    orderHadEvidence = false;
    Q_EMIT q->datasetChanged();
    Q_EMIT q->projectChanged();
    Q_EMIT q->runsChanged();
    Q_EMIT q->decisionsChanged({});
    std::optional<RunId> newest;
    for (const RunRecord& run : runs.records())
        if (run.epochsDone > 0) newest = run.id;
    live = false;
    if (newest) show(newest, runs.record(*newest)->epochsDone);
    else show(std::nullopt, 0);
    for (const std::string& sentence : opened.notices) Q_EMIT q->notice(QString::fromStdString(sentence));
    if (project->readOnly())
        Q_EMIT q->warning(tr("Opened read-only: %1").arg(QString::fromStdString(project->readOnlyReason())));
    if (const auto next = std::exchange(afterOpening, {})) next();
}

void Workspace::closeProject() {
    if (!d->runs.idle()) {
        Q_EMIT warning(tr("A run is under way: stop it before the project is closed"));
        return;
    }
    d->close();
}

void Workspace::saveProjectAs(const QString& file) {
    if (!d->project || !settled()) return;
    const std::filesystem::path from = d->project->file(), to = pathOf(QFileInfo(file).absoluteFilePath());
    if (from == to) return;
    const auto held = std::make_shared<std::shared_ptr<Project>>(d->project);
    d->close(); // nobody decides on what is being left
    d->pool.run(
        [held, to]() -> Status {
            std::shared_ptr<Project> project = std::exchange(*held, nullptr);
            const Status saved = project->saveAs(to, true);
            const std::weak_ptr<Project> previous = std::exchange(project, nullptr);
            waitUntilGone(previous);
            return saved;
        },
        [this, file, back = QString::fromStdString(from.string())](Status copied) {
            if (!copied) Q_EMIT warning(sentenceOf(copied.error()));
            openProject(copied ? file : back);
        });
}

void Workspace::Private::close() {
    ++openingGeneration;
    ++showGeneration;
    importStop.request_stop();
    runs.close();
    cache.setProject(nullptr);
    book.close();
    dataset.reset();
    duplicates.reset();
    if (neighbours) neighbours->stop();
    neighbours.reset();
    pictureScores.clear();
    project.reset();
    labelNames.clear();
    labelSets.clear();
    heldOut.clear();
    labelsAsked.clear();
    workingId.reset();
    working.reset();
    currentRun.reset();
    currentEpoch = 0;
    mixture.reset();
    judgedCount = suspects = 0;
    values.clear(0);
    scoresAsked.clear();
    scoreProblems.clear();
    scoreSuggestions.clear();
    fusing.reset();
    fusion.reset();
    joinedRuns.clear();
    detectorSources.clear();
    order.clear();
    view.clear();
    selection.clear();
    focus.reset();
    auditSize = 0;
    drawAudit(true);
    Q_EMIT q->datasetChanged();
    Q_EMIT q->projectChanged();
    Q_EMIT q->runsChanged();
    Q_EMIT q->currentRunChanged();
    Q_EMIT q->viewChanged();
    Q_EMIT q->selectionChanged();
    Q_EMIT q->focusChanged();
}

void Workspace::injectNoise(const NoiseOptions& options) {
    if (!d->project || !d->mayDecide()) return;
    d->pool.run(
        [dataset = d->dataset, project = d->project, options]() -> Result<KeptLabels> {
            ASSAY_TRY(LabelSet set, noisyLabelSet(*dataset, options));
            return keepLabels(*project, noiseName(options), std::move(set));
        },
        [this](Result<KeptLabels> kept) { d->adoptWorkingLabels(std::move(kept), tr("Noise injected")); });
}

void Workspace::importLabels(const QString& file, const LabelColumns& columns) {
    if (!d->project || !d->mayDecide()) return;
    d->pool.run(
        [dataset = d->dataset, project = d->project, path = pathOf(file), columns]() -> Result<KeptLabels> {
            ASSAY_TRY(LabelFile read, readLabelFile(path, *dataset, columns));
            return keepLabels(*project, path.filename().string(), std::move(read.labels));
        },
        [this](Result<KeptLabels> kept) { d->adoptWorkingLabels(std::move(kept), tr("Labels imported")); });
}

void Workspace::Private::adoptWorkingLabels(Result<KeptLabels> kept, const QString& done) {
    if (!kept) {
        Q_EMIT q->importFailed(sentenceOf(kept.error()));
        return;
    }
    if (!project) return;
    Q_EMIT q->imported();
    workingId = kept->id;
    working = kept->set;
    labelNames[kept->id] = kept->name;
    labelSets[kept->id] = *kept;
    pool.run([project = project, id = kept->id] { return project->setSetting(kWorkingLabelsKey, std::to_string(id)); },
             [](const Status&) {});
    Q_EMIT q->labelSetsChanged();
    q->showNoRun();
    Q_EMIT q->notice(QStringLiteral("%1: %2").arg(done, QString::fromStdString(kept->name)));
}

} // namespace assay::ui
