// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"

#include <functional>
#include <string_view>

namespace assay {

struct FolderListing {
    bool recursive = true;
    std::function<bool(std::string_view name)> accepts; ///< by file name; empty: everything
    std::string focus;
};

/// Lists a folder: regular files, and links to regular files of the same tree. Cancellable.
[[nodiscard]] Result<std::shared_ptr<const Source>> openFolder(const std::filesystem::path& folder,
                                                               FolderListing listing, ProblemCollector& problems,
                                                               const ProgressFn& progress, std::stop_token stop);

} // namespace assay
