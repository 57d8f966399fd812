// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/fusion.h"
#include "core/audit/score.h"
#include "core/project/probability_run.h"
#include "core/project/review_answers.h"
#include "core/project/score_input.h"
#include "ui/session/workspace_private.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace assay::ui {

ScoreInput scoreInputAt(const Project& project, RunId run, const Dataset& dataset, const std::vector<Label>& labels,
                        const std::shared_ptr<const Evidence>& last) {
    ScoreInput input;
    if (auto read = readScoreInput(project, run, dataset, labels, last->epoch)) input = std::move(*read);
    input.dataset = &dataset;
    input.labels = &labels;
    std::erase_if(input.epochs, [&](const auto& epoch) { return epoch->epoch == last->epoch; });
    input.epochs.push_back(last);
    return input;
}

/// A run that has its say in a fusion.
struct Workspace::Private::FusedRun {
    RunId id;
    RunConfig config;
    std::string suffix;    ///< of its detectors' ids
    std::size_t place = 0; ///< among the runs
    bool features = false; ///< it kept them
};

/// What the detectors by features join.
struct Workspace::Private::FusionParts {
    /// A detector and where it stands among all: by run, and by the catalogue.
    struct Part {
        std::size_t place = 0;
        Detector detector;
        DetectorSource source;
    };
    std::vector<Part> parts;
    std::vector<FusedRun> runs;
};

/// The queue, and what its detectors are.
struct Workspace::Private::Joined {
    std::shared_ptr<const Fusion> fusion;
    std::vector<DetectorSource> sources;
};

namespace {

constexpr std::size_t kMostRuns = 8; ///< the newest

/// What the scores of the run say of `rows`, those by features or the others; nothing where the run did not record all
/// rows. Scores of pictures have no part: a dark or an odd picture has its label all the same.
template <class Part, class Run>
void addDetectors(std::vector<Part>& parts, const std::vector<std::shared_ptr<const Score>>& scores, const Run& run,
                  bool byFeatures, const ScoreInput& input, const std::vector<SampleIndex>& rows) {
    if (input.epochs.empty()) return;
    const std::vector<SampleIndex>& own = input.epochs.back()->samples;
    std::vector<std::size_t> places;
    for (const SampleIndex sample : rows) {
        const auto at = std::lower_bound(own.begin(), own.end(), sample);
        if (at == own.end() || *at != sample) return;
        places.push_back(std::size_t(at - own.begin()));
    }
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const ScoreTraits traits = scores[i]->traits();
        if (!traits.detector || traits.basis == ScoreBasis::Pictures ||
            (traits.basis == ScoreBasis::Features) != byFeatures)
            continue;
        const auto found = scores[i]->compute(input);
        if (!found || found->values.size() != own.size()) continue; // it has no say on this run
        Detector detector{scores[i]->description().id + run.suffix, {}, {}, suggestsByNeighbours(run.config, traits)};
        for (const std::size_t place : places) {
            detector.suspicion.push_back(found->values[place]);
            if (!found->suggested.empty()) detector.suggested.push_back(found->suggested[place]);
        }
        parts.push_back({run.place * scores.size() + i,
                         std::move(detector),
                         {QString::fromStdString(scores[i]->description().id), run.id}});
    }
}

template <class Joined, class Part>
Result<Joined> fuse(std::vector<Part> parts, const Evidence& evidence, const std::vector<Label>& labels) {
    std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.place < b.place; });
    Joined joined;
    std::vector<Detector> detectors;
    for (Part& part : parts) {
        detectors.push_back(std::move(part.detector));
        joined.sources.push_back(std::move(part.source));
    }
    std::vector<Label> given;
    for (const SampleIndex sample : evidence.samples) given.push_back(labels[sample.value]);
    ASSAY_TRY(Fusion made, Fusion::make(std::move(detectors), std::move(given)));
    joined.fusion = std::make_shared<const Fusion>(std::move(made));
    return joined;
}

} // namespace

std::vector<RunRecord> Workspace::Private::runsToJoin() const {
    std::vector<RunRecord> others;
    const std::vector<RunRecord>& all = runs.records();
    for (auto run = all.rbegin(); joinsRuns && run != all.rend() && others.size() + 1 < kMostRuns; ++run)
        if (run->id != currentRun && run->epochsDone > 0 && isOver(run->state)) others.push_back(*run);
    return others;
}

std::optional<std::size_t> Workspace::Private::rowOf(SampleIndex sample) const {
    if (!fusion || !fusing) return std::nullopt;
    const auto at = std::lower_bound(fusing->samples.begin(), fusing->samples.end(), sample);
    if (at == fusing->samples.end() || *at != sample) return std::nullopt;
    return std::size_t(at - fusing->samples.begin());
}

