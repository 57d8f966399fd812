// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/co_divide.h"
#include "core/learn/ct_views.h"
#include "core/learn/distribution_alignment.h"
#include "core/learn/losses.h"
#include "core/learn/mixmatch.h"
#include "core/learn/pseudo_record.h"
#include "core/learn/ramps.h"
#include "core/learn/replaced_tensors.h"
#include "core/learn/semi_supervised.h"

namespace assay {
namespace {

using namespace learn;

constexpr const char* kMean = "remixmatch.answers";
constexpr const char* kRotation = "rotation";
constexpr std::uint32_t kWeak = 1, kLabelledView = 2, kProbeView = 3, kFirstStrong = 4;
constexpr std::int64_t kAngles = 4;

struct ReMixMatchOptions {
    SemiOptions semi;
    CtAugmentOptions ct;
    std::int64_t strongViews = 2; ///< K, of each unlabelled picture
    double sharpening = 0.5;      ///< T
    double alpha = 0.75;          ///< of mixup
    double mixWeight = 1.5, anchorWeight = 0.5, rotationWeight = 0.5;
    double rampShare = 0.1; ///< of the run, over which the weights of mixed and anchored pictures rise
    std::int64_t meanBatches = 128;
    Alignment alignment = Alignment::Correct;
};

/// A linear layer on the features that answers by how many quarter turns a picture was rotated.
class RotationHead : public FeatureModule {
public:
    explicit RotationHead(std::int64_t features) {
        m_linear = register_module("linear", torch::nn::Linear(features, kAngles));
    }
    torch::Tensor forward(const torch::Tensor& features) override { return m_linear->forward(features); }

private:
    torch::nn::Linear m_linear{nullptr};
};

class ReMixMatch : public SemiSupervised {
public:
    explicit ReMixMatch(ReMixMatchOptions options)
        : SemiSupervised(options.semi), m_options(options), m_views(options.ct) {}

    void extend(Classifier& network, int classes) const override {
        (void)classes;
        network.addBranch(kRotation, std::make_shared<RotationHead>(network.featureCount()));
    }
    Status start(Run& run) override {
        ASSAY_CHECK_STATUS(SemiSupervised::start(run));
        m_record.start(run);
        m_mean.start(run.data.classes, m_options.meanBatches, 0);
        return {};
    }
    void save(StateMap& state) const override {
        SemiSupervised::save(state);
        m_record.save(state);
        m_mean.save(state, kMean);
        m_views.save(state);
    }
    Status load(const StateMap& state) override {
        ASSAY_CHECK_STATUS(SemiSupervised::load(state));
        m_record.load(state);
        m_mean.load(state, kMean);
        m_views.load(state);
        return {};
    }

protected:
    std::vector<ViewPlan> views(const Run& run) const override { return {{run.common.augment, kWeak}}; }

    torch::Tensor learn(Run& run, const Batch& labelled, const std::vector<Batch>& unlabelled) override {
        Classifier& network = *run.networks[0];
        m_views.probe(run, labelled, kProbeView);
        const Batch& weak = unlabelled[0];
        const auto targets = guess(network, weak);
        std::vector<torch::Tensor> images = {m_views.varied(run, labelled, labelled.rows, kLabelledView)};
        std::vector<torch::Tensor> goals = {torch::one_hot(labelled.labels, run.data.classes).to(torch::kFloat32)};
        for (std::int64_t view = 0; view < m_options.strongViews; ++view) {
            images.push_back(m_views.varied(run, labelled, weak.rows, kFirstStrong + std::uint32_t(view)));
            goals.push_back(targets);
        }
        const auto anchored = images[1];
        images.push_back(weak.images);
        goals.push_back(targets);
        const auto all = torch::cat(images), goal = torch::cat(goals);
        const RowMixup mix =
            drawRowMixup(run, std::size_t(all.size(0)), labelled.number, m_options.alpha, MixedBy::Row);
        const auto [turned, turns] = rotated(anchored);
        // All in one pass: every norm sees the same mixture of pictures.
        const std::vector<std::int64_t> sizes = {labelled.images.size(0), all.size(0) - labelled.images.size(0),
                                                 anchored.size(0), turned.size(0)};
        const auto features = network.features(torch::cat({mix.mixed(all), anchored, turned})).split_with_sizes(sizes);
        const auto mixedGoals = mix.mixed(goal);
        const auto losses = softCrossEntropy(network.answer(features[0]), mixedGoals.slice(0, 0, sizes[0]));
        const double ramp = linearRamp(progress(run, labelled), m_options.rampShare);
        const auto ofMixed = softCrossEntropy(network.answer(features[1]), mixedGoals.slice(0, sizes[0])).mean();
        const auto ofAnchored = softCrossEntropy(network.answer(features[2]), targets).mean();
        const auto ofTurned = crossEntropy(rotationHead(network).forward(features[3]), turns.to(run.device)).mean();
        const auto rest = m_options.mixWeight * ramp * ofMixed + m_options.anchorWeight * ramp * ofAnchored +
                          m_options.rotationWeight * ofTurned;
        run.minimise(0, losses.mean() + rest);
        return losses.detach() + rest.detach();
    }

