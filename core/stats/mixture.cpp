// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/mixture.h"

#include "core/stats/mixture_kernel.h"
#include "core/stats/sample_scale.h"
#include "core/stats/turning_point.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <math.h> // lgamma_r: std::lgamma writes to a global

namespace assay::stats {
namespace {

constexpr double kLeastShare = 1e-6; // of all values: a component with less is empty
constexpr double kLeastBetaVariance = 1e-6;
constexpr double kMostBetaVariance = 0.999; // of m (1 - m)
constexpr double kLeastShape = 1e-2, kMostShape = 1e4;
constexpr double kLeastMeanDistance = 0.1, kLeastWeight = 0.02;
constexpr double kEdge = 1e-4;           // losses are kept this far from 0 and 1
constexpr double kInnermostEdge = 1e-12; // values that a person asks for, this far

double logGamma(double v) {
    int sign = 0;
    return ::lgamma_r(v, &sign);
}

kernel::LogDensity logDensityOf(MixtureKind kind, const MixtureComponent& c) {
    if (kind == MixtureKind::Beta)
        return {c.alpha - 1, c.beta - 1,
                std::log(c.weight) + logGamma(c.alpha + c.beta) - (logGamma(c.alpha) + logGamma(c.beta))};
    const double h = 0.5 / c.variance;
    return {2 * h * c.mean, -h,
            std::log(c.weight) - 0.5 * std::log(2 * std::numbers::pi * c.variance) - h * c.mean * c.mean};
}

kernel::LogDensities logDensitiesOf(const MixtureFit& fit) {
    return {logDensityOf(fit.kind, fit.components[0]), logDensityOf(fit.kind, fit.components[1])};
}

/// Log of noisy over clean as a function of the features. From the differences of the parameters, so that rounding
/// does not bend what is monotone.
kernel::LogDensity logRatioOf(const MixtureFit& fit) {
    const auto d = logDensitiesOf(fit);
    const auto noisy = std::size_t(fit.noisyComponent);
    return {d[noisy].a - d[1 - noisy].a, d[noisy].b - d[1 - noisy].b, d[noisy].c - d[1 - noisy].c};
}

double logDensityAt(MixtureKind kind, const kernel::LogDensity& d, double value) {
    return kind == MixtureKind::Beta ? d.a * std::log(value) + d.b * std::log1p(-value) + d.c
                                     : d.a * value + d.b * value * value + d.c;
}

void setShape(MixtureComponent& c, double mean, double variance) {
    const double most = mean * (1 - mean);
    const double s2 =
        std::clamp(variance, std::min(kLeastBetaVariance, kMostBetaVariance * most), kMostBetaVariance * most);
    const double alpha = mean * (most / s2 - 1), beta = alpha * (1 - mean) / mean;
    // Shrunk together where one is too large: cut apart, they would move the mean to the middle.
    const double shrink = std::min(1.0, kMostShape / std::max(alpha, beta));
    c.alpha = std::clamp(alpha * shrink, kLeastShape, kMostShape);
    c.beta = std::clamp(beta * shrink, kLeastShape, kMostShape);
    const double total = c.alpha + c.beta;
    c.mean = c.alpha / total;
    c.variance = c.alpha * c.beta / (total * total * (total + 1));
}

/// The M-step. True where a component ran empty.
bool maximise(MixtureFit& fit, const kernel::Sums& sums, double n, double varianceFloor) {
    for (std::size_t k = 0; k < 2; ++k) {
        MixtureComponent& c = fit.components[k];
        if (!(sums.r[k] >= kLeastShare * n)) { // keeps its parameters
            c.weight = kLeastShare;
            fit.components[1 - k].weight = 1 - kLeastShare;
            if (sums.r[1 - k] > 0) {
                MixtureComponent& other = fit.components[1 - k];
                const double m = sums.rx[1 - k] / sums.r[1 - k];
                const double v = std::max(0.0, sums.rxx[1 - k] / sums.r[1 - k] - m * m);
                if (fit.kind == MixtureKind::Beta) {
                    setShape(other, m, v);
                } else {
                    other.mean = m;
                    other.variance = v + varianceFloor;
                }
            }
            return true;
        }
    }
    for (std::size_t k = 0; k < 2; ++k) {
        MixtureComponent& c = fit.components[k];
        const double m = sums.rx[k] / sums.r[k];
        const double v = std::max(0.0, sums.rxx[k] / sums.r[k] - m * m);
        c.weight = sums.r[k] / n;
        if (fit.kind == MixtureKind::Beta) {
            setShape(c, m, v);
        } else {
            c.mean = m;
            c.variance = v + varianceFloor;
        }
    }
    return false;
}

/// Two means in one dimension, from the least and the greatest value, until they rest (as scikit-learn does, to 1e-4
/// of the variance): hard responsibilities to begin with.
kernel::Sums kMeans(const kernel::Features& f, std::size_t n, double total, double least, double most) {
    constexpr int kMostRounds = 300;
    double low = least, high = most;
    kernel::Halves halves;
    for (int round = 0; round < kMostRounds; ++round) {
        halves = kernel::splitAt(f, n, 0.5 * (low + high));
        const double newLow = halves.count[0] > 0 ? halves.sum[0] / halves.count[0] : low;
        const double newHigh = halves.count[1] > 0 ? halves.sum[1] / halves.count[1] : high;
        const double shift = (newLow - low) * (newLow - low) + (newHigh - high) * (newHigh - high);
        low = newLow;
        high = newHigh;
        const double mean = (halves.sum[0] + halves.sum[1]) / total;
        const double variance = std::max(0.0, (halves.squares[0] + halves.squares[1]) / total - mean * mean);
        if (shift <= 1e-4 * variance) break;
    }
    halves = kernel::splitAt(f, n, 0.5 * (low + high));
    return {halves.count, halves.sum, halves.squares, 0};
}

void judge(MixtureFit& fit, bool ranEmpty) {
    const auto& c = fit.components;
    fit.noisyComponent = c[1].mean >= c[0].mean ? 1 : 0;
    fit.swapped = fit.noisyComponent == 0;
    const double distance = std::abs(c[1].mean - c[0].mean);
    if (ranEmpty) {
        fit.collapsed = true;
        fit.warning = "one of the two groups ran empty; take no decision from this fit";
    } else if (distance < kLeastMeanDistance) {
        fit.collapsed = true;
        fit.warning = "the two groups lie too close together to be told apart (their means differ by less than 0.1)";
    } else if (std::min(c[0].weight, c[1].weight) < kLeastWeight) {
        fit.warning = "one of the two groups holds less than 2 % of the values";
    }
    findTurningPoint(fit);
}

Status checkOptions(const MixtureOptions& o) {
    const auto refuse = [](const std::string& sentence) { return fail(ErrorCode::InvalidArgument, sentence); };
    if (o.iterations < 1) return refuse("a mixture needs at least one iteration");
    if (!(o.tolerance >= 0) || !std::isfinite(o.tolerance)) return refuse("the tolerance of a mixture is 0 or more");
    if (!(o.varianceFloor > 0) || !std::isfinite(o.varianceFloor))
        return refuse("the variance floor of a mixture is more than 0");
    for (const auto& shape : o.betaStart)
        for (const double v : shape)
            if (!(v > 0) || !std::isfinite(v)) return refuse("a beta component starts from numbers above 0");
    if (o.bins != 0 && (o.bins < 64 || o.bins > 16384))
        return refuse("a fit on a histogram needs between 64 and 16,384 bins");
    return {};
}

/// The values of a fit and their features, or a histogram of them.
struct Sample {
    std::unique_ptr<double[]> x, f1, f2;
    std::vector<double> counts, squares;
    std::size_t n = 0; ///< rows
    double total = 0;  ///< values that they stand for

