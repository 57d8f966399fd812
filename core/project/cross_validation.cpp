// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/cross_validation.h"

#include "core/base/rng.h"
#include "core/base/text.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace assay {
namespace {

constexpr std::string_view kFoldMark = ", fold ";
constexpr std::uint32_t kFoldDraw = 1; // apart from the draws of a test split

} // namespace

Result<FoldPlan> planFolds(const Dataset& dataset, const LabelSet& labels, std::span<const std::uint8_t> excluded,
                           int folds, std::uint64_t seed) {
    if (folds < 2 || folds > 50)
        return fail(ErrorCode::InvalidArgument, "cross-validation takes 2 to 50 folds", std::to_string(folds));
    FoldPlan plan{folds, seed, std::vector<int>(dataset.size(), -1)};
    std::vector<std::vector<std::pair<double, std::uint32_t>>> draws(std::size_t(dataset.classCount()));
    for (std::size_t i = 0; i < dataset.size(); ++i) {
        const Label label = labels.labels[i];
        if (dataset.splits[i] != Split::Train || label < 0 || label >= dataset.classCount() ||
            (i < excluded.size() && excluded[i] != 0))
            continue;
        CounterRng rng(seed, RngPurpose::Split, kFoldDraw, std::uint32_t(i));
        draws[std::size_t(label)].emplace_back(rng.uniform(), std::uint32_t(i));
    }
    std::size_t dealt = 0; // class after class round the table, so that folds differ by one sample at most
    for (auto& ofClass : draws) {
        std::sort(ofClass.begin(), ofClass.end());
        for (const auto& [draw, sample] : ofClass) plan.fold[sample] = int(dealt++ % std::size_t(folds));
    }
    if (dealt < 2 * std::size_t(folds))
        return fail(ErrorCode::InvalidArgument,
                    withThousands(dealt) + " training samples are too few for " + std::to_string(folds) + " folds");
    return plan;
}

std::shared_ptr<const Dataset> datasetOfFold(const Dataset& dataset, const FoldPlan& plan, int fold) {
    auto copy = std::make_shared<Dataset>(dataset);
    for (std::size_t i = 0; i < plan.fold.size(); ++i)
        if (plan.fold[i] == fold) copy->splits[i] = Split::Validation;
    return copy;
}

std::string foldLabelName(const std::string& labels, const FoldPlan& plan, int fold) {
    return labels + std::string(kFoldMark) + std::to_string(fold + 1) + " of " + std::to_string(plan.folds) +
           ", seed " + std::to_string(plan.seed);
}

std::optional<FoldLabelName> parseFoldLabelName(const std::string& name) {
    const std::size_t at = name.rfind(kFoldMark);
    if (at == std::string::npos) return std::nullopt;
    FoldLabelName parsed;
    parsed.labels = name.substr(0, at);
    std::string_view rest = std::string_view(name).substr(at + kFoldMark.size());
    const auto number = [&rest](auto& value) {
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
        if (error != std::errc{}) return false;
        rest.remove_prefix(std::size_t(end - rest.data()));
        return true;
    };
    const auto word = [&rest](std::string_view text) {
        if (!rest.starts_with(text)) return false;
        rest.remove_prefix(text.size());
        return true;
    };
    const bool whole =
        number(parsed.fold) && word(" of ") && number(parsed.folds) && word(", seed ") && number(parsed.seed);
    if (!whole || !rest.empty() || parsed.fold < 1 || parsed.fold > parsed.folds) return std::nullopt;
    --parsed.fold;
    return parsed;
}

Result<std::shared_ptr<const FeatureMatrix>> heldOutProbabilities(const Project& project, const FoldPlan& plan,
                                                                  std::span<const RunId> runs) {
    auto all = std::make_shared<FeatureMatrix>();
    all->epoch = 1;
    std::vector<int> counted(plan.fold.size());
    std::vector<double> sum; // over the runs that did not learn from the sample
    for (std::size_t f = 0; f < runs.size(); ++f) {
        ASSAY_TRY(const auto matrix, project.probabilities(runs[f]));
        if (all->dimension == 0) {
            all->dimension = matrix->dimension;
            all->values.assign(plan.fold.size() * all->dimension, std::numeric_limits<float>::quiet_NaN());
            sum.assign(all->values.size(), 0);
        }
        if (matrix->dimension != all->dimension || matrix->rows() != plan.fold.size())
            return fail(ErrorCode::Damaged,
                        "the probabilities of the folds' runs do not fit together; train them again");
        for (std::size_t i = 0; i < plan.fold.size(); ++i) {
            if (!matrix->has(i) || (plan.fold[i] >= 0 && plan.fold[i] != int(f))) continue;
            for (std::size_t k = 0; k < all->dimension; ++k) sum[i * all->dimension + k] += double(matrix->row(i)[k]);
            ++counted[i];
        }
    }
    for (std::size_t i = 0; i < plan.fold.size(); ++i)
        for (std::size_t k = 0; counted[i] > 0 && k < all->dimension; ++k)
            all->values[i * all->dimension + k] = float(sum[i * all->dimension + k] / counted[i]);
    return all;
}

} // namespace assay
