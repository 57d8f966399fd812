// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// A table read from a file of separated values: RFC 4180 quoting; BOM, CRLF, CR and a missing last newline
/// accepted; the separator (comma, semicolon, tab) is found by looking. Cells are text, nothing is converted.
struct CsvTable {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows; ///< every row has header.size() cells
    std::vector<std::size_t> rowLines;          ///< 1-based line in the file at which each row begins
    char separator = ',';

    /// Position of a column by its exact name.
    [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const;
};

/// The names of its columns for a message: the first twelve, and how many more there are.
[[nodiscard]] std::string columnList(const CsvTable& table);

/// Limits: 4,096 columns, 1 MiB a field, 64 MiB a row; NUL, UTF-16, an unclosed quote or a row of another
/// width are errors that name the row.
[[nodiscard]] Result<CsvTable> readCsv(const std::filesystem::path& file);
/// The same on bytes in memory; `name` is what errors call it.
[[nodiscard]] Result<CsvTable> parseCsv(std::string_view bytes, const std::string& name);

/// Quoted where RFC 4180 asks for it, else as it is. Content is never altered.
[[nodiscard]] std::string csvCell(std::string_view cell, char separator = ',');
/// A row with its LF.
[[nodiscard]] std::string csvRow(const std::vector<std::string>& cells, char separator = ',');

} // namespace assay
