// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/run_history.h"

#include "core/stats/ranking.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace assay::ui {
namespace {

bool hasScalar(const std::vector<EpochSummary>& epochs, const std::string& key) {
    return std::any_of(epochs.begin(), epochs.end(), [&](const EpochSummary& e) { return e.scalars.contains(key); });
}

std::vector<double> numbers(const std::vector<EpochSummary>& epochs) {
    std::vector<double> all;
    for (const EpochSummary& epoch : epochs) all.push_back(epoch.epoch);
    return all;
}

} // namespace

std::vector<std::vector<double>> classHistory(const std::vector<EpochSummary>& epochs, const std::string& key) {
    std::size_t classes = 0;
    for (const EpochSummary& epoch : epochs)
        if (const auto found = epoch.perClass.find(key); found != epoch.perClass.end())
            classes = std::max(classes, found->second.size());
    std::vector<std::vector<double>> rows(classes, std::vector<double>(epochs.size(), NAN));
    for (std::size_t e = 0; e < epochs.size(); ++e) {
        const auto found = epochs[e].perClass.find(key);
        if (found == epochs[e].perClass.end()) continue;
        for (std::size_t k = 0; k < found->second.size(); ++k) rows[k][e] = found->second[k];
    }
    return rows;
}

std::vector<double> scalarHistory(const std::vector<EpochSummary>& epochs, const std::string& key) {
    std::vector<double> values;
    for (const EpochSummary& epoch : epochs) {
        const auto found = epoch.scalars.find(key);
        values.push_back(found != epoch.scalars.end() && std::isfinite(found->second) ? found->second : NAN);
    }
    return values;
}

RunCurves runCurves(const QString& name, int colour, const std::vector<EpochSummary>& epochs) {
    RunCurves curves;
    curves.name = name;
    curves.colour = colour;
    curves.epochs = numbers(epochs);
    std::set<std::string> keys;
    for (const EpochSummary& epoch : epochs)
        for (const auto& [key, value] : epoch.scalars) keys.insert(key);
    for (const std::string& key : keys) curves.values[key] = scalarHistory(epochs, key);
    return curves;
}

RunCurves meanCurves(const QString& name, int colour, const std::vector<const std::vector<EpochSummary>*>& runs) {
    RunCurves curves;
    curves.name = name;
    curves.colour = colour;
    std::map<int, std::map<std::string, std::vector<double>>> all;
    std::set<std::string> keys;
    for (const auto* run : runs) {
        for (const EpochSummary& epoch : *run) {
            for (const auto& [key, value] : epoch.scalars) {
                if (!std::isfinite(value)) continue;
                all[epoch.epoch][key].push_back(value);
                keys.insert(key);
            }
        }
    }
    for (const auto& [epoch, scalars] : all) {
        curves.epochs.push_back(epoch);
        for (const std::string& key : keys) {
            const auto found = scalars.find(key);
            if (found == scalars.end()) {
                curves.values[key].push_back(NAN);
                curves.lower[key].push_back(NAN);
                curves.upper[key].push_back(NAN);
                continue;
            }
            const stats::MeanInterval interval = stats::meanInterval(found->second);
            const double half = interval.count > 1 && std::isfinite(interval.halfWidth) ? interval.halfWidth : 0;
            curves.values[key].push_back(interval.mean);
            curves.lower[key].push_back(interval.mean - half);
            curves.upper[key].push_back(interval.mean + half);
        }
    }
    return curves;
}

DisagreementHistory disagreementHistory(const std::vector<EpochSummary>& epochs) {
    DisagreementHistory history;
    history.epochs = numbers(epochs);
    history.differing = scalarHistory(epochs, "disagreement");
    history.keepRate = scalarHistory(epochs, "keep-rate");
    history.selected = scalarHistory(epochs, "selected-share");
    history.overlap = scalarHistory(epochs, "selection-overlap");
    history.labelPrecision = scalarHistory(epochs, "label-precision");
    history.labelRecall = scalarHistory(epochs, "label-recall");
    return history;
}

bool hasDisagreement(const std::vector<EpochSummary>& epochs) { return hasScalar(epochs, "disagreement"); }

PseudoLabelHistory pseudoLabelHistory(const std::vector<EpochSummary>& epochs,
                                      const std::vector<std::string>& classNames) {
    PseudoLabelHistory history;
    history.epochs = numbers(epochs);
    history.accepted = scalarHistory(epochs, "accepted");
    history.acceptance = scalarHistory(epochs, "acceptance");
    history.correctness = scalarHistory(epochs, "accepted-correctness");
    history.rejectedCorrectness = scalarHistory(epochs, "rejected-correctness");
    history.changed = scalarHistory(epochs, "pseudo-changed");
    history.entropy = scalarHistory(epochs, "pseudo-entropy");
    history.perClass = classHistory(epochs, "accepted");
    history.perClassCorrect = classHistory(epochs, "accepted-correct");
    for (const std::string& name : classNames) history.classNames.push_back(QString::fromStdString(name));
    return history;
}

bool hasPseudoLabels(const std::vector<EpochSummary>& epochs) {
    return hasScalar(epochs, "accepted") || std::any_of(epochs.begin(), epochs.end(), [](const EpochSummary& e) {
               return e.perClass.contains("accepted");
           });
}

} // namespace assay::ui
