// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/mixmatch.h"
#include "core/learn/co_divide.h"
#include "core/learn/pseudo_steps.h"
#include "core/learn/ramps.h"
#include "core/learn/replaced_tensors.h"

namespace assay {
namespace {

using namespace learn;

struct MixMatchOptions {
    int views = 2;           ///< of an unlabelled picture, whose answers are averaged
    double sharpening = 0.5; ///< T
    double alpha = 0.75;
    double lambdaU = 75;
    double rampShare = 0.4; ///< of the run in which lambda-u rises from zero
    MixedBy mixedBy = MixedBy::Row;
};

class MixMatch : public PseudoSteps {
public:
    MixMatch(const SemiOptions& semi, MixMatchOptions options) : PseudoSteps(semi), m_options(options) {}

protected:
    [[nodiscard]] std::vector<ViewPlan> views(const Run& run) const override {
        std::vector<ViewPlan> plans;
        for (int view = 1; view <= m_options.views; ++view) plans.push_back({run.common.augment, std::uint32_t(view)});
        return plans;
    }

    torch::Tensor learn(Run& run, const Batch& labelled, const std::vector<Batch>& unlabelled) override {
        Classifier& network = *run.networks[0];
        std::vector<torch::Tensor> images = {labelled.images};
        for (const Batch& view : unlabelled) images.push_back(view.images);
        std::vector<torch::Tensor> targets = {torch::one_hot(labelled.labels, run.data.classes).to(torch::kFloat32)};
        {
            const torch::NoGradGuard noGrad;
            const UntouchedNorms untouched(network);
            auto answers = forwardTogether(network, images);
            answers.erase(answers.begin());
            for (auto& one : answers) one = torch::softmax(one, 1);
            targets.insert(targets.end(), unlabelled.size(), guessLabels(answers, m_options.sharpening));
        }
        const auto all = torch::cat(images);
        const RowMixup mix =
            drawRowMixup(run, std::size_t(all.size(0)), labelled.number, m_options.alpha, m_options.mixedBy);
        const auto loss =
            mixMatchLoss(network.forward(mix.mixed(all)), mix.mixed(torch::cat(targets)), labelled.images.size(0));
        const double weight = *unlabelledWeight(progress(run, labelled));
        run.minimise(0, loss.labelled.mean() + weight * loss.unlabelled);
        return loss.labelled.detach() + weight * loss.unlabelled.detach();
    }

    /// Every guess is learnt, however unsure.
    [[nodiscard]] std::optional<double> threshold(const Run& run) const override {
        (void)run;
        return 0;
    }
    [[nodiscard]] std::optional<double> unlabelledWeight(double progress) const override {
        return m_options.lambdaU * linearRamp(progress, m_options.rampShare);
    }

private:
    MixMatchOptions m_options;
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    MixMatchOptions options;
    options.views = int(intParam(settings, "views"));
    options.sharpening = realParam(settings, "sharpening");
    options.alpha = realParam(settings, "mixup-alpha");
    options.lambdaU = realParam(settings, "lambda-u");
    options.rampShare = realParam(settings, "ramp-share");
    options.mixedBy = textParam(settings, "mixed-by") == "batch" ? MixedBy::Batch : MixedBy::Row;
    return std::make_unique<MixMatch>(readSemiOptions(settings), options);
}

/// Far under the paper's: some thousand steps do not make guesses that are worth so much.
constexpr double kShortRunLambda = 10;

} // namespace

void registerMixmatch(Registry& registry) {
    Description description;
    description.id = "mixmatch";
    description.title = "MixMatch";
    description.help =
        "Guesses the labels of unlabelled pictures from several views, sharpens them, and learns mixtures of "
        "both kinds of pictures (paper: WideResNet-28-2, batches of 64 and 64, 2^20 steps, Adam of rate "
        "0.002 with decoupled decay 0.02, ramp over 1/64 of the run)";
    description.citation = "Berthelot et al., NeurIPS 2019, arXiv:1905.02249";
    description.params = {
        realSetting("lambda-u", kShortRunLambda, 0, 1000,
                    "Weight of the guessed labels (paper: CIFAR-10 75, CIFAR-100 150, SVHN 250; TorchSSL: 100)"),
        realSetting("ramp-share", 0.4, 0, 1, "Share of the run in which that weight rises from zero (TorchSSL: 0.4)"),
        realSetting("mixup-alpha", 0.75, 0.01, 128,
                    "Mixes pairs with a weight from Beta(alpha, alpha) (paper: 0.75, TorchSSL: 0.5)", true),
        realSetting("sharpening", 0.5, 0.05, 1, "T: how far guesses are pulled to their largest class (paper: 0.5)",
                    true),
        integerSetting("views", 2, 1, 8, "Views of an unlabelled picture whose answers are averaged (paper: 2)", true),
        choiceSetting("mixed-by", "row", {"row", "batch"},
                      "Whether each picture or each batch draws its weight (authors: row; ports: batch)", true),
    };
    SemiDefaults semi;
    semi.ratio = 1;
    for (auto& spec : semiSettings(semi)) description.params.push_back(std::move(spec));
    CommonDefaults defaults = semiCommonDefaults();
    defaults.weightDecay = 0.02;
    defaults.decay = "decoupled";
    defaults.schedule = "constant";
    registerRecipe(registry, std::move(description), defaults, make);
}

} // namespace assay
