// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/csv.h"
#include "core/base/result.h"

#include <filesystem>

namespace assay {

struct LabelTable : CsvTable {
    bool headerless = false; ///< a bare list of labels: the first of them stands in the place of the header
};

/// A label file of any kind as a table of text, told apart by its first bytes:
/// - CSV;
/// - NumPy's .npy with one whole number a sample: one column;
/// - JSON, one list of numbers or names, as DivideMix writes its noise files, whatever the file is called: one column;
/// - the .pt files of CIFAR-10N and CIFAR-100N (Wei et al., ICLR 2022): `index` and a column for each of their label
///   vectors. They are read by their published layout; nothing in them is executed.
/// .npy and JSON are headerless; whether a column of text is, only its reader can tell. Errors name what is wrong.
[[nodiscard]] Result<LabelTable> readLabelTable(const std::filesystem::path& file);

} // namespace assay
