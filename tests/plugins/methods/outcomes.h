// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/core/learn/learn_fixtures.h"

namespace assay::test {

using Report = std::shared_ptr<const EpochReport>;

/// A column of an epoch's evidence.
inline const std::vector<float>& column(const Report& report, const char* name) {
    return report->evidence->columns.at(name);
}

/// Why a run failed; empty where it did not.
inline std::string sentence(const Outcome& outcome) { return outcome.result ? "" : outcome.result.error().sentence(); }

/// Whether a run noted a sentence with this part.
inline bool noted(const Outcome& outcome, const std::string& part) {
    const auto& notes = outcome.keeper.notes;
    return std::any_of(notes.begin(), notes.end(),
                       [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

} // namespace assay::test
