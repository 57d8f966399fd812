// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/labelled_choice.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>

namespace assay::learn {
namespace {

constexpr const char* kLabelled = "semi.labelled";
constexpr std::size_t kShownClasses = 10;                                         ///< in a note
constexpr std::array<const char*, 4> kNames{"all", "per-class", "clean", "auto"}; // in the order of LabelledBy

} // namespace

std::vector<ParamSpec> labelledSettings(LabelledBy byDefault) {
    const char* by = kNames[std::size_t(byDefault)];
    return {
        choiceSetting(
            "labelled", by, {kNames.begin(), kNames.end()},
            "Whose labels are learnt: all that count in the label set, so many per class, or those that a mixture "
            "over the losses calls clean after a warm-up on all labels; auto: all where some do not count, else clean"),
        integerSetting("labelled-per-class", 25, 1, 1000000, "labelled per-class: learnt labels of each class", false,
                       "samples"),
        realSetting("clean-below", 0.5, 0.001, 0.999,
                    "labelled clean: probability of being wrong under which a label is kept", true),
        realSetting("clean-warm-up", 0.3, 0.001, 1, "labelled clean: warm-up on all labels, as a share of the run",
                    true),
    };
}

LabelledOptions readLabelledOptions(const ParamValues& settings) {
    LabelledOptions options;
    const std::string& by = textParam(settings, "labelled");
    options.by = LabelledBy(std::find(kNames.begin(), kNames.end(), by) -
                            kNames.begin()); // one of them, as the setting's choices
    options.perClass = intParam(settings, "labelled-per-class");
    options.cleanBelow = realParam(settings, "clean-below");
    options.warmUpShare = realParam(settings, "clean-warm-up");
    return options;
}

Status LabelledChoice::start(Run& run) {
    m_labelled.assign(run.data.rows(), 0);
    std::size_t counting = 0;
    for (const std::uint32_t row : run.data.trainRows) counting += m_labelled[row] = run.data.counts[row];
    if (counting == 0)
        return fail(ErrorCode::InvalidArgument,
                    "no label of a training sample counts, and a semi-supervised method needs some to start from");
    if (m_options.by == LabelledBy::Auto)
        m_options.by = counting < run.data.trainRows.size() ? LabelledBy::All : LabelledBy::Clean;
    if (m_options.by == LabelledBy::All && counting == run.data.trainRows.size())
        return fail(ErrorCode::InvalidArgument,
                    "every training sample has a label that counts, so none is left to learn from without one; choose "
                    "labelled per-class or clean, or labels of which only some count");
    if (m_options.by == LabelledBy::PerClass) {
        const std::vector<std::size_t> available = drawPerClass(run);
        if (m_options.needsUnlabelled && unlabelledRows(run).empty())
            return fail(ErrorCode::InvalidArgument,
                        "labelled-per-class " + withThousands(std::uint64_t(m_options.perClass)) +
                            " takes the label of every training sample, so none is left to learn from without one; ask "
                            "for fewer of each class");
        noteScarce(run, available);
    }
    if (m_options.by == LabelledBy::Clean) m_warmUp = run.epochsFromShare(m_options.warmUpShare);
    return {};
}

std::vector<std::size_t> LabelledChoice::drawPerClass(const Run& run) {
    const RunData& data = run.data;
    std::vector<std::vector<std::pair<double, std::uint32_t>>> byClass{std::size_t(data.classes)};
    for (const std::uint32_t row : data.trainRows) {
        if (!m_labelled[row]) continue;
        CounterRng rng(run.seed(), RngPurpose::Method, 0, data.samples[row].value);
        byClass[std::size_t(data.labels[row])].emplace_back(rng.uniform(), row);
    }
    m_labelled.assign(data.rows(), 0);
    std::vector<std::size_t> available;
    for (auto& members : byClass) {
        available.push_back(members.size());
        std::sort(members.begin(), members.end());
        const auto take = std::min(members.size(), std::size_t(m_options.perClass));
        for (std::size_t i = 0; i < take; ++i) m_labelled[members[i].second] = 1;
    }
    return available;
}

void LabelledChoice::noteScarce(const Run& run, const std::vector<std::size_t>& available) const {
    const std::vector<std::string>& names = run.task.dataset->classNames;
    const std::string asked = withThousands(std::uint64_t(m_options.perClass));
    std::vector<std::size_t> scarce;
    for (std::size_t k = 0; k < available.size(); ++k) // a class without any is told by prepareRunData()
        if (available[k] > 0 && available[k] < std::size_t(m_options.perClass)) scarce.push_back(k);
    if (scarce.empty()) return;
    if (scarce.size() == 1) {
        const std::size_t count = available[scarce[0]];
        run.observer.note("Class " + escapeForDisplay(names[scarce[0]]) + " has only " + withThousands(count) +
                          (count == 1 ? " label, " : " labels, ") + asked + " were asked for");
        return;
    }
    std::string listed;
    for (std::size_t i = 0; i < std::min(scarce.size(), kShownClasses); ++i)
        listed += (i == 0 ? "" : ", ") + escapeForDisplay(names[scarce[i]]) + " " + withThousands(available[scarce[i]]);
    run.observer.note(withThousands(scarce.size()) + " classes have fewer labels than the " + asked +
                      " asked for: " + listed + (scarce.size() > kShownClasses ? ", …" : ""));
}

void LabelledChoice::finishEpoch(Run& run, const EpochOutcome& outcome) {
    if (m_options.by != LabelledBy::Clean || run.epoch != m_warmUp) return;
    const auto column = outcome.evidence.columns.find("p-noisy");
    const auto& fit = outcome.report.mixture;
    if (column == outcome.evidence.columns.end() || !fit || fit->collapsed) {
        run.observer.note("The losses show no two groups after the warm-up; every label is kept");
        return;
    }
    std::vector<std::uint8_t> kept = m_labelled;
    for (std::size_t row = 0; row < kept.size(); ++row)
        kept[row] = kept[row] && double(column->second[row]) < m_options.cleanBelow;
    const std::vector<std::size_t> before = countsOf(run, m_labelled), after = countsOf(run, kept);
    const auto classesIn = [](const std::vector<std::size_t>& counts) {
        return counts.size() - std::size_t(std::count(counts.begin(), counts.end(), 0U));
    };
    const std::vector<std::string>& names = run.task.dataset->classNames;
    if (classesIn(after) == 0) {
        run.observer.note("No label was called clean after the warm-up; every label is kept");
        return;
    }
    if (classesIn(after) == 1 && classesIn(before) > 1) {
        const auto only = std::find_if(after.begin(), after.end(), [](std::size_t count) { return count > 0; });
        run.observer.note(
            "Only labels of class " + escapeForDisplay(names[std::size_t(only - after.begin())]) +
            " were called clean after the warm-up, and one class alone teaches nothing; every label is kept");
        return;
    }
    noteLost(run, before, after);
    m_labelled = std::move(kept);
}

std::vector<std::size_t> LabelledChoice::countsOf(const Run& run, const std::vector<std::uint8_t>& labelled) {
    std::vector<std::size_t> counts(std::size_t(run.data.classes), 0);
    for (const std::uint32_t row : run.data.trainRows)
        if (labelled[row]) ++counts[std::size_t(run.data.labels[row])];
    return counts;
}

void LabelledChoice::noteLost(const Run& run, const std::vector<std::size_t>& before,
                              const std::vector<std::size_t>& after) {
    std::size_t lost = 0;
    std::string listed;
    for (std::size_t k = 0; k < before.size(); ++k) {
        if (before[k] == 0 || after[k] > 0) continue;
        if (++lost <= kShownClasses)
            listed += (lost == 1 ? "" : ", ") + escapeForDisplay(run.task.dataset->classNames[k]);
    }
    if (lost == 0) return;
    run.observer.note(std::string(lost == 1 ? "Of one class" : "Of " + withThousands(lost) + " classes") +
                      " no label was called clean after the warm-up, so " + (lost == 1 ? "it is" : "they are") +
                      " not learnt any more: " + listed + (lost > kShownClasses ? ", …" : "") +
                      "; a higher clean-below or a longer clean-warm-up keeps more");
}

std::vector<std::uint32_t> LabelledChoice::rows(const Run& run, std::uint8_t labelled) const {
    std::vector<std::uint32_t> found;
    for (const std::uint32_t row : run.data.trainRows)
        if (m_labelled[row] == labelled) found.push_back(row);
    return found;
}

torch::Tensor LabelledChoice::maskOf(const std::vector<std::uint32_t>& rows, torch::Device device) const {
    auto mask = torch::empty({std::int64_t(rows.size())}, torch::kFloat32);
    for (std::size_t i = 0; i < rows.size(); ++i) mask.data_ptr<float>()[i] = float(m_labelled[rows[i]]);
    return mask.to(device);
}

void LabelledChoice::save(StateMap& state) const {
    state[kLabelled] = torch::tensor(std::vector<int>(m_labelled.begin(), m_labelled.end()), torch::kInt32);
}

void LabelledChoice::load(const StateMap& state) {
    const auto& labelled = state.at(kLabelled);
    const auto* values = labelled.data_ptr<std::int32_t>();
    m_labelled.assign(values, values + labelled.numel());
}

} // namespace assay::learn
