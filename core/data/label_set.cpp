// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/label_set.h"

#include "core/base/csv.h"
#include "core/base/hash.h"
#include "core/base/text.h"
#include "core/data/label_parser.h"
#include "core/data/label_table.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace assay {
namespace {

constexpr std::size_t kShown = 10; ///< rows named in an error

/// Looked for in this order: ours, and those that CIFAR-10N and CIFAR-100N are usually reported with.
constexpr std::array<const char*, 3> kUsualLabels = {"label", "aggre_label", "noisy_label"};

bool isUsualLabel(const std::string& name) {
    return std::find(kUsualLabels.begin(), kUsualLabels.end(), name) != kUsualLabels.end();
}

/// Rows that are wrong for one reason; the sentence names the first ten.
class BadRows {
public:
    /// In a bare list the items have numbers, from 0, and no lines.
    explicit BadRows(bool ofList = false) : m_ofList(ofList) {}
    void add(std::size_t line, const std::string& cell) {
        if (m_count++ < kShown)
            m_text += (m_text.empty() ? "" : ", ") + std::string(m_ofList ? "item " : "line ") +
                      withThousands(m_ofList ? line - 1 : line) + " (" + escapeForDisplay(cell) + ")";
    }
    [[nodiscard]] bool any() const { return m_count > 0; }
    [[nodiscard]] Error error(const std::string& what, const std::string& file) const {
        return {ErrorCode::Format,
                withThousands(m_count) + (m_ofList ? " item" : " row") + (m_count == 1 ? " " : "s ") + what + ": " +
                    m_text + (m_count > kShown ? ", …; nothing was taken over" : "; nothing was taken over"),
                file};
    }

private:
    bool m_ofList;
    std::size_t m_count = 0;
    std::string m_text;
};

/// The cells of a label file that give no label and should: those of each kind for themselves.
class BadLabels {
public:
    explicit BadLabels(bool ofList = false) : m_unknown(ofList), m_outOfRange(ofList), m_notWhole(ofList) {}
    void add(LabelCell::Kind kind, std::size_t line, const std::string& cell) {
        if (kind == LabelCell::UnknownClass) m_unknown.add(line, cell);
        if (kind == LabelCell::OutOfRange) m_outOfRange.add(line, cell);
        if (kind == LabelCell::NotWhole) m_notWhole.add(line, cell);
    }
    [[nodiscard]] Status check(std::size_t classes, const std::string& file) const {
        if (m_unknown.any()) return tl::unexpected(m_unknown.error("with an unknown class", file));
        if (m_outOfRange.any())
            return tl::unexpected(m_outOfRange.error("with a label that is out of range (there are " +
                                                         withThousands(classes) + " classes, counted from 0 to " +
                                                         withThousands(classes - 1) + ")",
                                                     file));
        if (m_notWhole.any())
            return tl::unexpected(
                m_notWhole.error("with a part of a number (labels are whole numbers, or names of classes)", file));
        return {};
    }

private:
    BadRows m_unknown, m_outOfRange, m_notWhole;
};

/// Finds samples by their name, and by file name or stem where that is unique.
class SampleFinder {
public:
    explicit SampleFinder(const Dataset& dataset) {
        for (std::size_t i = 0; i < dataset.size(); ++i) {
            const std::string name(dataset.names[i]);
            m_exact.emplace(name, i);
            const std::string file = name.substr(name.rfind('/') + 1);
            addLoose(file, i);
            const std::size_t dot = file.rfind('.');
            if (dot != std::string::npos && dot > 0) addLoose(file.substr(0, dot), i);
        }
    }
    [[nodiscard]] std::optional<std::size_t> operator()(const std::string& cell) const {
        if (const auto it = m_exact.find(cell); it != m_exact.end()) return it->second;
        const auto it = m_loose.find(cell);
        if (it != m_loose.end()) return it->second == kSeveral ? std::nullopt : std::optional(it->second);
        const std::string bare = trimmed(cell);
        return bare == cell ? std::nullopt : (*this)(bare);
    }

private:
    static constexpr std::size_t kSeveral = static_cast<std::size_t>(-1);
    void addLoose(const std::string& key, std::size_t sample) {
        const auto [it, added] = m_loose.emplace(key, sample);
        if (!added && it->second != sample) it->second = kSeveral;
    }
    std::unordered_map<std::string, std::size_t> m_exact;
    std::unordered_map<std::string, std::size_t> m_loose;
};

/// The column that names the samples: `index`, or one of the usual names of a file.
std::optional<std::size_t> idColumn(const CsvTable& table) {
    std::optional<std::size_t> id = table.column("index");
    for (const char* name : {"file", "path", "filename", "image", "name", "id"})
        if (!id) id = table.column(name);
    return id;
}

/// The sample of that index.
std::optional<std::size_t> sampleAt(const std::string& cell, const Dataset& dataset) {
    const auto number = parseInteger(trimmed(cell));
    if (!number || *number < 0 || *number >= static_cast<std::int64_t>(dataset.size())) return std::nullopt;
    return static_cast<std::size_t>(*number);
}

constexpr const char* kUnknownSample = "about a sample that the data set does not have";

struct ChosenColumns {
    std::size_t id = 0;
    bool byIndex = false;
    std::size_t label = 0;
    std::optional<std::size_t> truth;
    bool cleanColumn = false; ///< the truth is named clean_label: it must be the data set's own
};

Result<ChosenColumns> chooseColumns(const CsvTable& table, const LabelColumns& wanted, const std::string& file) {
    ChosenColumns chosen;
    const auto missing = [&](const std::string& name) {
        return fail(ErrorCode::NotFound,
                    "there is no column " + escapeForDisplay(name) + "; there are " + columnList(table), file);
    };
    const std::optional<std::size_t> id = idColumn(table);
    chosen.byIndex = table.column("index").has_value();
    if (table.header.size() == 1 && !wanted.label.empty() && !table.column(wanted.label)) return missing(wanted.label);
    if (!id && table.header.size() == 1)
        return fail(ErrorCode::Format,
                    "the first line, " + columnList(table) +
                        ", is no class of the data set and no heading that is known; write a label a line, below the "
                        "heading label or none, or several columns with commas between them",
                    file);
    if (!id)
        return fail(ErrorCode::Format,
                    "there is no column index or file that names the samples; there are " + columnList(table), file);
    chosen.id = *id;
    if (!wanted.truth.empty()) {
        chosen.truth = table.column(wanted.truth);
        if (!chosen.truth) return missing(wanted.truth);
    } else {
        for (const char* name : {"true_label", "clean_label"})
            if (!chosen.truth) chosen.truth = table.column(name);
    }
    if (chosen.truth) chosen.cleanColumn = table.header[*chosen.truth] == "clean_label";
    if (!wanted.label.empty()) {
        const auto column = table.column(wanted.label);
        if (!column) return missing(wanted.label);
        chosen.label = *column;
        return chosen;
    }
    for (const char* name : kUsualLabels)
        if (const auto column = table.column(name)) {
            chosen.label = *column;
            return chosen;
        }
    // `index` and `file` may both be there.
    std::vector<std::size_t> others;
    std::vector<std::size_t> labels;
    for (std::size_t i = 0; i < table.header.size(); ++i) {
        if (i == chosen.id || i == chosen.truth || (chosen.byIndex && table.header[i] == "file")) continue;
        others.push_back(i);
        if (asciiLower(table.header[i]).find("label") != std::string::npos) labels.push_back(i);
    }
    const std::vector<std::size_t>& candidates = labels.size() == 1 ? labels : others;
    if (candidates.size() == 1) {
        chosen.label = candidates.front();
    } else if (others.empty() && chosen.truth) {
        chosen.label = *chosen.truth;
    } else {
        return fail(ErrorCode::Format, "which column holds the labels? There are " + columnList(table), file);
    }
    return chosen;
}

/// Says in the source how many samples the file leaves without a label, so that none is lost unseen; a file that has no
/// label at all is refused.
Status noteUnlabelled(LabelFile& read, std::size_t unlabelled, const std::string& file) {
    if (unlabelled == 0) return {};
    if (unlabelled == read.rows) return fail(ErrorCode::Format, "no row of the label file has a label", file);
    read.labels.source = withThousands(unlabelled) + (unlabelled == 1 ? " sample" : " samples") + " without a label";
    return {};
}

/// One label a line: for all samples, or for the training samples where these come first.
Result<LabelFile> readLines(const LabelTable& table, bool headerIsLabel, const Dataset& dataset,
                            const std::string& file) {
    std::vector<std::pair<std::string, std::size_t>> cells;
    if (headerIsLabel) cells.emplace_back(table.header[0], 1);
    for (std::size_t i = 0; i < table.rows.size(); ++i) cells.emplace_back(table.rows[i][0], table.rowLines[i]);
    std::size_t training = 0;
    while (training < dataset.size() && dataset.splits[training] == Split::Train) ++training;
    const bool trainingOnly = !dataset.splitsMade && cells.size() == training;
    if (cells.size() != dataset.size() && !trainingOnly)
        return fail(ErrorCode::Format,
                    "the file has " + withThousands(cells.size()) + " labels, the data set " +
                        withThousands(dataset.size()) + " samples; add a column index or file that names them",
                    file);
    const LabelParser parse(dataset.classNames);
    LabelFile result;
    result.labels.labels = dataset.givenLabels;
    result.labels.trueLabels = dataset.trueLabels;
    BadLabels bad(table.headerless);
    std::size_t unlabelled = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const LabelCell cell = parse(cells[i].first);
        result.labels.labels[i] = cell.label;
        if (cell.kind == LabelCell::None) ++unlabelled;
        bad.add(cell.kind, cells[i].second, cells[i].first);
    }
    ASSAY_CHECK_STATUS(bad.check(parse.classes(), file));
    result.rows = cells.size();
    result.unnamed = dataset.size() - cells.size();
    result.named.assign(dataset.size(), 0);
    std::fill_n(result.named.begin(), cells.size(), std::uint8_t(1));
    ASSAY_CHECK_STATUS(noteUnlabelled(result, unlabelled, file));
    return result;
}

