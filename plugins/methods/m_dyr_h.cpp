// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/losses.h"
#include "core/learn/mixup.h"
#include "core/learn/recipe.h"

namespace assay {
namespace {

using namespace learn;

constexpr const char* kFit = "m-dyr-h.fit";
constexpr const char* kTable = "m-dyr-h.table";
constexpr double kSmallestW = 1e-4;

struct DynamicOptions {
    stats::MixtureKind mixture = stats::MixtureKind::Beta;
    int warmUp = 0;          ///< epochs; 0: by share
    double warmUpShare = 0.3;
    double mixupAlpha = 32;
    double regulariser = 1;
    bool soft = false;       ///< bootstraps towards the softmax, else towards the argmax
    bool fromTable = false;  ///< w from the last evidence pass, else from the batch as it is now
};

/// What the next epoch needs of a mixture: the curve of the posterior over the loss. A curve rather than parameters,
/// so that a resumed run reads the same numbers.
struct PosteriorCurve {
    static constexpr std::size_t kPoints = 1024;
    bool usable = false;
    double lo = 0, hi = 1;
    std::vector<float> posterior; ///< [kPoints], from lo to hi

    [[nodiscard]] float at(double loss) const {
        if (!usable || hi <= lo) return 0;
        const double position = std::clamp((loss - lo) / (hi - lo), 0.0, 1.0) * double(kPoints - 1);
        const auto left = std::size_t(position);
        const std::size_t right = std::min(left + 1, kPoints - 1);
        const auto share = float(position - double(left));
        return posterior[left] + share * (posterior[right] - posterior[left]);
    }
};

class DynamicBootstrap : public Recipe {
public:
    explicit DynamicBootstrap(DynamicOptions options) : m_options(options) { m_curve.posterior.assign(PosteriorCurve::kPoints, 0); }

    [[nodiscard]] stats::MixtureOptions mixtureOptions() const override {
        stats::MixtureOptions options;
        options.kind = m_options.mixture;
        return options;
    }

    Status start(Run& run) override {
        if (m_options.warmUp == 0) m_options.warmUp = run.epochsFromShare(m_options.warmUpShare);
        m_table.assign(run.data.rows(), 0);
        return {};
    }

    [[nodiscard]] std::string phase(const Run& run) const override { return correcting(run) ? "training" : "warm-up"; }

    torch::Tensor step(Run& run, const Batch& batch) override {
        auto& network = *run.networks[0];
        const Mixup mix = m_options.mixupAlpha > 0
                              ? drawMixup(run, batch, m_options.mixupAlpha)
                              : Mixup{1.0, torch::arange(std::int64_t(batch.rows.size()), batch.labels.options())};
        const auto partnerLabels = batch.labels.index_select(0, mix.partner);
        torch::Tensor own, w;
        if (correcting(run)) {
            w = noisiness(network, batch);
            own = ownAnswer(network, batch);
        }
        const auto logits = network.forward(m_options.mixupAlpha > 0 ? mix.images(batch.images) : batch.images);
        torch::Tensor losses;
        if (w.defined())
            losses = mix.combine(bootstrapLoss(logits, batch.labels, own, w),
                                 bootstrapLoss(logits, partnerLabels, own.index_select(0, mix.partner),
                                               w.index_select(0, mix.partner)));
        else
            losses = mix.combine(crossEntropy(logits, batch.labels), crossEntropy(logits, partnerLabels));
        auto loss = losses.mean();
        if (w.defined() && m_options.regulariser > 0) loss = loss + m_options.regulariser * priorRegulariser(logits);
        run.minimise(0, loss);
        return losses.detach();
    }

    Status finishEpoch(Run& run, EpochOutcome& outcome) override {
        const auto& fit = outcome.report.mixture;
        const bool usable = fit && !fit->collapsed;
        if (!usable && correcting(run) && !m_collapseNoted) {
            m_collapseNoted = true;
            run.observer.note("The losses of epoch " + std::to_string(run.epoch) +
                              " show no two groups; every label is taken as it is until they do");
        }
        m_curve.usable = usable;
        if (usable) {
            m_curve.lo = fit->lo;
            m_curve.hi = fit->hi;
            for (std::size_t i = 0; i < PosteriorCurve::kPoints; ++i)
                m_curve.posterior[i] =
                    float(fit->pNoisy(fit->lo + (fit->hi - fit->lo) * double(i) / double(PosteriorCurve::kPoints - 1)));
            m_table = outcome.evidence.columns.at("p-noisy");
        } else {
            std::fill(m_table.begin(), m_table.end(), 0.0F);
        }
        double correction = 0;
        for (const std::uint32_t row : run.data.trainRows) correction += m_table[row];
        outcome.report.scalars["mean-correction"] = correcting(run) ? correction / double(run.data.trainRows.size()) : 0;
        return {};
    }

