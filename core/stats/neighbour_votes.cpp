// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/neighbour_votes.h"

#include <cmath>
#include <limits>

namespace assay::stats {
namespace {

constexpr double kTemperature = 0.07;

std::vector<double> frequencies(std::span<const Label> labels, std::size_t classes) {
    std::vector<double> shares(classes, 0);
    double labelled = 0;
    for (const Label label : labels) {
        if (label == kNoLabel) continue;
        ++shares[std::size_t(label)];
        ++labelled;
    }
    for (double& share : shares) share = labelled > 0 ? share / labelled : 1.0 / double(classes);
    return shares;
}

} // namespace

std::vector<float> votesOfNeighbours(const Neighbours& near, std::span<const Label> labels, std::size_t classes) {
    const std::vector<double> prior = frequencies(labels, classes);
    std::vector<float> all(near.size() * classes, std::numeric_limits<float>::quiet_NaN());
    for (std::size_t row = 0; row < near.size(); ++row) {
        if (!near.has(row)) continue;
        std::vector<double> votes(classes, 0);
        double weights = 0, voters = 0;
        for (std::size_t i = 0; i < near.k; ++i) {
            const Label label = labels[near.of(row)[i]];
            if (label == kNoLabel) continue;
            // Told from the nearest one, so that no row's weights are all too small to be numbers.
            const double weight =
                std::exp((double(near.similarityOf(row)[i]) - double(near.similarityOf(row)[0])) / kTemperature);
            votes[std::size_t(label)] += weight;
            weights += weight;
            ++voters;
        }
        for (std::size_t k = 0; k < classes; ++k) {
            const double share = weights > 0 ? votes[k] / weights : 0;
            all[row * classes + k] = float((voters * share + prior[k]) / (voters + 1));
        }
    }
    return all;
}

} // namespace assay::stats
