// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/params.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace assay {

/// Everything that decides a run's result, besides the data and the labels. Stored with the run.
struct RunConfig {
    std::string method;   ///< id
    ParamValues settings; ///< the method's, completed with its defaults
    std::string network = "cnn-small";
    int epochs = 20; ///< ≥ 1
    std::uint64_t seed = 1;
    std::string device = "auto"; ///< "auto", "cpu", "cuda"
    int threads = 0;             ///< LibTorch's threads; 0: as many as there are cores. Changes bits, so it is recorded
    int loaders = 1;             ///< loader threads; never changes a result
    std::size_t subset = 0;      ///< so many training samples, stratified by seed; 0: all
    std::string weights;         ///< a .safetensors file to start from; empty: drawn from the seed
    bool freeze = false;         ///< only the last layer learns
    bool keepFeatures = false;   ///< the last epoch's features are kept, whatever the method; never changes a result
    int imageSize = 0;           ///< side of the network's input; 0: the store's, at most 64
};

/// A recorded run's settings as this version has them, by the schema of its method's: what could not be set then had
/// the value that is the default now. As recorded where one of its settings is not known any more.
[[nodiscard]] RunConfig completed(RunConfig recorded, const std::vector<ParamSpec>& schema);

/// One "key=value" a line, settings as "set.name=value"; for manifests, logs and comparison of runs.
[[nodiscard]] std::string toText(const RunConfig& config);

} // namespace assay