    void save(StateMap& state) const override {
        auto fit = torch::empty({std::int64_t(PosteriorCurve::kPoints) + 3}, torch::kFloat64);
        auto* out = fit.data_ptr<double>();
        out[0] = m_curve.usable;
        out[1] = m_curve.lo;
        out[2] = m_curve.hi;
        for (std::size_t i = 0; i < PosteriorCurve::kPoints; ++i) out[3 + i] = m_curve.posterior[i];
        state[kFit] = fit;
        state[kTable] = torch::tensor(m_table, torch::kFloat32);
    }

    Status load(const StateMap& state) override {
        const auto& fit = state.at(kFit);
        const auto* in = fit.data_ptr<double>();
        m_curve.usable = in[0] != 0;
        m_curve.lo = in[1];
        m_curve.hi = in[2];
        for (std::size_t i = 0; i < PosteriorCurve::kPoints; ++i) m_curve.posterior[i] = float(in[3 + i]);
        const auto& table = state.at(kTable);
        m_table.assign(table.data_ptr<float>(), table.data_ptr<float>() + table.numel());
        return {};
    }

private:
    [[nodiscard]] bool correcting(const Run& run) const { return run.epoch > m_options.warmUp; }

    /// w [B]: how likely each label is wrong.
    [[nodiscard]] torch::Tensor noisiness(Classifier& network, const Batch& batch) const {
        auto w = torch::empty({std::int64_t(batch.rows.size())}, torch::kFloat32);
        auto* out = w.data_ptr<float>();
        if (m_options.fromTable) {
            for (std::size_t i = 0; i < batch.rows.size(); ++i) out[i] = m_table[batch.rows[i]];
        } else {
            const torch::NoGradGuard noGrad;
            network.eval();
            const auto losses = crossEntropy(network.forward(batch.images), batch.labels).to(torch::kCPU).contiguous();
            network.train();
            const auto* loss = losses.data_ptr<float>();
            for (std::size_t i = 0; i < batch.rows.size(); ++i) out[i] = m_curve.at(loss[i]);
        }
        return w.clamp_(m_curve.usable ? kSmallestW : 0.0, 1 - kSmallestW).to(batch.images.device());
    }

    /// The network's present answer on the unmixed pictures: argmax [B], or softmax [B, K]. In training mode, as the
    /// authors have it.
    [[nodiscard]] torch::Tensor ownAnswer(Classifier& network, const Batch& batch) const {
        const torch::NoGradGuard noGrad;
        const auto logits = network.forward(batch.images);
        return m_options.soft ? torch::softmax(logits, 1) : logits.argmax(1);
    }

    DynamicOptions m_options;
    PosteriorCurve m_curve;
    std::vector<float> m_table; ///< [R] w of the last evidence pass
    bool m_collapseNoted = false;
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    DynamicOptions options;
    options.mixture = textParam(settings, "mixture") == "gaussian" ? stats::MixtureKind::Gaussian : stats::MixtureKind::Beta;
    options.warmUp = int(intParam(settings, "warm-up"));
    options.warmUpShare = realParam(settings, "warm-up-share");
    options.mixupAlpha = realParam(settings, "mixup-alpha");
    options.regulariser = realParam(settings, "regulariser");
    options.soft = textParam(settings, "bootstrap") == "soft";
    options.fromTable = textParam(settings, "w-source") == "table";
    return std::make_unique<DynamicBootstrap>(options);
}

} // namespace

void registerMDyrH(Registry& registry) {
    Description description;
    description.id = "m-dyr-h";
    description.title = "M-DYR-H";
    description.help = "Models the losses by a mixture and trusts each label as far as the mixture does, with mixup (paper: 300 epochs, "
                       "flip-crop, rate 0.1 cut at milestones 0.33, 0.83, weight decay 1e-4)";
    description.citation = "Arazo et al., ICML 2019, arXiv:1904.11238";
    description.params = {
        choiceSetting("mixture", "beta", {"beta", "gaussian"}, "Family of the two components"),
        integerSetting("warm-up", 0, 0, 100000,
                       "Epochs before labels are corrected; 0: by warm-up-share (paper: 105 of 300)", false, "epochs"),
        realSetting("warm-up-share", 0.3, 0.001, 1, "Warm-up as a share of the run, where warm-up is 0 (paper: 0.35)", true),
        realSetting("mixup-alpha", 1, 0, 128,
                    "Mixes pairs with a weight from Beta(alpha, alpha); 0: off (paper: 32, for runs of 300 epochs)"),
        realSetting("regulariser", 1, 0, 100, "Weight of the term that keeps one class from taking everything (paper: 1)"),
        choiceSetting("bootstrap", "hard", {"hard", "soft"}, "The network's own answer as argmax or as probabilities"),
        choiceSetting("w-source", "batch", {"batch", "table"},
                      "Trust from the loss of the batch at hand (paper), or from the last evidence pass (cheaper)", true),
    };
    for (auto& spec : commonParams({})) description.params.push_back(std::move(spec));
    (void)registry.methods.add(std::make_shared<RecipeMethod>(std::move(description), make));
}

} // namespace assay
