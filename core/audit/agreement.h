// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace assay {

/// Which samples a run or a score suspects: one entry per sample of the data set, 1 suspect, 0 not. Masks that are
/// shorter than others count as 0 beyond their end.
using SuspectMask = std::vector<std::uint8_t>;

/// How far suspicions agree, in pairs.
struct AgreementMatrix {
    std::size_t size = 0;
    std::vector<double>
        jaccard; ///< [size, size] shared by united, 1 where both are empty; NaN where none is judged by both
    std::vector<std::size_t> shared; ///< [size, size] suspected by both; on the diagonal: by that one
    [[nodiscard]] double at(std::size_t a, std::size_t b) const { return jaccard[a * size + b]; }
    [[nodiscard]] std::size_t sharedBy(std::size_t a, std::size_t b) const { return shared[a * size + b]; }
};
/// `judged`: for each mask, 1 where it has a say at all; a pair is compared on what both have judged. Empty:
/// everywhere.
[[nodiscard]] AgreementMatrix agreementMatrix(const std::vector<SuspectMask>& masks,
                                              const std::vector<SuspectMask>& judged = {});

/// Samples on which the masks do not all say the same, in order of index.
[[nodiscard]] std::vector<SampleIndex> samplesInDispute(const std::vector<SuspectMask>& masks);
/// Samples that both suspect, and that only the first does: what a cell of the matrix opens.
[[nodiscard]] std::vector<SampleIndex> suspectedByBoth(const SuspectMask& a, const SuspectMask& b);
[[nodiscard]] std::vector<SampleIndex> suspectedOnlyByFirst(const SuspectMask& a, const SuspectMask& b);
/// How many of the masks suspect each sample, [N].
[[nodiscard]] std::vector<std::uint32_t> votes(const std::vector<SuspectMask>& masks);

} // namespace assay
