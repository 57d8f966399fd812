// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/csv.h"
#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace assay {

/// The numbers of one column of a CSV, in order of rows: the column of that name, else the first of `usual` that is
/// there, else the only column. A file without a header (its first row is numbers) is read from its first row. "nan"
/// and "inf" are numbers here; any other text is an error that names row and column.
[[nodiscard]] Result<std::vector<double>> readNumberColumn(const std::filesystem::path& file, const std::string& column,
                                                           const std::vector<std::string>& usual);

/// A cell as a number, "nan" and "inf" included; the error names row and column.
[[nodiscard]] Result<double> numberCell(const CsvTable& table, std::size_t row, std::size_t column,
                                        const std::string& file);

/// True where every cell of the header is a number: the file has no header.
[[nodiscard]] bool headerIsNumbers(const CsvTable& table);

} // namespace assay
