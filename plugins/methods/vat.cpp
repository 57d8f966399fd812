// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/losses.h"
#include "core/learn/meta_learning.h"
#include "core/learn/picture_tensor.h"
#include "core/learn/preset_settings.h"
#include "core/learn/ramps.h"
#include "core/learn/replaced_tensors.h"
#include "core/learn/sample_table.h"
#include "core/learn/semi_supervised.h"
#include "core/learn/virtual_adversary.h"

#include "core/base/text.h"
#include "core/project/sample_views.h"

namespace assay {
namespace {

using namespace learn;

struct VatOptions {
    AdversaryOptions adversary;
    double weight = 1;         ///< α of the smoothness
    double entropyWeight = 0;  ///< of the entropy of the answers
    double rampShare = 0.4;    ///< of the run in which both rise from zero
    double warmUpShare = 0;    ///< of the run in which both are zero
    double lateMomentum = 0;   ///< Adam's first beta once the rate falls; 0: as before
    std::size_t keptViews = 0; ///< training pictures of which the perturbation is kept
    std::string unused{};      ///< the sentence on settings that a person gave and the preset replaces
};

constexpr std::size_t kViewBatch = 128;

struct Preset {
    const char* id;
    double xi, epsilon;
    int iterations;
    double weight, entropyWeight, rampShare, warmUpShare, lateMomentum;
};
constexpr Preset kOwn = {"own", 1e-6, 2, 1, 1, 0, 0.2, 0, 0}; ///< the settings' defaults
constexpr Preset kPresets[] = {
    {"official-cifar10", 1e-6, 8, 1, 1, 0, 0, 0, 0.5},
    {"official-cifar10-entropy", 1e-6, 8, 1, 1, 1, 0, 0, 0.5},
    {"official-cifar10-plain", 1e-6, 10, 1, 1, 0, 0, 0, 0.5},
    {"official-svhn", 1e-6, 2.5, 1, 1, 0, 0, 0, 0.5},
    {"official-svhn-augmented", 1e-6, 3.5, 1, 1, 0, 0, 0, 0.5},
    {"pytorch-port", 10, 1, 1, 1, 0, 0, 0, 0},
    {"torchssl", 1e-6, 6, 1, 0.3, 0.06, 0.4, 0, 0},
    {"student", 10, 10, 5, 1, 0, 0, 35.0 / 300, 0},
};

/// LibTorch's reduced precision of convolutions on newer GPUs off for as long as it lives: a slope over a short step
/// would be one of rounding errors.
class FullPrecision {
public:
    FullPrecision() { at::globalContext().setAllowTF32CuDNN(false); }
    ~FullPrecision() { at::globalContext().setAllowTF32CuDNN(m_before); }
    FullPrecision(const FullPrecision&) = delete;
    FullPrecision& operator=(const FullPrecision&) = delete;

private:
    bool m_before = at::globalContext().allowTF32CuDNN();
};

class Vat : public SemiSupervised {
public:
    Vat(const SemiOptions& semi, VatOptions options) : SemiSupervised(semi), m_options(options) {}

    Status start(Run& run) override {
        if (!m_options.unused.empty()) run.observer.note(m_options.unused);
        if (m_options.adversary.xi < kLeastXi)
            run.observer.note("An xi of " + formatNumber(m_options.adversary.xi) +
                              " drowns in the rounding of single precision; slopes are taken over " +
                              formatNumber(kLeastXi));
        m_smoothness.reset(run.data.rows(), 1, 0, torch::kCPU);
        return SemiSupervised::start(run);
    }

    BatchPlan plan(Run& run) override {
        const Schedule& schedule = run.common.schedule;
        const bool falls = schedule.kind == ScheduleKind::LinearDecay &&
                           double(run.epoch - 1) / run.task.config.epochs >= schedule.decayStart;
        if (run.common.optimizer.adam && m_options.lateMomentum > 0)
            run.optimizers[0]->setMomentum(falls ? m_options.lateMomentum : run.common.optimizer.momentum);
        return SemiSupervised::plan(run);
    }

