// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/ema.h"
#include "core/learn/mixup.h"
#include "core/learn/pseudo_rounds.h"
#include "core/learn/ramps.h"

#include "core/stats/ranking.h"

namespace assay {
namespace {

using namespace learn;

constexpr const char* kAverage = "curriculum.average.";
constexpr const char* kAveraged = "curriculum.averaged";

struct CurriculumOptions {
    double step = 0.2;
    double mixupAlpha = 1;
    bool classWeights = true; ///< a class counts the more the fewer of what a round learns are of it
    double averageFrom = 1;   ///< share of a round from which the weights of its epochs are averaged; 1: they are not
};

class Curriculum : public PseudoRounds {
public:
    Curriculum(RoundOptions rounds, CurriculumOptions options) : PseudoRounds(std::move(rounds)), m_options(options) {}

    Status start(Run& run) override {
        ASSAY_CHECK_STATUS(PseudoRounds::start(run));
        return m_average.start(run, 0);
    }
    BatchPlan plan(Run& run) override {
        if (inRound(run.epoch, run.epoch - 1) <= 0) m_averaged = 0;
        m_weights = weightsOf(run).to(run.device);
        return PseudoRounds::plan(run);
    }
    /// The mean of the weights at the ends of the round's later epochs, and of their norms' statistics.
    std::vector<Classifier*> answering(Run& run) override {
        if (m_averaged == 0) return PseudoRounds::answering(run);
        return {&m_average.network()};
    }
    void save(StateMap& state) const override {
        PseudoRounds::save(state);
        m_average.save(state, kAverage);
        state[kAveraged] = torch::tensor({m_averaged}, torch::kInt32);
    }
    Status load(const StateMap& state) override {
        m_average.load(state, kAverage);
        m_averaged = state.at(kAveraged).item<int>();
        return PseudoRounds::load(state);
    }

protected:
    torch::Tensor learn(Run& run, const Batch& batch, const torch::Tensor& targets) override {
        const auto weighed = [this](const torch::Tensor& logits, const torch::Tensor& labels) {
            return crossEntropy(logits, labels) * m_weights.index_select(0, labels);
        };
        torch::Tensor losses;
        if (m_options.mixupAlpha > 0) {
            const Mixup mix = drawMixup(run, batch, m_options.mixupAlpha);
            const auto logits = run.networks[0]->forward(mix.images(batch.images));
            losses = mix.combine(weighed(logits, targets), weighed(logits, targets.index_select(0, mix.partner)));
        } else {
            losses = weighed(run.networks[0]->forward(batch.images), targets);
        }
        run.minimise(0, losses.mean());
        if (batch.number + 1 == run.batches && inRound(run.epoch, run.epoch) > m_options.averageFrom) {
            m_average.update(*run.networks[0], m_averaged / (m_averaged + 1.0));
            ++m_averaged;
        }
        return losses.detach();
    }
    [[nodiscard]] Result<PseudoDecision> decide(Run& run, const EpochOutcome& outcome, int nextRound) override {
        std::vector<float> scores = unlabelledConfidences(run, outcome);
        const double share = curriculumShare(nextRound, m_options.step);
        const double threshold = scores.empty() ? 0 : stats::quantile(std::move(scores), 1 - share);
        return decideByThreshold(run, outcome, choice().labelled(), threshold);
    }

private:
    /// [K] mean number of a class's samples by that of each class, of what the epoch learns; 1 for a class without any.
    [[nodiscard]] torch::Tensor weightsOf(const Run& run) const {
        auto weights = torch::ones({run.data.classes}, torch::kFloat32);
        if (!m_options.classWeights) return weights;
        std::vector<double> counts(std::size_t(run.data.classes), 0);
        double learnt = 0;
        for (const std::uint32_t row : run.data.trainRows) {
            const Label label = choice().labelled()[row] ? run.data.labels[row] : accepted()[row];
            if (label == kNoLabel) continue;
            ++counts[std::size_t(label)];
            ++learnt;
        }
        for (std::size_t k = 0; k < counts.size(); ++k)
            if (counts[k] > 0) weights.data_ptr<float>()[k] = float(learnt / (double(counts.size()) * counts[k]));
        return weights;
    }

    CurriculumOptions m_options;
    torch::Tensor m_weights; ///< [K] of the epoch
    EmaCopy m_average;
    int m_averaged = 0; ///< epochs in it
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    CurriculumOptions options;
    options.step = realParam(settings, "curriculum-step");
    options.mixupAlpha = realParam(settings, "mixup-alpha");
    options.classWeights = boolParam(settings, "class-weights");
    options.averageFrom = realParam(settings, "average-from");
    RoundOptions rounds;
    rounds.labelled = readLabelledOptions(settings);
    rounds.rounds = int(std::ceil(1 / options.step - 1e-9));
    rounds.firstShare = realParam(settings, "first-share");
    rounds.fresh = boolParam(settings, "fresh");
    return std::make_unique<Curriculum>(std::move(rounds), options);
}

} // namespace

void registerCurriculum(Registry& registry) {
    Description description;
    description.id = "curriculum";
    description.title = "Curriculum labelling";
    description.help =
        "Learns the labels, then in each round a larger part of its surest answers, from new weights (paper: "
        "rounds of 700 epochs with batches of 512, SGD of rate 0.1, mixup, averaged weights, "
        "WideResNet-28-2)";
    description.citation = "Cascante-Bonilla et al., AAAI 2021, arXiv:2001.06001";
    description.params = {
        realSetting("curriculum-step", 0.2, 0.01, 1,
                    "Share of the answers, the surest first, that each round adds (paper: 0.2)"),
        realSetting("mixup-alpha", 1, 0, 128, "Mixes pairs with a weight from Beta(alpha, alpha); 0: off (paper: 1)"),
        boolSetting(
            "class-weights", true,
            "A class counts the more the fewer of what a round learns are of it: the surest answers are mostly of "
            "the easiest classes (the authors' code offers it)"),
        realSetting("first-share", 1.0 / 6, 0.01, 0.9, "Share of the run of the round on labels alone", true),
        boolSetting("fresh", true,
                    "Every round begins with new weights, so that early mistakes are forgotten (paper: yes)"),
        realSetting(
            "average-from", 1, 0, 1,
            "Share of a round from which the weights of its epochs are averaged to answer; 1: they are not (paper: "
            "200 of 700 epochs)",
            true),
    };
    for (auto& spec : labelledSettings()) description.params.push_back(std::move(spec));
    CommonDefaults defaults = semiCommonDefaults();
    defaults.batchSize = 64;
    defaults.schedule = "cosine";
    registerRecipe(registry, std::move(description), defaults, make);
}

} // namespace assay
