// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/co_divide.h"
#include "core/learn/losses.h"
#include "core/learn/mixture_record.h"
#include "core/learn/mixup.h"
#include "core/learn/preset_settings.h"
#include "core/learn/sample_table.h"
#include "core/learn/target_record.h"
#include "core/learn/two_networks.h"

namespace assay {
namespace {

using namespace learn;

constexpr const char* kLambda = "dividemix.lambda-u";
constexpr double kFewWrong = 0.3, kManyWrong = 0.85; ///< estimated shares of wrong labels
constexpr int kManyClasses = 50;

struct DivideMixOptions {
    bool automatic = true; ///< lambda-u from the share of wrong labels after the warm-up
    double lambdaU = 25;
    double threshold = 0.5;  ///< probability of being clean above which a label is believed
    double sharpening = 0.5; ///< T
    double alpha = 4;
    double penalty = 1; ///< keeps one class from taking everything
    bool entropyPenalty = false;
    std::int64_t history = 1;                   ///< epochs whose losses are averaged before the fit
    int warmUp = 0, ramp = 0;                   ///< epochs; 0: as published where the run is long enough, else by share
    int publishedWarmUp = 0, publishedRamp = 0; ///< of a preset; 0: none
    double warmUpShare = 0.2, rampShare = 0.1;
    std::string preset = "auto", unused; ///< the sentence on settings that a person gave and the preset replaces
};

struct Preset {
    const char* id;
    double lambdaU, threshold, alpha;
    bool entropyPenalty;
    std::int64_t history;
    int warmUp; ///< epochs
};
constexpr Preset kPresets[] = {
    {"cifar10-sym-20", 0, 0.5, 4, false, 1, 10},    {"cifar10-sym-50", 25, 0.5, 4, false, 1, 10},
    {"cifar10-sym-80", 25, 0.5, 4, false, 1, 10},   {"cifar10-sym-90", 50, 0.6, 4, false, 5, 10},
    {"cifar10-asym-40", 0, 0.5, 4, true, 1, 10},    {"cifar100-sym-20", 25, 0.5, 4, false, 1, 30},
    {"cifar100-sym-50", 150, 0.5, 4, false, 1, 30}, {"cifar100-sym-80", 150, 0.5, 4, false, 1, 30},
    {"cifar100-sym-90", 150, 0.6, 4, false, 5, 30}, {"cifar100-asym-40", 150, 0.5, 4, true, 1, 30},
    {"clothing1m", 0, 0.5, 0.5, true, 1, 1},        {"webvision", 0, 0.5, 0.5, false, 1, 1},
};

constexpr int kPublishedRamp = 16; ///< epochs

/// The published choice for a share of wrong labels, made for 300 epochs.
double suitableLambda(double wrong, int classes) {
    if (classes >= kManyClasses) return wrong < kFewWrong ? 25 : 150;
    return wrong < kFewWrong ? 0 : wrong < kManyWrong ? 25 : 50;
}

/// The part of it for a shorter run, whose guesses are not yet worth as much.
double shareOfPublished(int epochs) {
    constexpr double kPublishedEpochs = 300;
    return std::min(1.0, epochs / kPublishedEpochs);
}

/// Whether a chosen weight is near what is published, or near its part for a run of so many epochs: at most twice as
/// much, at least half of it.
bool suits(double chosen, double published, int epochs) {
    if (published == 0) return chosen == 0;
    return chosen >= published * shareOfPublished(epochs) / 2 && chosen <= 2 * published;
}

class DivideMix : public Recipe {
public:
    explicit DivideMix(DivideMixOptions options) : m_options(options) {}

    [[nodiscard]] std::size_t networkCount() const override { return 2; }
    [[nodiscard]] bool addsLogits() const override { return true; }

    [[nodiscard]] stats::MixtureOptions mixtureOptions() const override {
        stats::MixtureOptions options;
        options.kind = stats::MixtureKind::Gaussian;
        options.normalisation = stats::Normalisation::MinMax;
        options.tolerance = 1e-2;
        options.varianceFloor = 5e-4;
        return options;
    }

