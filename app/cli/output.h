// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace assay::cli {

/// Keys keep the order in which they were set.
using Json = nlohmann::ordered_json;

/// Writes to standard output and flushes. A closed pipe is Cancelled without a message; a full disk is an Error.
[[nodiscard]] Status print(std::string_view text);
[[nodiscard]] Status printJson(const Json& document);
/// Into `file`, atomically; to standard output where it is empty or "-".
[[nodiscard]] Status writeResult(const std::string& file, std::string_view content);

/// One line on standard error.
void note(std::string_view sentence);
/// Progress on standard error: one line rewritten on a terminal, else a line every few seconds.
[[nodiscard]] ProgressFn progressPrinter();

/// A float32 as the shortest decimal that reads back to it; null where it is not finite.
[[nodiscard]] Json number(float value);
[[nodiscard]] Json number(double value);
/// For people: so many digits after the point.
[[nodiscard]] std::string fixed(double value, int digits);
/// 0.8312 as "83.12 %".
[[nodiscard]] std::string percent(double share);

/// Columns of text for people, padded with spaces; the first row is the heading.
class TextTable {
public:
    explicit TextTable(std::vector<std::string> heading) { m_rows.push_back(std::move(heading)); }
    void add(std::vector<std::string> row) { m_rows.push_back(std::move(row)); }
    [[nodiscard]] std::string text() const;

private:
    std::vector<std::vector<std::string>> m_rows;
};

} // namespace assay::cli
