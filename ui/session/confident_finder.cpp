// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/confident_finder.h"

#include "core/project/probability_run.h"
#include "ui/session/workspace.h"

#include <utility>

namespace assay::ui {
namespace {

using Counts = ConfidentFinder::Counts;

Result<std::shared_ptr<const Counts>> count(const FeatureMatrix& probabilities, const Dataset& dataset,
                                            const std::vector<Label>& labels, const RunConfig& run) {
    Counts found;
    std::vector<float> values;
    for (std::uint32_t i = 0; i < dataset.size() && i < probabilities.rows(); ++i) {
        if (labels[i] == kNoLabel || !probabilities.has(i) || !judges(run, dataset.splits[i])) continue;
        const auto row = probabilities.row(i);
        values.insert(values.end(), row.begin(), row.end());
        found.samples.emplace_back(i);
        found.given.push_back(labels[i]);
    }
    const stats::FloatProbabilities rows{values, probabilities.dimension};
    ASSAY_TRY(found.joint, stats::confidentJoint(rows, found.given));
    found.countedAs.reserve(found.samples.size());
    for (std::size_t i = 0; i < rows.rows(); ++i) found.countedAs.push_back(found.joint.countedAs(rows.row(i)));
    return std::make_shared<const Counts>(std::move(found));
}

} // namespace

ConfidentFinder::ConfidentFinder(Workspace& workspace, QObject* parent) : QObject(parent), m_workspace(workspace) {
    connect(&workspace, &Workspace::currentRunChanged, this, &ConfidentFinder::forget);
    connect(&workspace, &Workspace::labelsReady, this, [this] {
        if (!m_asked) Q_EMIT changed();
    });
    connect(&workspace, &Workspace::runEnded, this, [this](RunId run) { // its probabilities came with its last epoch
        if (run == m_workspace.currentRun()) forget();
    });
}

void ConfidentFinder::forget() {
    ++m_generation;
    m_of.reset();
    m_asked = false;
    m_counts.reset();
    Q_EMIT changed();
}

std::shared_ptr<const Counts> ConfidentFinder::counts() {
    const auto evidence = m_workspace.currentEvidence();
    if (m_of != evidence) {
        ++m_generation;
        m_of = evidence;
        m_asked = false;
        m_counts.reset();
    }
    const auto run = m_workspace.currentRun();
    const auto project = m_workspace.project();
    if (m_asked || !evidence || !run || !project) return m_counts;
    const auto labels = m_workspace.labels(*run);
    const auto record = m_workspace.run(*run);
    if (!labels || !record) return nullptr; // they are read, and labelsReady() follows
    m_asked = true;
    m_pool.run(
        [project, run = *run, dataset = m_workspace.dataset(), labels, epoch = evidence->epoch,
         config = record->config]() -> Result<std::shared_ptr<const Counts>> {
            ASSAY_TRY(const auto probabilities, project->probabilities(run));
            if (probabilities->epoch != epoch) return std::shared_ptr<const Counts>();
            return count(*probabilities, *dataset, labels->labels, config);
        },
        [this, generation = m_generation](Result<std::shared_ptr<const Counts>> found) {
            if (generation != m_generation) return;
            if (found) m_counts = std::move(*found);
            else if (found.error().code != ErrorCode::NotFound)
                Q_EMIT m_workspace.notice(QString::fromStdString(found.error().sentence()));
            if (m_counts) Q_EMIT changed();
        });
    return nullptr;
}

} // namespace assay::ui
