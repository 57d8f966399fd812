// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/distribution_alignment.h"
#include "core/learn/ema.h"
#include "core/learn/labelled_choice.h"
#include "core/learn/recipe.h"

namespace assay::learn {

/// What semi-supervised methods that learn both kinds of pictures in each step have in common.
struct SemiOptions {
    LabelledOptions labelled;
    std::size_t ratio = 7;   ///< μ: unlabelled pictures for each labelled one of a batch
    double emaDecay = 0.999; ///< of the network that answers; 0: the one that learns answers
};
/// Defaults that a method may change, and the training of FixMatch (Sohn et al., NeurIPS 2020): a rate that falls as
/// cos(7πk/16K), decay of kernels only, flip and reflected crop as the weak view; Adam of rate 0.002 in the place of
/// SGD of rate 0.03, which some thousand steps are too few for.
struct SemiDefaults {
    std::int64_t ratio = 7;
    double emaDecay = 0.999;
};
[[nodiscard]] CommonDefaults semiCommonDefaults();
[[nodiscard]] std::vector<ParamSpec> semiSettings(const SemiDefaults& defaults = {});
[[nodiscard]] SemiOptions readSemiOptions(const ParamValues& settings);

/// One view of the unlabelled pictures.
struct ViewPlan {
    AugmentOptions augment;
    /// Number of its draws, 1 to 255; two views of one number are cropped and flipped alike. Labelled pictures are 0.
    std::uint32_t view = 1;
};

/// A step of labelled pictures and as many views of μ times as many unlabelled ones as the method asked for. The
/// labelled samples are part of the unlabelled pool. An epoch has the common setting's number of steps, or as many as
/// one pass over the unlabelled pictures has. Both kinds come in shuffled rounds that begin anew with the epoch.
/// The network that answers is an exponential moving average of parameters and of the norms' statistics.
class SemiSupervised : public Recipe {
public:
    explicit SemiSupervised(SemiOptions options) : m_options(options), m_choice(options.labelled) {}

    [[nodiscard]] bool takesUnlabelled() const override { return true; }
    Status start(Run& run) override;
    [[nodiscard]] std::string phase(const Run& run) const override;
    BatchPlan plan(Run& run) override;
    torch::Tensor step(Run& run, const Batch& batch) final;
    std::vector<Classifier*> answering(Run& run) override;
    Status finishEpoch(Run& run, EpochOutcome& outcome) final;
    void save(StateMap& state) const override;
    Status load(const StateMap& state) override;

protected:
    /// The views of the unlabelled pictures that a step learns from; asked once an epoch.
    [[nodiscard]] virtual std::vector<ViewPlan> views(const Run& run) const = 0;
    /// One step. `unlabelled`: a batch [μB] for each view, all of the same rows. Returns the losses of the labelled
    /// rows [B], detached, with what the unlabelled ones add.
    virtual torch::Tensor learn(Run& run, const Batch& labelled, const std::vector<Batch>& unlabelled) = 0;
    /// Adds the method's record; in a warm-up, too.
    virtual Status record(Run& run, EpochOutcome& outcome) = 0;

    /// Steps in every epoch: as many as wished, else so many that the unlabelled pictures are seen once.
    [[nodiscard]] std::size_t stepsOfEpoch(const Run& run) const;
    /// Memory of the moving average in the step after `step` others.
    [[nodiscard]] virtual double decayAt(const Run& run, std::size_t step) const;

    [[nodiscard]] const LabelledChoice& choice() const { return m_choice; }
    [[nodiscard]] const SemiOptions& options() const { return m_options; }
    /// Share of each class among the labels that the epoch learns [K].
    [[nodiscard]] const torch::Tensor& labelShares() const { return m_labelShares; }
    /// The moving average; the learning network itself where the decay is 0.
    [[nodiscard]] Classifier& teacher(Run& run);
    /// Share of the run after its warm-up that is behind at the beginning of this step: what weights and thresholds
    /// rise by.
    [[nodiscard]] double progress(const Run& run, const Batch& batch) const;
    /// The same at the end of this epoch.
    [[nodiscard]] double progressAtEnd(const Run& run) const { return shareBehind(run.epoch, run.task.config.epochs); }
    /// Of the epochs between the warm-up and the end of `last`, the share that is behind after `epochs`.
    [[nodiscard]] double shareBehind(double epochs, int last) const;

private:
    /// Batches of `size` pictures of these rows in shuffled rounds.
    [[nodiscard]] static BatchPlan roundsOf(const Run& run, const std::vector<std::uint32_t>& rows, std::size_t steps,
                                            std::size_t size, std::uint32_t which);
    void openLoaders(Run& run, std::size_t steps);

    SemiOptions m_options;
    LabelledChoice m_choice;
    EmaCopy m_ema;
    torch::Tensor m_labelShares;
    std::vector<std::unique_ptr<BatchLoader>> m_loaders;
};

/// `count` places filled by shuffled rounds over `rows`, each drawn from (seed, Shuffle, epoch, which, round), and how
/// often each row came before.
struct Rounds {
    std::vector<std::uint32_t> order, passes;
};
[[nodiscard]] Rounds shuffledRounds(const std::vector<std::uint32_t>& rows, std::size_t count, std::uint64_t seed,
                                    std::uint32_t epoch, std::uint32_t which);

/// One forward pass over several batches together, so that every batch norm sees them all: the outputs of each.
[[nodiscard]] std::vector<torch::Tensor> forwardTogether(Classifier& network, const std::vector<torch::Tensor>& images);

/// Decay of a moving average after `step` steps: short runs begin with a shorter memory, min(decay, (1 + t) / (10 +
/// t)).
[[nodiscard]] double emaDecayAt(double decay, std::size_t step);

} // namespace assay::learn