void Workspace::Private::askFusedSoon() {
    constexpr std::size_t kMostUnasked =
        20'000'000; // rows of all epochs: larger ones are joined when they are sorted by
    const auto evidence = values.evidence();
    if (!currentRun || !evidence || fusing == evidence || q->followsLive()) return;
    if (evidence->size() * std::size_t(currentEpoch) <= kMostUnasked && !fusionTimer.isActive()) fusionTimer.start();
}

void Workspace::Private::askFused() {
    const auto evidence = values.evidence();
    if (!currentRun || !evidence || fusing == evidence) return;
    const auto known = labelSets.find(runs.record(*currentRun)->labelSet);
    if (known == labelSets.end()) return askLabels(runs.record(*currentRun)->labelSet);
    fusing = evidence;
    struct Made {
        Joined joined;
        std::shared_ptr<const FeatureMatrix> probabilities;
        std::shared_ptr<const FusionParts> parts;
    };
    fusionPool.run(
        [scores = registry->scores.all(), dataset = dataset, project = project, labels = known->second,
         run = *runs.record(*currentRun), evidence, others = runsToJoin()]() -> Result<Made> {
            const std::vector<Label>& given = labels.set->labels;
            FusionParts all;
            const auto add = [&](const RunRecord& record, const std::string& suffix, const ScoreInput& input) {
                const FusedRun one{record.id, record.config, suffix, all.runs.size(), input.features != nullptr};
                const std::size_t before = all.parts.size();
                addDetectors(all.parts, scores, one, false, input, evidence->samples);
                if (all.parts.size() > before || suffix.empty()) all.runs.push_back(one);
            };
            const ScoreInput input = scoreInputAt(*project, run.id, *dataset, given, evidence);
            add(run, {}, input);
            for (const RunRecord& other : others) {
                const auto stored = project->labelSet(other.labelSet);
                if (!stored || stored->set.labels != given) continue;
                if (const auto read = readScoreInput(*project, other.id, *dataset, given))
                    add(other, " of run " + std::to_string(other.id.value), *read);
            }
            Made made;
            ASSAY_TRY(made.joined, fuse<Joined>(all.parts, *evidence, given));
            made.probabilities = input.probabilities;
            made.parts = std::make_shared<const FusionParts>(std::move(all));
            return made;
        },
        [this, evidence, generation = showGeneration](Result<Made> made) {
            if (fusing != evidence || generation != showGeneration) return;
            if (!made) {
                scoreFailed(QLatin1String(kFusedScore), made.error());
                return;
            }
            fusion = std::move(made->joined.fusion);
            detectorSources = std::move(made->joined.sources);
            classProbabilities = std::move(made->probabilities);
            joinedRuns.clear();
            for (const FusedRun& run : made->parts->runs) {
                joinedRuns.push_back(run.id);
                askLabels(runs.record(run.id)->labelSet); // which of them count tells what the run has learnt
            }
            if (joinsRuns)
                Q_EMIT q->notice(joinedRuns.size() > 1
                                     ? tr("The detectors of %1 runs make one order").arg(joinedRuns.size())
                                     : tr("No other run has recorded these pictures with the same labels"));
            rankFused();
            askFeatureDetectors(std::move(made->parts));
        });
}

void Workspace::Private::askFeatureDetectors(std::shared_ptr<const FusionParts> parts) {
    const auto known = labelSets.find(runs.record(*currentRun)->labelSet);
    if (known == labelSets.end() ||
        std::none_of(parts->runs.begin(), parts->runs.end(), [](const FusedRun& run) { return run.features; }))
        return;
    slowPool.run(
        [scores = registry->scores.all(), dataset = dataset, project = project, labels = known->second.set,
         evidence = fusing, parts = std::move(parts), near = neighbours]() -> Result<Joined> {
            std::vector<FusionParts::Part> all = parts->parts;
            for (const FusedRun& run : parts->runs) {
                if (!run.features) continue;
                ScoreInput input;
                if (run.suffix.empty()) {
                    input = scoreInputAt(*project, run.id, *dataset, labels->labels, evidence);
                } else {
                    ASSAY_TRY(input, readScoreInput(*project, run.id, *dataset, labels->labels));
                }
                if (input.features) input.neighbours = near->of(run.id, *input.features);
                if (input.neighbours) addDetectors(all, scores, run, true, input, evidence->samples);
            }
            return fuse<Joined>(std::move(all), *evidence, labels->labels);
        },
        [this, of = fusion, generation = showGeneration](Result<Joined> made) {
            if (generation != showGeneration || of != fusion || !made) return;
            fusion = std::move(made->fusion);
            detectorSources = std::move(made->sources);
            rankFused();
        });
}

