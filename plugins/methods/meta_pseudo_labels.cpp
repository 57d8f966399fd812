// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/meta_pseudo_labels.h"
#include "core/learn/fixmatch_recipe.h"
#include "core/learn/losses.h"
#include "core/learn/pseudo_steps.h"
#include "core/learn/ramps.h"
#include "core/learn/replaced_tensors.h"

namespace assay {
namespace {

using namespace learn;

constexpr std::size_t kStudent = 0, kTeacher = 1;
constexpr const char* kBaseline = "mpl.baseline";

struct MplOptions {
    double threshold = 0.6, temperature = 0.7;
    double weight = 8;          ///< λ of the teacher's consistency
    double rampShare = 0.1;     ///< of the run in which it rises from zero
    double smoothing = 0.15;    ///< of labels
    double dropout = 0;         ///< before the last layer
    double waitShare = 0.01;    ///< of the run before the student moves
    double fineTuneShare = 0.1; ///< of the run, at its end, on labels alone
    double fineTuneRate = 1e-3;
    std::int64_t fineTuneBatch = 128;
    MetaSign sign = MetaSign::Released;
    double baselineMemory = 0; ///< 0: none
};

class MetaPseudoLabels : public PseudoSteps {
public:
    MetaPseudoLabels(const SemiOptions& semi, MplOptions options)
        : PseudoSteps(semi), m_options(options), m_baseline(options.baselineMemory > 0 ? options.baselineMemory : 1) {
        m_smoothed.smoothing = options.smoothing;
    }

    /// The student first: the moving average follows it, and answers.
    [[nodiscard]] std::size_t networkCount() const override { return 2; }

    Status start(Run& run) override {
        const int epochs = run.task.config.epochs;
        m_firstFineTune = epochs + 1;
        if (m_options.fineTuneShare > 0 && epochs > 1)
            m_firstFineTune -= std::min(epochs - 1, run.epochsFromShare(m_options.fineTuneShare));
        return PseudoSteps::start(run);
    }
    [[nodiscard]] std::string phase(const Run& run) const override {
        return fineTuning(run) ? "fine-tuning" : PseudoSteps::phase(run);
    }
    /// The teacher's; the whole schedule lies before the fine-tuning.
    [[nodiscard]] double scheduleProgress(const Run& run, double epochs) const override {
        (void)run;
        return std::min(1.0, epochs / double(m_firstFineTune - 1));
    }

    BatchPlan plan(Run& run) override {
        if (!fineTuning(run)) return PseudoSteps::plan(run);
        if (run.epoch == m_firstFineTune) {
            const torch::NoGradGuard noGrad;
            copy(teacher(run).parameters(), run.networks[kStudent]->parameters());
            copy(teacher(run).buffers(), run.networks[kStudent]->buffers());
            run.optimizers[kStudent] = std::make_unique<Optimizer>(*run.networks[kStudent], run.common.optimizer);
        }
        BatchPlan plan = Recipe::plan(run);
        const auto rows = choice().labelledRows(run);
        plan.batchSize = std::min(std::size_t(m_options.fineTuneBatch), rows.size());
        // As many steps as in the epochs before: of a few labels one pass would be a handful.
        const std::size_t pictures = std::max(rows.size(), stepsOfEpoch(run) * plan.batchSize);
        Rounds rounds = shuffledRounds(rows, pictures, run.seed(), std::uint32_t(run.epoch), 0);
        plan.order = std::move(rounds.order);
        plan.passes = std::move(rounds.passes);
        return plan;
    }

    void save(StateMap& state) const override {
        PseudoSteps::save(state);
        state[kBaseline] = torch::tensor({m_baseline.mean()}, torch::kFloat64);
    }
    Status load(const StateMap& state) override {
        m_baseline.setMean(state.at(kBaseline).item<double>());
        return PseudoSteps::load(state);
    }

protected:
    [[nodiscard]] std::vector<ViewPlan> views(const Run& run) const override {
        return {{run.common.augment, 1}, {strongView(run.common.augment, RandAugmentKind::Mpl), 2}};
    }
    [[nodiscard]] double decayAt(const Run& run, std::size_t step) const override {
        return fineTuning(run) ? 0 : PseudoSteps::decayAt(run, step);
    }
    [[nodiscard]] std::optional<double> threshold(const Run& run) const override {
        (void)run;
        return m_options.threshold;
    }