    Status start(Run& run) override {
        const bool longEnough = run.task.config.epochs >= 2 * (m_options.publishedWarmUp + m_options.publishedRamp);
        if (longEnough && m_options.warmUp == 0) m_options.warmUp = m_options.publishedWarmUp;
        if (longEnough && m_options.ramp == 0) m_options.ramp = m_options.publishedRamp;
        if (m_options.warmUp == 0) m_options.warmUp = run.epochsFromShare(m_options.warmUpShare);
        if (m_options.ramp == 0) m_options.ramp = run.epochsFromShare(m_options.rampShare);
        if (!m_options.unused.empty()) run.observer.note(m_options.unused);
        if (run.data.trainRows.size() < 2)
            run.observer.note("One training sample cannot be divided; it is learnt as it is");
        for (std::size_t n = 0; n < 2; ++n) {
            m_clean[n].reset(run.data.rows(), 1, 1, torch::kCPU);
            m_history[n].reset(run.data.rows(), m_options.history, 0, torch::kCPU);
        }
        return {};
    }

    [[nodiscard]] std::string phase(const Run& run) const override { return dividing(run) ? "training" : "warm-up"; }

    BatchPlan plan(Run& run) override {
        for (auto& loader : m_loaders) loader.reset();
        m_targets.begin(run);
        BatchPlan plan = Recipe::plan(run);
        std::vector<std::uint32_t> rows = plan.order;
        std::sort(rows.begin(), rows.end());
        if (!dividing(run)) {
            for (Division& division : m_divisions) division = {rows, {}};
            plan.batchSize *= 2;
            return plan;
        }
        const std::size_t size = plan.batchSize;
        plan.order.clear();
        std::array<BatchPlan, 2> unlabelled = {plan, plan};
        for (std::size_t n = 0; n < 2; ++n) {
            // Each network learns by the division that the other one's losses suggest.
            m_divisions[n] = divide(rows, m_clean[1 - n].column(), m_options.threshold, std::min(size, rows.size()));
            const auto number = std::uint32_t(2 * n + 1);
            const std::size_t batches = (m_divisions[n].labelled.size() + size - 1) / size;
            append(plan.order, run, m_divisions[n].labelled, batches * size, number);
            append(unlabelled[n].order, run, m_divisions[n].unlabelled, batches * size, number + 1);
            if (n == 0) m_batchesOfFirst = batches;
        }
        openLoaders(run, plan, unlabelled);
        return plan;
    }

    torch::Tensor step(Run& run, const Batch& batch) override {
        return dividing(run) ? stepDivided(run, batch) : stepWarmUp(run, batch);
    }

    Status finishEpoch(Run& run, EpochOutcome& outcome) override {
        for (auto& loader : m_loaders) loader.reset();
        recordTwoNetworks(run, outcome);
        record(run, outcome);
        for (std::size_t n = 0; n < 2; ++n) model(run, outcome, n);
        const auto first = m_clean[0].column(), second = m_clean[1].column();
        std::vector<float> noisy(first.size());
        for (std::size_t i = 0; i < noisy.size(); ++i)
            noisy[i] = std::clamp(1 - (first[i] + second[i]) / 2, 0.0F, 1.0F);
        if (run.epoch == m_options.warmUp) chooseLambda(run, noisy);
        outcome.evidence.columns["p-clean-1"] = first;
        outcome.evidence.columns["p-clean-2"] = second;
        outcome.evidence.columns["p-noisy"] = std::move(noisy);
        return {};
    }

    void save(StateMap& state) const override {
        for (std::size_t n = 0; n < 2; ++n) {
            m_clean[n].save(state, "dividemix.clean" + std::to_string(n));
            m_history[n].save(state, "dividemix.history" + std::to_string(n));
        }
        state[kLambda] = torch::tensor({m_options.lambdaU}, torch::kFloat64);
    }
    Status load(const StateMap& state) override {
        for (std::size_t n = 0; n < 2; ++n) {
            m_clean[n].load(state, "dividemix.clean" + std::to_string(n));
            m_history[n].load(state, "dividemix.history" + std::to_string(n));
        }
        m_options.lambdaU = state.at(kLambda).item<double>();
        return {};
    }

private:
    [[nodiscard]] bool dividing(const Run& run) const {
        return run.epoch > m_options.warmUp && run.data.trainRows.size() > 1;
    }
    [[nodiscard]] double unlabelledWeight(const Run& run, double inEpoch) const {
        return m_options.lambdaU * std::clamp((run.epoch - 1 + inEpoch - m_options.warmUp) / m_options.ramp, 0.0, 1.0);
    }

