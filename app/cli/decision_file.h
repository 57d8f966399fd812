// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/project/project.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace assay::cli {

/// What a table of decisions may leave to the command line.
struct DecisionDefaults {
    std::optional<Verdict> verdict; ///< where there is no column `decision`
    DecisionReason reason;          ///< a column `reason` overrides its rule
};

/// Opens the project's data set; called only where a column `file` has to be looked up.
using OpenDataset = std::function<Result<std::shared_ptr<const Dataset>>()>;

/// Reads decisions: `index` or `file` names the sample, `decision` is keep, flag, relabel or exclude, `label` (else
/// `suggested`) the new class by name or number. All or nothing: unknown, duplicate and unreadable rows are counted and
/// the first ten of each named.
[[nodiscard]] Result<std::vector<DecisionRequest>> readDecisions(const std::filesystem::path& file,
                                                                 const DatasetReference& reference,
                                                                 const OpenDataset& openDataset,
                                                                 const DecisionDefaults& defaults);

} // namespace assay::cli
