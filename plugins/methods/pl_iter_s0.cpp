// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/losses.h"
#include "core/learn/networks.h"
#include "core/learn/pseudo_rounds.h"

#include <limits>

namespace assay {
namespace {

using namespace learn;

/// The student erases behind the normalisation, by its zero: the mean grey.
constexpr int kErased = 123;

struct IterOptions {
    double threshold = 0.9;
    bool flip = true;     ///< answers are the mean for a picture and its mirror image
    bool capped = true;   ///< so many of each class, the surest first
    std::int64_t cap = 0; ///< 0: the median of the classes' numbers
    bool weakForLabelled = true;
    double smoothing = 0.1;
    double erasing = 0.2;
};

class PlIter : public PseudoRounds {
public:
    PlIter(RoundOptions rounds, IterOptions options, std::string laterNetwork)
        : PseudoRounds(std::move(rounds)), m_options(options), m_laterNetwork(std::move(laterNetwork)) {
        m_smoothed.smoothing = options.smoothing;
    }

    Status start(Run& run) override {
        if (!m_laterNetwork.empty()) // so that a wrong name is told before hours have passed
            ASSAY_CHECK_STATUS(makeNetwork(m_laterNetwork, run.data.geometry, run.data.classes, run.seed(), 0));
        return PseudoRounds::start(run);
    }

    /// Two loaders on one order: weak views for labelled pictures, strong ones for the others.
    BatchPlan plan(Run& run) override {
        m_strong.reset();
        BatchPlan plan = PseudoRounds::plan(run);
        if (roundOf(run.epoch) < 1) return plan;
        BatchPlan strong = plan;
        strong.augment.randAugmentOps = 2;
        strong.augment.randAugmentLevel = 10;
        strong.augment.jitter = 1;
        strong.augment.brightness = strong.augment.contrast = strong.augment.saturation = 0.2;
        strong.augment.hue = 0.1;
        strong.augment.erasing = m_options.erasing;
        strong.augment.cutoutFill = kErased;
        strong.view = 1;
        if (!m_options.weakForLabelled) return strong;
        m_strong = std::make_unique<BatchLoader>(run.data, std::move(strong), run.device, run.task.config.loaders);
        return plan;
    }

protected:
    torch::Tensor learn(Run& run, const Batch& batch, const torch::Tensor& targets) override {
        auto images = batch.images;
        if (m_strong) {
            const auto labelled = choice().maskOf(batch.rows, run.device).to(torch::kBool).view({-1, 1, 1, 1});
            images =
                torch::where(labelled, images, m_strong->next()->images).contiguous(torch::MemoryFormat::ChannelsLast);
        }
        const auto losses = perSampleLoss(run.networks[0]->forward(images), targets, m_smoothed);
        run.minimise(0, losses.mean());
        return losses.detach();
    }
    [[nodiscard]] double firstThreshold() const override { return m_options.threshold; }

    [[nodiscard]] Result<PseudoDecision> decide(Run& run, const EpochOutcome& outcome, int) override {
        const auto rows = choice().unlabelledRows(run);
        const auto classes = std::size_t(run.data.classes);
        std::vector<float> own(classes), mean(classes), mirrored;
        if (m_options.flip) mirrored = answerMirrored(run, rows);
        std::vector<std::vector<std::pair<float, std::uint32_t>>> byClass(classes);
        PseudoAnswers answers = answersOf(outcome);
        auto& confidence = answers.confidence;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            softmaxOf(outcome.answers[0].row(rows[i]), own);
            for (std::size_t k = 0; k < classes; ++k)
                mean[k] = m_options.flip ? (own[k] + mirrored[i * classes + k]) / 2 : own[k];
            const Label label = predictionOf(mean);
            answers.labels[rows[i]] = label;
            confidence[rows[i]] = std::min(1.0F, mean[std::size_t(label)]);
            if (double(confidence[rows[i]]) >= m_options.threshold)
                byClass[std::size_t(label)].emplace_back(-confidence[rows[i]], rows[i]);
        }
        PseudoDecision decision{std::vector<Label>(run.data.rows(), kNoLabel), m_options.threshold, {}, {}};
        const std::size_t cap = capOf(byClass);
        for (std::size_t k = 0; k < classes; ++k) {
            std::sort(byClass[k].begin(), byClass[k].end());
            for (std::size_t i = 0; i < std::min(cap, byClass[k].size()); ++i)
                decision.labels[byClass[k][i].second] = Label(k);
        }
        decision.answers = std::move(answers);
        return decision;
    }
    Status endEpoch(Run& run, bool roundEnds) override {
        (void)run, (void)roundEnds;
        m_strong.reset();
        return {};
    }

private:
    template <class Members>
    [[nodiscard]] std::size_t capOf(const std::vector<Members>& byClass) const {
        if (!m_options.capped) return std::numeric_limits<std::size_t>::max();
        if (m_options.cap > 0) return std::size_t(m_options.cap);
        std::vector<std::size_t> counts;
        for (const auto& members : byClass)
            if (!members.empty()) counts.push_back(members.size());
        if (counts.empty()) return 0;
        std::sort(counts.begin(), counts.end());
        // Of the classes that have any, or early rounds would accept nothing. The upper one of two: half keep all of
        // theirs.
        return counts[counts.size() / 2];
    }

