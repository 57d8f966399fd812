// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/learn/kept_labels.h"
#include "core/learn/mixup.h"
#include "core/learn/recipe.h"
#include "core/learn/sample_table.h"
#include "core/stats/selection.h"

namespace assay {
namespace {

using namespace learn;

constexpr const char* kKept = "loss-cleaning.kept";
constexpr const char* kTimesKept = "loss-cleaning.times-kept";
constexpr double kSmallestEstimate = 0.01, kLargestEstimate = 0.9;

enum class Criterion { PerClass, Global, Mixture };

/// How a training learns.
struct Phase {
    double mixupAlpha = 0; ///< 0: no mixup
    LossOptions loss;
};

struct CleaningOptions {
    int rounds = 3;
    int warmUp = 0; ///< epochs; 0: as many as the other rounds have
    Criterion criterion = Criterion::PerClass;
    double dropShare = 0;   ///< 0: as many as the mixture calls wrong
    double dropAbove = 0.5; ///< Mixture: probability of being wrong
    bool fresh = true;
    Phase first, later;
};

class LossCleaning : public Recipe {
public:
    explicit LossCleaning(CleaningOptions options) : m_options(options) {}

    Status start(Run& run) override {
        const int epochs = run.task.config.epochs;
        if (m_options.rounds > epochs) {
            run.observer.note("A run of " + std::to_string(epochs) + " epochs has room for as many rounds, not for " +
                              std::to_string(m_options.rounds));
            m_options.rounds = epochs;
        }
        const int later = m_options.rounds - 1;
        int warmUp = m_options.warmUp > 0 ? m_options.warmUp : int(std::lround(double(epochs) / m_options.rounds));
        warmUp = later == 0 ? epochs : std::clamp(warmUp, 1, epochs - later);
        m_ends.assign(1, 0);
        for (int round = 0; round <= later; ++round)
            m_ends.push_back(later == 0 ? epochs
                                        : warmUp + int(std::lround(double(epochs - warmUp) * round / double(later))));
        m_kept.reset(run.data.rows(), 1, -1, torch::kCPU);
        m_timesKept.reset(run.data.rows(), 1, -1, torch::kCPU);
        std::vector<float> kept = m_kept.column(), times = kept;
        for (const std::uint32_t row : run.data.trainRows) {
            kept[row] = 1;
            times[row] = 0;
        }
        m_kept.setColumn(kept);
        m_timesKept.setColumn(times);
        return {};
    }

    [[nodiscard]] std::string phase(const Run& run) const override {
        return roundOf(run.epoch) == 1 ? "warm-up" : "training";
    }

    [[nodiscard]] double scheduleProgress(const Run& run, double epochs) const override {
        const auto round = std::size_t(roundOf(run.epoch));
        return (epochs - m_ends[round - 1]) / double(m_ends[round] - m_ends[round - 1]);
    }

    BatchPlan plan(Run& run) override {
        // Drawn among what is kept, so that a round's classes and steps are what was asked for.
        const auto kept = m_kept.column();
        std::vector<std::uint32_t> all = run.data.trainRows;
        std::erase_if(run.data.trainRows, [&kept](std::uint32_t row) { return kept[row] <= 0; });
        BatchPlan plan = Recipe::plan(run);
        run.data.trainRows = std::move(all);
        return plan;
    }

    torch::Tensor step(Run& run, const Batch& batch) override {
        const Phase& phase = roundOf(run.epoch) == 1 ? m_options.first : m_options.later;
        auto& network = *run.networks[0];
        torch::Tensor losses;
        if (phase.mixupAlpha > 0) {
            const Mixup mix = drawMixup(run, batch, phase.mixupAlpha);
            losses = mixedLoss(mix, network.forward(mix.images(batch.images)), batch.labels, phase.loss);
        } else {
            losses = perSampleLoss(network.forward(batch.images), batch.labels, phase.loss);
        }
        run.minimise(0, losses.mean());
        return losses.detach();
    }

    Status finishEpoch(Run& run, EpochOutcome& outcome) override {
        const int round = roundOf(run.epoch);
        outcome.report.scalars["round"] = round;
        const bool ends = run.epoch == m_ends[std::size_t(round)];
        if (ends) choose(run, outcome, round);
        recordKept(run, outcome, m_kept.column());
        outcome.evidence.columns["rounds-kept"] = m_timesKept.column();
        if (!ends || round == m_options.rounds) return {};
        if (m_options.fresh) return renewNetwork(run, 0, std::uint32_t(round));
        run.optimizers[0] = std::make_unique<Optimizer>(*run.networks[0], run.common.optimizer);
        return {};
    }

