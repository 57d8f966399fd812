// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/checked_csv.h"

#include "core/base/csv.h"
#include "core/base/files.h"
#include "core/base/text.h"
#include "core/project/export_table.h"

#include <algorithm>
#include <bit>

namespace assay {

namespace {

constexpr std::string_view kBom = "\xef\xbb\xbf";

std::string textOf(const CsvCell& cell, const NumberFormat& format) {
    struct Visitor {
        const NumberFormat& format;
        std::string operator()(std::monostate) const { return {}; }
        std::string operator()(const std::string& text) const { return text; }
        std::string operator()(std::int64_t number) const { return std::to_string(number); }
        std::string operator()(float number) const { return format ? format(number, true) : formatNumber(number); }
        std::string operator()(double number) const { return format ? format(number, false) : formatNumber(number); }
    };
    return std::visit(Visitor{format}, cell);
}

/// Whether a text means what the cell means; numbers to the bit.
bool means(const std::string& text, const CsvCell& cell) {
    struct Visitor {
        const std::string& text;
        bool operator()(std::monostate) const { return text.empty(); }
        bool operator()(const std::string& expected) const { return text == expected; }
        bool operator()(std::int64_t expected) const { return parseInteger(text) == expected; }
        bool operator()(float expected) const {
            const auto number = parseReal(text);
            return number && std::bit_cast<std::uint32_t>(float(*number)) == std::bit_cast<std::uint32_t>(expected);
        }
        bool operator()(double expected) const {
            const auto number = parseReal(text);
            return number && std::bit_cast<std::uint64_t>(*number) == std::bit_cast<std::uint64_t>(expected);
        }
    };
    return std::visit(Visitor{text}, cell);
}

bool isUtf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
        if (length == 0 || i + length > text.size()) return false;
        char32_t point = length == 1 ? lead : lead & (0x7f >> length);
        for (std::size_t k = 1; k < length; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if (next >> 6 != 2) return false;
            point = point << 6 | (next & 0x3f);
        }
        constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
        if (point < kSmallest[length] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return false;
        i += length;
    }
    return true;
}

} // namespace

std::string renderCsv(const CheckedCsv& table, std::size_t firstRows, const NumberFormat& format) {
    std::string text;
    if (table.bom) text += kBom;
    const auto add = [&](const std::vector<std::string>& cells) {
        text += csvRow(cells, table.separator);
        if (table.crlf) text.insert(text.size() - 1, 1, '\r');
    };
    add(table.header);
    std::vector<CsvCell> cells;
    std::vector<std::string> texts(table.header.size());
    for (std::size_t i = 0; i < std::min(table.rows, firstRows); ++i) {
        cells.assign(table.header.size(), {});
        table.row(i, cells);
        for (std::size_t c = 0; c < cells.size(); ++c) texts[c] = textOf(cells[c], format);
        add(texts);
    }
    return text;
}

Result<std::size_t> countDifferences(const CheckedCsv& table, std::string_view text) {
    ASSAY_TRY(const CsvTable read, parseCsv(text, "the export"));
    std::size_t differences = 0;
    if (read.header != table.header) differences += table.header.size();
    const std::size_t common = std::min(table.rows, read.rows.size());
    differences += (std::max(table.rows, read.rows.size()) - common) * table.header.size();
    std::vector<CsvCell> cells;
    for (std::size_t i = 0; i < common; ++i) {
        cells.assign(table.header.size(), {});
        table.row(i, cells);
        for (std::size_t c = 0; c < cells.size(); ++c)
            differences += c >= read.rows[i].size() || !means(read.rows[i][c], cells[c]);
    }
    return differences;
}

Status writeCheckedCsv(const CheckedCsv& table, const std::filesystem::path& target, ExportReport& report,
                       const NumberFormat& format) {
    const std::string name = escapeForDisplay(target.string());
    const std::string text = renderCsv(table, SIZE_MAX, format);
    const Result<std::size_t> differences = countDifferences(table, text);
    if (!differences)
        return fail(ErrorCode::Internal,
                    "the export does not read back (" + differences.error().sentence() + "); nothing was written",
                    name);
    report.differences += *differences;
    if (*differences > 0)
        return fail(ErrorCode::Internal,
                    "the export reads back with " + withThousands(*differences) + " differences; nothing was written",
                    name);
    // The bytes themselves are read back and compared by the atomic write, before the file gets its name.
    const Status written = writeFileAtomically(target, text);
    if (!written && written.error().code == ErrorCode::NoSpace) {
        const auto room = freeSpace(target);
        return fail(ErrorCode::NoSpace,
                    "there is no room for the export: it takes " + withThousands(text.size()) + " bytes" +
                        (room ? ", " + withThousands(*room) + " are free" : std::string()),
                    name);
    }
    ASSAY_CHECK_STATUS(written);
    report.files.push_back(target);
    return {};
}

Result<ExportReport> TableExporter::write(const ExportTable& table, const ParamValues& given,
                                          const std::filesystem::path& target) const {
    ASSAY_TRY(const ParamValues settings, completeParams(description().params, given));
    ASSAY_TRY(const CheckedCsv csv, tableOf(table, settings));
    ExportReport report = summarise(table);
    if (std::string warning = formulaWarning(table); !warning.empty()) report.notes.push_back(std::move(warning));
    ASSAY_CHECK_STATUS(writeCheckedCsv(csv, target, report));
    return report;
}

Result<std::string> TableExporter::preview(const ExportTable& table, const ParamValues& given, std::size_t rows) const {
    ASSAY_TRY(const ParamValues settings, completeParams(description().params, given));
    ASSAY_TRY(const CheckedCsv csv, tableOf(table, settings));
    return renderCsv(csv, rows);
}

Status checkNames(const ExportTable& table) {
    for (const SampleIndex row : table.rows) {
        const std::string_view file = table.dataset->names[row.value];
        if (!isUtf8(file))
            return fail(
                ErrorCode::Unsupported,
                "the name of sample " + std::to_string(row.value) +
                    " is not UTF-8, which a table of files cannot carry; rename it or export by index (audit-csv)",
                escapeForDisplay(file));
    }
    for (const std::string& name : table.dataset->classNames)
        if (!isUtf8(name))
            return fail(ErrorCode::Unsupported,
                        "the name of a class is not UTF-8, which a table cannot carry; rename it",
                        escapeForDisplay(name));
    return {};
}

std::string escapeForTable(std::string text) { return isUtf8(text) ? text : escapeForDisplay(text); }

std::string formulaWarning(const ExportTable& table) {
    const auto formula = [](std::string_view text) {
        return !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
    };
    std::size_t names = 0;
    std::string first;
    for (const SampleIndex row : table.rows) {
        const std::string_view file = table.dataset->names[row.value];
        if (!formula(file)) continue;
        if (names++ == 0) first = escapeForDisplay(file);
    }
    for (const std::string& name : table.dataset->classNames) {
        if (!formula(name)) continue;
        if (names++ == 0) first = escapeForDisplay(name);
    }
    if (names == 0) return {};
    return withThousands(names) + (names == 1 ? " name" : " names") +
           " would be taken for formulas by a spreadsheet (the first: " + first + "); they are written as they are";
}

} // namespace assay
