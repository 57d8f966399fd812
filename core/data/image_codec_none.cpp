// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The codec of a build without OpenCV: the door still works, nothing is decoded.
#include "core/data/image_codec.h"
#include "core/data/image_ops.h"

namespace assay {
namespace {

tl::unexpected<Error> notHere() {
    return fail(ErrorCode::Unsupported, "this build of Assay was made without OpenCV and decodes no pictures");
}

} // namespace

bool canDecodePictures() { return false; }

Result<Image> decodePicture(std::span<const std::byte> bytes, const DecodeScale&, const ImageLimits& limits) {
    ASSAY_TRY(const ImageHeader header, readImageHeader(bytes));
    ASSAY_CHECK_STATUS(checkLimits(header, bytes.size(), limits));
    return notHere();
}

Result<Image> fitted(const Image&, int) { return notHere(); }

Status letterbox(const Image&, int, std::span<std::uint8_t>) { return notHere(); }

} // namespace assay
