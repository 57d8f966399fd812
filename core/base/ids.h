// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace assay {

/// An integer that cannot be mistaken for another kind of integer.
template <class Tag, class Integer>
struct StrongId {
    Integer value{};

    constexpr StrongId() = default;
    constexpr explicit StrongId(Integer v) : value(v) {}
    constexpr auto operator<=>(const StrongId&) const = default;
};

/// A sample: its row in the data set's own order.
using SampleIndex = StrongId<struct SampleTag, std::uint32_t>;
/// A run of a project, counted from 1.
using RunId = StrongId<struct RunTag, std::int64_t>;
/// A row of the journal, counted from 1 without gaps; 0 is the state before any decision.
using Revision = StrongId<struct RevisionTag, std::int64_t>;

/// A class number, 0-based; labels are stored in bulk, so they stay plain integers.
using Label = std::int32_t;
/// No label: unlabelled, or a true class outside the list (open set).
inline constexpr Label kNoLabel = -1;

} // namespace assay

template <class Tag, class Integer>
struct std::hash<assay::StrongId<Tag, Integer>> {
    std::size_t operator()(assay::StrongId<Tag, Integer> id) const noexcept { return std::hash<Integer>{}(id.value); }
};
