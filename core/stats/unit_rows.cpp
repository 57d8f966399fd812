// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/unit_rows.h"

#include "core/base/text.h"

#include <cmath>

namespace assay::stats {

Result<UnitRows> unitRowsOf(std::span<const float> values, std::size_t dimension, std::size_t k) {
    if (dimension == 0 || values.size() % dimension != 0 || k == 0)
        return fail(ErrorCode::InvalidArgument,
                    "neighbours need rows of numbers, and at least one neighbour to look for");
    UnitRows taking;
    for (std::size_t i = 0; i < values.size() / dimension; ++i) {
        const auto row = values.subspan(i * dimension, dimension);
        if (std::isnan(row[0])) continue;
        double squares = 0;
        for (const float v : row) squares += double(v) * double(v);
        if (!std::isfinite(squares))
            return fail(ErrorCode::Numeric, "a feature is not a finite number", "row " + std::to_string(i));
        const double scale = squares > 0 ? 1 / std::sqrt(squares) : 0;
        taking.rows.push_back(std::uint32_t(i));
        for (const float v : row) taking.values.push_back(float(double(v) * scale));
    }
    if (taking.rows.size() <= k)
        return fail(ErrorCode::InvalidArgument, withThousands(taking.rows.size()) +
                                                    " rows have features, too few for " + withThousands(k) +
                                                    " neighbours each");
    return taking;
}

} // namespace assay::stats
