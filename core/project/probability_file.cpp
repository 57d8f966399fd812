// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/probability_file.h"

#include "core/base/csv.h"
#include "core/base/npy.h"
#include "core/base/number_column.h"
#include "core/base/text.h"
#include "core/data/label_parser.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <unordered_map>

namespace assay {

namespace {

bool isNpy(const std::filesystem::path& file) { return asciiLower(file.extension().string()) == ".npy"; }

/// Formats that people save such arrays in and that no reader here knows.
Status refuseOtherFormats(const std::filesystem::path& file) {
    constexpr std::array<const char*, 7> kOthers = {".parquet", ".npz", ".pkl", ".pickle", ".pt", ".feather", ".xlsx"};
    const std::string ending = asciiLower(file.extension().string());
    if (std::find(kOthers.begin(), kOthers.end(), ending) == kOthers.end()) return {};
    return fail(ErrorCode::Unsupported,
                ending + " files are not read; save the array with numpy.save as .npy, or the table as .csv",
                file.string());
}

/// A header that numbers the classes from `first`: "0", "1", "2", …
bool numbersClasses(const std::vector<std::string>& header, std::size_t first = 0) {
    for (std::size_t k = 0; k < header.size(); ++k)
        if (header[k] != std::to_string(k + first)) return false;
    return true;
}

/// The column that numbers the samples: `index`, or the nameless first one that pandas writes.
std::optional<std::size_t> indexColumn(const CsvTable& table) {
    if (const auto named = table.column("index")) return named;
    if (!table.header.empty() && (table.header[0].empty() || table.header[0] == "Unnamed: 0")) return 0;
    return std::nullopt;
}

/// Row of the file for each sample: as written, or by a column `index` that names each of 0..N−1 once.
Result<std::vector<std::size_t>> rowOrder(const CsvTable& table, std::optional<std::size_t> index,
                                          const std::string& file) {
    std::vector<std::size_t> order(table.rows.size());
    std::vector<bool> seen(table.rows.size());
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        std::size_t sample = row;
        if (index) {
            const auto number = parseInteger(table.rows[row][*index]);
            if (!number || *number < 0 || std::size_t(*number) >= order.size() || seen[std::size_t(*number)])
                return fail(ErrorCode::Format,
                            "line " + std::to_string(table.rowLines[row]) + ": the index " +
                                escapeForDisplay(table.rows[row][*index]) + " is not one of 0 to " +
                                std::to_string(order.size() - 1) + ", each once",
                            file);
            sample = std::size_t(*number);
        }
        seen[sample] = true;
        order[sample] = row;
    }
    return order;
}

/// The row of each sample by its name; an error where two rows have one.
Result<std::unordered_map<std::string, std::size_t>> rowsByName(const CsvTable& table, std::size_t name,
                                                                const std::string& file) {
    std::unordered_map<std::string, std::size_t> rows;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        const auto [first, added] = rows.emplace(table.rows[row][name], row);
        if (!added)
            return fail(ErrorCode::Format,
                        "lines " + withThousands(table.rowLines[first->second]) + " and " +
                            withThousands(table.rowLines[row]) + " are both about " + escapeForDisplay(first->first),
                        file);
    }
    return rows;
}

/// A header that is itself a row of numbers becomes the first row.
void headerBecomesRow(CsvTable& table) {
    table.rows.insert(table.rows.begin(), table.header);
    table.rowLines.insert(table.rowLines.begin(), 1);
    for (std::size_t k = 0; k < table.header.size(); ++k) table.header[k] = std::to_string(k);
}

