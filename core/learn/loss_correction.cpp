// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/loss_correction.h"

#include "core/learn/losses.h"
#include "core/learn/mixture_record.h"

namespace assay::learn {
namespace {

constexpr const char* kCurve = "correction.curve";
constexpr const char* kTable = "correction.table";
constexpr double kSmallestW = 1e-4;
constexpr std::uint32_t kTrackingView = 9;
constexpr double kColdest = 0.001;
constexpr double kPlainMixingShare = 5.0 / 300, kCoolingShare = 89.0 / 300; ///< published

using Bootstrap = CorrectionOptions::Bootstrap;

/// Probability of the second component, whatever its mean; level from its largest value on, as the authors have it.
std::vector<float> originalRule(const stats::MixtureFit& fit, const std::vector<double>& losses) {
    std::vector<float> posterior(losses.size(), 0);
    for (std::size_t i = 0; i < losses.size(); ++i) {
        const double value = fit.normalise(losses[i]);
        const double first = fit.weightedDensity(0, value), second = fit.weightedDensity(1, value);
        posterior[i] = first + second > 0 ? float(second / (first + second)) : 0.0F;
    }
    const auto top = std::max_element(posterior.begin(), posterior.end());
    std::fill(top, posterior.end(), *top);
    return posterior;
}

/// What the next epoch needs of a mixture: the curve of the posterior over the loss. A curve rather than parameters,
/// so that a resumed run reads the same numbers.
struct PosteriorCurve {
    static constexpr std::size_t kPoints = 1024;
    bool usable = false;
    double lo = 0, hi = 1;
    std::vector<float> posterior = std::vector<float>(kPoints, 0.0F); ///< from lo to hi

    void take(const stats::MixtureFit& fit, bool original) {
        lo = fit.lo;
        hi = fit.hi;
        std::vector<double> losses(kPoints);
        for (std::size_t i = 0; i < kPoints; ++i) losses[i] = lo + (hi - lo) * double(i) / double(kPoints - 1);
        if (original && fit.swapped) posterior = originalRule(fit, losses);
        else
            for (std::size_t i = 0; i < kPoints; ++i) posterior[i] = float(fit.pNoisy(losses[i]));
    }
    [[nodiscard]] float at(double loss) const {
        if (!usable || hi <= lo) return 0;
        const double position = std::clamp((loss - lo) / (hi - lo), 0.0, 1.0) * double(kPoints - 1);
        const auto left = std::size_t(position);
        const std::size_t right = std::min(left + 1, kPoints - 1);
        const auto share = float(position - double(left));
        return posterior[left] + share * (posterior[right] - posterior[left]);
    }
};

class LossCorrection : public Recipe {
public:
    explicit LossCorrection(CorrectionOptions options) : m_options(options) {}

    [[nodiscard]] stats::MixtureOptions mixtureOptions() const override {
        stats::MixtureOptions options;
        options.kind = m_options.mixture;
        return options;
    }

    Status start(Run& run) override {
        if (m_options.warmUp == 0) m_options.warmUp = run.epochsFromShare(m_options.warmUpShare);
        if (m_options.plainMixing == 0) m_options.plainMixing = run.epochsFromShare(kPlainMixingShare);
        if (m_options.cooling == 0) m_options.cooling = run.epochsFromShare(kCoolingShare);
        m_table.assign(run.data.rows(), 0);
        return {};
    }

    [[nodiscard]] std::string phase(const Run& run) const override { return trusting(run) ? "training" : "warm-up"; }

