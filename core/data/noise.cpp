// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/noise.h"

#include "core/base/rng.h"
#include "core/base/text.h"
#include "core/data/class_maps.h"
#include "core/data/pixel_store.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>
#include <utility>

namespace assay {
namespace {

constexpr std::array<std::pair<NoiseKind, std::string_view>, 5> kKinds{{
    {NoiseKind::Symmetric, "symmetric"},
    {NoiseKind::SymmetricInclusive, "symmetric-inclusive"},
    {NoiseKind::Asymmetric, "asymmetric"},
    {NoiseKind::Pairflip, "pairflip"},
    {NoiseKind::Instance, "instance"},
}};

/// Calls `work(i)` for every i below `count`, on all cores.
template <class Work>
void parallelFor(std::size_t count, const Work& work) {
    std::atomic<std::size_t> next{0};
    const auto loop = [&] {
        for (std::size_t i = next++; i < count; i = next++) work(i);
    };
    std::vector<std::jthread> threads;
    const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
    for (std::size_t i = 1; i < std::min(cores, count); ++i) threads.emplace_back(loop);
    loop();
}

std::uint32_t sampleId(std::size_t i) { return static_cast<std::uint32_t>(i); }

/// Mean and deviation of each channel over all pictures, on [0, 1] pixels.
struct ChannelStatistics {
    std::array<double, 3> mean{};
    std::array<double, 3> deviation{1, 1, 1};
};

ChannelStatistics channelStatistics(const PixelStore& pixels) {
    const auto channels = static_cast<std::size_t>(pixels.geometry().channels);
    std::array<std::array<std::uint64_t, 256>, 3> counts{};
    const std::span<const std::uint8_t> all = pixels.all();
    for (std::size_t i = 0; i < all.size(); ++i) ++counts[i % channels][all[i]];
    ChannelStatistics statistics;
    const double total = double(all.size()) / double(channels);
    for (std::size_t c = 0; c < channels; ++c) {
        double sum = 0;
        double squares = 0;
        for (std::size_t v = 0; v < 256; ++v) {
            const double value = double(v) / 255.0;
            sum += double(counts[c][v]) * value;
            squares += double(counts[c][v]) * value * value;
        }
        statistics.mean[c] = sum / total;
        const double variance = squares / total - statistics.mean[c] * statistics.mean[c];
        if (variance > 1e-12) statistics.deviation[c] = std::sqrt(variance);
    }
    return statistics;
}

/// The flip rate of one sample: normal with this mean and deviation 0.1, cut off outside [0, 1].
double flipRate(CounterRng& rng, double mean) {
    for (int i = 0; i < 1000; ++i) {
        const double rate = mean + 0.1 * rng.normal();
        if (rate >= 0 && rate <= 1) return rate;
    }
    return mean;
}

/// Algorithm 2 of Xia et al. 2020, a class at a time: only that class's projection [F, K] is in memory.
void instanceNoise(const PixelStore& pixels, std::span<const Label> clean, std::size_t classes,
                   const NoiseOptions& options, std::vector<Label>& noisy) {
    const ChannelStatistics statistics = channelStatistics(pixels);
    const auto channels = static_cast<std::size_t>(pixels.geometry().channels);
    const std::size_t features = pixels.geometry().bytes();
    std::array<std::array<float, 256>, 3> normalised{};
    for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t v = 0; v < 256; ++v)
            normalised[c][v] = static_cast<float>((double(v) / 255.0 - statistics.mean[c]) / statistics.deviation[c]);

