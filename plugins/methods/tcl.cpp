// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/contrastive.h"
#include "core/learn/losses.h"
#include "core/learn/mixture_record.h"
#include "core/learn/mixup.h"
#include "core/learn/sample_table.h"
#include "core/learn/target_record.h"

namespace assay {
namespace {

using namespace learn;

constexpr const char* kCentres = "tcl.centres";
constexpr const char* kScales = "tcl.scales";
constexpr double kHeadDropout = 0.25;
constexpr double kBelieved = 0.5;  ///< probability of being clean, or of a class, above which it counts as so
constexpr double kOwnAnswer = 0.2; ///< TCL+: share of a target that is the network's own answer
constexpr double kVoteTemperature = 0.1;
constexpr std::size_t kQueries = 2000; ///< samples by which the neighbours are judged
constexpr std::size_t kFewOfAClass = 20;

struct TclOptions {
    double temperature = 0.25, assignmentTemperature = 0.25;
    bool classVariance = false;
    bool perClass = false;         ///< a mixture over the scores of each class
    double scale1 = 0, scale2 = 0; ///< how far clean labels are trusted; 0: the share of clean labels
    double mixupAlpha = 1;
    double contrastiveWeight = 1, entropyWeight = 1, alignWeight = 1;
    double smallestArea = 0.2;
    std::int64_t projection = 128;
    std::int64_t neighbours = 200;
    int warmUp = 0;
    double warmUpShare = 0.2;
    double plusShare = 0; ///< TCL+: share of the run, at its end, on mended labels
};

torch::Tensor meanEntropy(const torch::Tensor& logits) { return -negativeEntropy(logits).mean(); }

/// Σ_k p̄_k ln p̄_k of the mean answer: least where all classes are answered alike often.
torch::Tensor concentration(const torch::Tensor& logits) {
    const auto mean = torch::softmax(logits, 1).mean(0);
    return (mean * torch::log(mean.clamp_min(1e-8))).sum();
}

torch::Tensor indices(const std::vector<std::uint32_t>& rows) {
    return torch::tensor(std::vector<std::int64_t>(rows.begin(), rows.end()), torch::kInt64);
}

std::vector<float> toVector(const torch::Tensor& values) {
    const auto plain = values.to(torch::kCPU, torch::kFloat32).contiguous();
    return {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()};
}

class Tcl : public Recipe {
public:
    explicit Tcl(TclOptions options) : m_options(options) {}

    void extend(Classifier& network, int classes) const override {
        network.replaceHead(std::make_shared<TwoLayers>(network.featureCount(), classes, kHeadDropout));
        network.addBranch("projector", std::make_shared<TwoLayers>(network.featureCount(), m_options.projection, 0));
    }
    [[nodiscard]] bool needsFeatures() const override { return true; }

    Status start(Run& run) override {
        if (m_options.warmUp == 0) m_options.warmUp = run.epochsFromShare(m_options.warmUpShare);
        m_lastContrastive = run.task.config.epochs -
                            int(std::lround(m_options.plusShare * (run.task.config.epochs - m_options.warmUp)));
        const auto options = torch::TensorOptions().dtype(torch::kFloat32).device(run.device);
        m_mixture.centres = torch::zeros({run.data.classes, m_options.projection}, options);
        m_clean.reset(run.data.rows(), 1, 1, torch::kCPU);
        m_assigned.reset(run.data.rows(), 2, 0, torch::kCPU);
        return {};
    }

    [[nodiscard]] std::string phase(const Run& run) const override { return warmingUp(run) ? "warm-up" : "training"; }

