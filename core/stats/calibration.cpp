// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/calibration.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace assay::stats {
namespace {

double logistic(double z) { return z >= 0 ? 1 / (1 + std::exp(-z)) : std::exp(z) / (1 + std::exp(z)); }

/// −ln of the posterior density, but for a constant.
double objective(const Eigen::MatrixXd& x, const Eigen::VectorXd& y, const Eigen::VectorXd& w,
                 const Eigen::VectorXd& prior, const Eigen::VectorXd& pull) {
    double sum = 0.5 * ((w - prior).array().square() * pull.array()).sum();
    const Eigen::VectorXd z = x * w;
    for (Eigen::Index i = 0; i < z.size(); ++i) {
        const double margin = y[i] > 0.5 ? z[i] : -z[i];
        sum += margin > 0 ? std::log1p(std::exp(-margin)) : -margin + std::log1p(std::exp(margin));
    }
    return sum;
}

} // namespace

double LogisticModel::probability(std::span<const float> row) const {
    double z = intercept;
    for (std::size_t d = 0; d < weights.size(); ++d) z += weights[d] * double(row[d]);
    return logistic(z);
}

LogisticModel fitLogistic(std::span<const float> rows, std::span<const std::uint8_t> answers,
                          const LogisticOptions& options) {
    const auto count = Eigen::Index(answers.size());
    const auto columns = Eigen::Index(options.prior.weights.size());
    if (count == 0) return options.prior;
    Eigen::MatrixXd x(count, columns + 1);
    Eigen::VectorXd y(count);
    for (Eigen::Index i = 0; i < count; ++i) {
        x(i, 0) = 1;
        for (Eigen::Index d = 0; d < columns; ++d) x(i, d + 1) = double(rows[std::size_t(i * columns + d)]);
        y[i] = answers[std::size_t(i)];
    }
    Eigen::VectorXd prior(columns + 1), pull = Eigen::VectorXd::Constant(columns + 1, options.pull);
    prior[0] = options.prior.intercept;
    pull[0] = options.interceptPull;
    for (Eigen::Index d = 0; d < columns; ++d) prior[d + 1] = options.prior.weights[std::size_t(d)];

    Eigen::VectorXd w = prior;
    double value = objective(x, y, w, prior, pull);
    for (int step = 0; step < options.mostSteps; ++step) {
        Eigen::VectorXd p = x * w;
        for (double& one : p) one = logistic(one);
        const Eigen::VectorXd gradient = x.transpose() * (p - y) + pull.cwiseProduct(w - prior);
        const Eigen::VectorXd spread = p.array() * (1 - p.array());
        Eigen::MatrixXd curvature = x.transpose() * spread.asDiagonal() * x;
        curvature.diagonal() += pull;
        const Eigen::VectorXd direction = curvature.ldlt().solve(-gradient);
        double length = 1, next = value;
        Eigen::VectorXd candidate;
        for (; length > 1e-6; length /= 2) {
            candidate = w + length * direction;
            next = objective(x, y, candidate, prior, pull);
            if (next < value) break;
        }
        if (!(next < value)) break;
        const double gain = value - next;
        w = candidate;
        value = next;
        if (gain < 1e-9 * (1 + std::abs(value))) break;
    }
    LogisticModel model;
    model.intercept = w[0];
    model.weights.assign(w.data() + 1, w.data() + w.size());
    return model;
}

std::vector<float> percentiles(std::span<const float> values) {
    std::vector<std::pair<float, std::uint32_t>> order(values.size());
    for (std::uint32_t i = 0; i < values.size(); ++i)
        order[i] = {std::isfinite(values[i]) ? values[i] : -std::numeric_limits<float>::infinity(), i};
    std::sort(order.begin(), order.end());
    std::vector<float> shares(values.size());
    const auto count = double(values.size());
    for (std::size_t i = 0; i < order.size();) {
        std::size_t end = i + 1;
        while (end < order.size() && order[end].first == order[i].first) ++end;
        const auto share = float((double(i) + double(end - i) / 2) / count);
        for (; i < end; ++i) shares[order[i].second] = share;
    }
    return shares;
}

double probit(double p) {
    constexpr double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                            1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
    constexpr double b[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                            6.680131188771972e+01, -1.328068155288572e+01};
    constexpr double c[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                            -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
    constexpr double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00};
    constexpr double low = 0.02425;
    if (p < low) {
        const double q = std::sqrt(-2 * std::log(p));
        return (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
               ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
    }
    if (p > 1 - low) return -probit(1 - p);
    const double q = p - 0.5, r = q * q;
    return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
           (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
}

} // namespace assay::stats
