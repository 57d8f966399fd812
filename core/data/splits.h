// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/data/dataset.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace assay {

/// A stratified split: of the n samples of each class, round(n × testFraction) become the test split, those whose
/// draw from (seed, sample) is lowest. A class keeps at least one training sample; samples without a label are all
/// training samples, as nothing could be measured on them.
[[nodiscard]] std::vector<Split> stratifiedSplit(std::span<const Label> labels, int classCount, std::uint64_t seed,
                                                 double testFraction);

/// The split that a folder, file or cell name stands for: train, training; val, valid, validation, dev; test,
/// testing, t10k. ASCII case does not matter.
[[nodiscard]] std::optional<Split> parseSplitName(std::string_view name);

} // namespace assay
