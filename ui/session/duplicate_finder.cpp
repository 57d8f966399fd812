// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/duplicate_finder.h"

#include "ui/session/workspace.h"

namespace assay::ui {

DuplicateFinder::DuplicateFinder(Workspace& workspace, QObject* parent) : QObject(parent), m_workspace(workspace) {
    connect(&workspace, &Workspace::datasetChanged, this, &DuplicateFinder::forget);
}

DuplicateFinder::~DuplicateFinder() { m_stop.request_stop(); }

void DuplicateFinder::forget() {
    m_stop.request_stop();
    m_dataset.reset();
    m_groups = {};
    m_looking = false;
    Q_EMIT changed();
}

std::vector<SampleIndex> DuplicateFinder::of(SampleIndex sample) {
    if (!m_dataset && !m_looking) look();
    const std::int32_t group = sample.value < m_groups.of.size() ? m_groups.of[sample.value] : -1;
    if (group < 0) return {};
    std::vector<SampleIndex> others = (*m_groups.all)[std::size_t(group)].samples;
    std::erase(others, sample);
    return others;
}

void DuplicateFinder::look() {
    m_dataset = m_workspace.dataset();
    if (!m_dataset) return;
    m_looking = true;
    m_stop = std::stop_source();
    m_pool.run(
        [samples = m_dataset->size(), search = m_workspace.duplicates(),
         stop = m_stop.get_token()]() -> Result<Groups> {
            Groups groups;
            ASSAY_TRY(groups.all, search->groups(stop));
            groups.of.assign(samples, -1);
            for (std::size_t g = 0; g < groups.all->size(); ++g)
                for (const SampleIndex sample : (*groups.all)[g].samples) groups.of[sample.value] = std::int32_t(g);
            return groups;
        },
        [this, asked = m_dataset](Result<Groups> groups) {
            if (asked != m_dataset) return;
            m_looking = false;
            if (!groups) return; // who sorts by duplicates is told why by the score
            m_groups = std::move(*groups);
            Q_EMIT changed();
        });
}

} // namespace assay::ui
