// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/fusion.h"

#include "core/base/text.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace assay {
namespace {

/// Of the prior: what the mean of all normal scores is worth in log-odds, and how firmly it is believed.
constexpr double kPriorSlope = 3, kPriorPull = 2;
/// Answers that a pair's rate is shrunk to the common rate by.
constexpr double kPairPrior = 2;

/// Correlation of two columns of places, whose mean is one half.
double correlation(std::span<const float> a, std::span<const double> b, double meanOfB) {
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = double(a[i]) - 0.5, y = b[i] - meanOfB;
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

} // namespace

/// How often each pair of given and suggested class was called wrong.
struct Fusion::PairCounts {
    std::map<std::pair<Label, Label>, std::pair<double, double>> pairs; ///< wrong, all
    double wrong = 0, all = 0;

    void add(const std::pair<Label, Label>& pair, bool isWrong) {
        auto& [wrongOfPair, allOfPair] = pairs[pair];
        wrongOfPair += isWrong;
        allOfPair += 1;
        wrong += isWrong;
        all += 1;
    }
    /// Log-odds of the pair against the common ones, both shrunk; `minus`: 1 where an answer of this pair is left out.
    [[nodiscard]] double logOdds(const std::pair<Label, Label>& pair, double minus = 0, bool minusWrong = false) const {
        const double common = (wrong - minus * minusWrong + 1) / (all - minus + 2);
        const auto found = pairs.find(pair);
        const double wrongOfPair = (found == pairs.end() ? 0 : found->second.first) - minus * minusWrong;
        const double allOfPair = (found == pairs.end() ? 0 : found->second.second) - minus;
        const double rate = (wrongOfPair + kPairPrior * common) / (allOfPair + kPairPrior);
        return std::log(rate / (1 - rate)) - std::log(common / (1 - common));
    }
};

Result<Fusion> Fusion::make(std::vector<Detector> detectors, std::vector<Label> given) {
    if (detectors.empty()) return fail(ErrorCode::InvalidArgument, "a queue needs at least one score");
    const std::size_t rows = given.size();
    for (const Detector& detector : detectors)
        if (detector.suspicion.size() != rows || (!detector.suggested.empty() && detector.suggested.size() != rows))
            return fail(ErrorCode::InvalidArgument,
                        "this score speaks of " + withThousands(detector.suspicion.size()) +
                            " samples, the queue has " + withThousands(rows),
                        detector.id);
    Fusion fusion;
    fusion.m_detectors = std::move(detectors);
    fusion.m_given = std::move(given);
    const std::size_t count = fusion.m_detectors.size();
    fusion.m_places.reserve(count * rows);
    fusion.m_scores.resize(count * rows);
    for (std::size_t d = 0; d < count; ++d) {
        const std::vector<float> places = stats::percentiles(fusion.m_detectors[d].suspicion);
        for (std::size_t i = 0; i < rows; ++i)
            fusion.m_scores[i * count + d] = float(stats::probit(std::clamp(double(places[i]), 1e-7, 1 - 1e-7)));
        fusion.m_places.insert(fusion.m_places.end(), places.begin(), places.end());
    }
    fusion.vote();
    fusion.dropContrary();
    return fusion;
}

void Fusion::vote() {
    m_suggested.assign(rows(), kNoLabel);
    std::vector<std::pair<Label, int>> votes;
    for (std::size_t i = 0; i < rows(); ++i) {
        votes.clear();
        for (const Detector& detector : m_detectors) {
            if (detector.suggested.empty() || detector.suggested[i] == kNoLabel) continue;
            const Label label = detector.suggested[i];
            const auto known =
                std::find_if(votes.begin(), votes.end(), [&](const auto& v) { return v.first == label; });
            if (known == votes.end())
                votes.emplace_back(label, 1);
            else
                ++known->second;
        }
        const auto most = std::max_element(votes.begin(), votes.end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
        if (most != votes.end()) m_suggested[i] = most->first;
    }
}

void Fusion::dropContrary() {
    const std::size_t count = detectors();
    m_counts.assign(count, 1);
    if (count < 3) return;
    std::vector<double> sum(rows(), 0), others(rows());
    for (std::size_t d = 0; d < count; ++d)
        for (std::size_t i = 0; i < rows(); ++i) sum[i] += double(percentile(d, i));
    for (std::size_t d = 0; d < count; ++d) {
        const std::span<const float> own = std::span(m_places).subspan(d * rows(), rows());
        for (std::size_t i = 0; i < rows(); ++i) others[i] = sum[i] - double(own[i]);
        m_counts[d] = correlation(own, others, 0.5 * double(count - 1)) > 0;
    }
    if (std::none_of(m_counts.begin(), m_counts.end(), [](std::uint8_t one) { return one != 0; }))
        m_counts.assign(count, 1);
}

FusedRanking Fusion::rank(std::span<const ReviewAnswer> answers) const {
    const std::size_t count = detectors(), columns = count + 1;
    FusedRanking ranking;
    ranking.suspicion.assign(rows(), 0);
    const auto wrong = std::size_t(
        std::count_if(answers.begin(), answers.end(), [](const ReviewAnswer& answer) { return answer.wrong; }));
    ranking.calibrated =
        answers.size() >= kLeastAnswers && wrong >= kLeastOfEachKind && answers.size() - wrong >= kLeastOfEachKind;
    const auto counted = std::size_t(std::count(m_counts.begin(), m_counts.end(), 1));
    if (!ranking.calibrated) {
        for (std::size_t d = 0; d < count; ++d)
            if (m_counts[d])
                for (std::size_t i = 0; i < rows(); ++i) ranking.suspicion[i] += percentile(d, i) / float(counted);
        return ranking;
    }

    PairCounts pairs;
    const auto pairOf = [this](std::uint32_t row) { return std::pair(m_given[row], m_suggested[row]); };
    for (const ReviewAnswer& answer : answers) pairs.add(pairOf(answer.row), answer.wrong);
    std::vector<float> features;
    std::vector<std::uint8_t> called;
    features.reserve(answers.size() * columns);
    for (const ReviewAnswer& answer : answers) {
        const auto row = std::span(m_scores).subspan(answer.row * count, count);
        features.insert(features.end(), row.begin(), row.end());
        features.push_back(float(pairs.logOdds(pairOf(answer.row), 1, answer.wrong)));
        called.push_back(answer.wrong);
    }
    stats::LogisticOptions options;
    options.prior.weights.assign(columns, 0);
    for (std::size_t d = 0; d < count; ++d) options.prior.weights[d] = m_counts[d] ? kPriorSlope / double(counted) : 0;
    options.pull = kPriorPull;
    ranking.model = stats::fitLogistic(features, called, options);

    std::map<std::pair<Label, Label>, double> odds;
    for (const auto& [pair, tally] : pairs.pairs) odds[pair] = ranking.model.weights[count] * pairs.logOdds(pair);
    for (std::size_t i = 0; i < rows(); ++i) {
        double z = ranking.model.intercept;
        for (std::size_t d = 0; d < count; ++d) z += ranking.model.weights[d] * double(m_scores[i * count + d]);
        if (const auto known = odds.find(pairOf(std::uint32_t(i))); known != odds.end()) z += known->second;
        ranking.suspicion[i] = float(1 / (1 + std::exp(-z)));
    }
    return ranking;
}

std::size_t Fusion::agreement(std::size_t row, double share) const {
    std::size_t count = 0;
    for (std::size_t d = 0; d < detectors(); ++d) count += double(percentile(d, row)) > 1 - share;
    return count;
}

std::vector<ClassGuess> Fusion::guesses(std::size_t row, double wrong, std::span<const float> probabilities,
                                        std::size_t most) const {
    std::map<Label, double> weights;
    double sum = 0;
    const auto add = [&](Label label, double weight) {
        if (label == kNoLabel || label == m_given[row] || !(weight > 0)) return;
        weights[label] += weight;
        sum += weight;
    };
    for (const Detector& detector : m_detectors)
        if (!detector.suggested.empty()) add(detector.suggested[row], 1.0 / double(detectors()));
    for (std::size_t k = 0; k < probabilities.size(); ++k) add(Label(k), double(probabilities[k]));
    std::vector<ClassGuess> guesses = {{m_given[row], 1 - wrong}};
    for (const auto& [label, weight] : weights) guesses.push_back({label, wrong * weight / sum});
    std::stable_sort(guesses.begin(), guesses.end(),
                     [](const ClassGuess& a, const ClassGuess& b) { return a.probability > b.probability; });
    if (guesses.size() > most) guesses.resize(most);
    return guesses;
}

} // namespace assay
