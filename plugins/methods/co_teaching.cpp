// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugins/methods/co_teaching.h"

#include "core/learn/losses.h"
#include "core/learn/recipe.h"

#include <numeric>

namespace assay {

using namespace learn;

double KeepSchedule::forget(int epoch) const {
    if (epoch >= ramp) return noiseRate;
    const double end = std::pow(noiseRate, exponent);
    return ramp > 1 ? end * epoch / (ramp - 1) : end;
}

double KeepSchedule::keep(int epoch) const { return std::max(1 - forget(epoch), smallestKeep); }

std::size_t KeepSchedule::count(int epoch, std::size_t batch) const {
    // The small term keeps 0.9 × 10 from becoming 8.
    return std::clamp<std::size_t>(std::size_t(keep(epoch) * double(batch) + 1e-9), 1, std::max<std::size_t>(batch, 1));
}

namespace {

constexpr const char* kState = "co-teaching.state";
constexpr double kSmallestEstimate = 0.02, kLargestEstimate = 0.8;

struct CoTeachingOptions {
    KeepSchedule schedule;
    double rampShare = 0;  ///< T_k as a share of the run, where no number of epochs is given
    bool estimate = false; ///< the noise rate is taken from the mixture after the first epochs
    int estimateAfter = 0;
    LossOptions loss;
};

/// Positions of the `count` smallest losses; equal ones by position.
torch::Tensor smallest(const torch::Tensor& losses, std::size_t count) {
    const auto plain = losses.to(torch::kCPU).contiguous();
    const auto* values = plain.data_ptr<float>();
    std::vector<std::int64_t> order(std::size_t(plain.numel()));
    std::iota(order.begin(), order.end(), 0);
    const auto before = [values](std::int64_t a, std::int64_t b) {
        return values[a] != values[b] ? values[a] < values[b] : a < b;
    };
    std::partial_sort(order.begin(), order.begin() + std::ptrdiff_t(count), order.end(), before);
    order.resize(count);
    return torch::tensor(order, torch::kInt64).to(losses.device());
}

class CoTeaching : public Recipe {
public:
    explicit CoTeaching(CoTeachingOptions options) : m_options(std::move(options)) {}

    [[nodiscard]] std::size_t networkCount() const override { return 2; }

    Status start(Run& run) override {
        if (m_options.schedule.ramp == 0) m_options.schedule.ramp = run.epochsFromShare(m_options.rampShare);
        if (m_options.estimate) m_options.schedule.noiseRate = 0;
        m_selected[0].assign(run.data.rows(), 0);
        m_selected[1].assign(run.data.rows(), 0);
        return {};
    }

    [[nodiscard]] std::string phase(const Run& run) const override {
        return run.epoch <= m_options.schedule.ramp ? "warm-up" : "training";
    }

    BatchPlan plan(Run& run) override {
        for (auto& selected : m_selected) std::fill(selected.begin(), selected.end(), std::uint8_t(0));
        return Recipe::plan(run);
    }

    torch::Tensor step(Run& run, const Batch& batch) override {
        const std::array<torch::Tensor, 2> losses = {
            perSampleLoss(run.networks[0]->forward(batch.images), batch.labels, m_options.loss),
            perSampleLoss(run.networks[1]->forward(batch.images), batch.labels, m_options.loss)};
        const std::size_t count = m_options.schedule.count(run.epoch - 1, batch.rows.size());
        const std::array<torch::Tensor, 2> chosen = {smallest(losses[0].detach(), count),
                                                     smallest(losses[1].detach(), count)};
        for (std::size_t n = 0; n < 2; ++n) {
            mark(n, chosen[n], batch);
            // Each learns from what the other finds easy.
            run.minimise(n, losses[n].index_select(0, chosen[1 - n]).mean());
        }
        return (losses[0].detach() + losses[1].detach()) / 2;
    }

    Status finishEpoch(Run& run, EpochOutcome& outcome) override {
        addColumns(run, outcome);
        addScalars(run, outcome);
        if (m_options.estimate && run.epoch == m_options.estimateAfter) estimateRate(run, outcome);
        return {};
    }

    void save(StateMap& state) const override { state[kState] = torch::tensor({m_options.schedule.noiseRate}, torch::kFloat64); }
    Status load(const StateMap& state) override {
        const double rate = state.at(kState).item<double>();
        if (rate < 0 || rate >= 1) return fail(ErrorCode::Damaged, "the checkpoint's noise rate is not a rate");
        m_options.schedule.noiseRate = rate;
        return {};
    }

private:
    void mark(std::size_t network, const torch::Tensor& chosen, const Batch& batch) {
        const auto positions = chosen.to(torch::kCPU);
        const auto* at = positions.data_ptr<std::int64_t>();
        for (std::int64_t i = 0; i < positions.numel(); ++i) m_selected[network][batch.rows[std::size_t(at[i])]] = 1;
    }

