// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The label table of somebody else's sample file: its header, ids, row order and further columns, our labels.
#include "core/base/csv.h"
#include "core/base/files.h"
#include "core/base/text.h"
#include "core/project/checked_csv.h"
#include "core/project/export_table.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace assay {

namespace {

constexpr std::size_t kNoSample = SIZE_MAX, kAmbiguous = SIZE_MAX - 1;
constexpr std::size_t kIdsNamed = 10;

/// Ways in which a table may spell the name of a sample.
enum class Spelling { File, WithoutExtension, BaseName, BaseNameWithoutExtension, Index };
constexpr Spelling kSpellings[] = {Spelling::File, Spelling::WithoutExtension, Spelling::BaseName,
                                   Spelling::BaseNameWithoutExtension, Spelling::Index};

std::string spell(const Dataset& dataset, std::size_t sample, Spelling spelling) {
    if (spelling == Spelling::Index) return std::to_string(sample);
    std::string name(dataset.names[sample]);
    const bool base = spelling == Spelling::BaseName || spelling == Spelling::BaseNameWithoutExtension;
    if (const auto slash = name.rfind('/'); base && slash != std::string::npos) name.erase(0, slash + 1);
    if (spelling == Spelling::WithoutExtension || spelling == Spelling::BaseNameWithoutExtension) {
        const auto dot = name.rfind('.'), slash = name.rfind('/');
        if (dot != std::string::npos && dot > 0 && (slash == std::string::npos || dot > slash + 1)) name.erase(dot);
    }
    return name;
}

/// A template with the places of its parts found.
struct Template {
    CsvTable csv;
    std::size_t idColumn = 0, labelColumn = 0;
    std::vector<std::size_t> samples; ///< per row, or kNoSample
    bool numbers = false;             ///< labels are written as numbers
    bool bom = false, crlf = false;
};

std::unordered_map<std::string, std::size_t> samplesBy(const Dataset& dataset, Spelling spelling) {
    std::unordered_map<std::string, std::size_t> result;
    result.reserve(dataset.size());
    for (std::size_t i = 0; i < dataset.size(); ++i) {
        const auto [it, added] = result.emplace(spell(dataset, i, spelling), i);
        if (!added) it->second = kAmbiguous;
    }
    return result;
}

/// The column and spelling that name the most samples; the earlier of equals, so that an index is the last resort.
void findIds(Template& found, const Dataset& dataset, const std::string& wanted) {
    std::size_t best = 0;
    for (const Spelling spelling : kSpellings) {
        const auto samples = samplesBy(dataset, spelling);
        for (std::size_t c = 0; c < found.csv.header.size(); ++c) {
            if (!wanted.empty() && found.csv.header[c] != wanted) continue;
            std::vector<std::size_t> rows;
            std::size_t named = 0;
            for (const auto& cells : found.csv.rows) {
                const auto it = samples.find(cells[c]);
                rows.push_back(it == samples.end() ? kNoSample : it->second);
                named += it != samples.end();
            }
            if (named <= best && !(best == 0 && found.samples.empty() && !wanted.empty())) continue;
            best = named;
            found.idColumn = c;
            found.samples = std::move(rows);
        }
    }
}

std::optional<std::size_t> findLabels(const Template& found, const std::string& wanted) {
    const auto& header = found.csv.header;
    if (!wanted.empty()) return found.csv.column(wanted);
    for (const char* name : {"label", "labels", "class", "category", "target", "y"})
        for (std::size_t c = 0; c < header.size(); ++c)
            if (c != found.idColumn && asciiLower(header[c]) == name) return c;
    for (std::size_t c = header.size(); c-- > 0;)
        if (c != found.idColumn) return c;
    return std::nullopt;
}

/// Numbers where every label of the template is a class number and not every one is a class name.
bool writesNumbers(const Template& found, const Dataset& dataset) {
    bool numbers = !found.csv.rows.empty(), names = true;
    for (const auto& cells : found.csv.rows) {
        const std::string& text = cells[found.labelColumn];
        const auto number = parseInteger(text);
        numbers = numbers && number && *number >= 0 && *number < dataset.classCount();
        names =
            names && std::find(dataset.classNames.begin(), dataset.classNames.end(), text) != dataset.classNames.end();
    }
    return numbers && !names;
}

Result<Template> readTemplate(const Dataset& dataset, const ParamValues& settings) {
    const std::filesystem::path file = textParam(settings, "template");
    if (file.empty())
        return fail(ErrorCode::InvalidArgument,
                    "this format needs a template file: a table with the ids and columns wanted");
    ASSAY_TRY(const std::vector<std::byte> bytes, readFile(file));
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::string name = escapeForDisplay(file.string());
    Template found;
    found.bom = text.starts_with("\xef\xbb\xbf");
    const auto line = text.find('\n');
    found.crlf = line != std::string_view::npos && line > 0 && text[line - 1] == '\r';
    ASSAY_TRY(found.csv, parseCsv(text, name));

    const std::string& wantedId = textParam(settings, "id-column");
    for (const std::string& wanted : {wantedId, textParam(settings, "label-column")})
        if (!wanted.empty() && !found.csv.column(wanted))
            return fail(ErrorCode::NotFound, "the template has no column \"" + escapeForDisplay(wanted) + "\"", name);
    findIds(found, dataset, wantedId);
    if (found.samples.empty())
        return fail(ErrorCode::NotFound, "no column of the template names samples of this data set", name);
    const auto labels = findLabels(found, textParam(settings, "label-column"));
    if (!labels || *labels == found.idColumn)
        return fail(ErrorCode::NotFound, "the template has no column for the label", name);
    found.labelColumn = *labels;

    std::string unknown;
    std::size_t unknowns = 0;
    std::vector<std::size_t> seen(dataset.size(), kNoSample);
    for (std::size_t r = 0; r < found.samples.size(); ++r) {
        const std::string id = escapeForDisplay(found.csv.rows[r][found.idColumn]);
        const std::size_t sample = found.samples[r];
        if (sample == kAmbiguous)
            return fail(ErrorCode::InvalidArgument,
                        "more than one sample is called \"" + id + "\" (row " + std::to_string(r + 1) +
                            "); use ids with folder and extension",
                        name);
        if (sample == kNoSample) {
            if (unknowns++ < kIdsNamed) unknown += (unknown.empty() ? "" : ", ") + id;
            continue;
        }
        if (seen[sample] != kNoSample)
            return fail(ErrorCode::InvalidArgument,
                        "the template names \"" + id + "\" twice (rows " + std::to_string(seen[sample] + 1) + " and " +
                            std::to_string(r + 1) + ")",
                        name);
        seen[sample] = r;
    }
    if (unknowns > 0)
        return fail(ErrorCode::NotFound,
                    withThousands(unknowns) + (unknowns == 1 ? " id" : " ids") +
                        " of the template belong to no sample: " + unknown + (unknowns > kIdsNamed ? ", …" : ""),
                    name);
    const std::string& spelling = textParam(settings, "labels");
    found.numbers = spelling == "numbers" || (spelling == "as-template" && writesNumbers(found, dataset));
    return found;
}

class CsvTemplateExporter final : public Exporter {
public:
    const Description& description() const override {
        static const Description description{
            "csv-template",
            "Label table from a template (CSV)",
            "header, ids, row order and further columns of a sample file, with the effective labels",
            "",
            // clang-format off
            {{"template", ParamType::Text, std::string(), {}, {}, {}, "", "the sample file to follow", false},
             {"labels", ParamType::Choice, std::string("as-template"), {}, {}, {"as-template", "names", "numbers"}, "",
              "how a class is written", true},
             {"id-column", ParamType::Text, std::string(), {}, {}, {}, "", "column that names the sample; else it is found", true},
             {"label-column", ParamType::Text, std::string(), {}, {}, {}, "", "column of the label; else it is found", true}}};
        // clang-format on
        return description;
    }

