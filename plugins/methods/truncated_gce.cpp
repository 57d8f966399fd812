// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/kept_labels.h"
#include "core/learn/losses.h"
#include "core/learn/recipe.h"
#include "core/learn/sample_table.h"

namespace assay {
namespace {

using namespace learn;

constexpr const char* kKept = "truncated-gce.kept";
constexpr const char* kBest = "truncated-gce.best";
constexpr const char* kBestAccuracy = "truncated-gce.best-accuracy";

struct TruncatedOptions {
    LossOptions loss;
    int pruneFrom = 0, pruneEvery = 0; ///< epochs; 0: by share
    double pruneFromShare = 1.0 / 3, pruneEveryShare = 1.0 / 12;
};

class TruncatedGce : public Recipe {
public:
    explicit TruncatedGce(TruncatedOptions options) : m_options(options) { m_options.loss.kind = LossKind::Gce; }

    Status start(Run& run) override {
        if (m_options.pruneFrom == 0) m_options.pruneFrom = run.epochsFromShare(m_options.pruneFromShare);
        if (m_options.pruneEvery == 0) m_options.pruneEvery = run.epochsFromShare(m_options.pruneEveryShare);
        m_kept.reset(run.data.rows(), 1, 1, run.device);
        m_best.reset(run.data.rows(), 1, 0, run.device);
        return {};
    }

    [[nodiscard]] std::string phase(const Run& run) const override {
        return run.epoch <= m_options.pruneFrom ? "warm-up" : "training";
    }

    torch::Tensor step(Run& run, const Batch& batch) override {
        const auto losses = perSampleLoss(run.networks[0]->forward(batch.images), batch.labels, m_options.loss);
        const auto kept = m_kept.at(batch.rows).squeeze(1);
        const double constant = (1 - std::pow(m_options.loss.truncation, m_options.loss.q)) / m_options.loss.q;
        run.minimise(0, (kept * (losses - constant)).mean());
        return losses.detach();
    }

    Status finishEpoch(Run& run, EpochOutcome& outcome) override {
        keepBest(run, outcome);
        const int since = run.epoch - m_options.pruneFrom;
        if (since >= 0 && since % m_options.pruneEvery == 0) prune(run);
        recordKept(run, outcome, m_kept.column());
        return {};
    }

    void save(StateMap& state) const override {
        m_kept.save(state, kKept);
        m_best.save(state, kBest);
        state[kBestAccuracy] = torch::tensor({m_bestAgreement}, torch::kFloat64);
    }
    Status load(const StateMap& state) override {
        m_kept.load(state, kKept);
        m_best.load(state, kBest);
        m_bestAgreement = state.at(kBestAccuracy).item<double>();
        return {};
    }

private:
    /// p of the given label, of the epoch that agrees best with the labels of the validation split; of the present one
    /// where there is none.
    void keepBest(const Run& run, const EpochOutcome& outcome) {
        const auto agreement = outcome.report.scalars.find("validation-agreement");
        if (agreement != outcome.report.scalars.end()) {
            if (agreement->second < m_bestAgreement) return;
            m_bestAgreement = agreement->second;
        }
        std::vector<float> p(run.data.rows());
        for (std::size_t i = 0; i < p.size(); ++i) p[i] = std::exp(-outcome.evidence.loss[i]);
        m_best.setColumn(p);
    }

    void prune(Run& run) {
        const auto p = m_best.column();
        std::vector<float> kept(run.data.rows(), 0);
        std::size_t count = 0;
        for (const std::uint32_t row : run.data.trainRows) {
            kept[row] = double(p[row]) > m_options.loss.truncation;
            count += kept[row] > 0;
        }
        if (count == 0) {
            run.observer.note("No label reached the probability " + std::to_string(m_options.loss.truncation) +
                              " in epoch " + std::to_string(run.epoch) + "; none is left out");
            return;
        }
        m_kept.setColumn(kept);
    }

    TruncatedOptions m_options;
    SampleTable m_kept;          ///< [R, 1] 1 where a sample takes part
    SampleTable m_best;          ///< [R, 1] p of the given label
    double m_bestAgreement = -1; ///< with the validation split's labels, that m_best belongs to
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    TruncatedOptions options;
    options.loss.q = realParam(settings, "gce-q");
    options.loss.truncation = realParam(settings, "truncation");
    options.pruneFrom = int(intParam(settings, "prune-from"));
    options.pruneEvery = int(intParam(settings, "prune-every"));
    options.pruneFromShare = realParam(settings, "prune-from-share");
    options.pruneEveryShare = realParam(settings, "prune-every-share");
    return std::make_unique<TruncatedGce>(options);
}

} // namespace

void registerTruncatedGce(Registry& registry) {
    Description description;
    description.id = "truncated-gce";
    description.title = "Truncated GCE";
    description.help =
        "Generalised cross-entropy that from time to time leaves out the labels the network does not believe "
        "(paper: ResNet-34, 120 epochs, rate 0.01)";
    description.citation = "Zhang & Sabuncu, NeurIPS 2018, arXiv:1805.07836";
    description.params = {
        realSetting("gce-q", 0.7, 0.001, 1, "0 is cross-entropy, 1 is mean absolute error (paper: 0.7)"),
        realSetting("truncation", 0.5, 0.001, 0.999, "k, the probability under which a label is left out (paper: 0.5)"),
        integerSetting("prune-from", 0, 0, 100000,
                       "First epoch after which labels are left out; 0: by share (paper: 40 of 120)", false, "epochs"),
        integerSetting("prune-every", 0, 0, 100000, "Epochs between two such choices; 0: by share (paper: 10 of 120)",
                       false, "epochs"),
        realSetting("prune-from-share", 1.0 / 3, 0.001, 1, "Where prune-from is 0: share of the run", true),
        realSetting("prune-every-share", 1.0 / 12, 0.001, 1, "Where prune-every is 0: share of the run", true),
    };
    registerRecipe(registry, std::move(description), adamDefaults(), make);
}

} // namespace assay
