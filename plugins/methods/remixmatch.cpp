// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/co_divide.h"
#include "core/learn/ct_augment.h"
#include "core/learn/distribution_alignment.h"
#include "core/learn/losses.h"
#include "core/learn/mixmatch.h"
#include "core/learn/picture_tensor.h"
#include "core/learn/pseudo_record.h"
#include "core/learn/ramps.h"
#include "core/learn/replaced_tensors.h"
#include "core/learn/semi_supervised.h"

namespace assay {
namespace {

using namespace learn;

constexpr const char* kRates = "remixmatch.rates";
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
    double rampShare = 0.1;       ///< of the run, over which the weights of mixed and anchored pictures rise
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
        : SemiSupervised(options.semi), m_options(options), m_policy(options.ct) {}

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
        state[kRates] = torch::tensor(m_policy.rates());
    }
    Status load(const StateMap& state) override {
        ASSAY_CHECK_STATUS(SemiSupervised::load(state));
        m_record.load(state);
        m_mean.load(state, kMean);
        const auto& rates = state.at(kRates);
        m_policy.setRates({rates.data_ptr<float>(), std::size_t(rates.numel())});
        return {};
    }

protected:
    std::vector<ViewPlan> views(const Run& run) const override { return {{run.common.augment, kWeak}}; }