Result<LabelFile> readTable(const CsvTable& table, const ChosenColumns& columns, const Dataset& dataset,
                            const std::string& file) {
    const LabelParser parse(dataset.classNames);
    const std::optional<SampleFinder> finder = columns.byIndex ? std::nullopt : std::optional<SampleFinder>(dataset);
    LabelFile result;
    result.labels.labels = dataset.givenLabels;
    result.labels.trueLabels = dataset.trueLabels;
    result.tellsTruth = columns.truth.has_value();
    if (result.tellsTruth) result.labels.trueLabels.resize(dataset.size(), kNoLabel);
    result.named.assign(dataset.size(), 0);
    BadRows unknownSample;
    BadRows twice;
    BadLabels bad;
    std::size_t disagreeing = 0, unlabelled = 0;
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        const auto& row = table.rows[r];
        const std::string& id = row[columns.id];
        const std::optional<std::size_t> sample = columns.byIndex ? sampleAt(id, dataset) : (*finder)(id);
        if (!sample) {
            unknownSample.add(table.rowLines[r], id);
            continue;
        }
        if (result.named[*sample]) {
            twice.add(table.rowLines[r], id);
            continue;
        }
        result.named[*sample] = 1;
        ++result.rows;
        const LabelCell given = parse(row[columns.label]);
        result.labels.labels[*sample] = given.label;
        if (given.kind == LabelCell::None) ++unlabelled;
        bad.add(given.kind, table.rowLines[r], row[columns.label]);
        if (!columns.truth) continue;
        const LabelCell truth = parse(row[*columns.truth]);
        if (columns.truth != columns.label) bad.add(truth.kind, table.rowLines[r], row[*columns.truth]);
        const Label own = dataset.trueLabels.empty() ? dataset.givenLabels[*sample] : dataset.trueLabels[*sample];
        if (truth.label != own) ++disagreeing;
        result.labels.trueLabels[*sample] = truth.label;
    }
    if (unknownSample.any()) return tl::unexpected(unknownSample.error(kUnknownSample, file));
    if (twice.any()) return tl::unexpected(twice.error("about a sample that was named before", file));
    ASSAY_CHECK_STATUS(bad.check(parse.classes(), file));
    if (result.rows == 0) return fail(ErrorCode::Format, "the label file has no rows", file);
    if (columns.cleanColumn && disagreeing > 0)
        return fail(ErrorCode::Format,
                    "the file is not aligned with this data set: its clean_label differs from the data set's own label "
                    "in " +
                        withThousands(disagreeing) + " of " + withThousands(result.rows) +
                        " rows, so it was made for another order or another set; nothing was taken over",
                    file);
    result.unnamed = dataset.size() - result.rows;
    ASSAY_CHECK_STATUS(noteUnlabelled(result, unlabelled, file));
    return result;
}

} // namespace

