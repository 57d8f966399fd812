// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/registry.h"
#include "core/data/dataset.h"
#include "core/data/label_set.h"
#include "core/project/project.h"

#include <QString>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace assay::ui {

/// A file's name as a person wrote it down.
[[nodiscard]] std::filesystem::path pathOf(const QString& text);

/// What a person asked to be opened.
struct OpenRequest {
    std::filesystem::path dataset; ///< a data set, or empty
    std::filesystem::path project; ///< a project file; with `dataset` set: where the data set is now
    std::string fileColumn, labelColumn;
    std::filesystem::path projectFolder; ///< where projects of bare data sets are kept
    std::string projectName;             ///< of a bare data set; empty: from its location
};

/// Share of wrong labels at which a review may stop, unless told otherwise.
inline constexpr double kUsualStopShare = 0.01;

/// A data set and its project with everything that the window shows at once.
struct Opened {
    std::shared_ptr<const Dataset> dataset;
    std::shared_ptr<Project> project;
    std::vector<RunRecord> runs;
    std::map<std::int64_t, std::shared_ptr<const std::vector<EpochSummary>>> epochs;
    std::map<std::int64_t, std::string> labelSetNames;
    std::optional<std::int64_t> workingLabels; ///< label set in force where no run is on show
    std::shared_ptr<const LabelSet> workingLabelSet;
    std::vector<JournalEntry> journal;
    std::vector<DecisionState> decisions; ///< [N]
    double threshold = 0.5;
    std::size_t auditSample = 0; ///< size of the sample that is asked about at random
    double stopShare = kUsualStopShare;
    std::vector<std::string> notices; ///< what a person should know
};

/// A project whose data set is not where it was.
struct MissingDataset {
    std::filesystem::path project;
    std::filesystem::path location;
};

/// Columns of a label table and what they seem to be.
struct TableColumns {
    std::vector<std::string> names;
    std::string file, label; ///< the guess
};

/// What the project remembers for the window.
inline constexpr const char* kWorkingLabelsKey = "window/working-labels";
inline constexpr const char* kAuditSampleKey = "window/audit-sample";
inline constexpr const char* kStopShareKey = "window/stop-share";

/// Opens what was asked for; runs that a dead process left behind become "interrupted". Any thread.
/// NotFound with `missing` filled in where only the data set of a project is gone.
[[nodiscard]] Result<Opened> openAll(const OpenRequest& request, const Catalogue<DatasetReader>& readers,
                                     const ProgressFn& progress, std::stop_token stop,
                                     std::optional<MissingDataset>& missing);

/// Reads the header and first rows of a table and guesses the two columns. Any thread.
[[nodiscard]] Result<TableColumns> guessColumns(const std::filesystem::path& table);

} // namespace assay::ui
