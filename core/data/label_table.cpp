// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/label_table.h"

#include "core/base/files.h"
#include "core/base/npy.h"
#include "core/base/text.h"
#include "core/data/human_labels.h"
#include "core/data/source.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay {
namespace {

constexpr std::uint64_t kLargestPickle = 64ull << 20;

std::string_view textOf(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// 3.0, as a list of real numbers has it.
bool isWhole(const nlohmann::json& item) {
    return item.is_number_float() && std::trunc(item.get<double>()) == item.get<double>();
}

Result<LabelTable> oneColumn(std::vector<std::string> cells, const std::string& name) {
    if (cells.empty()) return fail(ErrorCode::Format, "the label file holds no labels", name);
    LabelTable table;
    table.headerless = true;
    table.header = {std::move(cells.front())};
    for (std::size_t i = 1; i < cells.size(); ++i) {
        table.rows.push_back({std::move(cells[i])});
        table.rowLines.push_back(i + 1);
    }
    return table;
}

Result<LabelTable> fromNpy(std::span<const std::byte> bytes, const std::string& name) {
    ASSAY_TRY(const NpyArray array, parseNpy(bytes, name));
    if (array.shape.size() != 1)
        return fail(ErrorCode::Format,
                    "a label file holds one row of numbers, this array has " + std::to_string(array.shape.size()) +
                        " dimensions",
                    name);
    if (array.isReal() && array.size() > 0)
        return fail(ErrorCode::Format, "labels are whole numbers, this array holds real ones; save it as int64", name);
    std::vector<std::string> cells;
    cells.reserve(array.size());
    for (const std::int64_t label : array.integers) cells.push_back(std::to_string(label));
    return oneColumn(std::move(cells), name);
}

Result<LabelTable> fromJson(std::string_view text, const std::string& name) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded()) return fail(ErrorCode::Format, "this is not whole JSON", name);
    if (!json.is_array())
        return fail(ErrorCode::Format, "a label file in JSON is one list with a label a sample", name);
    std::vector<std::string> cells;
    cells.reserve(json.size());
    for (const auto& item : json) {
        if (item.is_string()) cells.push_back(item.get<std::string>());
        else if (item.is_number_integer() || isWhole(item)) cells.push_back(item.dump());
        else
            return fail(ErrorCode::Format,
                        "item " + withThousands(cells.size()) +
                            " of the list is neither a whole number nor a class name",
                        name);
    }
    return oneColumn(std::move(cells), name);
}

Result<LabelTable> fromHumanLabels(const std::filesystem::path& file, const std::string& name) {
    ProblemCollector problems;
    ASSAY_TRY(const auto archive, openSource(file, problems, {}, {}));
    for (const SourceEntry& entry : archive->entries()) {
        if (!entry.path.ends_with("/data.pkl") && entry.path != "data.pkl") continue;
        ASSAY_TRY(const auto pickle, archive->read(entry.path, kLargestPickle));
        ASSAY_TRY(const std::vector<LabelVector> vectors, readHumanLabels(pickle, name));
        LabelTable table;
        table.header = {"index"};
        for (const LabelVector& vector : vectors) table.header.push_back(vector.name);
        for (std::size_t i = 0; i < vectors.front().labels.size(); ++i) {
            std::vector<std::string> row = {std::to_string(i)};
            for (const LabelVector& vector : vectors) row.push_back(std::to_string(vector.labels[i]));
            table.rows.push_back(std::move(row));
            table.rowLines.push_back(i + 1);
        }
        return table;
    }
    return fail(ErrorCode::Format,
                "this archive is no label file: CIFAR-10N's and CIFAR-100N's .pt files hold data.pkl", name);
}

} // namespace

Result<LabelTable> readLabelTable(const std::filesystem::path& file) {
    const std::string name = escapeForDisplay(file.filename().string());
    ASSAY_TRY(const auto bytes, readFile(file));
    std::string_view text = textOf(bytes);
    if (text.starts_with("\x93NUMPY")) return fromNpy(bytes, name);
    if (text.starts_with("PK\x03\x04")) return fromHumanLabels(file, name);
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const auto first = std::find_if_not(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c) != 0; });
    const bool opensAsJson = first != text.end() && (*first == '[' || *first == '{');
    const bool namedJson = asciiLower(file.extension().string()) == ".json";
    if (opensAsJson && (namedJson || nlohmann::json::accept(text))) return fromJson(text, name);
    Result<CsvTable> csv = parseCsv(text, name);
    if (opensAsJson && (!csv || csv->rows.empty())) return fromJson(text, name); // a list that is cut
    if (!csv) return tl::unexpected(csv.error());
    return LabelTable{std::move(*csv), false};
}

} // namespace assay
