// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/hash.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <openssl/sha.h>
#include <xxhash.h>

namespace assay {
namespace {

std::string toHex(std::span<const unsigned char> bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const unsigned char byte : bytes) {
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

std::string toHex(XXH128_hash_t hash) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, hash);
    return toHex(std::span<const unsigned char>(canonical.digest));
}

} // namespace

struct ContentHasher::State {
    XXH3_state_t* xxh = XXH3_createState();
    State() { XXH3_128bits_reset(xxh); }
    ~State() { XXH3_freeState(xxh); }
};

ContentHasher::ContentHasher() : m_state(std::make_unique<State>()) {}
ContentHasher::~ContentHasher() = default;

void ContentHasher::add(std::span<const std::byte> bytes) {
    XXH3_128bits_update(m_state->xxh, bytes.data(), bytes.size());
}
void ContentHasher::add(std::string_view text) {
    add(std::uint64_t(text.size()));
    add(std::as_bytes(std::span(text)));
}
void ContentHasher::add(std::uint64_t number) {
    std::array<std::byte, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = std::byte(number >> (8 * i));
    add(std::span<const std::byte>(bytes));
}
std::string ContentHasher::hex() const { return toHex(XXH3_128bits_digest(m_state->xxh)); }

std::string contentHash(std::span<const std::byte> bytes) { return toHex(XXH3_128bits(bytes.data(), bytes.size())); }

std::string sha256(std::span<const std::byte> bytes) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    return toHex(digest);
}

} // namespace assay
