// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <sys/stat.h>

namespace assay {

/// Tells whether a folder has changed: names, sizes and times of its files, in whichever order they are added.
class FolderFingerprint {
public:
    /// `prefix`: the folder beneath the root with a '/' at its end; empty for the root.
    void add(std::string_view prefix, std::string_view name, const struct stat& status);
    void add(const FolderFingerprint& other);
    /// `focus`: the file at which the user pointed.
    [[nodiscard]] std::string text(std::string_view focus) const;

private:
    std::uint64_t m_low = 0, m_high = 0, m_count = 0;
};

/// That of all files beneath a folder, by several threads and without a list of them. Empty where it takes more than
/// that to tell: links, folders that cannot be read, or where it was stopped.
[[nodiscard]] std::string folderFingerprint(const std::filesystem::path& root, const std::stop_token& stop);

} // namespace assay
