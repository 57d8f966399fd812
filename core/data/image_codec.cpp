// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_codec.h"

#include "core/base/text.h"
#include "core/data/image_ops.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <iostream>
#include <memory>
#include <mutex>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <turbojpeg.h>
#include <unistd.h>

namespace assay {
namespace {

/// True while this thread is inside a decoder, and what the decoder's libraries said since.
thread_local bool decoding = false;
thread_local std::string saidByDecoder;

/// libpng and libjpeg tell the C library's stderr what they think of a picture. That stream becomes one that keeps the
/// words of a thread that decodes, for the reason under which the picture is listed; all else goes on to descriptor 2.
ssize_t hearOrPassOn(void*, const char* text, std::size_t count) {
    if (!decoding) return ::write(STDERR_FILENO, text, count);
    constexpr std::size_t kEnough = 1000;
    if (saidByDecoder.size() < kEnough) saidByDecoder.append(text, count);
    return static_cast<ssize_t>(count);
}

/// OpenCV tells std::cerr of every exception that it catches; what it says while decoding reaches nobody, because
/// the picture is listed with its reason instead. Other threads are heard as ever.
class QuietWhileDecoding final : public std::streambuf {
public:
    explicit QuietWhileDecoding(std::streambuf* behind) : m_behind(behind) {}

protected:
    int_type overflow(int_type c) override {
        if (decoding || traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
        return m_behind->sputc(traits_type::to_char_type(c));
    }
    std::streamsize xsputn(const char* text, std::streamsize count) override {
        return decoding ? count : m_behind->sputn(text, count);
    }
    int sync() override { return m_behind->pubsync(); }

private:
    std::streambuf* m_behind;
};

class InsideDecoder {
public:
    InsideDecoder() {
        static std::once_flag once;
        std::call_once(once, [] {
            cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
            // Lives as long as std::cerr, which may be used until the very end.
            std::cerr.rdbuf(new QuietWhileDecoding(std::cerr.rdbuf()));
            if (FILE* const heard = ::fopencookie(nullptr, "w", {nullptr, hearOrPassOn, nullptr, nullptr})) {
                std::setvbuf(heard, nullptr, _IONBF, 0);
                stderr = heard;
            }
        });
        saidByDecoder.clear();
        decoding = true;
    }
    ~InsideDecoder() { decoding = false; }
    InsideDecoder(const InsideDecoder&) = delete;
    InsideDecoder& operator=(const InsideDecoder&) = delete;
};

/// The decoder's last sentence, without its own preface.
std::string lastSaid() {
    std::string_view said = saidByDecoder;
    while (said.ends_with('\n')) said.remove_suffix(1);
    said.remove_prefix(said.rfind('\n') + 1);
    for (const std::string_view preface : {"libpng error: ", "libpng warning: "})
        if (said.starts_with(preface)) said.remove_prefix(preface.size());
    return escapeForDisplay(said);
}

/// libjpeg warns of much that shows in no pixel; these show.
bool losesPixels(const std::string& warning) {
    if (warning.find("extraneous bytes") != std::string::npos) return false;
    return warning.find("remature end") != std::string::npos || warning.find("Corrupt JPEG data") != std::string::npos;
}

Error jpegError(const std::string& text) {
    if (text.find("remature end") != std::string::npos) return {ErrorCode::Damaged, "damaged: ends early", {}};
    if (text.find("SOF type") != std::string::npos)
        return {ErrorCode::Unsupported, "a lossless or hierarchical JPEG, which is not read", {}};
    if (text.find("precision") != std::string::npos)
        return {ErrorCode::Unsupported, "a JPEG of more than 8 bits, which is not read", {}};
    return {ErrorCode::Damaged, "damaged: " + escapeForDisplay(text), {}};
}

/// Adobe's programs store CMYK inverted, and so, for that reason, does nearly everyone.
Image fromInvertedCmyk(const std::vector<std::uint8_t>& cmyk, int width, int height) {
    Image image{{width, height, 3}, {}};
    image.pixels.resize(image.geometry.bytes());
    for (std::size_t i = 0; i < cmyk.size() / 4; ++i)
        for (std::size_t c = 0; c < 3; ++c)
            image.pixels[3 * i + c] = static_cast<std::uint8_t>((cmyk[4 * i + c] * cmyk[4 * i + 3] + 127) / 255);
    return image;
}

/// 8 bits by shifting; alpha over white; blue-green-red turned round.
template <class Sample>
Image toRgb(const cv::Mat& raw, bool ignoreAlpha) {
    const int channels = raw.channels();
    const int colours = channels <= 2 ? 1 : 3;
    const bool alpha = (channels == 2 || channels == 4) && !ignoreAlpha;
    Image image{{raw.cols, raw.rows, colours}, {}};
    image.pixels.resize(image.geometry.bytes());
    constexpr int kShift = sizeof(Sample) == 2 ? 8 : 0;
    std::uint8_t* out = image.pixels.data();
    for (int y = 0; y < raw.rows; ++y) {
        const Sample* in = raw.ptr<Sample>(y);
        for (int x = 0; x < raw.cols; ++x, in += channels, out += colours) {
            const int opacity = alpha ? in[channels - 1] >> kShift : 255;
            for (int c = 0; c < colours; ++c) {
                const int value = in[colours == 3 ? 2 - c : 0] >> kShift;
                out[c] = static_cast<std::uint8_t>((value * opacity + 255 * (255 - opacity) + 127) / 255);
            }
        }
    }
    return image;
}

/// Many programs leave the fourth byte of a 32-bit BMP at zero, and mean no transparency.
bool alphaIsEmpty(const cv::Mat& raw) {
    for (int y = 0; y < raw.rows; ++y) {
        const auto* row = raw.ptr<std::uint8_t>(y);
        for (int x = 0; x < raw.cols; ++x)
            if (row[4 * x + 3] != 0) return false;
    }
    return true;
}

Result<Image> decodeWithOpenCv(std::span<const std::byte> bytes, const ImageHeader& header) {
    const InsideDecoder inside;
    const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<std::byte*>(bytes.data()));
    cv::Mat raw = cv::imdecode(buffer, cv::IMREAD_UNCHANGED);
    const std::string type(imageTypeName(header.type));
    if (const std::string said = lastSaid(); raw.empty() || (header.type == ImageType::Jpeg && losesPixels(said)))
        return fail(ErrorCode::Damaged, said.empty()
                                            ? "damaged, or a kind of " + type + " that the decoder does not read"
                                            : "damaged: " + said);
    if (raw.channels() > 4) return fail(ErrorCode::Unsupported, "a " + type + " with more than four channels");
    if (raw.depth() == CV_16U) return toRgb<std::uint16_t>(raw, false);
    if (raw.depth() != CV_8U) return fail(ErrorCode::Unsupported, "a " + type + " of floating-point or signed numbers");
    const bool ignoreAlpha = header.type == ImageType::Bmp && raw.channels() == 4 && alphaIsEmpty(raw);
    return toRgb<std::uint8_t>(raw, ignoreAlpha);
}

/// The JPEG path is libjpeg-turbo's own: only there are warnings to be had, and with them the truth about cut files.
Result<Image> decodeJpeg(std::span<const std::byte> bytes, const ImageHeader& header, const DecodeScale& scale,
                         const ImageLimits& limits) {
    const std::unique_ptr<void, int (*)(tjhandle)> handle(::tjInitDecompress(), ::tjDestroy);
    if (!handle) return fail(ErrorCode::Internal, "the JPEG decoder could not be started");
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    const auto size = static_cast<unsigned long>(bytes.size());
    int width = 0;
    int height = 0;
    int sampling = 0;
    int colours = 0;
    if (::tjDecompressHeader3(handle.get(), data, size, &width, &height, &sampling, &colours) != 0) {
        const std::string text = ::tjGetErrorStr2(handle.get());
        // A chroma layout that this interface has no name for; the library below it reads it all the same, but does
        // not always say that the file is cut.
        if (text.find("subsampling") != std::string::npos) {
            constexpr std::array<std::byte, 2> kEnd{std::byte{0xFF}, std::byte{0xD9}};
            if (std::search(bytes.begin(), bytes.end(), kEnd.begin(), kEnd.end()) == bytes.end())
                return fail(ErrorCode::Damaged, "damaged: ends early");
            return decodeWithOpenCv(bytes, header);
        }
        if (::tjGetErrorCode(handle.get()) != TJERR_WARNING || losesPixels(text))
            return tl::unexpected(jpegError(text));
    }
    ImageHeader actual = header;
    actual.width = static_cast<std::uint64_t>(std::max(width, 0));
    actual.height = static_cast<std::uint64_t>(std::max(height, 0));
    ASSAY_CHECK_STATUS(checkLimits(actual, bytes.size(), limits));

    int divisor = 1;
    if (scale.shorterSide > 0 || scale.longerSide > 0)
        for (const int candidate : {2, 4, 8}) {
            const int scaledWidth = (width + candidate - 1) / candidate;
            const int scaledHeight = (height + candidate - 1) / candidate;
            if (std::min(scaledWidth, scaledHeight) < scale.shorterSide ||
                std::max(scaledWidth, scaledHeight) < scale.longerSide)
                break;
            divisor = candidate;
        }
    const int scaledWidth = (width + divisor - 1) / divisor;
    const int scaledHeight = (height + divisor - 1) / divisor;
    const bool grey = colours == TJCS_GRAY;
    const bool cmyk = colours == TJCS_CMYK || colours == TJCS_YCCK;
    const int format = grey ? TJPF_GRAY : cmyk ? TJPF_CMYK : TJPF_RGB;
    const int channels = grey ? 1 : cmyk ? 4 : 3;
    std::vector<std::uint8_t> pixels(std::size_t(scaledWidth) * std::size_t(scaledHeight) * std::size_t(channels));
    if (::tjDecompress2(handle.get(), data, size, pixels.data(), scaledWidth, 0, scaledHeight, format,
                        TJFLAG_LIMITSCANS) != 0) {
        const std::string text = ::tjGetErrorStr2(handle.get());
        if (::tjGetErrorCode(handle.get()) != TJERR_WARNING || losesPixels(text))
            return tl::unexpected(jpegError(text));
    }
    if (cmyk) return fromInvertedCmyk(pixels, scaledWidth, scaledHeight);
    return Image{{scaledWidth, scaledHeight, channels}, std::move(pixels)};
}

} // namespace

bool canDecodePictures() { return true; }

Result<Image> decodePicture(std::span<const std::byte> bytes, const DecodeScale& scale, const ImageLimits& limits) {
    ASSAY_TRY(const ImageHeader header, readImageHeader(bytes));
    ASSAY_CHECK_STATUS(checkLimits(header, bytes.size(), limits));
    try {
        Result<Image> image;
        if (header.type == ImageType::Jpeg) {
            image = decodeJpeg(bytes, header, scale, limits);
        } else if (header.type == ImageType::Png) {
            ASSAY_TRY(const std::vector<std::byte> checked, essentialPng(bytes));
            image = decodeWithOpenCv(checked, header);
        } else if (const auto frame = header.type == ImageType::WebP ? firstWebPFrame(bytes) : std::vector<std::byte>();
                   !frame.empty()) {
            image = decodeWithOpenCv(frame, header);
        } else {
            image = decodeWithOpenCv(bytes, header);
        }
        // The TIFF decoder turns its pictures itself.
        if (image && header.orientation != 1 && header.type != ImageType::Tiff)
            return upright(std::move(*image), header.orientation);
        return image;
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::NoSpace, "there is not enough memory to decode the picture");
    } catch (const std::exception&) {
        return fail(ErrorCode::Damaged,
                    "damaged: the " + std::string(imageTypeName(header.type)) + " decoder refused it");
    }
}

} // namespace assay