    torch::Tensor learn(Run& run, const Batch& labelled, const std::vector<Batch>& unlabelled) override {
        Classifier& network = *run.networks[0];
        probe(run, labelled);
        const Batch& weak = unlabelled[0];
        const auto targets = guess(network, weak);
        std::vector<torch::Tensor> images = {varied(run, labelled, labelled.rows, kLabelledView)};
        std::vector<torch::Tensor> goals = {torch::one_hot(labelled.labels, run.data.classes).to(torch::kFloat32)};
        for (std::int64_t view = 0; view < m_options.strongViews; ++view) {
            images.push_back(varied(run, labelled, weak.rows, kFirstStrong + std::uint32_t(view)));
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
        const auto features =
            network.features(torch::cat({mix.mixed(all), anchored, turned})).split_with_sizes(sizes);
        const auto mixedGoals = mix.mixed(goal);
        const auto losses = softCrossEntropy(network.answer(features[0]), mixedGoals.slice(0, 0, sizes[0]));
        const double ramp = linearRamp(progress(run, labelled), m_options.rampShare);
        const auto ofMixed =
            softCrossEntropy(network.answer(features[1]), mixedGoals.slice(0, sizes[0])).mean();
        const auto ofAnchored = softCrossEntropy(network.answer(features[2]), targets).mean();
        const auto ofTurned = crossEntropy(rotationHead(network).forward(features[3]), turns.to(run.device)).mean();
        const auto rest = m_options.mixWeight * ramp * ofMixed + m_options.anchorWeight * ramp * ofAnchored +
                          m_options.rotationWeight * ofTurned;
        run.minimise(0, losses.mean() + rest);
        return losses.detach() + rest.detach();
    }

    Status record(Run& run, EpochOutcome& outcome) override {
        // Every guess is learnt, however sure.
        PseudoDecision decision = decideByThreshold(run, outcome, choice().labelled(), 0);
        if (choice().warmingUp(run)) decision.labels.assign(run.data.rows(), kNoLabel);
        m_record.record(run, outcome, choice().labelled(), decision);
        const auto mean = m_mean.value();
        outcome.report.perClass["answer-mean"] = {mean.data_ptr<float>(), mean.data_ptr<float>() + mean.numel()};
        const std::vector<float> rates = m_policy.rates();
        outcome.report.scalars["mean-rate"] =
            std::accumulate(rates.begin(), rates.end(), 0.0) / double(rates.size());
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

    /// Draws of one step, of one view.
    [[nodiscard]] static std::uint32_t stepOf(const Run& run, const Batch& batch) {
        return std::uint32_t(run.stepsBefore(batch)) & 0xFFFFFFU;
    }

    /// Weakly varied pictures of these rows, changed further by the operations that `choose` draws.
    template <class Choose>
    [[nodiscard]] torch::Tensor render(const Run& run, const Batch& batch, const std::vector<std::uint32_t>& rows,
                                       std::uint32_t view, Choose choose) const {
        const ImageGeometry g = run.data.geometry;
        auto images = emptyPictures(rows.size(), g);
        std::vector<std::uint8_t> picture(g.bytes()), scratch;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::uint32_t sample = run.data.samples[rows[i]].value, step = stepOf(run, batch);
            augment(run.data.picture(rows[i]), picture, g, run.common.augment, run.seed(), step, sample, view, scratch);
            CounterRng rng(run.seed(), RngPurpose::Method, step + (view << 24), sample);
            applyCtChoices(choose(rng), m_options.ct.compat, rng, picture, g, run.common.augment.fill, scratch);
            normaliseInto(run.data, picture, images.data_ptr<float>() + i * g.bytes());
        }
        return images.to(run.device);
    }
    [[nodiscard]] torch::Tensor varied(const Run& run, const Batch& batch, const std::vector<std::uint32_t>& rows,
                                       std::uint32_t view) const {
        return render(run, batch, rows, view, [this](CounterRng& rng) { return m_policy.draw(rng); });
    }

    /// Tells CTAugment how well labelled pictures are still known that were varied with any strength.
    void probe(const Run& run, const Batch& labelled) {
        std::vector<std::vector<CtChoice>> drawn;
        const auto images = render(run, labelled, labelled.rows, kProbeView, [&](CounterRng& rng) {
            drawn.push_back(m_policy.drawProbe(rng));
            return drawn.back();
        });
        const torch::NoGradGuard noGrad;
        Classifier& network = *run.networks[0];
        network.eval();
        const auto p = torch::softmax(network.forward(images), 1);
        network.train();
        const auto wanted = torch::one_hot(labelled.labels, run.data.classes).to(p.scalar_type());
        const auto proximity = (1 - (p - wanted).abs().sum(1) / 2).to(torch::kCPU).contiguous();
        for (std::size_t i = 0; i < drawn.size(); ++i)
            m_policy.update(drawn[i], double(proximity.data_ptr<float>()[i]));
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
    CtAugmentPolicy m_policy;
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
    options.ct.depth = int(intParam(settings, "ct-depth"));
    options.ct.decay = realParam(settings, "ct-decay");
    options.ct.threshold = realParam(settings, "ct-threshold");
    options.ct.compat = textParam(settings, "ct-translation") == "published";
    return std::make_unique<ReMixMatch>(options);
}

} // namespace

void registerRemixmatch(Registry& registry) {
    Description description;
    description.id = "remixmatch";
    description.title = "ReMixMatch";
    description.help = "MixMatch with guesses as frequent as the labels, strong views that learn the weak one's guess, and rotations";
    description.citation = "Berthelot et al., ICLR 2020, arXiv:1911.09785";
    SemiDefaults defaults;
    defaults.ratio = 1;
    description.params = semiSettings(defaults);
    for (ParamSpec spec : {
             integerSetting("strong-views", 2, 1, 16, "Strong views of each unlabelled picture (paper: 8)", false, "views"),
             choiceSetting("alignment", "correct", {"correct", "none"},
                           "Whether guesses are made as frequent as the labels are", true),
             realSetting("sharpening", 0.5, 0.01, 1, "Temperature of the guesses (paper: 0.5)", true),
             realSetting("mixup-alpha", 0.75, 0.01, 32, "Both parameters of mixup's Beta distribution", true),
             realSetting("mix-weight", 1.5, 0, 100, "Weight of mixed unlabelled pictures"),
             realSetting("anchor-weight", 0.5, 0, 100, "Weight of the unmixed strong view"),
             realSetting("rotation-weight", 0.5, 0, 100, "Weight of telling rotations apart"),
             realSetting("ramp-share", 0.1, 0, 1,
                         "Share of the run over which mix-weight and anchor-weight rise from zero (paper: 0.016)", true),
             integerSetting("ct-depth", 2, 1, 8, "CTAugment: operations in a row", true),
             realSetting("ct-decay", 0.99, 0, 0.9999, "CTAugment: memory of the rates", true),
             realSetting("ct-threshold", 0.8, 0, 1, "CTAugment: rate below which a strength is not used", true),
             choiceSetting("ct-translation", "share", {"share", "published"},
                           "CTAugment: translations by up to 0.3 of the side, or by 0.3 of a pixel as in the published code",
                           true),
         })
        description.params.push_back(std::move(spec));
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
