// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/duplicates.h"
#include "core/audit/evidence.h"
#include "core/audit/fusion.h"
#include "core/base/registry.h"
#include "core/data/dataset.h"
#include "core/data/label_set.h"
#include "core/data/noise.h"
#include "core/project/project.h"
#include "core/stats/remaining_errors.h"
#include "core/train/engine.h"
#include "core/train/epoch_report.h"
#include "core/train/run_session.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <QTimer>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::ui {

/// Where a new run's labels come from.
struct LabelChoice {
    enum class Kind { Given, Noise, File, Journal, Stored } kind = Kind::Given;
    NoiseOptions noise;      ///< Noise
    QString file;            ///< File
    std::int64_t stored = 0; ///< Stored: id of a label set of the project
    /// Which of them count; the others are kept and scored, and unlabelled to the methods that learn without labels.
    /// Reviewed: those after the decisions that were kept or changed, whatever `kind` says.
    enum class Counting { All, Listed, Reviewed, CleanByRun } counting = Counting::All;
    QString list; ///< Listed: a file that names samples
    RunId judge;  ///< CleanByRun: the run whose suspects do not count; `kind` is ignored, its labels are taken
    std::optional<int> judgeEpoch; ///< CleanByRun: which of its epochs judges; its last, unless said otherwise
    double cleanBelow = 0.5;       ///< CleanByRun: probability of being wrong under which a label counts
};

/// Anybody's probabilities or features in files.
struct ProbabilityFiles {
    QString probabilities;  ///< .npy or .csv, a row for each sample or for each of one split; empty: by the features
    QString features;       ///< .npy with the same rows, for neighbours and the map; may be empty
    QString split;          ///< whose rows they are: "train", "validation", "test"; empty: as their number says
    bool normalise = false; ///< divide every row of the probabilities by its sum first
};

/// The score of pictures that a method gave a label of its own: how sure it was. Sorted by it, that label is what is
/// suggested, and accepted also where it is the label that the picture has.
inline constexpr const char* kPseudoLabelScore = "pseudo-label";
/// The same of every unlabelled picture, also of those whose label was not sure enough to be accepted.
inline constexpr const char* kPseudoConfidenceScore = "pseudo-confidence";

/// All detectors as one order: the mean of their rankings, and a probability of being wrong once enough is decided.
inline constexpr const char* kFusedScore = "fused";

/// How many of the detectors count a sample among the suspects.
struct DetectorAgreement {
    std::size_t suspecting = 0, asked = 0;
};

/// What one detector says of a sample: the share of the others that it finds less suspicious, and whether that makes a
/// suspect of it.
struct DetectorOpinion {
    QString detector; ///< "loss", or "loss of run 3"
    QString score;    ///< its id in the catalogue
    RunId run;        ///< whose
    float value = 0;  ///< on the score's own scale
    float percentile = 0;
    bool suspects = false;
};

/// Pictures drawn at random and mixed into the queue, and what they have told of the errors that are left.
struct AuditState {
    std::size_t population = 0; ///< samples whose labels are judged: those that the run on show may call suspects
    std::size_t sample = 0;     ///< of them drawn at random; 0: none is asked
    std::size_t answered =
        0; ///< decisions about them; what is left rests on those that the queue would not have reached
    std::size_t undecided = 0;   ///< of the population
    stats::RemainingErrors left; ///< among the undecided, 95 % interval
};

/// What the gallery shows and in which order; one object for every panel.
struct ViewFilter {
    QString score = QStringLiteral("p-noisy"); ///< column to sort by: "p-noisy", "loss", "confidence", "margin",
                                               ///< "index", or any evidence column or score id
    bool descending = true;
    bool suspectsOnly = false;     ///< past the threshold in force; set with a run's first evidence until setFilter()
    std::vector<Label> classes;    ///< empty: all (given label)
    std::vector<Split> splits;     ///< empty: all
    std::vector<Verdict> verdicts; ///< empty: all
    std::optional<std::pair<double, double>> scoreRange;
    QString text;                                 ///< in the name, or a class name
    std::optional<std::vector<SampleIndex>> only; ///< a brushed or clicked set, which may be empty; nothing: all
    QString onlyTitle;                            ///< what that set is, for the header
    /// All samples, sorted as here.
    [[nodiscard]] ViewFilter everything() const;
    /// Every one of these samples and no others, sorted as here.
    [[nodiscard]] ViewFilter exactly(std::vector<SampleIndex> samples, const QString& title) const;
};

