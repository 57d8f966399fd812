// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/mlnt_recipe.h"

#include "core/learn/fused_ops.h"
#include "core/learn/kept_labels.h"
#include "core/learn/losses.h"

#include <numeric>

namespace assay::learn {
namespace {

constexpr double kSlowestDecay = 0.999;
constexpr double kForgottenInRun = 10; ///< memories of the teacher that fit into a run
constexpr const char *kMentor = "mlnt.mentor", *kCandidate = "mlnt.candidate", *kBest = "mlnt.best";

/// Where a step stands in its round.
struct Place {
    int round = 0;
    int first = 1, last = 1; ///< epochs of the round
    bool meta = false;       ///< synthetic labels take part
    double step = 0;         ///< steps since they began to in this round
    double steps = 1;        ///< of the whole round
};

class Mlnt : public Recipe {
public:
    explicit Mlnt(MlntOptions options) : m_options(options) {}

    Status start(Run& run) override {
        const int epochs = run.task.config.epochs;
        m_options.rounds = std::clamp(m_options.rounds, 1, epochs);
        if (m_options.givenFeatures && run.task.config.weights.empty())
            return fail(ErrorCode::InvalidArgument,
                        "neighbours by the initial weights need a run that starts from weights (--init-from); else "
                        "choose first-stage",
                        "neighbours-from");
        if (m_options.stageOne == 0)
            m_options.stageOne = std::max(1, int(std::lround(m_options.stageOneShare * epochs / m_options.rounds)));
        const int firstRound = lastEpoch(0, epochs, m_options.rounds);
        m_options.stageOne = std::min(m_options.stageOne, firstRound);
        if (m_options.stageOne == firstRound)
            run.observer.note(iterative() ? "The first round is plain training throughout: stage-one takes all of it"
                                          : "The run is plain training throughout: stage-one takes all of it");
        ASSAY_CHECK_STATUS(m_teacher.start(run, 0));
        ASSAY_CHECK_STATUS(m_features.start(run, 0));
        m_features.network().eval();
        if (!iterative()) return {};
        for (SampleTable* table : {&m_mentor, &m_candidate})
            table->reset(run.data.rows(), run.data.classes, 1.0F / float(run.data.classes), run.device);
        m_kept.assign(run.data.rows(), 1);
        return {};
    }

    [[nodiscard]] std::string phase(const Run& run) const override {
        return placeOf(run, 0).meta ? "training" : "warm-up";
    }

    [[nodiscard]] double scheduleProgress(const Run& run, double epochs) const override {
        const Place place = placeOf(run, 0);
        return (epochs - (place.first - 1)) / double(place.last - place.first + 1);
    }

    BatchPlan plan(Run& run) override {
        m_consistency = torch::zeros({}, torch::TensorOptions().device(run.device));
        m_changed = m_weight = 0;
        m_metaBatches = 0;
        const Place place = placeOf(run, 0);
        if (place.round > 0 && run.epoch == place.first) { // who taught best so far is the mentor
            m_mentor.set(run.data.trainRows, m_candidate.at(run.data.trainRows));
            m_keptChosen = false;
        }
        if (place.round > 0 && !m_keptChosen) chooseKept(run);
        return Recipe::plan(run);
    }

    torch::Tensor step(Run& run, const Batch& batch) override {
        const Place place = placeOf(run, batch.number);
        torch::Tensor logits;
        if (place.meta && m_options.order == MetaOrder::Second) {
            const TwiceDifferentiable plainOperations;
            logits = run.networks[0]->forward(batch.images);
        } else {
            logits = run.networks[0]->forward(batch.images);
        }
        torch::Tensor losses;
        const auto loss = classification(run, batch, logits, place, losses);
        run.optimizers[0]->zero();
        loss.backward({}, place.meta);
        if (place.meta) addConsistency(run, batch, logits, place);
        run.optimizers[0]->step(run.learningRate);
        return losses.detach();
    }

    std::vector<Classifier*> answering(Run& run) override {
        if (m_metaBatches == 0) return Recipe::answering(run);
        return {&m_teacher.network()};
    }