    void save(StateMap& state) const override {
        m_kept.save(state, kKept);
        m_timesKept.save(state, kTimesKept);
    }
    Status load(const StateMap& state) override {
        m_kept.load(state, kKept);
        m_timesKept.load(state, kTimesKept);
        return {};
    }

private:
    /// The round that an epoch belongs to, from 1.
    [[nodiscard]] int roundOf(int epoch) const {
        return int(std::lower_bound(m_ends.begin(), m_ends.end(), epoch) - m_ends.begin());
    }

    /// Scores the original training set by the losses of this epoch and decides what the next round learns.
    void choose(Run& run, EpochOutcome& outcome, int round) {
        const RunData& data = run.data;
        CleaningRound report{round, m_options.rounds, {}};
        const auto before = m_kept.column();
        auto kept = before;
        const auto chosen = select(run, outcome, report.criterion);
        for (std::size_t i = 0; i < chosen.size(); ++i) kept[data.trainRows[i]] = chosen[i];
        auto times = m_timesKept.column();
        for (const std::uint32_t row : data.trainRows) times[row] += kept[row];
        const CleaningFlow flow = cleaningFlow(before, kept);
        if (round > 1) outcome.report.scalars["round-overlap"] = flow.jaccard();
        run.observer.note("Round " + std::to_string(round) + " of " + std::to_string(m_options.rounds) + " keeps " +
                          withThousands(flow.kept()) + " of " + withThousands(data.trainRows.size()) + " labels (" +
                          report.criterion + ")");
        noteEmptied(run, kept);
        m_kept.setColumn(kept);
        m_timesKept.setColumn(times);
        outcome.report.cleaning = std::move(report);
    }

    /// 1 for each training row that is kept. Never nothing.
    std::vector<std::uint8_t> select(Run& run, const EpochOutcome& outcome, std::string& criterion) const {
        const RunData& data = run.data;
        std::vector<float> losses, suspicion;
        std::vector<Label> labels;
        const auto posterior = outcome.evidence.columns.find("p-noisy");
        const bool modelled =
            posterior != outcome.evidence.columns.end() && outcome.report.mixture && !outcome.report.mixture->collapsed;
        for (const std::uint32_t row : data.trainRows) {
            losses.push_back(outcome.evidence.loss[row]);
            labels.push_back(data.labels[row]);
            suspicion.push_back(modelled ? posterior->second[row] : 0.0F);
        }
        std::vector<std::uint8_t> kept(losses.size(), 1);
        if (!modelled && (m_options.criterion == Criterion::Mixture || m_options.dropShare == 0)) {
            criterion = "the losses show no two groups, nothing dropped";
            return kept;
        }
        if (m_options.criterion == Criterion::Mixture) {
            criterion = "mixture, wrong from a probability of " + formatNumber(m_options.dropAbove);
            for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = double(suspicion[i]) < m_options.dropAbove;
        } else {
            double share = m_options.dropShare;
            if (share == 0) {
                for (const float one : suspicion) share += one > 0.5F;
                share = std::clamp(share / double(suspicion.size()), kSmallestEstimate, kLargestEstimate);
            }
            const bool perClass = m_options.criterion == Criterion::PerClass;
            criterion = std::string(perClass ? "quantile per class" : "quantile of all") + ", the largest " +
                        formatNumber(std::round(share * 1000) / 10) + " % of the losses dropped";
            kept = perClass ? stats::keepBelowClassQuantile(losses, labels, share)
                            : stats::keepBelowQuantile(losses, share);
        }
        if (std::none_of(kept.begin(), kept.end(), [](std::uint8_t one) { return one != 0; })) {
            criterion += "; that would be all, so nothing is";
            kept.assign(kept.size(), 1);
        }
        return kept;
    }

    static void noteEmptied(Run& run, const std::vector<float>& kept) {
        std::vector<std::uint8_t> there(std::size_t(run.data.classes), 0), left = there;
        for (const std::uint32_t row : run.data.trainRows) {
            there[std::size_t(run.data.labels[row])] = 1;
            if (kept[row] > 0) left[std::size_t(run.data.labels[row])] = 1;
        }
        for (std::size_t k = 0; k < there.size(); ++k)
            if (there[k] && !left[k])
                run.observer.note("No label of class " + escapeForDisplay(run.task.dataset->classNames[k]) +
                                  " is kept; the criterion per-class keeps some of each");
    }

