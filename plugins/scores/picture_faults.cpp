// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_samples.h"
#include "core/data/image_header.h"
#include "core/data/pixel_store.h"
#include "core/stats/parallel.h"
#include "core/stats/ranking.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace assay {
namespace {

constexpr const char* kCitation =
    "CleanVision's checks of pictures (Cleanlab 2023): brightness percentiles, variance of the "
    "Laplacian, entropy of the grey levels, sizes against their quartiles";

enum class Fault { Dark, Bright, Blurred, LowInformation, OddSize, OddAspect };

/// Perceived brightness of every pixel, 0 to 255.
std::vector<std::uint8_t> brightnessOf(std::span<const std::uint8_t> pixels, ImageGeometry g) {
    std::vector<std::uint8_t> grey(std::size_t(g.width) * std::size_t(g.height));
    for (std::size_t i = 0; i < grey.size(); ++i) {
        const std::uint8_t* p = pixels.data() + i * std::size_t(g.channels);
        const auto square = [&](int c) { return float(p[c]) * float(p[c]); };
        grey[i] = g.channels == 3
                      ? std::uint8_t(std::sqrt(0.241f * square(0) + 0.691f * square(1) + 0.068f * square(2)) + 0.5f)
                      : p[0];
    }
    return grey;
}

/// The level that this share of the pixels stay at or below, 0 to 1.
float levelAt(const std::vector<std::uint8_t>& grey, double share) {
    std::array<std::size_t, 256> counts{};
    for (const std::uint8_t v : grey) ++counts[v];
    std::size_t seen = 0;
    for (std::size_t level = 0; level < counts.size(); ++level) {
        seen += counts[level];
        if (double(seen) >= share * double(grey.size())) return float(level) / 255;
    }
    return 1;
}

double laplacianVariance(const std::vector<std::uint8_t>& grey, ImageGeometry g) {
    const auto at = [&](int x, int y) { return int(grey[std::size_t(y * g.width + x)]); };
    double sum = 0, squares = 0, count = 0;
    for (int y = 1; y + 1 < g.height; ++y)
        for (int x = 1; x + 1 < g.width; ++x) {
            const double v = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4 * at(x, y);
            sum += v;
            squares += v * v;
            ++count;
        }
    return count > 0 ? squares / count - sum / count * (sum / count) : 0;
}

double entropyBits(const std::vector<std::uint8_t>& grey) {
    std::array<double, 256> counts{};
    for (const std::uint8_t v : grey) ++counts[v];
    double bits = 0;
    for (const double count : counts)
        if (count > 0) bits -= count / double(grey.size()) * std::log2(count / double(grey.size()));
    return bits;
}

float faultOf(Fault fault, std::span<const std::uint8_t> pixels, ImageGeometry g) {
    const std::vector<std::uint8_t> grey = brightnessOf(pixels, g);
    switch (fault) {
    case Fault::Dark: return 1 - levelAt(grey, 0.99);
    case Fault::Bright: return levelAt(grey, 0.05);
    case Fault::Blurred: return float(std::exp(-laplacianVariance(grey, g) / 100));
    default: return float(1 - entropyBits(grey) / 8);
    }
}

/// Width and height of the picture as it came; of the store where pixels lie bare.
struct Size {
    double width = 0, height = 0;
};
std::vector<Size> sizesOf(const Dataset& dataset) {
    const ImageGeometry g = dataset.pixels ? dataset.pixels->geometry() : ImageGeometry{1, 1, 1};
    std::vector<Size> sizes(dataset.size(), {double(g.width), double(g.height)});
    for (std::size_t i = 0; dataset.pictures && i < sizes.size(); ++i) {
        const auto bytes = dataset.pictures->originalBytes(SampleIndex(std::uint32_t(i)));
        if (!bytes) {
            if (bytes.error().code == ErrorCode::Unsupported) break; // bare pixels, all of one size
            continue;
        }
        if (const auto header = readImageHeader(bytes->second))
            sizes[i] = {double(header->width), double(header->height)};
    }
    return sizes;
}

/// How far the side of a square of the same area lies from the quartiles, in spans between them: 1 at three.
std::vector<float> oddSizes(const std::vector<Size>& sizes) {
    std::vector<float> side;
    for (const Size& size : sizes) side.push_back(float(std::sqrt(size.width * size.height)));
    const double low = stats::quantile(side, 0.25), high = stats::quantile(side, 0.75);
    const double span = std::max(high - low, 1e-3 * std::max(1.0, high));
    std::vector<float> odd;
    for (const float v : side)
        odd.push_back(float(std::min(1.0, std::max({0.0, low - double(v), double(v) - high}) / (3 * span))));
    return odd;
}

class PictureFaultScore final : public Score {
public:
    PictureFaultScore(Fault fault, const char* id, const char* title, const char* help)
        : m_fault(fault), m_description{id, title, help, kCitation, {}} {}
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] ScoreTraits traits() const override { return {ScoreBasis::Pictures, "0 to 1"}; }
    [[nodiscard]] Result<ScoreValues> compute(const ScoreInput& input) const override {
        ASSAY_TRY(const ScoreSamples samples, ScoreSamples::from(input));
        const Dataset& dataset = *input.dataset;
        std::vector<float> value(dataset.size());
        if (m_fault == Fault::OddSize || m_fault == Fault::OddAspect) {
            const std::vector<Size> sizes = sizesOf(dataset);
            if (m_fault == Fault::OddSize) value = oddSizes(sizes);
            for (std::size_t i = 0; m_fault == Fault::OddAspect && i < sizes.size(); ++i)
                value[i] =
                    float(1 - std::min(sizes[i].width, sizes[i].height) / std::max(sizes[i].width, sizes[i].height));
        } else {
            if (!dataset.pixels)
                return fail(ErrorCode::Unsupported,
                            "this score looks at pixels, and the data set was opened without them");
            constexpr std::size_t kPart = 256;
            const std::size_t n = std::min(dataset.size(), dataset.pixels->size());
            stats::forEachPart((n + kPart - 1) / kPart, true, [&](std::size_t part, std::size_t) {
                for (std::size_t i = part * kPart; i < std::min(n, (part + 1) * kPart); ++i)
                    value[i] = faultOf(m_fault, dataset.pixels->picture(SampleIndex(std::uint32_t(i))),
                                       dataset.pixels->geometry());
            });
        }
        return samples.pick(value, std::vector<Label>(dataset.size(), kNoLabel));
    }

private:
    Fault m_fault;
    Description m_description;
};

} // namespace

void registerPictureFaults(Registry& registry) {
    const auto add = [&](Fault fault, const char* id, const char* title, const char* help) {
        (void)registry.scores.add(std::make_shared<PictureFaultScore>(fault, id, title, help));
    };
    add(Fault::Dark, "dark", "Dark picture", "how little light the brightest hundredth of the picture has");
    add(Fault::Bright, "bright", "Bright picture", "how much light the darkest twentieth of the picture has");
    add(Fault::Blurred, "blurred", "Blurred picture", "how little the picture changes from place to place");
    add(Fault::LowInformation, "low-information", "Little information", "how few of the grey levels the picture uses");
    add(Fault::OddSize, "odd-size", "Odd size",
        "how far the picture's area lies outside what is usual in the data set");
    add(Fault::OddAspect, "odd-aspect", "Odd shape", "how much longer one side is than the other");
}

} // namespace assay
