// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/feature_matrix.h"
#include "core/base/result.h"

#include <string>

namespace assay::cli {

/// The features of an .npy file, [N, D], float32 or float64. Errors as mapNpyMatrix().
[[nodiscard]] Result<FeatureMatrix> readFeatureFile(const std::string& file);

} // namespace assay::cli
