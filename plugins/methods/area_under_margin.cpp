// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/threshold_samples.h"
#include "core/learn/losses.h"
#include "core/learn/recipe.h"
#include "core/learn/sample_table.h"

#include <limits>

namespace assay {
namespace {

using namespace learn;

constexpr const char* kExtraClass = "extra-class";
constexpr const char* kSums = "aum.sums";
constexpr const char* kVisits = "aum.visits";
constexpr const char* kFirstRate = "aum.first-rate";
constexpr std::int64_t kNetworks = 2;

/// The logit of the class that does not exist, beside those of the data's classes.
class ExtraLogit : public FeatureModule {
public:
    explicit ExtraLogit(std::int64_t features) { m_linear = register_module("linear", torch::nn::Linear(features, 1)); }
    torch::Tensor forward(const torch::Tensor& features) override { return m_linear->forward(features); }

private:
    torch::nn::Linear m_linear{nullptr};
};

/// z_y − the largest other logit [B].
torch::Tensor marginsOf(const torch::Tensor& logits, const torch::Tensor& labels) {
    const auto at = labels.unsqueeze(1);
    const auto others = logits.scatter(1, at, -std::numeric_limits<float>::infinity());
    return logits.gather(1, at).squeeze(1) - std::get<0>(others.max(1));
}

class Aum : public Recipe {
public:
    explicit Aum(double share) : m_share(share) {}

    [[nodiscard]] std::size_t networkCount() const override { return kNetworks; }
    void extend(Classifier& network, int) const override {
        network.addBranch(kExtraClass, std::make_shared<ExtraLogit>(network.featureCount()));
    }

    Status start(Run& run) override {
        m_sums.reset(run.data.rows(), kNetworks, 0, run.device);
        m_visits.reset(run.data.rows(), 1, 0, run.device);
        m_thresholdFor.assign(run.data.rows(), -1);
        const auto order = shuffled(run.data.trainRows, run.seed(), 0);
        const std::size_t each =
            std::min(order.size() / 2, std::max<std::size_t>(1, order.size() / std::size_t(run.data.classes + 1)));
        for (std::size_t i = 0; i < kNetworks * each; ++i) m_thresholdFor[order[i]] = int(i / each);
        return {};
    }

    torch::Tensor step(Run& run, const Batch& batch) override {
        if (m_firstRate == 0) m_firstRate = run.learningRate;
        const bool counts = run.learningRate > m_firstRate / 2;
        auto sums = m_sums.at(batch.rows);
        torch::Tensor total;
        for (std::int64_t n = 0; n < kNetworks; ++n) {
            auto& network = *run.networks[std::size_t(n)];
            const auto labels = labelsFor(n, run, batch);
            const auto features = network.features(batch.images);
            const auto logits = torch::cat({network.answer(features), extraLogit(network).forward(features)}, 1);
            const auto losses = crossEntropy(logits, labels);
            run.minimise(std::size_t(n), losses.mean());
            if (counts) sums.select(1, n) += marginsOf(logits.detach(), labels);
            total = total.defined() ? total + losses.detach() : losses.detach();
        }
        if (counts) {
            m_sums.set(batch.rows, sums);
            m_visits.set(batch.rows, m_visits.at(batch.rows) + 1);
        }
        return total / kNetworks;
    }

    Status finishEpoch(Run& run, EpochOutcome& outcome) override {
        const auto visits = m_visits.column();
        std::vector<MarginAreas> trainings(kNetworks);
        double threshold = 0;
        for (std::int64_t n = 0; n < kNetworks; ++n) {
            MarginAreas& training = trainings[std::size_t(n)];
            training.area = m_sums.column(n);
            training.isThreshold.resize(visits.size());
            for (std::size_t row = 0; row < visits.size(); ++row) {
                training.area[row] /= visits[row]; // 0 / 0 is what was never learnt
                training.isThreshold[row] = m_thresholdFor[row] == int(n);
            }
            threshold += marginThreshold(training, m_share) / double(kNetworks);
        }
        auto below = belowThreshold(trainings, m_share);
        record(run, outcome, below, threshold);
        outcome.evidence.columns[kBelowThresholdColumn] = std::move(below);
        return {};
    }

    void save(StateMap& state) const override {
        m_sums.save(state, kSums);
        m_visits.save(state, kVisits);
        state[kFirstRate] = torch::tensor({m_firstRate}, torch::kFloat64);
    }
    Status load(const StateMap& state) override {
        m_sums.load(state, kSums);
        m_visits.load(state, kVisits);
        m_firstRate = state.at(kFirstRate).item<double>();
        return {};
    }

private:
    static FeatureModule& extraLogit(Classifier& network) {
        return *std::dynamic_pointer_cast<FeatureModule>(network.named_children()[kExtraClass]);
    }

    /// The batch's labels, or the class that does not exist for the threshold samples of this network [B].
    [[nodiscard]] torch::Tensor labelsFor(std::int64_t network, const Run& run, const Batch& batch) const {
        std::vector<std::int64_t> isThreshold;
        for (const std::uint32_t row : batch.rows) isThreshold.push_back(m_thresholdFor[row] == int(network));
        const auto mask = torch::tensor(isThreshold).to(run.device, torch::kBool);
        return batch.labels.masked_fill(mask, std::int64_t(run.data.classes));
    }

    static void record(const Run& run, EpochOutcome& outcome, const std::vector<float>& below, double threshold) {
        double flagged = 0, known = 0, wrong = 0;
        for (const std::uint32_t row : run.data.trainRows) {
            if (!(below[row] > 0)) continue;
            ++flagged;
            if (!run.data.truthKnown() || run.data.truth[row] == kNoLabel) continue;
            ++known;
            wrong += run.data.truth[row] != run.data.labels[row];
        }
        outcome.report.scalars["margin-threshold"] = threshold;
        outcome.report.scalars["flagged-share"] = flagged / double(run.data.trainRows.size());
        if (known > 0) outcome.report.scalars["flag-precision"] = wrong / known;
    }

    double m_share;
    std::vector<int> m_thresholdFor; ///< [R] the network to which the row is a threshold sample; -1: to none
    SampleTable m_sums;              ///< [R, kNetworks] of the margins
    SampleTable m_visits;            ///< [R, 1]
    double m_firstRate = 0;          ///< learning rate of the first step
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    return std::make_unique<Aum>(realParam(settings, "threshold-percentile") / 100);
}

} // namespace

void registerAreaUnderMargin(Registry& registry) {
    Description description;
    description.id = "aum";
    description.title = "Area under the margin";
    description.help =
        "Finds wrong labels by how far their logit leads in training, against samples of a class that does not exist";
    description.citation = "Pleiss, Zhang, Elenberg, Weinberger, NeurIPS 2020, arXiv:2001.10528";
    description.params = {
        realSetting("threshold-percentile", 99, 50, 100,
                    "Of the threshold samples' areas; what lies below is flagged (paper: 99)"),
    };
    registerRecipe(registry, std::move(description), adamDefaults(), make);
}

} // namespace assay
