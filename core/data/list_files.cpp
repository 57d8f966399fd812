// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/list_files.h"

#include "core/base/text.h"

#include <algorithm>
#include <utility>

namespace assay {
namespace {

constexpr std::uint64_t kLargestList = 1ull << 30;

} // namespace

bool hasEntry(const Source& source, std::string_view path) {
    const auto& entries = source.entries();
    const auto at =
        std::lower_bound(entries.begin(), entries.end(), path,
                         [](const SourceEntry& entry, std::string_view wanted) { return entry.path < wanted; });
    return at != entries.end() && at->path == path;
}

std::optional<std::string> folderHolding(const Source& source, std::string_view file) {
    std::optional<std::string> best;
    for (const SourceEntry& entry : source.entries()) {
        const std::string_view path = entry.path;
        if (!path.ends_with(file)) continue;
        const std::string_view folder = path.substr(0, path.size() - file.size());
        if (!folder.empty() && !folder.ends_with('/')) continue;
        if (!best || folder.size() < best->size()) best = std::string(folder);
    }
    return best;
}

std::vector<std::string> splitLines(std::span<const std::byte> bytes) {
    std::vector<std::string> lines;
    std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        while (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty()) lines.emplace_back(line);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return lines;
}

Result<std::vector<std::string>> readListFile(const Source& source, const std::string& entry) {
    ASSAY_TRY(const SharedBytes bytes, source.share(entry, kLargestList));
    return splitLines(*bytes);
}

std::optional<ListedPicture> parseListedPicture(std::string_view line) {
    const std::size_t space = line.find_last_of(" \t");
    if (space == std::string_view::npos || space == 0) return std::nullopt;
    const auto label = parseInteger(line.substr(space + 1));
    if (!label || *label < 0 || *label > 1'000'000) return std::nullopt;
    line = line.substr(0, line.find_last_not_of(" \t", space) + 1);
    if (line.empty()) return std::nullopt;
    return ListedPicture{std::string(line), Label(*label)};
}

void PictureList::add(const std::string& entry, Label given, Label truth, std::optional<Split> split) {
    if (!hasEntry(m_source, entry)) {
        problem(escapeForDisplay(entry), "is listed but not there");
        return;
    }
    RawDataset::Sample sample;
    sample.name = entry;
    sample.givenLabel = given;
    sample.trueLabel = truth;
    sample.split = split;
    sample.pixels = RawDataset::Encoded{entry};
    m_raw.samples.push_back(std::move(sample));
}

void PictureList::refuse(const std::string& list, std::size_t line, const std::string& reason) {
    problem(escapeForDisplay(list), "line " + withThousands(line) + " " + reason);
}

void PictureList::finish() {
    if (m_count > kListed)
        m_raw.notes.push_back(withThousands(m_count - kListed) + " more pictures are listed but not there");
}

void PictureList::problem(const std::string& file, const std::string& reason) {
    if (++m_count <= kListed) m_problems.add(file, reason);
}

} // namespace assay
