// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/mixture.h"

namespace assay::stats {

/// Sets peak and trough from the components, as every fit does at its end (a project keeps fits without them): where
/// the posterior of the noisy component has its one turning point. To the right of a maximum and to the left of a
/// minimum it is held level, so that a higher loss is never less suspect.
void findTurningPoint(MixtureFit& fit);

} // namespace assay::stats
