// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/recipe_grid.h"

#include "core/project/probability_run.h"
#include "ui/session/example.h"
#include "ui/session/run_queue.h"

#include <QCoreApplication>

#include <algorithm>
#include <system_error>

namespace assay::ui {
namespace {

namespace fs = std::filesystem;
using LabelSets = std::map<RecipeGrid::LabelKey, std::set<std::int64_t>>;

RecipeGrid::LabelKey keyOf(const Experiment& experiment, const ExperimentCell& cell) {
    return {cell.labels, experiment.labels[cell.labels].noise ? cell.seed : 0};
}

Result<ExperimentLabelSet> labelsOf(const RecipeGrid& grid, const RecipeGrid::LabelKey& key, const Dataset& dataset) {
    return makeLabels(grid.experiment.labels[key.first], key.second, dataset);
}

} // namespace

void RecipeGrid::match(const std::vector<RunRecord>& runs, const Registry& registry) {
    std::vector<std::string> texts;
    for (const RunRecord& run : runs)
        texts.push_back(run.revision ? std::string() : toText(completed(run.config, registry)));
    for (Cell& cell : cells) {
        cell.run.reset();
        const std::set<std::int64_t>& sets = labelSets[cell.labels];
        for (std::size_t i = runs.size(); i-- > 0 && !cell.run;)
            if (texts[i] == cell.text && sets.contains(runs[i].labelSet)) cell.run = runs[i];
    }
}

std::size_t RecipeGrid::finished() const {
    return std::size_t(std::count_if(cells.begin(), cells.end(), [](const Cell& cell) {
        return cell.run && cell.run->state == RunState::Finished;
    }));
}

std::size_t RecipeGrid::underWay() const {
    return std::size_t(std::count_if(cells.begin(), cells.end(),
                                     [](const Cell& cell) { return cell.run && !isOver(cell.run->state); }));
}

std::vector<const RecipeGrid::Cell*> RecipeGrid::missing() const {
    std::vector<const Cell*> found;
    for (const Cell& cell : cells)
        if (!cell.run || (isOver(cell.run->state) && cell.run->state != RunState::Finished)) found.push_back(&cell);
    return found;
}

std::vector<RunId> RecipeGrid::finishedRuns() const {
    std::vector<RunId> runs;
    for (const Cell& cell : cells)
        if (cell.run && cell.run->state == RunState::Finished) runs.push_back(cell.run->id);
    return runs;
}

Result<RecipeGrid> planRecipe(Experiment experiment, const Registry& registry) {
    RecipeGrid grid;
    for (const ExperimentCell& cell : cellsOf(experiment)) {
        ASSAY_TRY(RunConfig config, completeConfig(experiment, cell, registry));
        std::string text = toText(config);
        grid.cells.push_back({cell, std::move(config), std::move(text), keyOf(experiment, cell), std::nullopt});
        grid.labelSets[grid.cells.back().labels];
    }
    grid.experiment = std::move(experiment);
    return grid;
}

Result<LabelSets> findLabelSets(const RecipeGrid& grid, const Dataset& dataset, const Project& project) {
    ASSAY_TRY(const std::vector<StoredLabelSet> stored, project.labelSets());
    LabelSets found;
    for (const auto& [key, known] : grid.labelSets) {
        ASSAY_TRY(const ExperimentLabelSet made, labelsOf(grid, key, dataset));
        for (const StoredLabelSet& one : stored)
            if (sameLabels(one.set, made.set)) found[key].insert(one.id);
    }
    return found;
}

Result<std::map<RecipeGrid::LabelKey, std::int64_t>> storeLabelSets(const RecipeGrid& grid, const Dataset& dataset,
                                                                    Project& project) {
    std::map<RecipeGrid::LabelKey, std::int64_t> learnt;
    for (const RecipeGrid::Cell* cell : grid.missing()) {
        const RecipeGrid::LabelKey& key = cell->labels;
        if (cell->run || learnt.contains(key)) continue;
        const std::set<std::int64_t>& known = grid.labelSets.at(key);
        if (!known.empty() && !grid.experiment.labels[key.first].noise) {
            learnt[key] = *known.begin();
            continue;
        }
        ASSAY_TRY(const ExperimentLabelSet made, labelsOf(grid, key, dataset));
        ASSAY_TRY(learnt[key], findOrAddLabelSet(project, made.name, made.set));
    }
    return learnt;
}

Result<std::vector<ExperimentOutcome>> outcomesOf(const RecipeGrid& grid, const Dataset& dataset,
                                                  const Project& project) {
    std::vector<ExperimentOutcome> outcomes;
    for (const RecipeGrid::Cell& cell : grid.cells) {
        if (!cell.run || cell.run->state != RunState::Finished) continue;
        ASSAY_TRY(ExperimentOutcome outcome, outcomeOf(grid.experiment, cell.cell, project, dataset, *cell.run));
        outcomes.push_back(outcome);
    }
    return outcomes;
}

QString datasetDifference(const Experiment& experiment, const fs::path& open) {
    std::error_code code;
    if (experiment.dataset.empty() ||
        fs::weakly_canonical(experiment.dataset, code) == fs::weakly_canonical(open, code))
        return {};
    return QCoreApplication::translate("RecipeGrid",
                                       "The recipe was written for the data set %1; here it runs on the open one, %2.")
        .arg(QString::fromStdString(experiment.dataset.filename().string()),
             QString::fromStdString(open.filename().string()));
}

std::vector<fs::path> bundledRecipes() {
    const fs::path example = exampleFolder(); // the recipes lie beside it
    std::vector<fs::path> files;
    std::error_code code;
    if (example.empty()) return files;
    for (const auto& entry : fs::directory_iterator(example.parent_path() / "recipes", code))
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace assay::ui
