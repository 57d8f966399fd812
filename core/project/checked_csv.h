// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/project/exporter.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace assay {

/// What a cell means: text as it is, a number, or nothing.
using CsvCell = std::variant<std::monostate, std::string, std::int64_t, float, double>;

/// A table that knows what it means, so that the file can be held against it cell by cell.
struct CheckedCsv {
    std::vector<std::string> header;
    std::size_t rows = 0;
    /// Fills in the cells of one row, header.size() of them. Called once to write, once to compare.
    std::function<void(std::size_t row, std::vector<CsvCell>& cells)> row;
    char separator = ',';
    bool bom = false;  ///< a byte-order mark first: only where a template has one
    bool crlf = false; ///< lines end in CR LF: only where a template's do
};

/// How a number becomes text; another one than formatNumber is a fault that the comparison must find.
using NumberFormat = std::function<std::string(double value, bool single)>;

[[nodiscard]] std::string renderCsv(const CheckedCsv& table, std::size_t firstRows = SIZE_MAX,
                                    const NumberFormat& format = {});
/// Cells that do not read back as what they mean; a missing or additional row counts its cells.
[[nodiscard]] Result<std::size_t> countDifferences(const CheckedCsv& table, std::string_view text);
/// Renders, reads back, compares, and only then writes `target`, atomically. Fails, target untouched, at any
/// difference.
[[nodiscard]] Status writeCheckedCsv(const CheckedCsv& table, const std::filesystem::path& target, ExportReport& report,
                                     const NumberFormat& format = {});

/// An exporter whose file is one table.
class TableExporter : public Exporter {
public:
    [[nodiscard]] Result<ExportReport> write(const ExportTable& table, const ParamValues& settings,
                                             const std::filesystem::path& target) const override;
    [[nodiscard]] Result<std::string> preview(const ExportTable& table, const ParamValues& settings,
                                              std::size_t rows) const override;

protected:
    /// The file as it is to be; `settings` are complete. It may refer to `table`, which outlives it.
    [[nodiscard]] virtual Result<CheckedCsv> tableOf(const ExportTable& table, const ParamValues& settings) const = 0;
};

/// Refuses names that are not UTF-8, which a table cannot carry: names the first of them.
[[nodiscard]] Status checkNames(const ExportTable& table);
/// A text as it is, or, where it is not UTF-8, with its bytes escaped: for tables whose rows are known by index.
[[nodiscard]] std::string escapeForTable(std::string text);
/// Says how many cells a spreadsheet would take for formulas; empty where none. Label files are never altered for it.
[[nodiscard]] std::string formulaWarning(const ExportTable& table);

} // namespace assay