    /// Probabilities [rows, K] of the mirror images.
    [[nodiscard]] static std::vector<float> answerMirrored(Run& run, const std::vector<std::uint32_t>& rows) {
        std::vector<float> probabilities;
        if (rows.empty()) return probabilities;
        const torch::NoGradGuard noGrad;
        BatchPlan plan;
        plan.order = rows;
        plan.batchSize = 256;
        plan.augment.flip = 1;
        BatchLoader loader(run.data, std::move(plan), run.device, run.task.config.loaders);
        Classifier& network = *run.networks[0];
        network.eval();
        while (const auto batch = loader.next()) {
            const auto p = torch::softmax(network.forward(batch->images), 1).to(torch::kCPU).contiguous();
            probabilities.insert(probabilities.end(), p.data_ptr<float>(), p.data_ptr<float>() + p.numel());
        }
        network.train();
        return probabilities;
    }

    IterOptions m_options;
    std::string m_laterNetwork;
    LossOptions m_smoothed;
    std::unique_ptr<BatchLoader> m_strong;
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    IterOptions options;
    options.threshold = realParam(settings, "threshold");
    options.flip = boolParam(settings, "flip-averaging");
    options.capped = textParam(settings, "cap") != "none";
    options.cap = textParam(settings, "cap") == "count" ? intParam(settings, "cap-per-class") : 0;
    options.weakForLabelled = boolParam(settings, "weak-for-labelled");
    options.smoothing = realParam(settings, "label-smoothing");
    options.erasing = realParam(settings, "random-erasing");
    RoundOptions rounds;
    rounds.labelled = readLabelledOptions(settings);
    rounds.rounds = int(intParam(settings, "rounds"));
    rounds.firstShare = realParam(settings, "warm-up-share");
    rounds.laterNetwork = textParam(settings, "later-network");
    rounds.laterFrom = int(intParam(settings, "later-from"));
    return std::make_unique<PlIter>(rounds, options, rounds.laterNetwork);
}

} // namespace

void registerPlIterS0(Registry& registry) {
    Description description;
    description.id = "pl-iter-s0";
    description.title = "Pseudo-label, round by round";
    description.help =
        "Learns the labels, then in each round a new student learns them and the sure answers of the one "
        "before, which sees a picture and its mirror image (a student's variant: ResNet-34, from the third "
        "round on ResNet-50, Adam of rate 0.0001, batches of 32)";
    description.citation = "after Lee, ICML Workshop 2013; noisy student: Xie et al., CVPR 2020, arXiv:1911.04252";
    description.params = {
        realSetting("threshold", 0.9, 0, 1,
                    "Confidence from which an answer becomes a pseudo-label (the student's: 0.9)"),
        integerSetting("rounds", 5, 1, 1000, "Rounds on labels and pseudo-labels, after one on labels alone"),
        choiceSetting(
            "cap", "median", {"median", "count", "none"},
            "Most pseudo-labels of one class, the surest first: the median of the classes' numbers, as many as "
            "cap-per-class says, or no limit"),
        integerSetting("cap-per-class", 100, 1, 10000000, "cap count: most pseudo-labels of one class", true,
                       "samples"),
        boolSetting("flip-averaging", true, "Decides by the mean answer for a picture and its mirror image"),
        boolSetting("weak-for-labelled", true,
                    "Labelled pictures are varied weakly; otherwise as strongly as the others (the student's code)",
                    true),
        realSetting("label-smoothing", 0.1, 0, 0.99,
                    "Share of a target spread over all classes (the student's code: 0.1)", true),
        realSetting("random-erasing", 0.2, 0, 1,
                    "Probability that a strong view loses a rectangle to grey (the student's code: 0.2)", true),
        realSetting("warm-up-share", 1.0 / 6, 0.01, 0.9, "Share of the run on labels alone", true),
        integerSetting("later-from", 3, 1, 1000, "First round of that network (the student's: 3)", true),
    };
    ParamSpec later;
    later.name = "later-network";
    later.type = ParamType::Text;
    later.defaultValue = std::string();
    later.help = "Network of the later rounds, as --network takes it (the student's: resnet-50); empty: the same";
    later.advanced = true;
    description.params.push_back(std::move(later));
    for (auto& spec : labelledSettings()) description.params.push_back(std::move(spec));
    CommonDefaults defaults = semiCommonDefaults();
    defaults.batchSize = 64;
    defaults.schedule = "cosine";
    registerRecipe(registry, std::move(description), defaults, make);
}

} // namespace assay