/// Everything that the panels look at: the open data set and project, the runs, the run and epoch on show, the
/// threshold, the filter, the selection. The one class that looks into the training thread's mailbox, on a timer.
/// GUI thread only; slow work goes to a pool and comes back as a signal.
class Workspace final : public QObject {
    Q_OBJECT
public:
    explicit Workspace(std::shared_ptr<Registry> registry, QObject* parent = nullptr);
    ~Workspace() override;

    [[nodiscard]] const Registry& registry() const;
    /// Loads the engine and the plugins of the user's folder on a thread; engineLoaded() follows.
    void loadEngineInBackground();
    [[nodiscard]] bool engineReady() const; ///< methods can be chosen and started
    [[nodiscard]] const EngineInfo& engineInfo() const;
    [[nodiscard]] std::shared_ptr<const Dataset> dataset() const;      ///< null before one is open
    [[nodiscard]] std::shared_ptr<DuplicateSearch> duplicates() const; ///< of that data set
    [[nodiscard]] std::shared_ptr<Project> project() const;            ///< null before one is open
    [[nodiscard]] bool readOnly() const;

    // Opening (asynchronous: progress and end come as signals)
    void openDataset(const QString& path, const QString& fileColumn = {}, const QString& labelColumn = {});
    void openProject(const QString& file);
    /// The same, with the data set where it is now; what is not the project's data set is refused.
    void openProjectAt(const QString& file, const QString& datasetLocation);
    void openExample(); ///< the bundled images with 20 % of the labels flipped, quick preset started
    void cancelOpening();
    [[nodiscard]] bool opening() const;
    void closeProject(); ///< stops the runs first; projectChanged() follows
    /// Closes the project, copies its file and opens the copy.
    void saveProjectAs(const QString& file);
    [[nodiscard]] bool settled() const; ///< no run, and nothing on its way to the disk

    // Label sets that the project keeps
    [[nodiscard]] const std::map<std::int64_t, std::string>& labelSetNames() const; ///< newest last
    /// The labels that decisions and exports are about, and that a new run trains on unless told otherwise; null
    /// before a data set is open.
    [[nodiscard]] std::shared_ptr<const LabelSet> baseLabels() const;
    [[nodiscard]] std::optional<std::int64_t> baseLabelSetId() const;    ///< nothing: the data set's own
    void injectNoise(const NoiseOptions& options);                       ///< becomes the base labels
    void importLabels(const QString& file, const LabelColumns& columns); ///< likewise

    // Runs
    [[nodiscard]] const std::vector<RunRecord>& runs() const;
    [[nodiscard]] std::optional<RunRecord> run(RunId id) const;
    /// Epochs so far, live ones included; never null.
    [[nodiscard]] std::shared_ptr<const std::vector<EpochSummary>> epochs(RunId id) const;
    /// Labels that the run trains on; null while they load (labelsReady follows).
    [[nodiscard]] std::shared_ptr<const LabelSet> labels(RunId id) const;
    /// Evidence of an epoch if it is at hand, else null, and evidenceReady follows.
    [[nodiscard]] std::shared_ptr<const Evidence> evidence(RunId id, int epoch) const;
    void startRun(const RunConfig& config, const LabelChoice& labels);
    /// A run for each of `folds` parts of the training samples, which holds that part out, one after the other; then
    /// one more of what they say about the samples that they did not see, and that one is shown. Runs that are there
    /// already with these settings are not trained again; those that were stopped go on.
    void crossValidate(const RunConfig& config, const LabelChoice& labels, int folds);
    void retrainOnCleaned(); ///< the current run's settings on the labels of now
    /// Trains FixMatch on the labels of the run on show: its suspects, by the threshold in force, become unlabelled.
    void treatSuspectsAsUnlabelled();
    /// Makes a finished run of anybody's probabilities or features and shows it; importProgress() and importEnded()
    /// follow.
    void importProbabilities(const ProbabilityFiles& files);
    void cancelImport();
    /// Whether what the run says of its training samples comes from a network that had not seen their labels.
    [[nodiscard]] bool outOfSample(RunId id) const;
    /// The same of one sample: no network of the run has learnt its label. So it is with labels that do not count, and
    /// with those that the run of a fold holds out (labelsReady() follows once these are known).
    [[nodiscard]] bool outOfSample(RunId id, SampleIndex sample) const;
    void resumeRun(RunId id);
    void pauseRun();
    void continueRun();
    void stopRun(RunId id);
    [[nodiscard]] std::optional<RunId> runningRun() const;
    [[nodiscard]] std::optional<BatchProgress> progress() const; ///< of the running run
    [[nodiscard]] bool paused() const;