    torch::Tensor step(Run& run, const Batch& batch) override {
        auto& network = *run.networks[0];
        torch::Tensor w, own;
        if (trusting(run)) w = noisiness(network, batch);
        if (correcting(run)) own = ownAnswer(run, network, batch);
        const bool dynamic = m_options.dynamicMixup && trusting(run);
        if (!dynamic && m_options.mixupAlpha <= 0) {
            const auto logits = network.forward(batch.images);
            return learn(run, lossOf(logits, batch.labels, own, w), logits);
        }
        const Mixup mix =
            m_options.mixupAlpha > 0
                ? drawMixup(run, batch, m_options.mixupAlpha)
                : Mixup{0.5, torch::arange(std::int64_t(batch.rows.size()), batch.labels.options()).flip(0)};
        const auto share = dynamic ? pairShares(run, batch, mix, w) : torch::Tensor();
        const auto images = dynamic ? mixPairs(batch.images, mix.partner, share) : mix.images(batch.images);
        const auto logits = network.forward(images);
        const auto ofOwn = lossOf(logits, batch.labels, own, w);
        const auto at = [&](const torch::Tensor& values) {
            return values.defined() ? values.index_select(0, mix.partner) : values;
        };
        const auto ofPartner = lossOf(logits, at(batch.labels), at(own), at(w));
        if (!dynamic) return learn(run, mix.combine(ofOwn, ofPartner), logits);
        if (!m_options.lossesAsCoded) return learn(run, share * ofOwn + (1 - share) * ofPartner, logits);
        return learn(run, correcting(run) ? (ofOwn + ofPartner) / 2 : mix.combine(ofOwn, ofPartner), logits);
    }

    Status finishEpoch(Run& run, EpochOutcome& outcome) override {
        auto fit = outcome.report.mixture;
        std::vector<float> varied;
        if (tracksVaried(run)) {
            ASSAY_TRY(varied, variedLosses(run));
            fit.reset();
            if (auto found = stats::fitMixture(varied, mixtureOptions())) fit = std::move(*found);
            if (fit) recordMixture(outcome.report.scalars, "weight-mixture", *fit);
        }
        m_curve.usable = fit && !fit->collapsed;
        if (!m_curve.usable && usesMixture() && trusting(run) && !m_collapseNoted) {
            m_collapseNoted = true;
            run.observer.note("The losses of epoch " + std::to_string(run.epoch) +
                              " show no two groups; every label is taken as it is until they do");
        }
        if (m_curve.usable) {
            m_curve.take(*fit, m_options.originalComponent);
            auto& column = outcome.evidence.columns.at("p-noisy");
            if (m_options.originalComponent && fit->swapped)
                for (std::size_t i = 0; i < column.size(); ++i) column[i] = m_curve.at(outcome.evidence.loss[i]);
            m_table = column;
            for (std::size_t i = 0; i < varied.size(); ++i) m_table[run.data.trainRows[i]] = m_curve.at(varied[i]);
        } else {
            std::fill(m_table.begin(), m_table.end(), 0.0F);
        }
        record(run, outcome);
        return {};
    }

    void save(StateMap& state) const override {
        auto curve = torch::empty({std::int64_t(PosteriorCurve::kPoints) + 3}, torch::kFloat64);
        auto* out = curve.data_ptr<double>();
        out[0] = m_curve.usable;
        out[1] = m_curve.lo;
        out[2] = m_curve.hi;
        std::copy(m_curve.posterior.begin(), m_curve.posterior.end(), out + 3);
        state[kCurve] = curve;
        state[kTable] = torch::tensor(m_table, torch::kFloat32);
    }