    /// `count` rows, shuffled anew each time all have been taken; none where there are none.
    static void append(std::vector<std::uint32_t>& order, const Run& run, const std::vector<std::uint32_t>& rows,
                       std::size_t count, std::uint32_t which) {
        constexpr std::uint32_t kRounds = 8;
        const std::size_t end = order.size() + (rows.empty() ? 0 : count);
        for (std::uint32_t round = 0; order.size() < end; ++round) {
            const auto next = shuffled(rows, run.seed(), std::uint32_t(run.epoch), which + kRounds * round);
            order.insert(order.end(), next.begin(),
                         next.begin() + std::ptrdiff_t(std::min(next.size(), end - order.size())));
        }
    }

    /// The second view of the labelled, and two of each network's unlabelled; the first one is the loop's own.
    void openLoaders(const Run& run, const BatchPlan& labelled, const std::array<BatchPlan, 2>& unlabelled) {
        m_twoViews = labelled.augment.any();
        const auto open = [&](std::size_t which, BatchPlan plan, std::uint32_t view) {
            if (plan.order.empty() || (view > 0 && !m_twoViews)) return;
            plan.view = view;
            m_loaders[which] =
                std::make_unique<BatchLoader>(run.data, std::move(plan), run.device, run.task.config.loaders);
        };
        open(0, labelled, 1);
        for (std::size_t n = 0; n < 2; ++n)
            for (std::uint32_t view = 0; view < 2; ++view) open(1 + 2 * n + view, unlabelled[n], view);
    }

    torch::Tensor stepWarmUp(Run& run, const Batch& batch) const {
        torch::Tensor sum;
        for (std::size_t n = 0; n < 2; ++n) {
            const auto logits = run.networks[n]->forward(batch.images);
            const auto losses = crossEntropy(logits, batch.labels);
            run.minimise(n, m_options.entropyPenalty ? losses.mean() + negativeEntropy(logits).mean() : losses.mean());
            sum = n == 0 ? losses.detach() : (sum + losses.detach()) / 2;
        }
        return sum;
    }

    /// The next pictures of that loader; without augmentation there is none, and both views are the same.
    [[nodiscard]] torch::Tensor secondView(std::size_t which, const torch::Tensor& first) {
        return m_twoViews ? m_loaders[which]->next()->images : first;
    }

    torch::Tensor stepDivided(Run& run, const Batch& batch) {
        const std::size_t n = batch.number < m_batchesOfFirst ? 0 : 1;
        std::vector<torch::Tensor> images = {batch.images, secondView(0, batch.images)};
        std::optional<Batch> unlabelled;
        if (m_loaders[1 + 2 * n]) {
            unlabelled = m_loaders[1 + 2 * n]->next();
            images.push_back(unlabelled->images);
            images.push_back(secondView(2 + 2 * n, unlabelled->images));
        }
        const auto targets = makeTargets(run, n, batch, unlabelled, images);
        const auto labelledRows = 2 * std::int64_t(batch.rows.size());
        const auto all = torch::cat(images);
        const Mixup mix = drawMixMatch(run, std::size_t(all.size(0)), batch.number, m_options.alpha);
        const auto mixedTargets = mix.mixed(targets);
        const auto logits = run.networks[n]->forward(mix.images(all));
        const auto losses = softCrossEntropy(logits.slice(0, 0, labelledRows), mixedTargets.slice(0, 0, labelledRows));
        auto loss = losses.mean() + m_options.penalty * priorRegulariser(logits);
        const std::size_t before = n == 0 ? 0 : m_batchesOfFirst,
                          own = n == 0 ? m_batchesOfFirst : run.batches - before;
        const double weight = unlabelledWeight(run, double(batch.number - before) / double(own));
        if (unlabelled && weight > 0)
            loss =
                loss + weight * (torch::softmax(logits.slice(0, labelledRows), 1) - mixedTargets.slice(0, labelledRows))
                                    .square()
                                    .mean();
        run.minimise(n, loss);
        return losses.detach().view({2, -1}).mean(0);
    }