    Status finishEpoch(Run& run, EpochOutcome& outcome) override {
        auto& scalars = outcome.report.scalars;
        const RunData& data = run.data;
        if (!data.testRows.empty()) {
            scalars["test-accuracy-teacher"] = scalars["test-accuracy-student"] = scalars["test-accuracy"];
            if (m_metaBatches > 0) {
                ASSAY_TRY(const Answers answers,
                          ask(*run.networks[0], data, data.testRows, run.device, run.task.config.loaders));
                double right = 0;
                for (std::size_t i = 0; i < data.testRows.size(); ++i)
                    right += predictionOf(answers.row(i)) == data.reference(data.testRows[i]);
                scalars["test-accuracy-student"] = right / double(data.testRows.size());
            }
        }
        scalars["consistency-weight"] = m_weight;
        if (m_metaBatches > 0) {
            scalars["consistency-loss"] = m_consistency.item<double>() / double(m_metaBatches);
            scalars["label-changes"] = m_changed / double(m_metaBatches);
        }
        std::vector<float> teacher(data.rows());
        for (std::size_t i = 0; i < teacher.size(); ++i) teacher[i] = std::exp(-outcome.evidence.loss[i]);
        outcome.evidence.columns["teacher-probability"] = std::move(teacher);
        if (run.epoch == m_options.stageOne && !m_options.givenFeatures) m_features.update(*run.networks[0], 0);
        if (!iterative()) return {};
        recordRound(run, outcome);
        const Place place = placeOf(run, 0);
        const bool another = run.epoch == place.last && place.round + 1 < m_options.rounds;
        return another ? renewNetwork(run, 0, 0) : Status();
    }

    void save(StateMap& state) const override {
        m_teacher.save(state, "mlnt.teacher.");
        m_features.save(state, "mlnt.features.");
        if (!iterative()) return;
        m_mentor.save(state, kMentor);
        m_candidate.save(state, kCandidate);
        state[kBest] = torch::tensor({m_best}, torch::kFloat64);
    }
    Status load(const StateMap& state) override {
        m_teacher.load(state, "mlnt.teacher.");
        m_features.load(state, "mlnt.features.");
        if (!iterative()) return {};
        m_mentor.load(state, kMentor);
        m_candidate.load(state, kCandidate);
        m_best = state.at(kBest).item<double>();
        m_keptChosen = false;
        return {};
    }

private:
    [[nodiscard]] bool iterative() const { return m_options.rounds > 1; }

    [[nodiscard]] Place placeOf(const Run& run, std::size_t batch) const {
        const int epochs = run.task.config.epochs, rounds = m_options.rounds;
        Place place;
        while (run.epoch > lastEpoch(place.round, epochs, rounds)) ++place.round;
        place.first = place.round == 0 ? 1 : lastEpoch(place.round - 1, epochs, rounds) + 1;
        place.last = lastEpoch(place.round, epochs, rounds);
        // Later rounds have their features and their teacher's targets from the start.
        const int plain = place.round == 0 ? m_options.stageOne : 0;
        const auto perEpoch = double(run.batches);
        const double done = (run.epoch - place.first) * perEpoch + double(batch);
        place.meta = run.epoch - place.first >= plain;
        place.step = done - plain * perEpoch;
        place.steps = std::max(1.0, (place.last - place.first + 1) * perEpoch);
        return place;
    }
    static int lastEpoch(int round, int epochs, int rounds) { return int((std::int64_t(round) + 1) * epochs / rounds); }

    [[nodiscard]] double rampOf(const Place& place) const {
        return m_options.rampSteps > 0 ? double(m_options.rampSteps) : m_options.rampShare * place.steps;
    }

    /// The loss to be minimised on the labels as they are, or as the mentor has them; `losses` [B]: of each row.
    torch::Tensor classification(const Run& run, const Batch& batch, const torch::Tensor& logits, const Place& place,
                                 torch::Tensor& losses) {
        losses = crossEntropy(logits, batch.labels);
        if (place.round == 0) return losses.mean();
        losses = (1 - m_options.mentorLabels) * losses +
                 m_options.mentorLabels * softCrossEntropy(logits, m_mentor.at(batch.rows));
        std::vector<float> kept;
        for (const std::uint32_t row : batch.rows) kept.push_back(m_kept[row]);
        const auto weights = torch::tensor(kept).to(run.device);
        return (losses * weights).sum() / std::max(1.0F, std::accumulate(kept.begin(), kept.end(), 0.0F));
    }

