// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/csv.h"
#include "core/base/registry.h"
#include "core/base/text.h"
#include "core/data/dataset_reader.h"
#include "core/data/label_parser.h"
#include "core/data/picture_names.h"
#include "core/data/splits.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace assay {
namespace {

constexpr std::size_t kTables = 32;        ///< looked at, shortest path first
constexpr std::size_t kRowsLookedAt = 500; ///< of each table, to guess by
constexpr std::uint64_t kTableBytes = 1ull << 30;

std::string stemOf(std::string_view path) {
    const std::size_t extension = lowerExtensionOf(path).size();
    return std::string(path.substr(0, path.size() - extension));
}

/// A name that is absolute, whatever it means elsewhere.
bool isAbsolute(std::string_view cell) {
    if (cell.starts_with('/') || cell.find("://") != std::string_view::npos) return true;
    return cell.size() > 2 && cell[1] == ':' && (cell[2] == '\\' || cell[2] == '/');
}

/// The path with its `.` and `..` carried out; nothing where these lead above the start.
std::optional<std::string> carriedOut(std::string_view path) {
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
        if (part.empty() || part == ".") continue;
        if (part != "..") {
            parts.push_back(part);
        } else if (parts.empty()) {
            return std::nullopt;
        } else {
            parts.pop_back();
        }
    }
    std::string result;
    for (const std::string_view part : parts) result.append(result.empty() ? "" : "/").append(part);
    return result;
}

/// Finds an entry by what a cell calls it: path from the root or from the table, with or without extension and folder.
class EntryFinder {
public:
    enum class Match { None, One, Several, Outside };

    explicit EntryFinder(const Source& source) : m_entries(source.entries()) {
        findRoots(source);
        for (std::size_t i = 0; i < m_entries.size(); ++i) {
            const std::string& path = m_entries[i].path;
            m_exact.emplace(path, i);
            if (!hasPictureExtension(path)) continue;
            ++m_pictures;
            add(m_stems, stemOf(path), i);
            const std::string_view name = fileNameOf(path);
            add(m_names, std::string(name), i);
            add(m_nameStems, stemOf(name), i);
            add(m_lowerNames, asciiLower(name), i);
        }
    }

    std::pair<Match, std::size_t> find(std::string_view cell, const std::string& tableFolder) const {
        if (cell.empty()) return {Match::None, 0};
        for (const std::string& root : m_roots)
            if (cell.starts_with(root)) return findBelow(cell.substr(root.size()), {});
        if (isAbsolute(cell)) return {Match::Outside, 0};
        return findBelow(cell, tableFolder);
    }

    [[nodiscard]] std::size_t pictures() const { return m_pictures; }
    [[nodiscard]] const std::string& path(std::size_t entry) const { return m_entries[entry].path; }

private:
    std::pair<Match, std::size_t> findBelow(std::string_view cell, const std::string& tableFolder) const {
        std::string name(cell);
        if (name.find('/') == std::string::npos) std::replace(name.begin(), name.end(), '\\', '/');
        const auto fromTable = carriedOut(tableFolder + name), fromRoot = carriedOut(name);
        if (!fromTable && !fromRoot) return {Match::Outside, 0};
        for (const auto& path : {fromTable, fromRoot})
            for (const auto* map : {&m_exact, &m_stems})
                if (const auto it = path ? map->find(*path) : map->end(); it != map->end() && it->second != kSeveral)
                    return {Match::One, it->second};
        const std::string file(fileNameOf(name)), lower = asciiLower(file);
        for (const auto& [map, key] :
             {std::pair(&m_names, &file), std::pair(&m_nameStems, &file), std::pair(&m_lowerNames, &lower)})
            if (const auto it = map->find(*key); it != map->end())
                return it->second == kSeveral ? std::pair(Match::Several, std::size_t{0})
                                              : std::pair(Match::One, it->second);
        return {Match::None, 0};
    }

    /// Where the data set lies on disk, with a final slash: as it was named, and with its links followed.
    void findRoots(const Source& source) {
        m_roots.push_back((source.location() / "").string());
        if (m_entries.empty()) return;
        const auto first = source.fileOf(m_entries.front().path);
        if (first && first->string().ends_with("/" + m_entries.front().path))
            m_roots.push_back(first->string().substr(0, first->string().size() - m_entries.front().path.size()));
    }

