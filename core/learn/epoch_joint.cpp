// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/epoch_joint.h"

namespace assay::learn {
namespace {

constexpr int kMostClasses = 32, kMostInTheEnd = 100;

} // namespace

Result<stats::ConfidentJoint> confidentJointOf(const RunData& data, const std::vector<Answers>& networks) {
    const auto classes = std::size_t(data.classes);
    std::vector<double> probabilities;
    std::vector<Label> labels;
    std::vector<float> one(classes);
    for (const std::uint32_t row : data.trainRows) {
        if (data.labels[row] == kNoLabel) continue;
        std::vector<double> mean(classes, 0);
        for (const Answers& network : networks) {
            softmaxOf(network.row(row), one);
            for (std::size_t k = 0; k < classes; ++k)
                mean[k] += std::min(1.0, double(one[k])) / double(networks.size());
        }
        probabilities.insert(probabilities.end(), mean.begin(), mean.end());
        labels.push_back(data.labels[row]);
    }
    return stats::confidentJoint({probabilities, classes}, labels);
}

std::vector<double> recordedJoint(const RunData& data, const std::vector<Answers>& networks, bool lastEpoch) {
    if (data.classes > (lastEpoch ? kMostInTheEnd : kMostClasses)) return {};
    const auto joint = confidentJointOf(data, networks);
    if (!joint) return {};
    return {joint->calibrated.begin(), joint->calibrated.end()};
}

} // namespace assay::learn
