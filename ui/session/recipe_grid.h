// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/experiment_grid.h"

#include <QString>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace assay::ui {

/// A recipe's grid held against an open project: which of its runs are there already. Plain values.
struct RecipeGrid {
    /// Labels of the grid: their kind, and the seed where they are noise.
    using LabelKey = std::pair<std::size_t, std::uint64_t>;
    struct Cell {
        ExperimentCell cell;
        RunConfig config;
        std::string text; ///< of the config: equal texts are equal runs
        LabelKey labels;
        std::optional<RunRecord> run; ///< the project's newest with these settings on these labels
    };

    Experiment experiment;
    std::vector<Cell> cells;                              ///< in the order in which they are run
    std::map<LabelKey, std::set<std::int64_t>> labelSets; ///< of the project that are these labels

    /// Looks every cell's run up again.
    void match(const std::vector<RunRecord>& runs, const Registry& registry);
    [[nodiscard]] std::size_t finished() const;
    [[nodiscard]] std::size_t underWay() const; ///< running or waiting
    /// Neither finished nor under way, in order.
    [[nodiscard]] std::vector<const Cell*> missing() const;
    [[nodiscard]] std::vector<RunId> finishedRuns() const;
};

/// The grid with every setting held against the catalogues; its runs are not looked up yet.
[[nodiscard]] Result<RecipeGrid> planRecipe(Experiment experiment, const Registry& registry);
/// Which label sets of the project are those of the grid; makes all of them, so that what cannot be made is told before
/// the first run. Any thread.
[[nodiscard]] Result<std::map<RecipeGrid::LabelKey, std::set<std::int64_t>>>
findLabelSets(const RecipeGrid& grid, const Dataset& dataset, const Project& project);
/// Which label set each kind of labels of the missing runs is learnt as; what the project does not have is stored. Of
/// noise it is the one of the recipe's own name, which tells the seed: by it runs are grouped and paired. Any thread.
[[nodiscard]] Result<std::map<RecipeGrid::LabelKey, std::int64_t>>
storeLabelSets(const RecipeGrid& grid, const Dataset& dataset, Project& project);
/// What the finished runs came to. Any thread.
[[nodiscard]] Result<std::vector<ExperimentOutcome>> outcomesOf(const RecipeGrid& grid, const Dataset& dataset,
                                                                const Project& project);

/// Where a recipe names another data set than the open one: a sentence that says so; else empty.
[[nodiscard]] QString datasetDifference(const Experiment& experiment, const std::filesystem::path& open);
/// The recipes that come with Assay, by name.
[[nodiscard]] std::vector<std::filesystem::path> bundledRecipes();

} // namespace assay::ui
