// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/mixture.h"

namespace assay::stats {

/// Sets `peak` and `trough` of a fit from its components: where the posterior of the noisy component has its one
/// turning point. It is held level to the right of a maximum and to the left of a minimum, so that a higher loss is
/// never less suspect (Arazo et al., ICML 2019, repair the right tail).
void findTurningPoint(MixtureFit& fit);

} // namespace assay::stats
