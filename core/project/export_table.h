// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/score.h"
#include "core/project/exporter.h"
#include "core/project/project.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay {

/// What a person chose for an export. The window and the command line fill in the same, so they write the same.
struct ExportChoice {
    ExportInclude include = ExportInclude::All;
    ExcludedPolicy excluded = ExcludedPolicy::LeaveOut;
    FlaggedPolicy flagged = FlaggedPolicy::KeepGiven;
    /// [N] labels that the decisions are about. Empty: those that the run was trained on, or, without a run or where
    /// the run's came from the journal, those that the data set came with.
    std::vector<Label> given;
    std::optional<RunId> run;           ///< whose numbers go into the file
    std::optional<int> epoch;           ///< its newest, unless said otherwise
    std::shared_ptr<const Score> score; ///< null: no score
    std::optional<Revision> revision;   ///< the decisions as of then; now, unless said otherwise
};

/// Gathers labels, decisions and numbers for an exporter. Fails where data set and project differ in samples or
/// classes, or where run and epoch hold no evidence.
[[nodiscard]] Result<ExportTable> buildExportTable(const Project& project, const Dataset& dataset,
                                                   const Exporter& exporter, const ExportChoice& choice);

/// "all", "changed", "kept".
[[nodiscard]] Result<ExportInclude> parseInclude(const std::string& name);

/// How many samples each class has before and after, [K]; for the preview. Rows left out count before only.
struct ClassCounts {
    std::vector<std::size_t> given, effective;
};
[[nodiscard]] ClassCounts countClasses(const Dataset& dataset, const ExportTable& table, std::span<const Label> given);

/// Rows, relabelled, excluded and flagged samples of a table (those left out, too): the figures that every report
/// begins with.
[[nodiscard]] ExportReport summarise(const ExportTable& table);
/// What an exported label rests on: names of the columns decision, run, epoch and confidence.
[[nodiscard]] const std::array<std::string, 4>& provenanceColumns();
/// The same of a row of the table; empty where nothing is known.
[[nodiscard]] std::array<std::string, 4> provenanceOf(const ExportTable& table, std::size_t row);
/// A class by name; empty for kNoLabel.
[[nodiscard]] std::string className(const Dataset& dataset, Label label);

} // namespace assay
