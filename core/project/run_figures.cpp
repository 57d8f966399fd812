// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/run_figures.h"

#include "core/base/text.h"
#include "core/stats/mixture.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace assay {
namespace {

/// Ranks as scores, so that equal probabilities are told apart by loss.
std::vector<float> withTiesByLoss(const std::vector<float>& probability, const std::vector<float>& loss) {
    std::vector<std::size_t> order(probability.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto key = [&](std::size_t i) { return std::pair(probability[i], loss[i]); };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    std::vector<float> ranks(probability.size());
    float rank = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i > 0 && key(order[i]) != key(order[i - 1])) ++rank;
        ranks[order[i]] = rank;
    }
    return ranks;
}

Result<stats::DetectionQuality> rankedQuality(const std::vector<float>& probability, const std::vector<float>& loss,
                                              const std::vector<std::uint8_t>& wrong, double threshold) {
    ASSAY_TRY(stats::DetectionQuality quality, stats::detectionQuality(probability, wrong, threshold));
    ASSAY_TRY(const stats::DetectionQuality ranked,
              stats::detectionQuality(withTiesByLoss(probability, loss), wrong, 0));
    quality.auroc = ranked.auroc;
    quality.averagePrecision = ranked.averagePrecision;
    return quality;
}

std::string countOrAll(std::size_t count) { return count == 0 ? "all" : std::to_string(count); }

} // namespace

double AccuracyFigures::best() const {
    return perEpoch.empty() ? double(NAN) : *std::max_element(perEpoch.begin(), perEpoch.end());
}

double AccuracyFigures::last() const { return perEpoch.empty() ? double(NAN) : perEpoch.back(); }

double AccuracyFigures::meanOfLastTen() const {
    const std::size_t count = std::min<std::size_t>(10, perEpoch.size());
    if (count == 0) return NAN;
    return std::accumulate(perEpoch.end() - std::ptrdiff_t(count), perEpoch.end(), 0.0) / double(count);
}

AccuracyFigures accuracyFigures(const std::vector<EpochSummary>& epochs) {
    AccuracyFigures figures;
    for (const char* split : {"all", "test", "validation"}) {
        figures.split = split;
        for (const EpochSummary& epoch : epochs)
            if (const auto value = epoch.scalars.find(figures.split + "-accuracy");
                value != epoch.scalars.end() && std::isfinite(value->second))
                figures.perEpoch.push_back(value->second);
        if (!figures.perEpoch.empty()) break;
    }
    return figures;
}

Result<double> suspectThreshold(const Project& project) {
    ASSAY_TRY(const std::string threshold, project.setting(kThresholdKey));
    return std::clamp(parseReal(threshold).value_or(0.5), 0.0, 1.0);
}

std::vector<float> recordedPNoisy(const std::vector<EpochSummary>& epochs, const Evidence& evidence) {
    if (const auto column = evidence.columns.find("p-noisy"); column != evidence.columns.end()) return column->second;
    for (auto epoch = epochs.rbegin(); epoch != epochs.rend(); ++epoch)
        if (epoch->epoch == evidence.epoch && epoch->mixture) return stats::posteriors(*epoch->mixture, evidence.loss);
    return {};
}

std::vector<float> pNoisy(const std::vector<EpochSummary>& epochs, const Evidence& evidence) {
    if (std::vector<float> recorded = recordedPNoisy(epochs, evidence); !recorded.empty()) return recorded;
    stats::MixtureOptions options;
    options.kind = stats::MixtureKind::Gaussian;
    options.normalisation = stats::Normalisation::MinMax;
    const auto fit = stats::fitMixture(std::span<const float>(evidence.loss), options);
    return fit ? stats::posteriors(*fit, evidence.loss) : std::vector<float>{};
}

Suspicion suspicion(const std::vector<EpochSummary>& epochs, const Evidence* evidence, std::span<const Label> labels,
                    std::span<const Label> trueLabels, std::span<const Split> splits, double threshold) {
    Suspicion found;
    found.suspects.assign(labels.size(), 0);
    found.judged.assign(labels.size(), 0);
    found.suggested.assign(labels.size(), kNoLabel);
    if (evidence == nullptr) {
        found.detectionMissing = "no epoch was recorded";
        return found;
    }
    const std::vector<float> all = pNoisy(epochs, *evidence);
    if (all.size() != evidence->size()) {
        found.detectionMissing = "the losses do not fall into two groups";
        return found;
    }
    std::vector<float> probability, loss;
    std::vector<std::uint8_t> wrong;
    for (std::size_t row = 0; row < evidence->size(); ++row) {
        const std::size_t i = evidence->samples[row].value;
        if (i >= labels.size() || (i < splits.size() && splits[i] != Split::Train)) continue;
        found.suggested[i] = evidence->prediction[row];
        if (labels[i] == kNoLabel) continue; // nothing that could be wrong
        found.judged[i] = 1;
        found.suspects[i] = double(all[row]) >= threshold ? 1 : 0;
        if (i >= trueLabels.size() || trueLabels[i] == kNoLabel) continue;
        probability.push_back(all[row]);
        loss.push_back(evidence->loss[row]);
        wrong.push_back(labels[i] != trueLabels[i] ? 1 : 0);
    }
    if (wrong.empty()) {
        found.detectionMissing = "the true labels are not known";
    } else if (const auto quality = rankedQuality(probability, loss, wrong, threshold)) {
        found.detection = *quality;
    } else {
        found.detectionMissing = quality.error().sentence();
    }
    return found;
}

std::map<std::string, std::string> settingsByName(const RunConfig& config, const std::string& labels) {
    std::map<std::string, std::string> settings;
    for (const auto& [name, value] : config.settings) settings[name] = toText(value);
    settings["method"] = config.method;
    settings["network"] = config.network;
    settings["epochs"] = std::to_string(config.epochs);
    settings["seed"] = std::to_string(config.seed);
    settings["labels"] = labels;
    settings["device"] = config.device;
    settings["threads"] = countOrAll(std::size_t(std::max(config.threads, 0)));
    settings["training samples"] = countOrAll(config.subset);
    settings["starts from"] = config.weights.empty() ? "the seed" : config.weights;
    settings["learns"] = config.freeze ? "the last layer" : "all layers";
    settings["image size"] = config.imageSize == 0 ? "as stored" : std::to_string(config.imageSize);
    return settings;
}

std::vector<DifferingSetting> differingSettings(const std::vector<std::map<std::string, std::string>>& settings) {
    std::set<std::string> names;
    for (const auto& one : settings)
        for (const auto& [name, value] : one) names.insert(name);
    std::vector<DifferingSetting> differing;
    for (const std::string& name : names) {
        DifferingSetting setting{name, {}};
        for (const auto& one : settings) {
            const auto value = one.find(name);
            setting.values.push_back(value == one.end() ? std::string() : value->second);
        }
        if (std::any_of(setting.values.begin(), setting.values.end(),
                        [&](const std::string& value) { return value != setting.values.front(); }))
            differing.push_back(std::move(setting));
    }
    return differing;
}

} // namespace assay
