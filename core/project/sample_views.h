// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/data/image.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace assay {

/// Pictures as a method saw them at the end of an epoch, side by side, with a map over each where it has one: weak and
/// strong view with attention, or a picture beside its perturbation.
struct SampleViews {
    int epoch = 0;                      ///< counted from 1
    std::vector<std::string> names;     ///< [V] of the views, "weak", "strong"
    ImageGeometry geometry;             ///< of every picture
    int mapWidth = 0, mapHeight = 0;    ///< of every map; 0 where there are none
    std::vector<SampleIndex> samples;   ///< [S] in order of index
    std::vector<std::uint8_t> pictures; ///< [S, V, HWC]
    std::vector<float> maps;            ///< [S, V, mapHeight, mapWidth], or empty; shares of a view's whole attention
    std::vector<float> gains; ///< [S, V] how many times stronger a view is drawn than it is, or empty: none is

    [[nodiscard]] std::span<const std::uint8_t> picture(std::size_t row, std::size_t view) const {
        return std::span(pictures).subspan((row * names.size() + view) * geometry.bytes(), geometry.bytes());
    }
    [[nodiscard]] std::span<const float> map(std::size_t row, std::size_t view) const {
        const std::size_t size = std::size_t(mapWidth) * std::size_t(mapHeight);
        return std::span(maps).subspan((row * names.size() + view) * size, size);
    }
    [[nodiscard]] float gain(std::size_t row, std::size_t view) const {
        return gains.empty() ? 1.0F : gains[row * names.size() + view];
    }
};

/// Puts them into a run's folder in the place of an earlier epoch's.
[[nodiscard]] Status storeSampleViews(const std::filesystem::path& runFolder, const SampleViews& views);
/// NotFound where the run kept none, Damaged where the file is not whole; never allocates more than the file holds.
[[nodiscard]] Result<SampleViews> readSampleViews(const std::filesystem::path& runFolder);

} // namespace assay
