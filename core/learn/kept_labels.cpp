// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/kept_labels.h"

namespace assay::learn {

void recordKept(const Run& run, EpochOutcome& outcome, std::vector<float> kept) {
    const RunData& data = run.data;
    double count = 0, known = 0, right = 0;
    for (const std::uint32_t row : data.trainRows) {
        if (!(kept[row] > 0)) continue;
        ++count;
        if (!data.truthKnown() || data.truth[row] == kNoLabel) continue;
        ++known;
        right += data.truth[row] == data.labels[row];
    }
    outcome.report.scalars["kept-share"] = count / double(data.trainRows.size());
    if (known > 0) outcome.report.scalars["label-precision"] = right / known;
    outcome.evidence.columns[kKeptColumn] = std::move(kept);
}

} // namespace assay::learn
