// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/ct_views.h"
#include "core/learn/distribution_alignment.h"
#include "core/learn/pseudo_record.h"
#include "core/learn/semi_supervised.h"

namespace assay::learn {

/// How labelled pictures that are learnt already are held back (UDA: Xie et al., NeurIPS 2020).
enum class SignalAnnealing { None, Linear, Log, Exp };

/// What tells FixMatch, FlexMatch and UDA apart.
struct FixMatchOptions {
    SemiOptions semi;
    RandAugmentKind strong = RandAugmentKind::FixMatch;
    bool ctAugment = false; ///< the strong view is CTAugment's instead
    CtAugmentOptions ct;
    bool photometric = false; ///< the strong view moves nothing: cropped and flipped as the weak one, no cutout
    double threshold = 0.95;
    double weight = 1;                     ///< λ of the unlabelled loss
    double temperature = 0;                ///< of soft targets; 0: the answer's class is the target
    Alignment alignment = Alignment::None; ///< of the weak views' answers with the labels' shares, before they decide
    bool classThresholds = false;          ///< FlexMatch
    bool thresholdWarmUp = true;           ///< FlexMatch: the samples without a sure answer count against every class
    SignalAnnealing annealing = SignalAnnealing::None;
    /// The strong view is passed by itself and leaves no trace in the norms' statistics, which then are those of
    /// pictures as evaluation shows them.
    bool strongApart = false;
};

/// Three unlabelled pictures for each labelled one instead of FixMatch's seven: for the same work more than twice the
/// steps, which short runs lack.
inline constexpr SemiDefaults kShortRunDefaults{3, 0.999};

/// Under FixMatch's 0.95 for the same reason: some thousand steps leave a small network unsure of what it knows.
inline constexpr double kShortRunThreshold = 0.8;

/// FixMatch's settings after those of semiSettings(): "threshold", "unlabelled-weight", "strong-view", "alignment",
/// and CTAugment's.
[[nodiscard]] std::vector<ParamSpec> fixMatchSettings(double threshold);
/// "norms": which pictures the norms' statistics are of.
[[nodiscard]] ParamSpec normsSetting();
/// Reads those and the shared ones.
[[nodiscard]] FixMatchOptions readFixMatchOptions(const ParamValues& settings);

/// Loss of each unlabelled row [M] by its weak view's answer: cross-entropy of the strong view with the weak view's
/// class, or with its softmax at `temperature` where that is above 0; 0 where `mask` [M] is. Without a gradient through
/// the weak view. FixMatch's loss is the mean over all rows, not over the learnt ones.
[[nodiscard]] torch::Tensor consistencyLosses(const torch::Tensor& weakLogits, const torch::Tensor& strongLogits,
                                              const torch::Tensor& mask, double temperature);

/// FlexMatch's β (Zhang et al., NeurIPS 2021): `counts` [K] σ of samples whose last sure pseudo-label is each class
/// over the largest of them and, while it is larger, `unused`, of those that never had one.
[[nodiscard]] std::vector<double> flexBetas(const std::vector<std::int64_t>& counts, std::int64_t unused);
/// Its thresholds: τ β / (2 − β).
[[nodiscard]] std::vector<double> flexThresholds(const std::vector<std::int64_t>& counts, std::int64_t unused,
                                                 double threshold);

/// Probability of the label above which UDA leaves a labelled picture out: α (1 − 1/K) + 1/K with α rising over the
/// run.
[[nodiscard]] double annealedThreshold(SignalAnnealing annealing, double progress, int classes);

/// FixMatch (Sohn et al., NeurIPS 2020) and what follows its scheme: the answer to a weak view is the target of a
/// strong one where it is sure.
class FixMatchRecipe : public SemiSupervised {
public:
    explicit FixMatchRecipe(FixMatchOptions options)
        : SemiSupervised(options.semi), m_options(options), m_ctViews(options.ct) {}

    Status start(Run& run) override;
    void save(StateMap& state) const override;
    Status load(const StateMap& state) override;

protected:
    std::vector<ViewPlan> views(const Run& run) const override;
    torch::Tensor learn(Run& run, const Batch& labelled, const std::vector<Batch>& unlabelled) override;
    Status record(Run& run, EpochOutcome& outcome) override;
    /// What a variant adds to the loss, from the mask [μB] of those of the unlabelled `rows` that are learnt; nothing
    /// by default.
    virtual torch::Tensor furtherLoss(Run& run, const std::vector<std::uint32_t>& rows, const torch::Tensor& mask) {
        (void)run, (void)rows, (void)mask;
        return {};
    }
    [[nodiscard]] const FixMatchOptions& fixMatch() const { return m_options; }
    /// CTAugment's strong view of a row as its rates are now, HWC; only with strong-view ctaugment, where views() has
    /// the weak one alone.
    [[nodiscard]] std::vector<std::uint8_t> strongPicture(const Run& run, std::uint32_t row) const;

private:
    /// Logits of labelled, weak and strong pictures.
    [[nodiscard]] std::vector<torch::Tensor> answers(Classifier& network, const Batch& labelled,
                                                     const torch::Tensor& weak, const torch::Tensor& strong) const;
    [[nodiscard]] std::vector<double> thresholds() const;
    /// Logits of the weak views as they decide: aligned where the method asks for it, without a gradient.
    [[nodiscard]] torch::Tensor decided(const torch::Tensor& weakLogits);
    /// What the answers at the end of an epoch come to, decided as those of a step.
    [[nodiscard]] PseudoDecision decisionOf(const Run& run, const EpochOutcome& outcome) const;
    /// Notes each row's class where its answer reaches the fixed threshold.
    void notice(const std::vector<std::uint32_t>& rows, const torch::Tensor& confidence, const torch::Tensor& classes);

    FixMatchOptions m_options;
    CtViews m_ctViews;
    PseudoRecord m_record;
    AnswerMean m_answers;               ///< of the weak views, before they are aligned
    std::vector<Label> m_lastSure;      ///< [R] FlexMatch's state; kNoLabel: never sure
    std::vector<std::int64_t> m_counts; ///< [K] of it
    std::int64_t m_unused = 0;
};

} // namespace assay::learn
