// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/feature_matrix.h"
#include "core/base/result.h"

#include <filesystem>
#include <memory>
#include <optional>

namespace assay {

/// Rows of numbers that a run keeps for its samples: the newest of each kind lie as one file of NumPy's format, [N, D]
/// float32, beside the run's checkpoints.
enum class MatrixKind { Features, Probabilities };
struct FeatureFile {
    std::filesystem::path file; ///< features-epoch-0020.npy, probabilities-epoch-0020.npy
    int epoch = 0;
};
/// Nothing where the run kept none.
[[nodiscard]] std::optional<FeatureFile> newestFeatureFile(const std::filesystem::path& runFolder,
                                                           MatrixKind kind = MatrixKind::Features);
/// Takes the place of what an earlier epoch left.
[[nodiscard]] Status storeFeatures(const std::filesystem::path& runFolder, const FeatureMatrix& features,
                                   MatrixKind kind = MatrixKind::Features);
/// NotFound where the run kept none; Damaged where the file is not `samples` rows of numbers.
[[nodiscard]] Result<std::shared_ptr<const FeatureMatrix>>
readFeatures(const std::filesystem::path& runFolder, std::size_t samples, MatrixKind kind = MatrixKind::Features);

} // namespace assay