    /// The gradient of what one step on synthetic labels costs in agreement with the teacher.
    void addConsistency(Run& run, const Batch& batch, const torch::Tensor& logits, const Place& place) {
        Classifier& student = *run.networks[0];
        const double ramp = rampOf(place);
        m_weight = m_options.weight * consistencyRamp(place.step, ramp);
        if (place.step == 0) m_teacher.update(student, 0);
        else m_teacher.updateParameters(student, place.step < ramp ? m_options.rampDecay : decay(place));
        torch::Tensor target, neighbours;
        {
            const torch::NoGradGuard noGrad;
            target = torch::softmax(m_teacher.network().forward(batch.images), 1);
            if (place.round > 0)
                target =
                    torch::lerp(target, m_mentor.at(batch.rows),
                                1 - (1 - m_options.mentorTeaching) * std::min(1.0, place.step / std::max(1.0, ramp)));
            neighbours = nearestNeighbours(m_features.network().features(batch.images), m_options.neighbours);
        }
        const auto plainLabels = batch.labels.to(torch::kCPU);
        const std::vector<std::int64_t> labels(plainLabels.data_ptr<std::int64_t>(),
                                               plainLabels.data_ptr<std::int64_t>() + plainLabels.numel());
        const double perClass = m_options.dividedByClasses ? 1.0 / run.data.classes : 1.0;
        torch::Tensor sum = torch::zeros({}, logits.options());
        double changed = 0;
        for (std::int64_t task = 0; task < m_options.tasks; ++task) {
            CounterRng rng(run.seed(), RngPurpose::Method, std::uint32_t(run.epoch),
                           std::uint32_t(std::int64_t(batch.number) * m_options.tasks + task));
            const auto synthetic = syntheticLabels(labels, neighbours, m_options.replaced, rng);
            for (std::size_t i = 0; i < labels.size(); ++i) changed += synthetic[i] != labels[i];
            const auto inner = crossEntropy(logits, torch::tensor(synthetic, torch::kInt64).to(run.device)).mean();
            const auto outer = [&] { return divergenceFrom(target, student.forward(batch.images)).mean() * perClass; };
            sum += addLookAheadGradient(student, inner, outer, m_options.metaRate, m_weight / double(m_options.tasks),
                                        m_options.order);
        }
        m_consistency += sum / double(m_options.tasks);
        m_changed += changed / double(m_options.tasks * std::int64_t(labels.size()));
        ++m_metaBatches;
    }

    [[nodiscard]] double decay(const Place& place) const {
        return m_options.decay > 0 ? m_options.decay : teacherDecay(place.steps);
    }

    void chooseKept(const Run& run) {
        const RunData& data = run.data;
        m_keptChosen = true;
        m_kept.assign(data.rows(), 1);
        const auto mentor = m_mentor.all().to(torch::kCPU).contiguous();
        const auto* probability = mentor.data_ptr<float>();
        std::size_t kept = 0;
        for (const std::uint32_t row : data.trainRows) {
            m_kept[row] = double(probability[row * std::size_t(data.classes) + std::size_t(data.labels[row])]) >=
                          m_options.dropBelow;
            kept += m_kept[row];
        }
        if (kept > 0) return;
        run.observer.note("The mentor believes no label; every label is kept");
        m_kept.assign(data.rows(), 1);
    }

    void recordRound(Run& run, EpochOutcome& outcome) {
        const RunData& data = run.data;
        const Place place = placeOf(run, 0);
        auto& scalars = outcome.report.scalars;
        std::vector<float> column(data.rows(), -1.0F);
        for (const std::uint32_t row : data.trainRows) column[row] = m_kept[row];
        recordKept(run, outcome, std::move(column));
        scalars["round"] = place.round + 1;
        // The best on the validation split; without one, the end of the last round.
        const auto validation = scalars.find("validation-agreement");
        if (validation != scalars.end() ? validation->second <= m_best : run.epoch != place.last) return;
        if (validation != scalars.end()) m_best = validation->second;
        std::vector<float> probabilities(data.trainRows.size() * std::size_t(data.classes));
        for (std::size_t i = 0; i < data.trainRows.size(); ++i)
            softmaxOf(outcome.answers[0].row(data.trainRows[i]),
                      std::span(probabilities).subspan(i * std::size_t(data.classes), std::size_t(data.classes)));
        m_candidate.set(data.trainRows, torch::tensor(probabilities).view({-1, data.classes}).to(run.device));
    }

