// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/mixup.h"
#include "core/learn/recipe.h"

namespace assay::learn {

/// The family of Arazo et al., ICML 2019: a mixture over the losses says how far each label is believed, the network's
/// own answer stands in for the rest.
struct CorrectionOptions {
    enum class Bootstrap { None, Hard, Soft };
    Bootstrap bootstrap = Bootstrap::Hard; ///< towards the argmax, or the softmax, of the network's own answer
    double fixedW = -1;                    ///< ≥ 0: the same weight of the own answer for all (static)
    stats::MixtureKind mixture = stats::MixtureKind::Beta;
    bool originalComponent = false; ///< noisy: always the second component, as the authors' code has it
    bool trackVaried = true;        ///< the mixture is of pictures varied as in training
    bool fromTable = false;         ///< w from the last evidence pass, else from the batch as it is now
    int warmUp = 0;                 ///< epochs of plain training; 0: by share
    double warmUpShare = 0.3;
    double mixupAlpha = 1; ///< 0: no mixup
    double regulariser = 1;

    bool dynamicMixup = false; ///< after the warm-up a pair's weight follows from how clean its labels are
    PairWeight pairWeight = PairWeight::Ratio;
    bool lossesAsCoded =
        false;           ///< dynamic: weights of the losses are not those of the pictures (Beta draw, then halves)
    int plainMixing = 0; ///< dynamic: epochs of dynamic mixup with cross-entropy; 0: 5 of 300
    int cooling = 0;     ///< dynamic: epochs over which the own answer goes from soft to hard; 0: 89 of 300
};

/// T of the n-th correcting epoch (from 0): `epochs` equally spaced values from 1 to 0.001, then 0.001.
[[nodiscard]] double coolingTemperature(int n, int epochs);

/// Which settings a member of the family offers, and with which defaults.
struct CorrectionDefaults {
    CorrectionOptions options;
    bool mixup = true;
};
[[nodiscard]] std::vector<ParamSpec> correctionSettings(const CorrectionDefaults& defaults);
/// The recipe, by completed settings; what is not among them stays as in `defaults`.
[[nodiscard]] std::unique_ptr<Recipe> makeCorrection(const CorrectionDefaults& defaults, const ParamValues& settings);
/// Adds a method that is a member of the family: its own settings, then the common ones.
void registerCorrection(Registry& registry, const Description& described, const CorrectionDefaults& defaults,
                        const CommonDefaults& common);

} // namespace assay::learn