    void save(StateMap& state) const override {
        SemiSupervised::save(state);
        m_smoothness.save(state, "vat.lds");
    }
    Status load(const StateMap& state) override {
        m_smoothness.load(state, "vat.lds");
        return SemiSupervised::load(state);
    }

protected:
    [[nodiscard]] std::vector<ViewPlan> views(const Run& run) const override { return {{run.common.augment, 1}}; }

    torch::Tensor learn(Run& run, const Batch& labelled, const std::vector<Batch>& unlabelled) override {
        Classifier& network = *run.networks[0];
        const Batch& batch = unlabelled[0];
        const auto logits = forwardTogether(network, {labelled.images, batch.images});
        const auto losses = crossEntropy(logits[0], labelled.labels);
        auto loss = losses.mean();
        const double factor = weightAt(progress(run, labelled));
        torch::Tensor smoothness = torch::zeros({}, loss.options());
        if (factor > 0) {
            // Only the clean pass moves the norms' statistics, and the others see the same mixture of pictures.
            const UntouchedNorms untouched(network);
            const NothingDropped whole(network);
            const AnswerFn answer = [&](const torch::Tensor& images) {
                return forwardTogether(network, {labelled.images, images})[1];
            };
            auto target = torch::softmax(logits[1].detach(), 1);
            if (whole.mattered()) { // else the change from dropped to whole would count as the perturbation's
                const torch::NoGradGuard noGrad;
                target = torch::softmax(answer(batch.images), 1);
            }
            std::vector<std::uint32_t> draws;
            for (const std::uint32_t row : batch.rows) draws.push_back(run.data.samples[row].value);
            const auto directions =
                drawDirections(run.seed(), std::uint32_t(run.epoch), draws, batch.images.sizes().slice(1))
                    .to(run.device);
            const Adversary found = findAdversary(answer, batch.images, target, directions, m_options.adversary);
            const auto each = divergenceFrom(target, answer(batch.images + found.perturbation));
            m_smoothness.set(batch.rows, each.detach().to(torch::kCPU).unsqueeze(1));
            smoothness = each.mean();
            loss = loss + factor * m_options.weight * smoothness;
            m_sum += smoothness.item<double>();
            ++m_steps;
        }
        if (factor > 0 && m_options.entropyWeight > 0)
            loss = loss - factor * m_options.entropyWeight * negativeEntropy(logits[1]).mean();
        run.minimise(0, loss);
        return losses.detach() + factor * m_options.weight * smoothness.detach();
    }

    Status record(Run& run, EpochOutcome& outcome) override {
        auto column = m_smoothness.column();
        for (float& value : column) value = std::max(value, 0.0F);
        outcome.evidence.columns["lds"] = std::move(column);
        auto& scalars = outcome.report.scalars;
        if (m_steps > 0) scalars["lds"] = std::max(0.0, m_sum / m_steps);
        scalars["unlabelled-weight"] = choice().warmingUp(run) ? 0 : m_options.weight * weightAt(progressAtEnd(run));
        m_sum = 0;
        m_steps = 0;
        keepViews(run, outcome);
        return {};
    }

private:
    /// What would change the answering network's answer most, for some training pictures, and how far each power step
    /// gets.
    void keepViews(Run& run, EpochOutcome& outcome) {
        std::vector<std::uint32_t> rows = shuffled(run.data.trainRows, run.seed(), 0);
        rows.resize(std::min(rows.size(), m_options.keptViews));
        if (rows.empty()) return;
        std::sort(rows.begin(), rows.end());
        SampleViews kept;
        kept.epoch = run.epoch;
        kept.names = {"picture", "perturbation", "perturbed"};
        kept.geometry = run.data.geometry;
        std::vector<double> divergences(std::size_t(m_options.adversary.iterations + 1), 0);
        Classifier& network = teacher(run);
        network.eval();
        for (std::size_t begin = 0; begin < rows.size(); begin += kViewBatch)
            keepBatch(run, network, std::span(rows).subspan(begin, std::min(kViewBatch, rows.size() - begin)), kept,
                      divergences);
        network.train();
        for (std::size_t step = 0; step < divergences.size(); ++step)
            outcome.report.scalars["divergence-after-" + std::to_string(step)] =
                std::max(0.0, divergences[step] / double(rows.size()));
        if (run.task.checkpointFolder.empty()) return;
        if (const Status stored = storeSampleViews(run.task.checkpointFolder, kept); !stored)
            run.observer.note("The perturbations of epoch " + std::to_string(run.epoch) + " were not kept (" +
                              stored.error().sentence() + ")");
    }

