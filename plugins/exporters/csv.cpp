// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Plain label table: a row per sample, its file and its label.
#include "core/project/checked_csv.h"
#include "core/project/export_table.h"

#include <algorithm>

namespace assay {

namespace {

class CsvExporter final : public TableExporter {
public:
    const Description& description() const override {
        static const Description description{
            "csv",
            "Label table (CSV)",
            "file,label: a row per sample with its effective label",
            "",
            // clang-format off
            {{"labels", ParamType::Choice, std::string("names"), {}, {}, {"names", "numbers"}, "",
              "how a class is written: by name, or by its number from 0", false},
             {"id", ParamType::Choice, std::string("file"), {}, {}, {"file", "index"}, "",
              "what names a sample: its file, or its position in the data set from 0", false},
             {"provenance", ParamType::Bool, false, {}, {}, {}, "",
              "further columns: the decision, and the run, epoch and confidence that it rests on", false}}};
        // clang-format on
        return description;
    }

private:
    Result<CheckedCsv> tableOf(const ExportTable& table, const ParamValues& settings) const override {
        const bool numbers = textParam(settings, "labels") == "numbers";
        const bool byIndex = textParam(settings, "id") == "index";
        if (!byIndex) ASSAY_CHECK_STATUS(checkNames(table));
        CheckedCsv csv;
        csv.header = {byIndex ? "index" : "file", "label"};
        const bool provenance = boolParam(settings, "provenance");
        if (provenance) csv.header.insert(csv.header.end(), provenanceColumns().begin(), provenanceColumns().end());
        csv.rows = table.rows.size();
        csv.row = [&table, numbers, byIndex, provenance](std::size_t i, std::vector<CsvCell>& cells) {
            const std::uint32_t sample = table.rows[i].value;
            if (byIndex) cells[0] = std::int64_t(sample);
            else cells[0] = std::string(table.dataset->names[sample]);
            if (provenance) {
                const auto restsOn = provenanceOf(table, i);
                std::copy(restsOn.begin(), restsOn.end(), cells.begin() + 2);
            }
            if (table.effective[i] == kNoLabel) return;
            if (numbers) cells[1] = std::int64_t(table.effective[i]);
            else cells[1] = className(*table.dataset, table.effective[i]);
        };
        return csv;
    }
};

} // namespace

void registerCsv(Registry& registry) { (void)registry.exporters.add(std::make_shared<CsvExporter>()); }

} // namespace assay
