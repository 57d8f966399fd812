// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/feature_matrix.h"
#include "core/base/ids.h"
#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/data/dataset.h"

#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

namespace assay {

struct DuplicateOptions {
    bool near = true;     ///< also pictures that only look the same
    bool mirrored = true; ///< also pictures that look the same once one is turned left to right
    int maxDistance = 4;  ///< bits of 64 in which each of two perceptual hashes may differ, 0 to 16, to look again
    /// Where given, also pictures whose features are nearer, by cosine, than 0.13 of what most samples are from their
    /// nearest (the rule of cleanlab's Datalab). A row per sample of the data set.
    std::shared_ptr<const FeatureMatrix> features = nullptr;
};

/// Pictures that are, or look, the same.
struct DuplicateGroup {
    std::vector<SampleIndex> samples; ///< two or more, in order of index
    bool exact = true;                ///< the same pixels, all of them
    bool conflicting = false;         ///< their labels differ; a missing one differs from none
    bool crossesSplits = false;       ///< some in one split, some in another
    bool shifted = false;             ///< some only once one of them is moved by a pixel or two
    bool mirrored = false;            ///< some only once one of them is turned left to right
    bool byFeatures = false;          ///< some only by their features
    double difference = 0;            ///< largest root mean square of grey levels, aligned, by which two were joined
};

/// Groups by pixel content, and of pictures that look the same: laid over each other, one of them moved by up to two
/// pixels, little more than what JPEG does is left of them, by the measure of how unlike this data set's other pictures
/// are. Pictures that two perceptual hashes take for the same may differ twice as much, unless most of what the hashes
/// take for the same in this data set turns out not to be. Conflicting labels first, then groups that cross splits,
/// then exact ones, then by first sample. Unsupported where the data set was opened without its pixels; Cancelled when
/// told to stop; InvalidArgument where features have another number of rows.
[[nodiscard]] Result<std::vector<DuplicateGroup>>
findDuplicates(const Dataset& dataset, const std::vector<Label>& labels, const DuplicateOptions& options = {},
               const ProgressFn& progress = {}, std::stop_token stop = {});

/// True where two of the samples have different labels; a missing one differs from none.
[[nodiscard]] bool labelsDiffer(const std::vector<SampleIndex>& samples, const std::vector<Label>& labels);

/// The duplicates of one data set under its given labels, looked for once for all who ask. Any thread; who asks while
/// another looks waits for it.
class DuplicateSearch {
public:
    using Groups = std::shared_ptr<const std::vector<DuplicateGroup>>;
    explicit DuplicateSearch(std::shared_ptr<const Dataset> dataset) : m_dataset(std::move(dataset)) {}
    /// As findDuplicates(). A failure is not kept: the next one to ask looks anew.
    [[nodiscard]] Result<Groups> groups(std::stop_token stop = {});

private:
    std::shared_ptr<const Dataset> m_dataset;
    std::mutex m_looking;
    Groups m_groups;
};

} // namespace assay
