// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/registry.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/dataset_reader.h"

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

namespace assay {

struct OpenOptions {
    ReaderOptions reader;
    bool withPixels = true;            ///< false: labels and names only (info)
    std::uint64_t splitSeed = 0;       ///< for a split where none came
    double testFraction = 0.2;         ///< share of each class that becomes the test split
    std::filesystem::path cacheFolder; ///< empty: userCacheFolder()
    /// Side of the square that pictures of more than 128 pixels, or of mixed sizes, are stored in; 0: 128, of more than
    /// 50,000 pictures 64. Each side has a store of its own.
    int pictureSide = 0;
};

/// Opens whatever `path` is: finds the reader that recognises it, reads the labels, decodes the pictures once
/// into the pixel store (or maps the existing one). Unreadable files are listed in the result; the rest opens.
/// Cancelled where `stop` was asked for; what was complete stays in the cache.
[[nodiscard]] Result<std::shared_ptr<const Dataset>>
openDataset(const std::filesystem::path& path, const Catalogue<DatasetReader>& readers, const OpenOptions& options,
            const ProgressFn& progress = {}, std::stop_token stop = {});

} // namespace assay
