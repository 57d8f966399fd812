// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/agreement.h"

#include "core/stats/ranking.h"

#include <algorithm>
#include <cmath>

namespace assay {
namespace {

bool isSet(const SuspectMask& mask, std::size_t i) { return i < mask.size() && mask[i] != 0; }

std::size_t longest(const std::vector<SuspectMask>& masks) {
    std::size_t n = 0;
    for (const SuspectMask& mask : masks) n = std::max(n, mask.size());
    return n;
}

template <class Wanted>
std::vector<SampleIndex> samplesWhere(std::size_t n, const Wanted& wanted) {
    std::vector<SampleIndex> samples;
    for (std::size_t i = 0; i < n; ++i)
        if (wanted(i)) samples.emplace_back(std::uint32_t(i));
    return samples;
}

} // namespace

AgreementMatrix agreementMatrix(const std::vector<SuspectMask>& masks, const std::vector<SuspectMask>& judged) {
    AgreementMatrix matrix{masks.size(), std::vector<double>(masks.size() * masks.size()),
                           std::vector<std::size_t>(masks.size() * masks.size())};
    const std::size_t n = longest(masks);
    for (std::size_t a = 0; a < masks.size(); ++a)
        for (std::size_t b = a; b < masks.size(); ++b) {
            SuspectMask one, other; // of what both have judged
            std::size_t shared = 0;
            for (std::size_t i = 0; i < n; ++i) {
                if (!judged.empty() && !(isSet(judged[a], i) && isSet(judged[b], i))) continue;
                one.push_back(isSet(masks[a], i));
                other.push_back(isSet(masks[b], i));
                shared += one.back() && other.back() ? 1 : 0;
            }
            matrix.shared[a * matrix.size + b] = matrix.shared[b * matrix.size + a] = shared;
            matrix.jaccard[a * matrix.size + b] = matrix.jaccard[b * matrix.size + a] =
                one.empty() && !judged.empty() ? double(NAN) : stats::jaccard(one, other);
        }
    return matrix;
}

std::vector<SampleIndex> samplesInDispute(const std::vector<SuspectMask>& masks) {
    return samplesWhere(longest(masks), [&](std::size_t i) {
        const bool first = isSet(masks.front(), i);
        return std::any_of(masks.begin(), masks.end(), [&](const auto& mask) { return isSet(mask, i) != first; });
    });
}

std::vector<SampleIndex> suspectedByBoth(const SuspectMask& a, const SuspectMask& b) {
    return samplesWhere(std::min(a.size(), b.size()), [&](std::size_t i) { return a[i] && b[i]; });
}

std::vector<SampleIndex> suspectedOnlyByFirst(const SuspectMask& a, const SuspectMask& b) {
    return samplesWhere(a.size(), [&](std::size_t i) { return a[i] && !isSet(b, i); });
}

std::vector<std::uint32_t> votes(const std::vector<SuspectMask>& masks) {
    std::vector<std::uint32_t> count(longest(masks));
    for (const SuspectMask& mask : masks)
        for (std::size_t i = 0; i < mask.size(); ++i) count[i] += mask[i] ? 1 : 0;
    return count;
}

} // namespace assay
