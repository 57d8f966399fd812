// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/npy.h"
#include "core/base/result.h"
#include "core/stats/confident_learning.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace assay {

/// Probabilities as a file has them, [N, K] row by row; not checked yet. An .npy array stays in its file.
struct ProbabilityTable {
    NpyMatrix mapped;           ///< empty for a CSV
    std::vector<double> values; ///< of a CSV, or of rows that were normalised
    std::size_t classes = 0;
    std::vector<std::string> classNames; ///< [K] where the file or the labels name them, else empty
    bool namedByLabels = false;          ///< the names are the labels' words, sorted
    std::vector<std::string> files;      ///< [N] of a column `file`, else empty
    std::optional<Error> namedTwice{};   ///< where two rows have one file: labels cannot be joined by it
    [[nodiscard]] std::size_t rows() const {
        return mapped.rows > 0 ? mapped.rows : values.size() / (classes > 0 ? classes : 1);
    }
    /// Calls use(probabilities), with floats or with doubles.
    template <class Use>
    auto with(const Use& use) const {
        constexpr std::size_t kLarge = std::size_t(512) << 20;
        if (!mapped.floats.empty())
            return use(stats::FloatProbabilities{mapped.floats, classes, mapped.floats.size_bytes() > kLarge});
        if (!mapped.doubles.empty())
            return use(stats::Probabilities{mapped.doubles, classes,
                                            mapped.file != nullptr && mapped.doubles.size_bytes() > kLarge});
        return use(stats::Probabilities{values, classes});
    }
    /// Divides every row by its sum.
    [[nodiscard]] Status normalise();
};

/// From a CSV (a header of class names or of 0, 1, 2, …; a column `index` orders the rows, a column `file` names them)
/// or an .npy array of two axes.
[[nodiscard]] Result<ProbabilityTable> readProbabilities(const std::filesystem::path& file);

/// One label for each row of the table, from a CSV (a column `index` orders the rows, as does `file` where both files
/// have it, and names no sample twice) or an .npy array of one axis. Labels are the names of the table's classes, or
/// their numbers; where the table has no names and the labels are words, their sorted order numbers them, and the names
/// are kept in the table.
[[nodiscard]] Result<std::vector<Label>> readLabelsFor(const std::filesystem::path& file, const std::string& column,
                                                       ProbabilityTable& table);

/// Names the columns of a table that does not, in its order; nothing where `names` is empty.
[[nodiscard]] Status nameClasses(ProbabilityTable& table, const std::vector<std::string>& names);

} // namespace assay
