// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/human_labels.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace assay {
namespace {

constexpr std::size_t kSamples = 50'000;
constexpr std::size_t kNumberBytes = 8;
constexpr Label kMostClasses = 100;
constexpr std::array<std::string_view, 9> kNames = {"clean_label",   "aggre_label",        "worse_label",
                                                    "random_label1", "random_label2",      "random_label3",
                                                    "noisy_label",   "noisy_coarse_label", "clean_coarse_label"};

std::string littleEndian(std::size_t value) {
    std::string bytes(4, '\0');
    for (int i = 0; i < 4; ++i) bytes[std::size_t(i)] = char(value >> (8 * i) & 0xFF);
    return bytes;
}

/// Python writes a text as 'X', its length in four bytes, and its UTF-8.
std::string pickledText(std::string_view text) { return "X" + littleEndian(text.size()) + std::string(text); }

/// Reads a list of small numbers: ']', then marks '(' with items 'K' byte, each batch ended by 'e'; what was stored
/// for later ('q' byte, 'r' four bytes) is passed over.
std::optional<std::vector<Label>> readList(std::string_view pickle, std::size_t at) {
    std::vector<Label> labels;
    bool inBatch = false;
    for (++at; at < pickle.size() && labels.size() <= kSamples;) {
        const char code = pickle[at];
        if (code == 'q') at += 2;
        else if (code == 'r') at += 5;
        else if (code == '(' && !inBatch) inBatch = true, ++at;
        else if (code == 'e' && inBatch) inBatch = false, ++at;
        else if (code == 'K' && inBatch && at + 1 < pickle.size())
            labels.push_back(static_cast<unsigned char>(pickle[at + 1])), at += 2;
        else break;
    }
    if (inBatch || labels.size() != kSamples) return std::nullopt;
    return labels;
}

/// Reads an array: the first text of 8 · 50,000 bytes behind `at`, little-endian 64-bit numbers below 128, whose UTF-8
/// is what they are.
std::optional<std::vector<Label>> readArray(std::string_view pickle, std::size_t at, std::size_t end) {
    const std::string head = "X" + littleEndian(kSamples * kNumberBytes);
    const std::size_t found = pickle.find(head, at);
    if (found == std::string_view::npos || found >= end) return std::nullopt;
    const std::size_t begin = found + head.size();
    if (pickle.size() - begin < kSamples * kNumberBytes) return std::nullopt;
    std::vector<Label> labels;
    labels.reserve(kSamples);
    for (std::size_t i = 0; i < kSamples; ++i) {
        const std::string_view number = pickle.substr(begin + i * kNumberBytes, kNumberBytes);
        if (number.find_first_not_of('\0', 1) != std::string_view::npos) return std::nullopt;
        labels.push_back(static_cast<unsigned char>(number[0]));
    }
    return labels;
}

} // namespace

Result<std::vector<LabelVector>> readHumanLabels(std::span<const std::byte> bytes, const std::string& name) {
    const std::string_view pickle(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::vector<std::pair<std::size_t, std::string_view>> keys; // where each vector begins
    for (const std::string_view key : kNames)
        if (const std::size_t at = pickle.find(pickledText(key)); at != std::string_view::npos)
            keys.emplace_back(at + pickledText(key).size(), key);
    if (keys.empty())
        return fail(ErrorCode::Format, "none of the label vectors of CIFAR-10N or CIFAR-100N is in this file", name);
    std::sort(keys.begin(), keys.end());
    std::vector<LabelVector> vectors;
    for (std::size_t k = 0; k < keys.size(); ++k) {
        auto [at, key] = keys[k];
        const std::size_t end = k + 1 < keys.size() ? keys[k + 1].first : pickle.size();
        while (at < end && (pickle[at] == 'q' || pickle[at] == 'r')) at += pickle[at] == 'q' ? 2 : 5;
        auto labels = at < end && pickle[at] == ']' ? readList(pickle, at) : readArray(pickle, at, end);
        if (!labels)
            return fail(ErrorCode::Damaged,
                        "its vector " + std::string(key) + " does not hold " + withThousands(kSamples) +
                            " labels; fetch the file again",
                        name);
        if (std::any_of(labels->begin(), labels->end(), [](Label label) { return label >= kMostClasses; }))
            return fail(ErrorCode::Damaged, "its vector " + std::string(key) + " has a class beyond 99", name);
        vectors.push_back({std::string(key), std::move(*labels)});
    }
    return vectors;
}

} // namespace assay
