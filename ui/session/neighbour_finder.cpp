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

std::vector<float> cosinesTo(const FeatureMatrix& unit, SampleIndex sample) {
    if (sample.value >= unit.rows() || !unit.has(sample.value)) return {};
    const auto own = unit.row(sample.value);
    std::vector<float> cosines(unit.rows(), std::nanf(""));
    for (std::uint32_t other = 0; other < unit.rows(); ++other) {
        if (other == sample.value || !unit.has(other)) continue;
        const auto row = unit.row(other);
        cosines[other] = std::inner_product(own.begin(), own.end(), row.begin(), 0.0f);
    }
    return cosines;
}

namespace {

/// The `count` rows of the greatest cosine, ties by index.
std::vector<SampleIndex> nearestOf(const std::vector<float>& cosines, std::size_t count) {
    std::vector<std::pair<float, std::uint32_t>> nearest; // minus the cosine, so that the smallest comes first
    for (std::uint32_t row = 0; row < cosines.size(); ++row)
        if (!std::isnan(cosines[row])) nearest.emplace_back(-cosines[row], row);
    count = std::min(count, nearest.size());
    std::partial_sort(nearest.begin(), nearest.begin() + std::ptrdiff_t(count), nearest.end());
    std::vector<SampleIndex> found;
    for (std::size_t i = 0; i < count; ++i) found.emplace_back(nearest[i].second);
    return found;
}

/// Of each class the nearest rows whose label `evidence` agrees with.
std::vector<std::vector<SampleIndex>> nearestOfClasses(const std::vector<float>& cosines, const Evidence& evidence,
                                                       const std::vector<Label>& labels, std::size_t classes,
                                                       std::size_t count) {
    std::vector<std::vector<std::pair<float, SampleIndex>>> best(classes);
    for (std::size_t row = 0; row < evidence.size(); ++row) {
        const SampleIndex sample = evidence.samples[row];
        if (sample.value >= cosines.size() || sample.value >= labels.size() || std::isnan(cosines[sample.value]))
            continue;
        const Label label = labels[sample.value];
        if (label < 0 || std::size_t(label) >= classes || evidence.prediction[row] != label) continue;
        auto& list = best[std::size_t(label)];
        const std::pair<float, SampleIndex> one(-cosines[sample.value], sample);
        if (list.size() == count && !(one < list.back())) continue;
        list.insert(std::upper_bound(list.begin(), list.end(), one), one);
        if (list.size() > count) list.pop_back();
    }
    std::vector<std::vector<SampleIndex>> found(classes);
    for (std::size_t k = 0; k < classes; ++k)
        for (const auto& [cosine, sample] : best[k]) found[k].push_back(sample);
    return found;
}

} // namespace

std::vector<SampleIndex> nearestRows(const FeatureMatrix& unit, SampleIndex sample, std::size_t count) {
    return nearestOf(cosinesTo(unit, sample), count);
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
    m_near = {};
    m_agreed.reset();
    Q_EMIT changed();
}

std::vector<SampleIndex> NeighbourFinder::of(SampleIndex sample) {
    if (m_found == sample) {
        if (m_unit && !m_searching && m_agreed != m_workspace.currentEvidence()) search(*(m_wanted = sample));
        return m_near.neighbours;
    }
    if (m_run != m_workspace.currentRun()) forget();
    if (!m_run || m_none) return {};
    m_wanted = sample;
    if (!m_unit) load();
    else if (!m_searching) search(sample);
    return {};
}

std::vector<SampleIndex> NeighbourFinder::exemplars(SampleIndex sample, Label label) {
    (void)of(sample);
    const bool known = m_found == sample && label >= 0 && std::size_t(label) < m_near.exemplars.size();
    return known ? m_near.exemplars[std::size_t(label)] : std::vector<SampleIndex>();
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
    const auto evidence = m_workspace.currentEvidence();
    const auto labels = m_workspace.baseLabels();
    const auto classes = std::size_t(m_workspace.dataset() ? m_workspace.dataset()->classCount() : 0);
    m_pool.run(
        [unit = m_unit, sample, evidence, labels, classes]() -> Result<Found> {
            const std::vector<float> cosines = cosinesTo(*unit, sample);
            Found found;
            found.neighbours = nearestOf(cosines, kNeighbours);
            if (evidence && labels)
                found.exemplars = nearestOfClasses(cosines, *evidence, labels->labels, classes, kExemplars);
            return found;
        },
        [this, sample, evidence, generation = m_generation](Result<Found> found) {
            if (generation != m_generation) return;
            m_searching = false;
            m_found = sample;
            m_agreed = evidence;
            m_near = found ? std::move(*found) : Found();
            if (m_wanted && *m_wanted != sample) return search(*m_wanted);
            Q_EMIT changed();
        });
}

} // namespace assay::ui
