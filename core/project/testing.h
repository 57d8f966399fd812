// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace assay {

/// Faults that tests plant to see their own alarms go off. Nothing but a test sets them.
struct ProjectFaults {
    bool synchronousNormal = false; ///< commits are not synced: power cuts lose decisions
    bool pretendShare = false;      ///< every folder looks like a network file system
    std::uint64_t logLimit = 0;     ///< bytes of log after which it is copied into the file; 0: the usual
    bool checkedBehind = false;     ///< every file counts as a large one, which is checked after its opening
    bool replaceUnchecked = false;  ///< device and inode are not compared before a commit
};
[[nodiscard]] ProjectFaults& projectFaults();

} // namespace assay
