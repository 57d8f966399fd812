// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/principal_plane.h"

#include "core/base/rng.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace assay::stats {

namespace {

constexpr Eigen::Index kAxes = 4; ///< two more than are wanted: the plane converges the faster
constexpr int kMostIterations = 60;
constexpr double kTolerance = 1e-7;
constexpr std::size_t kBlock = 2048; ///< rows at a time

using RowsF = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The rows that are all finite, block by block, each with the mean taken off.
class Rows {
public:
    Rows(std::span<const float> values, std::size_t dimension, const std::function<bool()>& stop)
        : m_all(values.data(), Eigen::Index(values.size() / dimension), Eigen::Index(dimension)), m_stop(stop),
          m_mean(Eigen::RowVectorXd::Zero(Eigen::Index(dimension))) {
        for (Eigen::Index i = 0; i < m_all.rows(); ++i) {
            if (!m_all.row(i).allFinite()) continue;
            m_used.push_back(i);
            m_mean += m_all.row(i).cast<double>();
        }
        m_mean /= double(std::max<std::size_t>(1, m_used.size()));
        for (const Eigen::Index i : m_used) m_variance += (m_all.row(i).cast<double>() - m_mean).squaredNorm();
    }
    [[nodiscard]] const std::vector<Eigen::Index>& used() const { return m_used; }
    [[nodiscard]] Eigen::Index dimension() const { return m_all.cols(); }
    [[nodiscard]] double variance() const { return m_variance; } ///< times the number of rows

    /// visit(number of the first row among the used ones, centred rows); false where it was stopped.
    template <class Visit>
    bool each(const Visit& visit) const {
        Eigen::MatrixXd block;
        for (std::size_t begin = 0; begin < m_used.size(); begin += kBlock) {
            if (m_stop && m_stop()) return false;
            const std::size_t count = std::min(kBlock, m_used.size() - begin);
            block.resize(Eigen::Index(count), m_all.cols());
            for (std::size_t i = 0; i < count; ++i)
                block.row(Eigen::Index(i)) = m_all.row(m_used[begin + i]).cast<double>() - m_mean;
            visit(begin, block);
        }
        return true;
    }

private:
    Eigen::Map<const RowsF> m_all;
    const std::function<bool()>& m_stop;
    std::vector<Eigen::Index> m_used;
    Eigen::RowVectorXd m_mean;
    double m_variance = 0;
};

/// Orthonormal columns that span the same.
Eigen::MatrixXd orthonormal(const Eigen::MatrixXd& columns) {
    return Eigen::HouseholderQR<Eigen::MatrixXd>(columns).householderQ() *
           Eigen::MatrixXd::Identity(columns.rows(), columns.cols());
}

} // namespace

Result<PrincipalPlane> principalPlane(std::span<const float> values, std::size_t dimension,
                                      const std::function<bool()>& stop) {
    if (dimension == 0 || values.size() % dimension != 0)
        return fail(ErrorCode::InvalidArgument, "the features are not rows of the same length");
    const Rows rows(values, dimension, stop);
    if (rows.used().size() < 2)
        return fail(ErrorCode::Numeric, "fewer than two samples have features; there is nothing to map");
    if (!(rows.variance() > 0))
        return fail(ErrorCode::Numeric, "the features of all samples are equal; there is nothing to map");
    const auto cancelled = [] { return fail(ErrorCode::Cancelled, "the map was given up"); };

    const Eigen::Index count = std::min(kAxes, rows.dimension());
    CounterRng rng(0, RngPurpose::Method);
    Eigen::MatrixXd axes = orthonormal(Eigen::MatrixXd::NullaryExpr(
        rows.dimension(), count, [&](Eigen::Index, Eigen::Index) { return rng.normal(); }));
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> ritz; // its values rise
    double before = 0;
    for (int i = 0; i < kMostIterations; ++i) {
        Eigen::MatrixXd next = Eigen::MatrixXd::Zero(rows.dimension(), count);
        if (!rows.each([&](std::size_t, const Eigen::MatrixXd& block) {
                next.noalias() += block.transpose() * (block * axes).eval();
            }))
            return cancelled();
        ritz.compute(axes.transpose() * next);
        const double found = ritz.eigenvalues().tail(std::min<Eigen::Index>(2, count)).sum();
        if (i + 1 == kMostIterations || std::abs(found - before) <= kTolerance * found) break;
        before = found;
        axes = orthonormal(next);
    }

    // The best axes within the subspace, each with its largest loading positive.
    Eigen::MatrixXd best = Eigen::MatrixXd::Zero(rows.dimension(), 2);
    PrincipalPlane plane;
    plane.used = rows.used().size();
    for (Eigen::Index which = 0; which < std::min<Eigen::Index>(2, count); ++which) {
        best.col(which) = axes * ritz.eigenvectors().col(count - 1 - which);
        Eigen::Index largest = 0;
        best.col(which).cwiseAbs().maxCoeff(&largest);
        if (best(largest, which) < 0) best.col(which) = -best.col(which);
        (which == 0 ? plane.shareX : plane.shareY) =
            std::clamp(ritz.eigenvalues()(count - 1 - which) / rows.variance(), 0.0, 1.0);
    }
    plane.x.assign(values.size() / dimension, std::numeric_limits<float>::quiet_NaN());
    plane.y = plane.x;
    if (!rows.each([&](std::size_t begin, const Eigen::MatrixXd& block) {
            const Eigen::MatrixXd at = block * best;
            for (Eigen::Index i = 0; i < at.rows(); ++i) {
                const auto row = std::size_t(rows.used()[begin + std::size_t(i)]);
                plane.x[row] = float(at(i, 0));
                plane.y[row] = float(at(i, 1));
            }
        }))
        return cancelled();
    return plane;
}

} // namespace assay::stats
