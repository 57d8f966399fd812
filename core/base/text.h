// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace assay {

/// Shortest text that reads back to the same number; `.` whatever the locale.
[[nodiscard]] std::string formatNumber(double value);
[[nodiscard]] std::string formatNumber(float value);
/// The whole of `text` as a number, or nothing; never depends on the locale.
[[nodiscard]] std::optional<double> parseReal(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> parseInteger(std::string_view text);

/// A name that may hold any bytes, made fit for a line of text: control characters, invalid UTF-8 and
/// bidirectional marks become \xNN or \u{…}.
[[nodiscard]] std::string escapeForDisplay(std::string_view name);
/// ASCII lower case, whatever the locale (file extensions, ids).
[[nodiscard]] std::string asciiLower(std::string_view text);
/// 12,345,678: for messages to people, never for files.
[[nodiscard]] std::string withThousands(std::uint64_t number);
/// Now, UTC, ISO 8601 with milliseconds: 2026-03-01T12:00:00.000Z.
[[nodiscard]] std::string utcNow();

} // namespace assay
