// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/fusion.h"
#include "core/audit/score.h"
#include "core/project/score_input.h"
#include "ui/session/workspace_private.h"

#include <algorithm>
#include <cmath>

namespace assay::ui {

ScoreInput scoreInputAt(const Project& project, RunId run, const Dataset& dataset, const std::vector<Label>& labels,
                        const std::shared_ptr<const Evidence>& last) {
    ScoreInput input;
    if (auto read = readScoreInput(project, run, dataset, labels)) input = std::move(*read);
    input.dataset = &dataset;
    input.labels = &labels;
    std::erase_if(input.epochs, [&](const auto& epoch) { return epoch->epoch >= last->epoch; });
    input.epochs.push_back(last);
    for (auto* matrix : {&input.features, &input.probabilities})
        if (*matrix && (*matrix)->epoch != last->epoch) matrix->reset();
    return input;
}

bool isSlow(const Score& score) {
    const ScoreBasis basis = score.traits().basis;
    return basis == ScoreBasis::Pictures || basis == ScoreBasis::Features;
}

void Workspace::Private::askFused() {
    const auto evidence = values.evidence();
    if (!currentRun || !evidence || fusing == evidence) return;
    const auto known = labelSets.find(runs.record(*currentRun)->labelSet);
    if (known == labelSets.end()) return askLabels(runs.record(*currentRun)->labelSet);
    fusing = evidence;
    fusionPool.run(
        [scores = registry->scores.all(), dataset = dataset, project = project, labels = known->second, run = *currentRun,
         evidence]() -> Result<std::shared_ptr<const Fusion>> {
            const ScoreInput input = scoreInputAt(*project, run, *dataset, labels.set->labels, evidence);
            std::vector<Detector> detectors;
            for (const auto& score : scores) {
                if (isSlow(*score)) continue;
                auto found = score->compute(input);
                if (!found || found->values.size() != evidence->size()) continue; // it has no say on this run
                detectors.push_back({score->description().id, std::move(found->values), std::move(found->suggested)});
            }
            std::vector<Label> given;
            for (const SampleIndex sample : evidence->samples) given.push_back(labels.set->labels[sample.value]);
            ASSAY_TRY(Fusion made, Fusion::make(std::move(detectors), std::move(given)));
            return std::make_shared<const Fusion>(std::move(made));
        },
        [this, evidence](Result<std::shared_ptr<const Fusion>> made) {
            if (fusing != evidence) return;
            if (!made) {
                if (filter.score == QLatin1String(kFusedScore)) Q_EMIT q->warning(QString::fromStdString(made.error().sentence()));
                return;
            }
            fusion = std::move(*made);
            rankFused();
        });
}

void Workspace::Private::rankFused() {
    if (!fusion) return;
    if (ranking) {
        rankAgain = true;
        return;
    }
    std::vector<ReviewAnswer> answers;
    for (std::size_t row = 0; row < fusing->size(); ++row) {
        const DecisionState state = book.state(fusing->samples[row]);
        if (state.verdict == Verdict::Keep) answers.push_back({std::uint32_t(row), false});
        if (state.verdict == Verdict::Relabel || state.verdict == Verdict::Exclude) answers.push_back({std::uint32_t(row), true});
    }
    ranking = true;
    fusionPool.run([fusion = fusion, answers]() -> Result<FusedRanking> { return fusion->rank(answers); },
                   [this, of = fusion](Result<FusedRanking> ranked) {
                       ranking = false;
                       if (std::exchange(rankAgain, false)) rankFused();
                       if (of != fusion || !ranked) return;
                       takeFused(*ranked);
                   });
}

void Workspace::Private::takeFused(const FusedRanking& ranked) {
    const QString id = QLatin1String(kFusedScore);
    const bool first = !values.has(id);
    std::vector<float> spread(dataset->size(), std::nanf(""));
    std::vector<Label> suggested(dataset->size(), kNoLabel);
    for (std::size_t row = 0; row < fusing->size() && row < ranked.suspicion.size(); ++row) {
        spread[fusing->samples[row].value] = ranked.suspicion[row];
        suggested[fusing->samples[row].value] = fusion->suggested(row);
    }
    values.addComputed(id, std::move(spread));
    scoreSuggestions[id] = std::move(suggested);
    orderOld |= filter.score == id;
    Q_EMIT q->epochOnShowChanged();
    if (first && filter.score == id) q->resort();
}

} // namespace assay::ui
