// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/recipe.h"

namespace assay::learn {

/// What decides whose label a run learns from, besides what its label set says.
enum class LabelledBy {
    All,      ///< every label that counts; some samples must have none
    PerClass, ///< so many of each class
    Clean,    ///< those that a mixture over the losses calls clean after a warm-up on all labels
    Auto      ///< All where some do not count, else Clean
};

struct LabelledOptions {
    LabelledBy by = LabelledBy::All;
    std::int64_t perClass = 25;
    double cleanBelow = 0.5;     ///< Clean: p-noisy under which a label is kept
    double warmUpShare = 0.3;    ///< Clean: of the run
    bool needsUnlabelled = true; ///< PerClass: false where a method learns the labelled ones alone
};

/// The settings that every semi-supervised method has in common: "labelled", "labelled-per-class", "clean-below",
/// "clean-warm-up".
[[nodiscard]] std::vector<ParamSpec> labelledSettings(LabelledBy byDefault = LabelledBy::All);
[[nodiscard]] LabelledOptions readLabelledOptions(const ParamValues& settings);

/// Which training rows a semi-supervised run learns the labels of. The others are its unlabelled ones.
class LabelledChoice {
public:
    explicit LabelledChoice(LabelledOptions options) : m_options(options) {}

    /// Per class the draw is from (seed, Method, sample), so every method and thread count has the same. An error that
    /// says how to choose where no label counts, or where All or PerClass would leave no sample unlabelled; a note
    /// where PerClass asks for more than a class has.
    [[nodiscard]] Status start(Run& run);
    /// Whether the labels are still to be found clean, once start() has settled what auto means.
    [[nodiscard]] bool seeksClean() const { return m_options.by == LabelledBy::Clean; }
    /// Whether the epoch only learns all labels, to find the clean ones.
    [[nodiscard]] bool warmingUp(const Run& run) const { return run.epoch <= m_warmUp; }
    /// Epochs of that, at the beginning of the run.
    [[nodiscard]] int warmUpEpochs() const { return m_warmUp; }
    /// At the end of the warm-up keeps the labels that are called clean.
    void finishEpoch(Run& run, const EpochOutcome& outcome);

    /// [R] 1 = learnt from.
    [[nodiscard]] const std::vector<std::uint8_t>& labelled() const { return m_labelled; }
    [[nodiscard]] std::vector<std::uint32_t> labelledRows(const Run& run) const { return rows(run, 1); }
    [[nodiscard]] std::vector<std::uint32_t> unlabelledRows(const Run& run) const { return rows(run, 0); }
    /// Of a batch: float [B], 1 where the label is learnt from.
    [[nodiscard]] torch::Tensor maskOf(const std::vector<std::uint32_t>& rows, torch::Device device) const;

    void save(StateMap& state) const;
    void load(const StateMap& state);

private:
    [[nodiscard]] std::vector<std::uint32_t> rows(const Run& run, std::uint8_t labelled) const;
    /// How many labels each class has to draw from.
    std::vector<std::size_t> drawPerClass(const Run& run);
    void noteScarce(const Run& run, const std::vector<std::size_t>& available) const;
    /// How many labels of each class are learnt [K].
    [[nodiscard]] static std::vector<std::size_t> countsOf(const Run& run, const std::vector<std::uint8_t>& labelled);
    /// Names the classes that lost all their labels.
    static void noteLost(const Run& run, const std::vector<std::size_t>& before, const std::vector<std::size_t>& after);

    LabelledOptions m_options;
    int m_warmUp = 0; ///< epochs
    std::vector<std::uint8_t> m_labelled;
};

} // namespace assay::learn
