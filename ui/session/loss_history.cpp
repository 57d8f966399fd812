// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/loss_history.h"

#include "ui/session/workspace.h"

#include <cmath>
#include <utility>

namespace assay::ui {

LossHistory::Epoch LossHistory::spread(const Evidence& evidence, std::size_t samples) {
    Epoch epoch{std::vector<float>(samples, std::nanf("")), std::vector<std::int16_t>(samples, std::int16_t(kNoLabel))};
    for (std::size_t row = 0; row < evidence.size(); ++row) {
        const std::size_t sample = evidence.samples[row].value;
        if (sample >= samples) continue;
        epoch.losses[sample] = evidence.loss[row];
        if (std::in_range<std::int16_t>(evidence.prediction[row]))
            epoch.answers[sample] = std::int16_t(evidence.prediction[row]);
    }
    return epoch;
}

LossHistory::LossHistory(Workspace& workspace, QObject* parent) : QObject(parent), m_workspace(workspace) {
    connect(&workspace, &Workspace::currentRunChanged, this, &LossHistory::start);
    connect(&workspace, &Workspace::projectChanged, this, &LossHistory::start);
    connect(&workspace, &Workspace::epochArrived, this, &LossHistory::take);
    start();
}

void LossHistory::start() {
    if (m_workspace.project() && m_run == m_workspace.currentRun()) return take(m_run.value_or(RunId()));
    ++m_generation;
    m_run = m_workspace.project() ? m_workspace.currentRun() : std::nullopt;
    m_epochs.clear();
    if (m_run) take(*m_run);
}

void LossHistory::take(RunId run) {
    if (run != m_run || !m_workspace.dataset()) return;
    std::vector<int> missing;
    for (const EpochSummary& summary : *m_workspace.epochs(run))
        if (!m_epochs.contains(summary.epoch)) missing.push_back(summary.epoch);
    if (missing.empty()) return;
    if (missing.size() == 1 && missing.front() == m_workspace.currentEpoch()) {
        if (const auto evidence = m_workspace.currentEvidence(); evidence && evidence->epoch == missing.front()) {
            m_epochs[missing.front()] = spread(*evidence, m_workspace.dataset()->size());
            Q_EMIT changed();
            return;
        }
    }
    read(missing);
}

void LossHistory::read(const std::vector<int>& epochs) {
    for (const int epoch : epochs) m_epochs[epoch]; // asked for
    m_pool.run(
        [project = m_workspace.project(), samples = m_workspace.dataset()->size(), run = *m_run,
         epochs]() -> Result<Epochs> {
            Epochs losses;
            for (const int epoch : epochs)
                if (const auto evidence = project->evidence(run, epoch)) losses[epoch] = spread(**evidence, samples);
            return losses;
        },
        [this, generation = m_generation](Result<Epochs> losses) {
            if (!losses || generation != m_generation) return;
            for (auto& [epoch, values] : *losses) m_epochs[epoch] = std::move(values);
            Q_EMIT changed();
        });
}

std::vector<float> LossHistory::of(SampleIndex sample) const {
    std::vector<float> values;
    if (m_epochs.empty()) return values;
    values.assign(std::size_t(m_epochs.rbegin()->first), std::nanf(""));
    for (const auto& [number, epoch] : m_epochs)
        if (sample.value < epoch.losses.size()) values[std::size_t(number - 1)] = epoch.losses[sample.value];
    return values;
}

std::vector<Label> LossHistory::answers(SampleIndex sample) const {
    std::vector<Label> values;
    if (m_epochs.empty()) return values;
    values.assign(std::size_t(m_epochs.rbegin()->first), kNoLabel);
    for (const auto& [number, epoch] : m_epochs)
        if (sample.value < epoch.answers.size()) values[std::size_t(number - 1)] = epoch.answers[sample.value];
    return values;
}

} // namespace assay::ui
