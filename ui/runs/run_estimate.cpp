// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/run_estimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace assay::ui {
namespace {

/// What pictures() takes into account, and what says which labels are learnt.
constexpr std::array<std::string_view, 5> kTold = {"steps-per-epoch", "batch-size", "unlabelled-ratio", "labelled",
                                                   "labelled-per-class"};

/// 0 where there is no such setting.
double whole(const ParamValues& settings, const char* name) {
    const auto found = settings.find(name);
    const std::int64_t* value = found == settings.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
    return value != nullptr ? double(*value) : 0;
}

/// Pictures that the steps of an epoch look at: a pass over the training pictures, or as many steps as are set, each
/// with so many unlabelled pictures for a labelled one.
double pictures(const RunConfig& config, std::size_t training) {
    const double samples = double(config.subset > 0 ? std::min(config.subset, training) : training);
    const double batch = std::max(1.0, whole(config.settings, "batch-size"));
    const double steps = whole(config.settings, "steps-per-epoch"), ratio = whole(config.settings, "unlabelled-ratio");
    if (ratio > 0) return (steps > 0 ? steps : std::ceil(samples / (batch * ratio))) * batch * (1 + ratio);
    return steps > 0 ? steps * batch : samples;
}

bool onDevice(const RunRecord& run, const RunConfig& config, bool cuda) {
    const bool wanted = config.device == "auto" ? cuda : config.device.starts_with("cuda");
    return run.result->device.starts_with("cuda") == wanted && (wanted || run.config.threads == config.threads);
}

/// Settings that may change the work of a step: numbers of things, choices and switches. Rates and thresholds do not.
int otherWork(const RunConfig& a, const RunConfig& b) {
    int differing = int(a.freeze != b.freeze) + int(a.imageSize != b.imageSize);
    for (const auto& [name, value] : a.settings) {
        const auto other = b.settings.find(name);
        if (other == b.settings.end() || std::holds_alternative<double>(value) ||
            std::find(kTold.begin(), kTold.end(), name) != kTold.end())
            continue;
        differing += other->second != value;
    }
    return differing;
}

} // namespace

std::optional<EpochEstimate> estimateEpoch(const RunConfig& config, const std::vector<RunRecord>& runs,
                                           std::size_t training, bool cuda) {
    const RunRecord* best = nullptr;
    int least = 0;
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
        if (run->config.method != config.method || run->config.network != config.network || !run->result ||
            !(run->result->secondsPerEpoch > 0) || !onDevice(*run, config, cuda))
            continue;
        const int differing =
            otherWork(run->config, config) + int(pictures(run->config, training) != pictures(config, training));
        if (best != nullptr && differing >= least) continue;
        best = &*run;
        least = differing;
    }
    if (best == nullptr) return std::nullopt;
    const double scale = pictures(config, training) / std::max(1.0, pictures(best->config, training));
    return EpochEstimate{best->id, best->result->secondsPerEpoch * scale, best->result->peakMemoryMib, least == 0};
}

} // namespace assay::ui
