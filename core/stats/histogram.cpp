// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/histogram.h"

#include <algorithm>
#include <cmath>

namespace assay::stats {

Histogram histogram(std::span<const float> values, double lo, double hi, std::size_t bins) {
    Histogram h;
    h.lo = lo;
    h.hi = hi;
    h.counts.resize(std::max<std::size_t>(bins, 1));
    const double last = double(h.counts.size() - 1);
    const double factor = hi > lo ? double(h.counts.size()) / (hi - lo) : 0.0;
    for (const float v : values) {
        if (!std::isfinite(v)) {
            ++h.notFinite;
            continue;
        }
        ++h.counts[std::size_t(std::clamp((double(v) - lo) * factor, 0.0, last))];
    }
    return h;
}

} // namespace assay::stats