    // What is on show
    [[nodiscard]] std::optional<RunId> currentRun() const;
    [[nodiscard]] int currentEpoch() const; ///< 0: none
    [[nodiscard]] bool followsLive() const; ///< the epoch on show moves with the running run
    void showRun(RunId id);
    void showEpoch(int epoch);
    void followLive();
    /// Whether the next run of the queue takes the place of the live one that has ended; not while its pictures are
    /// judged.
    void setFollowsQueue(bool on);
    void showNoRun(); ///< the base labels alone
    [[nodiscard]] std::shared_ptr<const Evidence> currentEvidence() const;
    [[nodiscard]] const std::optional<stats::MixtureFit>& currentMixture() const;
    [[nodiscard]] double threshold() const; ///< on p-noisy, [0, 1]
    void setThreshold(double pNoisy);
    /// Whether the run on show judges the sample's label: one for training, or any where no network of it had learnt
    /// one.
    [[nodiscard]] bool judges(SampleIndex sample) const;
    [[nodiscard]] std::size_t judgedCount() const;  ///< samples of the epoch on show that it judges
    [[nodiscard]] std::size_t suspectCount() const; ///< of them past the threshold
    [[nodiscard]] double suspectShare() const;      ///< of all pictures so many a detector suspects

    // Per-sample values of the epoch on show, [N] by SampleIndex; NaN where the run has no evidence
    [[nodiscard]] const std::vector<float>& values(const QString& score) const;
    [[nodiscard]] QStringList scoreNames() const; ///< what values() offers now
    /// Why the epoch on show does not have this score, in a sentence; empty where it has, or nobody has asked yet.
    [[nodiscard]] QString scoreProblem(const QString& score) const;
    [[nodiscard]] Label baseLabel(SampleIndex sample) const;      ///< before decisions (the current run's labels)
    [[nodiscard]] Label effectiveLabel(SampleIndex sample) const; ///< with decisions
    [[nodiscard]] Label suggestedLabel(SampleIndex sample) const; ///< kNoLabel where none
    [[nodiscard]] Label pseudoLabel(SampleIndex sample) const;    ///< given by the method in the epoch on show
    /// What suggestedLabel() says is the method's own label, as under the two scores of those; the score is how sure it
    /// was.
    [[nodiscard]] bool suggestsPseudoLabel(SampleIndex sample) const;
    [[nodiscard]] Label trueLabel(SampleIndex sample) const; ///< kNoLabel where unknown
    [[nodiscard]] bool suspect(SampleIndex sample) const;
    [[nodiscard]] DecisionState decision(SampleIndex sample) const;

    // All detectors together; not while one epoch follows the other, nor of very large runs before they are sorted by
    // it. Asked for by these; detectorsJoined() follows.
    [[nodiscard]] std::optional<DetectorAgreement> agreement(SampleIndex sample) const;
    /// Of each of them, always in the same order; empty while unknown.
    [[nodiscard]] std::vector<DetectorOpinion> opinions(SampleIndex sample) const;
    /// The likeliest classes, at most three, the likeliest first; empty while unknown.
    [[nodiscard]] std::vector<ClassGuess> likeliest(SampleIndex sample) const;
    /// How many decisions the probabilities of likeliest() are calibrated on; 0: they rest on p(noisy).
    [[nodiscard]] std::size_t calibratedOn() const;
    /// The detectors of every other run that recorded the same samples with the same labels join those of the run on
    /// show.
    void setJoinsRuns(bool on);
    /// How many runs have their say in agreement(); 0 while unknown.
    [[nodiscard]] std::size_t joinedRuns() const;
    /// The runs that an order of pictures rests on: that on show, and of all detectors every one that has joined.
    [[nodiscard]] std::vector<RunId> runsBehind(const QString& score) const;
    /// Whether none of these has learnt the sample's label.
    [[nodiscard]] bool outOfSample(const std::vector<RunId>& runs, SampleIndex sample) const;
    /// What was learnt from the decisions: detectors, with "pair of classes" for how often a class was wrongly taken
    /// for another, and their weights, the greatest first. Empty before there are enough decisions.
    [[nodiscard]] std::vector<std::pair<QString, double>> learntWeights() const;

