// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/losses.h"
#include "core/learn/pseudo_record.h"
#include "core/learn/recipe.h"

namespace assay {
namespace {

using namespace learn;

constexpr const char* kTargets = "pseudo-label.targets";
constexpr const char* kLabelled = "pseudo-label.labelled";

enum class LabelledBy { Count, Clean };

struct PseudoOptions {
    LabelledBy labelledBy = LabelledBy::Clean;
    std::int64_t labelledPerClass = 40;
    double cleanBelow = 0.5; ///< Clean: p-noisy under which a label is kept
    int warmUp = 0;          ///< epochs; 0: by share
    double warmUpShare = 0.3;
    double threshold = 0.95;
    bool curriculum = false;
    double curriculumStep = 0.2;
    std::int64_t cap = 0; ///< most accepted per class; 0: none
    bool accumulate = false;
    double weight = 1;      ///< of pseudo-labelled samples
    double rampShare = 0.4; ///< of the run, over which the weight rises from 0
};

struct Candidate {
    std::uint32_t row = 0;
    Label label = kNoLabel;
    float confidence = 0;
};

class PseudoLabel : public Recipe {
public:
    explicit PseudoLabel(PseudoOptions options) : m_options(options) {}

    [[nodiscard]] bool takesUnlabelled() const override { return true; }

    Status start(Run& run) override {
        const RunData& data = run.data;
        if (std::none_of(data.trainRows.begin(), data.trainRows.end(),
                         [&](std::uint32_t row) { return data.counts[row]; }))
            return fail(ErrorCode::InvalidArgument,
                        "no label of a training sample counts, and pseudo-labels need some to start from");
        m_record.start(run);
        if (m_options.warmUp == 0) m_options.warmUp = run.epochsFromShare(m_options.warmUpShare);
        m_targets.assign(data.rows(), kNoLabel);
        m_labelled.assign(data.rows(), 0);
        if (m_options.labelledBy == LabelledBy::Clean) {
            for (const std::uint32_t row : data.trainRows) m_labelled[row] = data.counts[row];
        } else {
            chooseLabelled(run);
        }
        takeTargets(data);
        return {};
    }

    [[nodiscard]] std::string phase(const Run& run) const override {
        return run.epoch <= m_options.warmUp ? "warm-up" : "training";
    }

    /// Labelled and accepted rows, in one shuffled order.
    BatchPlan plan(Run& run) override {
        BatchPlan plan = Recipe::plan(run);
        std::erase_if(plan.order, [this](std::uint32_t row) { return m_targets[row] == kNoLabel; });
        return plan;
    }

    torch::Tensor step(Run& run, const Batch& batch) override {
        const auto size = std::int64_t(batch.rows.size());
        auto targets = torch::empty({size}, torch::kInt64);
        auto weights = torch::empty({size}, torch::kFloat32);
        auto* target = targets.data_ptr<std::int64_t>();
        auto* weight = weights.data_ptr<float>();
        const auto pseudoWeight = float(rampedWeight(run));
        for (std::size_t i = 0; i < batch.rows.size(); ++i) {
            target[i] = m_targets[batch.rows[i]];
            weight[i] = m_labelled[batch.rows[i]] ? 1.0F : pseudoWeight;
        }
        const auto losses = crossEntropy(run.networks[0]->forward(batch.images), targets.to(run.device));
        run.minimise(0, (losses * weights.to(run.device)).mean());
        return losses.detach();
    }

    Status finishEpoch(Run& run, EpochOutcome& outcome) override {
        if (run.epoch == m_options.warmUp && m_options.labelledBy == LabelledBy::Clean) keepClean(run, outcome);
        if (run.epoch >= m_options.warmUp) accept(run, outcome);
        record(run, outcome);
        return {};
    }

    void save(StateMap& state) const override {
        m_record.save(state);
        state[kTargets] = torch::tensor(m_targets, torch::kInt32);
        state[kLabelled] = torch::tensor(std::vector<int>(m_labelled.begin(), m_labelled.end()), torch::kInt32);
    }

