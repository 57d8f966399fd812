// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/ramps.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace assay::learn {

double linearRamp(double step, double length) { return length > 0 ? std::clamp(step / length, 0.0, 1.0) : 1.0; }

double leeWeight(double t, double first, double last, double full) {
    if (t < first) return 0;
    return full * linearRamp(t - first, last - first);
}

double meanTeacherDecay(double step, double steady) { return std::min(1 - 1 / (std::max(0.0, step) + 1), steady); }

double waitingCosine(double step, double total, double wait, double warmUp) {
    const double since = step - wait;
    if (since < 0) return 0;
    if (since < warmUp) return since / warmUp;
    const double length = total - wait - warmUp;
    if (length <= 0) return 1;
    return 0.5 * (1 + std::cos(std::numbers::pi * std::min(1.0, (since - warmUp) / length)));
}

double curriculumShare(int round, double step) { return std::clamp(round * step, 0.0, 1.0); }

} // namespace assay::learn
