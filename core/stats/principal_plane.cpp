// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/principal_plane.h"

#include "core/base/rng.h"
#include "core/stats/vector_math.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

namespace assay::stats {

namespace {

constexpr std::size_t kAxes = 4; ///< two more than are wanted: the plane converges the faster
constexpr int kMostIterations = 60;
constexpr double kTolerance = 1e-7;
constexpr int kJacobiSweeps = 20;
constexpr std::size_t kRowsBetweenQuestions = 4096;

using Small = std::array<std::array<double, kAxes>, kAxes>;

/// Vectors of the same padded length: a whole number of lanes, zeros behind.
class Basis {
public:
    explicit Basis(std::size_t dimension)
        : m_length((dimension + simd::kLanes - 1) / simd::kLanes * simd::kLanes), m_values(kAxes * m_length) {}
    double* axis(std::size_t j) { return m_values.data() + j * m_length; }
    const double* axis(std::size_t j) const { return m_values.data() + j * m_length; }
    std::size_t length() const { return m_length; }
    void clear() { std::fill(m_values.begin(), m_values.end(), 0.0); }

private:
    std::size_t m_length;
    std::vector<double> m_values;
};

/// Adds c (c·q_j) to each y_j, and the products c·q_j to `products`.
ASSAY_VECTOR_CLONES void accumulate(const double* c, std::size_t length, const double* q, double* y, double* products) {
    for (std::size_t j = 0; j < kAxes; ++j) {
        simd::Doubles sum = simd::splat(0);
        for (std::size_t d = 0; d < length; d += simd::kLanes)
            sum += simd::load(c + d) * simd::load(q + j * length + d);
        const double product = simd::sumLanes(sum);
        products[j] = product;
        if (!y) continue;
        double* to = y + j * length;
        for (std::size_t d = 0; d < length; d += simd::kLanes)
            simd::store(to + d, simd::load(to + d) + simd::load(c + d) * product);
    }
}

double dot(const double* a, const double* b, std::size_t length) {
    double sum = 0;
    for (std::size_t d = 0; d < length; ++d) sum += a[d] * b[d];
    return sum;
}

/// Gram and Schmidt, twice; an axis with nothing of its own becomes zero.
void orthonormalise(Basis& basis) {
    for (std::size_t j = 0; j < kAxes; ++j) {
        double* own = basis.axis(j);
        const double before = std::sqrt(dot(own, own, basis.length()));
        for (int round = 0; round < 2; ++round)
            for (std::size_t k = 0; k < j; ++k) {
                const double share = dot(own, basis.axis(k), basis.length());
                for (std::size_t d = 0; d < basis.length(); ++d) own[d] -= share * basis.axis(k)[d];
            }
        const double length = std::sqrt(dot(own, own, basis.length()));
        const double scale = length > 1e-12 * before && length > 0 ? 1 / length : 0.0;
        for (std::size_t d = 0; d < basis.length(); ++d) own[d] *= scale;
    }
}

/// Eigenvectors of a symmetric matrix as columns, by Jacobi's rotations; its diagonal becomes the eigenvalues.
Small eigenvectors(Small& matrix) {
    Small vectors{};
    for (std::size_t i = 0; i < kAxes; ++i) vectors[i][i] = 1;
    for (int sweep = 0; sweep < kJacobiSweeps; ++sweep)
        for (std::size_t p = 0; p < kAxes; ++p)
            for (std::size_t q = p + 1; q < kAxes; ++q) {
                if (matrix[p][q] == 0) continue;
                const double theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
                const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
                const double c = 1 / std::sqrt(t * t + 1), s = t * c;
                for (std::size_t k = 0; k < kAxes; ++k) {
                    const double a = matrix[k][p], b = matrix[k][q];
                    matrix[k][p] = c * a - s * b;
                    matrix[k][q] = s * a + c * b;
                }
                for (std::size_t k = 0; k < kAxes; ++k) {
                    const double a = matrix[p][k], b = matrix[q][k];
                    matrix[p][k] = c * a - s * b;
                    matrix[q][k] = s * a + c * b;
                }
                for (std::size_t k = 0; k < kAxes; ++k) {
                    const double a = vectors[k][p], b = vectors[k][q];
                    vectors[k][p] = c * a - s * b;
                    vectors[k][q] = s * a + c * b;
                }
            }
    return vectors;
}

/// The rows that count, each with the mean taken off.
class Rows {
public:
    Rows(std::span<const float> values, std::size_t dimension, const std::function<bool()>& stop)
        : m_values(values), m_dimension(dimension), m_stop(stop) {
        for (std::size_t i = 0; i < values.size() / dimension; ++i) {
            const auto row = values.subspan(i * dimension, dimension);
            if (std::all_of(row.begin(), row.end(), [](float v) { return std::isfinite(v); }))
                m_used.push_back(std::uint32_t(i));
        }
        m_mean.assign(dimension, 0);
        for (const std::uint32_t i : m_used)
            for (std::size_t d = 0; d < dimension; ++d) m_mean[d] += double(values[i * dimension + d]);
        for (double& mean : m_mean) mean /= double(std::max<std::size_t>(1, m_used.size()));
        for (const std::uint32_t i : m_used)
            for (std::size_t d = 0; d < dimension; ++d) {
                const double apart = double(values[i * dimension + d]) - m_mean[d];
                m_variance += apart * apart;
            }
    }
    std::size_t used() const { return m_used.size(); }
    double variance() const { return m_variance; } ///< times the number of rows
    /// visit(row, centred values) for every row; false where it was stopped.
    template <class Visit> bool each(std::size_t length, const Visit& visit) const {
        std::vector<double> centred(length);
        for (std::size_t n = 0; n < m_used.size(); ++n) {
            if (n % kRowsBetweenQuestions == 0 && m_stop && m_stop()) return false;
            const float* row = m_values.data() + std::size_t(m_used[n]) * m_dimension;
            for (std::size_t d = 0; d < m_dimension; ++d) centred[d] = double(row[d]) - m_mean[d];
            visit(m_used[n], centred.data());
        }
        return true;
    }

private:
    std::span<const float> m_values;
    std::size_t m_dimension;
    const std::function<bool()>& m_stop;
    std::vector<std::uint32_t> m_used;
    std::vector<double> m_mean;
    double m_variance = 0;
};

} // namespace

Result<PrincipalPlane> principalPlane(std::span<const float> values, std::size_t dimension,
                                      const std::function<bool()>& stop) {
    if (dimension == 0 || values.size() % dimension != 0)
        return fail(ErrorCode::InvalidArgument, "the features are not rows of the same length");
    const Rows rows(values, dimension, stop);
    if (rows.used() < 2)
        return fail(ErrorCode::Numeric, "fewer than two samples have features; there is nothing to map");
    if (!(rows.variance() > 0))
        return fail(ErrorCode::Numeric, "the features of all samples are equal; there is nothing to map");
    const auto cancelled = [] { return fail(ErrorCode::Cancelled, "the map was given up"); };

    Basis axes(dimension), next(dimension);
    CounterRng rng(0, RngPurpose::Method);
    for (std::size_t j = 0; j < kAxes; ++j)
        for (std::size_t d = 0; d < dimension; ++d) axes.axis(j)[d] = rng.normal();
    orthonormalise(axes);
    const std::size_t length = axes.length();
    std::array<std::size_t, 2> largest{0, 1};
    Small ritz{}, turn{};
    double before = 0;
    std::array<double, kAxes> products{};
    for (int i = 0; i < kMostIterations; ++i) {
        next.clear();
        if (!rows.each(length, [&](std::uint32_t, const double* centred) {
                accumulate(centred, length, axes.axis(0), next.axis(0), products.data());
            }))
            return cancelled();
        for (std::size_t j = 0; j < kAxes; ++j)
            for (std::size_t k = 0; k < kAxes; ++k) ritz[j][k] = dot(axes.axis(j), next.axis(k), length);
        turn = eigenvectors(ritz);
        std::array<std::size_t, kAxes> order{0, 1, 2, 3};
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return ritz[a][a] > ritz[b][b]; });
        largest = {order[0], order[1]};
        const double found = ritz[order[0]][order[0]] + ritz[order[1]][order[1]];
        if (i + 1 == kMostIterations || std::abs(found - before) <= kTolerance * found) break;
        before = found;
        std::swap(axes, next);
        orthonormalise(axes);
    }

    // The two best axes within the subspace, as unit vectors.
    Basis best(dimension);
    for (std::size_t which = 0; which < 2; ++which) {
        double* to = best.axis(which);
        for (std::size_t j = 0; j < kAxes; ++j)
            for (std::size_t d = 0; d < length; ++d) to[d] += turn[j][largest[which]] * axes.axis(j)[d];
        const double* most =
            std::max_element(to, to + length, [](double a, double b) { return std::abs(a) < std::abs(b); });
        if (*most < 0)
            for (std::size_t d = 0; d < length; ++d) to[d] = -to[d];
    }
    PrincipalPlane plane;
    plane.used = rows.used();
    plane.shareX = std::clamp(ritz[largest[0]][largest[0]] / rows.variance(), 0.0, 1.0);
    plane.shareY = std::clamp(ritz[largest[1]][largest[1]] / rows.variance(), 0.0, 1.0);
    plane.x.assign(values.size() / dimension, std::numeric_limits<float>::quiet_NaN());
    plane.y = plane.x;
    if (!rows.each(length, [&](std::uint32_t row, const double* centred) {
            accumulate(centred, length, best.axis(0), nullptr, products.data());
            plane.x[row] = float(products[0]);
            plane.y[row] = float(products[1]);
        }))
        return cancelled();
    return plane;
}

} // namespace assay::stats
