// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/workspace_private.h"

#include "core/audit/score.h"
#include "core/base/text.h"
#include "core/project/review_answers.h"
#include "core/project/run_figures.h"
#include "ui/session/sample_order.h"

#include <algorithm>
#include <cmath>

namespace assay::ui {

namespace {

/// Bits of a set of samples or labels, for questions inside loops.
template <class T>
std::vector<std::uint8_t> bitsOf(const std::vector<T>& items, std::size_t size) {
    std::vector<std::uint8_t> bits(size, 0);
    for (const T& item : items) {
        std::size_t at = 0;
        if constexpr (std::is_integral_v<T>) at = std::size_t(item);
        else if constexpr (std::is_enum_v<T>) at = std::size_t(item);
        else at = item.value;
        if (at < size) bits[at] = 1;
    }
    return bits;
}

} // namespace

ViewFilter ViewFilter::everything() const {
    ViewFilter filter;
    filter.score = score;
    filter.descending = descending;
    return filter;
}

ViewFilter ViewFilter::exactly(std::vector<SampleIndex> samples, const QString& title) const {
    ViewFilter filter = everything();
    filter.only = std::move(samples);
    filter.onlyTitle = title;
    return filter;
}

const KeptLabels* Workspace::Private::rootLabels() const {
    const RunRecord* root = currentRun ? rootRun(runs.records(), *currentRun) : nullptr;
    const auto it = labelSets.find(root != nullptr ? root->labelSet : 0);
    return it == labelSets.end() ? nullptr : &it->second;
}

const LabelSet* Workspace::Private::base() const {
    const KeptLabels* root = rootLabels();
    return root != nullptr ? root->set.get() : working.get();
}

void Workspace::Private::show(std::optional<RunId> run, int epoch) {
    const bool another = run != currentRun;
    currentRun = run;
    currentEpoch = epoch;
    if (another) {
        if (run) {
            askLabels(runs.record(*run)->labelSet);
            if (const RunRecord* root = rootRun(runs.records(), *run)) askLabels(root->labelSet);
        }
        Q_EMIT q->currentRunChanged();
    }
    refreshEpoch();
}

void Workspace::Private::refreshEpoch() {
    if (!dataset) return;
    ++showGeneration;
    scoresAsked.clear();
    scoreProblems.clear();
    scoreSuggestions.clear();
    fusionTimer.stop();
    fusing.reset();
    fusion.reset();
    classProbabilities.reset();
    calibratedOn = 0;
    joinedRuns.clear();
    detectorSources.clear();
    learntWeights.clear();
    mixture.reset();
    std::shared_ptr<const Evidence> evidence;
    if (currentRun && currentEpoch > 0) {
        const EpochList list = runs.epochs(*currentRun);
        const auto it =
            std::find_if(list->begin(), list->end(), [&](const EpochSummary& s) { return s.epoch == currentEpoch; });
        if (it != list->end()) mixture = it->mixture;
        evidence = cache.get(*currentRun, currentEpoch);
        if (!evidence) return; // comes back here when it has been read
    }
    values.set(std::move(evidence), mixture, q->baseLabels());
    if (!values.has(filter.score)) askScore(filter.score);
    countSuspects();
    drawAudit(false);
    const bool firstEvidence = values.evidence() && !orderHadEvidence;
    // Nobody has chosen yet what to look at: the suspects, as soon as there are any.
    if (firstEvidence && !filterChosen && suspects > 0) filter.suspectsOnly = true;
    orderOld = true;
    Q_EMIT q->epochOnShowChanged();
    if (firstEvidence || order.size() != dataset->size() || !values.evidence()) q->resort();
}

void Workspace::Private::countSuspects() {
    judgedCount = suspects = 0;
    suspectBits.assign(dataset ? dataset->size() : 0, 0);
    const auto evidence = values.evidence();
    if (!dataset || !evidence) return;
    std::vector<float> ofJudged;
    const std::vector<float>& pNoisy = values.values(QStringLiteral("p-noisy"));
    for (const SampleIndex sample : evidence->samples) {
        if (!q->judges(sample)) continue;
        ++judgedCount;
        suspects += suspectBits[sample.value] = double(pNoisy[sample.value]) >= threshold; // NaN is no suspect
        ofJudged.push_back(pNoisy[sample.value]);
    }
    share = assay::suspectShare(ofJudged, threshold);
}

bool Workspace::Private::suspect(SampleIndex sample) const {
    return sample.value < suspectBits.size() && suspectBits[sample.value];
}

void Workspace::Private::askScore(const QString& id) {
    if (id == QLatin1String(kFusedScore)) return askFused();
    const auto score = registry->scores.find(id.toStdString());
    if (!score || !dataset) return;
    std::shared_ptr<const LabelSet> labels = q->baseLabels();
    if (values.evidence() && currentRun) {
        const auto known = labelSets.find(runs.record(*currentRun)->labelSet);
        if (known == labelSets.end())
            return askLabels(runs.record(*currentRun)->labelSet); // whoever shows scores asks again
        labels = known->second.set;
    } else if (score->traits().basis != ScoreBasis::Pictures) {
        return; // the others rest on a run
    }
    if (!labels) return;
    if (score->traits().basis == ScoreBasis::Pictures) return askPictureScore(id, score, std::move(labels));
    if (!scoresAsked.insert(id).second) return;
    struct Answer {
        std::vector<float> values;
        std::vector<Label> suggested;
    };
    const bool byFeatures = score->traits().basis == ScoreBasis::Features;
    (byFeatures ? slowPool : pool)
        .run(
            [score, dataset = dataset, project = project, labels, run = *currentRun, last = values.evidence(),
             near = byFeatures ? neighbours : nullptr]() -> Result<Answer> {
                ScoreInput input = scoreInputAt(*project, run, *dataset, labels->labels, last);
                if (near && input.features) input.neighbours = near->of(run, *input.features);
                ASSAY_TRY(const ScoreValues found, score->compute(input));
                Answer answer;
                answer.values.assign(dataset->size(), std::nanf(""));
                answer.suggested.assign(dataset->size(), kNoLabel);
                for (std::size_t row = 0; row < found.values.size(); ++row) {
                    answer.values[last->samples[row].value] = found.values[row];
                    if (row < found.suggested.size()) answer.suggested[last->samples[row].value] = found.suggested[row];
                }
                return answer;
            },
            [this, id, generation = showGeneration](Result<Answer> answer) {
                if (generation != showGeneration) return;
                if (!answer) {
                    // A run has not everything that every score rests on; that is news only to who sorts by the score.
                    if (answer.error().code != ErrorCode::NotFound && filter.score != id)
                        Q_EMIT q->warning(QString::fromStdString(answer.error().sentence()));
                    return scoreFailed(id, answer.error());
                }
                values.addComputed(id, std::move(answer->values));
                scoreSuggestions[id] = std::move(answer->suggested);
                orderOld |= filter.score == id;
                Q_EMIT q->epochOnShowChanged();
                if (filter.score == id) q->resort();
            });
}

void Workspace::Private::askPictureScore(const QString& id, std::shared_ptr<const Score> score,
                                         std::shared_ptr<const LabelSet> labels) {
    PictureScore& known = pictureScores[id];
    if (known.labels && known.labels->labels == labels->labels) {
        if (!known.problem.isEmpty()) scoreProblems[id] = known.problem;
        if (known.values.empty()) return; // asked already
        values.addComputed(id, known.values);
        scoreSuggestions[id] = known.suggested;
        return;
    }
    known = {labels, {}, {}, {}};
    slowPool.run(
        [score = std::move(score), dataset = dataset, labels, duplicates = duplicates]() -> Result<ScoreValues> {
            ScoreInput input;
            input.dataset = dataset.get();
            input.labels = &labels->labels;
            input.duplicates = duplicates;
            return score->compute(input);
        },
        [this, id, labels](Result<ScoreValues> found) {
            const auto asked = pictureScores.find(id);
            if (asked == pictureScores.end() || asked->second.labels != labels)
                return; // of a data set or labels gone by
            if (!found) {
                asked->second.problem = QString::fromStdString(found.error().sentence());
                return scoreFailed(id, found.error());
            }
            asked->second.values = std::move(found->values);
            asked->second.suggested = std::move(found->suggested);
            values.addComputed(id, asked->second.values);
            scoreSuggestions[id] = asked->second.suggested;
            orderOld |= filter.score == id;
            Q_EMIT q->epochOnShowChanged();
            if (filter.score == id) q->resort();
        });
}

/// Kept for whoever sorts by the score later, too: others may have asked for it first.
void Workspace::Private::scoreFailed(const QString& id, const Error& error) {
    scoreProblems[id] = QString::fromStdString(error.sentence());
    if (filter.score == id) Q_EMIT q->warning(scoreProblems[id]);
    Q_EMIT q->scoreFailed(id);
}

QString Workspace::scoreProblem(const QString& score) const {
    const auto known = d->scoreProblems.find(score);
    return known == d->scoreProblems.end() ? QString() : known->second;
}

void Workspace::Private::sortNow() {
    // A posterior is the same for all losses past its range: of equal ones the larger loss is the likelier error.
    const bool judged = values.evidence() != nullptr;
    order =
        sortedOrder(values.values(filter.score), filter.descending,
                    judged ? std::span<const float>(values.values(QStringLiteral("loss"))) : std::span<const float>());
    orderOld = false;
    orderHadEvidence = values.evidence() != nullptr;
}

void Workspace::Private::filterNow() {
    if (!dataset) return;
    const std::vector<float>& scores = values.values(filter.score);
    const std::size_t classes = std::size_t(dataset->classCount());
    const auto classBits = bitsOf(filter.classes, classes);
    const auto splitBits = bitsOf(filter.splits, 3);
    const auto verdictBits = bitsOf(filter.verdicts, 5);
    const auto only = bitsOf(filter.only.value_or(std::vector<SampleIndex>()), dataset->size());
    const std::string text = asciiLower(filter.text.toStdString());
    std::vector<std::uint8_t> textClass(classes, 0);
    for (std::size_t k = 0; k < classes && !text.empty(); ++k)
        textClass[k] = containsNoCase(dataset->classNames[k], text);
    const LabelSet* labels = base();
    const bool suspectsOnly = filter.suspectsOnly && values.evidence(); // before the first epoch nobody is one
    const auto keepAnyScore = [&](SampleIndex sample) {
        const std::size_t i = sample.value;
        if (filter.only && !only[i]) return false;
        if (!filter.splits.empty() && !splitBits[std::size_t(dataset->splits[i])]) return false;
        if (!filter.verdicts.empty() && !verdictBits[std::size_t(book.state(sample).verdict)]) return false;
        const Label given = labels->labels[i];
        if (!filter.classes.empty() && (given < 0 || !classBits[std::size_t(given)])) return false;
        if (text.empty() || (given >= 0 && textClass[std::size_t(given)])) return true;
        return containsNoCase(dataset->names[i], text);
    };
    const auto keep = [&](SampleIndex sample) {
        if (suspectsOnly && !suspect(sample)) return false;
        if (filter.scoreRange) {
            const double score = scores[sample.value];
            if (!(score >= filter.scoreRange->first && score <= filter.scoreRange->second)) return false;
        }
        return keepAnyScore(sample);
    };
    view = filteredOrder(order, keep);
    if (mixesAudit()) view = withAudit(view, keepAnyScore);
    Q_EMIT q->viewChanged();
}

void Workspace::resort() {
    if (!d->dataset) return;
    if (!d->values.has(d->filter.score)) d->askScore(d->filter.score);
    d->sortNow();
    d->filterNow();
}

void Workspace::setFilter(const ViewFilter& filter) {
    const bool anotherScore = filter.score != d->filter.score;
    const bool another = anotherScore || filter.descending != d->filter.descending;
    d->filter = filter;
    d->filterChosen = true;
    if (!d->dataset) return;
    if (another || d->order.size() != d->dataset->size()) resort();
    else d->filterNow();
    if (const QString problem = scoreProblem(filter.score); anotherScore && !problem.isEmpty()) Q_EMIT warning(problem);
}

std::vector<SampleIndex> Workspace::marked() const {
    std::vector<SampleIndex> found =
        d->selection.size() > 1 ? d->selection : d->filter.only.value_or(std::vector<SampleIndex>());
    if (found.empty() && d->filter.scoreRange) {
        const auto& [least, most] = *d->filter.scoreRange;
        const std::vector<float>& scores = d->values.values(d->filter.score);
        for (std::uint32_t i = 0; i < scores.size(); ++i)
            if (double(scores[i]) >= least && double(scores[i]) <= most) found.emplace_back(i);
    }
    std::sort(found.begin(), found.end());
    return found;
}

void Workspace::setThreshold(double pNoisy) {
    pNoisy = std::clamp(pNoisy, 0.0, 1.0);
    if (!std::isfinite(pNoisy) || pNoisy == d->threshold) return;
    d->threshold = pNoisy;
    d->countSuspects();
    d->thresholdTimer.start();
    Q_EMIT thresholdChanged();
    if (d->filter.suspectsOnly) d->filterNow();
}

void Workspace::Private::storeThreshold() { storeSetting(kThresholdKey, formatNumber(threshold)); }

void Workspace::Private::storeSetting(const char* key, const std::string& text) {
    if (!project || project->readOnly()) return;
    pool.run([project = project, key, text] { return project->setSetting(key, text); }, [](const Status&) {});
}

Label Workspace::pseudoLabel(SampleIndex sample) const { return d->values.pseudoLabel(sample); }

Label Workspace::Private::pseudoSuggestion(SampleIndex sample) const {
    if (filter.score == QLatin1String(kPseudoLabelScore)) return values.pseudoLabel(sample);
    if (filter.score != QLatin1String(kPseudoConfidenceScore) || !dataset ||
        dataset->splits[sample.value] != Split::Train)
        return kNoLabel;
    return values.pseudoAnswer(sample);
}

bool Workspace::suggestsPseudoLabel(SampleIndex sample) const { return d->pseudoSuggestion(sample) != kNoLabel; }

Label Workspace::suggestedLabel(SampleIndex sample) const {
    Label label = d->pseudoSuggestion(sample);
    if (label != kNoLabel) return label;
    if (const auto it = d->scoreSuggestions.find(d->filter.score);
        it != d->scoreSuggestions.end() && sample.value < it->second.size())
        label = it->second[sample.value];
    if (label == kNoLabel) label = d->values.prediction(sample);
    return label == baseLabel(sample) ? kNoLabel : label;
}

bool Workspace::Private::mayDecide() {
    if (!project) return false;
    if (!project->readOnly()) return true;
    Q_EMIT q->decisionFailed(
        tr("The project is open read-only: %1").arg(QString::fromStdString(project->readOnlyReason())));
    return false;
}

DecisionReason Workspace::Private::reasonFor(SampleIndex sample, const QString& rule) const {
    DecisionReason reason;
    reason.who = DecisionBook::userName();
    reason.rule = q->askedAtRandom(sample) ? kRandomRule : rule.toStdString();
    reason.run = currentRun;
    const std::vector<float>& scores = values.values(filter.score);
    if (sample.value < scores.size() && std::isfinite(scores[sample.value])) {
        reason.score = filter.score.toStdString();
        reason.value = double(scores[sample.value]);
    }
    return reason;
}

void Workspace::decide(const std::vector<SampleIndex>& samples, DecisionState to, const QString& rule) {
    if (!d->mayDecide()) return;
    std::vector<DecisionRequest> requests;
    for (const SampleIndex sample : samples) requests.push_back({sample, to, d->reasonFor(sample, rule)});
    d->countSinceRandom(requests);
    d->book.decide(std::move(requests));
}

void Workspace::acceptSuggestions(const std::vector<SampleIndex>& samples) {
    if (!d->mayDecide()) return;
    std::vector<DecisionRequest> requests;
    for (const SampleIndex sample : samples) {
        const Label label = suggestedLabel(sample);
        if (label == kNoLabel) continue;
        const QString rule = suggestsPseudoLabel(sample)
                                 ? QString::fromStdString(pseudoLabelRule(d->values.evidence()->epoch))
                                 : QStringLiteral("suggestion");
        const bool same = label == baseLabel(sample);
        requests.push_back(
            {sample, {same ? Verdict::Keep : Verdict::Relabel, same ? kNoLabel : label}, d->reasonFor(sample, rule)});
    }
    const auto without = qlonglong(samples.size() - requests.size());
    if (without > 0)
        Q_EMIT notice(tr("%Ln pictures have no suggestion other than their label: press Space to keep it", nullptr,
                         int(without)));
    d->countSinceRandom(requests);
    d->book.decide(std::move(requests));
}

} // namespace assay::ui
