// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/train/method.h"

namespace assay {

/// Says no to a task whose training samples are all of one class: every loss falls to nothing, and no method can tell
/// a wrong label from a right one. A task without a training sample is left to the method, which says more of it.
[[nodiscard]] Status checkClasses(const TrainingTask& task);

} // namespace assay
