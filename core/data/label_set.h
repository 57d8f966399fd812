// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/data/dataset.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace assay {

enum class LabelOrigin { Given, NoiseModel, File, Journal, Pseudo, Cleaning };
/// "given", "noise", "file", "journal", "pseudo", "cleaning".
[[nodiscard]] std::string_view labelOriginName(LabelOrigin origin);

/// One label for every sample, and where it came from. Immutable once published.
struct LabelSet {
    LabelOrigin origin = LabelOrigin::Given;
    std::string source;            ///< file name, noise model with rate and seed, "revision 37", or run and round
    std::vector<Label> labels;     ///< [N]
    std::vector<Label> trueLabels; ///< [N], or empty where unknown
    /// [N] 1 = the label counts; 0 = it is kept and scored, but never learnt from. Empty: every label counts.
    std::vector<std::uint8_t> trusted{};
    [[nodiscard]] std::string hash() const; ///< over labels and which of them count
    [[nodiscard]] bool counts(std::size_t sample) const {
        return labels[sample] != kNoLabel && (trusted.empty() || trusted[sample] != 0);
    }
};

/// The same labels, of which the same count, and the same truth, whatever they are called.
[[nodiscard]] bool sameLabels(const LabelSet& one, const LabelSet& other);

/// The labels that came with the data set.
[[nodiscard]] LabelSet givenLabelSet(const Dataset& dataset);

/// Columns of a label file; empty names are guessed: `index` or `file` names the sample, `label` (or the only
/// other column that is not a truth) holds class names or numbers, `true_label` or `clean_label` the truth.
struct LabelColumns {
    std::string label;
    std::string truth;
};

/// What a label file says. Samples that it does not name keep the data set's label, and its truth where that came with
/// it: else whether their label is right is not known.
struct LabelFile {
    LabelSet labels;
    std::size_t rows = 0;
    std::size_t unnamed = 0;           ///< samples that the file does not name
    std::vector<std::uint8_t> named{}; ///< [N] 1 = the file names it
    bool tellsTruth = false;           ///< a column of the file holds it
};

/// Reads a CSV with a header, one label a line, or what else readLabelTable() knows; an empty cell or -1 is no label,
/// and the source says how many. All or nothing: ids and classes that are unknown, ids named twice are errors with file
/// and row.
[[nodiscard]] Result<LabelFile> readLabelFile(const std::filesystem::path& file, const Dataset& dataset,
                                              const LabelColumns& columns = {});

/// Samples that a file names, in order of index.
struct SampleList {
    std::vector<SampleIndex> samples;
    std::vector<Label> labels{}; ///< what the file says of each, kNoLabel: nothing; empty: it has no such column
};

/// Reads a CSV: with a header, its column `index` or `file`; without one, its only column. `withLabels`: a column of
/// labels, by a name that readLabelFile() knows, is read too. All or nothing: unknown ids and classes, and a file that
/// names no sample, are errors.
[[nodiscard]] Result<SampleList> readSampleList(const std::filesystem::path& file, const Dataset& dataset,
                                                bool withLabels = true);

} // namespace assay