Result<ProbabilityTable> fromCsv(const std::filesystem::path& file) {
    ASSAY_TRY(CsvTable table, readCsv(file));
    // No row of two or more probabilities is 1, 2, 3, …
    const bool fromOne = table.header.size() > 1 && numbersClasses(table.header, 1);
    if (headerIsNumbers(table) && !numbersClasses(table.header) && !fromOne) headerBecomesRow(table);
    const std::optional<std::size_t> index = indexColumn(table), name = table.column("file");
    std::vector<std::size_t> columns;
    ProbabilityTable probabilities;
    for (std::size_t column = 0; column < table.header.size(); ++column) {
        if (column == index || column == name) continue;
        const auto& seen = probabilities.classNames;
        if (std::find(seen.begin(), seen.end(), table.header[column]) != seen.end())
            return fail(ErrorCode::Format, "two columns are named \"" + escapeForDisplay(table.header[column]) + "\"",
                        file.string());
        columns.push_back(column);
        probabilities.classNames.push_back(table.header[column]);
    }
    probabilities.classes = columns.size();
    if (numbersClasses(probabilities.classNames)) probabilities.classNames.clear();
    ASSAY_TRY(const std::vector<std::size_t> order, rowOrder(table, index, file.string()));
    if (name)
        if (auto rows = rowsByName(table, *name, file.string()); !rows)
            probabilities.namedTwice = std::move(rows).error();
    for (const std::size_t row : order) {
        if (name) probabilities.files.push_back(table.rows[row][*name]);
        for (const std::size_t column : columns) {
            ASSAY_TRY(const double value, numberCell(table, row, column, file.string()));
            probabilities.values.push_back(value);
        }
    }
    return probabilities;
}

Status checkCount(std::size_t labels, const ProbabilityTable& table, const std::filesystem::path& file) {
    if (labels == table.rows()) return {};
    return fail(ErrorCode::Format,
                "there are " + withThousands(labels) + " labels for " + withThousands(table.rows()) +
                    " rows of probabilities",
                file.string());
}

/// Whole numbers in one axis, as integers or not, or in one column.
Result<std::vector<std::int64_t>> labelNumbers(const std::filesystem::path& file) {
    ASSAY_TRY(NpyArray array, readNpy(file));
    const bool column = array.shape.size() == 2 && array.shape[1] == 1;
    const bool whole = std::all_of(array.reals.begin(), array.reals.end(),
                                   [](double v) { return v == std::trunc(v) && std::abs(v) < 1e15; });
    if ((array.shape.size() != 1 && !column) || !whole)
        return fail(ErrorCode::Format, "labels must be an array of one axis of whole numbers", file.string());
    for (const double v : array.reals) array.integers.push_back(std::int64_t(v));
    return std::move(array.integers);
}

Error noClass(std::size_t sample, const std::string& text, std::size_t classes, const std::filesystem::path& file) {
    return {ErrorCode::Format,
            "sample " + std::to_string(sample) + ": \"" + escapeForDisplay(text) + "\" is none of the " +
                std::to_string(classes) + " classes",
            file.string()};
}

/// Labels that are the numbers of the classes already.
Result<std::vector<Label>> numbersFor(const std::filesystem::path& file, const ProbabilityTable& table) {
    ASSAY_TRY(const std::vector<std::int64_t> numbers, labelNumbers(file));
    ASSAY_CHECK_STATUS(checkCount(numbers.size(), table, file));
    std::vector<Label> labels(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (numbers[i] < 0 || std::size_t(numbers[i]) >= table.classes)
            return tl::unexpected(noClass(i, std::to_string(numbers[i]), table.classes, file));
        labels[i] = Label(numbers[i]);
    }
    return labels;
}

/// The rows of the labels in the order of the probabilities' files.
Result<std::vector<std::size_t>> orderByFile(const CsvTable& labels, std::size_t name,
                                             const std::vector<std::string>& files, const std::string& file) {
    ASSAY_TRY(const auto rows, rowsByName(labels, name, file));
    std::vector<std::size_t> order;
    for (const std::string& wanted : files) {
        const auto found = rows.find(wanted);
        if (found == rows.end())
            return fail(ErrorCode::NotFound,
                        "there is no label of " + escapeForDisplay(wanted) + ", which has probabilities", file);
        order.push_back(found->second);
    }
    return order;
}

