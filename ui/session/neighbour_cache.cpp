// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/neighbour_cache.h"

#include "core/audit/score.h"
#include "core/stats/neighbour_graph.h"

namespace assay::ui {

std::shared_ptr<const stats::Neighbours> NeighbourCache::of(RunId run, const FeatureMatrix& features) {
    const std::lock_guard lock(m_mutex);
    Found& found = m_found[run.value];
    if (found.epoch == features.epoch) return found.neighbours;
    auto near = stats::nearestNeighbours(features.values, features.dimension, kScoreNeighbours, {}, m_stop.get_token());
    if (m_stop.stop_requested()) return nullptr;
    found = {features.epoch, near ? std::make_shared<const stats::Neighbours>(std::move(*near)) : nullptr};
    return found.neighbours;
}

} // namespace assay::ui