    MlntOptions m_options;
    EmaCopy m_teacher, m_features;      ///< the averaged student; the frozen first stage, in evaluation mode
    SampleTable m_mentor, m_candidate;  ///< [R, K] the mentor's answers; those of the next round's so far
    std::vector<std::uint8_t> m_kept;   ///< [R] 1 where the label is learnt
    bool m_keptChosen = false;          ///< m_kept follows the mentor
    double m_best = -1;                 ///< the candidate's agreement with the validation split's labels
    torch::Tensor m_consistency;        ///< of the epoch
    double m_changed = 0, m_weight = 0; ///< of the epoch
    std::size_t m_metaBatches = 0;      ///< of the epoch
};

} // namespace

double consistencyRamp(double step, double ramp) { return step < 0 ? 0 : sigmoidRamp(step, ramp); }

double teacherDecay(double steps) { return std::clamp(1 - kForgottenInRun / std::max(1.0, steps), 0.0, kSlowestDecay); }

std::vector<ParamSpec> mlntSettings() {
    const MlntOptions usual;
    return {
        integerSetting("synthetic-sets", usual.tasks, 1, 1000,
                       "M, synthetic label sets of each batch; each costs nearly twice a step (paper: 10)"),
        realSetting("meta-rate", usual.metaRate, 0, 100,
                    "Eta, length of the step on a synthetic label set (paper: 0.2, Clothing1M: 0.02)"),
        realSetting("consistency-weight", usual.weight, 0, 1000,
                    "Alpha, weight of the agreement with the teacher after such a step (paper: 1)"),
        integerSetting("stage-one", usual.stageOne, 0, 100000,
                       "Epochs of plain training, after which neighbours are told by what the network then sees; 0: by "
                       "stage-one-share (paper: a whole run before)",
                       false, "epochs"),
        boolSetting(
            "second-order", false,
            "The exact gradient, through the step on synthetic labels; more than twice the time (paper: exact)"),
        realSetting("replaced-share", usual.replaced, 0, 1,
                    "Rho, share of a batch whose labels are replaced by a neighbour's (paper: 0.5)", true),
        integerSetting("neighbours", usual.neighbours, 1, 1000,
                       "Nearest others of the batch whose labels are taken (paper: 10)", true),
        choiceSetting("neighbours-from", "first-stage", {"first-stage", "initial-weights"},
                      "Which network tells the neighbours: the run's own after its plain epochs, or the weights it "
                      "starts from",
                      true),
        choiceSetting("divergence", "per-sample", {"per-sample", "as-coded"},
                      "Mean over the batch; or, as the authors' code has it, over batch and classes: weaker by the "
                      "number of classes",
                      true),
        realSetting("stage-one-share", usual.stageOneShare, 0.001, 1,
                    "Plain epochs as a share of the run (or the first round), where stage-one is 0", true),
        integerSetting("ramp-steps", usual.rampSteps, 0, 1e9,
                       "Steps until the agreement has its whole weight; 0: by ramp-share (paper: 1500)", true, "steps"),
        realSetting("ramp-share", usual.rampShare, 0, 1, "The same as a share of the run (or the round)", true),
        realSetting("ramp-decay", usual.rampDecay, 0, 0.99999,
                    "Share of the teacher that stays at each step until then (paper: 0.99)", true),
        realSetting("teacher-decay", usual.decay, 0, 0.99999,
                    "The same from then on; 0: 0.999, or less where the run is short (paper: 0.999)", true),
    };
}

MlntOptions readMlnt(const ParamValues& settings) {
    MlntOptions options;
    options.tasks = intParam(settings, "synthetic-sets");
    options.metaRate = realParam(settings, "meta-rate");
    options.weight = realParam(settings, "consistency-weight");
    options.stageOne = int(intParam(settings, "stage-one"));
    options.order = boolParam(settings, "second-order") ? MetaOrder::Second : MetaOrder::First;
    options.replaced = realParam(settings, "replaced-share");
    options.neighbours = intParam(settings, "neighbours");
    options.givenFeatures = textParam(settings, "neighbours-from") == "initial-weights";
    options.dividedByClasses = textParam(settings, "divergence") == "as-coded";
    options.stageOneShare = realParam(settings, "stage-one-share");
    options.rampSteps = intParam(settings, "ramp-steps");
    options.rampShare = realParam(settings, "ramp-share");
    options.rampDecay = realParam(settings, "ramp-decay");
    options.decay = realParam(settings, "teacher-decay");
    return options;
}

std::unique_ptr<Recipe> makeMlnt(const MlntOptions& options) { return std::make_unique<Mlnt>(options); }

} // namespace assay::learn
