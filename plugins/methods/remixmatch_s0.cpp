// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/co_divide.h"
#include "core/learn/distribution_alignment.h"
#include "core/learn/losses.h"
#include "core/learn/mixup.h"
#include "core/learn/pseudo_record.h"
#include "core/learn/ramps.h"
#include "core/learn/semi_supervised.h"

namespace assay {
namespace {

using namespace learn;

constexpr const char* kMean = "remixmatch-s0.answers";
constexpr std::uint32_t kWeak = 1, kStrong = 2;

struct StudentOptions {
    SemiOptions semi;
    double firstThreshold = 0.95, lastThreshold = 0.7;
    double holdShare = 0.15; ///< of the run, in which the threshold stays at the first
    bool ofRaw = false;      ///< the threshold is compared with the answer before it is sharpened
    double sharpening = 0.5, alpha = 0.5, rampShare = 0.1, meanDecay = 0.99;
    Alignment alignment = Alignment::Correct;
};

/// A teacher that is the moving average of the student's parameters and norms, in evaluation mode, labels weak views;
/// the student learns the sure ones from strong views. Neither anchoring, rotation nor CTAugment: it is closer to
/// FixMatch with a mean teacher than to ReMixMatch.
class ReMixMatchStudent : public SemiSupervised {
public:
    explicit ReMixMatchStudent(StudentOptions options) : SemiSupervised(options.semi), m_options(options) {}

    Status start(Run& run) override {
        ASSAY_CHECK_STATUS(SemiSupervised::start(run));
        m_record.start(run);
        m_mean.start(run.data.classes, 0, m_options.meanDecay);
        return {};
    }
    void save(StateMap& state) const override {
        SemiSupervised::save(state);
        m_record.save(state);
        m_mean.save(state, kMean);
    }
    Status load(const StateMap& state) override {
        ASSAY_CHECK_STATUS(SemiSupervised::load(state));
        m_record.load(state);
        m_mean.load(state, kMean);
        return {};
    }

protected:
    std::vector<ViewPlan> views(const Run& run) const override {
        AugmentOptions strong = run.common.augment;
        strong.randAugmentOps = 2;
        strong.randAugmentLevel = 10;
        return {{run.common.augment, kWeak}, {strong, kStrong}};
    }

    torch::Tensor learn(Run& run, const Batch& labelled, const std::vector<Batch>& unlabelled) override {
        const double behind = progress(run, labelled);
        const auto [targets, confidence] = guess(run, unlabelled[0]);
        const auto mask = (confidence >= thresholdAt(behind)).to(torch::kFloat32);
        m_record.countStep(mask, choice().maskOf(unlabelled[0].rows, run.device));
        const Mixup mix = drawMixup(run, labelled, m_options.alpha);
        const auto logits = forwardTogether(*run.networks[0], {mix.images(labelled.images), unlabelled[1].images});
        const auto losses = mixedLoss(mix, logits[0], labelled.labels, {});
        const double weight = linearRamp(behind, m_options.rampShare);
        const auto rest = weight * (softCrossEntropy(logits[1], targets) * mask).mean();
        run.minimise(0, losses.mean() + rest);
        return losses.detach() + rest.detach();
    }

    Status record(Run& run, EpochOutcome& outcome) override {
        const double threshold = thresholdAt(progressAtEnd(run));
        PseudoDecision decision = decide(run, outcome, threshold);
        m_record.record(run, outcome, choice().labelled(), decision);
        const auto mean = m_mean.value();
        outcome.report.perClass["answer-mean"] = {mean.data_ptr<float>(), mean.data_ptr<float>() + mean.numel()};
        return {};
    }

private:
    [[nodiscard]] double thresholdAt(double behind) const {
        const double fallen = linearRamp(behind - m_options.holdShare, 1 - m_options.holdShare);
        return m_options.firstThreshold + fallen * (m_options.lastThreshold - m_options.firstThreshold);
    }