    BatchPlan plan(Run& run) override {
        m_strong = {};
        m_targets.begin(run);
        m_sums = {};
        BatchPlan plan = Recipe::plan(run);
        if (mending(run)) {
            mendLabels(run);
            return plan;
        }
        BatchPlan strong = plan;
        strong.augment = contrastiveView();
        strong.augment.flip = plan.augment.flip;
        strong.augment.smallestArea = m_options.smallestArea;
        for (std::uint32_t view = 0; view < 2; ++view) {
            strong.view = view + 1;
            // One sample is shown twice in a batch, here as in the loop's own view.
            if (strong.order.size() == 1) strong.order.push_back(strong.order.front());
            m_strong[view] = std::make_unique<BatchLoader>(run.data, strong, run.device, run.task.config.loaders);
        }
        return plan;
    }

    torch::Tensor step(Run& run, const Batch& batch) override {
        return mending(run) ? stepMended(run, batch) : stepContrastive(run, batch);
    }

    Status finishEpoch(Run& run, EpochOutcome& outcome) override {
        m_strong = {};
        auto& scalars = outcome.report.scalars;
        for (const auto& [name, sum] : m_sums) scalars[name] = sum.item<double>() / double(run.batches);
        const auto representations = project(run, outcome.answers[0]);
        outcome.report.features = makeFeatures(run.data, run.task.dataset->size(), toVector(representations),
                                               std::size_t(m_options.projection), run.epoch);
        scoreNeighbours(run, outcome, representations);
        model(run, outcome, representations);
        m_targets.record(outcome);
        return {};
    }

    void save(StateMap& state) const override {
        state[kCentres] = m_mixture.centres;
        state[kScales] = torch::tensor({m_cleanShare}, torch::kFloat64);
        m_clean.save(state, "tcl.clean");
        m_assigned.save(state, "tcl.assigned");
    }
    Status load(const StateMap& state) override {
        m_mixture.centres.copy_(state.at(kCentres));
        m_cleanShare = state.at(kScales).item<double>();
        m_clean.load(state, "tcl.clean");
        m_assigned.load(state, "tcl.assigned");
        return {};
    }

private:
    [[nodiscard]] bool warmingUp(const Run& run) const { return run.epoch <= m_options.warmUp; }
    [[nodiscard]] bool mending(const Run& run) const { return run.epoch > m_lastContrastive; }
    [[nodiscard]] double scale(double set) const { return set > 0 ? set : m_cleanShare; }

    void add(const char* name, const torch::Tensor& value) {
        auto& sum = m_sums[name];
        sum = sum.defined() ? sum + value.detach() : value.detach();
    }

    torch::Tensor stepContrastive(Run& run, const Batch& batch) {
        const std::array views = {batch.images, m_strong[0]->next()->images, m_strong[1]->next()->images};
        const auto size = batch.images.size(0);
        const auto each = torch::cat({views[0], views[1], views[2]});
        const Mixup mix = drawMixMatch(run, std::size_t(each.size(0)), batch.number, m_options.mixupAlpha);
        Classifier& network = *run.networks[0];
        // The weak view teaches the norms' statistics what evaluation will show them.
        const auto features = network.features(torch::cat({views[0], mix.images(each), views[1], views[2]}));
        const auto logits = network.answer(features);
        const auto representations = unitRows(projector(run).forward(features));
        const auto ofMixed = [size](const torch::Tensor& t) { return t.slice(0, size, 4 * size); };
        const auto ofStrong = [size](const torch::Tensor& t, std::int64_t view) {
            return t.slice(0, (4 + view) * size, (5 + view) * size);
        };

        const std::array own = {torch::softmax(ofStrong(logits, 0), 1).detach(),
                                torch::softmax(ofStrong(logits, 1), 1).detach()};
        // In the warm-up every label is learnt as it is, whatever the mixture says of it already.
        const auto clean =
            warmingUp(run) ? torch::ones({size}, own[0].options()) : m_clean.at(batch.rows).squeeze(1).to(run.device);
        const double trust1 = warmingUp(run) ? 1 : scale(m_options.scale1);
        const double trust2 = warmingUp(run) ? 1 : scale(m_options.scale2);
        // Each strong view learns what the other one answers, as far as the label is not to be trusted.
        const auto losses =
            softCrossEntropy(ofStrong(logits, 0), trustedTargets(batch.labels, clean * trust1, own[1])) +
            softCrossEntropy(ofStrong(logits, 1), trustedTargets(batch.labels, clean * trust1, own[0]));
        const auto target = trustedTargets(batch.labels, clean * trust2, (own[0] + own[1]) / 2);
        m_targets.mark(batch.rows, target);
        const auto mixedTarget = mix.mixed(torch::cat({target, target, target}));
        const auto learning = logits.slice(0, size, 6 * size); // the mixed and the strong views

        const auto contrastive =
            ntXent(ofStrong(representations, 0), ofStrong(representations, 1), m_options.temperature);
        const auto classes = losses.mean() + softCrossEntropy(ofMixed(logits), mixedTarget).mean();
        const auto entropy = meanEntropy(learning) + concentration(learning);
        auto loss = m_options.contrastiveWeight * contrastive + classes + m_options.entropyWeight * entropy;
        add("contrastive-loss", contrastive);
        add("classification-loss", classes);
        add("entropy-loss", entropy);
        if (run.epoch > 1) { // the centres of a network that has learnt nothing all lie in one place
            const auto similarity = torch::matmul(ofMixed(representations), m_mixture.centres.t());
            const auto align = softCrossEntropy(similarity / m_options.assignmentTemperature, mixedTarget).mean();
            loss = loss + m_options.alignWeight * align;
            add("alignment-loss", align);
        }
        run.minimise(0, loss);
        return losses.detach() / 2;
    }

