// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/schedule.h"

#include "core/base/text.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace assay::learn {
namespace {

/// From `top` to `floor` along half a cosine.
double cosineFall(double top, double floor, double share) {
    return floor + (top - floor) * 0.5 * (1 + std::cos(std::numbers::pi * share));
}

} // namespace

double Schedule::at(double progress) const {
    progress = std::clamp(progress, 0.0, 1.0);
    const double ramp = warmUp > 0 ? std::min(1.0, progress / warmUp) : 1.0;
    switch (kind) {
    case ScheduleKind::Constant: return rate * ramp;
    case ScheduleKind::Step: {
        const auto passed = std::count_if(milestones.begin(), milestones.end(),
                                          [&](double milestone) { return progress >= milestone; });
        return rate * ramp * std::pow(factor, double(passed));
    }
    case ScheduleKind::Cosine: {
        const double after = warmUp < 1 ? std::max(0.0, (progress - warmUp) / (1 - warmUp)) : 0.0;
        return ramp * cosineFall(rate, std::min(rate, smallestRate), after);
    }
    case ScheduleKind::CosineRestarts:
        return ramp * cosineFall(rate, std::min(rate, smallestRate),
                                 std::fmod(progress * epochs, restartEpochs) / restartEpochs);
    case ScheduleKind::Exponential:
        return ramp * std::max(std::min(rate, smallestRate),
                               rate * std::pow(epochFactor, std::floor(progress * epochs + 1e-9)));
    case ScheduleKind::LinearDecay: {
        if (progress <= decayStart) return rate * ramp;
        return rate * ramp * (1 - progress) / (1 - decayStart);
    }
    case ScheduleKind::Cosine716: return rate * ramp * std::cos(7 * std::numbers::pi * progress / 16);
    }
    return rate;
}

Result<ScheduleKind> parseScheduleKind(const std::string& id) {
    if (id == "constant") return ScheduleKind::Constant;
    if (id == "step") return ScheduleKind::Step;
    if (id == "cosine") return ScheduleKind::Cosine;
    if (id == "cosine-restarts") return ScheduleKind::CosineRestarts;
    if (id == "linear-decay") return ScheduleKind::LinearDecay;
    if (id == "exponential") return ScheduleKind::Exponential;
    if (id == "cosine-7-16") return ScheduleKind::Cosine716;
    return fail(
        ErrorCode::InvalidArgument,
        "there is no such schedule; choose constant, step, cosine, cosine-restarts, linear-decay, exponential or cosine-7-16",
        id);
}

Result<std::vector<double>> parseMilestones(const std::string& text) {
    std::vector<double> milestones;
    for (std::size_t begin = 0; begin < text.size();) {
        std::size_t end = text.find(',', begin);
        if (end == std::string::npos) end = text.size();
        std::string part = text.substr(begin, end - begin);
        std::erase(part, ' ');
        const auto value = parseReal(part);
        if (!value || *value <= 0 || *value >= 1 || (!milestones.empty() && *value <= milestones.back()))
            return fail(ErrorCode::InvalidArgument, "milestones must be rising shares of the run between 0 and 1",
                        text);
        milestones.push_back(*value);
        begin = end + 1;
    }
    return milestones;
}

} // namespace assay::learn