    Status load(const StateMap& state) override {
        m_record.load(state);
        const auto& targets = state.at(kTargets);
        const auto& labelled = state.at(kLabelled);
        m_targets.assign(targets.data_ptr<std::int32_t>(), targets.data_ptr<std::int32_t>() + targets.numel());
        m_labelled.assign(labelled.data_ptr<std::int32_t>(), labelled.data_ptr<std::int32_t>() + labelled.numel());
        return {};
    }

private:
    /// So many of each class, drawn from (seed, Method, sample).
    void chooseLabelled(const Run& run) {
        const RunData& data = run.data;
        std::vector<std::vector<std::pair<double, std::uint32_t>>> byClass{std::size_t(data.classes)};
        for (const std::uint32_t row : data.trainRows) {
            if (!data.counts[row]) continue;
            CounterRng rng(run.seed(), RngPurpose::Method, 0, data.samples[row].value);
            byClass[std::size_t(data.labels[row])].emplace_back(rng.uniform(), row);
        }
        for (auto& members : byClass) {
            std::sort(members.begin(), members.end());
            const auto take = std::min(members.size(), std::size_t(m_options.labelledPerClass));
            for (std::size_t i = 0; i < take; ++i) m_labelled[members[i].second] = 1;
        }
    }

    /// After the warm-up on every label, only those that the mixture calls clean stay.
    void keepClean(Run& run, const EpochOutcome& outcome) {
        const auto column = outcome.evidence.columns.find("p-noisy");
        const auto& fit = outcome.report.mixture;
        if (column == outcome.evidence.columns.end() || !fit || fit->collapsed) {
            run.observer.note("The losses show no two groups after the warm-up; every label is kept");
            return;
        }
        std::size_t kept = 0;
        for (const std::uint32_t row : run.data.trainRows) {
            m_labelled[row] = run.data.counts[row] && column->second[row] < m_options.cleanBelow;
            kept += m_labelled[row];
        }
        if (kept == 0) {
            run.observer.note("No label was called clean after the warm-up; every label is kept");
            for (const std::uint32_t row : run.data.trainRows) m_labelled[row] = run.data.counts[row];
        }
    }

    void takeTargets(const RunData& data) {
        for (const std::uint32_t row : data.trainRows) m_targets[row] = m_labelled[row] ? data.labels[row] : kNoLabel;
    }

    /// Which unlabelled rows the next epoch learns from, and as what.
    void accept(const Run& run, const EpochOutcome& outcome) {
        const RunData& data = run.data;
        std::vector<Candidate> candidates;
        for (const std::uint32_t row : data.trainRows) {
            if (m_labelled[row]) continue;
            candidates.push_back({row, outcome.evidence.prediction[row], outcome.evidence.confidence[row]});
        }
        std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
            return a.confidence != b.confidence ? a.confidence > b.confidence : a.row < b.row;
        });
        std::size_t admitted = candidates.size();
        if (m_options.curriculum) {
            const double left = std::max(1, run.task.config.epochs - m_options.warmUp);
            const double rounds = std::ceil(1 / m_options.curriculumStep);
            const double round = std::min(rounds, std::floor((run.epoch - m_options.warmUp) * rounds / left) + 1);
            admitted = std::size_t(std::min(1.0, round * m_options.curriculumStep) * double(candidates.size()));
            m_least = admitted > 0 ? double(candidates[admitted - 1].confidence) : 1;
        } else {
            admitted = std::size_t(std::count_if(candidates.begin(), candidates.end(), [this](const Candidate& c) {
                return double(c.confidence) >= m_options.threshold;
            }));
        }
        std::vector<Label> before = m_targets;
        takeTargets(data);
        std::vector<std::int64_t> perClass(std::size_t(data.classes), 0);
        const auto room = [&](Label label) {
            return m_options.cap == 0 || perClass[std::size_t(label)] < m_options.cap;
        };
        if (m_options.accumulate)
            for (const Candidate& candidate : candidates)
                if (before[candidate.row] != kNoLabel && room(before[candidate.row])) {
                    m_targets[candidate.row] = before[candidate.row];
                    ++perClass[std::size_t(before[candidate.row])];
                }
        for (std::size_t i = 0; i < admitted; ++i) {
            const Candidate& candidate = candidates[i];
            if (m_targets[candidate.row] != kNoLabel || !room(candidate.label)) continue;
            m_targets[candidate.row] = candidate.label;
            ++perClass[std::size_t(candidate.label)];
        }
    }