Result<std::vector<std::string>> labelTexts(const std::filesystem::path& file, const std::string& columnName,
                                            const ProbabilityTable& of) {
    std::vector<std::string> texts;
    if (isNpy(file)) {
        ASSAY_TRY(const std::vector<std::int64_t> numbers, labelNumbers(file));
        for (const std::int64_t label : numbers) texts.push_back(std::to_string(label));
        return texts;
    }
    ASSAY_CHECK_STATUS(refuseOtherFormats(file));
    ASSAY_TRY(CsvTable table, readCsv(file));
    if (table.header.size() == 1 && columnName.empty() && headerIsNumbers(table)) headerBecomesRow(table);
    const std::optional<std::size_t> index = indexColumn(table), name = table.column("file");
    std::optional<std::size_t> column = table.column(columnName.empty() ? "label" : columnName);
    if (!column && columnName.empty() && table.header.size() == (index ? 2u : 1u)) column = index == 0u ? 1 : 0;
    if (!column)
        return fail(ErrorCode::NotFound,
                    columnName.empty() ? "there is no column label; say which with --label-column"
                                       : "there is no column " + escapeForDisplay(columnName),
                    file.string());
    const bool byFile = name && !of.files.empty();
    if (byFile && of.namedTwice) return tl::unexpected(*of.namedTwice);
    ASSAY_TRY(const std::vector<std::size_t> order,
              byFile ? orderByFile(table, *name, of.files, file.string()) : rowOrder(table, index, file.string()));
    for (const std::size_t row : order) texts.push_back(table.rows[row][*column]);
    return texts;
}

/// Sorted order of the words, where the table names no class: the order in which such columns usually come.
void nameClassesByLabels(ProbabilityTable& table, const std::vector<std::string>& texts) {
    std::set<std::string> words;
    bool numbers = true;
    for (const std::string& text : texts) {
        const std::string word = trimmed(text);
        if (!word.empty()) words.insert(word);
        numbers = numbers && parseReal(word).has_value();
    }
    if (numbers || words.size() != table.classes) return;
    table.classNames.assign(words.begin(), words.end());
    table.namedByLabels = true;
}

} // namespace

Result<ProbabilityTable> readProbabilities(const std::filesystem::path& file) {
    ASSAY_CHECK_STATUS(refuseOtherFormats(file));
    if (!isNpy(file)) return fromCsv(file);
    ProbabilityTable table;
    ASSAY_TRY(table.mapped, mapNpyMatrix(file));
    table.classes = table.mapped.columns;
    return table;
}

Status ProbabilityTable::normalise() {
    if (!mapped.floats.empty()) values.assign(mapped.floats.begin(), mapped.floats.end());
    if (!mapped.doubles.empty()) values.assign(mapped.doubles.begin(), mapped.doubles.end());
    mapped = {};
    return stats::normaliseRows(values, classes);
}

Result<std::vector<Label>> readLabelsFor(const std::filesystem::path& file, const std::string& column,
                                         ProbabilityTable& table) {
    if (isNpy(file) && table.classNames.empty()) return numbersFor(file, table);
    ASSAY_TRY(const std::vector<std::string> texts, labelTexts(file, column, table));
    if (table.classNames.empty()) nameClassesByLabels(table, texts);
    std::vector<std::string> names = table.classNames;
    for (std::size_t k = names.size(); k < table.classes; ++k) names.push_back(std::to_string(k));
    const LabelParser parse(names);
    std::vector<Label> labels;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const LabelCell cell = parse(texts[i]);
        if (cell.kind != LabelCell::Label) return tl::unexpected(noClass(i, texts[i], table.classes, file));
        labels.push_back(cell.label);
    }
    ASSAY_CHECK_STATUS(checkCount(labels.size(), table, file));
    return labels;
}

Status nameClasses(ProbabilityTable& table, const std::vector<std::string>& names) {
    if (names.empty()) return {};
    if (!table.classNames.empty())
        return fail(ErrorCode::InvalidArgument, "the probabilities name their classes already: " +
                                                    escapeForDisplay(table.classNames.front()) + ", …");
    if (names.size() != table.classes || std::set(names.begin(), names.end()).size() != names.size())
        return fail(ErrorCode::InvalidArgument,
                    "there must be one name for each of the " + std::to_string(table.classes) +
                        " columns, no two alike",
                    std::to_string(names.size()) + " names");
    table.classNames = names;
    return {};
}

} // namespace assay
