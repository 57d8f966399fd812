// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/picture_names.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>

namespace assay {
namespace {

constexpr std::array<std::string_view, 42> kPictures{
    ".jpg", ".jpeg", ".jpe",  ".jfif", ".png", ".webp", ".bmp", ".dib",  ".pnm",  ".ppm",  ".pgm",
    ".pbm", ".tif",  ".tiff", ".gif",  ".ico", ".cur",  ".tga", ".svg",  ".heic", ".heif", ".avif",
    ".jp2", ".j2k",  ".jpx",  ".jxl",  ".psd", ".exr",  ".hdr", ".pcx",  ".pam",  ".pfm",  ".apng",
    ".sgi", ".ras",  ".dds",  ".qoi",  ".xbm", ".xpm",  ".ff",  ".icns", ".dcm"};

constexpr std::array<std::string_view, 29> kBeside{
    ".txt",  ".csv", ".tsv",  ".json", ".jsonl", ".xml", ".html", ".htm",   ".md", ".rst",
    ".yaml", ".yml", ".toml", ".ini",  ".db",    ".log", ".py",   ".ipynb", ".sh", ".mat",
    ".npy",  ".npz", ".pkl",  ".pt",   ".zip",   ".tar", ".gz",   ".xz",    ".pdf"};

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

bool isBehindTheScenes(std::string_view path) {
    if (fileNameOf(path).starts_with("._")) return true;
    while (true) {
        const std::size_t slash = path.find('/');
        if (slash == std::string_view::npos) return false;
        if (path.starts_with('.') || path.substr(0, slash) == "__MACOSX") return true;
        path.remove_prefix(slash + 1);
    }
}

bool hasPictureExtension(std::string_view path) {
    return isIn(kPictures, lowerExtensionOf(path)) && !isBehindTheScenes(path);
}

bool isBesidePictures(std::string_view path) {
    if (isBehindTheScenes(path)) return true;
    if (hasPictureExtension(path)) return false;
    const std::string_view name = fileNameOf(path);
    if (name.starts_with('.') || isIn(kBeside, lowerExtensionOf(path))) return true;
    return name == "LICENSE" || name == "LICENCE" || name == "COPYING" || name == "README" || name == "NOTICE" ||
           name == "CHANGELOG" || name == "AUTHORS" || name == "Makefile" || name == "Icon\r";
}

} // namespace assay