    void record(const Run& run, EpochOutcome& outcome) {
        PseudoDecision decision{m_targets, m_options.curriculum ? m_least : m_options.threshold, {}};
        for (std::size_t row = 0; row < decision.labels.size(); ++row)
            if (m_labelled[row]) decision.labels[row] = kNoLabel;
        m_record.record(run, outcome, m_labelled, decision);
    }

    [[nodiscard]] double rampedWeight(const Run& run) const {
        const double ramp = m_options.rampShare * run.task.config.epochs;
        const double since = run.epoch - m_options.warmUp;
        return m_options.weight * (ramp > 0 ? std::clamp(since / ramp, 0.0, 1.0) : 1.0);
    }

    PseudoOptions m_options;
    PseudoRecord m_record;
    double m_least = 1;                   ///< curriculum: confidence of the least sure one that was admitted
    std::vector<Label> m_targets;         ///< [R] what each row is learnt as; kNoLabel: not at all
    std::vector<std::uint8_t> m_labelled; ///< [R] 1 where the run's label is trusted
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    PseudoOptions options;
    options.labelledBy = textParam(settings, "labelled") == "per-class" ? LabelledBy::Count : LabelledBy::Clean;
    options.labelledPerClass = intParam(settings, "labelled-per-class");
    options.cleanBelow = realParam(settings, "clean-below");
    options.warmUp = int(intParam(settings, "warm-up"));
    options.warmUpShare = realParam(settings, "warm-up-share");
    options.threshold = realParam(settings, "threshold");
    options.curriculum = boolParam(settings, "curriculum");
    options.curriculumStep = realParam(settings, "curriculum-step");
    options.cap = intParam(settings, "cap-per-class");
    options.accumulate = boolParam(settings, "accumulate");
    options.weight = realParam(settings, "pseudo-weight");
    options.rampShare = realParam(settings, "ramp-share");
    return std::make_unique<PseudoLabel>(options);
}

} // namespace

void registerPseudoLabel(Registry& registry) {
    Description description;
    description.id = "pseudo-label";
    description.title = "Pseudo-label";
    description.help = "Trusts some labels, and learns the other samples as what the network says when it is sure";
    description.citation = "Lee, ICML Workshop 2013; curriculum: Cascante-Bonilla et al., AAAI 2021, arXiv:2001.06001";
    description.params = {
        choiceSetting(
            "labelled", "clean", {"clean", "per-class"},
            "Whose labels are trusted: those that the mixture calls clean after the warm-up, or so many per class"),
        integerSetting("labelled-per-class", 40, 1, 1000000, "labelled per-class: trusted labels of each class", false,
                       "samples"),
        realSetting("threshold", 0.95, 0, 1, "Confidence from which an answer becomes a pseudo-label (usual: 0.95)"),
        boolSetting(
            "curriculum", false,
            "Accepts a growing share of the surest answers instead of a threshold (paper: restarts the weights too)"),
        integerSetting("cap-per-class", 0, 0, 10000000,
                       "Most pseudo-labels of one class, the surest first; 0: no limit", false, "samples"),
        integerSetting("warm-up", 0, 0, 100000, "Epochs before pseudo-labels are used; 0: by warm-up-share", false,
                       "epochs"),
        realSetting("warm-up-share", 0.3, 0.001, 1, "Warm-up as a share of the run, where warm-up is 0", true),
        realSetting("clean-below", 0.5, 0.001, 0.999,
                    "labelled clean: probability of being wrong under which a label is kept", true),
        realSetting("curriculum-step", 0.2, 0.01, 1, "curriculum: share that each round adds (paper: 0.2)", true),
        boolSetting("accumulate", false,
                    "Keeps a pseudo-label once it is accepted, instead of choosing anew each epoch", true),
        realSetting("pseudo-weight", 1, 0, 10, "Weight of pseudo-labelled samples in the loss", true),
        realSetting("ramp-share", 0.2, 0, 1,
                    "Share of the run, after the warm-up, over which that weight rises from zero", true),
    };
    registerRecipe(registry, std::move(description), {}, make);
}

} // namespace assay
