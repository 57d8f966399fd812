// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/params.h"
#include "core/base/result.h"
#include "core/data/label_set.h"
#include "core/data/noise.h"
#include "core/train/run_config.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// Settings as a recipe gives them: text, not yet held against the method's own.
using SettingTexts = std::map<std::string, std::string>;

/// Labels that an experiment trains on: the data set's own, made wrong by a noise model, or a file's.
struct ExperimentLabels {
    std::string name;
    std::optional<NoiseOptions> noise; ///< its seed is that of each run
    std::string classMap;              ///< for asymmetric noise, "cat=dog,dog=cat"; empty: the published one
    std::filesystem::path file;        ///< empty: none
    LabelColumns columns;
    std::filesystem::path labelledFile; ///< lists the samples whose labels count; empty: all do
    SettingTexts settings;              ///< of every method on these labels: how many of them count, say
};

/// What a paper reports for a row: test accuracies in percent.
struct PublishedFigures {
    std::optional<double> best, last, meanOfLastTen;
};

/// A method with the settings that the experiment gives it. A [[method]] of which settings are lists makes one for each
/// combination of their values, named "fixmatch, threshold 0.5".
struct ExperimentMethod {
    std::string name; ///< heading of its rows; unique
    std::string id;
    SettingTexts settings;                          ///< those of the whole recipe are among them
    std::map<std::string, SettingTexts> settingsOn; ///< by the name of the labels: in the place of all others
    std::optional<int> epochs;
    std::map<std::string, PublishedFigures> published; ///< by the name of the labels
    std::string source;                                ///< where the published figures stand
};

/// A grid of runs: all labels × networks × seeds × methods.
struct Experiment {
    std::string title;
    std::filesystem::path dataset; ///< absolute
    std::vector<ExperimentLabels> labels;
    std::vector<std::string> networks;
    std::vector<std::uint64_t> seeds;
    std::vector<ExperimentMethod> methods;
    std::size_t reference = 0; ///< the method that the others' differences are told against
    double threshold = 0.5;    ///< of the detection figures
    RunConfig base;            ///< epochs, threads, subset, image size, device, weights
};

/// One run of the grid.
struct ExperimentCell {
    std::size_t labels = 0, network = 0, method = 0;
    std::uint64_t seed = 1;
};

/// Reads a recipe (TOML). Paths are relative to its folder. Every unknown key, wrong type, missing part or doubled name
/// is an error that names the line.
[[nodiscard]] Result<Experiment> readExperiment(const std::filesystem::path& file);
[[nodiscard]] Result<Experiment> parseExperiment(std::string_view text, const std::filesystem::path& folder,
                                                 const std::string& name);

/// The grid in the order in which it is run: labels, then networks, then seeds; so that the first rows of the
/// comparison are whole early.
[[nodiscard]] std::vector<ExperimentCell> cellsOf(const Experiment& experiment);
/// The settings that a cell's method is given.
[[nodiscard]] SettingTexts settingsOf(const Experiment& experiment, const ExperimentCell& cell);
/// What a cell's run is set to, but for the method's settings.
[[nodiscard]] RunConfig configOf(const Experiment& experiment, const ExperimentCell& cell);

} // namespace assay
