// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/score.h"

#include <vector>

namespace assay {

/// The samples that a score of pictures answers for: those of the last epoch, or all where there is no epoch.
class ScoreSamples {
public:
    /// InvalidArgument where there is no data set, or labels of another number.
    [[nodiscard]] static Result<ScoreSamples> from(const ScoreInput& input);

    [[nodiscard]] const std::vector<Label>& labels() const { return *m_labels; } ///< [N]
    /// Values and suggestions [N] as a score hands them out.
    [[nodiscard]] ScoreValues pick(const std::vector<float>& values, const std::vector<Label>& suggested) const;

private:
    const std::vector<Label>* m_labels = nullptr;
    std::vector<SampleIndex> m_samples;
};

} // namespace assay
