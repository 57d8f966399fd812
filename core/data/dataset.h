// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/data/image.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay {

class PixelStore;
class PictureSource;

enum class Split : std::uint8_t { Train, Validation, Test };
[[nodiscard]] std::string_view splitName(Split split); ///< "train", "validation", "test"

/// Many strings in one block: 100,000 names cost little more than their characters.
class NameTable {
public:
    void add(std::string_view name);
    [[nodiscard]] std::string_view operator[](std::size_t i) const;
    [[nodiscard]] std::size_t size() const { return m_ends.size(); }

private:
    std::string m_text;
    std::vector<std::uint64_t> m_ends;
};

/// What a data set is, once opened: immutable, shared by every thread. Row i is SampleIndex(i) for ever.
struct Dataset {
    std::string format;             ///< id of the reader that recognised it
    std::filesystem::path location; ///< as opened, absolute
    std::string contentHash;        ///< 32 hex digits over names, labels, splits and pixels
    std::vector<std::string> classNames;
    NameTable names;                ///< stable name: relative path, or "batch:offset"
    std::vector<Label> givenLabels; ///< [N], 0..K−1, or kNoLabel where a sample came without one
    std::vector<Label> trueLabels;  ///< [N], or empty where the truth did not come with it
    std::vector<Split> splits;      ///< [N]
    bool splitsMade = false;        ///< no split came with it: a stratified one was made from splitSeed
    std::uint64_t splitSeed = 0;
    std::vector<Problem> unreadable; ///< what was left out, and why
    std::vector<std::string> notes;  ///< what a person should know: guesses made, columns chosen

    std::shared_ptr<const PixelStore> pixels;      ///< for training and thumbnails; null if opened without
    std::shared_ptr<const PictureSource> pictures; ///< for the inspector; never null

    [[nodiscard]] std::size_t size() const { return givenLabels.size(); }
    [[nodiscard]] int classCount() const { return int(classNames.size()); }
    [[nodiscard]] std::size_t unlabelled() const; ///< samples that came without a label
};

/// Full-size pictures by sample. Any thread.
class PictureSource {
public:
    virtual ~PictureSource() = default;
    /// The picture, upright, RGB or grey, decoded at the smallest scale whose shorter side is at least
    /// `enough` pixels (0: full size).
    [[nodiscard]] virtual Result<Image> picture(SampleIndex sample, int enough = 0) const = 0;
    /// The encoded picture as it came, with its extension (".jpg"); for exports that copy. Unsupported where the
    /// pixels lie bare in a larger file.
    [[nodiscard]] virtual Result<std::pair<std::string, std::vector<std::byte>>> originalBytes(SampleIndex) const {
        return fail(ErrorCode::Unsupported, "this data set holds bare pixels, not picture files");
    }
    /// Where that picture lies as a file of its own; nothing in archives and binary sets. For exports that link.
    [[nodiscard]] virtual std::optional<std::filesystem::path> originalFile(SampleIndex) const { return std::nullopt; }
};

} // namespace assay
