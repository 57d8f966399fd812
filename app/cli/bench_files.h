// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/files.h"
#include "core/base/npy.h"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <unistd.h>

namespace assay::cli {

/// A folder that is gone when the benchmark is.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::error_code code;
        m_path = std::filesystem::temp_directory_path(code) / ("assay-bench-" + std::to_string(::getpid()));
        std::filesystem::create_directories(m_path, code);
    }
    ~TemporaryFolder() {
        std::error_code code;
        std::filesystem::remove_all(m_path, code);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

/// An array as NumPy reads it; `descr` as "<f8".
[[nodiscard]] inline Status writeArray(const std::filesystem::path& file, const char* descr,
                                       std::span<const std::byte> bytes, std::span<const std::size_t> shape) {
    return writeFileAtomically(file, [&](FileSink& sink) -> Status {
        sink.write(npyHeader(descr, shape));
        sink.write(bytes);
        return {};
    });
}

} // namespace assay::cli