    std::vector<std::vector<std::uint32_t>> members(classes);
    for (std::size_t i = 0; i < clean.size(); ++i)
        if (clean[i] != kNoLabel) members[static_cast<std::size_t>(clean[i])].push_back(sampleId(i));
    std::vector<float> projection(features * classes);
    constexpr std::size_t kTogether = 64;
    for (std::size_t k = 0; k < classes; ++k) {
        if (members[k].empty()) continue;
        parallelFor((features + kTogether - 1) / kTogether, [&](std::size_t block) {
            for (std::size_t f = block * kTogether; f < std::min(features, (block + 1) * kTogether); ++f) {
                CounterRng rng(options.seed, RngPurpose::NoiseProjection, static_cast<std::uint32_t>(k), sampleId(f));
                for (std::size_t j = 0; j < classes; ++j)
                    projection[f * classes + j] = static_cast<float>(rng.normal());
            }
        });
        parallelFor((members[k].size() + kTogether - 1) / kTogether, [&](std::size_t block) {
            std::vector<double> score(classes);
            for (std::size_t m = block * kTogether; m < std::min(members[k].size(), (block + 1) * kTogether); ++m) {
                const std::uint32_t sample = members[k][m];
                CounterRng selection(options.seed, RngPurpose::NoiseSelection, 0, sample);
                const double rate = flipRate(selection, options.rate);
                if (selection.uniform() >= rate) continue;
                const std::span<const std::uint8_t> picture = pixels.picture(SampleIndex(sample));
                std::fill(score.begin(), score.end(), 0.0);
                for (std::size_t f = 0; f < features; ++f) {
                    const double x = normalised[f % channels][picture[f]];
                    for (std::size_t j = 0; j < classes; ++j) score[j] += x * projection[f * classes + j];
                }
                double highest = -std::numeric_limits<double>::infinity();
                for (std::size_t j = 0; j < classes; ++j)
                    if (j != k) highest = std::max(highest, score[j]);
                double total = 0;
                for (std::size_t j = 0; j < classes; ++j) {
                    score[j] = j == k ? 0 : std::exp(score[j] - highest);
                    total += score[j];
                }
                CounterRng target(options.seed, RngPurpose::NoiseTarget, 0, sample);
                double left = target.uniform() * total;
                std::size_t chosen = classes;
                for (std::size_t j = 0; j < classes; ++j) {
                    if (score[j] <= 0) continue;
                    chosen = j;
                    left -= score[j];
                    if (left < 0) break;
                }
                noisy[sample] = static_cast<Label>(chosen);
            }
        });
    }
}

Result<Label> parseClass(const std::string& text, const std::vector<std::string>& classNames) {
    const auto it = std::find(classNames.begin(), classNames.end(), text);
    if (it != classNames.end()) return static_cast<Label>(it - classNames.begin());
    const auto number = parseInteger(text);
    if (number && *number >= 0 && *number < static_cast<std::int64_t>(classNames.size()))
        return static_cast<Label>(*number);
    return fail(ErrorCode::InvalidArgument, "there is no such class", escapeForDisplay(text));
}

Status checkMap(const std::map<Label, Label>& map, std::size_t classes) {
    for (const auto& [from, to] : map)
        if (from < 0 || to < 0 || static_cast<std::size_t>(from) >= classes || static_cast<std::size_t>(to) >= classes)
            return fail(ErrorCode::InvalidArgument, "the class map names a class that does not exist",
                        std::to_string(from) + "=" + std::to_string(to));
    return {};
}

} // namespace

Result<NoiseKind> parseNoiseKind(const std::string& id) {
    for (const auto& [kind, name] : kKinds)
        if (name == id) return kind;
    if (id == "sym-exclusive") return NoiseKind::Symmetric; // the names that papers' users know
    if (id == "sym-inclusive") return NoiseKind::SymmetricInclusive;
    return fail(
        ErrorCode::InvalidArgument,
        "there is no such noise model; there are symmetric, symmetric-inclusive, asymmetric, pairflip, instance",
        escapeForDisplay(id));
}

std::string_view noiseKindId(NoiseKind kind) {
    for (const auto& [each, name] : kKinds)
        if (each == kind) return name;
    return "symmetric";
}

