// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/run_config.h"

#include <utility>

namespace assay {

RunConfig completed(RunConfig recorded, const std::vector<ParamSpec>& schema) {
    if (auto settings = completeParams(schema, recorded.settings)) recorded.settings = std::move(*settings);
    return recorded;
}

std::string toText(const RunConfig& config) {
    std::string text;
    const auto line = [&](const std::string& key, const std::string& value) { text += key + '=' + value + '\n'; };
    line("method", config.method);
    line("network", config.network);
    line("epochs", std::to_string(config.epochs));
    line("seed", std::to_string(config.seed));
    line("device", config.device);
    line("threads", std::to_string(config.threads));
    line("loaders", std::to_string(config.loaders));
    line("subset", std::to_string(config.subset));
    line("image-size", std::to_string(config.imageSize));
    if (!config.weights.empty()) line("init-from", config.weights);
    if (config.freeze) line("freeze", "true");
    if (config.keepFeatures) line("keep-features", "true");
    for (const auto& [name, value] : config.settings) line("set." + name, toText(value));
    return text;
}

} // namespace assay