    // Errors that are left, from pictures asked about at random
    /// 0: none. Kept with the project.
    void setAuditSample(std::size_t size);
    void setStopShare(double share); ///< of wrong labels that are left, at which to stop; kept with the project
    [[nodiscard]] double stopShare() const;
    [[nodiscard]] AuditState auditState() const;
    [[nodiscard]] std::size_t auditSample() const; ///< as wished
    [[nodiscard]] bool asksAtRandom() const;       ///< the view is a queue that the sample is mixed into
    /// Put forward for the sample's sake, where such a queue is on show; a member that the queue came to is not.
    [[nodiscard]] bool askedAtRandom(SampleIndex sample) const;

    // Filter, order, selection
    [[nodiscard]] const ViewFilter& filter() const;
    void setFilter(const ViewFilter& filter);
    [[nodiscard]] const std::vector<SampleIndex>& view() const; ///< filtered and sorted; keeps its order while
                                                                ///< scores change, until resort()
    void resort();
    [[nodiscard]] bool orderIsOld() const; ///< scores have changed since the last sorting
    [[nodiscard]] const std::vector<SampleIndex>& selection() const;
    void setSelection(std::vector<SampleIndex> samples);
    /// What stands out in every plot, in order of index: several selected, else the brushed or clicked set, else the
    /// range of scores. Empty: none.
    [[nodiscard]] std::vector<SampleIndex> marked() const;
    [[nodiscard]] std::optional<SampleIndex> focus() const; ///< the one in the inspector
    void setFocus(std::optional<SampleIndex> sample);

    // Decisions: pending until on disk
    void decide(const std::vector<SampleIndex>& samples, DecisionState to, const QString& rule);
    /// One step. A pseudo-label that is the label which the picture has keeps it.
    void acceptSuggestions(const std::vector<SampleIndex>& samples);
    void undo();
    void redo();
    void undoStep(std::int64_t step);
    [[nodiscard]] bool pending(SampleIndex sample) const;
    [[nodiscard]] const std::vector<JournalEntry>& journal() const;
    [[nodiscard]] std::size_t decidedCount() const;
    [[nodiscard]] const std::vector<DecisionState>& decisions() const; ///< [N]

Q_SIGNALS:
    void engineLoaded(const QString& warning);
    void openingProgress(const QString& stage, qulonglong done, qulonglong total);
    void openingFailed(const QString& sentence);
    void importProgress(qulonglong done, qulonglong total);
    void importEnded(); ///< of probabilities: well, badly or cancelled; notice() or importFailed() says which
    void imported();    ///< probabilities, features or labels: what the last importFailed() said is over
    void importFailed(const QString& sentence);                           ///< banner
    void datasetMissing(const QString& project, const QString& location); ///< openProjectAt() with another place
    void columnsNeeded(const QString& path, const QStringList& columns, const QString& guessFile,
                       const QString& guessLabel); ///< a label table whose guess a person should see
    void datasetChanged();
    void projectChanged();
    void runsChanged();
    void runProgress();
    void epochArrived(assay::RunId run);
    void evidenceReady(assay::RunId run, int epoch);
    void labelsReady(assay::RunId run); ///< labels(), or which of them the run has learnt
    void currentRunChanged();
    void epochOnShowChanged(); ///< another epoch, or newer evidence of it: values(), threshold counts changed
    void scoreFailed(const QString& score); ///< scoreProblem() says why
    void detectorsJoined();                 ///< agreement() and likeliest() have another answer
    void auditChanged();                    ///< another sample, or another share to stop at
    void thresholdChanged();
    void viewChanged();
    void selectionChanged();
    void focusChanged();
    void decisionsChanged(const std::vector<assay::SampleIndex>& samples); ///< empty: all
    void decisionFailed(const QString& sentence);
    void notice(const QString& sentence);          ///< status line
    void warning(const QString& sentence);         ///< banner: what a person must see
    void classesUnlearnt(const QString& sentence); ///< banner: no label of them counts in the run that began
    void runNotStarted();                          ///< a run that was asked for will not come; warning() says why
    void labelSetsChanged();
    void runEnded(assay::RunId run, const QString& sentence);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace assay::ui
