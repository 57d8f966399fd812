// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_ops.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <opencv2/imgproc.hpp>
#include <string>

namespace assay {
namespace {

ImageGeometry fittedGeometry(ImageGeometry from, int side) {
    const double factor = double(side) / double(std::max(from.width, from.height));
    const auto scaled = [&](int length) { return std::clamp(int(std::lround(length * factor)), 1, side); };
    return {scaled(from.width), scaled(from.height), from.channels};
}

} // namespace

Result<Image> fitted(const Image& picture, int side) {
    const ImageGeometry wanted = fittedGeometry(picture.geometry, side);
    if (wanted == picture.geometry) return picture;
    Image result{wanted, std::vector<std::uint8_t>(wanted.bytes())};
    try {
        const int type = CV_8UC(wanted.channels);
        const cv::Mat from(picture.geometry.height, picture.geometry.width, type,
                           const_cast<std::uint8_t*>(picture.pixels.data()));
        cv::Mat to(wanted.height, wanted.width, type, result.pixels.data());
        const bool smaller = wanted.width < picture.geometry.width || wanted.height < picture.geometry.height;
        cv::resize(from, to, to.size(), 0, 0, smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
    } catch (const std::exception&) {
        return fail(ErrorCode::Internal, "the picture could not be resized");
    }
    return result;
}

Status letterbox(const Image& picture, int side, std::span<std::uint8_t> out) {
    ASSAY_TRY(const Image inner, fitted(picture, side));
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    const auto channels = static_cast<std::size_t>(inner.geometry.channels);
    const auto width = static_cast<std::size_t>(inner.geometry.width);
    const auto left = static_cast<std::size_t>((side - inner.geometry.width) / 2);
    const auto top = static_cast<std::size_t>((side - inner.geometry.height) / 2);
    for (std::size_t y = 0; y < std::size_t(inner.geometry.height); ++y)
        std::copy_n(inner.pixels.begin() + std::ptrdiff_t(y * width * channels), width * channels,
                    out.begin() + std::ptrdiff_t(((top + y) * std::size_t(side) + left) * channels));
    return {};
}

} // namespace assay
