// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/feature_file.h"

#include "core/base/npy.h"

namespace assay::cli {

Result<FeatureMatrix> readFeatureFile(const std::string& file) {
    ASSAY_TRY(const NpyMatrix matrix, mapNpyMatrix(file));
    FeatureMatrix features;
    features.dimension = matrix.columns;
    if (matrix.floats.empty()) features.values.assign(matrix.doubles.begin(), matrix.doubles.end());
    else features.values.assign(matrix.floats.begin(), matrix.floats.end());
    return features;
}

} // namespace assay::cli
