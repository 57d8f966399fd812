// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/source.h"

#include <algorithm>
#include <memory>
#include <zlib.h>

namespace assay {

// zlib and not libarchive: of a stream that is cut, libarchive gives nothing back.
Inflated gunzip(std::span<const std::byte> compressed, std::uint64_t limit) {
    constexpr std::size_t kChunk = 256 << 10;
    constexpr int kGzip = 16 + MAX_WBITS;
    Inflated result;
    z_stream stream{};
    if (::inflateInit2(&stream, kGzip) != Z_OK) {
        result.cut = true;
        return result;
    }
    const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, ::inflateEnd);
    std::size_t given = 0;
    while (true) {
        if (stream.avail_in == 0 && given < compressed.size()) {
            const std::size_t count = std::min<std::size_t>(compressed.size() - given, 1u << 30);
            stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(compressed.data() + given));
            stream.avail_in = static_cast<uInt>(count);
            given += count;
        }
        const std::size_t have = result.bytes.size();
        // One byte more than the limit tells that there is more.
        const std::uint64_t room = limit - have;
        const std::size_t ask = static_cast<std::size_t>(std::min<std::uint64_t>(room + 1, kChunk));
        if (result.bytes.capacity() < have + ask)
            result.bytes.reserve(static_cast<std::size_t>(
                std::min<std::uint64_t>(limit + 1, std::max<std::uint64_t>(2 * have, have + ask))));
        result.bytes.resize(have + ask);
        stream.next_out = reinterpret_cast<Bytef*>(result.bytes.data() + have);
        stream.avail_out = static_cast<uInt>(ask);
        const int code = ::inflate(&stream, Z_NO_FLUSH);
        result.bytes.resize(have + ask - stream.avail_out);
        if (result.bytes.size() > limit) {
            result.bytes.resize(static_cast<std::size_t>(limit));
            result.exceeded = true;
            return result;
        }
        if (code == Z_STREAM_END) {
            // Several members in a row are one file.
            if (stream.avail_in == 0 && given == compressed.size()) return result;
            if (::inflateReset(&stream) != Z_OK || stream.avail_in < 2 || stream.next_in[0] != 0x1f) return result;
        } else if (code != Z_OK) {
            result.cut = true;
            return result;
        }
    }
}

} // namespace assay
