// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/augment.h"
#include "core/learn/optimizer.h"
#include "core/learn/sampling.h"
#include "core/learn/schedule.h"

#include "core/base/params.h"
#include "core/base/result.h"

namespace assay::learn {

/// What every method lets its user set. A method names its own defaults.
struct CommonDefaults {
    std::int64_t batchSize = 128;
    std::string optimizer = "sgd";
    double learningRate = 0.1;
    double weightDecay = 5e-4;
    std::string schedule = "cosine";
    std::string augmentation = "none";
    std::string decay = "all";
    double gradientClip = 0;
    bool nesterov = false;
    bool reflectPadding = false;
};

/// Adam of rate 0.001 that falls in a line from 40 % of the run on: the training of Co-Teaching (Han et al., NeurIPS
/// 2018), which also suits short runs of a small network.
[[nodiscard]] CommonDefaults adamDefaults();

/// Settings for batches, optimiser, schedule and augmentation, to be followed by the method's own.
[[nodiscard]] std::vector<ParamSpec> commonParams(const CommonDefaults& defaults);

struct CommonSettings {
    std::size_t batchSize = 128;
    OptimizerOptions optimizer;
    Schedule schedule;
    AugmentOptions augment;
    SamplingOptions sampling;
};
/// Reads completed settings. InvalidArgument where a combination makes no sense.
[[nodiscard]] Result<CommonSettings> readCommon(const ParamValues& settings);

/// Puts the real lengths in: a padding of an eighth of the smaller side, a cut-out of half of it.
void fitToPicture(AugmentOptions& options, ImageGeometry geometry);

/// A setting in whose place a preset puts a value of its own. Switches are 0 and 1.
struct PresetSetting {
    const char* name;
    double given; ///< as a person has it
    double usual; ///< the default, which asks for nothing
    double used;  ///< the preset's
};
/// The sentence that names those which a person set in vain; empty where there are none.
[[nodiscard]] std::string unusedByPreset(const std::string& preset, const std::vector<PresetSetting>& settings);

/// Short forms for schemas.
[[nodiscard]] ParamSpec realSetting(std::string name, double value, double minimum, double maximum, std::string help,
                                    bool advanced = false, std::string unit = {});
[[nodiscard]] ParamSpec integerSetting(std::string name, std::int64_t value, double minimum, double maximum,
                                       std::string help, bool advanced = false, std::string unit = {});
[[nodiscard]] ParamSpec boolSetting(std::string name, bool value, std::string help, bool advanced = false);
[[nodiscard]] ParamSpec choiceSetting(std::string name, std::string value, std::vector<std::string> choices,
                                      std::string help, bool advanced = false);

} // namespace assay::learn
