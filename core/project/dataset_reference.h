// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/data/dataset_reader.h"
#include "core/project/project.h"

namespace assay {

/// What a project remembers of its data set, and of the options with which that was read.
[[nodiscard]] DatasetReference referenceTo(const Dataset& dataset, const ReaderOptions& options = {});

} // namespace assay
