// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The frame that cleanlab's CleanLearning returns (Northcutt, Jiang, Chuang, JAIR 2021). Beware of the direction: a low
// label_quality is bad, where a high score of ours is.
#include "core/base/files.h"
#include "core/base/npy.h"
#include "core/base/text.h"
#include "core/project/checked_csv.h"
#include "core/project/export_table.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace assay {

namespace {

/// 64-bit little-endian numbers.
std::string npyOf(const std::vector<Label>& labels) {
    const std::size_t shape[] = {labels.size()};
    std::string bytes = npyHeader("<i8", shape);
    for (const Label label : labels)
        for (int i = 0; i < 8; ++i) bytes += char(std::uint64_t(std::int64_t(label)) >> (8 * i) & 0xff);
    return bytes;
}

std::size_t npyDifferences(const std::vector<std::byte>& bytes, const std::vector<Label>& labels) {
    if (bytes.size() < 10) return labels.size();
    const std::size_t start = 10 + std::size_t(bytes[8]) + (std::size_t(bytes[9]) << 8);
    if (bytes.size() != start + 8 * labels.size()) return labels.size();
    std::size_t differences = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        std::uint64_t value = 0;
        for (int k = 0; k < 8; ++k) value |= std::uint64_t(bytes[start + 8 * i + std::size_t(k)]) << (8 * k);
        differences += std::int64_t(value) != labels[i];
    }
    return differences;
}

class CleanlabExporter final : public TableExporter {
public:
    const Description& description() const override {
        static const Description description{
            "cleanlab",
            "cleanlab frame",
            "is_label_issue,label_quality,given_label,predicted_label; into a folder also classes.txt and labels.npy",
            "Northcutt, Jiang, Chuang, JAIR 2021, doi:10.1613/jair.1.12125",
            {{"threshold",
              ParamType::Real,
              0.5,
              0.0,
              1.0,
              {},
              "",
              "posterior from which on a label counts as an issue; without a posterior, one minus the probability of the "
              "label",
              false}}};
        return description;
    }

    bool wantsEverySample() const override { return true; }

    Result<ExportReport> write(const ExportTable& table, const ParamValues& given,
                               const std::filesystem::path& target) const override {
        ASSAY_TRY(const ParamValues settings, completeParams(description().params, given));
        ASSAY_TRY(const CheckedCsv csv, tableOf(table, settings));
        ExportReport report = summarise(table);
        if (target.extension() == ".csv") {
            ASSAY_CHECK_STATUS(writeCheckedCsv(csv, target, report));
            return report;
        }
        std::error_code error;
        std::filesystem::create_directories(target, error);
        if (!std::filesystem::is_directory(target, error))
            return fail(ErrorCode::Io, "the folder cannot be made; name a folder, or a file that ends in .csv",
                        escapeForDisplay(target.string()));
        ASSAY_CHECK_STATUS(writeCheckedCsv(csv, target / "issues.csv", report));
        std::string classes;
        for (const std::string& name : table.dataset->classNames) classes += escapeForDisplay(name) + "\n";
        ASSAY_CHECK_STATUS(writeFileAtomically(target / "classes.txt", classes));
        const std::filesystem::path labels = target / "labels.npy";
        ASSAY_CHECK_STATUS(writeFileAtomically(labels, npyOf(table.effective)));
        ASSAY_TRY(const std::vector<std::byte> bytes, readFile(labels, UINT64_MAX));
        report.differences += npyDifferences(bytes, table.effective);
        if (report.differences > 0)
            return fail(ErrorCode::Internal, "the labels read back with differences",
                        escapeForDisplay(labels.string()));
        report.files.push_back(target / "classes.txt");
        report.files.push_back(labels);
        return report;
    }

private:
    Result<CheckedCsv> tableOf(const ExportTable& table, const ParamValues& settings) const override {
        if (table.loss.empty() || table.predicted.empty())
            return fail(
                ErrorCode::InvalidArgument,
                "the cleanlab frame needs the numbers of a run: choose one, and train one first where there is none");
        const double threshold = realParam(settings, "threshold");
        CheckedCsv csv;
        csv.header = {"is_label_issue", "label_quality", "given_label", "predicted_label"};
        csv.rows = table.rows.size();
        csv.row = [&table, threshold](std::size_t i, std::vector<CsvCell>& cells) {
            const bool scored = table.scored.empty() || table.scored[i] != 0;
            // Loss is minus the logarithm of the label's probability.
            const double quality = !scored                ? 1.0
                                   : table.pNoisy.empty() ? std::exp(-double(table.loss[i]))
                                                          : 1.0 - double(table.pNoisy[i]);
            const Label predicted = scored ? table.predicted[i] : table.given[i];
            const bool issue = scored && 1.0 - quality >= threshold && predicted != table.given[i];
            cells[0] = std::string(issue ? "True" : "False");
            cells[1] = std::clamp(quality, 0.0, 1.0);
            cells[2] = std::int64_t(table.given[i]);
            cells[3] = std::int64_t(predicted);
        };
        return csv;
    }
};

} // namespace

void registerCleanlab(Registry& registry) { (void)registry.exporters.add(std::make_shared<CleanlabExporter>()); }

} // namespace assay