    Status load(const StateMap& state) override {
        const auto* in = state.at(kCurve).data_ptr<double>();
        m_curve.usable = in[0] != 0;
        m_curve.lo = in[1];
        m_curve.hi = in[2];
        for (std::size_t i = 0; i < PosteriorCurve::kPoints; ++i) m_curve.posterior[i] = float(in[3 + i]);
        const auto& table = state.at(kTable);
        m_table.assign(table.data_ptr<float>(), table.data_ptr<float>() + table.numel());
        return {};
    }

private:
    /// Whether the mixture is of pictures varied as in training, as the authors have it; where they are not varied the
    /// evidence has those losses.
    [[nodiscard]] bool tracksVaried(const Run& run) const {
        return m_options.trackVaried && usesMixture() && run.common.augment.any();
    }
    /// The training rows' losses in a pass over varied pictures, aligned with them.
    [[nodiscard]] static Result<std::vector<float>> variedLosses(Run& run) {
        BatchPlan plan;
        plan.order = run.data.trainRows;
        plan.augment = run.common.augment;
        plan.seed = run.seed();
        plan.epoch = std::uint32_t(run.epoch);
        plan.view = kTrackingView;
        ASSAY_TRY(const Answers answers,
                  askVaried(*run.networks[0], run.data, std::move(plan), run.device, run.task.config.loaders));
        std::vector<float> losses;
        for (std::size_t i = 0; i < run.data.trainRows.size(); ++i)
            losses.push_back(float(assay::learn::lossOf(answers.row(i), run.data.labels[run.data.trainRows[i]])));
        return losses;
    }
    [[nodiscard]] bool usesMixture() const { return m_options.fixedW < 0 && m_options.bootstrap != Bootstrap::None; }
    /// Past the warm-up: w counts.
    [[nodiscard]] bool trusting(const Run& run) const {
        return m_options.bootstrap != Bootstrap::None && run.epoch > m_options.warmUp;
    }
    /// Past the plain mixing of dynamic mixup too: the own answer counts.
    [[nodiscard]] bool correcting(const Run& run) const {
        return trusting(run) && run.epoch > m_options.warmUp + (m_options.dynamicMixup ? m_options.plainMixing : 0);
    }
    [[nodiscard]] double temperature(const Run& run) const {
        return coolingTemperature(run.epoch - m_options.warmUp - m_options.plainMixing - 1, m_options.cooling);
    }

    [[nodiscard]] static torch::Tensor lossOf(const torch::Tensor& logits, const torch::Tensor& labels,
                                              const torch::Tensor& own, const torch::Tensor& w) {
        return own.defined() ? bootstrapLoss(logits, labels, own, w) : crossEntropy(logits, labels);
    }

    torch::Tensor learn(Run& run, const torch::Tensor& losses, const torch::Tensor& logits) const {
        auto loss = losses.mean();
        if (trusting(run) && m_options.regulariser > 0) loss = loss + m_options.regulariser * priorRegulariser(logits);
        run.minimise(0, loss);
        return losses.detach();
    }