    torch::Tensor learn(Run& run, const Batch& labelled, const std::vector<Batch>& unlabelled) override {
        Classifier& student = *run.networks[kStudent];
        if (fineTuning(run)) {
            run.learningRate = m_options.fineTuneRate;
            const auto losses = crossEntropy(student.forward(labelled.images), labelled.labels);
            run.minimise(kStudent, losses.mean());
            return losses.detach();
        }
        const double done =
            shareBehind(run.epoch - 1 + double(labelled.number) / double(run.batches), m_firstFineTune - 1);
        const auto &weak = unlabelled[0].images, &strong = unlabelled[1].images;
        const auto t = answers(*run.networks[kTeacher], {labelled.images, weak, strong});
        const auto [confidence, pseudo] = torch::softmax(t[1].detach() / m_options.temperature, 1).max(1);
        const auto mask = (confidence >= m_options.threshold).to(torch::kFloat32);
        pseudoRecord().countStep(mask, choice().maskOf(unlabelled[0].rows, run.device));
        const double weight = m_options.weight * linearRamp(done, m_options.rampShare);
        const auto ofTeacher = perSampleLoss(t[0], labelled.labels, m_smoothed).mean() +
                               weight * consistencyLosses(t[1], t[2], mask, m_options.temperature).mean();

        const double before = labelledLoss(student, labelled);
        const auto s = answers(student, {labelled.images, strong});
        const auto losses = perSampleLoss(s[1], pseudo, m_smoothed);
        run.optimizers[kStudent]->minimise(losses.mean(), studentRate(run, done));
        const double after = labelledLoss(student, labelled);

        const double signal = metaSignal(before, after, m_options.sign);
        const double weighed = m_options.baselineMemory > 0 ? m_baseline.subtract(signal) : signal;
        const auto own = crossEntropy(t[2], t[2].detach().argmax(1)).mean();
        run.minimise(kTeacher, ofTeacher + weighed * own);
        m_signal += signal;
        m_before += before;
        m_after += after;
        ++m_steps;
        return losses.detach();
    }

    Status record(Run& run, EpochOutcome& outcome) override {
        auto& scalars = outcome.report.scalars;
        if (m_steps > 0) {
            scalars["meta-signal"] = m_signal / m_steps;
            scalars["student-loss-before"] = m_before / m_steps;
            scalars["student-loss-after"] = m_after / m_steps;
        }
        m_signal = m_before = m_after = 0;
        m_steps = 0;
        return recordTeacher(run, outcome);
    }

private:
    [[nodiscard]] bool fineTuning(const Run& run) const { return run.epoch >= m_firstFineTune; }

    static void copy(const std::vector<torch::Tensor>& from, std::vector<torch::Tensor> to) {
        for (std::size_t i = 0; i < from.size(); ++i) to[i].copy_(from[i]);
    }

    /// Logits of each batch by one pass over all.
    [[nodiscard]] std::vector<torch::Tensor> answers(Classifier& network,
                                                     const std::vector<torch::Tensor>& images) const {
        if (m_options.dropout <= 0) return forwardTogether(network, images);
        std::vector<std::int64_t> sizes;
        for (const auto& one : images) sizes.push_back(one.size(0));
        const auto features = torch::dropout(network.features(torch::cat(images)), m_options.dropout, true);
        return network.answer(features).split_with_sizes(sizes);
    }

    /// Before and after a step alike: the same pictures, nothing dropped, the norms' statistics untouched.
    [[nodiscard]] static double labelledLoss(Classifier& network, const Batch& labelled) {
        const torch::NoGradGuard noGrad;
        const UntouchedNorms untouched(network);
        const NothingDropped whole(network);
        return crossEntropy(network.forward(labelled.images), labelled.labels).mean().item<double>();
    }

    /// The teacher's schedule, begun later; `done`: share of the epochs between warm-up and fine-tuning.
    [[nodiscard]] double studentRate(const Run& run, double done) const {
        if (done < m_options.waitShare) return 0;
        Schedule schedule = run.common.schedule;
        const double left = 1 - m_options.waitShare;
        schedule.warmUp = std::min(0.999, schedule.warmUp / left);
        return schedule.at((done - m_options.waitShare) / left);
    }

