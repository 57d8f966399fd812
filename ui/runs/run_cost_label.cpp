// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/run_cost_label.h"

#include "core/data/pixel_store.h"
#include "core/train/network.h"
#include "ui/plots/plot_text.h"
#include "ui/runs/run_estimate.h"
#include "ui/session/task_pool.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace assay::ui {

RunCostLabel::RunCostLabel(Workspace& workspace, QWidget* parent)
    : QLabel(parent), m_workspace(workspace), m_pool(new TaskPool(1, this)) {
    setWordWrap(true);
}

void RunCostLabel::estimate(std::vector<RunConfig> runs, int folds, std::size_t leftOut) {
    m_runs = std::move(runs);
    m_folds = folds;
    m_leftOut = leftOut;
    refresh();
}

void RunCostLabel::refresh() { setText(m_runs.empty() ? QString() : timeAndMemory()); }

std::optional<std::uint64_t> RunCostLabel::parametersOf(const std::string& network) {
    const auto [at, fresh] = m_parameters.emplace(network, 0);
    if (!fresh) return at->second > 0 ? std::optional(at->second) : std::nullopt;
    const auto dataset = m_workspace.dataset();
    const auto entry = m_workspace.registry().networks.find(network);
    if (!dataset || !dataset->pixels || !entry) return std::nullopt;
    m_pool->run(
        [entry, geometry = dataset->pixels->geometry(), classes = dataset->classCount()]() -> Result<std::uint64_t> {
            return entry->parameterCount(geometry, classes);
        },
        [this, network](const Result<std::uint64_t>& count) {
            if (!count) return;
            m_parameters[network] = *count;
            refresh();
        });
    return std::nullopt;
}

QString RunCostLabel::timeAndMemory() {
    const RunConfig& first = m_runs.front();
    const auto dataset = m_workspace.dataset();
    if (!dataset) return {};
    auto training = std::size_t(std::count(dataset->splits.begin(), dataset->splits.end(), Split::Train));
    training -= std::min(training, m_leftOut);
    // Every fold's run learns from the other folds.
    const double learnt = m_folds > 1 ? double(m_folds - 1) : 1;
    const std::size_t samples = first.subset > 0 ? std::min(first.subset, training) : training;
    QString time = tr("Time: the first epoch will tell");
    QString measured;
    const auto& devices = m_workspace.engineInfo().devices;
    const bool cuda = std::any_of(devices.begin(), devices.end(),
                                  [](const std::string& device) { return device.starts_with("cuda"); });
    double all = 0;
    for (const RunConfig& each : m_runs) {
        const auto epoch = estimateEpoch(each, m_workspace.runs(), training, cuda);
        all = epoch ? all + epoch->seconds * each.epochs * learnt : NAN;
    }
    if (const auto epoch = estimateEpoch(first, m_workspace.runs(), training, cuda); epoch && std::isfinite(all)) {
        const QString by = QString::number(epoch->run.value);
        time = (epoch->same ? tr("Time: ≈ %1 (%2 s an epoch, as run %3)")
                            : tr("Time: ≈ %1 (%2 s an epoch, by run %3 with other settings)"))
                   .arg(durationText(all), valueText(epoch->seconds), by);
        if (epoch->peakMemoryMib > 0)
            measured = tr("Memory: the whole program took up to %1 in run %2")
                           .arg(bytesText(epoch->peakMemoryMib * 1024 * 1024), by);
    }
    QString memory = measured;
    if (memory.isEmpty() && dataset->pixels) {
        const ImageGeometry geometry = dataset->pixels->geometry();
        memory = tr("Memory: %1 of pictures").arg(bytesText(double(geometry.bytes()) * double(dataset->size())));
        if (const auto parameters = parametersOf(first.network)) {
            // Weights, gradients and momentum, each in single precision.
            memory +=
                tr(", %1 for %2 parameters with gradients and momentum, per network; what a batch needs on its way "
                   "through comes on top and is known after a first run")
                    .arg(bytesText(double(*parameters) * 12), countText(*parameters));
        }
    }
    return tr("%1 · %2 training samples\n%3").arg(time, countText(samples), memory);
}

} // namespace assay::ui