    /// TCL+: mixup with hard bootstrapping on mended labels.
    torch::Tensor stepMended(Run& run, const Batch& batch) {
        std::vector<std::int64_t> mended(batch.rows.size());
        for (std::size_t i = 0; i < mended.size(); ++i) mended[i] = m_mended[batch.rows[i]];
        const auto labels = torch::tensor(mended, torch::kInt64).to(run.device);
        const Mixup mix = drawMixup(run, batch, m_options.mixupAlpha);
        Classifier& network = *run.networks[0];
        torch::Tensor own;
        {
            const torch::NoGradGuard noGrad;
            own = network.forward(batch.images).argmax(1);
        }
        const auto logits = network.forward(mix.images(batch.images));
        const auto trust = torch::full({labels.size(0)}, 1 - kOwnAnswer, logits.options());
        const auto target = trustedTargets(labels, trust, torch::one_hot(own, logits.size(1)).to(logits.scalar_type()));
        m_targets.mark(batch.rows, target);
        const auto losses = softCrossEntropy(logits, mix.mixed(target));
        run.minimise(0, losses.mean());
        return losses.detach();
    }

    [[nodiscard]] static FeatureModule& projector(const Run& run) {
        return *std::dynamic_pointer_cast<FeatureModule>(run.networks[0]->named_children()["projector"]);
    }

    /// Representations of all rows in evaluation mode, [R, projection] of length one.
    [[nodiscard]] torch::Tensor project(const Run& run, Answers& answers) const {
        const torch::NoGradGuard noGrad;
        const auto features = torch::from_blob(
            answers.features.data(), {std::int64_t(run.data.rows()), std::int64_t(answers.dimension)}, torch::kFloat32);
        FeatureModule& module = projector(run);
        module.eval();
        const auto representations = unitRows(module.forward(features.to(run.device)));
        module.train();
        return representations;
    }

