// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/cleaning_rounds.h"

namespace assay {

Result<std::vector<RoundFigures>> cleaningRounds(const Project& project, RunId run) {
    ASSAY_TRY(const std::vector<EpochSummary> epochs, project.epochs(run));
    std::vector<RoundFigures> rounds;
    std::shared_ptr<const Evidence> before;
    for (const EpochSummary& epoch : epochs) {
        if (!epoch.cleaning) continue;
        ASSAY_TRY(std::shared_ptr<const Evidence> evidence, project.evidence(run, epoch.epoch));
        const auto kept = evidence->columns.find(kKeptColumn);
        if (kept == evidence->columns.end())
            return fail(ErrorCode::Damaged, "the end of a round does not say what was kept; restore a backup",
                        "run " + std::to_string(run.value) + ", epoch " + std::to_string(epoch.epoch));
        RoundFigures figures;
        figures.round = *epoch.cleaning;
        figures.epoch = epoch.epoch;
        figures.flow =
            before ? cleaningFlow(before->columns.at(kKeptColumn), kept->second) : cleaningFlow({}, kept->second);
        if (before) figures.overlap = figures.flow.jaccard();
        if (const auto right = epoch.scalars.find("label-precision"); right != epoch.scalars.end())
            figures.labelPrecision = right->second;
        rounds.push_back(std::move(figures));
        before = std::move(evidence);
    }
    if (rounds.empty()) return rounds;
    ASSAY_TRY(const std::vector<StoredLabelSet> sets, project.labelSets());
    for (RoundFigures& figures : rounds) {
        const std::string name = "run " + std::to_string(run.value) + ", round " + std::to_string(figures.round.round);
        for (const StoredLabelSet& one : sets)
            if (one.set.origin == LabelOrigin::Cleaning && one.name == name) figures.labelSet = one.id;
    }
    return rounds;
}

} // namespace assay
