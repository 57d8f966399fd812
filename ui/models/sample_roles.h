// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Qt>

namespace assay::ui {

/// What the gallery's model offers of a sample, beside text and tool tip.
enum SampleRole {
    SampleIndexRole = Qt::UserRole + 1, ///< unsigned: position in the data set
    GivenLabelRole,                     ///< class number, −1 none
    SuggestedLabelRole,                 ///< class number, −1 none
    ScoreRole,                          ///< float; NaN where unknown
    SuspectRole,                        ///< bool
    VerdictRole,                        ///< int of Verdict
    PendingRole,                        ///< bool: not on disk yet
    AgreementRole,                      ///< "7/12": so many of the detectors suspect it; empty but in the queue of all
    AtRandomRole,                       ///< bool: asked about at random, not for its score
};

} // namespace assay::ui
