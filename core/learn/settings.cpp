// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/settings.h"

namespace assay::learn {
namespace {

ParamSpec setting(std::string name, ParamType type, ParamValue value, std::string help, bool advanced) {
    ParamSpec spec;
    spec.name = std::move(name);
    spec.type = type;
    spec.defaultValue = std::move(value);
    spec.help = std::move(help);
    spec.advanced = advanced;
    return spec;
}

} // namespace

ParamSpec realSetting(std::string name, double value, double minimum, double maximum, std::string help, bool advanced,
                      std::string unit) {
    ParamSpec spec = setting(std::move(name), ParamType::Real, value, std::move(help), advanced);
    spec.minimum = minimum;
    spec.maximum = maximum;
    spec.unit = std::move(unit);
    return spec;
}

ParamSpec integerSetting(std::string name, std::int64_t value, double minimum, double maximum, std::string help,
                         bool advanced, std::string unit) {
    ParamSpec spec = setting(std::move(name), ParamType::Integer, value, std::move(help), advanced);
    spec.minimum = minimum;
    spec.maximum = maximum;
    spec.unit = std::move(unit);
    return spec;
}

ParamSpec boolSetting(std::string name, bool value, std::string help, bool advanced) {
    return setting(std::move(name), ParamType::Bool, value, std::move(help), advanced);
}

ParamSpec choiceSetting(std::string name, std::string value, std::vector<std::string> choices, std::string help,
                        bool advanced) {
    ParamSpec spec = setting(std::move(name), ParamType::Choice, std::move(value), std::move(help), advanced);
    spec.choices = std::move(choices);
    return spec;
}

CommonDefaults adamDefaults() {
    CommonDefaults defaults;
    defaults.optimizer = "adam";
    defaults.learningRate = 1e-3;
    defaults.weightDecay = 0;
    defaults.schedule = "linear-decay";
    return defaults;
}

std::vector<ParamSpec> commonParams(const CommonDefaults& defaults) {
    return {
        integerSetting("batch-size", defaults.batchSize, 1, 65536, "Pictures in one step", false, "pictures"),
        choiceSetting("optimizer", defaults.optimizer, {"sgd", "adam"}, "How a step is made of a gradient"),
        realSetting("learning-rate", defaults.learningRate, 1e-8, 1e8, "Length of a step at the start"),
        choiceSetting("schedule", defaults.schedule,
                      {"constant", "step", "cosine", "cosine-restarts", "linear-decay", "exponential", "cosine-7-16"},
                      "How the learning rate falls over the run"),
        realSetting("weight-decay", defaults.weightDecay, 0, 1, "Pull of the weights towards zero"),
        choiceSetting("augmentation", defaults.augmentation, {"none", "flip-crop", "cutout", "randaugment"},
                      "How training pictures are varied, each choice with the one before it; worth its while in long "
                      "runs on photos"),
        choiceSetting("decay", defaults.decay, {"all", "kernels", "decoupled"},
                      "What weight decay pulls: all weights, kernels only (no biases, no norms), or kernels after the "
                      "step, by weight decay times learning rate",
                      true),
        realSetting("momentum", 0.9, 0, 0.9999, "SGD: share of the last step that is kept; Adam: its first beta", true),
        boolSetting("nesterov", defaults.nesterov, "SGD: look ahead along the momentum", true),
        realSetting("gradient-clip", defaults.gradientClip, 0, 1e6, "Largest norm of a gradient; 0 leaves it as it is",
                    true),
        setting("milestones", ParamType::Text, std::string("0.5, 0.75"),
                "Schedule step: shares of the run after which the rate is cut", true),
        realSetting("milestone-factor", 0.1, 1e-6, 1, "Schedule step: what the rate is multiplied by", true),
        realSetting("decay-start", 0.4, 0, 0.999, "Schedule linear-decay: share of the run after which the rate falls",
                    true),
        integerSetting("restart-epochs", 10, 1, 1000000,
                       "Schedule cosine-restarts: epochs after which the rate starts again from the top", true,
                       "epochs"),
        realSetting("epoch-factor", 0.97, 1e-6, 1,
                    "Schedule exponential: what the rate is multiplied by after every epoch", true),
        realSetting("smallest-rate", 0, 0, 1e8,
                    "Schedules cosine, cosine-restarts and exponential: the rate falls no lower", true),
        choiceSetting("sampling", "all", {"all", "class-balanced"},
                      "Whom an epoch visits: everybody, or as many of each class by their labels (Clothing1M)", true),
        integerSetting("steps-per-epoch", 0, 0, 10000000, "Batches in an epoch; 0: as many as there are samples for",
                       true, "batches"),
        realSetting("rate-warm-up", 0, 0, 0.9, "Share of the run in which the rate rises from zero", true),
        integerSetting("crop-padding", 0, 0, 64, "Border before a random crop; 0: an eighth of the picture's side",
                       true, "pixels"),
        boolSetting("mirror", true,
                    "Half of the varied pictures are mirrored left to right; false: none, where a mirror image is "
                    "another thing (digits, letters)",
                    true),
        boolSetting("reflect-padding", defaults.reflectPadding, "The border mirrors the picture instead of being black",
                    true),
        integerSetting("cutout-size", 0, 0, 512, "Side of the square that is cut out; 0: half of the picture's side",
                       true, "pixels"),
        integerSetting("randaugment-operations", 2, 1, 8, "RandAugment: operations in a row", true),
        integerSetting("randaugment-magnitude", 9, 0, 30, "RandAugment: strength", true),
    };
}

Result<CommonSettings> readCommon(const ParamValues& settings) {
    CommonSettings common;
    common.batchSize = std::size_t(intParam(settings, "batch-size"));
    common.optimizer.adam = textParam(settings, "optimizer") == "adam";
    common.optimizer.momentum = realParam(settings, "momentum");
    common.optimizer.nesterov = boolParam(settings, "nesterov");
    common.optimizer.weightDecay = realParam(settings, "weight-decay");
    const std::string& decay = textParam(settings, "decay");
    common.optimizer.decay = decay == "kernels"     ? OptimizerOptions::Decay::Kernels
                             : decay == "decoupled" ? OptimizerOptions::Decay::Decoupled
                                                    : OptimizerOptions::Decay::All;
    common.optimizer.clip = realParam(settings, "gradient-clip");
    if (common.optimizer.nesterov && !common.optimizer.adam && common.optimizer.momentum <= 0)
        return fail(ErrorCode::InvalidArgument, "nesterov needs a momentum above 0", "momentum");
    ASSAY_TRY(common.schedule.kind, parseScheduleKind(textParam(settings, "schedule")));
    common.schedule.rate = realParam(settings, "learning-rate");
    ASSAY_TRY(common.schedule.milestones, parseMilestones(textParam(settings, "milestones")));
    common.schedule.factor = realParam(settings, "milestone-factor");
    common.schedule.decayStart = realParam(settings, "decay-start");
    common.schedule.restartEpochs = double(intParam(settings, "restart-epochs"));
    common.schedule.epochFactor = realParam(settings, "epoch-factor");
    common.schedule.smallestRate = realParam(settings, "smallest-rate");
    common.sampling.classBalanced = textParam(settings, "sampling") == "class-balanced";
    common.sampling.steps = std::size_t(intParam(settings, "steps-per-epoch"));
    common.schedule.warmUp = realParam(settings, "rate-warm-up");

    const std::string& augmentation = textParam(settings, "augmentation");
    if (augmentation != "none") {
        if (boolParam(settings, "mirror")) common.augment.flip = 0.5;
        common.augment.cropPadding = int(intParam(settings, "crop-padding"));
        if (common.augment.cropPadding == 0) common.augment.cropPadding = kRelativeToPicture;
        common.augment.padding = boolParam(settings, "reflect-padding") ? Padding::Reflect : Padding::Zeros;
    }
    if (augmentation == "cutout" || augmentation == "randaugment") {
        common.augment.cutout = int(intParam(settings, "cutout-size"));
        if (common.augment.cutout == 0) common.augment.cutout = kRelativeToPicture;
    }
    if (augmentation == "randaugment") {
        common.augment.randAugmentOps = int(intParam(settings, "randaugment-operations"));
        common.augment.randAugmentLevel = int(intParam(settings, "randaugment-magnitude"));
    }
    return common;
}

void fitToPicture(AugmentOptions& options, ImageGeometry geometry) {
    const int side = std::min(geometry.width, geometry.height);
    if (options.cropPadding == kRelativeToPicture) options.cropPadding = std::max(1, side / 8);
    if (options.cutout == kRelativeToPicture) options.cutout = std::max(1, side / 2);
}

} // namespace assay::learn
