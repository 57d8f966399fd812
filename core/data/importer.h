// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/data/dataset_reader.h"
#include "core/data/pixel_store.h"
#include "core/data/source.h"
#include "core/data/store_index.h"

#include <filesystem>
#include <memory>
#include <stop_token>

namespace assay {

struct Imported {
    StoreIndex index;
    std::shared_ptr<const PixelStore> pixels;
};

/// Drops samples whose label is of no class into `problems`; the rest, with or without a label, keeps its order.
void dropUnknownLabels(RawDataset& raw, ProblemCollector& problems);

/// Decodes every sample on all cores into a store at `folder`. `index` arrives with format, inner and prefix set.
/// Pictures that cannot be read are listed and left out. `pictureSide`: as in OpenOptions. Cancelled within one
/// picture.
[[nodiscard]] Result<Imported> importPixels(const Source& source, const RawDataset& raw, StoreIndex index,
                                            const std::filesystem::path& folder, int pictureSide,
                                            ProblemCollector& problems, const ProgressFn& progress,
                                            std::stop_token stop);

/// The index of what the reader said, without pixels and hashes.
void describeSamples(const RawDataset& raw, const std::vector<bool>& kept, StoreIndex& index);

/// One picture of a binary set, HWC.
void copyPlanar(const RawDataset::Planar& planar, std::span<std::uint8_t> out);

} // namespace assay
