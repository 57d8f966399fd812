// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/data/dataset_reader.h"
#include "core/data/source.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

// What data sets have in common that come with text files which list their pictures.

[[nodiscard]] bool hasEntry(const Source& source, std::string_view path);
/// The folder, "" or ending in '/', nearest the top that holds `file` ("info/synsets.txt").
[[nodiscard]] std::optional<std::string> folderHolding(const Source& source, std::string_view file);
/// The lines of a text, without their ends and without empty ones.
[[nodiscard]] std::vector<std::string> splitLines(std::span<const std::byte> bytes);
[[nodiscard]] Result<std::vector<std::string>> readListFile(const Source& source, const std::string& entry);

/// One line "path label" of a list: the last word is the class number.
struct ListedPicture {
    std::string path;
    Label label = kNoLabel;
};
/// Nothing where the line is not of that form.
[[nodiscard]] std::optional<ListedPicture> parseListedPicture(std::string_view line);

/// Lists pictures that their data set names, and keeps account of those that are not there.
class PictureList {
public:
    PictureList(const Source& source, RawDataset& raw, ProblemCollector& problems)
        : m_source(source), m_raw(raw), m_problems(problems) {}
    /// A sample, or a problem where the source has no such entry.
    void add(const std::string& entry, Label given, Label truth, std::optional<Split> split);
    /// A line that cannot be used.
    void refuse(const std::string& list, std::size_t line, const std::string& reason);
    /// Says how many problems were not listed one by one. To be called once, at the end.
    void finish();

private:
    static constexpr std::size_t kListed = 1000;
    void problem(const std::string& file, const std::string& reason);
    const Source& m_source;
    RawDataset& m_raw;
    ProblemCollector& m_problems;
    std::size_t m_count = 0;
};

} // namespace assay