    /// How many held-out samples (else training samples, without their own vote) the given labels of the most similar
    /// training samples name rightly.
    void scoreNeighbours(const Run& run, EpochOutcome& outcome, const torch::Tensor& representations) const {
        const RunData& data = run.data;
        const auto& from = !data.testRows.empty()         ? data.testRows
                           : !data.validationRows.empty() ? data.validationRows
                                                          : data.trainRows;
        if (data.trainRows.size() < 2) return;
        std::vector<std::uint32_t> queries;
        const std::size_t count = std::min(from.size(), kQueries);
        for (std::size_t i = 0; i < count; ++i) queries.push_back(from[i * from.size() / count]);
        const auto labels =
            torch::tensor(std::vector<std::int64_t>(data.labels.begin(), data.labels.end()), torch::kInt64);
        // A query itself, where it is a training row, would take a place among the neighbours.
        const auto votes =
            nearestVotes(representations, labels.to(run.device), indices(queries).to(run.device),
                         indices(data.trainRows).to(run.device), data.classes,
                         std::min<std::int64_t>(m_options.neighbours, std::int64_t(data.trainRows.size()) - 1),
                         kVoteTemperature)
                .to(torch::kCPU);
        double right = 0;
        for (std::size_t i = 0; i < count; ++i)
            right += votes.data_ptr<std::int64_t>()[i] == std::int64_t(data.reference(queries[i]));
        outcome.report.scalars["knn-accuracy"] = right / double(count);
    }

    /// The mixture tied to the predicted classes, what it assigns, and how far each label is trusted from now on.
    void model(Run& run, EpochOutcome& outcome, const torch::Tensor& representations) {
        const torch::NoGradGuard noGrad;
        const RunData& data = run.data;
        const std::size_t rows = data.rows();
        auto& logits = outcome.answers[0].logits;
        const auto probabilities = torch::softmax(
            torch::from_blob(logits.data(), {std::int64_t(rows), data.classes}, torch::kFloat32).to(run.device), 1);
        const auto training = indices(data.trainRows).to(run.device);
        m_mixture = classMixture(representations.index_select(0, training), probabilities.index_select(0, training));
        const auto assignments =
            classAssignments(representations, m_mixture, m_options.assignmentTemperature, m_options.classVariance)
                .to(torch::kCPU)
                .contiguous();
        const auto [most, argmax] = assignments.max(1);
        std::vector<float> assigned(rows), ofLabel(rows), outlying(rows);
        double known = 0, right = 0;
        for (std::size_t i = 0; i < rows; ++i) {
            assigned[i] = float(argmax.data_ptr<std::int64_t>()[i]);
            ofLabel[i] = std::min(
                1.0F, assignments.data_ptr<float>()[i * std::size_t(data.classes) + std::size_t(data.labels[i])]);
            outlying[i] = -ofLabel[i];
        }
        for (const std::uint32_t row : data.trainRows) {
            if (!data.truthKnown() || data.truth[row] == kNoLabel) continue;
            ++known;
            right += assigned[row] == float(data.truth[row]);
        }
        if (known > 0) outcome.report.scalars["assignment-accuracy"] = right / known;
        auto assignedProbability = toVector(most);
        for (float& value : assignedProbability) value = std::min(value, 1.0F);
        if (!mending(run)) { // labels are mended once, by what the contrastive part came to
            m_assigned.setColumn(assigned, 0);
            m_assigned.setColumn(assignedProbability, 1);
        }

        std::vector<float> noisy;
        if (fitScores(run, outcome, outlying, noisy)) {
            std::vector<float> clean(rows);
            for (std::size_t i = 0; i < rows; ++i) clean[i] = 1 - noisy[i];
            m_clean.setColumn(clean);
            outcome.evidence.columns["p-noisy"] = noisy;
        } else {
            m_clean.setColumn(std::vector<float>(rows, 1));
        }
        const auto clean = m_clean.column();
        m_cleanShare = 0;
        for (const std::uint32_t row : data.trainRows) m_cleanShare += double(clean[row]) > kBelieved;
        m_cleanShare /= double(data.trainRows.size());
        outcome.report.scalars["clean-share"] = m_cleanShare;
        outcome.evidence.columns["p-clean"] = clean;
        outcome.evidence.columns["assignment"] = std::move(assigned);
        outcome.evidence.columns["assignment-probability"] = std::move(assignedProbability);
        outcome.evidence.columns["label-assignment"] = std::move(ofLabel);
    }

