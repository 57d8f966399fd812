// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/score.h"
#include "ui/session/decision_book.h"
#include "ui/session/epoch_values.h"
#include "ui/session/evidence_cache.h"
#include "ui/session/neighbour_cache.h"
#include "ui/session/opening.h"
#include "ui/session/run_labels.h"
#include "ui/session/run_queue.h"
#include "ui/session/task_pool.h"
#include "ui/session/workspace.h"

#include <functional>
#include <set>
#include <stop_token>

namespace assay {
class Fusion;
struct FusedRanking;
} // namespace assay

namespace assay::ui {

/// What scores look at as of an epoch, which may not be on disk yet. Pool threads.
[[nodiscard]] ScoreInput scoreInputAt(const Project& project, RunId run, const Dataset& dataset,
                                      const std::vector<Label>& labels, const std::shared_ptr<const Evidence>& last);

/// The parts of a Workspace and what joins them. Its functions stand in workspace_opening.cpp, workspace_runs.cpp
/// and workspace_view.cpp; workspace.cpp forwards.
class Workspace::Private final {
public:
    Private(Workspace* owner, std::shared_ptr<Registry> catalogue);

    Workspace* q;
    std::shared_ptr<Registry> registry;
    bool engineReady = false;
    EngineInfo engine;
    TaskPool pool{2};
    TaskPool recording{1}; ///< one lane: runs get their numbers in the order in which they were asked for
    TaskPool fusionPool{1};
    TaskPool slowPool{1}; ///< scores that compare each sample with all others, or look at every picture
    TaskPool loader{1};   ///< the engine's, so that opening never waits for it
    RunQueue runs;
    EvidenceCache cache;
    DecisionBook book;

    // Opening
    std::optional<std::stop_source> openingStop;
    std::uint64_t openingGeneration = 0;
    std::stop_source importStop;        ///< of the import under way, or of the last one
    std::function<void()> afterOpening; ///< the example's second half
    void open(OpenRequest request);
    void adopt(Opened opened);
    void close();
    void addEngine(Registry fresh, EngineInfo info, const std::vector<std::string>& skipped);

    // What is open
    std::shared_ptr<const Dataset> dataset;
    std::shared_ptr<Project> project;
    std::map<std::int64_t, std::string> labelNames;
    std::map<std::int64_t, KeptLabels> labelSets; ///< read so far, by id
    std::set<std::int64_t> labelsAsked;
    /// [N] training samples that the run of a fold holds out; null: it is no fold's, or they are being looked up.
    std::map<RunId, std::shared_ptr<const std::vector<std::uint8_t>>> heldOut;
    [[nodiscard]] bool holdsOut(const RunRecord& run, SampleIndex sample);
    std::optional<std::int64_t> workingId;
    std::shared_ptr<const LabelSet> working;
    void adoptWorkingLabels(Result<KeptLabels> kept, const QString& done);
    /// The method's settings completed; nothing where it cannot be trained, and a warning says why. `again`: what to do
    /// once the engine is loaded.
    std::optional<RunConfig> completed(RunConfig config, std::function<void()> again);
    /// Of a method's settings; empty where it is not known.
    [[nodiscard]] std::vector<ParamSpec> schemaOf(const std::string& method) const;
    /// What to train with as the run on show was: its own settings, those of its folds, or the quick preset where it
    /// was not trained here.
    RunConfig configLike(const RunRecord& run) const;
    void crossValidate(RunConfig config, LabelChoice choice, int folds);
    /// Where that run was the last of its folds: makes one run of them.
    void joinFoldsOf(RunId run);
    void showMade(RunRecord run, std::vector<EpochSummary> epochs, const QString& done);

    // Runs
    std::vector<std::function<void()>> waitingForEngine;
    void startRun(RunConfig config, LabelChoice choice);
    void begin(RunStart start);
    void notStarted(const QString& why);
    void tell(const std::vector<std::string>& notes);
    void tellUnlearnt(const std::vector<Label>& classes, LabelChoice::Counting counting);
    void askLabels(std::int64_t labelSet);
    void askRounds(RunId run); ///< label sets that its rounds of cleaning have added
    void onBegan(RunId run);
    void onEpoch(RunId run);
    void onEvidence(RunId run, const std::shared_ptr<const Evidence>& evidence);
    void onEnded(RunId run, const QString& sentence);

