// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/agreement.h"

#include "core/stats/ranking.h"

#include <algorithm>

namespace assay {
namespace {

bool suspects(const SuspectMask& mask, std::size_t i) {
    return i < mask.size() && mask[i] != 0;
}

std::size_t longest(const std::vector<SuspectMask>& masks) {
    std::size_t n = 0;
    for (const SuspectMask& mask : masks) n = std::max(n, mask.size());
    return n;
}

template <class Wanted> std::vector<SampleIndex> samplesWhere(std::size_t n, const Wanted& wanted) {
    std::vector<SampleIndex> samples;
    for (std::size_t i = 0; i < n; ++i)
        if (wanted(i)) samples.emplace_back(std::uint32_t(i));
    return samples;
}

} // namespace

AgreementMatrix agreementMatrix(const std::vector<SuspectMask>& masks) {
    AgreementMatrix matrix{masks.size(), std::vector<double>(masks.size() * masks.size()),
                           std::vector<std::size_t>(masks.size() * masks.size())};
    for (std::size_t a = 0; a < masks.size(); ++a)
        for (std::size_t b = a; b < masks.size(); ++b) {
            const std::size_t n = std::min(masks[a].size(), masks[b].size());
            std::size_t shared = 0;
            for (std::size_t i = 0; i < n; ++i) shared += masks[a][i] && masks[b][i] ? 1 : 0;
            matrix.shared[a * matrix.size + b] = matrix.shared[b * matrix.size + a] = shared;
            matrix.jaccard[a * matrix.size + b] = matrix.jaccard[b * matrix.size + a] =
                stats::jaccard(masks[a], masks[b]);
        }
    return matrix;
}

std::vector<SampleIndex> samplesInDispute(const std::vector<SuspectMask>& masks) {
    return samplesWhere(longest(masks), [&](std::size_t i) {
        const bool first = suspects(masks.front(), i);
        return std::any_of(masks.begin(), masks.end(), [&](const auto& mask) { return suspects(mask, i) != first; });
    });
}

std::vector<SampleIndex> suspectedByBoth(const SuspectMask& a, const SuspectMask& b) {
    return samplesWhere(std::min(a.size(), b.size()), [&](std::size_t i) { return a[i] && b[i]; });
}

std::vector<SampleIndex> suspectedOnlyByFirst(const SuspectMask& a, const SuspectMask& b) {
    return samplesWhere(a.size(), [&](std::size_t i) { return a[i] && !suspects(b, i); });
}

std::vector<std::uint32_t> votes(const std::vector<SuspectMask>& masks) {
    std::vector<std::uint32_t> count(longest(masks));
    for (const SuspectMask& mask : masks)
        for (std::size_t i = 0; i < mask.size(); ++i) count[i] += mask[i] ? 1 : 0;
    return count;
}

} // namespace assay
