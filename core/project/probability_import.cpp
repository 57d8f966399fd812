// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/probability_import.h"

#include "core/base/npy.h"
#include "core/base/text.h"
#include "core/project/probability_file.h"
#include "core/project/probability_run.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace assay {
namespace {

/// The class of each column: as the file names them, else in the data set's order.
Result<std::vector<std::size_t>> classOfColumns(const ProbabilityTable& table, const Dataset& dataset) {
    const std::vector<std::string>& names = dataset.classNames;
    if (table.classes != names.size())
        return fail(ErrorCode::Format, "there are " + withThousands(table.classes) + " columns for the data set's " +
                                           withThousands(names.size()) + " classes");
    std::vector<std::size_t> classes(table.classes);
    std::iota(classes.begin(), classes.end(), std::size_t(0));
    for (std::size_t k = 0; k < classes.size() && !table.classNames.empty(); ++k) {
        const auto found = std::find(names.begin(), names.end(), table.classNames[k]);
        if (found == names.end())
            return fail(ErrorCode::Format, "the column \"" + escapeForDisplay(table.classNames[k]) + "\" is no class of the data set");
        classes[k] = std::size_t(found - names.begin());
    }
    return classes;
}

template <class P>
std::shared_ptr<FeatureMatrix> spread(const P& rows, const std::vector<std::size_t>& columns,
                                      const std::vector<SampleIndex>& samples, std::size_t size) {
    auto matrix = std::make_shared<FeatureMatrix>();
    matrix->epoch = 1;
    matrix->dimension = columns.size();
    matrix->values.assign(size * columns.size(), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t i = 0; i < samples.size(); ++i)
        for (std::size_t k = 0; k < columns.size(); ++k)
            matrix->values[samples[i].value * columns.size() + columns[k]] = float(rows[i * columns.size() + k]);
    return matrix;
}

Result<std::shared_ptr<FeatureMatrix>> readFeatures(const std::filesystem::path& file, const Dataset& dataset,
                                                    const std::vector<SampleIndex>& samples) {
    ASSAY_TRY(const NpyMatrix matrix, mapNpyMatrix(file));
    if (matrix.rows != samples.size())
        return fail(ErrorCode::Format,
                    "there are features of " + withThousands(matrix.rows) + " samples, but probabilities of " +
                        withThousands(samples.size()),
                    file.string());
    std::vector<std::size_t> columns(matrix.columns);
    std::iota(columns.begin(), columns.end(), std::size_t(0));
    return matrix.floats.empty() ? spread(matrix.doubles, columns, samples, dataset.size())
                                 : spread(matrix.floats, columns, samples, dataset.size());
}

Result<RunRecord> addImported(Project& project, const Dataset& dataset, ProbabilityImport& import) {
    ASSAY_TRY(ProbabilityTable table, readProbabilities(import.probabilities));
    if (import.normalise) {
        ASSAY_CHECK_STATUS(table.normalise());
    }
    ASSAY_TRY(const auto columns, classOfColumns(table, dataset));
    ASSAY_TRY(const auto samples, samplesOfRows(dataset, table.rows(), import.split));
    const std::string file = import.probabilities.filename().string();
    ProbabilityRun run;
    run.config.method = kImportedMethod;
    run.config.network = "none";
    run.config.settings["source"] = file;
    run.probabilities = table.with([&](const auto& p) { return spread(p.values, columns, samples, dataset.size()); });
    if (!import.features.empty()) {
        ASSAY_TRY(run.features, readFeatures(import.features, dataset, samples));
    }
    run.labelName = std::move(import.labelName);
    run.labels = std::move(import.labels);
    run.note = "Probabilities of " + withThousands(samples.size()) + " samples from " + file + "; taken to be out of sample.";
    return addProbabilityRun(project, dataset, std::move(run));
}

} // namespace

Result<RunRecord> importProbabilities(Project& project, const Dataset& dataset, ProbabilityImport import) {
    const std::string file = import.probabilities.string();
    auto added = addImported(project, dataset, import);
    if (added || added.error().context.find(file) != std::string::npos) return added;
    Error error = std::move(added).error();
    error.context += (error.context.empty() ? "" : ", ") + file;
    return tl::unexpected<Error>(std::move(error));
}

} // namespace assay
