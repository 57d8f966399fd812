// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/output.h"

#include "app/cli/cli_headers.h"
#include "core/base/files.h"
#include "core/base/text.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <mutex>
#include <unistd.h>

namespace assay::cli {

namespace {

/// Columns that a UTF-8 text takes, one for each code point.
std::size_t width(std::string_view text) {
    std::size_t columns = 0;
    for (const char c : text) columns += (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
    return columns;
}

void writeAll(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return;
        text.remove_prefix(std::size_t(written));
    }
}

} // namespace

Status print(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0 && errno == EPIPE) return fail(ErrorCode::Cancelled, "");
        if (written < 0)
            return fail(errno == ENOSPC ? ErrorCode::NoSpace : ErrorCode::Io,
                        std::string("standard output could not be written: ") + std::strerror(errno));
        text.remove_prefix(std::size_t(written));
    }
    return {};
}

Status printJson(const Json& document) {
    return print(document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

Status writeResult(const std::string& file, std::string_view content) {
    if (file.empty() || file == "-") return print(content);
    return writeFileAtomically(file, content);
}

void note(std::string_view sentence) { writeAll(STDERR_FILENO, std::string(sentence) + "\n"); }

ProgressFn progressPrinter() {
    using Clock = std::chrono::steady_clock;
    struct State {
        std::mutex mutex;
        Clock::time_point last = Clock::now();
        bool terminal = ::isatty(STDERR_FILENO) != 0;
    };
    return [state = std::make_shared<State>()](const Progress& progress) {
        const std::scoped_lock lock(state->mutex);
        const auto now = Clock::now();
        const bool end = progress.total > 0 && progress.done >= progress.total;
        const auto wait = state->terminal ? std::chrono::milliseconds(100) : std::chrono::milliseconds(3000);
        if (now - state->last < wait && !(end && state->terminal)) return;
        state->last = now;
        std::string line = progress.stage + " " + withThousands(progress.done);
        if (progress.total > 0) line += " of " + withThousands(progress.total);
        if (state->terminal) line = "\r\x1b[K" + line + (end ? "\r\x1b[K" : "");
        else line += "\n";
        writeAll(STDERR_FILENO, line);
    };
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json number(float value) {
    if (!std::isfinite(value)) return Json(nullptr);
    const std::string text = formatNumber(value);
    double exact = double(value);
    std::from_chars(text.data(), text.data() + text.size(), exact);
    return Json(exact);
}

std::string fixed(double value, int digits) {
    std::array<char, 64> buffer{};
    if (!std::isfinite(value)) return "-";
    const auto [end, error] =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, digits);
    return error == std::errc{} ? std::string(buffer.data(), end) : formatNumber(value);
}

std::string percent(double share) { return std::isfinite(share) ? fixed(share * 100, 2) + " %" : "-"; }

std::string TextTable::text() const {
    std::vector<std::size_t> widths;
    for (const auto& row : m_rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
    }
    std::string text;
    for (const auto& row : m_rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += row[i];
            if (i + 1 < row.size()) text.append(widths[i] - width(row[i]) + 2, ' ');
        }
        text += '\n';
    }
    return text;
}

} // namespace assay::cli
