// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QString>

#include <vector>

namespace assay::ui {

class Workspace;

/// One sentence on why a sample is, or is not, a suspect: its loss against the two groups, since which epoch, what
/// the networks say. `losses` by epoch from epoch 1.
[[nodiscard]] QString reasonText(const Workspace& workspace, SampleIndex sample, const std::vector<float>& losses);

} // namespace assay::ui
