// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/pseudo_record.h"
#include "core/learn/sample_table.h"
#include "core/learn/semi_supervised.h"

namespace assay::learn {

/// As many rounds on pseudo-labels as epochs are left for them.
inline constexpr int kEveryEpoch = -1;

struct RoundOptions {
    LabelledOptions labelled;
    int rounds = 5;              ///< on labels and pseudo-labels, after one on labels alone
    double firstShare = 1.0 / 6; ///< of the run: the round on labels alone
    bool fresh = true;           ///< every round begins with new weights and the whole schedule of the learning rate
    bool cleanAreWarm = false;   ///< no such round where the warm-up that finds clean labels has taken its place
    std::string laterNetwork;    ///< of the rounds from `laterFrom` on; empty: the run's
    int laterFrom = 3;
};

/// Methods that answer all pictures at the end of a round and learn what they accept in the next one. An epoch has the
/// common setting's number of steps, or as many as one pass over all training rows has, in shuffled rounds over those
/// that are learnt. Records "round" and, from the second decision on, "round-agreement": of the pictures that the last
/// two accepted, the share that kept its pseudo-label (Cascante-Bonilla et al., AAAI 2021, who restart every round).
class PseudoRounds : public Recipe {
public:
    explicit PseudoRounds(RoundOptions options) : m_options(std::move(options)), m_choice(m_options.labelled) {}

    [[nodiscard]] bool takesUnlabelled() const override { return true; }
    Status start(Run& run) override;
    [[nodiscard]] std::string phase(const Run& run) const override;
    [[nodiscard]] double scheduleProgress(const Run& run, double epochs) const override;
    BatchPlan plan(Run& run) override;
    torch::Tensor step(Run& run, const Batch& batch) final;
    Status finishEpoch(Run& run, EpochOutcome& outcome) final;
    void save(StateMap& state) const override;
    Status load(const StateMap& state) override;

protected:
    /// One step on labels and pseudo-labels [B]. Returns the losses [B], detached.
    virtual torch::Tensor learn(Run& run, const Batch& batch, const torch::Tensor& targets) = 0;
    /// What the next round learns, by the answers at the end of this one. The decision tells the answers it rests on
    /// where they are not the network's.
    [[nodiscard]] virtual Result<PseudoDecision> decide(Run& run, const EpochOutcome& outcome, int nextRound) = 0;
    /// The threshold to tell before the first decision.
    [[nodiscard]] virtual double firstThreshold() const { return 1; }
    /// After the record of an epoch, before the network of the next round is made.
    virtual Status endEpoch(Run& run, bool roundEnds) {
        (void)run, (void)roundEnds;
        return {};
    }

    /// How many there are after the one on labels alone.
    [[nodiscard]] int rounds() const { return m_options.rounds; }
    /// 0: labels alone; −1: the warm-up that finds the clean ones.
    [[nodiscard]] int roundOf(int epoch) const;
    /// Where in its round an epoch is: 0 at its beginning, 1 at its end.
    [[nodiscard]] double inRound(int epoch, double epochs) const;
    [[nodiscard]] const LabelledChoice& choice() const { return m_choice; }
    /// Of the answers at the end of an epoch to the unlabelled rows, in their order.
    [[nodiscard]] std::vector<float> unlabelledConfidences(const Run& run, const EpochOutcome& outcome) const;
    [[nodiscard]] const std::vector<Label>& accepted() const { return m_decision.labels; }

private:
    [[nodiscard]] bool endsRound(int epoch) const;
    /// The network that a round begins with.
    [[nodiscard]] Status renew(Run& run, int round) const;
    /// Before a resume: the network of the round that the checkpoint belongs to, for its tensors to fit.
    [[nodiscard]] Status fitToCheckpoint(Run& run) const;

    RoundOptions m_options;
    LabelledChoice m_choice;
    PseudoRecord m_record;
    PseudoDecision m_decision; ///< standing, with the answers by which it was taken; none before the first round's end
    double m_agreement = -1;   ///< of the last two decisions; negative: nothing in common
    std::vector<int> m_ends;   ///< last epoch of each round; the first entry is where round 0 begins
};

} // namespace assay::learn
