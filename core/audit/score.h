// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/duplicates.h"
#include "core/audit/evidence.h"
#include "core/audit/feature_matrix.h"
#include "core/base/registry.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/stats/neighbours.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// So many of every sample are in ScoreInput::neighbours.
inline constexpr std::size_t kScoreNeighbours = 10;

/// What a score may look at: the labels in force and what one run left, epochs in order.
struct ScoreInput {
    const Dataset* dataset = nullptr;
    const std::vector<Label>* labels = nullptr;          ///< [N], the run's labels
    std::vector<std::shared_ptr<const Evidence>> epochs; ///< may be empty for scores that need pictures alone
    /// Epochs before the learning rate had fallen to half of its highest; 0 where it never did.
    int epochsAtFullRate = 0;
    std::shared_ptr<const FeatureMatrix> features;      ///< null where the run kept none
    std::shared_ptr<const FeatureMatrix> probabilities; ///< null where the run kept none
    /// kScoreNeighbours of all samples with features; scores by neighbours look for themselves where it is null.
    std::shared_ptr<const stats::Neighbours> neighbours;
    std::shared_ptr<DuplicateSearch> duplicates; ///< of the data set; null: who needs them looks for itself
};

/// A number per row of the evidence; higher = more suspect.
struct ScoreValues {
    std::vector<float> values;    ///< aligned with the last epoch's rows; with all samples where there is no epoch
    std::vector<Label> suggested; ///< the label that the score would give, or kNoLabel
    bool probability = false;     ///< values are probabilities in [0, 1]
};

/// What a score's numbers rest on.
enum class ScoreBasis {
    LastEpoch,     ///< what the network says in the end
    AllEpochs,     ///< how it came to say so
    Probabilities, ///< the probabilities of all classes in the end
    Features,      ///< which samples look alike to the network
    Pictures,      ///< the pictures and labels alone: no network
};
struct ScoreTraits {
    ScoreBasis basis = ScoreBasis::LastEpoch;
    std::string_view range = "0 to 1"; ///< of the values, for a person; the direction is the same for all
    bool detector = true;              ///< has a say in the fused queue; else only where it is asked for by name
};
/// "out of sample", "in sample", or "no network": the badge of a score on a run. `outOfSample`: of the run.
[[nodiscard]] std::string_view scoreBadge(const ScoreTraits& traits, bool outOfSample);
/// A sentence where a network's last word on samples that it learnt is taken for more than it is; else empty.
[[nodiscard]] std::string_view scoreWarning(const ScoreTraits& traits, bool outOfSample);

/// One way to rank suspects. Stateless; any thread.
class Score {
public:
    virtual ~Score() = default;
    [[nodiscard]] virtual const Description& description() const = 0;
    /// NotFound where the run left nothing of what the score rests on.
    [[nodiscard]] virtual Result<ScoreValues> compute(const ScoreInput& input) const = 0;
    [[nodiscard]] virtual ScoreTraits traits() const { return {}; }
};

} // namespace assay
