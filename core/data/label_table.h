// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/csv.h"
#include "core/base/result.h"

#include <filesystem>

namespace assay {

/// A label file of any kind as a table of text, told apart by its first bytes:
/// - CSV;
/// - NumPy's .npy with one whole number a sample: one column;
/// - JSON, one list of numbers or names, as DivideMix writes its noise files: one column;
/// - the .pt files of CIFAR-10N and CIFAR-100N (Wei et al., ICLR 2022): `index` and a column for each of their label
///   vectors. They are read by their published layout; nothing in them is executed.
/// A table of one column has no header of its own: the first label stands there. Errors name what is wrong.
[[nodiscard]] Result<CsvTable> readLabelTable(const std::filesystem::path& file);

} // namespace assay
