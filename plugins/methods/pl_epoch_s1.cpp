// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/losses.h"
#include "core/learn/pseudo_rounds.h"

namespace assay {
namespace {

using namespace learn;

/// Every epoch is a round that goes on with the same network.
class PlEpoch : public PseudoRounds {
public:
    PlEpoch(RoundOptions options, double threshold, bool accumulate)
        : PseudoRounds(std::move(options)), m_threshold(threshold), m_accumulate(accumulate) {}

protected:
    torch::Tensor learn(Run& run, const Batch& batch, const torch::Tensor& targets) override {
        const auto losses = crossEntropy(run.networks[0]->forward(batch.images), targets);
        run.minimise(0, losses.mean());
        return losses.detach();
    }
    [[nodiscard]] double firstThreshold() const override { return m_threshold; }
    [[nodiscard]] Result<PseudoDecision> decide(Run& run, const EpochOutcome& outcome, int,
                                                std::vector<float>&) override {
        PseudoDecision decision = decideByThreshold(run, outcome, choice().labelled(), m_threshold);
        if (m_accumulate)
            for (const std::uint32_t row : run.data.trainRows)
                if (accepted()[row] != kNoLabel && !choice().labelled()[row]) decision.labels[row] = accepted()[row];
        return decision;
    }

private:
    double m_threshold;
    bool m_accumulate;
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    RoundOptions options;
    options.labelled = readLabelledOptions(settings);
    options.fresh = false;
    options.rounds = kEveryEpoch;
    options.firstShare = realParam(settings, "warm-up-share");
    return std::make_unique<PlEpoch>(std::move(options), realParam(settings, "threshold"),
                                     textParam(settings, "pseudo-set") == "accumulate");
}

} // namespace

void registerPlEpochS1(Registry& registry) {
    Description description;
    description.id = "pl-epoch-s1";
    description.title = "Pseudo-label, epoch by epoch";
    description.help =
        "After a warm-up on few labels every epoch learns them and the sure answers of the epoch before (a "
        "student's variant: 10 of 300 epochs of warm-up, thresholds 0.95, 0.75 and 0.6, WideResNet)";
    description.citation = "after Lee, ICML Workshop 2013";
    description.params = {
        realSetting("threshold", 0.95, 0, 1, "Confidence from which an answer becomes a pseudo-label"),
        choiceSetting("pseudo-set", "rebuild", {"rebuild", "accumulate"},
                      "Whether pseudo-labels are chosen anew after every epoch or stay once they are accepted"),
        realSetting("warm-up-share", 1.0 / 30, 0.001, 1, "Share of the run on labels alone"),
    };
    for (auto& spec : labelledSettings()) description.params.push_back(std::move(spec));
    CommonDefaults defaults = semiCommonDefaults();
    defaults.batchSize = 64;
    registerRecipe(registry, std::move(description), defaults, make);
}

} // namespace assay
