// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/data/label_set.h"
#include "core/project/project.h"
#include "core/stats/ranking.h"

#include <QString>
#include <QStringList>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::ui {

/// What one run came to.
struct RunFigures {
    RunRecord run;
    QString labels;        ///< name of its label set
    QString title;         ///< among the project's runs, see runTitles(); empty: runTitle()
    std::string labelling; ///< the same for label sets that differ only in which labels count; empty: unknown
    std::shared_ptr<const std::vector<EpochSummary>> epochs;
    double best = 0, last = 0, mean10 = 0;            ///< accuracy on the test split, else validation; NaN where none
    std::optional<stats::DetectionQuality> detection; ///< where the truth is known
    QString detectionMissing;                         ///< why there is none
    double secondsPerEpoch = 0;                       ///< NaN where unknown
    std::vector<std::uint8_t> suspects;               ///< [N] past the threshold in the last epoch, training split only
    std::vector<std::uint8_t> judged; ///< [N] the others that it has judged are clean; of the rest it says nothing
    std::vector<Label> suggested;     ///< [N] the last prediction, kNoLabel where there is none
};

/// Accuracies and time from the epochs, detection and suspects from the last epoch's evidence (may be null).
/// Samples are ranked by p(noisy), equal ones by loss; F1 is that at `threshold`.
[[nodiscard]] RunFigures runFigures(const RunRecord& run, std::shared_ptr<const std::vector<EpochSummary>> epochs,
                                    const Evidence* evidence, const LabelSet& labels, std::span<const Split> splits,
                                    double threshold);

/// The same, read from a project; errors name the run. Any thread.
[[nodiscard]] Result<RunFigures> readRunFigures(const Project& project, const RunRecord& run,
                                                std::span<const Split> splits, double threshold);

/// Jaccard index of the suspects of each pair among the pictures that both have judged, [R][R]; NaN where there are
/// none.
[[nodiscard]] std::vector<std::vector<double>> agreementMatrix(const std::vector<RunFigures>& runs);
/// Suspects of a and b both (a == b: those of a), and those of exactly one of them that the other holds to be clean.
[[nodiscard]] std::vector<SampleIndex> sharedSuspects(const RunFigures& a, const RunFigures& b);
[[nodiscard]] std::vector<SampleIndex> differingSuspects(const RunFigures& a, const RunFigures& b);

/// Suspects of some of the runs but not of all that have judged them, the most divided first.
[[nodiscard]] std::vector<SampleIndex> disputedSamples(const std::vector<RunFigures>& runs);

/// A row of the table: one run, or several that differ in their seed only.
struct ComparisonRow {
    QString name;
    std::vector<RunId> runs;
    int colour = 0;
    QStringList cells;                        ///< as shown, aligned with ComparisonTable::columns
    std::vector<stats::MeanInterval> numbers; ///< aligned with ComparisonTable::figures; shares as they are
    QString settings; ///< the method's that are not its defaults and have no column of their own
};
struct ComparisonTable {
    QStringList columns;    ///< figures, settings with a column each, and the other settings where they differ
    QStringList figures;    ///< what the first columns are called in files
    qsizetype settings = 0; ///< how many settings have a column
    std::vector<ComparisonRow> rows;
    bool paired = false; ///< some run has a partner among those of the reference
    /// Every number in a cell of its own: mean, half-width and how many.
    [[nodiscard]] QString toCsv() const;
    /// A table of figures and one of settings, as shown.
    [[nodiscard]] QString toMarkdown() const;
};
/// Default settings by the method's id.
using MethodDefaults = std::map<std::string, ParamValues>;
/// `grouped`: runs of the same labels and settings but for the seed become one row, mean ± half-width of the 95 %
/// interval. Settings that every row has and that differ become columns; of the others the last column tells those
/// that are not in `defaults`. `onlyDifferences` leaves out figures that are the same in every row. Row `reference` is
/// what the Δ columns are about: a finished run is paired with the finished run of the reference's settings that has
/// the same seed and the same labels, whichever of them count; several pairs become their mean ± half-width. There are
/// no Δ columns where there are no pairs.
[[nodiscard]] ComparisonTable comparisonTable(const std::vector<RunFigures>& runs, bool grouped, bool onlyDifferences,
                                              std::size_t reference = 0, const MethodDefaults& defaults = {});
/// Whether there are two runs that make a pair, whatever the reference.
[[nodiscard]] bool anyPairs(const std::vector<RunFigures>& runs);
[[nodiscard]] QString titleOf(const RunFigures& figures);
/// Which runs make a row when grouped: indices into `runs`. Label sets that differ in the seed of their noise only
/// count as the same; a run that has not finished has a row of its own.
[[nodiscard]] std::vector<std::vector<std::size_t>> groupBySeed(const std::vector<RunFigures>& runs);

} // namespace assay::ui
