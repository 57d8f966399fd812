// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/confident_learning.h"

#include "core/base/text.h"
#include "core/stats/confident_counts.h"
#include "core/stats/parallel.h"
#include "core/stats/probability_pass.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace assay::stats {
namespace {

constexpr std::array<std::pair<IssueFilter, std::string_view>, 7> kFilters = {{
    {IssueFilter::PruneByNoiseRate, "prune-by-noise-rate"},
    {IssueFilter::PruneByClass, "prune-by-class"},
    {IssueFilter::Both, "both"},
    {IssueFilter::ConfidentLearning, "confident-learning"},
    {IssueFilter::PredictedNeqGiven, "predicted-neq-given"},
    {IssueFilter::LowSelfConfidence, "low-self-confidence"},
    {IssueFilter::LowNormalizedMargin, "low-normalized-margin"},
}};
constexpr std::array<std::pair<LabelQuality, std::string_view>, 3> kQualities = {{
    {LabelQuality::SelfConfidence, "self-confidence"},
    {LabelQuality::NormalizedMargin, "normalized-margin"},
    {LabelQuality::ConfidenceWeightedEntropy, "confidence-weighted-entropy"},
}};

template <class Table>
std::vector<std::string> namesOf(const Table& table) {
    std::vector<std::string> names;
    for (const auto& [value, name] : table) names.emplace_back(name);
    return names;
}

template <class Table>
auto parseFrom(const Table& table, std::string_view name, const char* what)
    -> Result<std::decay_t<decltype(table[0].first)>> {
    for (const auto& [value, known] : table)
        if (known == name) return value;
    std::string all;
    for (const auto& known : namesOf(table)) all += (all.empty() ? "" : ", ") + known;
    return fail(ErrorCode::InvalidArgument, std::string("there is no such ") + what + "; choose one of " + all,
                escapeForDisplay(name));
}

/// Calls quality(row number, row) for every row, on two threads.
template <class T, class Quality>
std::vector<float> forEachRow(const ProbabilityRows<T>& p, const Quality& quality) {
    std::vector<float> scores(p.rows());
    const std::size_t step = rowsPerPart(p.classes);
    forEachPart((scores.size() + step - 1) / step, p.values.size() >= 200'000, [&](std::size_t part, std::size_t) {
        const std::size_t begin = part * step, end = std::min(scores.size(), begin + step);
        quality(begin, end, scores.data());
        dropRows(p, begin, end);
    });
    return scores;
}

template <class T>
Result<std::vector<float>> qualities(const ProbabilityRows<T>& p, std::span<const Label> given, LabelQuality kind,
                                     bool adjust) {
    ASSAY_TRY(const OwnProbabilities<T> own, readOwn(p, given));
    const bool margin = !adjust && kind == LabelQuality::NormalizedMargin;
    const auto others = unset<T>(margin ? p.rows() : 0);
    ASSAY_CHECK_STATUS(readRows(p, given, own, margin ? others.get() : nullptr));
    if (!adjust && kind == LabelQuality::SelfConfidence)
        return std::vector<float>(own.own.get(), own.own.get() + p.rows());
    if (margin) {
        std::vector<float> scores(p.rows());
        for (std::size_t i = 0; i < scores.size(); ++i)
            scores[i] = float((double(own.own[i]) - double(others[i]) + 1) / 2);
        return scores;
    }
    if (!adjust)
        return forEachRow(p, [&](std::size_t begin, std::size_t end, float* scores) {
            for (std::size_t i = begin; i < end; ++i) scores[i] = float(rowQuality(p.row(i), given[i], kind));
        });
    std::vector<double> shift = own.thresholds;
    double most = 0;
    for (double& t : shift) {
        if (t == kNeverReached) t = 0; // a class without samples is left where it is
        most = std::max(most, t);
    }
    return forEachRow(p, [&](std::size_t begin, std::size_t end, float* scores) {
        std::vector<double> row(p.classes);
        for (std::size_t i = begin; i < end; ++i) {
            const auto from = p.row(i);
            double sum = 0;
            for (std::size_t k = 0; k < row.size(); ++k) sum += row[k] = double(from[k]) - shift[k] + most;
            for (double& v : row) v /= sum;
            scores[i] = float(rowQuality(std::span<const double>(row), given[i], kind));
        }
    });
}

} // namespace

template <class T>
double rowQuality(std::span<const T> row, Label given, LabelQuality kind, double leastOwn) {
    const double own = double(row[std::size_t(given)]);
    switch (kind) {
    case LabelQuality::SelfConfidence: return own;
    case LabelQuality::NormalizedMargin: return (own - largestOther(row, std::size_t(given)) + 1) / 2;
    case LabelQuality::ConfidenceWeightedEntropy: {
        double entropy = 0;
        for (const T p : row)
            if (p > 0) entropy -= double(p) * std::log(double(p));
        if (own <= 0 && leastOwn <= 0) return 0;
        const double s = entropy / std::log(double(row.size())) / std::max(own, leastOwn);
        if (own > 0.5) return s < 1e-12 ? 1 : std::log1p(s) / s;
        return std::log1p(s) / std::max(s, kTie); // all on another class
    }
    }
    return 0;
}
template double rowQuality(std::span<const double>, Label, LabelQuality, double);
template double rowQuality(std::span<const float>, Label, LabelQuality, double);

std::string_view issueFilterName(IssueFilter filter) { return kFilters[std::size_t(filter)].second; }
std::string_view labelQualityName(LabelQuality kind) { return kQualities[std::size_t(kind)].second; }
Result<IssueFilter> parseIssueFilter(std::string_view name) { return parseFrom(kFilters, name, "filter"); }
Result<LabelQuality> parseLabelQuality(std::string_view name) { return parseFrom(kQualities, name, "ranking"); }
std::vector<std::string> issueFilterNames() { return namesOf(kFilters); }
std::vector<std::string> labelQualityNames() { return namesOf(kQualities); }

Status normaliseRows(std::span<double> values, std::size_t classes) {
    if (classes == 0 || values.size() % classes != 0)
        return fail(ErrorCode::InvalidArgument, "the last row of probabilities is cut off");
    for (std::size_t i = 0; i < values.size(); i += classes) {
        const auto row = values.subspan(i, classes);
        const double sum = std::accumulate(row.begin(), row.end(), 0.0);
        const bool good = std::all_of(row.begin(), row.end(), [](double v) { return v >= 0; });
        if (!good || !(sum > 0) || !std::isfinite(sum))
            return fail(ErrorCode::Numeric,
                        "a row that holds a negative number, no number or only zeros cannot be "
                        "made to sum to 1",
                        "row " + std::to_string(i / classes));
    }
    for (std::size_t i = 0; i < values.size(); i += classes) {
        const auto row = values.subspan(i, classes);
        const double sum = std::accumulate(row.begin(), row.end(), 0.0);
        for (double& v : row) v /= sum;
    }
    return {};
}

Result<std::vector<float>> labelQuality(const Probabilities& p, std::span<const Label> given, LabelQuality kind,
                                        bool adjust) {
    return qualities(p, given, kind, adjust);
}
Result<std::vector<float>> labelQuality(const FloatProbabilities& p, std::span<const Label> given, LabelQuality kind,
                                        bool adjust) {
    return qualities(p, given, kind, adjust);
}

} // namespace assay::stats