    /// Two groups among the scores: labels that suit their sample's component, and labels that lie outside. False
    /// where there are none.
    bool fitScores(Run& run, EpochOutcome& outcome, const std::vector<float>& outlying, std::vector<float>& noisy) {
        stats::MixtureOptions options;
        options.kind = stats::MixtureKind::Gaussian;
        options.normalisation = stats::Normalisation::MinMax;
        options.iterations = 100;
        options.tolerance = 1e-3;
        const auto fit = [&](const std::vector<std::uint32_t>& rows) {
            std::vector<float> scores;
            for (const std::uint32_t row : rows) scores.push_back(outlying[row]);
            auto fitted = stats::fitMixture(scores, options);
            return fitted && !fitted->collapsed ? std::optional(std::move(*fitted)) : std::nullopt;
        };
        const auto all = fit(run.data.trainRows);
        if (!all) {
            if (!m_collapseNoted && run.epoch >= m_options.warmUp) {
                m_collapseNoted = true;
                run.observer.note("The representations of epoch " + std::to_string(run.epoch) +
                                  " show no two groups of labels; every label is believed until they do");
            }
            return false;
        }
        recordMixture(outcome.report.scalars, "assignment-mixture", *all);
        noisy = stats::posteriors(*all, outlying);
        if (!m_options.perClass) return true;
        std::vector<std::vector<std::uint32_t>> ofClass(std::size_t(run.data.classes));
        for (const std::uint32_t row : run.data.trainRows) ofClass[std::size_t(run.data.labels[row])].push_back(row);
        for (std::size_t k = 0; k < ofClass.size(); ++k) {
            const auto own = ofClass[k].size() < kFewOfAClass ? std::nullopt : fit(ofClass[k]);
            if (!own) continue; // too few, or no two groups: the mixture over all classes counts
            for (std::size_t i = 0; i < noisy.size(); ++i)
                if (std::size_t(run.data.labels[i]) == k) noisy[i] = float(own->pNoisy(outlying[i]));
        }
        return true;
    }

    /// What the last contrastive epoch assigned with some certainty takes the place of the labels.
    void mendLabels(Run& run) {
        if (!m_mended.empty()) return;
        const auto assigned = m_assigned.column(0), probability = m_assigned.column(1);
        m_mended.resize(run.data.rows());
        std::size_t changed = 0;
        for (std::size_t i = 0; i < m_mended.size(); ++i)
            m_mended[i] =
                double(probability[i]) > kBelieved ? std::int64_t(assigned[i]) : std::int64_t(run.data.labels[i]);
        for (const std::uint32_t row : run.data.trainRows)
            changed += m_mended[row] != std::int64_t(run.data.labels[row]);
        run.observer.note("From epoch " + std::to_string(run.epoch) + " on it learns by mended labels; " +
                          std::to_string(changed) + " of " + std::to_string(run.data.trainRows.size()) + " changed");
    }