std::string_view labelOriginName(LabelOrigin origin) {
    switch (origin) {
    case LabelOrigin::Given: return "given";
    case LabelOrigin::NoiseModel: return "noise";
    case LabelOrigin::File: return "file";
    case LabelOrigin::Journal: return "journal";
    case LabelOrigin::Pseudo: return "pseudo";
    case LabelOrigin::Cleaning: return "cleaning";
    }
    return "given";
}

std::string LabelSet::hash() const {
    if (trusted.empty()) return contentHash(std::as_bytes(std::span(labels)));
    ContentHasher hasher;
    hasher.add(std::as_bytes(std::span(labels)));
    hasher.add(std::as_bytes(std::span(trusted)));
    return hasher.hex();
}

bool sameLabels(const LabelSet& one, const LabelSet& other) {
    return one.labels == other.labels && one.trueLabels == other.trueLabels && one.trusted == other.trusted;
}

LabelSet givenLabelSet(const Dataset& dataset) {
    return {LabelOrigin::Given, "the data set", dataset.givenLabels, dataset.trueLabels, {}};
}

Result<LabelFile> readLabelFile(const std::filesystem::path& path, const Dataset& dataset,
                                const LabelColumns& columns) {
    const std::string file = escapeForDisplay(path.filename().string());
    ASSAY_TRY(LabelTable table, readLabelTable(path));
    const LabelParser parse(dataset.classNames);
    const bool oneColumn = table.header.size() == 1;
    const LabelColumns wanted{trimmed(columns.label), trimmed(columns.truth)};
    const std::string lone = oneColumn ? trimmed(table.header[0]) : std::string();
    const bool headerNamesLabel =
        oneColumn && !table.headerless && (wanted.label.empty() ? isUsualLabel(lone) : lone == wanted.label);
    const bool headerIsLabel =
        table.headerless || (oneColumn && !headerNamesLabel && parse(lone).kind != LabelCell::UnknownClass);
    if (!headerIsLabel)
        for (std::string& name : table.header) name = trimmed(name);
    Result<LabelFile> result;
    if (headerIsLabel || headerNamesLabel) {
        const std::string& absent = headerIsLabel && !wanted.label.empty() ? wanted.label : wanted.truth;
        if (!absent.empty())
            return fail(
                ErrorCode::NotFound,
                "there is no column " + escapeForDisplay(absent) +
                    (headerIsLabel ? ": the file holds labels alone, without a header" : "; there is only " + lone),
                file);
        result = readLines(table, headerIsLabel, dataset, file);
    } else {
        ASSAY_TRY(const ChosenColumns chosen, chooseColumns(table, wanted, file));
        result = readTable(table, chosen, dataset, file);
    }
    if (!result) return result;
    result->labels.origin = LabelOrigin::File;
    const std::string unlabelled = result->labels.source;
    result->labels.source = path.filename().string() + (unlabelled.empty() ? "" : ", " + unlabelled);
    return result;
}

