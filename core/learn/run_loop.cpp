// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/run_loop.h"

#include "core/base/hash.h"
#include "core/base/text.h"
#include "core/learn/device.h"
#include "core/learn/epoch_joint.h"
#include "core/learn/kept_probabilities.h"
#include "core/learn/networks.h"
#include "core/stats/ranking.h"

#include <limits>
#include <numeric>

namespace assay::learn {
namespace {

constexpr double kProgressSeconds = 0.1;
constexpr float kRunawayLoss = 1e9F;

/// Position of every value in ascending order of (first, second): a score that breaks ties.
std::vector<float> ranks(const std::vector<float>& first, const std::vector<float>& second) {
    std::vector<std::uint32_t> order(first.size());
    std::iota(order.begin(), order.end(), 0U);
    const auto key = [&](std::uint32_t i) { return std::pair(first[i], second[i]); };
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    std::vector<float> rank(first.size());
    float next = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i > 0 && key(order[i]) != key(order[i - 1])) next = float(i);
        rank[order[i]] = next;
    }
    return rank;
}

struct Score {
    double accuracy = 0, loss = 0;
};

template <class LabelOf>
Score scoreRows(const std::vector<std::uint32_t>& rows, const std::vector<Label>& predictions,
                const std::vector<Answers>& answers, LabelOf labelOf) {
    Score score;
    double count = 0;
    for (const std::uint32_t row : rows) {
        const Label label = labelOf(row);
        if (label == kNoLabel) continue;
        ++count;
        score.accuracy += predictions[row] == label;
        for (const Answers& one : answers) score.loss += lossOf(one.row(row), label) / double(answers.size());
    }
    score.accuracy /= std::max(count, 1.0);
    score.loss /= std::max(count, 1.0);
    return score;
}

} // namespace

RunLoop::RunLoop(Run& run, Recipe& recipe, RunControl& control, const ParamValues& recorded)
    : m_run(run), m_recipe(recipe), m_control(control), m_recorded(recorded), m_start(Clock::now()),
      m_epochStart(m_start), m_lastProgress(m_start) {}

double RunLoop::elapsed() const { return std::chrono::duration<double>(Clock::now() - m_start).count(); }

void RunLoop::progress(const std::string& phase, std::size_t batch, std::size_t batches, double loss, bool last) {
    const auto now = Clock::now();
    if (!last && std::chrono::duration<double>(now - m_lastProgress).count() < kProgressSeconds) return;
    m_lastProgress = now;
    BatchProgress report;
    report.epoch = m_run.epoch;
    report.epochs = m_run.task.config.epochs;
    report.batch = batch;
    report.batches = batches;
    report.loss = loss;
    report.secondsElapsed = elapsed();
    const int done = m_run.epoch - m_firstEpoch;
    const double inEpoch = std::chrono::duration<double>(now - m_epochStart).count();
    const double perEpoch = done > 0    ? m_epochSeconds / done
                            : batch > 0 ? inEpoch * double(batches) / double(batch)
                                        : -1;
    if (perEpoch >= 0) report.secondsLeft = std::max(0.0, perEpoch * (report.epochs - m_run.epoch + 1) - inEpoch);
    report.phase = phase;
    m_run.observer.batchDone(report);
}

Status RunLoop::checkLosses(const torch::Tensor& losses, const std::vector<std::uint32_t>& rows,
                            std::size_t batch) const {
    const auto plain = losses.to(torch::kCPU, torch::kFloat32).contiguous();
    const auto* values = plain.data_ptr<float>();
    for (std::int64_t i = 0; i < plain.numel(); ++i) {
        if (std::abs(values[i]) < kRunawayLoss) continue; // false for what is not a number, too
        const auto sample = std::size_t(i) < rows.size() ? m_run.data.samples[rows[std::size_t(i)]].value : 0;
        return fail(ErrorCode::Numeric,
                    "stopped in epoch " + std::to_string(m_run.epoch) + ", batch " + std::to_string(batch + 1) +
                        ": the loss is not a number, or beyond all bounds; a learning-rate below " +
                        formatNumber(m_run.common.schedule.rate) + " or a gradient-clip is the likely remedy",
                    "sample " + std::to_string(sample));
    }
    return {};
}

void RunLoop::keepTrainingLosses(const torch::Tensor& losses, const std::vector<std::uint32_t>& rows) {
    if (std::size_t(losses.numel()) != rows.size()) return;
    m_trainingLosses.resize(m_run.data.rows());
    const auto plain = losses.to(torch::kCPU, torch::kFloat32).contiguous();
    for (std::size_t i = 0; i < rows.size(); ++i) m_trainingLosses[rows[i]] = plain.data_ptr<float>()[i];
}

