// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/confident_learning.h"

#include "core/stats/confident_counts.h"
#include "core/stats/probability_pass.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace assay::stats {
namespace {

/// Rounds to whole numbers that keep the row's rounded sum: those with the largest remainders give way, of equal ones
/// the last where some must grow and the first where some must shrink, as cleanlab has it.
std::vector<std::int64_t> roundKeepingSum(std::span<const double> row) {
    std::vector<double> whole(row.size());
    double sum = 0, wholeSum = 0;
    for (std::size_t k = 0; k < row.size(); ++k) {
        whole[k] = std::nearbyint(row[k]);
        sum += row[k];
        wholeSum += whole[k];
    }
    const double target = std::nearbyint(sum);
    std::vector<std::size_t> order(row.size());
    while (wholeSum != target) {
        const double step = target > wholeSum ? 1 : -1;
        const auto changes = std::min(row.size(), std::size_t(std::abs(target - wholeSum)));
        std::iota(order.begin(), order.end(), std::size_t(0));
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return row[a] - whole[a] < row[b] - whole[b]; });
        if (step > 0) std::reverse(order.begin(), order.end());
        for (std::size_t i = 0; i < changes; ++i) whole[order[i]] += step;
        wholeSum += step * double(changes);
    }
    return {whole.begin(), whole.end()};
}

std::vector<std::int64_t> roundRows(const std::vector<double>& matrix, std::size_t classes) {
    std::vector<std::int64_t> out;
    out.reserve(matrix.size());
    for (std::size_t r = 0; r < matrix.size(); r += classes) {
        const auto row = roundKeepingSum(std::span(matrix).subspan(r, classes));
        out.insert(out.end(), row.begin(), row.end());
    }
    return out;
}

/// The sum as NumPy makes it, eight at a time and by halves: its last bit decides which way a half is rounded below.
double sumByHalves(std::span<const double> v) {
    constexpr std::size_t kLanes = 8, kBlock = 128;
    if (v.size() > kBlock) {
        const std::size_t half = v.size() / 2 / kLanes * kLanes;
        return sumByHalves(v.first(half)) + sumByHalves(v.subspan(half));
    }
    double sum = 0;
    std::size_t done = 0;
    if (v.size() >= kLanes) {
        std::array<double, kLanes> lane{};
        for (; done + kLanes <= v.size(); done += kLanes)
            for (std::size_t i = 0; i < kLanes; ++i) lane[i] += v[done + i];
        sum = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
    }
    for (; done < v.size(); ++done) sum += v[done];
    return sum;
}

void calibrate(ConfidentJoint& joint) {
    const std::size_t classes = joint.classes;
    std::vector<double> scaled(classes * classes), byTrueClass(classes * classes);
    double samples = 0;
    for (std::size_t j = 0; j < classes; ++j) {
        double row = 0;
        for (std::size_t k = 0; k < classes; ++k) row += double(joint.counts[j * classes + k]);
        for (std::size_t k = 0; k < classes; ++k)
            byTrueClass[k * classes + j] = scaled[j * classes + k] =
                double(joint.counts[j * classes + k]) / row * double(joint.given[j]);
        samples += double(joint.given[j]);
    }
    const double total = sumByHalves(byTrueClass);
    for (double& v : scaled) v = v / total * samples;
    joint.calibrated = roundRows(scaled, classes);
    for (std::size_t j = 0; j < classes; ++j)
        for (std::size_t k = 0; k < classes; ++k)
            if (j != k) joint.estimatedErrors += std::size_t(joint.at(j, k));
}

template <class T>
Result<ConfidentJoint> checkedJoint(const ProbabilityRows<T>& p, std::span<const Label> given) {
    ASSAY_TRY(OwnProbabilities<T> own, readOwn(p, given));
    ASSAY_TRY(RowFlags rows, readRows(p, given, own));
    return jointOf(std::move(own.thresholds), std::move(own.given), rows, p.rows());
}

} // namespace

ConfidentJoint jointOf(std::vector<double> thresholds, std::vector<std::int64_t> given, RowFlags& rows,
                       std::size_t samples) {
    ConfidentJoint joint;
    joint.classes = thresholds.size();
    joint.thresholds = std::move(thresholds);
    joint.given = std::move(given);
    joint.counts = std::move(rows.counts);
    joint.offDiagonal.resize(samples);
    for (std::size_t i = 0; i < samples; ++i) joint.offDiagonal[i] = std::uint8_t(rows.marks[i] & kOffDiagonal);
    for (std::size_t k = 0; k < joint.classes; ++k) {
        std::int64_t& diagonal = joint.counts[k * joint.classes + k];
        diagonal = std::max<std::int64_t>(1, diagonal);
    }
    calibrate(joint);
    return joint;
}