    void keepBatch(const Run& run, Classifier& network, std::span<const std::uint32_t> rows, SampleViews& kept,
                   std::vector<double>& divergences) const {
        const std::size_t bytes = kept.geometry.bytes(), channels = std::size_t(kept.geometry.channels);
        auto images = emptyPictures(rows.size(), kept.geometry);
        std::vector<std::uint32_t> draws;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            normaliseInto(run.data, run.data.picture(rows[i]), images.data_ptr<float>() + i * bytes);
            draws.push_back(run.data.samples[rows[i]].value);
        }
        images = images.to(run.device);
        const AnswerFn answer = [&](const torch::Tensor& x) { return network.forward(x); };
        torch::Tensor target;
        {
            const torch::NoGradGuard noGrad;
            target = torch::softmax(answer(images), 1);
        }
        const auto directions =
            drawDirections(run.seed(), std::uint32_t(run.epoch), draws, images.sizes().slice(1)).to(run.device);
        const Adversary found = findAdversary(answer, images, target, directions, m_options.adversary, true);
        for (std::size_t step = 0; step < divergences.size(); ++step)
            divergences[step] += found.divergences[step].sum().item<double>();
        const auto plain = found.perturbation.to(torch::kCPU).permute({0, 2, 3, 1}).contiguous(); // HWC
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const float* r = plain.data_ptr<float>() + i * bytes;
            const auto picture = run.data.picture(rows[i]);
            std::vector<double> change(bytes); // in pixel values
            double largest = 0;
            for (std::size_t k = 0; k < bytes; ++k) {
                const float* table = run.data.normalised.data() + (k % channels) * 256;
                change[k] = r[k] * 255 / double(table[255] - table[0]);
                largest = std::max(largest, std::abs(change[k]));
            }
            const auto append = [&](auto valueOf) {
                for (std::size_t k = 0; k < bytes; ++k)
                    kept.pictures.push_back(std::uint8_t(std::lround(std::clamp(valueOf(k), 0.0, 255.0))));
            };
            const double gain = largest > 0 ? 127 / largest : 1; // to full contrast
            kept.samples.push_back(run.data.samples[rows[i]]);
            kept.gains.insert(kept.gains.end(), {1.0F, float(gain), 1.0F});
            append([&](std::size_t k) { return double(picture[k]); });
            append([&](std::size_t k) { return 128 + gain * change[k]; });
            append([&](std::size_t k) { return picture[k] + change[k]; });
        }
    }

    [[nodiscard]] double weightAt(double progress) const {
        if (progress < m_options.warmUpShare) return 0;
        return linearRamp(progress - m_options.warmUpShare, m_options.rampShare);
    }

    VatOptions m_options;
    FullPrecision m_precision;
    SampleTable m_smoothness; ///< [R, 1] of each row's last visit
    double m_sum = 0;         ///< of the epoch's steps
    int m_steps = 0;
};

