// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The whole story of every sample in one table: labels, numbers, decision and why.
#include "core/base/text.h"
#include "core/project/checked_csv.h"
#include "core/project/export_table.h"

namespace assay {

namespace {

class AuditCsvExporter final : public TableExporter {
public:
    const Description& description() const override {
        static const Description description{
            "audit-csv",
            "Audit table (CSV)",
            "every sample with given, effective and suggested label, score, posterior, loss, decision and reason",
            "",
            {}};
        return description;
    }

    bool wantsEverySample() const override { return true; }

private:
    Result<CheckedCsv> tableOf(const ExportTable& table, const ParamValues&) const override {
        CheckedCsv csv;
        csv.header = {"index",
                      "file",
                      "given",
                      "effective",
                      "suggested",
                      "score",
                      "p_noisy",
                      "loss",
                      "decision",
                      "reason",
                      "who",
                      "time",
                      "run",
                      "split",
                      "predicted",
                      "decision_run",
                      "decision_score",
                      "decision_epoch",
                      "decision_confidence"};
        csv.rows = table.rows.size();
        csv.row = [&table](std::size_t i, std::vector<CsvCell>& cells) { fill(table, i, cells); };
        return csv;
    }

    static void fill(const ExportTable& table, std::size_t i, std::vector<CsvCell>& cells) {
        const Dataset& dataset = *table.dataset;
        const std::uint32_t sample = table.rows[i].value;
        const bool scored = table.scored.empty() || table.scored[i] != 0;
        const bool labelled = table.given.empty() || table.given[i] != kNoLabel;
        const auto number = [&](const std::vector<float>& column) -> CsvCell {
            if (column.empty() || !scored || !labelled) return {}; // against no label there is no loss
            return column[i];
        };
        const auto label = [&](const std::vector<Label>& column) -> CsvCell {
            if (column.empty() || column[i] == kNoLabel) return {};
            return escapeForTable(className(dataset, column[i]));
        };
        const auto text = [&](const std::vector<std::string>& column) -> CsvCell {
            return column.empty() ? std::string() : escapeForTable(column[i]);
        };
        cells = {std::int64_t(sample),
                 escapeForTable(std::string(dataset.names[sample])),
                 label(table.given),
                 label(table.effective),
                 label(table.suggested),
                 number(table.score),
                 number(table.pNoisy),
                 number(table.loss),
                 std::string(verdictName(table.decisions[i].verdict)),
                 text(table.reason),
                 text(table.who),
                 text(table.time),
                 scored ? table.run : std::string(),
                 sample < dataset.splits.size() ? std::string(splitName(dataset.splits[sample])) : std::string(),
                 label(table.predicted),
                 text(table.decisionRun),
                 text(table.decisionScore),
                 text(table.decisionEpoch),
                 text(table.decisionConfidence)};
    }
};

} // namespace

void registerAuditCsv(Registry& registry) { (void)registry.exporters.add(std::make_shared<AuditCsvExporter>()); }

} // namespace assay