std::vector<std::int64_t> pruneCounts(const ConfidentJoint& joint, int least, double fracNoise) {
    const std::size_t classes = joint.classes;
    std::vector<double> m(classes * classes), reduced(classes);
    for (std::size_t j = 0; j < classes; ++j)
        for (std::size_t k = 0; k < classes; ++k) m[k * classes + j] = double(joint.at(j, k));
    for (std::size_t j = 0; j < classes; ++j) {
        const double diagonal = m[j * classes + j], raised = std::max(diagonal, double(least));
        double filled = 0;
        for (std::size_t k = 0; k < classes; ++k) filled += m[k * classes + j] != 0 ? 1 : 0;
        const double lower = (raised - diagonal) / std::max(filled - 1, 1.0);
        std::fill(reduced.begin(), reduced.end(), 0.0);
        for (std::size_t k = 0; k < classes; ++k) {
            if (k == j) continue;
            double& v = m[k * classes + j];
            const double kept = std::max(0.0, v - lower);
            v = std::trunc(kept * fracNoise);
            reduced[k] = kept - kept * fracNoise;
        }
        m[j * classes + j] = std::trunc(raised + sumByHalves(reduced));
    }
    return roundRows(m, classes);
}

std::vector<double> ConfidentJoint::noiseMatrix() const {
    std::vector<double> matrix(classes * classes);
    for (std::size_t k = 0; k < classes; ++k) {
        double column = 0;
        for (std::size_t j = 0; j < classes; ++j) column += double(at(j, k));
        for (std::size_t j = 0; j < classes; ++j) matrix[j * classes + k] = column > 0 ? double(at(j, k)) / column : 0;
    }
    return matrix;
}

std::vector<double> ConfidentJoint::inverseNoiseMatrix() const {
    std::vector<double> matrix(classes * classes);
    for (std::size_t j = 0; j < classes; ++j) {
        double row = 0;
        for (std::size_t k = 0; k < classes; ++k) row += double(at(j, k));
        for (std::size_t k = 0; k < classes; ++k) matrix[j * classes + k] = row > 0 ? double(at(j, k)) / row : 0;
    }
    return matrix;
}

std::vector<double> ConfidentJoint::trueShares() const {
    std::vector<double> shares(classes);
    double total = 0;
    for (std::size_t j = 0; j < classes; ++j)
        for (std::size_t k = 0; k < classes; ++k) {
            shares[k] += double(at(j, k));
            total += double(at(j, k));
        }
    for (double& share : shares) share /= std::max(1.0, total);
    return shares;
}

std::vector<std::int64_t> ConfidentJoint::errorsPerClass() const {
    std::vector<std::int64_t> errors(classes);
    for (std::size_t j = 0; j < classes; ++j)
        for (std::size_t k = 0; k < classes; ++k) errors[j] += j != k ? at(j, k) : 0;
    return errors;
}

Label ConfidentJoint::countedAs(std::span<const float> row) const {
    std::size_t reached = 0, last = 0;
    for (std::size_t k = 0; k < classes && k < row.size(); ++k)
        if (double(row[k]) >= thresholds[k] - kTie) {
            ++reached;
            last = k;
        }
    if (reached == 0) return kNoLabel;
    return Label(reached == 1 ? last : largestAt(row));
}

std::vector<ClassPair> classPairs(const ConfidentJoint& joint) {
    std::vector<ClassPair> pairs;
    for (std::size_t j = 0; j < joint.classes; ++j)
        for (std::size_t k = 0; k < joint.classes; ++k)
            if (j != k && joint.at(j, k) > 0)
                pairs.push_back({Label(j), Label(k), joint.at(j, k), double(joint.at(j, k)) / double(joint.given[j])});
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const ClassPair& a, const ClassPair& b) { return a.samples > b.samples; });
    return pairs;
}

Result<ConfidentJoint> confidentJoint(const Probabilities& p, std::span<const Label> given) {
    return checkedJoint(p, given);
}
Result<ConfidentJoint> confidentJoint(const FloatProbabilities& p, std::span<const Label> given) {
    return checkedJoint(p, given);
}

} // namespace assay::stats