    CleaningOptions m_options;
    std::vector<int> m_ends; ///< last epoch of each round; 0 in front
    SampleTable m_kept;      ///< [R, 1] as kKeptColumn says
    SampleTable m_timesKept; ///< [R, 1] rounds that kept a training sample; −1 for others
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    CleaningOptions options;
    options.rounds = int(intParam(settings, "rounds"));
    options.warmUp = int(intParam(settings, "warm-up"));
    const std::string& criterion = textParam(settings, "criterion");
    options.criterion = criterion == "per-class" ? Criterion::PerClass
                        : criterion == "global"  ? Criterion::Global
                                                 : Criterion::Mixture;
    options.dropShare = realParam(settings, "drop-share");
    options.dropAbove = realParam(settings, "drop-above");
    options.fresh = textParam(settings, "retrain") == "fresh";
    const auto phase = [&settings](const std::string& prefix) {
        Phase made;
        made.mixupAlpha = realParam(settings, prefix + "mixup-alpha");
        made.loss.kind = LossKind::Sce;
        made.loss.alpha = realParam(settings, prefix + "sce-alpha");
        made.loss.beta = realParam(settings, prefix + "sce-beta");
        return made;
    };
    options.first = phase("warm-up-");
    options.later = phase("");
    for (const Phase& one : {options.first, options.later})
        if (one.loss.alpha == 0 && one.loss.beta == 0)
            return fail(ErrorCode::InvalidArgument, "a loss of weights 0 and 0 teaches nothing; raise one of them",
                        "sce-alpha, sce-beta");
    return std::make_unique<LossCleaning>(options);
}

} // namespace

void registerLossCleaning(Registry& registry) {
    Description description;
    description.id = "loss-cleaning";
    description.title = "Loss-based cleaning in rounds";
    description.help =
        "Trains, drops the labels with the largest losses, trains anew on the rest, and again; each round's "
        "choice becomes a label set of the project";
    description.citation =
        "Practice; its parts: symmetric cross-entropy, Wang et al., ICCV 2019, arXiv:1908.06112; mixup, Zhang et al., "
        "ICLR 2018, arXiv:1710.09412; small losses, Han et al., NeurIPS 2018, arXiv:1804.06872";
    description.params = {
        integerSetting(
            "rounds", 3, 1, 100,
            "Trainings that share the run's epochs, each but the first on what the one before kept (report: 3)"),
        choiceSetting(
            "criterion", "per-class", {"per-class", "global", "mixture"},
            "What is dropped: the largest losses of each class, of all together (report and code; empties hard "
            "classes), or what the mixture calls wrong"),
        realSetting(
            "drop-share", 0, 0, 0.95,
            "Share that is dropped in each round; 0: as many as the mixture calls wrong (report and code: 0.2)"),
        choiceSetting("retrain", "fresh", {"fresh", "go-on"},
                      "Each round starts from new weights, or goes on from those it has (report: anew)"),
        integerSetting("warm-up", 0, 0, 100000, "Epochs of the first round; 0: as many as the others (report: 20 each)",
                       false, "epochs"),
        realSetting("drop-above", 0.5, 0.001, 0.999,
                    "Criterion mixture: probability of being wrong from which a label is dropped", true),
        realSetting("warm-up-mixup-alpha", 0.3, 0, 128, "First round: mixup weight from Beta(alpha, alpha); 0: off",
                    true),
        realSetting("warm-up-sce-alpha", 0.1, 0, 100, "First round: weight of cross-entropy (report: 0.1)", true),
        realSetting("warm-up-sce-beta", 1, 0, 100, "First round: weight of reverse cross-entropy (report: 1)", true),
        realSetting("mixup-alpha", 0.4, 0, 128, "Later rounds: mixup weight from Beta(alpha, alpha); 0: off", true),
        realSetting("sce-alpha", 0.5, 0, 100, "Later rounds: weight of cross-entropy (report: 0.5)", true),
        realSetting("sce-beta", 0.5, 0, 100, "Later rounds: weight of reverse cross-entropy (report: 0.5)", true),
    };
    registerRecipe(registry, std::move(description), adamDefaults(), make);
}

} // namespace assay
