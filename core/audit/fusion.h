// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/stats/calibration.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace assay {

/// What one score of one run says about every sample of a queue.
struct Detector {
    std::string id;               ///< "loss", or "loss of run 3"
    std::vector<float> suspicion; ///< [N] higher = more suspect, on any scale
    std::vector<Label> suggested; ///< [N] or empty
    /// It suggests the class of a sample's neighbours, not a network's answer: neighbours lean towards some classes
    /// whatever the labels are, so what they take for what says nothing about one-sided pairs.
    bool byNeighbours = false;
};

/// What a reviewer found about one row of the queue.
struct ReviewAnswer {
    std::uint32_t row = 0;
    bool wrong = false; ///< relabelled, or excluded; not kept
};

/// The queue that several detectors make together.
struct FusedRanking {
    std::vector<float>
        suspicion; ///< [N] probability of being wrong where calibrated, else the place in the common ranking, 0 to 1
    bool calibrated = false;
    /// Where calibrated: a weight for each detector, one for how one-sided the pair of classes is, and one for how
    /// often the pair was called wrong.
    stats::LogisticModel model;
};

/// A class that a sample may belong to.
struct ClassGuess {
    Label label = kNoLabel;
    double probability = 0;
};

/// Of all labels so many are taken to be wrong while nothing is known.
inline constexpr double kUsualShareWrong = 0.1;

/// The share of the rows that a detector's word counts for in Fusion::agreement(): it suspects as many as are suspects
/// by p(noisy), those at or past the threshold among the rows that have one; kUsualShareWrong where none has.
[[nodiscard]] double suspectShare(std::span<const float> pNoisy, double threshold);

/// Several detectors as one queue. Before there are enough answers: the mean of the samples' places in the detectors'
/// rankings, taken of the places' normal scores, so that being first counts for more than being before the middle;
/// without detectors that run against all others; and, where classes are taken for each other one way only, a lift for
/// those pairs. From then on: log-odds of being wrong, a line over the same and over how often the answers so far
/// called this pair of given and suggested class wrong; all are pulled towards the mean by a normal prior, so few
/// answers change little. Immutable; any thread.
class Fusion {
public:
    static constexpr std::size_t kLeastAnswers = 20, kLeastOfEachKind = 5;

    /// `given`: [N]. InvalidArgument where there is no detector or one is of another length.
    [[nodiscard]] static Result<Fusion> make(std::vector<Detector> detectors, std::vector<Label> given);

    [[nodiscard]] FusedRanking rank(std::span<const ReviewAnswer> answers) const;

    [[nodiscard]] std::size_t rows() const { return m_given.size(); }
    [[nodiscard]] std::size_t detectors() const { return m_detectors.size(); }
    [[nodiscard]] const std::string& id(std::size_t detector) const { return m_detectors[detector].id; }
    /// What this detector says, on its own scale. [N]
    [[nodiscard]] std::span<const float> suspicion(std::size_t detector) const {
        return m_detectors[detector].suspicion;
    }
    [[nodiscard]] Label given(std::size_t row) const { return m_given[row]; }
    /// Share of the rows that this detector finds less suspect, 0 to 1.
    [[nodiscard]] float percentile(std::size_t detector, std::size_t row) const {
        return m_places[detector * rows() + row];
    }
    /// Whether the detector does not find all rows alike: if it does, it says nothing.
    [[nodiscard]] bool tells(std::size_t detector) const { return m_tells[detector] != 0; }
    /// Whether the detector has the row among the `share` that it suspects most: see suspectShare().
    [[nodiscard]] bool suspects(std::size_t detector, std::size_t row, double share) const {
        return tells(detector) && double(percentile(detector, row)) > 1 - share;
    }
    /// How many detectors suspect the row, of voices().
    [[nodiscard]] std::size_t agreement(std::size_t row, double share) const;
    /// Detectors that have a word in agreement().
    [[nodiscard]] std::size_t voices() const;
    /// The label that most detectors suggest, ties to the first; kNoLabel where none does.
    [[nodiscard]] Label suggested(std::size_t row) const { return m_suggested[row]; }
    /// The likeliest classes, at most `most`, the likeliest first: the given one with what is left of `wrong`, the
    /// others by the detectors' votes and, where there is one, by a row of class probabilities [K].
    [[nodiscard]] std::vector<ClassGuess>
    guesses(std::size_t row, double wrong, std::span<const float> probabilities = {}, std::size_t most = 3) const;

private:
    Fusion() = default;
    struct PairCounts;
    void vote();
    void numberPairs();
    void findVoices();
    void dropContrary();
    void lift();
    void rankBlindly();

    std::vector<Detector> m_detectors;
    std::vector<Label> m_given, m_suggested;
    std::vector<std::uint32_t> m_pairs; ///< [N] which pair of given and suggested class
    std::size_t m_pairCount = 0;
    std::vector<float> m_places;        ///< [D, N]
    std::vector<float> m_scores;        ///< [N, D] normal scores of the places
    std::vector<std::uint8_t> m_tells;  ///< [D]
    std::vector<std::uint8_t> m_counts; ///< [D] has a part in the mean before there are answers
    std::vector<float> m_lifts;         ///< [N] of one-sided pairs, in normal scores
    std::vector<float> m_blind;         ///< [N] places before there are answers
};

} // namespace assay
