// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace assay {

/// After the last '/'.
[[nodiscard]] std::string_view fileNameOf(std::string_view path);
/// Lower case with its dot; empty where there is none.
[[nodiscard]] std::string lowerExtensionOf(std::string_view path);
/// Whether the file lies in a hidden folder, or is what a Mac packs beside every file.
[[nodiscard]] bool isBehindTheScenes(std::string_view path);
/// Whether the name is that of a picture, read here or not: the ones that are not are listed with their reason.
[[nodiscard]] bool hasPictureExtension(std::string_view path);
/// Tables, texts, code and what desktops leave behind: never a sample, never listed.
[[nodiscard]] bool isBesidePictures(std::string_view path);

} // namespace assay
