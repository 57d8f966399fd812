// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/dataset_reference.h"

namespace assay {

DatasetReference referenceTo(const Dataset& dataset, const ReaderOptions& options) {
    DatasetReference reference;
    reference.location = dataset.location;
    reference.contentHash = dataset.contentHash;
    reference.format = dataset.format;
    reference.fileColumn = options.fileColumn;
    reference.labelColumn = options.labelColumn;
    reference.splitSeed = dataset.splitSeed;
    reference.samples = dataset.size();
    reference.classNames = dataset.classNames;
    return reference;
}

} // namespace assay
