// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/classifier.h"

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace assay::learn {

/// What a file of weights gave to a network.
struct WeightsReport {
    std::size_t taken = 0;            ///< tensors
    std::vector<std::string> fresh;   ///< tensors of ours that keep what was drawn, with the reason
    std::vector<std::string> unused;  ///< tensors of the file that have no place here
    std::vector<std::string> adapted; ///< taken in another form: a colour filter summed up for grey pictures
    std::string prefix;               ///< passed over: it stands before all names of the file, as "module." does
    /// One line for the log.
    [[nodiscard]] std::string summary(const std::string& file) const;
};

/// Sets a network's parameters and buffers from a .safetensors file. Its tensors may have our names, those of a
/// checkpoint of ours (of its network `which`, or its first), or torchvision's and timm's names for ResNets, all of
/// them behind a prefix ("module.", "backbone.") or none. A last layer for another number of classes is left as drawn,
/// and that of a second network where the file has weights for one only: two that begin alike would stay alike.
/// InvalidArgument where nothing, or less than half of the network, fits.
[[nodiscard]] Result<WeightsReport> loadInitialWeights(Classifier& network, const std::filesystem::path& file,
                                                       std::size_t which = 0);

/// "stage2-block1.first.conv.weight" as torchvision calls it: "layer2.0.conv1.weight"; empty where it has no such.
[[nodiscard]] std::string torchvisionName(const std::string& ours);

} // namespace assay::learn