std::string unusedSettings(const VatOptions& own, const Preset& preset) {
    return unusedByPreset(preset.id, {{"xi", own.adversary.xi, kOwn.xi, preset.xi},
                                      {"epsilon", own.adversary.epsilon, kOwn.epsilon, preset.epsilon},
                                      {"power-steps", double(own.adversary.iterations), double(kOwn.iterations),
                                       double(preset.iterations)},
                                      {"smoothness-weight", own.weight, kOwn.weight, preset.weight},
                                      {"entropy-weight", own.entropyWeight, kOwn.entropyWeight, preset.entropyWeight},
                                      {"ramp-share", own.rampShare, kOwn.rampShare, preset.rampShare},
                                      {"warm-up-share", own.warmUpShare, kOwn.warmUpShare, preset.warmUpShare},
                                      {"late-momentum", own.lateMomentum, kOwn.lateMomentum, preset.lateMomentum}});
}

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    VatOptions options;
    options.adversary.xi = realParam(settings, "xi");
    options.adversary.epsilon = realParam(settings, "epsilon");
    options.adversary.iterations = int(intParam(settings, "power-steps"));
    options.weight = realParam(settings, "smoothness-weight");
    options.entropyWeight = realParam(settings, "entropy-weight");
    options.rampShare = realParam(settings, "ramp-share");
    options.warmUpShare = realParam(settings, "warm-up-share");
    options.lateMomentum = realParam(settings, "late-momentum");
    for (const Preset& known : kPresets)
        if (textParam(settings, "preset") == known.id)
            options = {{known.xi, known.epsilon, known.iterations},
                       known.weight,
                       known.entropyWeight,
                       known.rampShare,
                       known.warmUpShare,
                       known.lateMomentum,
                       0,
                       unusedSettings(options, known)};
    options.keptViews = std::size_t(intParam(settings, "kept-views"));
    return std::make_unique<Vat>(readSemiOptions(settings), options);
}

} // namespace

void registerVat(Registry& registry) {
    Description description;
    description.id = "vat";
    description.title = "VAT";
    description.help =
        "Learns few labels, and to answer no differently where a small change of the picture would change "
        "the answer most (authors: batches of 32 and 128, Adam of rate 0.001, linear decay from 0.92 of "
        "200,000 steps on; seven layers, no average of the weights)";
    description.citation = "Miyato et al., TPAMI 2018, arXiv:1704.03976";
    std::vector<std::string> presets = {"own"};
    for (const Preset& preset : kPresets) presets.emplace_back(preset.id);
    description.params = {
        choiceSetting("preset", "own", std::move(presets),
                      "own: as set below; the others: as published, in the place of xi, epsilon, power-steps, "
                      "smoothness-weight, entropy-weight, ramp-share, warm-up-share and late-momentum"),
        realSetting(
            "epsilon", kOwn.epsilon, 0.001, 1000,
            "L2 norm of the change, in pixels normalised by mean and deviation (authors: CIFAR-10 8, SVHN 2.5)"),
        realSetting("smoothness-weight", kOwn.weight, 0, 100,
                    "Alpha: weight of the divergence (authors: 1, TorchSSL: 0.3)"),
        realSetting("entropy-weight", kOwn.entropyWeight, 0, 100,
                    "Weight of the answers' entropy, so that they become sure (authors: 1, TorchSSL: 0.06)"),
        realSetting("xi", kOwn.xi, 1e-9, 1000,
                    "Length over which the slope is taken (authors: 1e-6; a student: 10); single precision takes 0.01 "
                    "where it is less",
                    true),
        integerSetting("power-steps", kOwn.iterations, 1, 100, "Steps towards the worst direction (authors: 1)", true),
        realSetting("ramp-share", kOwn.rampShare, 0, 1,
                    "Share of the run in which the weights rise from zero (TorchSSL: 0.4)", true),
        realSetting("warm-up-share", kOwn.warmUpShare, 0, 1, "Share of the run before that on labels alone", true),
        realSetting("late-momentum", kOwn.lateMomentum, 0, 0.9999,
                    "Adam: its first beta once a linear decay of the rate begins (authors: 0.5); 0: unchanged", true),
        integerSetting("kept-views", 200, 0, 20000,
                       "Training pictures that are kept beside their perturbation and with it, after every epoch", true,
                       "pictures"),
    };
    SemiDefaults semi;
    semi.ratio = 4;
    for (auto& spec : semiSettings(semi)) description.params.push_back(std::move(spec));
    registerRecipe(registry, std::move(description), semiCommonDefaults(), make);
}

} // namespace assay