Status RunLoop::trainEpoch(EpochReport& report) {
    const auto begin = Clock::now();
    m_trainingLosses.clear();
    // Dropout draws from LibTorch's generator; begun anew each epoch, so that a resumed run draws the same.
    torch::manual_seed(torchSeed(m_run.seed(), RngPurpose::Dropout, std::uint32_t(m_run.epoch), 0));
    BatchPlan plan = m_recipe.plan(m_run);
    if (plan.order.size() == 1) plan.order.push_back(plan.order.front());
    const std::size_t count = plan.order.size();
    BatchLoader loader(m_run.data, std::move(plan), m_run.device, m_run.task.config.loaders);
    m_run.batches = loader.batches();
    const std::string phase = m_recipe.phase(m_run);
    double sum = 0;
    std::size_t seen = 0;
    std::vector<std::pair<torch::Tensor, std::vector<std::uint32_t>>> onDevice;
    while (auto batch = loader.next()) {
        if (m_control.shouldStop()) return fail(ErrorCode::Cancelled, "the run was stopped");
        const double position = double(m_run.epoch - 1) + double(batch->number) / double(m_run.batches);
        m_run.learningRate = m_run.common.schedule.at(m_recipe.scheduleProgress(m_run, position));
        const auto losses = m_recipe.step(m_run, *batch);
        if (m_run.device.is_cpu()) {
            ASSAY_CHECK_STATUS(checkLosses(losses, batch->rows, batch->number));
            keepTrainingLosses(losses, batch->rows);
            sum += losses.sum().item<double>();
            seen += std::size_t(losses.numel());
        } else {
            onDevice.emplace_back(losses, batch->rows); // looked at when the epoch ends: no waiting for the device
        }
        progress(phase, batch->number + 1, m_run.batches, seen > 0 ? sum / double(seen) : 0,
                 batch->number + 1 == m_run.batches);
    }
    for (std::size_t i = 0; i < onDevice.size(); ++i) {
        const auto losses = onDevice[i].first.to(torch::kCPU);
        ASSAY_CHECK_STATUS(checkLosses(losses, onDevice[i].second, i));
        keepTrainingLosses(losses, onDevice[i].second);
        sum += losses.sum().item<double>();
        seen += std::size_t(losses.numel());
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    m_trainingSeconds += seconds;
    m_trainedSamples += double(count);
    report.scalars["train-loss"] = seen > 0 ? sum / double(seen) : 0;
    report.scalars["learning-rate"] = m_run.learningRate;
    report.scalars["samples-per-second"] = seconds > 0 ? double(count) / seconds : 0;
    return {};
}

bool RunLoop::wantsFeatures() const {
    const RunConfig& config = m_run.task.config;
    return m_recipe.needsFeatures() || (config.keepFeatures && m_run.epoch == config.epochs);
}

Result<std::vector<Answers>> RunLoop::ask() {
    std::vector<Answers> answers;
    for (Classifier* network : m_recipe.answering(m_run)) {
        ASSAY_TRY(answers.emplace_back(), askAll(
                                              *network, m_run.data, m_run.device, m_run.task.config.loaders,
                                              [&](std::size_t batch, std::size_t batches) {
                                                  progress("evidence", batch, batches, 0, batch == batches);
                                                  return m_control.shouldStop();
                                              },
                                              wantsFeatures()));
    }
    return answers;
}

void RunLoop::scoreAnswers(EpochOutcome& outcome) const {
    const RunData& data = m_run.data;
    auto& scalars = outcome.report.scalars;
    const auto reference = [&](std::uint32_t row) { return data.reference(row); };
    const auto& predictions = outcome.evidence.prediction;
    scalars["train-accuracy"] =
        scoreRows(data.trainRows, predictions, {}, [&](std::uint32_t row) { return data.labels[row]; }).accuracy;
    const auto add = [&](const std::vector<std::uint32_t>& rows, const std::string& split) {
        if (rows.empty()) return;
        const Score score = scoreRows(rows, predictions, outcome.answers, reference);
        scalars[split + "-accuracy"] = score.accuracy;
        scalars[split + "-loss"] = score.loss;
    };
    add(data.validationRows, "validation");
    // What may choose: methods must not see the truth, which "validation-accuracy" is held to where it is known.
    if (!data.validationRows.empty())
        scalars["validation-agreement"] = scoreRows(data.validationRows, predictions, {}, [&](std::uint32_t row) {
                                              return data.labels[row];
                                          }).accuracy;
    add(data.testRows, "test");
    if (outcome.answers.size() < 2 || data.testRows.empty()) return;
    for (std::size_t n = 0; n < outcome.answers.size(); ++n) {
        double right = 0;
        for (const std::uint32_t row : data.testRows)
            right += predictionOf(outcome.answers[n].row(row)) == data.reference(row);
        scalars["test-accuracy-" + std::to_string(n + 1)] = right / double(data.testRows.size());
    }
}

void RunLoop::fitLosses(EpochOutcome& outcome) {
    std::vector<float> losses;
    losses.reserve(m_run.data.trainRows.size());
    const std::vector<Label>& labels = m_run.data.labels;
    for (const std::uint32_t row : m_run.data.trainRows)
        if (labels[row] != kNoLabel) losses.push_back(outcome.evidence.loss[row]);
    const auto fit = stats::fitMixture(losses, m_recipe.mixtureOptions());
    if (fit) {
        outcome.report.mixture = *fit;
        auto& noisy = outcome.evidence.columns["p-noisy"] = stats::posteriors(*fit, outcome.evidence.loss);
        for (std::size_t i = 0; i < noisy.size(); ++i)
            if (labels[i] == kNoLabel) noisy[i] = 0; // nothing that could be wrong
    } else if (!m_fitFailureNoted) {
        m_fitFailureNoted = true;
        m_run.observer.note("No mixture could be fitted to the losses of epoch " + std::to_string(m_run.epoch) + ": " +
                            fit.error().sentence());
    }
}

void RunLoop::scoreDetection(EpochOutcome& outcome) const {
    const RunData& data = m_run.data;
    if (!data.truthKnown()) return;
    const auto column = outcome.evidence.columns.find("p-noisy");
    const bool known = column != outcome.evidence.columns.end();
    std::vector<std::uint8_t> wrong;
    std::vector<float> suspicion, loss;
    for (const std::uint32_t row : data.trainRows) {
        if (data.truth[row] == kNoLabel || data.labels[row] == kNoLabel) continue;
        wrong.push_back(data.truth[row] != data.labels[row]);
        suspicion.push_back(known ? column->second[row] : 0.0F);
        loss.push_back(outcome.evidence.loss[row]);
    }
    if (const auto quality = stats::detectionQuality(ranks(suspicion, loss), wrong, 0.5))
        outcome.report.scalars["detection-auroc"] = quality->auroc;
    if (!known) return;
    if (const auto suspects = stats::detectionQuality(suspicion, wrong, 0.5)) {
        outcome.report.scalars["detection-precision"] = suspects->precision;
        outcome.report.scalars["detection-recall"] = suspects->recall;
    }
}

Status RunLoop::closeEpoch(EpochReport report) {
    EpochOutcome outcome;
    outcome.report = std::move(report);
    const auto begin = Clock::now();
    ASSAY_TRY(outcome.answers, ask());
    outcome.evidence = makeEvidence(m_run.data, outcome.answers, m_run.epoch, m_recipe.addsLogits());
    const double asking = std::chrono::duration<double>(Clock::now() - begin).count();
    if (asking > 0)
        outcome.report.scalars["evidence-per-second"] = double(m_run.data.rows() * outcome.answers.size()) / asking;
    if (!m_trainingLosses.empty()) outcome.evidence.columns["training-loss"] = std::move(m_trainingLosses);
    scoreAnswers(outcome);
    fitLosses(outcome);
    ASSAY_CHECK_STATUS(m_recipe.finishEpoch(m_run, outcome));
    for (auto& [name, values] : outcome.evidence.columns)
        for (std::size_t i = 0; i < values.size(); ++i)
            if (!std::isfinite(values[i]))
                return fail(ErrorCode::Numeric,
                            "the column " + name + " of epoch " + std::to_string(m_run.epoch) + " is not a number",
                            "sample " + std::to_string(m_run.data.samples[i].value));
    scoreDetection(outcome);
    const bool lastEpoch = m_run.epoch == m_run.task.config.epochs;
    if (auto joint = recordedJoint(m_run.data, outcome.answers, lastEpoch); !joint.empty())
        outcome.report.perClass["confident-joint"] = std::move(joint);
    if (wantsFeatures() && !outcome.report.features)
        outcome.report.features = makeFeatures(m_run.data, m_run.task.dataset->size(), outcome.answers[0].features,
                                               outcome.answers[0].dimension, m_run.epoch);
    if (lastEpoch)
        if (const Status kept =
                keepProbabilities(m_run.task, m_run.data, outcome.answers, m_run.epoch, m_recipe.addsLogits());
            !kept)
            m_run.observer.note("The probabilities of the last epoch are not kept: " + kept.error().sentence());
    const double seconds = std::chrono::duration<double>(Clock::now() - m_epochStart).count();
    m_epochSeconds += seconds;
    outcome.report.scalars["seconds"] = seconds;
    outcome.report.scalars["peak-memory-mib"] = peakMemoryMib();
    for (auto& [name, value] : outcome.report.scalars)
        if (!std::isfinite(value)) value = std::numeric_limits<double>::max();
    outcome.report.evidence = std::make_shared<const Evidence>(std::move(outcome.evidence));
    m_run.observer.epochDone(std::make_shared<const EpochReport>(std::move(outcome.report)));
    return {};
}

StateMap RunLoop::state() const {
    StateMap state;
    for (std::size_t n = 0; n < m_run.networks.size(); ++n) {
        const std::string prefix = "network" + std::to_string(n) + ".";
        for (const auto& item : m_run.networks[n]->named_parameters()) state[prefix + item.key()] = item.value();
        for (const auto& item : m_run.networks[n]->named_buffers()) state[prefix + item.key()] = item.value();
        m_run.optimizers[n]->save(state, "optimizer" + std::to_string(n) + ".");
    }
    m_recipe.save(state);
    return state;
}

CheckpointIdentity RunLoop::identity() const {
    const RunConfig& config = m_run.task.config;
    const auto number = [](auto value) { return std::to_string(value); };
    ContentHasher classes;
    for (const std::string& name : m_run.task.dataset->classNames) classes.add(name);
    ContentHasher rows;
    for (const SampleIndex sample : m_run.data.samples) rows.add(std::uint64_t(sample.value));
    CheckpointIdentity identity{{"method", config.method},
                                {"network", config.network},
                                {"epochs", number(config.epochs)},
                                {"seed", number(config.seed)},
                                {"threads", number(at::get_num_threads())},
                                {"picture", number(m_run.data.geometry.width) + "x" +
                                                number(m_run.data.geometry.height) + "x" +
                                                number(m_run.data.geometry.channels)},
                                {"device", m_run.device.is_cpu() ? "cpu" : "cuda"},
                                {"libtorch", TORCH_VERSION},
                                {"learns", config.freeze ? "the last layer" : "all layers"},
                                {"classes", classes.hex()},
                                {"samples", rows.hex()},
                                {"labels", m_run.task.labels.hash()}};
    for (const auto& [name, value] : m_recorded) identity["setting " + name] = toText(value);
    return identity;
}

void RunLoop::saveCheckpoint() {
    if (m_run.task.checkpointFolder.empty()) return;
    progress("checkpoint", m_run.batches, m_run.batches, 0, true);
    const Status written = writeCheckpoint(m_run.task.checkpointFolder, {m_run.epoch, identity(), state()});
    if (!written)
        m_run.observer.note("Checkpoint of epoch " + std::to_string(m_run.epoch) + " not written; training goes on (" +
                            written.error().sentence() + ")");
}

Status RunLoop::resume() {
    if (!m_run.task.resume) return {};
    std::vector<std::string> notes;
    const auto checkpoint = newestCheckpoint(m_run.task.checkpointFolder, m_run.task.recorded, notes);
    for (const std::string& note : notes) m_run.observer.note(note);
    if (!checkpoint) {
        m_run.observer.note("There is no whole checkpoint to go on from; the run starts from the beginning");
        return {};
    }
    const StateMap ours = state();
    ASSAY_CHECK_STATUS(fits(*checkpoint, identity(), ours));
    ASSAY_CHECK_STATUS(m_recipe.load(checkpoint->state));
    const torch::NoGradGuard noGrad;
    for (std::size_t n = 0; n < m_run.networks.size(); ++n) {
        const std::string prefix = "network" + std::to_string(n) + ".";
        for (auto& item : m_run.networks[n]->named_parameters())
            item.value().copy_(checkpoint->state.at(prefix + item.key()));
        for (auto& item : m_run.networks[n]->named_buffers())
            item.value().copy_(checkpoint->state.at(prefix + item.key()));
        m_run.optimizers[n]->load(checkpoint->state, "optimizer" + std::to_string(n) + ".");
    }
    m_firstEpoch = checkpoint->epoch + 1;
    return {};
}

Result<RunResult> RunLoop::execute() {
    ASSAY_CHECK_STATUS(resume());
    const int epochs = m_run.task.config.epochs;
    for (m_run.epoch = m_firstEpoch; m_run.epoch <= epochs; ++m_run.epoch) {
        m_epochStart = Clock::now();
        EpochReport report;
        report.epoch = m_run.epoch;
        report.epochs = epochs;
        ASSAY_CHECK_STATUS(trainEpoch(report));
        ASSAY_CHECK_STATUS(closeEpoch(std::move(report)));
        saveCheckpoint();
    }
    RunResult result;
    result.device = deviceName(m_run.device);
    result.epochs = epochs;
    const int done = epochs - m_firstEpoch + 1;
    result.secondsPerEpoch = done > 0 ? m_epochSeconds / done : 0;
    result.samplesPerSecond = m_trainingSeconds > 0 ? m_trainedSamples / m_trainingSeconds : 0;
    result.peakMemoryMib = peakMemoryMib();
    return result;
}

} // namespace assay::learn