    std::vector<std::string> m_roots;
    using Map = std::unordered_map<std::string, std::size_t>;
    static constexpr std::size_t kSeveral = static_cast<std::size_t>(-1);
    static void add(Map& map, std::string key, std::size_t entry) {
        const auto [it, added] = map.emplace(std::move(key), entry);
        if (!added) it->second = kSeveral;
    }
    const std::vector<SourceEntry>& m_entries;
    std::size_t m_pictures = 0;
    Map m_exact, m_stems, m_names, m_nameStems, m_lowerNames;
};

bool isOneOf(const std::string& name, std::initializer_list<std::string_view> list) {
    const std::string lower = asciiLower(name);
    return std::find(list.begin(), list.end(), lower) != list.end();
}

bool isFileName(const std::string& name) {
    return isOneOf(name, {"file", "filename", "file_name", "path", "filepath", "file_path", "image", "img",
                          "image_path", "image_name", "image_id", "id", "name", "picture"});
}
bool isLabelName(const std::string& name) {
    return isOneOf(name, {"label", "class", "category", "target", "given_label", "noisy_label", "labels", "class_name",
                          "classname", "class_id", "label_name", "label_id", "y", "species", "breed", "diagnosis"});
}
bool isTruthName(const std::string& name) {
    return isOneOf(name, {"true_label", "clean_label", "true_class", "clean_class", "ground_truth"});
}
bool isSplitName(const std::string& name) { return isOneOf(name, {"split", "subset", "partition", "set", "phase"}); }

/// One table, and what its columns seem to be.
struct Table {
    std::string entry;
    std::string folder;
    CsvTable csv;
    std::size_t file = 0;
    double matched = 0; ///< share of the rows looked at whose file is there
    std::optional<std::size_t> label;
    bool labelByName = false;
    std::optional<std::size_t> truth;
    std::optional<std::size_t> split;
    std::vector<std::size_t> otherLabels; ///< that might have been taken as well
};

double matchShare(const Table& table, std::size_t column, const EntryFinder& finder) {
    const std::size_t rows = std::min(table.csv.rows.size(), kRowsLookedAt);
    std::size_t found = 0;
    for (std::size_t r = 0; r < rows; ++r)
        found += finder.find(table.csv.rows[r][column], table.folder).first == EntryFinder::Match::One;
    return rows ? double(found) / double(rows) : 0;
}

/// The first name that leads out of the data set, where no name of the table leads to a picture in it.
std::string namesOutside(const Table& table, const EntryFinder& finder) {
    if (table.matched > 0 || table.csv.rows.empty()) return {};
    for (const std::string& cell : table.csv.rows.front())
        if (hasPictureExtension(cell) && finder.find(cell, table.folder).first == EntryFinder::Match::Outside)
            return escapeForDisplay(cell);
    return {};
}