    TclOptions m_options;
    int m_lastContrastive = 0;
    ClassMixture m_mixture;          ///< over the representations of the training rows after the last epoch
    SampleTable m_clean, m_assigned; ///< [R, 1] probability of being clean; [R, 2] class and its probability
    double m_cleanShare = 1;
    std::array<std::unique_ptr<BatchLoader>, 2> m_strong;
    std::map<std::string, torch::Tensor> m_sums; ///< parts of the loss over the present epoch
    std::vector<std::int64_t> m_mended;          ///< [R] TCL+: labels of the last part
    TargetRecord m_targets;
    bool m_collapseNoted = false;
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings, bool plus) {
    TclOptions options;
    options.temperature = realParam(settings, "temperature");
    options.assignmentTemperature = realParam(settings, "assignment-temperature");
    options.classVariance = boolParam(settings, "class-variance");
    options.perClass = boolParam(settings, "per-class-mixture");
    options.scale1 = realParam(settings, "scale-1");
    options.scale2 = realParam(settings, "scale-2");
    options.mixupAlpha = realParam(settings, "mixup-alpha");
    options.contrastiveWeight = realParam(settings, "contrastive-weight");
    options.entropyWeight = realParam(settings, "entropy-weight");
    options.alignWeight = realParam(settings, "align-weight");
    options.smallestArea = realParam(settings, "smallest-crop");
    options.projection = intParam(settings, "projection");
    options.neighbours = intParam(settings, "neighbours");
    options.warmUp = int(intParam(settings, "warm-up"));
    options.warmUpShare = realParam(settings, "warm-up-share");
    if (plus) options.plusShare = realParam(settings, "plus-share");
    return std::make_unique<Tcl>(options);
}

std::vector<ParamSpec> settings() {
    return {
        integerSetting("warm-up", 0, 0, 100000, "Epochs on the labels as given; 0: by warm-up-share (paper: 20 of 200)",
                       false, "epochs"),
        realSetting("warm-up-share", 0.2, 0.001, 1, "Warm-up as a share of the run, where warm-up is 0", true),
        boolSetting("class-variance", false,
                    "Classes may spread differently, as the paper has it; off: all alike, as its code has it"),
        boolSetting("per-class-mixture", false,
                    "Clean and wrong labels are told apart class by class (the code's choice for 100 classes)"),
        realSetting("smallest-crop", 0.2, 0.01, 1,
                    "Strong views show at least this share of a picture; 1: all (paper: 0.2)"),
        realSetting("temperature", 0.25, 0.01, 10, "Of the contrastive loss (paper: 0.25)", true),
        realSetting("assignment-temperature", 0.25, 0.01, 10, "Of the mixture over representations (paper: 0.25)",
                    true),
        realSetting("scale-1", 0, 0, 1,
                    "How far a clean label is trusted by the strong views; 0: the share of clean labels, as estimated",
                    true),
        realSetting("scale-2", 0, 0, 1, "The same in the mixed pictures", true),
        realSetting("mixup-alpha", 1, 0.01, 128, "Mixes pairs with a weight from Beta(alpha, alpha) (paper: 1)", true),
        realSetting("contrastive-weight", 1, 0, 100, "Weight of the contrastive loss (paper: 1)", true),
        realSetting("entropy-weight", 1, 0, 100,
                    "Weight of the terms that make answers sure, and spread over classes (paper: 1)", true),
        realSetting("align-weight", 1, 0, 100,
                    "Weight of the term that draws pictures to their class's centre (paper: 1)", true),
        integerSetting("projection", 128, 2, 4096, "Numbers in a representation (paper: 256 behind 512)", true),
        integerSetting("neighbours", 200, 1, 10000, "Whose labels the monitor knn-accuracy counts", true),
    };
}

} // namespace

void registerTcl(Registry& registry) {
    CommonDefaults defaults = adamDefaults();
    defaults.batchSize = 64;
    defaults.augmentation = "flip-crop";
    Description tcl;
    tcl.id = "tcl";
    tcl.title = "Twin contrastive learning";
    tcl.help =
        "Learns what pictures resemble each other, ties a mixture to the predicted classes, and trusts a label as "
        "far as its picture lies in its class; keeps its features for the map (paper: PreActResNet-18, 200 epochs, "
        "SGD, batch 256; six pictures per sample in each step)";
    tcl.citation = "Huang, Zhang, Shan, CVPR 2023, arXiv:2303.06930";
    tcl.params = settings();
    registerRecipe(registry, tcl, defaults, [](const ParamValues& values) { return make(values, false); });

    Description plus = tcl;
    plus.id = "tcl-plus";
    plus.title = "Twin contrastive learning, then mended labels";
    plus.help = "TCL whose last part learns by mixup and hard bootstrapping from the labels that the mixture assigned "
                "(paper: a second training; here the end of the same one)";
    plus.params.push_back(
        realSetting("plus-share", 0.3, 0, 0.9, "Share of the run after the warm-up that learns by mended labels"));
    registerRecipe(registry, std::move(plus), defaults, [](const ParamValues& values) { return make(values, true); });
}

} // namespace assay