    Result<ExportReport> write(const ExportTable& table, const ParamValues& settings,
                               const std::filesystem::path& target) const override {
        ASSAY_TRY(const Filled filled, fill(table, settings));
        ExportReport report = summarise(filled.table);
        report.notes = filled.notes;
        if (std::string warning = formulaWarning(filled.table); !warning.empty())
            report.notes.push_back(std::move(warning));
        ASSAY_CHECK_STATUS(writeCheckedCsv(filled.csv(), target, report));
        return report;
    }

    Result<std::string> preview(const ExportTable& table, const ParamValues& settings,
                                std::size_t rows) const override {
        ASSAY_TRY(const Filled filled, fill(table, settings));
        return renderCsv(filled.csv(), rows);
    }

private:
    /// The template's rows that the export holds, in the template's order.
    struct Filled {
        Template source;
        std::vector<std::size_t> templateRows;
        ExportTable table; ///< aligned with templateRows
        std::vector<std::string> notes;

        [[nodiscard]] CheckedCsv csv() const {
            CheckedCsv result;
            result.header = source.csv.header;
            result.separator = source.csv.separator;
            result.bom = source.bom;
            result.crlf = source.crlf;
            result.rows = templateRows.size();
            result.row = [this](std::size_t i, std::vector<CsvCell>& cells) {
                const auto& given = source.csv.rows[templateRows[i]];
                for (std::size_t c = 0; c < given.size(); ++c) cells[c] = given[c];
                const Label label = table.effective[i];
                CsvCell& cell = cells[source.labelColumn];
                if (label == kNoLabel) cell = {};
                else if (source.numbers) cell = std::int64_t(label);
                else cell = className(*table.dataset, label);
            };
            return result;
        }
    };

    Result<Filled> fill(const ExportTable& table, const ParamValues& given) const {
        ASSAY_TRY(const ParamValues settings, completeParams(description().params, given));
        ASSAY_CHECK_STATUS(checkNames(table));
        Filled filled;
        ASSAY_TRY(filled.source, readTemplate(*table.dataset, settings));
        std::vector<std::size_t> rowOf(table.dataset->size(), kNoSample);
        for (std::size_t i = 0; i < table.rows.size(); ++i) rowOf[table.rows[i].value] = i;
        filled.table.dataset = table.dataset;
        filled.table.excludedOut = table.excludedOut;
        filled.table.flaggedOut = table.flaggedOut;
        for (std::size_t r = 0; r < filled.source.samples.size(); ++r) {
            const std::size_t row = rowOf[filled.source.samples[r]];
            if (row == kNoSample) continue;
            filled.templateRows.push_back(r);
            filled.table.rows.push_back(table.rows[row]);
            filled.table.given.push_back(table.given[row]);
            filled.table.effective.push_back(table.effective[row]);
            filled.table.decisions.push_back(table.decisions[row]);
        }
        const std::size_t written = filled.templateRows.size();
        if (const std::size_t left = filled.source.samples.size() - written; left > 0)
            filled.notes.push_back(withThousands(left) + " of the template's " +
                                   withThousands(filled.source.samples.size()) +
                                   " ids are missing from the file: their samples are left out of this export");
        if (const std::size_t extra = table.rows.size() - written; extra > 0)
            filled.notes.push_back(withThousands(extra) + " samples are not in the template and so not in the file");
        return filled;
    }
};

} // namespace

void registerCsvTemplate(Registry& registry) { (void)registry.exporters.add(std::make_shared<CsvTemplateExporter>()); }

} // namespace assay