    /// Refined labels of both labelled views and guessed ones of both unlabelled views, in the order of `images`.
    torch::Tensor makeTargets(Run& run, std::size_t n, const Batch& batch, const std::optional<Batch>& unlabelled,
                              const std::vector<torch::Tensor>& images) {
        const torch::NoGradGuard noGrad;
        Classifier& own = *run.networks[n];
        Classifier& peer = *run.networks[1 - n];
        const auto answer = [&images, this](Classifier& network, std::size_t view) {
            const auto first = torch::softmax(network.forward(images[view]), 1);
            return m_twoViews ? (first + torch::softmax(network.forward(images[view + 1]), 1)) / 2 : first;
        };
        const auto clean = m_clean[1 - n].at(batch.rows).squeeze(1).to(run.device);
        const auto refined = refineLabels(batch.labels, clean, answer(own, 0), m_options.sharpening);
        m_targets.mark(batch.rows, refined);
        std::vector<torch::Tensor> targets = {refined, refined};
        if (unlabelled) {
            peer.eval();
            const auto guessed = guessLabels({answer(own, 2), answer(peer, 2)}, m_options.sharpening);
            peer.train();
            m_targets.mark(unlabelled->rows, guessed);
            targets.push_back(guessed);
            targets.push_back(guessed);
        }
        return torch::cat(targets);
    }

    /// The Gaussian mixture over one network's losses: who is clean in the other one's next epoch.
    void model(Run& run, EpochOutcome& outcome, std::size_t n) {
        std::vector<float> losses(run.data.rows()), ofTraining;
        for (std::size_t i = 0; i < losses.size(); ++i)
            losses[i] = float(lossOf(outcome.answers[n].row(i), run.data.labels[i]));
        stats::MixtureOptions options = mixtureOptions();
        if (m_options.history > 1) {
            average(run, losses, n);
            options.normalisation = stats::Normalisation::None;
        }
        for (const std::uint32_t row : run.data.trainRows) ofTraining.push_back(losses[row]);
        const auto fit = stats::fitMixture(ofTraining, options);
        const bool usable = fit && !fit->collapsed;
        if (fit) recordMixture(outcome.report.scalars, "mixture-" + std::to_string(n + 1), *fit);
        std::vector<float> clean(losses.size(), 1);
        if (usable) {
            const auto noisy = stats::posteriors(*fit, losses);
            for (std::size_t i = 0; i < clean.size(); ++i) clean[i] = 1 - noisy[i];
        } else if (!m_collapseNoted && run.epoch >= m_options.warmUp) {
            m_collapseNoted = true;
            run.observer.note("The losses of network " + std::to_string(n + 1) + " in epoch " +
                              std::to_string(run.epoch) + " show no two groups; every label is believed until they do");
        }
        m_clean[n].setColumn(clean);
    }

    /// Replaces losses by the mean of their last scaled values, each epoch's brought to [0, 1] by its training rows.
    void average(const Run& run, std::vector<float>& losses, std::size_t n) {
        float lo = std::numeric_limits<float>::max(), hi = 0;
        for (const std::uint32_t row : run.data.trainRows) {
            lo = std::min(lo, losses[row]);
            hi = std::max(hi, losses[row]);
        }
        for (float& loss : losses) loss = hi > lo ? std::clamp((loss - lo) / (hi - lo), 0.0F, 1.0F) : 0.0F;
        m_history[n].setColumn(losses, (run.epoch - 1) % m_options.history);
        const auto seen = std::min<std::int64_t>(run.epoch, m_options.history);
        const auto mean = (m_history[n].all().sum(1) / double(seen)).contiguous();
        std::copy(mean.data_ptr<float>(), mean.data_ptr<float>() + mean.numel(), losses.begin());
    }