    /// w [B]: how likely each label is wrong, or the fixed weight of the own answer.
    [[nodiscard]] torch::Tensor noisiness(Classifier& network, const Batch& batch) const {
        auto w = torch::empty({std::int64_t(batch.rows.size())}, torch::kFloat32);
        if (m_options.fixedW >= 0) return w.fill_(m_options.fixedW).to(batch.images.device());
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
    [[nodiscard]] torch::Tensor ownAnswer(const Run& run, Classifier& network, const Batch& batch) const {
        const torch::NoGradGuard noGrad;
        const auto logits = network.forward(batch.images);
        if (m_options.dynamicMixup) return torch::softmax(logits / temperature(run), 1);
        return m_options.bootstrap == Bootstrap::Soft ? torch::softmax(logits, 1) : logits.argmax(1);
    }

    /// Weight [B] of each picture against its partner, by how clean their labels are.
    [[nodiscard]] torch::Tensor pairShares(const Run& run, const Batch& batch, const Mixup& mix,
                                           const torch::Tensor& w) const {
        const auto noisy = w.to(torch::kCPU), partner = mix.partner.to(torch::kCPU);
        auto shares = torch::empty({std::int64_t(batch.rows.size())}, torch::kFloat32);
        for (std::size_t i = 0; i < batch.rows.size(); ++i) {
            CounterRng rng(run.seed(), RngPurpose::Method, std::uint32_t(run.epoch),
                           run.data.samples[batch.rows[i]].value);
            const double other = noisy.data_ptr<float>()[partner.data_ptr<std::int64_t>()[i]];
            shares.data_ptr<float>()[i] =
                float(drawPairWeight(m_options.pairWeight, 1 - double(noisy.data_ptr<float>()[i]), 1 - other, rng));
        }
        return shares.to(batch.images.device());
    }

    [[nodiscard]] static torch::Tensor mixPairs(const torch::Tensor& images, const torch::Tensor& partner,
                                                const torch::Tensor& share) {
        return torch::lerp(images.index_select(0, partner), images, share.view({-1, 1, 1, 1}));
    }

    /// "w" is the weight of the network's own answer, for the samples that are trained on; the answer itself is the
    /// evidence's prediction.
    void record(const Run& run, EpochOutcome& outcome) const {
        double correction = 0, differing = 0;
        for (const std::uint32_t row : run.data.trainRows) {
            correction += m_table[row];
            differing += outcome.evidence.prediction[row] != run.data.labels[row];
        }
        const auto count = double(run.data.trainRows.size());
        auto& scalars = outcome.report.scalars;
        if (usesMixture()) scalars["mean-correction"] = trusting(run) ? correction / count : 0;
        if (correcting(run)) scalars["own-answer-differs"] = differing / count;
        if (trusting(run)) {
            std::vector<float> w(run.data.rows(), 0);
            for (const std::uint32_t row : run.data.trainRows)
                w[row] = usesMixture() ? m_table[row] : float(m_options.fixedW);
            outcome.evidence.columns["w"] = std::move(w);
        }
        if (m_options.bootstrap == Bootstrap::None && m_options.mixupAlpha > 0) {
            double unmixed = 0;
            for (const std::uint32_t row : run.data.trainRows) unmixed += double(outcome.evidence.loss[row]);
            scalars["mixed-loss"] = scalars["train-loss"];
            scalars["unmixed-loss"] = unmixed / count;
        }
        if (m_options.dynamicMixup && correcting(run)) scalars["temperature"] = temperature(run);
    }

    CorrectionOptions m_options;
    PosteriorCurve m_curve;
    std::vector<float> m_table; ///< [R] w of the last evidence pass
    bool m_collapseNoted = false;
};

PairWeight parsePairWeight(const std::string& id) {
    if (id == "md-beta-report") return PairWeight::BetaReport;
    if (id == "md-beta-ascoded") return PairWeight::BetaAsCoded;
    return id == "md-binomial" ? PairWeight::Binomial : PairWeight::Ratio;
}

} // namespace

double coolingTemperature(int n, int epochs) {
    if (epochs < 2 || n >= epochs - 1) return kColdest;
    return 1 - (1 - kColdest) * std::max(0, n) / (epochs - 1);
}

std::vector<ParamSpec> correctionSettings(const CorrectionDefaults& defaults) {
    const CorrectionOptions& o = defaults.options;
    std::vector<ParamSpec> settings;
    const bool corrects = o.bootstrap != Bootstrap::None, dynamic = corrects && o.fixedW < 0;
    if (dynamic)
        settings.push_back(choiceSetting("mixture", "beta", {"beta", "gaussian"}, "Family of the two components"));
    if (corrects) {
        settings.push_back(integerSetting("warm-up", 0, 0, 100000,
                                          "Epochs before labels are corrected; 0: by warm-up-share (paper: 105 of 300)",
                                          false, "epochs"));
        settings.push_back(realSetting("warm-up-share", o.warmUpShare, 0.001, 1,
                                       "Warm-up as a share of the run, where warm-up is 0 (paper: 0.35)", true));
    }
    if (corrects && !dynamic)
        settings.push_back(realSetting("own-share", o.fixedW, 0, 1,
                                       "Weight of the network's own answer, for every sample (paper: 0.2)"));
    if (defaults.mixup)
        settings.push_back(realSetting(
            "mixup-alpha", o.mixupAlpha, 0, 128,
            "Mixes pairs with a weight from Beta(alpha, alpha); 0: off (paper: 32, for runs of 300 epochs)"));
    if (corrects)
        settings.push_back(realSetting("regulariser", o.regulariser, 0, 100,
                                       "Weight of the term that keeps one class from taking everything (paper: 1)"));
    if (o.dynamicMixup) {
        settings.push_back(choiceSetting(
            "mixing", "md-ratio", {"md-ratio", "md-beta-report", "md-beta-ascoded", "md-binomial"},
            "A pair's weight by how clean its labels are: their ratio (paper); a student's Beta draw as reported (mean "
            "as the "
            "ratio, near 0 or 1) or as coded (pulled to one half); a Binomial draw (the ratio with a small jitter)"));
        settings.push_back(
            choiceSetting("loss-weights", "same", {"same", "as-coded"},
                          "Losses weighted like the pictures, or as the authors' code has it: an independent Beta "
                          "draw, then halves",
                          true));
        settings.push_back(integerSetting(
            "plain-mixing", 0, 0, 100000,
            "Epochs of dynamic mixup before labels are corrected; 0: a sixtieth of the run (paper: 5 of 300)", true,
            "epochs"));
        settings.push_back(integerSetting(
            "cooling", 0, 0, 100000,
            "Epochs in which the own answer goes from soft to hard; 0: 0.3 of the run (paper: 89 of 300)", true,
            "epochs"));
    }
    if (dynamic) {
        settings.push_back(
            boolSetting("track-augmented", true,
                        "The mixture is fitted to losses of pictures varied as in training (paper's code), not as "
                        "they are; no difference without augmentation",
                        true));
        settings.push_back(choiceSetting(
            "w-source", o.fromTable ? "table" : "batch", {"batch", "table"},
            "Trust from the loss of the batch at hand (paper), or from the last evidence pass (cheaper)", true));
        settings.push_back(
            choiceSetting("noisy-component", "larger-mean", {"larger-mean", "second"},
                          "Which component holds the wrong labels: the one of larger mean, or always the second "
                          "(the authors' rule, which is wrong where the two change places)",
                          true));
    }
    return settings;
}

std::unique_ptr<Recipe> makeCorrection(const CorrectionDefaults& defaults, const ParamValues& settings) {
    CorrectionOptions o = defaults.options;
    const auto has = [&settings](const char* name) { return settings.count(name) > 0; };
    if (has("mixture"))
        o.mixture =
            textParam(settings, "mixture") == "gaussian" ? stats::MixtureKind::Gaussian : stats::MixtureKind::Beta;
    if (has("warm-up")) o.warmUp = int(intParam(settings, "warm-up"));
    if (has("warm-up-share")) o.warmUpShare = realParam(settings, "warm-up-share");
    if (has("own-share")) o.fixedW = realParam(settings, "own-share");
    if (has("mixup-alpha")) o.mixupAlpha = realParam(settings, "mixup-alpha");
    if (has("regulariser")) o.regulariser = realParam(settings, "regulariser");
    if (has("mixing")) o.pairWeight = parsePairWeight(textParam(settings, "mixing"));
    if (has("loss-weights")) o.lossesAsCoded = textParam(settings, "loss-weights") == "as-coded";
    if (has("plain-mixing")) o.plainMixing = int(intParam(settings, "plain-mixing"));
    if (has("cooling")) o.cooling = int(intParam(settings, "cooling"));
    if (has("track-augmented")) o.trackVaried = boolParam(settings, "track-augmented");
    if (has("w-source")) o.fromTable = textParam(settings, "w-source") == "table";
    if (has("noisy-component")) o.originalComponent = textParam(settings, "noisy-component") == "second";
    return std::make_unique<LossCorrection>(o);
}

void registerCorrection(Registry& registry, const Description& described, const CorrectionDefaults& defaults,
                        const CommonDefaults& common) {
    Description description = described;
    if (description.citation.empty()) description.citation = "Arazo et al., ICML 2019, arXiv:1904.11238";
    description.params = correctionSettings(defaults);
    registerRecipe(registry, std::move(description), common,
                   [defaults](const ParamValues& settings) -> Result<std::unique_ptr<Recipe>> {
                       return makeCorrection(defaults, settings);
                   });
}

} // namespace assay::learn