    // On show
    std::optional<RunId> currentRun;
    int currentEpoch = 0;
    bool live = true; ///< the run under way is on show, or was until its end
    bool followsQueue = true;
    double threshold = 0.5;
    QTimer thresholdTimer; ///< stores it when it has come to rest
    void storeThreshold();
    EpochValues values;
    std::optional<stats::MixtureFit> mixture;
    std::size_t judgedCount = 0, suspects = 0; ///< in the epoch on show; suspects are among the judged
    std::vector<std::uint8_t> suspectBits;     ///< [N]
    double share = 0;                          ///< of the judged: so many a detector suspects
    std::set<QString> scoresAsked;
    std::map<QString, QString> scoreProblems; ///< by score that cannot be had, why
    void scoreFailed(const QString& id, const Error& error);
    std::uint64_t showGeneration = 0;
    std::map<QString, std::vector<Label>> scoreSuggestions;
    std::shared_ptr<DuplicateSearch> duplicates; ///< of the open data set
    std::shared_ptr<NeighbourCache> neighbours;  ///< of the open project
    /// What scores of pictures say of every sample: the same in every epoch of every run on the same labels.
    struct PictureScore {
        std::shared_ptr<const LabelSet> labels;
        std::vector<float> values;    ///< [N]
        std::vector<Label> suggested; ///< [N]
        QString problem;              ///< why they cannot be found
    };
    std::map<QString, PictureScore> pictureScores; ///< without values until they are found, or where they cannot be
    void askPictureScore(const QString& id, std::shared_ptr<const Score> score, std::shared_ptr<const LabelSet> labels);
    void show(std::optional<RunId> run, int epoch);
    void refreshEpoch();
    // The queue that all detectors make together; it learns from the decisions.
    std::shared_ptr<const Evidence> fusing;                  ///< of which epoch
    std::shared_ptr<const Fusion> fusion;                    ///< its rows are those of `fusing`; null until it is made
    std::shared_ptr<const FeatureMatrix> classProbabilities; ///< of all classes, where the run kept them for `fusing`
    std::size_t calibratedOn = 0;                            ///< decisions
    bool joinsRuns = false;                                  ///< as wished
    std::vector<RunId> joinedRuns;                           ///< in `fusion`
    /// What a detector of `fusion` is.
    struct DetectorSource {
        QString score;
        RunId run;
    };
    std::vector<DetectorSource> detectorSources;
    std::vector<double> learntWeights; ///< of its detectors, and of the pair of classes; empty before enough is decided
    [[nodiscard]] std::vector<RunRecord> runsToJoin() const;
    [[nodiscard]] std::optional<std::size_t> rowOf(SampleIndex sample) const; ///< of `fusion`
    [[nodiscard]] std::vector<ClassGuess> likeliest(SampleIndex sample) const;
    bool ranking = false, rankAgain = false;
    void askFused();
    struct FusedRun;
    struct FusionParts;
    struct Joined;
    void askFeatureDetectors(std::shared_ptr<const FusionParts> parts); ///< join the others when they are there
    QTimer fusionTimer;                                                 ///< when the epoch on show has come to rest
    void askFusedSoon(); ///< for what stands beside a picture; not where it would read more than a while
    void rankFused();
    void takeFused(const FusedRanking& ranked, std::size_t answers);
    void countSuspects();
    void askScore(const QString& id);
    [[nodiscard]] const KeptLabels* rootLabels() const; ///< of the run on show; null: the working labels
    [[nodiscard]] const LabelSet* base() const;
    [[nodiscard]] bool suspect(SampleIndex sample) const;

    // The random sample
    std::size_t auditSize = 0; ///< as wished
    double stopShare = kUsualStopShare;
    std::vector<SampleIndex> population;
    std::vector<std::uint32_t> auditSample; ///< by index in the data set, in the order in which they are asked
    std::vector<std::uint8_t> atRandom;     ///< [N] put forward for the sample's sake in the view
    std::vector<std::uint8_t> wasAtRandom;  ///< [N] decided as such, if only once; taken back it stays so
    void readRandomDecisions();
    std::size_t sinceRandom = 0; ///< decisions since the last that was asked for at random
    void countSinceRandom(const std::vector<DecisionRequest>& requests);
    void drawAudit(bool anew);
    [[nodiscard]] bool mixesAudit() const; ///< the view is a queue that the sample is mixed into
    [[nodiscard]] std::vector<SampleIndex> withAudit(const std::vector<SampleIndex>& ranked,
                                                     const std::function<bool(SampleIndex)>& keep);
    void storeSetting(const char* key, const std::string& text);

    // View
    ViewFilter filter;
    bool filterChosen = false;      ///< by the person, who then keeps it
    std::vector<SampleIndex> order; ///< all samples by the filter's score
    std::vector<SampleIndex> view;
    bool orderOld = false;
    bool orderHadEvidence = false;
    std::vector<SampleIndex> selection;
    std::optional<SampleIndex> focus;
    void sortNow();
    void filterNow();

    // Decisions
    [[nodiscard]] bool mayDecide();
    [[nodiscard]] DecisionReason reasonFor(SampleIndex sample, const QString& rule) const;
    [[nodiscard]] Label pseudoSuggestion(SampleIndex sample) const; ///< kNoLabel where the filter's score suggests none
};

} // namespace assay::ui