    void chooseLambda(Run& run, const std::vector<float>& noisy) {
        double wrong = 0;
        for (const std::uint32_t row : run.data.trainRows) wrong += noisy[row] > 0.5F;
        wrong /= double(run.data.trainRows.size());
        const double suitable = suitableLambda(wrong, run.data.classes);
        const auto percent = std::to_string(int(std::lround(100 * wrong)));
        if (m_options.automatic) {
            const int epochs = run.task.config.epochs;
            m_options.lambdaU = suitable * shareOfPublished(epochs);
            char value[32];
            std::snprintf(value, sizeof value, "%.3g", m_options.lambdaU);
            run.observer.note("About " + percent + " % of the labels look wrong; lambda-u is " + value +
                              (m_options.lambdaU < suitable
                                   ? ", for " + std::to_string(epochs) + " epochs of the published 300"
                                   : std::string()));
        } else if (!suits(m_options.lambdaU, suitable, run.task.config.epochs)) {
            run.observer.note("About " + percent + " % of the labels look wrong, for which a lambda-u of " +
                              std::to_string(int(suitable)) + " was published; this run's " +
                              std::to_string(int(m_options.lambdaU)) + " is likely to cost accuracy");
        }
    }

    void record(const Run& run, EpochOutcome& outcome) const {
        auto& scalars = outcome.report.scalars;
        double known = 0, right = 0;
        for (std::size_t n = 0; n < 2; ++n) {
            std::vector<float> labelled(run.data.rows(), -1); // not visited
            for (const std::uint32_t row : m_divisions[n].unlabelled) labelled[row] = 0;
            for (const std::uint32_t row : m_divisions[n].labelled) {
                labelled[row] = 1;
                if (!run.data.truthKnown() || run.data.truth[row] == kNoLabel) continue;
                ++known;
                right += run.data.truth[row] == run.data.labels[row];
            }
            const std::string number = std::to_string(n + 1);
            outcome.evidence.columns["selected-" + number] = std::move(labelled);
            scalars["labelled-share-" + number] =
                double(m_divisions[n].labelled.size()) /
                double(m_divisions[n].labelled.size() + m_divisions[n].unlabelled.size());
        }
        if (known > 0) scalars["label-precision"] = right / known;
        scalars["clean-threshold"] = m_options.threshold;
        scalars["unlabelled-weight"] = dividing(run) ? unlabelledWeight(run, 1) : 0;
        m_targets.record(outcome);
    }

    DivideMixOptions m_options;
    std::array<SampleTable, 2> m_clean;   ///< [R, 1] probability of being clean, by each network's losses
    std::array<SampleTable, 2> m_history; ///< [R, H] scaled losses of the last epochs
    std::array<Division, 2> m_divisions;  ///< what each network learns from in the present epoch
    std::size_t m_batchesOfFirst = 0;
    bool m_twoViews = true;
    std::array<std::unique_ptr<BatchLoader>, 5> m_loaders;
    TargetRecord m_targets;
    bool m_collapseNoted = false;
};

/// What is to be said of settings that the preset replaces.
std::string unusedSettings(const ParamValues& settings, const DivideMixOptions& preset) {
    const DivideMixOptions usual;
    return unusedByPreset(
        preset.preset,
        {{"lambda-u", realParam(settings, "lambda-u"), usual.lambdaU, preset.automatic ? -1 : preset.lambdaU},
         {"clean-threshold", realParam(settings, "clean-threshold"), usual.threshold, preset.threshold},
         {"mixup-alpha", realParam(settings, "mixup-alpha"), usual.alpha, preset.alpha},
         {"warm-up-penalty", double(boolParam(settings, "warm-up-penalty")), double(usual.entropyPenalty),
          double(preset.entropyPenalty)},
         {"loss-history", double(intParam(settings, "loss-history")), double(usual.history), double(preset.history)}});
}

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    DivideMixOptions options;
    options.lambdaU = realParam(settings, "lambda-u");
    options.threshold = realParam(settings, "clean-threshold");
    options.alpha = realParam(settings, "mixup-alpha");
    options.entropyPenalty = boolParam(settings, "warm-up-penalty");
    options.history = intParam(settings, "loss-history");
    const std::string& preset = options.preset = textParam(settings, "preset");
    options.automatic = preset == "auto";
    for (const Preset& known : kPresets) {
        if (preset != known.id) continue;
        options.lambdaU = known.lambdaU;
        options.threshold = known.threshold;
        options.alpha = known.alpha;
        options.entropyPenalty = known.entropyPenalty;
        options.history = known.history;
        options.publishedWarmUp = known.warmUp;
        options.publishedRamp = kPublishedRamp;
    }
    options.unused = preset == "own" ? std::string() : unusedSettings(settings, options);
    options.sharpening = realParam(settings, "sharpening");
    options.penalty = realParam(settings, "penalty");
    options.warmUp = int(intParam(settings, "warm-up"));
    options.warmUpShare = realParam(settings, "warm-up-share");
    options.ramp = int(intParam(settings, "ramp-epochs"));
    options.rampShare = realParam(settings, "ramp-share");
    return std::make_unique<DivideMix>(options);
}

} // namespace