    Status record(Run& run, EpochOutcome& outcome) override {
        // Every guess is learnt, however sure.
        PseudoDecision decision =
            decideByThreshold(run, alignedAnswers(run, outcome, labelShares(), m_mean.value(), m_options.alignment),
                              choice().labelled(), 0);
        if (choice().warmingUp(run)) decision.labels.assign(run.data.rows(), kNoLabel);
        m_record.record(run, outcome, choice().labelled(), decision);
        const auto mean = m_mean.value();
        outcome.report.perClass["answer-mean"] = {mean.data_ptr<float>(), mean.data_ptr<float>() + mean.numel()};
        outcome.report.scalars["mean-rate"] = m_views.meanRate();
        return {};
    }

private:
    [[nodiscard]] static FeatureModule& rotationHead(Classifier& network) {
        return *std::dynamic_pointer_cast<FeatureModule>(network.named_children()[kRotation]);
    }

    /// The aligned and sharpened answer to the weak view, without gradient or trace in the norms.
    torch::Tensor guess(Classifier& network, const Batch& weak) {
        const torch::NoGradGuard noGrad;
        const UntouchedNorms untouched(network);
        const auto p = torch::softmax(network.forward(weak.images), 1);
        m_mean.add(p.mean(0));
        return sharpen(align(p, labelShares(), m_mean.value(), m_options.alignment), m_options.sharpening);
    }

    /// Each picture turned by 0 to 3 quarters, a quarter of the batch each, and by how many. Only pictures of equal
    /// sides can be turned by 90 degrees: others by 0 or 180.
    [[nodiscard]] static std::pair<torch::Tensor, torch::Tensor> rotated(const torch::Tensor& images) {
        const bool square = images.size(2) == images.size(3);
        const std::int64_t rows = images.size(0);
        std::vector<torch::Tensor> turned;
        auto turns = torch::empty({rows}, torch::kInt64);
        for (std::int64_t i = 0; i < rows; ++i) {
            const std::int64_t quarter = square ? i % kAngles : 2 * (i % 2);
            turned.push_back(torch::rot90(images[i], quarter, {1, 2}));
            turns.data_ptr<std::int64_t>()[i] = quarter;
        }
        return {torch::stack(turned).contiguous(torch::MemoryFormat::ChannelsLast), turns};
    }

    ReMixMatchOptions m_options;
    CtViews m_views;
    AnswerMean m_mean;
    PseudoRecord m_record;
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    ReMixMatchOptions options;
    options.semi = readSemiOptions(settings);
    options.strongViews = intParam(settings, "strong-views");
    options.sharpening = realParam(settings, "sharpening");
    options.alpha = realParam(settings, "mixup-alpha");
    options.mixWeight = realParam(settings, "mix-weight");
    options.anchorWeight = realParam(settings, "anchor-weight");
    options.rotationWeight = realParam(settings, "rotation-weight");
    options.rampShare = realParam(settings, "ramp-share");
    options.alignment = textParam(settings, "alignment") == "none" ? Alignment::None : Alignment::Correct;
    options.ct = readCtOptions(settings);
    return std::make_unique<ReMixMatch>(options);
}

} // namespace

void registerRemixmatch(Registry& registry) {
    Description description;
    description.id = "remixmatch";
    description.title = "ReMixMatch";
    description.help =
        "MixMatch with guesses as frequent as the labels, strong views that learn the weak one's guess, and rotations";
    description.citation = "Berthelot et al., ICLR 2020, arXiv:1911.09785";
    SemiDefaults defaults;
    defaults.ratio = 1;
    description.params = semiSettings(defaults);
    for (ParamSpec spec : {
             integerSetting("strong-views", 2, 1, 16, "Strong views of each unlabelled picture (paper: 8)", false,
                            "views"),
             choiceSetting("alignment", "correct", {"correct", "none"},
                           "Whether guesses are made as frequent as the labels are", true),
             realSetting("sharpening", 0.5, 0.01, 1, "Temperature of the guesses (paper: 0.5)", true),
             realSetting("mixup-alpha", 0.75, 0.01, 32, "Both parameters of mixup's Beta distribution", true),
             realSetting("mix-weight", 1.5, 0, 100, "Weight of mixed unlabelled pictures"),
             realSetting("anchor-weight", 0.5, 0, 100, "Weight of the unmixed strong view"),
             realSetting("rotation-weight", 0.5, 0, 100, "Weight of telling rotations apart"),
             realSetting("ramp-share", 0.1, 0, 1,
                         "Share of the run over which mix-weight and anchor-weight rise from zero (paper: 0.016)",
                         true),
         })
        description.params.push_back(std::move(spec));
    for (ParamSpec& spec : ctSettings()) description.params.push_back(std::move(spec));
    CommonDefaults common = semiCommonDefaults();
    common.optimizer = "adam";
    common.learningRate = 2e-3;
    common.weightDecay = 0.02;
    common.decay = "decoupled";
    common.nesterov = false;
    common.schedule = "constant";
    registerRecipe(registry, std::move(description), common, make);
}

} // namespace assay
