// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/errors_left.h"
#include "core/base/text.h"
#include "core/project/review_answers.h"
#include "ui/session/workspace_private.h"

#include <algorithm>

namespace assay::ui {

namespace {

/// A review keeps its sample for as long as it lasts; another program that draws with this seed gets the same.
constexpr std::uint64_t kSeed = 1;

} // namespace

void Workspace::Private::drawAudit(bool anew) {
    std::vector<SampleIndex> labelled;
    if (const auto evidence = values.evidence())
        for (const SampleIndex sample : evidence->samples)
            if (q->judges(sample) && q->baseLabel(sample) != kNoLabel) labelled.push_back(sample);
    if (!anew && labelled == population) return;
    population = std::move(labelled);
    auditSample.clear();
    if (auditSize > 0)
        for (const std::uint32_t row : drawAuditSample(population.size(), auditSize, kSeed))
            auditSample.push_back(population[row].value);
    Q_EMIT q->auditChanged();
}

void Workspace::Private::readRandomDecisions() {
    sinceRandom = decidedSinceRandom(book.journal());
    wasAtRandom = everAskedAtRandom(book.journal(), dataset->size());
    atRandom.assign(dataset->size(), 0);
}

void Workspace::Private::countSinceRandom(const std::vector<DecisionRequest>& requests) {
    for (const DecisionRequest& request : requests) {
        const bool random = request.reason.rule == kRandomRule;
        sinceRandom = random ? 0 : sinceRandom + 1;
        if (random && request.to.verdict != Verdict::None) wasAtRandom[request.sample.value] = 1;
    }
}

bool Workspace::Private::mixesAudit() const {
    return !auditSample.empty() && !filter.only && filter.classes.empty() && filter.text.isEmpty() &&
           filter.score != QLatin1String("index") && filter.score != QLatin1String(kPseudoLabelScore) &&
           filter.score != QLatin1String(kPseudoConfidenceScore);
}

std::vector<SampleIndex> Workspace::Private::withAudit(const std::vector<SampleIndex>& ranked,
                                                       const std::function<bool(SampleIndex)>& keep) {
    std::vector<std::uint8_t> decided;
    for (const DecisionState& state : book.states()) decided.push_back(state.verdict != Verdict::None);
    std::vector<std::uint32_t> rows, sample;
    for (const SampleIndex one : ranked) rows.push_back(one.value);
    for (const std::uint32_t one : auditSample)
        if (keep(SampleIndex(one))) sample.push_back(one);
    const MixedQueue queue = mixAuditSample(rows, decided, sample, sinceRandom);
    for (std::size_t i = 0; i < decided.size(); ++i) atRandom[i] = decided[i] ? wasAtRandom[i] : queue.atRandom[i];
    std::vector<SampleIndex> mixed;
    for (const std::uint32_t row : queue.order) mixed.emplace_back(row);
    return mixed;
}

void Workspace::setAuditSample(std::size_t size) {
    if (!d->dataset || size == d->auditSize) return;
    d->auditSize = size;
    d->storeSetting(kAuditSampleKey, std::to_string(size));
    d->drawAudit(true);
    d->filterNow();
}

void Workspace::setStopShare(double share) {
    if (!d->dataset || share == d->stopShare) return;
    d->stopShare = share;
    d->storeSetting(kStopShareKey, formatNumber(share));
    Q_EMIT auditChanged();
}

double Workspace::stopShare() const { return d->stopShare; }

std::size_t Workspace::auditSample() const { return d->auditSize; }
bool Workspace::asksAtRandom() const { return d->mixesAudit(); }

bool Workspace::askedAtRandom(SampleIndex sample) const {
    if (!d->mixesAudit() || sample.value >= d->atRandom.size()) return false;
    return (decision(sample).verdict == Verdict::None ? d->atRandom : d->wasAtRandom)[sample.value] != 0;
}

AuditState Workspace::auditState() const {
    AuditState state;
    state.population = d->population.size();
    state.sample = d->auditSample.size();
    std::vector<Label> given;
    std::vector<float> suspicion;
    const std::vector<float>& scores = values(d->filter.score);
    for (const SampleIndex sample : d->population) {
        given.push_back(baseLabel(sample));
        suspicion.push_back(d->filter.descending ? scores[sample.value] : -scores[sample.value]);
    }
    const RowAnswers answers = answersOf(d->population, given, decisions(), journal());
    state.undecided = state.population - answers.answers.size();
    std::vector<std::uint8_t> asked = d->wasAtRandom;
    for (const std::uint32_t member : d->auditSample) asked[member] = 1;
    for (std::size_t row = 0; row < d->population.size(); ++row)
        state.answered += answers.decided[row] && asked[d->population[row].value];
    state.left = errorsLeft({suspicion, answers.decided, answers.wrong, answers.random});
    return state;
}

} // namespace assay::ui
