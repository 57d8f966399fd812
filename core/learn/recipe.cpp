// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/recipe.h"

#include "core/base/text.h"
#include "core/learn/checkpoint.h"
#include "core/learn/device.h"
#include "core/learn/initial_weights.h"
#include "core/learn/networks.h"
#include "core/learn/run_loop.h"
#include "core/learn/torch_compat.h"

namespace assay::learn {
namespace {

constexpr int kMostLoaders = 64, kMostThreads = 1024;

/// A network as the run begins with it, on its device: drawn, or with the weights that the run names. `goesOn`: the
/// run has weights of its own to read, and the file that it once began with may be gone.
Result<ClassifierPtr> makeFirst(const Run& run, std::size_t which, std::uint32_t draw, bool goesOn) {
    const RunConfig& config = run.task.config;
    ASSAY_TRY(ClassifierPtr network,
              makeNetwork(config.network, run.data.geometry, run.data.classes, config.seed, draw));
    torch::manual_seed(torchSeed(config.seed, RngPurpose::Init, 1, draw));
    run.recipe->extend(*network, run.data.classes);
    if (!config.weights.empty()) {
        const auto report = loadInitialWeights(*network, config.weights, which);
        if (report) run.observer.note(report->summary(escapeForDisplay(config.weights)));
        else if (!goesOn) return tl::unexpected(report.error());
    }
    if (config.freeze) network->freezeAllButHead();
    network->to(run.device);
    network->train();
    return network;
}

Result<RunResult> trainUnguarded(const Description& description, const MakeRecipe& makeRecipe,
                                 const TrainingTask& given, RunObserver& observer, RunControl& control) {
    TrainingTask task = given;
    ASSAY_TRY(task.config.settings, completeParams(description.params, given.config.settings));
    if (task.config.epochs < 1)
        return fail(ErrorCode::InvalidArgument, "a run needs at least one epoch", std::to_string(task.config.epochs));
    task.config.loaders = std::clamp(task.config.loaders, 0, kMostLoaders);
    prepareTrainingThread(std::clamp(task.config.threads, 0, kMostThreads));
    restartPeakMemory();
    ASSAY_TRY(const torch::Device device, chooseDevice(task.config.device));
    ASSAY_TRY(CommonSettings common, readCommon(task.config.settings));
    common.schedule.epochs = task.config.epochs;
    ASSAY_TRY(std::unique_ptr<Recipe> made, makeRecipe(task.config.settings));
    ASSAY_TRY(RunData data, prepareRunData(task, made->takesUnlabelled()));
    fitToPicture(common.augment, data.geometry);
    for (const std::string& note : data.notes) observer.note(note);
    if (data.trainRows.size() == 1)
        observer.note("There is one training sample only: batch norm sees it twice in every batch");
    else if (data.trainRows.size() % common.batchSize == 1)
        observer.note("The last batch would hold one sample; it joins the batch before it");

    Run run{task, observer, std::move(data), std::move(common), device, {}, {}};
    // After the run, so that it goes first: batches that it makes ahead read the run's data.
    const std::unique_ptr<Recipe> recipe = std::move(made);
    run.recipe = recipe.get();
    std::vector<std::string> ignored;
    const bool goesOn =
        task.resume && !task.config.weights.empty() && newestCheckpoint(task.checkpointFolder, task.recorded, ignored);
    for (std::size_t n = 0; n < recipe->networkCount(); ++n) {
        ASSAY_TRY(ClassifierPtr network, makeFirst(run, n, std::uint32_t(n), goesOn));
        run.optimizers.push_back(std::make_unique<Optimizer>(*network, run.common.optimizer));
        run.networks.push_back(std::move(network));
    }
    ASSAY_CHECK_STATUS(recipe->start(run));
    return RunLoop(run, *recipe, control, given.config.settings).execute();
}

} // namespace

BatchPlan Recipe::plan(Run& run) {
    BatchPlan plan;
    plan.batchSize = run.common.batchSize;
    plan.order = rowsOfEpoch(run.data, run.common.sampling, plan.batchSize, run.seed(), std::uint32_t(run.epoch));
    plan.augment = run.common.augment;
    plan.seed = run.seed();
    plan.epoch = std::uint32_t(run.epoch);
    return plan;
}

Status renewNetwork(Run& run, std::size_t which, std::uint32_t draw) {
    ASSAY_TRY(run.networks[which], makeFirst(run, which, draw, false));
    run.optimizers[which] = std::make_unique<Optimizer>(*run.networks[which], run.common.optimizer);
    return {};
}

std::vector<Classifier*> Recipe::answering(Run& run) {
    std::vector<Classifier*> networks;
    for (const auto& network : run.networks) networks.push_back(network.get());
    return networks;
}

Result<RunResult> trainRecipe(const Description& description, const MakeRecipe& makeRecipe, const TrainingTask& task,
                              RunObserver& observer, RunControl& control) {
    try {
        return trainUnguarded(description, makeRecipe, task, observer, control);
    } catch (const DeviceOutOfMemory&) {
        return fail(ErrorCode::Device, "the device has no memory left; a smaller batch-size or network is the remedy");
    } catch (const c10::Error& error) {
        return fail(ErrorCode::Internal, std::string("LibTorch refused: ") + error.what_without_backtrace());
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::Internal,
                    "there is not enough memory; a smaller batch-size, image size or subset is the remedy");
    } catch (const std::exception& error) {
        return fail(ErrorCode::Internal, std::string("the run ended unexpectedly: ") + error.what());
    } catch (...) {
        return fail(ErrorCode::Internal, "the run ended unexpectedly");
    }
}

void registerRecipe(Registry& registry, Description description, const CommonDefaults& defaults,
                    MakeRecipe makeRecipe) {
    for (auto& spec : commonParams(defaults)) description.params.push_back(std::move(spec));
    (void)registry.methods.add(std::make_shared<RecipeMethod>(std::move(description), std::move(makeRecipe)));
}

} // namespace assay::learn
