// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_rows.h"
#include "core/stats/neighbour_graph.h"
#include "core/stats/noise_rates.h"
#include "core/stats/parallel.h"
#include "core/stats/ranking.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace assay {
namespace {

constexpr std::size_t kMostOfSpace = 3; ///< dimensions up to which features are taken for points in space
constexpr const char* kSimiFeat =
    "Zhu, Dong, Liu, Detecting Corrupted Labels Without Training a Model to Predict, ICML 2022, arXiv 2110.06283";

enum class Kind { Agreement, Vote, Rank, Outlier };

/// What the labels of the nearest say of a sample.
struct Votes {
    std::vector<float> shares; ///< [K]
    Label majority = kNoLabel; ///< the lowest of equal ones
};

/// Samples with features that have each label, [K].
std::vector<std::size_t> classSizes(const stats::Neighbours& near, const std::vector<Label>& labels,
                                    std::size_t classes) {
    std::vector<std::size_t> sizes(classes);
    for (std::size_t i = 0; i < std::min(near.size(), labels.size()); ++i)
        if (near.has(i) && labels[i] >= 0) ++sizes[std::size_t(labels[i])];
    return sizes;
}

/// Asks as many as there are others of the sample's class, so that one of a small class can be in the right.
Votes votesFor(const stats::Neighbours& near, std::size_t sample, const std::vector<Label>& labels,
               const std::vector<std::size_t>& sizes) {
    Votes votes;
    const std::size_t classes = sizes.size();
    votes.shares.assign(classes, 0);
    float counted = 0;
    auto asked = near.of(sample);
    if (labels[sample] >= 0)
        asked = asked.first(std::min(asked.size(), std::max<std::size_t>(1, sizes[std::size_t(labels[sample])] - 1)));
    for (const std::uint32_t other : asked) {
        if (other >= labels.size() || labels[other] < 0 || std::size_t(labels[other]) >= classes) continue;
        ++votes.shares[std::size_t(labels[other])];
        ++counted;
    }
    if (counted == 0) return votes;
    for (float& share : votes.shares) share /= counted;
    votes.majority = Label(std::max_element(votes.shares.begin(), votes.shares.end()) - votes.shares.begin());
    return votes;
}

/// Mean Euclidean distance of every sample to the k nearest others, [N]; 0 where it has no features.
std::vector<float> distancesInSpace(const FeatureMatrix& features, std::size_t k) {
    const std::size_t dimension = features.dimension, n = features.rows();
    std::vector<float> mean(n, 0);
    constexpr std::size_t kPart = 64;
    stats::forEachPart((n + kPart - 1) / kPart, true, [&](std::size_t part, std::size_t) {
        std::vector<float> squares;
        for (std::size_t i = part * kPart; i < std::min(n, (part + 1) * kPart); ++i) {
            if (!features.has(i)) continue;
            squares.clear();
            for (std::size_t j = 0; j < n; ++j) {
                if (j == i || !features.has(j)) continue;
                float sum = 0;
                for (std::size_t d = 0; d < dimension; ++d) {
                    const float apart = features.values[i * dimension + d] - features.values[j * dimension + d];
                    sum += apart * apart;
                }
                squares.push_back(sum);
            }
            const std::size_t nearest = std::min(k, squares.size());
            if (nearest == 0) continue;
            std::nth_element(squares.begin(), squares.begin() + std::ptrdiff_t(nearest - 1), squares.end());
            for (std::size_t j = 0; j < nearest; ++j) mean[i] += std::sqrt(squares[j]) / float(nearest);
        }
    });
    return mean;
}

/// Samples that have features.
std::size_t featuresOf(const FeatureMatrix& features) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < features.rows(); ++i) count += features.has(i);
    return count;
}

class NeighbourhoodScore final : public Score {
public:
    NeighbourhoodScore(Kind kind, Description description) : m_kind(kind), m_description(std::move(description)) {}
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override { return {ScoreBasis::Features, "0 to 1"}; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override;

private:
    [[nodiscard]] float valueOf(const Votes& votes, Label given) const;
    static void markLowestRanked(const stats::Neighbours& near, const ScoreRows& rows, const std::vector<Label>& labels,
                                 std::size_t classes, ScoreValues& scores);
    static void addOutliers(const stats::Neighbours& near, const FeatureMatrix& features, const ScoreRows& rows,
                            ScoreValues& scores);

    Kind m_kind;
    Description m_description;
};

float NeighbourhoodScore::valueOf(const Votes& votes, Label given) const {
    if (votes.majority == kNoLabel || given == kNoLabel) return 0;
    const float own = votes.shares[std::size_t(given)];
    if (m_kind == Kind::Agreement) return 1 - own;
    // By vote: one where most say otherwise, the more so the more of them; by rank: one minus the cosine of votes and
    // label.
    if (m_kind == Kind::Vote)
        return votes.majority != given && votes.shares[std::size_t(votes.majority)] > own
                   ? 0.5f + votes.shares[std::size_t(votes.majority)] / 2
                   : 0.5f * (1 - own);
    float squares = 0;
    for (const float share : votes.shares) squares += share * share;
    return 1 - own / std::sqrt(squares);
}

/// Moves the most suspect of each class above 0.5, as many as the noise rates say are wrong, and the others below; each
/// keep their order.
void NeighbourhoodScore::markLowestRanked(const stats::Neighbours& near, const ScoreRows& rows,
                                          const std::vector<Label>& labels, std::size_t classes, ScoreValues& scores) {
    const auto known = [&](std::size_t sample) {
        return sample < labels.size() && labels[sample] >= 0 && std::size_t(labels[sample]) < classes;
    };
    std::vector<std::array<Label, 3>> triples;
    std::vector<std::vector<std::size_t>> members(classes);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::size_t sample = rows.last().samples[row].value;
        if (sample >= near.size() || !near.has(sample) || !known(sample)) continue;
        members[std::size_t(labels[sample])].push_back(row);
        const auto nearest = near.of(sample);
        if (nearest.size() >= 2 && known(nearest[0]) && known(nearest[1]))
            triples.push_back({labels[sample], labels[nearest[0]], labels[nearest[1]]});
    }
    const stats::NoiseRates rates = stats::noiseRatesByConsensus(triples, classes);
    for (float& value : scores.values) value /= 2;
    for (std::size_t k = 0; k < classes; ++k) {
        std::stable_sort(members[k].begin(), members[k].end(),
                         [&](std::size_t a, std::size_t b) { return scores.values[a] > scores.values[b]; });
        const auto wrong = std::size_t(std::lround(rates.wrongAmong(k) * double(members[k].size())));
        for (std::size_t i = 0; i < wrong; ++i) scores.values[members[k][i]] += 0.5f;
    }
}

