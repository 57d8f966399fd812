// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace assay {

/// Faults that tests plant to see their own alarms go off. Nothing but a test sets them.
struct ProjectFaults {
    bool synchronousNormal = false; ///< commits are not synced: power cuts lose decisions
    bool pretendShare = false;      ///< every folder looks like a network file system
    bool replaceUnchecked = false;  ///< device and inode are not compared before a commit
};
[[nodiscard]] ProjectFaults& projectFaults();

} // namespace assay