    /// The pseudo-labels are the teacher's, by its tempered answers.
    [[nodiscard]] Status recordTeacher(Run& run, EpochOutcome& outcome) {
        ASSAY_TRY(Answers answers, askAll(*run.networks[kTeacher], run.data, run.device, run.task.config.loaders, {}));
        double right = 0;
        for (const std::uint32_t row : run.data.testRows)
            right += predictionOf(answers.row(row)) == run.data.reference(row);
        if (!run.data.testRows.empty())
            outcome.report.scalars["test-accuracy-teacher"] = right / double(run.data.testRows.size());
        for (float& logit : answers.logits) logit = float(logit / m_options.temperature);
        EpochOutcome ofTeacher;
        ofTeacher.evidence = makeEvidence(run.data, {answers}, run.epoch);
        ofTeacher.answers.push_back(std::move(answers));
        ASSAY_CHECK_STATUS(PseudoSteps::record(run, ofTeacher));
        outcome.report.scalars.merge(ofTeacher.report.scalars);
        outcome.report.perClass.merge(ofTeacher.report.perClass);
        outcome.evidence.columns.merge(ofTeacher.evidence.columns);
        return {};
    }

    MplOptions m_options;
    LossOptions m_smoothed;
    SignalBaseline m_baseline;
    int m_firstFineTune = 1;                        ///< epoch
    double m_signal = 0, m_before = 0, m_after = 0; ///< sums of the epoch's steps
    int m_steps = 0;
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    const SemiOptions semi = readSemiOptions(settings);
    MplOptions options;
    options.threshold = realParam(settings, "threshold");
    options.temperature = realParam(settings, "temperature");
    options.weight = realParam(settings, "unlabelled-weight");
    options.rampShare = realParam(settings, "ramp-share");
    options.smoothing = realParam(settings, "label-smoothing");
    options.dropout = realParam(settings, "dropout");
    options.waitShare = realParam(settings, "student-wait-share");
    options.fineTuneShare = realParam(settings, "fine-tune-share");
    options.fineTuneRate = realParam(settings, "fine-tune-rate");
    options.fineTuneBatch = intParam(settings, "fine-tune-batch");
    options.sign = textParam(settings, "meta-sign") == "theory" ? MetaSign::Theory : MetaSign::Released;
    options.baselineMemory = realParam(settings, "baseline-memory");
    return std::make_unique<MetaPseudoLabels>(semi, options);
}

} // namespace

void registerMetaPseudoLabels(Registry& registry) {
    Description description;
    description.id = "meta-pseudo-labels";
    description.title = "Meta Pseudo Labels";
    description.help =
        "A teacher, trained by UDA, labels pictures for a student, and hears whether the student got better on "
        "the labelled ones (paper: two WideResNet-28-2, batches of 128 and 896, 300,000 steps, rate 0.05 "
        "with a warm-up of 1/60, half a cosine, memory 0.995)";
    description.citation = "Pham et al., CVPR 2021, arXiv:2003.10580";
    description.params = {
        realSetting("threshold", 0.6, 0, 1, "Confidence from which the teacher is held to its own answer (paper: 0.6)"),
        realSetting("unlabelled-weight", 8, 0, 1000, "Weight of the teacher's consistency (paper: 8)"),
        realSetting("ramp-share", 0.1, 0, 1, "Share of the run in which that weight rises from zero (paper: 1/60)",
                    true),
        realSetting("temperature", 0.7, 0.05, 10, "Of the answer that the teacher is held to (paper: 0.7)", true),
        realSetting("label-smoothing", 0.15, 0, 0.99, "Share of a target spread over all classes (paper: 0.15)", true),
        realSetting("dropout", 0, 0, 0.9, "Before the last layer of both networks (paper: 0.2)", true),
        choiceSetting("meta-sign", "released", {"released", "theory"},
                      "What the teacher hears: the student's labelled loss after its step less that before it, as the "
                      "authors' code has it, or the opposite, which descends that loss",
                      true),
        realSetting("baseline-memory", 0, 0, 0.9999,
                    "Memory of a moving average that is taken off what the teacher hears; 0: none (usual: 0.99)", true),
        realSetting("student-wait-share", 0.01, 0, 0.9,
                    "Share of the run before the student begins to learn (paper: 1/100)", true),
        realSetting("fine-tune-share", 0.1, 0, 0.9,
                    "Share of the epochs, at the end, in which the averaged student learns the labels alone"),
        realSetting("fine-tune-rate", 1e-3, 1e-8, 10, "Learning rate of that (paper: 3e-5)", true),
        integerSetting("fine-tune-batch", 128, 1, 65536, "Batch of that (paper: 512)", true, "pictures"),
    };
    SemiDefaults semi;
    semi.ratio = 4;
    semi.emaDecay = 0.995;
    for (auto& spec : semiSettings(semi)) description.params.push_back(std::move(spec));
    CommonDefaults defaults = semiCommonDefaults();
    defaults.schedule = "cosine";
    registerRecipe(registry, std::move(description), defaults, make);
}

} // namespace assay
