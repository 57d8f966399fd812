// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/run_data.h"

#include "core/base/rng.h"
#include "core/base/text.h"
#include "core/learn/augment.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace assay::learn {
namespace {

constexpr int kLargestDefaultSide = 64;
constexpr int kLargestSide = 1024;

/// Stratified, samples without a label as a class of their own: every class keeps its share, at least one sample;
/// which ones is drawn from (seed, Subset, sample).
std::vector<std::uint32_t> chooseSubset(const std::vector<std::uint32_t>& candidates, const std::vector<Label>& labels,
                                        int classes, std::size_t wanted, std::uint64_t seed) {
    if (wanted == 0 || wanted >= candidates.size()) return candidates;
    std::vector<std::vector<std::pair<double, std::uint32_t>>> byClass{std::size_t(classes) + 1};
    for (const std::uint32_t sample : candidates) {
        CounterRng rng(seed, RngPurpose::Subset, 0, sample);
        const Label label = labels[sample] == kNoLabel ? classes : labels[sample];
        byClass[std::size_t(label)].emplace_back(rng.uniform(), sample);
    }
    // Rounds of the largest remainder, so that the sizes add up exactly.
    std::vector<std::size_t> take(byClass.size());
    std::vector<std::pair<double, std::size_t>> remainders;
    std::size_t given = 0;
    for (std::size_t k = 0; k < byClass.size(); ++k) {
        const double share = double(wanted) * double(byClass[k].size()) / double(candidates.size());
        take[k] = std::size_t(share);
        given += take[k];
        remainders.emplace_back(-(share - double(take[k])), k);
    }
    std::sort(remainders.begin(), remainders.end());
    for (const auto& [remainder, k] : remainders) {
        if (given >= wanted) break;
        if (take[k] < byClass[k].size()) {
            ++take[k];
            ++given;
        }
    }
    std::vector<std::uint32_t> chosen;
    for (std::size_t k = 0; k < byClass.size(); ++k) {
        std::sort(byClass[k].begin(), byClass[k].end());
        for (std::size_t i = 0; i < take[k]; ++i) chosen.push_back(byClass[k][i].second);
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

/// As chooseSubset, the samples whose label counts first: where labels are few, each was chosen. The others are those
/// that would be drawn if all labels counted, as far as they go: a run without another's suspects has that run's
/// pictures.
std::vector<std::uint32_t> chooseSubset(const std::vector<std::uint32_t>& candidates, const LabelSet& set, int classes,
                                        std::size_t wanted, std::uint64_t seed) {
    std::vector<std::uint32_t> counting, others;
    for (const std::uint32_t sample : candidates) (set.counts(sample) ? counting : others).push_back(sample);
    if (wanted == 0 || others.empty() || counting.empty())
        return chooseSubset(candidates, set.labels, classes, wanted, seed);
    std::vector<std::uint32_t> chosen = chooseSubset(counting, set.labels, classes, wanted, seed);
    const auto drawn = chooseSubset(candidates, set.labels, classes, wanted, seed); // sorted
    const auto further = std::stable_partition(others.begin(), others.end(), [&](std::uint32_t sample) {
        return std::binary_search(drawn.begin(), drawn.end(), sample);
    });
    for (const auto& [from, to] : {std::pair(others.begin(), further), std::pair(further, others.end())}) {
        if (chosen.size() >= wanted) break;
        const auto rest = chooseSubset({from, to}, set.labels, classes, wanted - chosen.size(), seed);
        chosen.insert(chosen.end(), rest.begin(), rest.end());
    }
    return chosen;
}

ImageGeometry inputGeometry(ImageGeometry stored, int asked) {
    if (asked > 0) return {asked, asked, stored.channels};
    const int side = std::max(stored.width, stored.height);
    if (side <= kLargestDefaultSide) return stored;
    const auto shrink = [side](int length) {
        return std::max(1, int(std::lround(double(length) * kLargestDefaultSide / side)));
    };
    return {shrink(stored.width), shrink(stored.height), stored.channels};
}

/// All rows, or of a very large set every so many blocks of rows: what a mean needs, and no more of the disk.
std::vector<std::uint32_t> measuredRows(const std::vector<std::uint32_t>& rows) {
    constexpr std::size_t kEnough = 100'000, kBlock = 500;
    const std::size_t every = std::max<std::size_t>(1, rows.size() / kEnough);
    if (every == 1) return rows;
    std::vector<std::uint32_t> measured;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if ((i / kBlock) % every == 0) measured.push_back(rows[i]);
    return measured;
}

void measureNormalisation(RunData& data) {
    const std::size_t channels = std::size_t(data.geometry.channels);
    std::vector<std::array<std::uint64_t, 256>> histogram(channels);
    for (const std::uint32_t row : measuredRows(data.trainRows)) {
        const auto picture = data.picture(row);
        for (std::size_t i = 0; i < picture.size(); ++i) ++histogram[i % channels][picture[i]];
    }
    data.normalised.resize(channels * 256);
    for (std::size_t c = 0; c < channels; ++c) {
        double count = 0, sum = 0, squares = 0;
        for (std::size_t v = 0; v < 256; ++v) {
            const double n = double(histogram[c][v]);
            count += n;
            sum += n * double(v);
            squares += n * double(v) * double(v);
        }
        const double mean = sum / count;
        const double deviation = std::sqrt(std::max(0.0, squares / count - mean * mean));
        for (std::size_t v = 0; v < 256; ++v)
            data.normalised[c * 256 + v] = float((double(v) - mean) / (deviation > 0 ? deviation : 1.0));
    }
}

} // namespace

std::span<const std::uint8_t> RunData::picture(std::size_t row) const {
    if (resized.empty() && geometry == store->geometry()) return store->picture(samples[row]);
    if (resized.empty()) {
        thread_local std::vector<std::uint8_t> scaled;
        scaled = resizeArea(store->picture(samples[row]), store->geometry(), geometry);
        return scaled;
    }
    return std::span(resized).subspan(row * geometry.bytes(), geometry.bytes());
}

Label RunData::reference(std::size_t row) const {
    return !truth.empty() && truth[row] != kNoLabel ? truth[row] : labels[row];
}

Result<RunData> prepareRunData(const TrainingTask& task, bool takesUnlabelled) {
    if (!task.dataset || !task.dataset->pixels)
        return fail(ErrorCode::InvalidArgument, "the data set was opened without its pictures");
    const Dataset& dataset = *task.dataset;
    const std::size_t count = dataset.size();
    const LabelSet& set = task.labels;
    if (set.labels.size() != count || dataset.splits.size() != count || dataset.pixels->size() != count ||
        (!set.trueLabels.empty() && set.trueLabels.size() != count) ||
        (!set.trusted.empty() && set.trusted.size() != count) ||
        (!task.excluded.empty() && task.excluded.size() != count))
        return fail(ErrorCode::InvalidArgument,
                    "labels, splits, pictures and exclusions are not of the same number as the data set's samples",
                    std::to_string(count));
    if (task.config.imageSize < 0 || task.config.imageSize > kLargestSide)
        return fail(ErrorCode::InvalidArgument, "the image size must be from 1 to 1024 pixels, or 0 for the stored one",
                    std::to_string(task.config.imageSize));

    RunData data;
    data.store = dataset.pixels;
    data.classes = dataset.classCount();
    data.geometry = inputGeometry(dataset.pixels->geometry(), task.config.imageSize);

    std::vector<std::uint32_t> training;
    std::vector<std::uint8_t> taken(count, 0);
    std::size_t unlabelled = 0, notCounting = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (!task.excluded.empty() && task.excluded[i]) continue;
        const Label label = set.labels[i];
        const bool isTraining = dataset.splits[i] == Split::Train;
        if (label == kNoLabel && !(takesUnlabelled && isTraining)) {
            ++unlabelled;
            continue;
        }
        if (label != kNoLabel && (label < 0 || label >= data.classes))
            return fail(ErrorCode::InvalidArgument, "a label is not one of the data set's classes",
                        "sample " + std::to_string(i));
        if (!isTraining) {
            taken[i] = 1;
            continue;
        }
        notCounting += label != kNoLabel && !set.counts(i);
        training.push_back(i);
    }
    if (unlabelled > 0) data.notes.push_back(withThousands(unlabelled) + " samples have no label and take no part");
    if (notCounting > 0 && !takesUnlabelled)
        data.notes.push_back("The labels of " + withThousands(notCounting) +
                             " samples do not count: they are scored, but not learnt from");
    std::size_t learnt = 0;
    for (const std::uint32_t sample : chooseSubset(training, set, data.classes, task.config.subset, task.config.seed)) {
        taken[sample] = 1;
        learnt += set.counts(sample);
    }
    const std::size_t counting = std::size_t(
        std::count_if(training.begin(), training.end(), [&](std::uint32_t sample) { return set.counts(sample); }));
    if (counting < training.size() && learnt < counting)
        data.notes.push_back("The subset holds " + withThousands(learnt) + " of the " + withThousands(counting) +
                             " labels that count");

    for (std::uint32_t i = 0; i < count; ++i) {
        if (!taken[i]) continue;
        const auto row = std::uint32_t(data.samples.size());
        data.samples.emplace_back(i);
        data.labels.push_back(set.labels[i]);
        if (!set.trueLabels.empty()) data.truth.push_back(set.trueLabels[i]);
        const Split split = dataset.splits[i];
        data.splits.push_back(split);
        data.counts.push_back(set.counts(i));
        if (split == Split::Train && !takesUnlabelled && !set.counts(i)) continue;
        (split == Split::Train        ? data.trainRows
         : split == Split::Validation ? data.validationRows
                                      : data.testRows)
            .push_back(row);
    }
    if (data.trainRows.empty())
        return fail(ErrorCode::InvalidArgument,
                    "there is no training sample left; look at splits, exclusions, labels and which of them count");
    std::vector<std::size_t> labelled(std::size_t(data.classes), 0), learnable = labelled;
    for (std::size_t row = 0; row < data.rows(); ++row) {
        if (data.splits[row] != Split::Train || data.labels[row] == kNoLabel) continue;
        ++labelled[std::size_t(data.labels[row])];
        learnable[std::size_t(data.labels[row])] += data.counts[row];
    }
    for (std::size_t k = 0; k < learnable.size(); ++k) {
        const std::string name = escapeForDisplay(dataset.classNames[k]);
        if (labelled[k] == 0) data.notes.push_back("Class " + name + " has no training sample");
        else if (learnable[k] == 0)
            data.notes.push_back("No label of class " + name + " counts, so nothing of it is learnt");
    }

    constexpr std::size_t kMostResized = std::size_t(1) << 30; // bytes
    if (!(data.geometry == dataset.pixels->geometry()) && data.rows() * data.geometry.bytes() <= kMostResized) {
        data.resized.reserve(data.rows() * data.geometry.bytes());
        for (const SampleIndex sample : data.samples) {
            const auto picture = resizeArea(dataset.pixels->picture(sample), dataset.pixels->geometry(), data.geometry);
            data.resized.insert(data.resized.end(), picture.begin(), picture.end());
        }
    }
    measureNormalisation(data);
    return data;
}

} // namespace assay::learn
