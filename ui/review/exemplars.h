// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <cstddef>
#include <vector>

namespace assay::ui {

class Workspace;

/// The samples of each class that the epoch on show is surest of: lowest loss among those that it predicts as they
/// are labelled, at most `count` a class. One pass; without evidence the first ones of each class.
[[nodiscard]] std::vector<std::vector<SampleIndex>> exemplars(const Workspace& workspace, std::size_t count);

} // namespace assay::ui