/// Few different values, none missing: what labels look like.
bool looksLikeLabels(const CsvTable& csv, std::size_t column) {
    const std::size_t rows = std::min<std::size_t>(csv.rows.size(), 20'000);
    std::unordered_set<std::string> values;
    std::size_t empty = 0;
    for (std::size_t r = 0; r < rows; ++r) {
        const std::string& cell = csv.rows[r][column];
        if (cell.empty()) ++empty;
        else values.insert(cell);
    }
    return empty * 10 <= rows && values.size() >= 2 && values.size() <= std::max<std::size_t>(2, rows / 2);
}

/// A first row that names a picture itself is no header: it becomes a row, and the columns get numbers.
void addMissingHeader(CsvTable& csv, const std::string& folder, const EntryFinder& finder) {
    if (std::none_of(csv.header.begin(), csv.header.end(), [&](const std::string& cell) {
            return hasPictureExtension(cell) && finder.find(cell, folder).first == EntryFinder::Match::One;
        }))
        return;
    csv.rows.insert(csv.rows.begin(), csv.header);
    csv.rowLines.insert(csv.rowLines.begin(), 1);
    for (std::size_t c = 0; c < csv.header.size(); ++c) csv.header[c] = "column " + std::to_string(c + 1);
}

void guessColumns(Table& table, const EntryFinder& finder) {
    const CsvTable& csv = table.csv;
    double best = -1;
    for (std::size_t c = 0; c < csv.header.size(); ++c) {
        table.matched = std::max(table.matched, matchShare(table, c, finder));
        const double score = matchShare(table, c, finder) + (isFileName(csv.header[c]) ? 0.001 : 0);
        if (score > best) {
            best = score;
            table.file = c;
        }
    }
    std::vector<std::size_t> named;
    std::vector<std::size_t> guessed;
    for (std::size_t c = 0; c < csv.header.size(); ++c) {
        if (c == table.file) continue;
        if (isTruthName(csv.header[c])) {
            table.truth = c;
        } else if (isLabelName(csv.header[c])) {
            named.push_back(c);
        } else if (isSplitName(csv.header[c]) && std::all_of(csv.rows.begin(), csv.rows.end(), [&](const auto& row) {
                       return row[c].empty() || parseSplitName(row[c]).has_value();
                   })) {
            table.split = c;
        } else if (looksLikeLabels(csv, c)) {
            guessed.push_back(c);
        }
    }
    table.labelByName = !named.empty();
    // "label" before "label_id" before everything that only looks like labels.
    if (const auto exact = std::find_if(named.begin(), named.end(),
                                        [&](std::size_t c) { return asciiLower(csv.header[c]) == "label"; });
        exact != named.end())
        std::rotate(named.begin(), exact, exact + 1);
    const std::vector<std::size_t>& candidates = named.empty() ? guessed : named;
    if (!candidates.empty()) {
        table.label = candidates.front();
        table.otherLabels.assign(candidates.begin() + 1, candidates.end());
    } else if (table.truth) {
        table.label = std::exchange(table.truth, std::nullopt);
    } else if (csv.header.size() == 2 + (table.split ? 1u : 0u)) {
        for (std::size_t c = 0; c < csv.header.size(); ++c)
            if (c != table.file && c != table.split) table.label = c;
    }
}

bool isTableName(const std::string& path) {
    const std::string extension = lowerExtensionOf(path);
    return extension == ".csv" || extension == ".tsv";
}

std::string folderOf(const std::string& path) { return path.substr(0, path.size() - fileNameOf(path).size()); }

Result<Table> loadTable(const Source& source, const std::string& entry, const EntryFinder& finder) {
    ASSAY_TRY(const SharedBytes bytes, source.share(entry, kTableBytes));
    Table table;
    table.entry = entry;
    table.folder = folderOf(entry);
    ASSAY_TRY(table.csv,
              parseCsv({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, escapeForDisplay(entry)));
    addMissingHeader(table.csv, table.folder, finder);
    guessColumns(table, finder);
    return table;
}

/// Numbers as they are written (no leading zeros, no plus) sort as numbers; everything else by bytes.
std::vector<std::string> sortedClasses(const std::set<std::string>& values) {
    std::vector<std::pair<std::int64_t, std::string>> numbers;
    for (const std::string& value : values) {
        const auto number = parseInteger(value);
        if (!number || std::to_string(*number) != value) return {values.begin(), values.end()};
        numbers.emplace_back(*number, value);
    }
    std::sort(numbers.begin(), numbers.end());
    std::vector<std::string> names;
    for (auto& [number, name] : numbers) names.push_back(std::move(name));
    return names;
}

/// Among class numbers from 0 on, −1 says that there is no label; beside one other number only, it is a class like
/// that.
bool minusOneIsNone(const std::set<std::string>& values) {
    return values.size() > 2 && values.contains("-1") &&
           std::all_of(values.begin(), values.end(), [](const std::string& value) {
               const auto number = parseInteger(value);
               return number && *number >= kNoLabel;
           });
}

class CsvImagesReader final : public DatasetReader {
public:
    CsvImagesReader() {
        m_description.id = "csv-images";
        m_description.title = "A CSV beside pictures";
        m_description.help = "a table that names picture files and their labels, in columns of any name";
        ParamSpec file;
        file.name = "file-column";
        file.type = ParamType::Text;
        file.defaultValue = std::string();
        file.help = "column that names the pictures; empty: found by looking";
        ParamSpec label = file;
        label.name = "label-column";
        label.help = "column that holds the labels; empty: found by looking";
        m_description.params = {file, label};
    }

    const Description& description() const override { return m_description; }

    int probe(const Source& source) const override {
        const std::vector<std::string> names = tableNames(source);
        if (names.empty()) return 0;
        const EntryFinder finder(source);
        if (finder.pictures() == 0) return 0;
        int best = 30; // read() will say what is wrong with it
        for (const std::string& name : names) {
            const Result<Table> table = loadTable(source, name, finder);
            if (!table) best = std::max(best, 40);
            else if (table->matched >= 0.5 && table->label) best = std::max(best, table->labelByName ? 90 : 60);
        }
        return source.focus().empty() ? best : 100;
    }

    Result<RawDataset> read(const Source& source, const ReaderOptions& options, ProblemCollector& problems,
                            const ProgressFn&, std::stop_token stop) const override {
        const EntryFinder finder(source);
        ASSAY_TRY(std::vector<Table> tables, chooseTables(source, options, finder));
        std::set<std::string> values;
        for (const Table& table : tables)
            for (const auto& row : table.csv.rows)
                if (!trimmed(row[*table.label]).empty()) values.insert(row[*table.label]);
        if (values.empty())
            return fail(ErrorCode::Format, "the label column is empty", escapeForDisplay(tables.front().entry));
        RawDataset raw;
        if (minusOneIsNone(values)) {
            values.erase("-1");
            raw.notes.emplace_back("A label of -1 is taken as none");
        }
        raw.classNames = sortedClasses(values);
        std::unordered_map<std::string, Label> labelOf;
        for (const std::string& name : raw.classNames) labelOf.emplace(name, static_cast<Label>(labelOf.size()));

        std::unordered_map<std::size_t, std::size_t> lineOf; // entry to the line that named it
        for (const Table& table : tables) {
            ASSAY_CHECK_STATUS(addRows(table, tables.size() > 1, finder, labelOf, lineOf, raw, problems, stop));
            describe(table, raw.notes);
        }
        if (finder.pictures() > lineOf.size())
            raw.notes.push_back(withThousands(finder.pictures() - lineOf.size()) + " pictures are not named by " +
                                escapeForDisplay(tables.front().entry) + " and were left out");
        return raw;
    }

private:
    static std::vector<std::string> tableNames(const Source& source) {
        if (!source.focus().empty()) {
            const std::string extension = lowerExtensionOf(source.focus());
            if (isTableName(source.focus()) || extension == ".txt") return {source.focus()};
            return {};
        }
        std::vector<std::string> names;
        for (const SourceEntry& entry : source.entries())
            if (isTableName(entry.path) && entry.size > 0) names.push_back(entry.path);
        std::stable_sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
            return std::count(a.begin(), a.end(), '/') < std::count(b.begin(), b.end(), '/');
        });
        if (names.size() > kTables) names.resize(kTables);
        return names;
    }

    /// Puts the user's words in the place of guesses.
    static Status apply(const ReaderOptions& options, Table& table, const EntryFinder& finder) {
        const auto choose = [&](const std::string& wanted, auto& column) -> Status {
            const auto found = table.csv.column(wanted);
            if (!found)
                return fail(ErrorCode::NotFound,
                            "there is no column " + escapeForDisplay(wanted) + "; there are " + columnList(table.csv),
                            escapeForDisplay(table.entry));
            column = *found;
            return {};
        };
        if (!options.fileColumn.empty()) {
            ASSAY_CHECK_STATUS(choose(options.fileColumn, table.file));
            table.matched = matchShare(table, table.file, finder);
        }
        if (!options.labelColumn.empty()) {
            ASSAY_CHECK_STATUS(choose(options.labelColumn, table.label));
            if (table.truth == table.label) table.truth.reset();
            table.otherLabels.clear();
        }
        return {};
    }

    static Result<std::vector<Table>> chooseTables(const Source& source, const ReaderOptions& options,
                                                   const EntryFinder& finder) {
        std::vector<Table> usable;
        std::optional<Error> error;
        for (const std::string& name : tableNames(source)) {
            Result<Table> table = loadTable(source, name, finder);
            Status applied = table ? apply(options, *table, finder) : Status{};
            if (!table || !applied) {
                if (!error) error = table ? applied.error() : table.error();
                continue;
            }
            const std::string shown = escapeForDisplay(name);
            if (table->csv.rows.empty()) {
                if (!error) error = Error{ErrorCode::Format, "the table has a header and no rows", shown};
            } else if (const std::string outside = namesOutside(*table, finder); !outside.empty()) {
                if (!error)
                    error = Error{ErrorCode::Format,
                                  "the pictures that it names lie outside the data set, the first at " + outside +
                                      "; open the folder that holds them, or write paths relative to the table",
                                  shown};
            } else if (table->matched == 0) {
                if (!error)
                    error = Error{ErrorCode::Format,
                                  (options.fileColumn.empty() ? "no column names pictures that are there"
                                                              : "the column " + escapeForDisplay(options.fileColumn) +
                                                                    " names no picture that is there") +
                                      std::string("; there are ") + columnList(table->csv),
                                  shown};
            } else if (!table->label) {
                if (!error)
                    error = Error{ErrorCode::Format,
                                  "no column looks like labels; name it with --label-column; there are " +
                                      columnList(table->csv),
                                  shown};
            } else {
                usable.push_back(std::move(*table));
            }
        }
        if (usable.empty())
            return tl::unexpected(error.value_or(Error{ErrorCode::Format, "no table names the pictures", {}}));
        const auto better = [](const Table& a, const Table& b) {
            if (a.labelByName != b.labelByName) return a.labelByName;
            return a.matched * double(a.csv.rows.size()) > b.matched * double(b.csv.rows.size());
        };
        std::stable_sort(usable.begin(), usable.end(), better);
        // train.csv, val.csv and test.csv belong together.
        std::vector<Table> together;
        for (Table& table : usable)
            if (parseSplitName(stemOf(fileNameOf(table.entry)))) together.push_back(table);
        if (together.size() >= 2) {
            std::stable_sort(together.begin(), together.end(), [](const Table& a, const Table& b) {
                return *parseSplitName(stemOf(fileNameOf(a.entry))) < *parseSplitName(stemOf(fileNameOf(b.entry)));
            });
            return together;
        }
        usable.resize(1);
        return usable;
    }

    static Status addRows(const Table& table, bool splitByFile, const EntryFinder& finder,
                          const std::unordered_map<std::string, Label>& labelOf,
                          std::unordered_map<std::size_t, std::size_t>& lineOf, RawDataset& raw,
                          ProblemCollector& problems, const std::stop_token& stop) {
        const std::string shown = escapeForDisplay(table.entry);
        for (std::size_t r = 0; r < table.csv.rows.size(); ++r) {
            if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "reading was stopped");
            const auto& row = table.csv.rows[r];
            const std::string& cell = row[table.file];
            const std::size_t line = table.csv.rowLines[r];
            const std::string where = shown + ", line " + withThousands(line) + " (" + escapeForDisplay(cell) + ")";
            const auto [match, entry] = finder.find(cell, table.folder);
            switch (match) {
            case EntryFinder::Match::None: problems.add(where, "names no picture that is there"); continue;
            case EntryFinder::Match::Several: problems.add(where, "fits several pictures"); continue;
            case EntryFinder::Match::Outside: problems.add(where, "names a file outside the data set"); continue;
            case EntryFinder::Match::One: break;
            }
            if (const auto [it, added] = lineOf.emplace(entry, line); !added)
                return fail(ErrorCode::Format,
                            "line " + withThousands(line) + " names " + escapeForDisplay(cell) +
                                " a second time (first in line " + withThousands(it->second) +
                                "); remove one of the two rows",
                            shown);
            RawDataset::Sample sample;
            sample.name = finder.path(entry);
            if (const auto label = labelOf.find(row[*table.label]); label != labelOf.end())
                sample.givenLabel = label->second;
            if (table.truth)
                if (const auto truth = labelOf.find(row[*table.truth]); truth != labelOf.end())
                    sample.trueLabel = truth->second;
            if (table.split) sample.split = parseSplitName(row[*table.split]);
            else if (splitByFile) sample.split = parseSplitName(stemOf(fileNameOf(table.entry)));
            sample.pixels = RawDataset::Encoded{finder.path(entry)};
            raw.samples.push_back(std::move(sample));
        }
        return {};
    }

    static void describe(const Table& table, std::vector<std::string>& notes) {
        const auto quoted = [&](std::size_t column) { return "“" + escapeForDisplay(table.csv.header[column]) + "”"; };
        std::string note = "From " + escapeForDisplay(table.entry) + ": pictures from column " + quoted(table.file) +
                           ", labels from column " + quoted(*table.label);
        if (table.truth) note += ", true labels from column " + quoted(*table.truth);
        if (table.split) note += ", splits from column " + quoted(*table.split);
        if (table.csv.separator != ',')
            note += std::string(", separated by ") + (table.csv.separator == '\t' ? "tabs" : "semicolons");
        notes.push_back(note);
        if (table.otherLabels.empty()) return;
        note = "Labels might also be in";
        for (std::size_t i = 0; i < table.otherLabels.size(); ++i)
            note += (i ? ", " : " ") + quoted(table.otherLabels[i]);
        notes.push_back(note + " (choose with --label-column)");
    }

    Description m_description;
};

} // namespace

void registerCsvImages(Registry& registry) { (void)registry.readers.add(std::make_shared<CsvImagesReader>()); }

} // namespace assay
