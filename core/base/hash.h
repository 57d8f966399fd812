// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace assay {

/// Incremental 128-bit content hash (XXH3), for identity and change, not against forgery.
class ContentHasher {
public:
    ContentHasher();
    ~ContentHasher();
    ContentHasher(const ContentHasher&) = delete;
    ContentHasher& operator=(const ContentHasher&) = delete;

    void add(std::span<const std::byte> bytes);
    void add(std::string_view text); ///< length-prefixed, so that ("ab","c") and ("a","bc") differ
    void add(std::uint64_t number);
    /// 32 lower-case hex digits.
    [[nodiscard]] std::string hex() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// 32 hex digits of the XXH3-128 of `bytes`.
[[nodiscard]] std::string contentHash(std::span<const std::byte> bytes);
/// 64 hex digits of the SHA-256 of `bytes`.
[[nodiscard]] std::string sha256(std::span<const std::byte> bytes);

} // namespace assay
