// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/pixel_store.h"
#include "core/train/method.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace assay::learn {

/// What a run works on: the samples of a task that take part, as rows in order of index, with their pixels at the
/// size of the network's input. Immutable while the run lasts.
struct RunData {
    ImageGeometry geometry;
    int classes = 0;
    std::vector<SampleIndex> samples; ///< [R]
    std::vector<Label> labels;        ///< [R], the run's; kNoLabel where a method takes unlabelled samples too
    std::vector<std::uint8_t> counts; ///< [R] 1 = the label may be learnt from
    std::vector<Label> truth;         ///< [R], or empty; kNoLabel where unknown
    std::vector<Split> splits;        ///< [R]
    /// Training rows are those whose label counts; of a method that takes unlabelled samples all of that split.
    std::vector<std::uint32_t> trainRows, validationRows, testRows;
    std::vector<float> normalised; ///< [C][256]: what a pixel value becomes, (v/255 − mean) / std of the training rows
    std::vector<std::string> notes; ///< what was left out or changed, a sentence each

    [[nodiscard]] std::size_t rows() const { return samples.size(); }
    /// HWC. Where the store has another size and `resized` would be too large, the caller's thread scales it now: good
    /// until that thread asks for another one.
    [[nodiscard]] std::span<const std::uint8_t> picture(std::size_t row) const;
    /// Has that picture fetched before it is wanted, where the store is too large for the memory.
    void willNeed(std::size_t row) const {
        if (resized.empty()) store->willNeed(samples[row]);
    }
    /// The label that counts when a row is scored: the truth where known, else the run's.
    [[nodiscard]] Label reference(std::size_t row) const;
    [[nodiscard]] bool truthKnown() const { return !truth.empty(); }

    std::shared_ptr<const PixelStore> store;
    std::vector<std::uint8_t>
        resized; ///< [R, H, W, C]; empty where the store has the size already, or all are too large
};

/// Chooses the rows (exclusions, unlabelled samples and the subset applied), scales the pixels, measures mean and
/// standard deviation. With `takesUnlabelled` training samples without a label are rows too. Fails where there is
/// nothing to train on.
[[nodiscard]] Result<RunData> prepareRunData(const TrainingTask& task, bool takesUnlabelled = false);

} // namespace assay::learn
