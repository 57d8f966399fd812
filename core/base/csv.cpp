// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/csv.h"

#include "core/base/files.h"
#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <csv.h>
#include <memory>

namespace assay {
namespace {

constexpr std::size_t kMostColumns = 4096;
constexpr std::size_t kColumnsShown = 12;
constexpr std::size_t kNameShown = 60; ///< bytes of a column's name in a message
constexpr std::size_t kLongestField = 1 << 20;
constexpr std::size_t kLongestRow = 64 << 20;

/// The separator that stands outside quotes most often in the first line; the comma where there is none.
char guessSeparator(std::string_view bytes) {
    std::array<std::size_t, 3> counts{};
    constexpr std::string_view kCandidates = ",;\t";
    bool quoted = false;
    for (const char c : bytes) {
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '\n' || c == '\r') break;
        if (const auto at = kCandidates.find(c); at != std::string_view::npos) ++counts[at];
    }
    return kCandidates[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin())];
}

std::string rowName(std::size_t line) { return "line " + withThousands(line); }

/// Collects what libcsv hands over, field by field.
struct Builder {
    CsvTable table;
    std::vector<std::string> row;
    std::size_t rowBytes = 0;
    std::size_t currentLine = 1, rowLine = 1;
    bool atRowStart = true;
    std::string problem;

    void field(std::string_view text) {
        if (!problem.empty()) return;
        if (text.size() > kLongestField) problem = rowName(rowLine) + " has a field longer than 1 MiB";
        else if (row.size() >= kMostColumns) problem = rowName(rowLine) + " has more than 4,096 columns";
        else if ((rowBytes += text.size()) > kLongestRow) problem = rowName(rowLine) + " is longer than 64 MiB";
        else row.emplace_back(text);
    }
    void endRow() {
        if (!problem.empty()) return;
        if (table.header.empty()) {
            table.header = std::move(row);
        } else if (row.size() == table.header.size()) {
            table.rows.push_back(std::move(row));
            table.rowLines.push_back(rowLine);
        } else {
            problem = rowName(rowLine) + " has " + std::to_string(row.size()) + " cells where the header has " +
                      std::to_string(table.header.size());
        }
        row = {};
        rowBytes = 0;
        atRowStart = true;
    }
};

void onField(void* text, std::size_t length, void* builder) {
    static_cast<Builder*>(builder)->field({static_cast<const char*>(text), length});
}
void onRow(int, void* builder) { static_cast<Builder*>(builder)->endRow(); }

struct ParserCloser {
    void operator()(csv_parser* parser) const {
        csv_free(parser);
        delete parser;
    }
};

tl::unexpected<Error> broken(std::string reason, const std::string& name) {
    return fail(ErrorCode::Format, std::move(reason), escapeForDisplay(name));
}

} // namespace

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
    const auto it = std::find(header.begin(), header.end(), name);
    if (it == header.end()) return std::nullopt;
    return static_cast<std::size_t>(it - header.begin());
}

std::string columnList(const CsvTable& table) {
    std::string text;
    for (std::size_t i = 0; i < std::min(table.header.size(), kColumnsShown); ++i) {
        const std::string& name = table.header[i];
        std::size_t length = name.size();
        if (length > kNameShown) {
            length = kNameShown;
            while (length > 0 && (static_cast<unsigned char>(name[length]) & 0xC0) == 0x80)
                --length; // inside a character
        }
        text += (i == 0 ? "" : ", ") + escapeForDisplay(std::string_view(name).substr(0, length)) +
                (length < name.size() ? "…" : "");
    }
    if (table.header.size() > kColumnsShown)
        text += ", … and " + withThousands(table.header.size() - kColumnsShown) + " more";
    return text;
}

Result<CsvTable> readCsv(const std::filesystem::path& file) {
    ASSAY_TRY(const std::vector<std::byte> bytes, readFile(file, 2ull << 30));
    return parseCsv({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file.string());
}

Result<CsvTable> parseCsv(std::string_view bytes, const std::string& name) {
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
        return broken("this looks like UTF-16; save the table as UTF-8", name);
    if (const auto nul = bytes.find('\0'); nul != std::string_view::npos)
        return broken(
            "there is a NUL byte in " +
                rowName(std::size_t(std::count(bytes.begin(), bytes.begin() + std::ptrdiff_t(nul), '\n')) + 1) +
                "; this is not a table of text",
            name);

    Builder builder;
    builder.table.separator = guessSeparator(bytes);
    std::unique_ptr<csv_parser, ParserCloser> parser(new csv_parser);
    csv_init(parser.get(), CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
    csv_set_delim(parser.get(), static_cast<unsigned char>(builder.table.separator));
    // Blanks belong to the cell (RFC 4180, section 2.4).
    csv_set_space_func(parser.get(), [](unsigned char) { return 0; });

    // Line by line, so that errors can name the line.
    const auto parseError = [&](int code) {
        const bool quote = code == CSV_EPARSE;
        return broken(quote ? "the quotes of " + rowName(builder.rowLine) + " are broken" : csv_strerror(code), name);
    };
    std::size_t quotesSinceRowStart = 0;
    while (!bytes.empty() && builder.problem.empty()) {
        std::size_t length = bytes.find_first_of("\r\n");
        length = length == std::string_view::npos ? bytes.size() : length + 1;
        if (length < bytes.size() && bytes[length - 1] == '\r' && bytes[length] == '\n') ++length;
        if (builder.atRowStart) {
            builder.rowLine = builder.currentLine;
            builder.atRowStart = false;
            quotesSinceRowStart = 0;
        }
        const std::string_view line = bytes.substr(0, length);
        if (csv_parse(parser.get(), line.data(), line.size(), onField, onRow, &builder) != line.size())
            return parseError(csv_error(parser.get()));
        quotesSinceRowStart += static_cast<std::size_t>(std::count(line.begin(), line.end(), '"'));
        if (builder.row.empty() && quotesSinceRowStart % 2 == 0) builder.atRowStart = true;
        ++builder.currentLine;
        bytes.remove_prefix(length);
    }
    if (builder.problem.empty() && csv_fini(parser.get(), onField, onRow, &builder) != 0)
        return broken("a quote that opens in " + rowName(builder.rowLine) + " is never closed", name);
    if (!builder.problem.empty()) return broken(builder.problem, name);
    if (builder.table.header.empty()) return broken("the table is empty: not even a header", name);
    return std::move(builder.table);
}

std::string csvCell(std::string_view cell, char separator) {
    const bool plain = cell.find_first_of(std::string{'"', '\n', '\r', separator}) == std::string_view::npos;
    if (plain) return std::string(cell);
    std::string out(csv_write(nullptr, 0, cell.data(), cell.size()), '\0');
    csv_write(out.data(), out.size(), cell.data(), cell.size());
    return out;
}

std::string csvRow(const std::vector<std::string>& cells, char separator) {
    std::string row;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) row += separator;
        // A lone empty cell would read back as no row at all.
        row += cells.size() == 1 && cells[0].empty() ? "\"\"" : csvCell(cells[i], separator);
    }
    row += '\n';
    return row;
}

} // namespace assay