    void addColumns(const Run& run, EpochOutcome& outcome) const {
        const std::size_t rows = run.data.rows();
        auto& columns = outcome.evidence.columns;
        std::array<std::vector<float>, 2> predictions;
        for (std::size_t n = 0; n < 2; ++n) {
            const std::string number = std::to_string(n + 1);
            std::vector<float> loss(rows);
            predictions[n].resize(rows);
            for (std::size_t i = 0; i < rows; ++i) {
                const auto logits = outcome.answers[n].row(i);
                loss[i] = float(lossOf(logits, run.data.labels[i]));
                predictions[n][i] = float(std::max_element(logits.begin(), logits.end()) - logits.begin());
            }
            columns["loss-" + number] = std::move(loss);
            columns["prediction-" + number] = predictions[n];
            columns["selected-" + number] = std::vector<float>(m_selected[n].begin(), m_selected[n].end());
        }
        std::vector<float> disagreement(rows);
        for (std::size_t i = 0; i < rows; ++i) disagreement[i] = predictions[0][i] != predictions[1][i];
        columns["disagreement"] = std::move(disagreement);
    }

    void addScalars(const Run& run, EpochOutcome& outcome) const {
        const auto& disagreement = outcome.evidence.columns.at("disagreement");
        double differing = 0, both = 0, either = 0, chosen = 0, chosenRight = 0;
        for (const std::uint32_t row : run.data.trainRows) {
            differing += disagreement[row];
            const bool first = m_selected[0][row], second = m_selected[1][row];
            both += first && second;
            either += first || second;
            if (!run.data.truthKnown() || run.data.truth[row] == kNoLabel) continue;
            chosen += double(first) + double(second);
            if (run.data.truth[row] == run.data.labels[row]) chosenRight += double(first) + double(second);
        }
        auto& scalars = outcome.report.scalars;
        scalars["disagreement"] = differing / double(run.data.trainRows.size());
        scalars["keep-rate"] = m_options.schedule.keep(run.epoch - 1);
        scalars["selection-overlap"] = either > 0 ? both / either : 1;
        if (chosen > 0) scalars["label-precision"] = chosenRight / chosen;
    }

    void estimateRate(Run& run, const EpochOutcome& outcome) {
        const auto& fit = outcome.report.mixture;
        if (!fit || fit->collapsed) {
            run.observer.note("The noise rate could not be estimated from the losses; everything is kept");
            return;
        }
        const auto& posterior = outcome.evidence.columns.at("p-noisy");
        double noisy = 0;
        for (const std::uint32_t row : run.data.trainRows) noisy += posterior[row] > 0.5F;
        m_options.schedule.noiseRate =
            std::clamp(noisy / double(run.data.trainRows.size()), kSmallestEstimate, kLargestEstimate);
        run.observer.note("The noise rate is estimated as " +
                          std::to_string(int(std::lround(100 * m_options.schedule.noiseRate))) + " %");
    }

    CoTeachingOptions m_options;
    std::array<std::vector<std::uint8_t>, 2> m_selected; ///< [R] in the present epoch
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    CoTeachingOptions options;
    options.schedule.noiseRate = realParam(settings, "noise-rate");
    options.estimate = options.schedule.noiseRate == 0;
    options.estimateAfter = int(intParam(settings, "estimate-after"));
    options.schedule.exponent = realParam(settings, "exponent");
    options.schedule.ramp = int(intParam(settings, "ramp-epochs"));
    options.rampShare = realParam(settings, "ramp-share");
    options.schedule.smallestKeep = realParam(settings, "smallest-keep");
    if (textParam(settings, "loss") == "sce") options.loss.kind = LossKind::Sce;
    options.loss.alpha = realParam(settings, "sce-alpha");
    options.loss.beta = realParam(settings, "sce-beta");
    return std::make_unique<CoTeaching>(std::move(options));
}

} // namespace

void registerCoTeaching(Registry& registry) {
    Description description;
    description.id = "co-teaching";
    description.title = "Co-Teaching";
    description.help = "Two networks, each of which learns from the samples that the other finds easy (paper: cnn-9, 200 epochs, Adam)";
    description.citation = "Han et al., NeurIPS 2018, arXiv:1804.06872; with SCE: Wang et al., ICCV 2019, arXiv:1908.06112";
    description.params = {
        realSetting("noise-rate", 0, 0, 0.95,
                    "Share of wrong labels that is left out in the end; 0: estimated from the losses (paper: the true rate)"),
        integerSetting("ramp-epochs", 0, 0, 100000,
                       "T_k, epochs until the whole share is left out; 0: by ramp-share (paper: 10 of 200)", false, "epochs"),
        realSetting("ramp-share", 0.25, 0.001, 1, "T_k as a share of the run, where ramp-epochs is 0", true),
        realSetting("exponent", 1, 0.1, 4, "c: the ramp ends at the noise rate to this power (paper: 0.5, 1, 2)", true),
        realSetting("smallest-keep", 0, 0, 1, "R_min: a batch never loses more than all but this share", true),
        integerSetting("estimate-after", 3, 1, 100000,
                       "Epoch after which the noise rate is estimated, where noise-rate is 0", true, "epochs"),
        choiceSetting("loss", "ce", {"ce", "sce"}, "What ranks the samples and is learnt: cross-entropy or symmetric"),
        realSetting("sce-alpha", 0.1, 0, 100, "sce: weight of cross-entropy", true),
        realSetting("sce-beta", 1, 0, 100, "sce: weight of reverse cross-entropy", true),
    };
    CommonDefaults defaults;
    defaults.optimizer = "adam";
    defaults.learningRate = 1e-3;
    defaults.weightDecay = 0;
    defaults.schedule = "linear-decay";
    for (auto& spec : commonParams(defaults)) description.params.push_back(std::move(spec));
    (void)registry.methods.add(std::make_shared<RecipeMethod>(std::move(description), make));
}

} // namespace assay