/// One minus exp(-d / median d), d being the mean distance to the neighbours: by the cosine, of points in space by what
/// lies between them.
void NeighbourhoodScore::addOutliers(const stats::Neighbours& near, const FeatureMatrix& features,
                                     const ScoreRows& rows, ScoreValues& scores) {
    std::vector<float> distance(rows.size(), -1), known;
    const bool points = features.dimension <= kMostOfSpace;
    std::vector<float> apart;
    if (points) apart = distancesInSpace(features, near.k);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::size_t sample = rows.last().samples[row].value;
        if (sample >= near.size() || !near.has(sample)) continue;
        float sum = 0;
        for (const float similarity : near.similarityOf(sample)) sum += std::max(0.0f, 1 - similarity);
        known.push_back(distance[row] = points ? apart[sample] : sum / float(near.k));
    }
    if (known.empty()) return;
    const double median = std::max(1e-12, stats::quantile(known, 0.5));
    for (std::size_t row = 0; row < rows.size(); ++row)
        if (distance[row] >= 0) scores.values[row] = float(1 - std::exp(-double(distance[row]) / median));
}

Result<ScoreValues> NeighbourhoodScore::compute(const ScoreInput& input) const {
    ASSAY_TRY(const ScoreRows rows, ScoreRows::from(input));
    if (!input.features)
        return fail(ErrorCode::NotFound,
                    "this score compares samples by their features, which this run did not keep; train "
                    "with --keep-features, or with a method that always keeps them (tcl)");
    std::shared_ptr<const stats::Neighbours> near = input.neighbours;
    if (!near) {
        const std::size_t others = std::max<std::size_t>(1, featuresOf(*input.features)) - 1;
        ASSAY_TRY(stats::Neighbours found,
                  stats::nearestNeighbours(input.features->values, input.features->dimension,
                                           std::clamp<std::size_t>(others, 1, kScoreNeighbours)));
        near = std::make_shared<const stats::Neighbours>(std::move(found));
    }
    const std::vector<Label>& labels = input.labels != nullptr ? *input.labels : input.dataset->givenLabels;
    Label most = 0;
    for (const Label label : labels) most = std::max(most, label);
    ScoreValues scores{std::vector<float>(rows.size()), rows.predictions(), false};
    if (m_kind == Kind::Outlier) {
        addOutliers(*near, *input.features, rows, scores);
        return scores;
    }
    const std::vector<std::size_t> sizes = classSizes(*near, labels, std::size_t(most) + 1);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::size_t sample = rows.last().samples[row].value;
        scores.suggested[row] = kNoLabel;
        if (sample >= near->size() || !near->has(sample)) continue;
        const Votes votes = votesFor(*near, sample, labels, sizes);
        scores.suggested[row] = votes.majority;
        scores.values[row] = valueOf(votes, rows.given(row));
    }
    if (m_kind == Kind::Rank) markLowestRanked(*near, rows, labels, std::size_t(most) + 1, scores);
    return scores;
}

} // namespace

void registerNeighbourhood(Registry& registry) {
    const auto add = [&](Kind kind, Description description) {
        (void)registry.scores.add(std::make_shared<NeighbourhoodScore>(kind, std::move(description)));
    };
    add(Kind::Agreement, {"knn-disagreement",
                          "Neighbours disagree",
                          "share of the ten nearest by features that have another label",
                          kSimiFeat,
                          {}});
    add(Kind::Vote, {"simifeat-vote",
                     "Outvoted by neighbours",
                     "above 0.5 where most of the ten nearest by features agree on another label",
                     kSimiFeat,
                     {}});
    add(Kind::Rank,
        {"simifeat-rank",
         "Label against the neighbours' votes",
         "one minus the cosine between the given label and the votes of the ten nearest by features, halved; 0.5 "
         "more for the first of each class, as many as the estimated noise rates say are wrong",
         kSimiFeat,
         {}});
    add(Kind::Outlier,
        {"outlier",
         "Outlier",
         "far from its ten nearest by features, compared with other samples: 1 - exp(-d / median d)",
         "Kuan, Mueller, Back to the Basics: Revisiting Out-of-Distribution Detection Baselines, ICML 2022 "
         "Workshop, arXiv 2207.03061",
         {}});
}

} // namespace assay
