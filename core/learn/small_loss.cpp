// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/small_loss.h"

#include "core/learn/epoch_joint.h"

#include <numeric>

namespace assay::learn {
namespace {

constexpr const char* kState = "keep-rate.state";
constexpr double kSmallestEstimate = 0.02, kLargestEstimate = 0.8;

std::string percent(double share) { return std::to_string(int(std::lround(100 * share))) + " %"; }

} // namespace

double KeepSchedule::forget(int epoch) const {
    if (epoch >= ramp) return noiseRate;
    const double end = std::pow(noiseRate, exponent);
    const int steps = bothEnds ? ramp - 1 : ramp;
    return steps > 0 ? end * epoch / steps : end;
}

double KeepSchedule::keep(int epoch) const { return std::max(1 - forget(epoch), smallestKeep); }

std::size_t KeepSchedule::count(int epoch, std::size_t batch) const {
    // The small term keeps 0.9 × 10 from becoming 8.
    return std::clamp<std::size_t>(std::size_t(keep(epoch) * double(batch) + 1e-9), 1, std::max<std::size_t>(batch, 1));
}

std::vector<ParamSpec> keepSettings(const KeepDefaults& defaults) {
    return {
        realSetting("noise-rate", 0, 0, 0.95,
                    "Tau, the share of wrong labels that is left out in the end; 0: estimated (paper: the true rate)"),
        choiceSetting("noise-rate-from", "smaller", {"smaller", "mixture", "confident-learning"},
                      "Where noise-rate is 0: from the mixture over the losses, counted by confident learning, or the "
                      "smaller of the two",
                      true),
        integerSetting("ramp-epochs", 0, 0, 100000,
                       "T_k, epochs until the whole share is left out; 0: by ramp-share (" + defaults.from + ")", false,
                       "epochs"),
        realSetting("ramp-share", defaults.rampShare, 0.001, 1, "T_k as a share of the run, where ramp-epochs is 0",
                    true),
        realSetting("exponent", 1, 0.1, 4, "c: the ramp ends at the noise rate to this power (paper: 0.5, 1, 2)", true),
        realSetting("smallest-keep", defaults.smallestKeep, 0, 1,
                    "R_min: a batch never loses more than all but this share", true),
        integerSetting("estimate-after", 3, 1, 100000,
                       "Epoch after which the noise rate is estimated, where noise-rate is 0", true, "epochs"),
        realSetting("late-momentum", 0.1, 0, 0.9999,
                    "Adam's first beta once the schedule linear-decay falls (paper: 0.1)", true),
    };
}

KeepRate::KeepRate(const ParamValues& settings, bool bothEnds) {
    m_schedule.bothEnds = bothEnds;
    m_schedule.noiseRate = realParam(settings, "noise-rate");
    m_estimate = m_schedule.noiseRate == 0;
    m_from = textParam(settings, "noise-rate-from");
    m_estimateAfter = int(intParam(settings, "estimate-after"));
    m_schedule.exponent = realParam(settings, "exponent");
    m_schedule.ramp = int(intParam(settings, "ramp-epochs"));
    m_rampShare = realParam(settings, "ramp-share");
    m_schedule.smallestKeep = realParam(settings, "smallest-keep");
    m_lateMomentum = realParam(settings, "late-momentum");
}

void KeepRate::start(const Run& run) {
    if (m_schedule.ramp == 0) m_schedule.ramp = run.epochsFromShare(m_rampShare);
}

double KeepRate::momentum(const Run& run) const {
    const Schedule& schedule = run.common.schedule;
    const bool late = run.common.optimizer.adam && schedule.kind == ScheduleKind::LinearDecay &&
                      double(run.epoch - 1) / run.task.config.epochs >= schedule.decayStart;
    return late ? m_lateMomentum : run.common.optimizer.momentum;
}

void KeepRate::finishEpoch(Run& run, EpochOutcome& outcome) {
    outcome.report.scalars["keep-rate"] = keep(run);
    outcome.report.scalars["noise-rate"] = m_schedule.noiseRate;
    if (!m_estimate || run.epoch != m_estimateAfter) return;
    const RateEstimates both{mixtureNoiseRate(run, outcome), confidentNoiseRate(run, outcome.answers)};
    const auto rate = both.chosen(m_from);
    if (!rate) {
        run.observer.note("The noise rate could not be estimated; everything is kept (" + rate.error().sentence() +
                          ")");
        return;
    }
    m_schedule.noiseRate = std::clamp(*rate, kSmallestEstimate, kLargestEstimate);
    run.observer.note("The noise rate is estimated as " + percent(m_schedule.noiseRate) +
                      " (mixture over the losses: " + (both.mixture ? percent(*both.mixture) : "none") +
                      "; confident learning: " + (both.confidentLearning ? percent(*both.confidentLearning) : "none") +
                      ")");
}

Result<double> RateEstimates::chosen(const std::string& from) const {
    if (from == "mixture") return mixture;
    if (from == "confident-learning") return confidentLearning;
    if (!mixture || !confidentLearning) return mixture ? mixture : confidentLearning;
    return std::min(*mixture, *confidentLearning);
}

void KeepRate::save(StateMap& state) const { state[kState] = torch::tensor({m_schedule.noiseRate}, torch::kFloat64); }

Status KeepRate::load(const StateMap& state) {
    const double rate = state.at(kState).item<double>();
    if (rate < 0 || rate >= 1) return fail(ErrorCode::Damaged, "the checkpoint's noise rate is not a rate");
    m_schedule.noiseRate = rate;
    return {};
}

Result<double> mixtureNoiseRate(const Run& run, const EpochOutcome& outcome) {
    const auto& fit = outcome.report.mixture;
    if (!fit || fit->collapsed) return fail(ErrorCode::Numeric, "the losses show no two groups");
    const auto& posterior = outcome.evidence.columns.at("p-noisy");
    double noisy = 0;
    for (const std::uint32_t row : run.data.trainRows) noisy += posterior[row] > 0.5F;
    return noisy / double(run.data.trainRows.size());
}

Result<double> confidentNoiseRate(const Run& run, const std::vector<Answers>& answers) {
    ASSAY_TRY(const stats::ConfidentJoint joint, confidentJointOf(run.data, answers));
    return double(joint.estimatedErrors) /
           double(std::accumulate(joint.given.begin(), joint.given.end(), std::int64_t(0)));
}

torch::Tensor smallest(const torch::Tensor& losses, std::size_t count) {
    const auto plain = losses.detach().to(torch::kCPU, torch::kFloat32).contiguous();
    const auto* values = plain.data_ptr<float>();
    std::vector<std::int64_t> order(std::size_t(plain.numel()));
    std::iota(order.begin(), order.end(), 0);
    count = std::min(count, order.size());
    // What is not a number comes last, whatever it is compared with.
    const auto key = [values](std::int64_t i) {
        return std::isnan(values[i]) ? std::numeric_limits<float>::infinity() : values[i];
    };
    const auto before = [&key](std::int64_t a, std::int64_t b) { return key(a) != key(b) ? key(a) < key(b) : a < b; };
    std::partial_sort(order.begin(), order.begin() + std::ptrdiff_t(count), order.end(), before);
    order.resize(count);
    return torch::tensor(order, torch::kInt64).to(losses.device());
}

CrossUpdate crossUpdate(const std::array<torch::Tensor, 2>& losses, std::size_t count) {
    CrossUpdate update;
    update.chosen = {smallest(losses[0], count), smallest(losses[1], count)};
    for (std::size_t n = 0; n < 2; ++n) update.loss[n] = losses[n].index_select(0, update.chosen[1 - n]).mean();
    return update;
}

} // namespace assay::learn