Result<NoisyLabels> injectNoise(const Dataset& dataset, std::span<const Label> cleanLabels,
                                const NoiseOptions& options) {
    const std::size_t classes = dataset.classNames.size();
    if (!(options.rate >= 0 && options.rate <= 1))
        return fail(ErrorCode::InvalidArgument, "the noise rate must lie between 0 and 1", formatNumber(options.rate));
    if (cleanLabels.size() != dataset.size())
        return fail(ErrorCode::InvalidArgument, "there must be one clean label for every sample");
    for (std::size_t i = 0; i < cleanLabels.size(); ++i)
        if (cleanLabels[i] < kNoLabel || cleanLabels[i] >= static_cast<Label>(classes))
            return fail(ErrorCode::InvalidArgument, "a clean label is of no class", "sample " + std::to_string(i));
    if (classes < 2 && options.rate > 0)
        return fail(ErrorCode::InvalidArgument, "label noise needs at least two classes; the data set has one");

    std::map<Label, Label> map = options.map;
    if (options.kind == NoiseKind::Asymmetric) {
        if (map.empty()) map = publishedClassMap(dataset.classNames);
        if (map.empty())
            return fail(ErrorCode::InvalidArgument,
                        "no class map is known for these classes; give one, as in cat=dog,dog=cat");
        ASSAY_CHECK_STATUS(checkMap(map, classes));
    }

    NoisyLabels result;
    result.labels.assign(cleanLabels.begin(), cleanLabels.end());
    if (options.kind == NoiseKind::Instance) {
        if (!dataset.pixels)
            return fail(ErrorCode::InvalidArgument, "instance-dependent noise needs the pictures of the data set");
        if (options.rate > 0) instanceNoise(*dataset.pixels, cleanLabels, classes, options, result.labels);
    } else {
        const auto count = static_cast<std::uint32_t>(classes);
        for (std::size_t i = 0; i < cleanLabels.size(); ++i) {
            const Label clean = cleanLabels[i];
            if (clean == kNoLabel) continue;
            CounterRng selection(options.seed, RngPurpose::NoiseSelection, 0, sampleId(i));
            if (selection.uniform() >= options.rate) continue;
            CounterRng target(options.seed, RngPurpose::NoiseTarget, 0, sampleId(i));
            Label& noisy = result.labels[i];
            switch (options.kind) {
            case NoiseKind::Symmetric:
                noisy = static_cast<Label>((static_cast<std::uint32_t>(clean) + 1 + target.below(count - 1)) % count);
                break;
            case NoiseKind::SymmetricInclusive: noisy = static_cast<Label>(target.below(count)); break;
            case NoiseKind::Pairflip:
                noisy = static_cast<Label>((static_cast<std::uint32_t>(clean) + 1) % count);
                break;
            case NoiseKind::Asymmetric:
                if (const auto it = map.find(clean); it != map.end()) noisy = it->second;
                break;
            case NoiseKind::Instance: break;
            }
        }
    }

    result.counts.assign(classes, std::vector<std::uint64_t>(classes, 0));
    std::uint64_t wrong = 0;
    std::uint64_t known = 0;
    for (std::size_t i = 0; i < cleanLabels.size(); ++i) {
        if (cleanLabels[i] == kNoLabel) continue;
        ++known;
        ++result.counts[static_cast<std::size_t>(cleanLabels[i])][static_cast<std::size_t>(result.labels[i])];
        if (result.labels[i] != cleanLabels[i]) ++wrong;
    }
    result.realisedRate = known ? double(wrong) / double(known) : 0;
    return result;
}

Result<std::map<Label, Label>> parseClassMap(const std::string& text, const std::vector<std::string>& classNames) {
    std::map<Label, Label> map;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string part = text.substr(begin, end - begin);
        begin = end + 1;
        const std::size_t equals = part.find('=');
        if (equals == std::string::npos)
            return fail(ErrorCode::InvalidArgument, "a class map is written as in cat=dog,dog=cat",
                        escapeForDisplay(part));
        ASSAY_TRY(const Label from, parseClass(part.substr(0, equals), classNames));
        ASSAY_TRY(const Label to, parseClass(part.substr(equals + 1), classNames));
        if (!map.emplace(from, to).second)
            return fail(ErrorCode::InvalidArgument, "the class map names a class twice",
                        escapeForDisplay(part.substr(0, equals)));
    }
    if (map.empty()) return fail(ErrorCode::InvalidArgument, "the class map is empty");
    return map;
}

} // namespace assay