Result<SampleList> readSampleList(const std::filesystem::path& path, const Dataset& dataset, bool withLabels) {
    const std::string file = escapeForDisplay(path.filename().string());
    ASSAY_TRY(CsvTable table, readCsv(path));
    const bool oneColumn = table.header.size() == 1;
    if (!oneColumn)
        for (std::string& name : table.header) name = trimmed(name);
    const std::optional<std::size_t> id = oneColumn ? 0 : idColumn(table);
    if (!id)
        return fail(ErrorCode::Format,
                    "there is no column index or file that names the samples; there are " + columnList(table), file);
    std::optional<std::size_t> label;
    for (const char* name : kUsualLabels)
        if (withLabels && !oneColumn && !label) label = table.column(name);
    const SampleFinder byName(dataset);
    const bool byIndex = table.header[*id] == "index";
    const auto find = [&](const std::string& cell) {
        std::optional<std::size_t> sample = byIndex ? std::nullopt : byName(cell);
        // In a column without a header a number is an index.
        if (!sample && (byIndex || oneColumn)) sample = sampleAt(cell, dataset);
        return sample;
    };
    const LabelParser parse(dataset.classNames);
    std::map<std::size_t, Label> named;
    BadRows unknown;
    BadLabels bad;
    const auto take = [&](const std::string& cell, std::size_t line) {
        const auto sample = find(cell);
        if (sample) named.emplace(*sample, kNoLabel);
        else unknown.add(line, cell);
        return sample;
    };
    if (oneColumn && find(table.header[0])) take(table.header[0], 1);
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        const auto sample = take(table.rows[r][*id], table.rowLines[r]);
        if (!sample || !label) continue;
        const std::string& cell = table.rows[r][*label];
        const LabelCell given = parse(cell);
        bad.add(given.kind, table.rowLines[r], cell);
        if (given.kind == LabelCell::Label) named[*sample] = given.label;
    }
    if (unknown.any()) return tl::unexpected(unknown.error(kUnknownSample, file));
    ASSAY_CHECK_STATUS(bad.check(parse.classes(), file));
    if (named.empty()) return fail(ErrorCode::Format, "the file names no sample", file);
    SampleList list;
    for (const auto& [sample, given] : named) {
        list.samples.emplace_back(std::uint32_t(sample));
        if (label) list.labels.push_back(given);
    }
    return list;
}

} // namespace assay
