// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/run_labels.h"

#include "core/base/text.h"

#include <cmath>

namespace assay::ui {

std::string noiseName(const NoiseOptions& options) {
    return std::string(noiseKindId(options.kind)) + " " + formatNumber(std::round(options.rate * 1000) / 10) +
           " %, seed " + std::to_string(options.seed);
}

Result<LabelSet> noisyLabelSet(const Dataset& dataset, const NoiseOptions& options) {
    ASSAY_TRY(NoisyLabels noisy, injectNoise(dataset, dataset.givenLabels, options));
    LabelSet set;
    set.origin = LabelOrigin::NoiseModel;
    set.source = noiseName(options);
    set.labels = std::move(noisy.labels);
    set.trueLabels = dataset.givenLabels;
    return set;
}

Result<KeptLabels> keepLabels(Project& project, const std::string& name, LabelSet set) {
    ASSAY_TRY(const std::vector<StoredLabelSet> stored, project.labelSets());
    for (const StoredLabelSet& known : stored)
        if (known.set.origin == set.origin && known.set.source == set.source && sameLabels(known.set, set))
            return KeptLabels{known.id, known.name, std::make_shared<const LabelSet>(known.set)};
    ASSAY_TRY(const std::int64_t id, project.addLabelSet(name, set));
    return KeptLabels{id, name, std::make_shared<const LabelSet>(std::move(set))};
}

const RunRecord* rootRun(const std::vector<RunRecord>& runs, RunId run) {
    const RunRecord* root = nullptr;
    for (const RunRecord& candidate : runs)
        if (candidate.id <= run && !candidate.revision && (root == nullptr || candidate.id > root->id))
            root = &candidate;
    return root;
}

} // namespace assay::ui
