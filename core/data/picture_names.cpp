// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/picture_names.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>

namespace assay {
namespace {

constexpr std::array<std::string_view, 42> kPictures{
    ".jpg",  ".jpeg", ".jpe",  ".jfif", ".png",  ".webp", ".bmp", ".dib",  ".pnm",  ".ppm", ".pgm",
    ".pbm",  ".tif",  ".tiff", ".gif",  ".ico",  ".cur",  ".tga", ".svg",  ".heic", ".heif", ".avif",
    ".jp2",  ".j2k",  ".jpx",  ".jxl",  ".psd",  ".exr",  ".hdr", ".pcx",  ".pam",  ".pfm", ".apng",
    ".sgi",  ".ras",  ".dds",  ".qoi",  ".xbm",  ".xpm",  ".ff",  ".icns", ".dcm"};

constexpr std::array<std::string_view, 29> kBeside{
    ".txt", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".html", ".htm", ".md", ".rst", ".yaml", ".yml", ".toml", ".ini",
    ".db",  ".log", ".py",  ".ipynb", ".sh",  ".mat", ".npy",  ".npz", ".pkl", ".pt", ".zip",  ".tar", ".gz",   ".xz",
    ".pdf"};

template <std::size_t N>
bool isIn(const std::array<std::string_view, N>& list, std::string_view what) {
    return std::find(list.begin(), list.end(), what) != list.end();
}

} // namespace

std::string_view fileNameOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string lowerExtensionOf(std::string_view path) {
    const std::string_view name = fileNameOf(path);
    const std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? std::string() : asciiLower(name.substr(dot));
}

bool isHidden(std::string_view path) {
    return path.starts_with('.') || path.find("/.") != std::string_view::npos || path.starts_with("__MACOSX/") ||
           path.find("/__MACOSX/") != std::string_view::npos;
}

bool hasPictureExtension(std::string_view path) {
    return isIn(kPictures, lowerExtensionOf(path)) && !isHidden(path);
}

bool isBesidePictures(std::string_view path) {
    if (isHidden(path)) return true;
    if (hasPictureExtension(path)) return false;
    const std::string_view name = fileNameOf(path);
    if (isIn(kBeside, lowerExtensionOf(path))) return true;
    return name == "LICENSE" || name == "LICENCE" || name == "COPYING" || name == "README" || name == "NOTICE" ||
           name == "CHANGELOG" || name == "AUTHORS" || name == "Makefile" || name == "Icon\r";
}

} // namespace assay
