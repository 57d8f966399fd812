// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/number_column.h"

#include "core/base/text.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace assay {

namespace {

std::optional<double> anyNumber(const std::string& cell) {
    std::size_t first = cell.find_first_not_of(" \t");
    if (first == std::string::npos) return std::nullopt;
    const std::string_view text = std::string_view(cell).substr(first, cell.find_last_not_of(" \t") - first + 1);
    if (const auto value = parseReal(text)) return value;
    const std::string lower = asciiLower(text);
    if (lower == "nan" || lower == "-nan") return std::numeric_limits<double>::quiet_NaN();
    if (lower == "inf" || lower == "+inf" || lower == "infinity") return std::numeric_limits<double>::infinity();
    if (lower == "-inf" || lower == "-infinity") return -std::numeric_limits<double>::infinity();
    return std::nullopt;
}

} // namespace

bool headerIsNumbers(const CsvTable& table) {
    return !table.header.empty() && std::all_of(table.header.begin(), table.header.end(),
                                                [](const auto& cell) { return anyNumber(cell).has_value(); });
}

Result<double> numberCell(const CsvTable& table, std::size_t row, std::size_t column, const std::string& file) {
    const std::string& cell = table.rows[row][column];
    if (const auto value = anyNumber(cell)) return *value;
    return fail(ErrorCode::Format,
                "line " + std::to_string(table.rowLines[row]) + ", column " + escapeForDisplay(table.header[column]) +
                    ": \"" + escapeForDisplay(cell) + "\" is not a number",
                file);
}

Result<std::vector<double>> readNumberColumn(const std::filesystem::path& file, const std::string& column,
                                             const std::vector<std::string>& usual) {
    ASSAY_TRY(CsvTable table, readCsv(file));
    if (headerIsNumbers(table)) {
        table.rows.insert(table.rows.begin(), table.header);
        table.rowLines.insert(table.rowLines.begin(), 1);
        for (std::size_t i = 0; i < table.header.size(); ++i) table.header[i] = std::to_string(i + 1);
    }
    std::optional<std::size_t> found;
    if (!column.empty()) {
        found = table.column(column);
        if (!found) return fail(ErrorCode::NotFound, "there is no column " + escapeForDisplay(column), file.string());
    }
    for (const std::string& name : usual)
        if (!found) found = table.column(name);
    if (!found && table.header.size() == 1) found = 0;
    if (!found)
        return fail(ErrorCode::InvalidArgument, "there are several columns; say which with --column", file.string());
    std::vector<double> values;
    values.reserve(table.rows.size());
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        ASSAY_TRY(const double value, numberCell(table, row, *found, file.string()));
        values.push_back(value);
    }
    if (values.empty()) return fail(ErrorCode::Numeric, "there is no row of numbers", file.string());
    return values;
}

} // namespace assay
