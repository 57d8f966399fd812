// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace assay {

/// One of the label vectors of a CIFAR-N file.
struct LabelVector {
    std::string name;          ///< "clean_label", "aggre_label", …
    std::vector<Label> labels; ///< [50,000], in the order of the training batches
};

/// The label vectors in the pickle of CIFAR-10_human.pt or CIFAR-100_human.pt (Wei et al., Learning with Noisy Labels
/// Revisited, ICLR 2022), in the order of the file. The pickle is scanned for its published layout: arrays of int64 as
/// text, lists of small numbers. Format where there is none of the known vectors, or one is cut or out of range.
[[nodiscard]] Result<std::vector<LabelVector>> readHumanLabels(std::span<const std::byte> pickle,
                                                               const std::string& name);

} // namespace assay