void registerDividemix(Registry& registry) {
    Description description;
    description.id = "dividemix";
    description.title = "DivideMix";
    description.help =
        "Two networks; each divides the samples for the other into believed labels and guessed ones, and learns "
        "both by MixMatch (paper: PreActResNet-18, 300 epochs, flip-crop, SGD of rate 0.02; five times the work of "
        "cross-entropy)";
    description.citation = "Li et al., ICLR 2020, arXiv:2002.07394";
    std::vector<std::string> presets = {"auto", "own"};
    for (const Preset& preset : kPresets) presets.emplace_back(preset.id);
    description.params = {
        choiceSetting(
            "preset", "auto", std::move(presets),
            "auto: lambda-u by the share of wrong labels that the warm-up shows and the length of the run; own: as set "
            "below; the others: "
            "as published, in the place of lambda-u, clean-threshold, mixup-alpha, warm-up-penalty and loss-history, and "
            "of warm-up and ramp-epochs where these are 0 and the run is long enough"),
        realSetting("lambda-u", 25, 0, 1000, "Weight of the guessed labels; with few wrong labels 0 is right"),
        integerSetting("warm-up", 0, 0, 100000,
                       "Epochs of plain training first; 0: by warm-up-share (paper: 10 to 30 of 300)", false, "epochs"),
        realSetting("warm-up-share", 0.2, 0.001, 1, "Warm-up as a share of the run, where warm-up is 0", true),
        integerSetting("ramp-epochs", 0, 0, 100000,
                       "Epochs over which lambda-u comes in; 0: by ramp-share (paper: 16 of 300)", false, "epochs"),
        realSetting("ramp-share", 0.1, 0.001, 1, "The same as a share of the run", true),
        realSetting("clean-threshold", 0.5, 0.01, 0.99,
                    "Probability of being clean above which a label is believed (paper: 0.5)", true),
        realSetting("mixup-alpha", 4, 0.01, 128,
                    "Mixes pairs with a weight from Beta(alpha, alpha) (paper: 4, large photos 0.5)", true),
        realSetting("sharpening", 0.5, 0.05, 1, "T: how far targets are pulled to their largest class (paper: 0.5)",
                    true),
        realSetting("penalty", 1, 0, 100, "Weight of the term that keeps one class from taking everything (paper: 1)",
                    true),
        boolSetting("warm-up-penalty", false, "Keeps answers unsure in the warm-up; for asymmetric noise", true),
        integerSetting("loss-history", 1, 1, 20, "Epochs whose losses are averaged (paper: 5 at 90 % noise, else 1)",
                       true, "epochs"),
    };
    CommonDefaults defaults = adamDefaults();
    defaults.batchSize = 64;
    registerRecipe(registry, std::move(description), defaults, make);
}

} // namespace assay
