// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace assay::learn {

/// step / length, from 0 to 1; 1 where the length is 0.
[[nodiscard]] double linearRamp(double step, double length);

/// Lee's weight of pseudo-labels (ICML Workshop 2013): 0 before `first`, then rising in a line, `full` from `last` on.
[[nodiscard]] double leeWeight(double t, double first, double last, double full);

/// min(1 − 1/(step + 1), steady): an average over few steps while there are few (Mean Teacher: Tarvainen & Valpola,
/// NeurIPS 2017). `step` counts from 0.
[[nodiscard]] double meanTeacherDecay(double step, double steady);

/// Factor of the learning rate: 0 for `wait` steps, rising in a line for `warmUp` steps, then half a cosine to 0 at
/// `total` (Meta Pseudo Labels: Pham et al., CVPR 2021).
[[nodiscard]] double waitingCosine(double step, double total, double wait, double warmUp);

/// Curriculum labelling (Cascante-Bonilla et al., AAAI 2021): the share of the surest answers that round `round` of the
/// pseudo-labelled ones takes, counted from 1; 1 at the end.
[[nodiscard]] double curriculumShare(int round, double step);

} // namespace assay::learn