void Workspace::Private::rankFused() {
    if (!fusion) return;
    if (ranking) {
        rankAgain = true;
        return;
    }
    std::vector<Label> given;
    for (std::size_t row = 0; row < fusing->size(); ++row) given.push_back(fusion->given(row));
    std::vector<ReviewAnswer> answers = answersOf(fusing->samples, given, book.states(), {}).answers;
    ranking = true;
    fusionPool.run([fusion = fusion, answers]() -> Result<FusedRanking> { return fusion->rank(answers); },
                   [this, of = fusion, count = answers.size()](Result<FusedRanking> ranked) {
                       ranking = false;
                       if (std::exchange(rankAgain, false)) rankFused();
                       if (of != fusion || !ranked) return;
                       takeFused(*ranked, count);
                   });
}

void Workspace::Private::takeFused(const FusedRanking& ranked, std::size_t answers) {
    const QString id = QLatin1String(kFusedScore);
    const bool first = !values.has(id);
    std::vector<float> spread(dataset->size(), std::nanf(""));
    std::vector<Label> suggested(dataset->size(), kNoLabel);
    for (std::size_t row = 0; row < fusing->size() && row < ranked.suspicion.size(); ++row) {
        spread[fusing->samples[row].value] = ranked.suspicion[row];
        suggested[fusing->samples[row].value] = fusion->suggested(row);
    }
    const bool sortedByIt = filter.score == id;
    orderOld |= sortedByIt && spread != values.values(id);
    values.addComputed(id, std::move(spread));
    scoreSuggestions[id] = std::move(suggested);
    calibratedOn = ranked.calibrated ? answers : 0;
    learntWeights = ranked.calibrated ? ranked.model.weights : std::vector<double>();
    if (sortedByIt && first) {
        Q_EMIT q->epochOnShowChanged();
        q->resort();
    }
    Q_EMIT q->detectorsJoined();
}

std::vector<ClassGuess> Workspace::Private::likeliest(SampleIndex sample) const {
    const auto row = rowOf(sample);
    if (!row) return {};
    std::span<const float> probabilities;
    if (classProbabilities && sample.value < classProbabilities->rows() && classProbabilities->has(sample.value))
        probabilities = classProbabilities->row(sample.value);
    const Label given = fusion->given(*row);
    double wrong = double(values.values(QStringLiteral("p-noisy"))[sample.value]);
    if (calibratedOn > 0) wrong = double(values.values(QLatin1String(kFusedScore))[sample.value]);
    else if (std::isnan(wrong) && given >= 0 && std::size_t(given) < probabilities.size())
        wrong = 1 - double(probabilities[std::size_t(given)]);
    if (given == kNoLabel) wrong = 1; // the run's answers alone
    if (std::isnan(wrong)) return {};
    return fusion->guesses(*row, std::clamp(wrong, 0.0, 1.0), probabilities);
}

std::optional<DetectorAgreement> Workspace::agreement(SampleIndex sample) const {
    d->askFusedSoon();
    const auto row = d->rowOf(sample);
    if (!row) return std::nullopt;
    return DetectorAgreement{d->fusion->agreement(*row, d->share), d->fusion->voices()};
}

std::vector<DetectorOpinion> Workspace::opinions(SampleIndex sample) const {
    d->askFusedSoon();
    std::vector<DetectorOpinion> all;
    const auto row = d->rowOf(sample);
    if (!row) return all;
    for (std::size_t i = 0; i < d->fusion->detectors(); ++i) {
        if (!d->fusion->tells(i)) continue;
        const float percentile = d->fusion->percentile(i, *row);
        const auto& [score, run] = d->detectorSources[i];
        all.push_back({QString::fromStdString(d->fusion->id(i)), score, run, d->fusion->suspicion(i)[*row], percentile,
                       d->fusion->suspects(i, *row, d->share)});
    }
    return all;
}

std::vector<ClassGuess> Workspace::likeliest(SampleIndex sample) const {
    d->askFusedSoon();
    return d->likeliest(sample);
}

std::size_t Workspace::calibratedOn() const { return d->calibratedOn; }
std::size_t Workspace::joinedRuns() const { return d->joinedRuns.size(); }

std::vector<RunId> Workspace::runsBehind(const QString& score) const {
    if (score == QLatin1String(kFusedScore) && !d->joinedRuns.empty()) return d->joinedRuns;
    return d->currentRun ? std::vector{*d->currentRun} : std::vector<RunId>();
}

void Workspace::setJoinsRuns(bool on) {
    if (on == d->joinsRuns) return;
    d->joinsRuns = on;
    d->refreshEpoch();
}

std::vector<std::pair<QString, double>> Workspace::learntWeights() const {
    std::vector<std::pair<QString, double>> weights;
    const auto name = [&](std::size_t i) {
        if (i < d->fusion->detectors()) return QString::fromStdString(d->fusion->id(i));
        return i == d->fusion->detectors() ? tr("one-sided pair of classes") : tr("pair of classes");
    };
    for (std::size_t i = 0; i < d->learntWeights.size(); ++i) weights.emplace_back(name(i), d->learntWeights[i]);
    std::stable_sort(weights.begin(), weights.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    return weights;
}

} // namespace assay::ui
