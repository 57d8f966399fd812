// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/fusion.h"

#include "core/audit/one_sided_pairs.h"
#include "core/base/text.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace assay {
namespace {

/// Of the prior: what the mean of all normal scores is worth in log-odds, and how firmly it is believed.
constexpr double kPriorSlope = 3, kPriorPull = 2;
/// Answers that a pair's rate is shrunk to the common rate by.
constexpr double kPairPrior = 2;
/// What the log-ratio of a one-sided pair is worth in normal scores, where such log-ratios spread by 1; and the most
/// that it may be worth, whatever the log-ratio is.
constexpr double kOneSidedWeight = 0.7, kMostLift = 1;

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

double suspectShare(std::span<const float> pNoisy, double threshold) {
    std::size_t known = 0, suspects = 0;
    for (const float p : pNoisy) {
        known += std::isfinite(p);
        suspects += double(p) >= threshold; // NaN is no suspect
    }
    return known == 0 ? kUsualShareWrong : double(suspects) / double(known);
}

/// How often each pair of classes was called wrong.
struct Fusion::PairCounts {
    std::vector<double> wrong, all; ///< by number of the pair
    double wrongOfAll = 0;
    double answers = 0;

    PairCounts(const Fusion& fusion, std::span<const ReviewAnswer> given)
        : wrong(fusion.m_pairCount, 0), all(fusion.m_pairCount, 0) {
        for (const ReviewAnswer& answer : given) {
            wrong[fusion.m_pairs[answer.row]] += answer.wrong;
            all[fusion.m_pairs[answer.row]] += 1;
            wrongOfAll += answer.wrong;
            answers += 1;
        }
    }
    /// Log-odds of a pair against those of all answers, shrunk; `without`: an answer of this pair that does not count,
    /// since its own row is asked about.
    [[nodiscard]] double logOdds(std::size_t pair, const ReviewAnswer* without = nullptr) const {
        const double less = without != nullptr ? 1 : 0, lessWrong = without != nullptr && without->wrong ? 1 : 0;
        const double common = (wrongOfAll - lessWrong + 1) / (answers - less + 2);
        const double rate = (wrong[pair] - lessWrong + kPairPrior * common) / (all[pair] - less + kPairPrior);
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
    fusion.numberPairs();
    fusion.findVoices();
    fusion.dropContrary();
    fusion.lift();
    fusion.rankBlindly();
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
            if (known == votes.end()) votes.emplace_back(label, 1);
            else ++known->second;
        }
        const auto most = std::max_element(votes.begin(), votes.end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
        if (most != votes.end()) m_suggested[i] = most->first;
    }
}

void Fusion::numberPairs() {
    std::map<std::pair<Label, Label>, std::uint32_t> numbers;
    for (std::size_t i = 0; i < rows(); ++i)
        m_pairs.push_back(
            numbers.try_emplace({m_given[i], m_suggested[i]}, std::uint32_t(numbers.size())).first->second);
    m_pairCount = numbers.size();
}

void Fusion::findVoices() {
    for (std::size_t d = 0; d < detectors(); ++d) {
        const auto own = std::span(m_places).subspan(d * rows(), rows());
        m_tells.push_back(std::adjacent_find(own.begin(), own.end(), std::not_equal_to<>()) != own.end());
    }
}

std::size_t Fusion::voices() const { return std::size_t(std::count(m_tells.begin(), m_tells.end(), 1)); }

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

void Fusion::lift() {
    m_lifts.assign(rows(), 0);
    struct Suggestion {
        const std::vector<Label>* labels;
        double voices; ///< detectors that suggest the same of every row
    };
    std::vector<Suggestion> suggestions;
    for (std::size_t d = 0; d < detectors(); ++d) {
        const Detector& detector = m_detectors[d];
        if (m_counts[d] == 0 || detector.suggested.empty() || detector.byNeighbours) continue;
        const auto same = std::find_if(suggestions.begin(), suggestions.end(),
                                       [&](const Suggestion& one) { return *one.labels == detector.suggested; });
        if (same != suggestions.end()) ++same->voices;
        else suggestions.push_back({&detector.suggested, 1});
    }
    if (suggestions.empty()) return;

    std::vector<double> sum(rows(), 0);
    double variance = 0, voices = 0;
    for (const Suggestion& one : suggestions) {
        const OneSidedPairs pairs = oneSidedPairs(m_given, *one.labels);
        voices += one.voices;
        variance += one.voices * pairs.spread * pairs.spread;
        for (std::size_t i = 0; i < rows(); ++i) sum[i] += one.voices * double(pairs.logRatio[i]);
    }
    const double worth = kOneSidedWeight * std::sqrt(variance / voices) / voices;
    for (std::size_t i = 0; i < rows(); ++i) m_lifts[i] = float(std::clamp(worth * sum[i], -kMostLift, kMostLift));
}

void Fusion::rankBlindly() {
    const auto counted = double(std::count(m_counts.begin(), m_counts.end(), 1));
    std::vector<float> together(rows());
    for (std::size_t i = 0; i < rows(); ++i) {
        double sum = 0;
        for (std::size_t d = 0; d < detectors(); ++d)
            if (m_counts[d]) sum += double(m_scores[i * detectors() + d]);
        together[i] = float(sum / counted) + m_lifts[i];
    }
    m_blind = stats::percentiles(together);
}

FusedRanking Fusion::rank(std::span<const ReviewAnswer> answers) const {
    const std::size_t count = detectors(), columns = count + 2;
    FusedRanking ranking;
    const auto wrong = std::size_t(
        std::count_if(answers.begin(), answers.end(), [](const ReviewAnswer& answer) { return answer.wrong; }));
    ranking.calibrated =
        answers.size() >= kLeastAnswers && wrong >= kLeastOfEachKind && answers.size() - wrong >= kLeastOfEachKind;
    if (!ranking.calibrated) {
        ranking.suspicion = m_blind;
        return ranking;
    }
    ranking.suspicion.resize(rows());

    const PairCounts pairs(*this, answers);
    std::vector<float> features;
    std::vector<std::uint8_t> called;
    features.reserve(answers.size() * columns);
    for (const ReviewAnswer& answer : answers) {
        const auto row = std::span(m_scores).subspan(answer.row * count, count);
        features.insert(features.end(), row.begin(), row.end());
        features.push_back(m_lifts[answer.row]);
        features.push_back(float(pairs.logOdds(m_pairs[answer.row], &answer)));
        called.push_back(answer.wrong);
    }
    stats::LogisticOptions options;
    options.prior.weights.assign(columns, 0);
    const auto counted = double(std::count(m_counts.begin(), m_counts.end(), 1));
    for (std::size_t d = 0; d < count; ++d) options.prior.weights[d] = m_counts[d] ? kPriorSlope / counted : 0;
    options.prior.weights[count] = kPriorSlope;
    options.pull = kPriorPull;
    ranking.model = stats::fitLogistic(features, called, options);

    std::vector<double> odds(m_pairCount);
    for (std::size_t pair = 0; pair < m_pairCount; ++pair)
        odds[pair] = ranking.model.weights[count + 1] * pairs.logOdds(pair);
    for (std::size_t i = 0; i < rows(); ++i) {
        double z = ranking.model.intercept + ranking.model.weights[count] * double(m_lifts[i]) + odds[m_pairs[i]];
        for (std::size_t d = 0; d < count; ++d) z += ranking.model.weights[d] * double(m_scores[i * count + d]);
        ranking.suspicion[i] = float(1 / (1 + std::exp(-z)));
    }
    return ranking;
}

std::size_t Fusion::agreement(std::size_t row, double share) const {
    std::size_t count = 0;
    for (std::size_t d = 0; d < detectors(); ++d) count += suspects(d, row, share);
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
    const bool given = m_given[row] != kNoLabel;
    if (!given) wrong = 1;
    std::vector<ClassGuess> guesses;
    if (given) guesses.push_back({m_given[row], 1 - wrong});
    for (const auto& [label, weight] : weights) guesses.push_back({label, wrong * weight / sum});
    std::stable_sort(guesses.begin(), guesses.end(),
                     [](const ClassGuess& a, const ClassGuess& b) { return a.probability > b.probability; });
    if (guesses.size() > most) guesses.resize(most);
    return guesses;
}

} // namespace assay