    /// Targets [μB, K] and the confidence [μB] that the threshold is compared with.
    std::pair<torch::Tensor, torch::Tensor> guess(Run& run, const Batch& weak) {
        const torch::NoGradGuard noGrad;
        Classifier& network = teacher(run);
        network.eval();
        const auto p = torch::softmax(network.forward(weak.images), 1);
        network.train();
        const auto aligned = alignedBy(p);
        m_mean.add(p.mean(0));
        const auto targets = sharpen(aligned, m_options.sharpening);
        return {targets, std::get<0>((m_options.ofRaw ? aligned : targets).max(1))};
    }

    [[nodiscard]] torch::Tensor alignedBy(const torch::Tensor& p) const {
        return align(p, labelShares(), m_mean.value(), m_options.alignment);
    }

    /// The same rule on the answers of the evaluation pass.
    [[nodiscard]] PseudoDecision decide(const Run& run, const EpochOutcome& outcome, double threshold) const {
        if (choice().warmingUp(run)) return {std::vector<Label>(run.data.rows(), kNoLabel), threshold, {}, {}};
        return decideByThreshold(run,
                                 alignedAnswers(run, outcome, labelShares(), m_mean.value(), m_options.alignment,
                                                m_options.ofRaw ? 1 : m_options.sharpening),
                                 choice().labelled(), threshold);
    }

    StudentOptions m_options;
    AnswerMean m_mean;
    PseudoRecord m_record;
};

Alignment alignmentOf(const std::string& id) {
    return id == "none" ? Alignment::None : id == "s0-inverted" ? Alignment::Inverted : Alignment::Correct;
}

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    StudentOptions options;
    options.semi = readSemiOptions(settings);
    options.firstThreshold = realParam(settings, "threshold");
    options.lastThreshold = realParam(settings, "last-threshold");
    options.holdShare = realParam(settings, "threshold-hold-share");
    options.ofRaw = textParam(settings, "threshold-of") == "answer";
    options.sharpening = realParam(settings, "sharpening");
    options.alpha = realParam(settings, "mixup-alpha");
    options.rampShare = realParam(settings, "ramp-share");
    options.meanDecay = realParam(settings, "mean-decay");
    options.alignment = alignmentOf(textParam(settings, "alignment"));
    return std::make_unique<ReMixMatchStudent>(options);
}

} // namespace

void registerRemixmatchS0(Registry& registry) {
    Description description;
    description.id = "remixmatch-s0";
    description.title = "ReMixMatch, a student's variant";
    description.help = "An averaged teacher's sure answers, sharpened, under a threshold that falls over the run";
    description.citation = "a student report after Berthelot et al., ICLR 2020, arXiv:1911.09785";
    description.params = semiSettings();
    for (ParamSpec spec : {
             realSetting("threshold", 0.95, 0, 1, "Confidence from which a guess is learnt, at the start"),
             realSetting("last-threshold", 0.7, 0, 1, "The same at the end of the run"),
             realSetting("threshold-hold-share", 0.15, 0, 0.99, "Share of the run before the threshold begins to fall",
                         true),
             choiceSetting("threshold-of", "sharpened", {"sharpened", "answer"},
                           "Whether the threshold is compared with the sharpened guess or with the answer before",
                           true),
             choiceSetting(
                 "alignment", "correct", {"none", "correct", "s0-inverted"},
                 "Whether guesses are made as frequent as the labels; s0-inverted multiplies by the frequency of "
                 "answers as the student's code did, which lets frequent classes take over",
                 true),
             realSetting("sharpening", 0.5, 0.01, 1, "Temperature of the guesses", true),
             realSetting("mixup-alpha", 0.5, 0, 32,
                         "Both parameters of mixup's Beta distribution, on labelled pictures", true),
             realSetting("ramp-share", 0.1, 0, 1, "Share of the run over which the unlabelled pictures' weight rises",
                         true),
             realSetting("mean-decay", 0.99, 0.001, 0.99999, "Memory of the mean answer for the alignment", true),
         })
        description.params.push_back(std::move(spec));
    CommonDefaults common = semiCommonDefaults();
    common.optimizer = "adam";
    common.learningRate = 1e-3;
    common.weightDecay = 1e-4;
    common.decay = "decoupled";
    common.nesterov = false;
    common.schedule = "cosine";
    registerRecipe(registry, std::move(description), common, make);
}

} // namespace assay
