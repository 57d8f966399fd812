// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/run_text.h"

#include "core/project/database.h"
#include "core/stats/turning_point.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace assay {

namespace {

using Json = nlohmann::json;

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// Reads with every failure of the JSON library turned into Damaged.
template <class F>
auto reading(const std::string& text, const char* what, F&& read) {
    try {
        return read(Json::parse(text));
    } catch (const Json::exception&) {
        raise(ErrorCode::Damaged, std::string(what) + " of the project is damaged; restore a backup");
    }
}

bool finite(const stats::MixtureFit& fit) {
    bool all = std::isfinite(fit.lo) && std::isfinite(fit.hi) && std::isfinite(fit.peak) && std::isfinite(fit.trough);
    for (const auto& c : fit.components)
        for (const double value : {c.weight, c.alpha, c.beta, c.mean, c.variance}) all = all && std::isfinite(value);
    for (const double value : fit.logLikelihood) all = all && std::isfinite(value);
    return all;
}

Json toJson(const stats::MixtureFit& fit) {
    Json components = Json::array();
    for (const auto& c : fit.components)
        components.push_back(
            {{"weight", c.weight}, {"alpha", c.alpha}, {"beta", c.beta}, {"mean", c.mean}, {"variance", c.variance}});
    return {{"kind", fit.kind == stats::MixtureKind::Beta ? "beta" : "gaussian"},
            {"components", components},
            {"noisy_component", fit.noisyComponent},
            {"swapped", fit.swapped},
            {"collapsed", fit.collapsed},
            {"warning", fit.warning},
            {"iterations", fit.iterations},
            {"log_likelihood", fit.logLikelihood},
            {"lo", fit.lo},
            {"hi", fit.hi},
            {"epsilon", fit.epsilon},
            {"peak", fit.peak},
            {"trough", fit.trough},
            {"used", fit.used},
            {"dropped", fit.dropped}};
}

stats::MixtureFit mixtureFrom(const Json& json) {
    stats::MixtureFit fit;
    fit.kind = json.at("kind") == "beta" ? stats::MixtureKind::Beta : stats::MixtureKind::Gaussian;
    for (std::size_t i = 0; i < fit.components.size(); ++i) {
        const Json& c = json.at("components").at(i);
        fit.components[i] = {c.at("weight"), c.at("alpha"), c.at("beta"), c.at("mean"), c.at("variance")};
    }
    fit.noisyComponent = json.at("noisy_component").get<int>() == 0 ? 0 : 1;
    fit.swapped = json.at("swapped");
    fit.collapsed = json.at("collapsed");
    fit.warning = json.at("warning");
    fit.iterations = json.at("iterations");
    fit.logLikelihood = json.at("log_likelihood").get<std::vector<double>>();
    fit.lo = json.at("lo");
    fit.hi = json.at("hi");
    // Files of versions that kept neither: both follow from the rest.
    fit.epsilon = json.value("epsilon", fit.kind == stats::MixtureKind::Beta ? stats::MixtureFit().epsilon : 0.0);
    findTurningPoint(fit);
    fit.peak = json.at("peak");
    fit.trough = json.value("trough", fit.trough);
    fit.used = json.at("used");
    fit.dropped = json.at("dropped");
    return fit;
}

} // namespace

std::string configToJson(const RunConfig& config) {
    Json settings = Json::object();
    for (const auto& [name, value] : config.settings) std::visit([&](const auto& v) { settings[name] = v; }, value);
    return dump({{"method", config.method},
                 {"settings", settings},
                 {"network", config.network},
                 {"epochs", config.epochs},
                 {"seed", config.seed},
                 {"device", config.device},
                 {"threads", config.threads},
                 {"loaders", config.loaders},
                 {"subset", config.subset},
                 {"image_size", config.imageSize},
                 {"init_from", config.weights},
                 {"freeze", config.freeze},
                 {"keep_features", config.keepFeatures}});
}

RunConfig configFromJson(const std::string& text) {
    return reading(text, "the settings of a run", [](const Json& json) {
        RunConfig config;
        config.method = json.at("method");
        for (const auto& [name, value] : json.at("settings").items()) {
            if (value.is_boolean()) config.settings[name] = value.get<bool>();
            else if (value.is_number_integer()) config.settings[name] = value.get<std::int64_t>();
            else if (value.is_number_float()) config.settings[name] = value.get<double>();
            else config.settings[name] = value.get<std::string>();
        }
        config.network = json.at("network");
        config.epochs = json.at("epochs");
        config.seed = json.at("seed");
        config.device = json.at("device");
        config.threads = json.at("threads");
        config.loaders = json.at("loaders");
        config.subset = json.at("subset");
        config.imageSize = json.at("image_size");
        config.weights = json.value("init_from", std::string());
        config.freeze = json.value("freeze", false);
        config.keepFeatures = json.value("keep_features", false);
        return config;
    });
}

std::string resultToJson(const RunResult& result) {
    return dump({{"device", result.device},
                 {"epochs", result.epochs},
                 {"seconds_per_epoch", result.secondsPerEpoch},
                 {"samples_per_second", result.samplesPerSecond},
                 {"peak_memory_mib", result.peakMemoryMib}});
}

RunResult resultFromJson(const std::string& text) {
    return reading(text, "the result of a run", [](const Json& json) {
        const auto number = [&](const char* key) {
            return json.at(key).is_number() ? json.at(key).get<double>() : 0.0;
        };
        RunResult result;
        result.device = json.at("device");
        result.epochs = json.at("epochs");
        result.secondsPerEpoch = number("seconds_per_epoch");
        result.samplesPerSecond = number("samples_per_second");
        result.peakMemoryMib = number("peak_memory_mib");
        return result;
    });
}

std::string summaryToJson(const EpochReport& report) {
    Json scalars = Json::object(), perClass = Json::object();
    for (const auto& [name, value] : report.scalars)
        if (std::isfinite(value)) scalars[name] = value;
    for (const auto& [name, values] : report.perClass) {
        Json list = Json::array();
        for (const double value : values) list.push_back(std::isfinite(value) ? value : 0.0);
        perClass[name] = list;
    }
    Json json{{"scalars", scalars}, {"per_class", perClass}};
    if (report.mixture && finite(*report.mixture)) json["mixture"] = toJson(*report.mixture);
    if (report.cleaning)
        json["cleaning"] = {{"round", report.cleaning->round},
                            {"rounds", report.cleaning->rounds},
                            {"criterion", report.cleaning->criterion}};
    return dump(json);
}

EpochSummary summaryFromJson(int epoch, const std::string& text) {
    return reading(text, "an epoch", [&](const Json& json) {
        EpochSummary summary;
        summary.epoch = epoch;
        summary.scalars = json.at("scalars").get<std::map<std::string, double>>();
        summary.perClass = json.at("per_class").get<std::map<std::string, std::vector<double>>>();
        if (json.contains("mixture")) summary.mixture = mixtureFrom(json.at("mixture"));
        if (json.contains("cleaning")) {
            const Json& cleaning = json.at("cleaning");
            summary.cleaning = {cleaning.at("round"), cleaning.at("rounds"), cleaning.at("criterion")};
        }
        return summary;
    });
}

} // namespace assay
