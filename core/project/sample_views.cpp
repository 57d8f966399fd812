// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/sample_views.h"

#include "core/base/files.h"
#include "core/base/hash.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstring>

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "sample-views.bin";
constexpr std::string_view kMagic = "ASSAY VIEWS 1\n";
constexpr std::size_t kHashDigits = 32;
constexpr std::uint64_t kMostBytes = 512ull << 20;
constexpr int kMostViews = 16, kMostSide = 4096;

template <class T>
std::string_view bytesOf(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

bool shapesFit(const SampleViews& views) {
    const std::size_t each = views.samples.size() * views.names.size();
    const std::size_t map = std::size_t(views.mapWidth) * std::size_t(views.mapHeight);
    return views.pictures.size() == each * views.geometry.bytes() && views.maps.size() == each * map &&
           (views.gains.empty() || views.gains.size() == each);
}

} // namespace

Status storeSampleViews(const fs::path& runFolder, const SampleViews& views) {
    if (!shapesFit(views))
        return fail(ErrorCode::InvalidArgument, "the pictures of a method's views do not fit their number",
                    "sample views");
    ASSAY_CHECK_STATUS(makeFolder(runFolder, "a run's views"));
    nlohmann::json header = {{"epoch", views.epoch},
                             {"names", views.names},
                             {"width", views.geometry.width},
                             {"height", views.geometry.height},
                             {"channels", views.geometry.channels},
                             {"map-width", views.mapWidth},
                             {"map-height", views.mapHeight},
                             {"samples", views.samples.size()}};
    if (!views.gains.empty()) header["gains"] = views.gains;
    const std::string text = header.dump() + "\n";
    std::vector<std::uint32_t> indices;
    for (const SampleIndex sample : views.samples) indices.push_back(sample.value);
    ContentHasher hasher;
    const std::array<std::string_view, 4> parts = {text, bytesOf(indices), bytesOf(views.pictures),
                                                   bytesOf(views.maps)};
    for (const std::string_view part : parts) hasher.add(part);
    return writeFileAtomically(runFolder / kFile, [&](FileSink& sink) -> Status {
        sink.write(kMagic);
        sink.write(hasher.hex());
        for (const std::string_view part : parts) sink.write(part);
        return {};
    });
}

Result<SampleViews> readSampleViews(const fs::path& runFolder) {
    const fs::path file = runFolder / kFile;
    std::error_code code;
    if (!fs::exists(file, code))
        return fail(ErrorCode::NotFound, "this run kept no views of its pictures", runFolder.filename().string());
    const auto damaged = [&] {
        return fail(ErrorCode::Damaged, "the views of the run's pictures are not whole; train again to replace them",
                    file.string());
    };
    ASSAY_TRY(const auto bytes, readFile(file, kMostBytes));
    std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!rest.starts_with(kMagic) || rest.size() < kMagic.size() + kHashDigits) return damaged();
    rest.remove_prefix(kMagic.size());
    const std::string hash(rest.substr(0, kHashDigits));
    rest.remove_prefix(kHashDigits);
    const std::size_t line = rest.find('\n');
    if (line == std::string_view::npos) return damaged();
    const std::string_view text = rest.substr(0, line + 1);
    const auto header = nlohmann::json::parse(text, nullptr, false);
    SampleViews views;
    std::size_t samples = 0;
    try {
        views.epoch = header.at("epoch").get<int>();
        views.names = header.at("names").get<std::vector<std::string>>();
        views.geometry = {header.at("width").get<int>(), header.at("height").get<int>(),
                          header.at("channels").get<int>()};
        views.mapWidth = header.at("map-width").get<int>();
        views.mapHeight = header.at("map-height").get<int>();
        samples = header.at("samples").get<std::size_t>();
        if (header.contains("gains")) views.gains = header.at("gains").get<std::vector<float>>();
    } catch (const nlohmann::json::exception&) {
        return damaged();
    }
    const auto side = [](int length, int least) { return length >= least && length <= kMostSide; };
    if (views.names.empty() || views.names.size() > kMostViews || !side(views.geometry.width, 1) ||
        !side(views.geometry.height, 1) || (views.geometry.channels != 1 && views.geometry.channels != 3) ||
        !side(views.mapWidth, 0) || !side(views.mapHeight, 0) || samples > kMostBytes)
        return damaged();
    rest.remove_prefix(line + 1);
    const std::size_t each = samples * views.names.size(), pictures = each * views.geometry.bytes();
    const std::size_t maps = each * std::size_t(views.mapWidth) * std::size_t(views.mapHeight);
    if (samples * sizeof(std::uint32_t) + pictures + maps * sizeof(float) != rest.size()) return damaged();
    const std::string_view indices = rest.substr(0, samples * sizeof(std::uint32_t));
    const std::string_view pixels = rest.substr(indices.size(), pictures);
    const std::string_view numbers = rest.substr(indices.size() + pictures);
    ContentHasher hasher;
    for (const std::string_view part : {text, indices, pixels, numbers}) hasher.add(part);
    if (hasher.hex() != hash) return damaged();
    for (std::size_t i = 0; i < samples; ++i) {
        std::uint32_t index = 0;
        std::memcpy(&index, indices.data() + i * sizeof(index), sizeof(index));
        views.samples.emplace_back(index);
    }
    views.pictures.assign(pixels.begin(), pixels.end());
    views.maps.resize(maps);
    if (maps > 0) std::memcpy(views.maps.data(), numbers.data(), numbers.size());
    for (const float value : views.maps)
        if (!std::isfinite(value)) return damaged();
    if (!shapesFit(views)) return damaged();
    for (const float gain : views.gains)
        if (!std::isfinite(gain) || gain <= 0) return damaged();
    return views;
}

} // namespace assay
