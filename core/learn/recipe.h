// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/batches.h"
#include "core/learn/classifier.h"
#include "core/learn/evidence_pass.h"
#include "core/learn/optimizer.h"
#include "core/learn/run_data.h"
#include "core/learn/settings.h"

#include "core/base/registry.h"
#include "core/train/method.h"

namespace assay::learn {

class Recipe;

/// A run as its recipe sees it.
struct Run {
    const TrainingTask& task;
    RunObserver& observer;
    RunData data;
    CommonSettings common;
    torch::Device device = torch::kCPU;
    std::vector<ClassifierPtr> networks;
    std::vector<std::unique_ptr<Optimizer>> optimizers; ///< one per network
    int epoch = 0;                                      ///< the present one, from 1
    double learningRate = 0;                            ///< of the present step
    std::size_t batches = 0;                            ///< of the present epoch
    const Recipe* recipe = nullptr;

    /// One step of network `which` on a scalar loss.
    void minimise(std::size_t which, const torch::Tensor& loss) { optimizers[which]->minimise(loss, learningRate); }
    /// One step of every network on a scalar loss that they share.
    void minimiseTogether(const torch::Tensor& loss) {
        for (auto& optimizer : optimizers) optimizer->zero();
        loss.backward();
        for (auto& optimizer : optimizers) optimizer->step(learningRate);
    }
    [[nodiscard]] std::uint64_t seed() const { return task.config.seed; }
    /// A share of the run as a whole number of epochs, at least one.
    [[nodiscard]] int epochsFromShare(double share) const {
        return std::max(1, int(std::lround(share * task.config.epochs)));
    }
    /// Optimiser steps before this one, where every epoch has as many batches as the present one.
    [[nodiscard]] std::size_t stepsBefore(const Batch& batch) const {
        return std::size_t(epoch - 1) * batches + batch.number;
    }
};

/// An epoch's result while it is put together. `evidence` and the common scalars are there already. A recipe that
/// knows better than the mixture how likely each label is wrong replaces the column "p-noisy"; one that has a
/// representation of its own sets the report's features.
struct EpochOutcome {
    EpochReport report;
    Evidence evidence;
    std::vector<Answers> answers; ///< of each answering network
};

/// What distinguishes one method from another in the epoch loop that all share. One object for one run; everything
/// that must survive a resume goes through save and load.
class Recipe {
public:
    virtual ~Recipe() = default;
    [[nodiscard]] virtual std::size_t networkCount() const { return 1; }
    /// Whether training samples without a label, and those whose label does not count, are training rows too.
    [[nodiscard]] virtual bool takesUnlabelled() const { return false; }
    /// Adds what the method needs to a network, drawn from (seed, Init, 1, draw); before it is moved to its device.
    virtual void extend(Classifier& network, int classes) const { (void)network, (void)classes; }
    /// Whether answers come with features after every epoch.
    [[nodiscard]] virtual bool needsFeatures() const { return false; }
    /// How the training losses are modelled after every epoch.
    [[nodiscard]] virtual stats::MixtureOptions mixtureOptions() const { return {}; }
    /// Whether the answer of several networks is that of their added logits, not of their mean probabilities.
    [[nodiscard]] virtual bool addsLogits() const { return false; }
    /// Once data and networks are ready, before the first epoch or a resume.
    [[nodiscard]] virtual Status start(Run& run) {
        (void)run;
        return {};
    }
    /// What the epoch visits; all training rows in shuffled order unless said otherwise.
    [[nodiscard]] virtual BatchPlan plan(Run& run);
    /// "training" or "warm-up", for the progress bar.
    [[nodiscard]] virtual std::string phase(const Run& run) const {
        (void)run;
        return "training";
    }
    /// Share of the learning rate's schedule that is behind after so many epochs of the run, fractions counted.
    [[nodiscard]] virtual double scheduleProgress(const Run& run, double epochs) const {
        return epochs / run.task.config.epochs;
    }
    /// Learns from one batch. Returns the loss of each of its rows, detached [B].
    [[nodiscard]] virtual torch::Tensor step(Run& run, const Batch& batch) = 0;
    /// The networks whose averaged answers are the result of an epoch.
    [[nodiscard]] virtual std::vector<Classifier*> answering(Run& run);
    /// Adds columns and scalars, and takes what the next epoch needs.
    [[nodiscard]] virtual Status finishEpoch(Run& run, EpochOutcome& outcome) {
        (void)run, (void)outcome;
        return {};
    }
    virtual void save(StateMap& state) const { (void)state; }
    /// The tensors that save() wrote. Damaged where they do not fit.
    [[nodiscard]] virtual Status load(const StateMap& state) {
        (void)state;
        return {};
    }
};

/// Puts a new network and a new optimiser in the place of network `which`: its weights drawn from (seed, Init, 0,
/// draw), or those that the run starts from.
[[nodiscard]] Status renewNetwork(Run& run, std::size_t which, std::uint32_t draw);

using MakeRecipe = std::function<Result<std::unique_ptr<Recipe>>(const ParamValues& settings)>;

/// Completes the settings, prepares thread, device, data and networks, and runs the recipe to its end. Every
/// exception becomes an Error here.
[[nodiscard]] Result<RunResult> trainRecipe(const Description& description, const MakeRecipe& makeRecipe,
                                            const TrainingTask& task, RunObserver& observer, RunControl& control);

/// A method that is a description and a recipe.
class RecipeMethod : public Method {
public:
    RecipeMethod(Description description, MakeRecipe makeRecipe)
        : m_description(std::move(description)), m_makeRecipe(std::move(makeRecipe)) {}
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] Result<RunResult> train(const TrainingTask& task, RunObserver& observer,
                                          RunControl& control) const override {
        return trainRecipe(m_description, m_makeRecipe, task, observer, control);
    }

private:
    Description m_description;
    MakeRecipe m_makeRecipe;
};

/// Adds a method whose settings are its own, as in `description`, followed by the common ones with its defaults.
void registerRecipe(Registry& registry, Description description, const CommonDefaults& defaults, MakeRecipe makeRecipe);

} // namespace assay::learn
