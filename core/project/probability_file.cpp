// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/probability_file.h"

#include "core/base/number_column.h"
#include "core/base/csv.h"
#include "core/base/text.h"
#include "core/base/npy.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace assay {

namespace {

bool isNpy(const std::filesystem::path& file) { return asciiLower(file.extension().string()) == ".npy"; }

/// "0", "1", "2", …: a header that numbers the classes.
bool numbersClasses(const std::vector<std::string>& header) {
    for (std::size_t k = 0; k < header.size(); ++k)
        if (header[k] != std::to_string(k)) return false;
    return true;
}

/// Row of the file for each sample: as written, or by a column `index` that names each of 0..N−1 once.
Result<std::vector<std::size_t>> rowOrder(const CsvTable& table, std::optional<std::size_t> index, const std::string& file) {
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

/// A header that is itself a row of numbers becomes the first row.
void headerBecomesRow(CsvTable& table) {
    table.rows.insert(table.rows.begin(), table.header);
    table.rowLines.insert(table.rowLines.begin(), 1);
    for (std::size_t k = 0; k < table.header.size(); ++k) table.header[k] = std::to_string(k);
}

Result<ProbabilityTable> fromCsv(const std::filesystem::path& file) {
    ASSAY_TRY(CsvTable table, readCsv(file));
    if (headerIsNumbers(table) && !numbersClasses(table.header)) headerBecomesRow(table);
    const std::optional<std::size_t> index = table.column("index");
    std::vector<std::size_t> columns;
    ProbabilityTable probabilities;
    for (std::size_t column = 0; column < table.header.size(); ++column) {
        if (column == index) continue;
        columns.push_back(column);
        probabilities.classNames.push_back(table.header[column]);
    }
    probabilities.classes = columns.size();
    if (numbersClasses(probabilities.classNames)) probabilities.classNames.clear();
    ASSAY_TRY(const std::vector<std::size_t> order, rowOrder(table, index, file.string()));
    for (const std::size_t row : order)
        for (const std::size_t column : columns) {
            ASSAY_TRY(const double value, numberCell(table, row, column, file.string()));
            probabilities.values.push_back(value);
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

Result<std::vector<std::int64_t>> labelNumbers(const std::filesystem::path& file) {
    ASSAY_TRY(NpyArray array, readNpy(file));
    if (array.shape.size() != 1 || array.isReal())
        return fail(ErrorCode::Format, "labels must be an array of one axis of whole numbers", file.string());
    return std::move(array.integers);
}

/// Labels that are the numbers of the classes already.
Result<std::vector<Label>> numbersFor(const std::filesystem::path& file, const ProbabilityTable& table) {
    ASSAY_TRY(const std::vector<std::int64_t> numbers, labelNumbers(file));
    ASSAY_CHECK_STATUS(checkCount(numbers.size(), table, file));
    std::vector<Label> labels(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (numbers[i] < 0 || std::size_t(numbers[i]) >= table.classes)
            return fail(ErrorCode::Format,
                        "sample " + std::to_string(i) + ": \"" + std::to_string(numbers[i]) + "\" is none of the " +
                            std::to_string(table.classes) + " classes",
                        file.string());
        labels[i] = Label(numbers[i]);
    }
    return labels;
}

Result<std::vector<std::string>> labelTexts(const std::filesystem::path& file, const std::string& columnName) {
    std::vector<std::string> texts;
    if (isNpy(file)) {
        ASSAY_TRY(const std::vector<std::int64_t> numbers, labelNumbers(file));
        for (const std::int64_t label : numbers) texts.push_back(std::to_string(label));
        return texts;
    }
    ASSAY_TRY(CsvTable table, readCsv(file));
    if (table.header.size() == 1 && columnName.empty() && headerIsNumbers(table)) headerBecomesRow(table);
    const std::optional<std::size_t> index = table.column("index");
    std::optional<std::size_t> column = table.column(columnName.empty() ? "label" : columnName);
    if (!column && columnName.empty() && table.header.size() == (index ? 2u : 1u)) column = index == 0u ? 1 : 0;
    if (!column)
        return fail(ErrorCode::NotFound,
                    columnName.empty() ? "there is no column label; say which with --label-column"
                                       : "there is no column " + escapeForDisplay(columnName),
                    file.string());
    ASSAY_TRY(const std::vector<std::size_t> order, rowOrder(table, index, file.string()));
    for (const std::size_t row : order) texts.push_back(table.rows[row][*column]);
    return texts;
}

/// Sorted order of the words, where the table names no class: the order in which such columns usually come.
void nameClassesByLabels(ProbabilityTable& table, const std::vector<std::string>& texts) {
    const bool numbers = std::all_of(texts.begin(), texts.end(), [](const std::string& text) { return parseInteger(text).has_value(); });
    const std::set<std::string> words(texts.begin(), texts.end());
    if (!numbers && words.size() == table.classes) table.classNames.assign(words.begin(), words.end());
}

} // namespace

Result<ProbabilityTable> readProbabilities(const std::filesystem::path& file) {
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
    ASSAY_TRY(const std::vector<std::string> texts, labelTexts(file, column));
    if (table.classNames.empty()) nameClassesByLabels(table, texts);
    std::map<std::string, Label> byName;
    for (std::size_t k = 0; k < table.classNames.size(); ++k) byName.emplace(table.classNames[k], Label(k));
    std::vector<Label> labels;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto named = byName.find(texts[i]);
        const auto number = parseInteger(texts[i]);
        if (named != byName.end()) labels.push_back(named->second);
        else if (number && *number >= 0 && std::size_t(*number) < table.classes) labels.push_back(Label(*number));
        else
            return fail(ErrorCode::Format,
                        "sample " + std::to_string(i) + ": \"" + escapeForDisplay(texts[i]) + "\" is none of the " +
                            std::to_string(table.classes) + " classes",
                        file.string());
    }
    ASSAY_CHECK_STATUS(checkCount(labels.size(), table, file));
    return labels;
}

} // namespace assay
