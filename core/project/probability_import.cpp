// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/probability_import.h"

#include "core/base/npy.h"
#include "core/base/text.h"
#include "core/project/probability_file.h"
#include "core/project/probability_run.h"
#include "core/stats/neighbour_graph.h"
#include "core/stats/neighbour_votes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>

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
            return fail(ErrorCode::Format,
                        "the column \"" + escapeForDisplay(table.classNames[k]) + "\" is no class of the data set");
        classes[k] = std::size_t(found - names.begin());
    }
    return classes;
}

/// The samples that are called so, each once.
Result<std::vector<SampleIndex>> samplesOfFiles(const Dataset& dataset, const std::vector<std::string>& files) {
    std::unordered_map<std::string_view, std::uint32_t> byName;
    for (std::uint32_t i = 0; i < dataset.size(); ++i) byName.emplace(dataset.names[i], i);
    std::vector<SampleIndex> samples;
    for (const std::string& file : files) {
        const auto found = byName.find(file);
        if (found == byName.end())
            return fail(ErrorCode::NotFound,
                        "the data set has no sample \"" + escapeForDisplay(file) + "\", or two rows name it");
        samples.emplace_back(found->second);
        byName.erase(found);
    }
    return samples;
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

std::shared_ptr<FeatureMatrix> spread(const NpyMatrix& matrix, const std::vector<SampleIndex>& samples,
                                      std::size_t size) {
    std::vector<std::size_t> columns(matrix.columns);
    std::iota(columns.begin(), columns.end(), std::size_t(0));
    return matrix.floats.empty() ? spread(matrix.doubles, columns, samples, size)
                                 : spread(matrix.floats, columns, samples, size);
}

/// What a run of imported files begins with.
ProbabilityRun begun(std::string_view method, const std::filesystem::path& file, ProbabilityImport& import) {
    ProbabilityRun run;
    run.config.method = method;
    run.config.network = "none";
    run.config.settings["source"] = file.filename().string();
    run.labelName = std::move(import.labelName);
    run.labels = std::move(import.labels);
    return run;
}

/// The first row of which some numbers are not finite, and which is not wholly NaN.
template <class T>
std::optional<std::size_t> firstNotFinite(std::span<const T> values, std::size_t columns) {
    for (std::size_t begin = 0; begin < values.size(); begin += columns) {
        const auto row = values.subspan(begin, columns);
        const bool finite = std::all_of(row.begin(), row.end(), [](T v) { return std::isfinite(v); });
        if (!finite && !std::all_of(row.begin(), row.end(), [](T v) { return std::isnan(v); })) return begin / columns;
    }
    return std::nullopt;
}

/// A row of NaN alone says that the sample has no features; any other number that is not finite is a fault.
Status checkFeatures(const NpyMatrix& matrix, const std::filesystem::path& file) {
    const auto row = matrix.floats.empty() ? firstNotFinite(matrix.doubles, matrix.columns)
                                           : firstNotFinite(matrix.floats, matrix.columns);
    if (!row) return {};
    return fail(ErrorCode::Numeric,
                "a feature is not a finite number; leave a whole row NaN for a sample without features",
                "row " + std::to_string(*row) + ", " + escapeForDisplay(file.filename().string()));
}

Result<ProbabilityRun> fromProbabilities(const Dataset& dataset, ProbabilityImport& import) {
    ASSAY_TRY(ProbabilityTable table, readProbabilities(import.probabilities));
    if (import.normalise) {
        ASSAY_CHECK_STATUS(table.normalise());
    }
    ASSAY_TRY(const auto columns, classOfColumns(table, dataset));
    ASSAY_TRY(const auto samples, table.files.empty() ? samplesOfRows(dataset, table.rows(), import.split)
                                                      : samplesOfFiles(dataset, table.files));
    ProbabilityRun run = begun(kImportedMethod, import.probabilities, import);
    run.probabilities = table.with([&](const auto& p) { return spread(p.values, columns, samples, dataset.size()); });
    if (!import.features.empty()) {
        ASSAY_TRY(const NpyMatrix matrix, mapNpyMatrix(import.features));
        if (matrix.rows != samples.size())
            return fail(ErrorCode::Format,
                        "there are features of " + withThousands(matrix.rows) + " samples, but probabilities of " +
                            withThousands(samples.size()),
                        import.features.string());
        ASSAY_CHECK_STATUS(checkFeatures(matrix, import.features));
        run.features = spread(matrix, samples, dataset.size());
    }
    run.note = "Probabilities of " + withThousands(samples.size()) + " samples from " +
               import.probabilities.filename().string() + "; taken to be out of sample.";
    return run;
}

Result<ProbabilityRun> fromFeatures(const Dataset& dataset, ProbabilityImport& import, const ProgressFn& progress,
                                    std::stop_token stop) {
    ASSAY_TRY(const NpyMatrix matrix, mapNpyMatrix(import.features));
    ASSAY_TRY(const auto samples, samplesOfRows(dataset, matrix.rows, import.split));
    ASSAY_CHECK_STATUS(checkFeatures(matrix, import.features));
    ProbabilityRun run = begun(kNeighbourMethod, import.features, import);
    run.features = spread(matrix, samples, dataset.size());
    std::size_t known = 0; // a row may say that there are none: NaN
    for (const SampleIndex sample : samples) known += run.features->has(sample.value);
    const std::size_t voters = std::min(stats::kVoters, std::max<std::size_t>(known, 2) - 1);
    ASSAY_TRY(const stats::Neighbours near,
              stats::nearestNeighbours(run.features->values, run.features->dimension, voters, progress, stop));
    auto votes = std::make_shared<FeatureMatrix>();
    votes->epoch = 1;
    votes->dimension = std::size_t(dataset.classCount());
    votes->values = stats::votesOfNeighbours(near, run.labels.labels, votes->dimension);
    run.probabilities = std::move(votes);
    run.note = "Probabilities of " + withThousands(known) + " samples by the labels of the " + withThousands(voters) +
               " nearest by the features in " + import.features.filename().string() +
               "; a sample's own label has no vote.";
    return run;
}

Result<RunRecord> addImported(Project& project, const Dataset& dataset, ProbabilityImport& import,
                              const ProgressFn& progress, std::stop_token stop) {
    if (import.probabilities.empty() && import.features.empty())
        return fail(ErrorCode::InvalidArgument, "name a file with probabilities, one with features, or both");
    auto run = import.probabilities.empty() ? fromFeatures(dataset, import, progress, stop)
                                            : fromProbabilities(dataset, import);
    if (!run) return tl::unexpected<Error>(std::move(run).error());
    return addProbabilityRun(project, dataset, std::move(*run));
}

} // namespace

Result<RunRecord> importProbabilities(Project& project, const Dataset& dataset, ProbabilityImport import,
                                      const ProgressFn& progress, std::stop_token stop) {
    const std::string file = (import.probabilities.empty() ? import.features : import.probabilities).string();
    auto added = addImported(project, dataset, import, progress, stop);
    if (added || added.error().code == ErrorCode::Cancelled || file.empty() ||
        added.error().context.find(file) != std::string::npos)
        return added;
    Error error = std::move(added).error();
    error.context += (error.context.empty() ? "" : ", ") + file;
    return tl::unexpected<Error>(std::move(error));
}

} // namespace assay
