// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/project/journal.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace assay {

/// What goes into a file, decided before any format is asked: the same for window and command line.
struct ExportTable {
    const Dataset* dataset = nullptr;
    std::vector<SampleIndex> rows;          ///< which samples, in this order
    std::vector<Label> given;               ///< [rows] labels before the decisions
    std::vector<Label> effective;           ///< [rows]
    std::vector<DecisionState> decisions;   ///< [rows]
    std::vector<Label> suggested;           ///< [rows], or empty
    std::vector<float> score, pNoisy, loss; ///< [rows], or empty: no run chosen, or it has no such number
    std::vector<Label> predicted;           ///< [rows], or empty
    std::vector<std::uint8_t> scored;       ///< [rows] 0: the run did not see this sample, its numbers mean nothing
    std::string scoreId;
    std::vector<std::string> reason, who, time; ///< [rows], or empty
    /// [rows], or empty: what the decision was made by, as "run 3" and "pseudo-label=0.981"
    std::vector<std::string> decisionRun, decisionScore;
    std::string run; ///< "3 co-teaching", or empty
    /// [rows], or empty: of a decision that took a pseudo-label the epoch that gave it, and how sure the run was
    std::vector<std::string> decisionEpoch, decisionConfidence;
    std::size_t excludedOut = 0, flaggedOut = 0; ///< samples that have no row because they are excluded or flagged
};

/// Which rows an export holds: every one, those whose label the decisions changed, or those whose label they left as
/// it was given and that are not excluded.
enum class ExportInclude { All, Changed, Kept };
/// What becomes of excluded and of flagged samples.
enum class ExcludedPolicy { LeaveOut, KeepGiven };
enum class FlaggedPolicy { KeepGiven, LeaveOut };

/// What was written, after it was read back and compared.
struct ExportReport {
    std::size_t rows = 0, relabelled = 0, excluded = 0, flagged = 0; ///< excluded and flagged ones without a row, too
    std::size_t excludedOut = 0, flaggedOut = 0;                     ///< those without
    std::size_t differences = 0; ///< between what was meant and what was read back; 0, or the export failed
    std::vector<std::filesystem::path> files;
    std::vector<std::string> notes; ///< what a person should know, a sentence each
};

/// Writes one format. Stateless; any thread.
class Exporter {
public:
    virtual ~Exporter() = default;
    /// Parameters, among them "template" for a template file.
    [[nodiscard]] virtual const Description& description() const = 0;
    /// True for reports: excluded and flagged samples are rows like any other, whatever the policies say.
    [[nodiscard]] virtual bool wantsEverySample() const { return false; }
    /// Writes `target` atomically (a folder: entry by entry), reads it back, compares.
    [[nodiscard]] virtual Result<ExportReport> write(const ExportTable& table, const ParamValues& settings,
                                                     const std::filesystem::path& target) const = 0;
    /// The first lines as they would be written; for the preview.
    [[nodiscard]] virtual Result<std::string> preview(const ExportTable& table, const ParamValues& settings,
                                                      std::size_t rows) const = 0;
};

} // namespace assay
