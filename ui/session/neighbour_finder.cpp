// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/neighbour_finder.h"

#include "ui/session/workspace.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace assay::ui {

std::shared_ptr<const FeatureMatrix> unitRows(const FeatureMatrix& features) {
    auto unit = std::make_shared<FeatureMatrix>(features);
    for (std::size_t sample = 0; sample < unit->rows(); ++sample) {
        float* row = unit->values.data() + sample * unit->dimension;
        const float length = std::sqrt(std::inner_product(row, row + unit->dimension, row, 0.0f));
        if (length > 0)
            for (std::size_t i = 0; i < unit->dimension; ++i) row[i] /= length;
    }
    return unit;
}

std::vector<SampleIndex> nearestRows(const FeatureMatrix& unit, SampleIndex sample, std::size_t count) {
    if (sample.value >= unit.rows() || !unit.has(sample.value)) return {};
    const auto own = unit.row(sample.value);
    std::vector<std::pair<float, std::uint32_t>> nearest; // minus the cosine, so that the smallest comes first
    for (std::uint32_t other = 0; other < unit.rows(); ++other) {
        if (other == sample.value || !unit.has(other)) continue;
        const auto row = unit.row(other);
        nearest.emplace_back(-std::inner_product(own.begin(), own.end(), row.begin(), 0.0f), other);
    }
    count = std::min(count, nearest.size());
    std::partial_sort(nearest.begin(), nearest.begin() + std::ptrdiff_t(count), nearest.end());
    std::vector<SampleIndex> found;
    for (std::size_t i = 0; i < count; ++i) found.emplace_back(nearest[i].second);
    return found;
}

NeighbourFinder::NeighbourFinder(Workspace& workspace, QObject* parent) : QObject(parent), m_workspace(workspace) {
    connect(&workspace, &Workspace::currentRunChanged, this, &NeighbourFinder::forget);
    connect(&workspace, &Workspace::runEnded, this, [this](RunId run) { // its features came with its last epoch
        if (run == m_workspace.currentRun()) forget();
    });
}

void NeighbourFinder::forget() {
    ++m_generation;
    m_run = m_workspace.currentRun();
    m_unit.reset();
    m_none = m_loading = m_searching = false;
    m_wanted.reset();
    m_found.reset();
    m_neighbours.clear();
    Q_EMIT changed();
}

std::vector<SampleIndex> NeighbourFinder::of(SampleIndex sample) {
    if (m_found == sample) return m_neighbours;
    if (m_run != m_workspace.currentRun()) forget();
    if (!m_run || m_none) return {};
    m_wanted = sample;
    if (!m_unit) load();
    else if (!m_searching) search(sample);
    return {};
}

void NeighbourFinder::load() {
    const auto project = m_workspace.project();
    if (m_loading || !project) return;
    m_loading = true;
    m_pool.run(
        [project, run = *m_run]() -> Result<std::shared_ptr<const FeatureMatrix>> {
            ASSAY_TRY(const auto features, project->features(run));
            return unitRows(*features);
        },
        [this, generation = m_generation](Result<std::shared_ptr<const FeatureMatrix>> unit) {
            if (generation != m_generation) return;
            m_loading = false;
            m_none = !unit;
            if (!unit) return;
            m_unit = std::move(*unit);
            if (m_wanted) search(*m_wanted);
        });
}

void NeighbourFinder::search(SampleIndex sample) {
    m_searching = true;
    m_pool.run(
        [unit = m_unit, sample]() -> Result<std::vector<SampleIndex>> { return nearestRows(*unit, sample, kNeighbours); },
        [this, sample, generation = m_generation](Result<std::vector<SampleIndex>> found) {
            if (generation != m_generation) return;
            m_searching = false;
            m_found = sample;
            m_neighbours = found ? std::move(*found) : std::vector<SampleIndex>();
            if (m_wanted && *m_wanted != sample) return search(*m_wanted);
            Q_EMIT changed();
        });
}

} // namespace assay::ui