    [[nodiscard]] kernel::Features features(MixtureKind kind) const {
        const bool counted = !counts.empty();
        return {x.get(), kind == MixtureKind::Beta ? f1.get() : x.get(), f2.get(), counted ? counts.data() : nullptr,
                counted ? squares.data() : nullptr};
    }
};

void addFeatures(Sample& sample, MixtureKind kind) {
    sample.f2 = unsetDoubles(sample.n);
    if (kind == MixtureKind::Beta) {
        sample.f1 = unsetDoubles(sample.n);
        kernel::logFeatures(sample.x.get(), sample.n, sample.f1.get(), sample.f2.get());
    } else {
        kernel::squareFeatures(sample.x.get(), sample.n, sample.f2.get());
    }
}

template <class T>
Sample drawSample(std::span<const T> losses, const SampleScale& scale, MixtureKind kind) {
    Sample sample;
    sample.x = unsetDoubles(losses.size());
    sample.n = scaleValues(losses, scale, sample.x.get());
    sample.total = double(sample.n);
    addFeatures(sample, kind);
    return sample;
}

/// Means of the features over each cell, to second order in its width: EM would magnify what the middle alone misses.
template <class T>
Sample drawHistogram(std::span<const T> losses, const SampleScale& scale, MixtureKind kind, int bins) {
    const std::vector<Bin> cells = scaleIntoBins(losses, scale, std::size_t(bins));
    Sample sample;
    sample.x = unsetDoubles(cells.size());
    std::vector<double> variances;
    for (const Bin& cell : cells) {
        if (cell.count == 0) continue;
        const double x = std::clamp(cell.mean, scale.least, 1 - scale.least);
        sample.x[sample.n++] = x;
        sample.counts.push_back(cell.count);
        sample.squares.push_back(x * x + cell.variance);
        variances.push_back(cell.variance);
        sample.total += cell.count;
    }
    addFeatures(sample, kind);
    for (std::size_t i = 0; i < sample.n; ++i) {
        const double x = sample.x[i], h = 0.5 * variances[i];
        if (kind == MixtureKind::Beta) {
            sample.f1[i] -= h / (x * x);
            sample.f2[i] -= h / ((1 - x) * (1 - x));
        } else {
            sample.f2[i] += variances[i];
        }
    }
    return sample;
}

template <class T>
Result<MixtureFit> fitAny(std::span<const T> losses, const MixtureOptions& options) {
    ASSAY_CHECK_STATUS(checkOptions(options));
    ASSAY_TRY(const SampleScale scale, findScale(losses, options.normalisation, options.kind));
    const Sample sample = options.bins == 0 ? drawSample(losses, scale, options.kind)
                                            : drawHistogram(losses, scale, options.kind, options.bins);
    const auto [rows, least, most] = kernel::finiteRange(sample.x.get(), sample.n);
    if (least == most)
        return fail(ErrorCode::Numeric,
                    "no two groups can be told apart: on the scale of the fit all values are equal");
    const kernel::Features features = sample.features(options.kind);

    const kernel::Totals totals = kernel::totalsOf(features, sample.n);

    MixtureFit fit;
    fit.kind = options.kind;
    fit.lo = scale.lo;
    fit.hi = scale.hi;
    fit.epsilon = scale.epsilon;
    fit.used = std::size_t(sample.total);
    fit.dropped = losses.size() - scale.finite;

    const bool beta = options.kind == MixtureKind::Beta;
    const double floor = beta ? std::log(1e-12) : std::numeric_limits<double>::lowest();
    bool ranEmpty = false;
    if (beta) {
        for (std::size_t k = 0; k < 2; ++k) {
            MixtureComponent& c = fit.components[k];
            c.alpha = options.betaStart[k][0];
            c.beta = options.betaStart[k][1];
            const double sum = c.alpha + c.beta;
            c.mean = c.alpha / sum;
            c.variance = c.alpha * c.beta / (sum * sum * (sum + 1));
        }
    } else {
        for (MixtureComponent& c : fit.components) {
            c.mean = 0.5 * (least + most);
            c.variance = (most - least) * (most - least) + options.varianceFloor;
        }
        ranEmpty =
            maximise(fit, kMeans(features, sample.n, sample.total, least, most), sample.total, options.varianceFloor);
    }

    kernel::Sums sums = kernel::expectation(features, sample.n, totals, logDensitiesOf(fit), floor);
    double before = 0;
    for (int i = 0; i < options.iterations; ++i) {
        const double now = sums.logLikelihood / sample.total;
        ranEmpty = maximise(fit, sums, sample.total, options.varianceFloor) || ranEmpty;
        ++fit.iterations;
        const bool rests = i > 0 && std::abs(now - before) < options.tolerance;
        before = now;
        sums = kernel::expectation(features, sample.n, totals, logDensitiesOf(fit), floor);
        fit.logLikelihood.push_back(sums.logLikelihood / sample.total);
        if (rests) break;
    }
    judge(fit, ranEmpty);
    return fit;
}

} // namespace

void findTurningPoint(MixtureFit& fit) {
    const auto [a, b, c] = logRatioOf(fit);
    fit.peak = 1;
    fit.trough = 0;
    // Derivative of the log ratio. Beta: a / x - b / (1 - x). Gaussian: a + 2 b x.
    const bool beta = fit.kind == MixtureKind::Beta;
    const double at = beta ? a / (a + b) : -a / (2 * b);
    if (!std::isfinite(at) || (beta && (a > 0) != (b > 0))) return;
    const bool maximum = beta ? a > 0 : b < 0;
    (maximum ? fit.peak : fit.trough) = std::clamp(at, 0.0, 1.0);
}

double MixtureFit::normalise(double loss) const {
    if (std::isnan(loss)) return kEdge;
    return std::clamp((loss - lo) / (hi - lo + epsilon), kEdge, 1 - kEdge);
}

double MixtureFit::pNoisy(double loss) const { return std::isfinite(loss) ? posteriorAt(normalise(loss)) : 0; }

double MixtureFit::weightedDensity(int component, double value) const {
    const auto d = logDensityOf(kind, components[std::size_t(component)]);
    return std::exp(logDensityAt(kind, d, kind == MixtureKind::Beta ? std::clamp(value, kEdge, 1 - kEdge) : value));
}

double MixtureFit::posteriorAt(double value) const {
    if (std::isnan(value)) return 0;
    double v = std::clamp(value, trough, peak);
    if (kind == MixtureKind::Beta) v = std::clamp(v, kInnermostEdge, 1 - kInnermostEdge);
    return 1 / (1 + std::exp(-logDensityAt(kind, logRatioOf(*this), v)));
}

double MixtureFit::lossAtPosterior(double p) const {
    double below = kEdge, reached = 1 - kEdge;
    if (!(posteriorAt(reached) >= p)) return hi;
    if (posteriorAt(below) >= p) return lo;
    for (int i = 0; i < 60; ++i) {
        const double middle = 0.5 * (below + reached);
        (posteriorAt(middle) >= p ? reached : below) = middle;
    }
    return lo + reached * (hi - lo + epsilon);
}

Result<MixtureFit> fitMixture(std::span<const float> losses, const MixtureOptions& options) {
    return fitAny(losses, options);
}

Result<MixtureFit> fitMixture(std::span<const double> losses, const MixtureOptions& options) {
    return fitAny(losses, options);
}

std::vector<float> posteriors(const MixtureFit& fit, std::span<const float> losses) {
    const std::size_t n = losses.size();
    Sample sample;
    sample.n = n;
    sample.x = unsetDoubles(n);
    for (std::size_t i = 0; i < n; ++i) {
        const double value = std::isfinite(losses[i]) ? fit.normalise(double(losses[i])) : kEdge;
        const double level = std::clamp(value, fit.trough, fit.peak);
        sample.x[i] = fit.kind == MixtureKind::Beta ? std::clamp(level, kInnermostEdge, 1 - kInnermostEdge) : level;
    }
    addFeatures(sample, fit.kind);
    std::vector<float> out(n);
    kernel::posteriors(sample.features(fit.kind), n, logRatioOf(fit), out.data());
    for (std::size_t i = 0; i < n; ++i)
        if (!std::isfinite(losses[i])) out[i] = 0;
    return out;
}

std::array<double, 100> posteriorLookup(const MixtureFit& fit) {
    const kernel::LogDensity ratio = logRatioOf(fit);
    std::array<double, 100> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const double x = 1e-12 + (1 - 2e-12) * double(i) / 99;
        table[i] = 1 / (1 + std::exp(-logDensityAt(fit.kind, ratio, x)));
    }
    const auto top = std::max_element(table.begin(), table.end());
    std::fill(top, table.end(), *top);
    return table;
}

} // namespace assay::stats
