// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/review_controller.h"

#include "ui/gallery/gallery_panel.h"
#include "ui/models/gallery_model.h"
#include "ui/session/thumbnail_service.h"
#include "ui/session/workspace.h"

#include <algorithm>
#include <cmath>

namespace assay::ui {

namespace {

constexpr qint64 kPaceWindowMs = 5 * 60 * 1000;

} // namespace

ReviewController::ReviewController(Workspace& workspace, GalleryPanel& gallery, ThumbnailService& thumbnails,
                                   QObject* parent)
    : QObject(parent), m_workspace(workspace), m_gallery(gallery), m_thumbnails(thumbnails) {
    m_clock.start();
    connect(&workspace, &Workspace::decisionsChanged, this, &ReviewController::onDecisions);
    connect(&workspace, &Workspace::thresholdChanged, this, &ReviewController::figuresChanged);
    connect(&workspace, &Workspace::epochOnShowChanged, this, &ReviewController::figuresChanged);
    connect(&workspace, &Workspace::selectionChanged, this, &ReviewController::figuresChanged);
    connect(&workspace, &Workspace::focusChanged, this, &ReviewController::prefetch);
    connect(&workspace, &Workspace::datasetChanged, this, [this] {
        m_recent.clear();
        if (!m_workspace.dataset()) setOpen(false);
    });
}

void ReviewController::setOpen(bool open) {
    if (open && !m_workspace.focus() && m_gallery.model()->rowCount() > 0) m_gallery.goToRow(0);
    if (open == m_open || (open && !m_workspace.focus())) return;
    m_open = open;
    Q_EMIT openChanged(open);
    prefetch();
}

std::vector<SampleIndex> ReviewController::targets() const {
    if (m_workspace.selection().size() > 1) return m_workspace.selection();
    if (const auto focus = m_workspace.focus()) return {*focus};
    return {};
}

void ReviewController::enter() {
    if (m_open || m_workspace.selection().size() > 1) accept();
    else setOpen(true);
}

void ReviewController::accept() {
    const std::vector<SampleIndex> samples = targets();
    if (samples.empty()) return;
    const bool any = std::any_of(samples.begin(), samples.end(),
                                 [&](SampleIndex s) { return m_workspace.suggestedLabel(s) != kNoLabel; });
    m_workspace.acceptSuggestions(samples);
    if (any && !m_workspace.readOnly()) moveOn(samples);
}

void ReviewController::decide(DecisionState to, const QString& rule) {
    const std::vector<SampleIndex> samples = targets();
    if (samples.empty()) return;
    m_workspace.decide(samples, to, samples.size() > 1 ? QStringLiteral("bulk") : rule);
    if (!m_workspace.readOnly()) moveOn(samples);
}

void ReviewController::keep() { decide({Verdict::Keep, kNoLabel}, QStringLiteral("key")); }

void ReviewController::relabel(Label label) {
    const auto dataset = m_workspace.dataset();
    if (!dataset || label < 0 || label >= dataset->classCount()) return;
    decide({Verdict::Relabel, label}, QStringLiteral("key"));
}

void ReviewController::takeGuess(int place) {
    const auto focus = m_workspace.focus();
    if (!focus) return;
    if (targets().size() > 1)
        return m_workspace.notice(tr("Each picture has likeliest classes of its own: select one"));
    const std::vector<ClassGuess> guesses = m_workspace.likeliest(*focus);
    if (place < 0 || std::size_t(place) >= guesses.size()) return;
    const Label label = guesses[std::size_t(place)].label;
    if (label == m_workspace.baseLabel(*focus)) keep();
    else relabel(label);
}

void ReviewController::flag() { decide({Verdict::Flag, kNoLabel}, QStringLiteral("key")); }

void ReviewController::exclude() { decide({Verdict::Exclude, kNoLabel}, QStringLiteral("key")); }

void ReviewController::reopen() { decide({Verdict::None, kNoLabel}, QStringLiteral("key")); }

void ReviewController::undo() {
    m_returning = true;
    m_workspace.undo();
}

void ReviewController::redo() { m_workspace.redo(); }

void ReviewController::next() { m_gallery.goToRow(m_gallery.focusRow() + 1); }

void ReviewController::previous() { m_gallery.goToRow(m_gallery.focusRow() - 1); }

void ReviewController::moveOn(const std::vector<SampleIndex>& decided) {
    m_recent.emplace_back(m_clock.elapsed(), decided.size());
    const GalleryModel& model = *m_gallery.model();
    int last = -1;
    for (const SampleIndex sample : decided) last = std::max(last, model.rowOf(sample).value_or(-1));
    int row = last + 1;
    // A new ranking, or random pictures that are due, come in between two pictures and never while one is looked at.
    if (m_reRanks && m_workspace.filter().score == QLatin1String(kFusedScore) && m_workspace.orderIsOld()) {
        m_workspace.resort();
        row = last = 0;
    }
    while (row < model.rowCount() && m_workspace.decision(model.sampleAt(row)).verdict != Verdict::None) ++row;
    if (row >= model.rowCount()) row = std::min(last + 1, model.rowCount() - 1);
    m_gallery.goToRow(row);
}

void ReviewController::prefetch() {
    const GalleryModel& model = *m_gallery.model();
    const int row = m_gallery.focusRow();
    if (!m_open || row < 0) return;
    for (int ahead = row; ahead < std::min(row + 4, model.rowCount()); ++ahead)
        (void)m_thumbnails.picture(model.sampleAt(ahead));
}

void ReviewController::onDecisions(const std::vector<SampleIndex>& samples) {
    const std::vector<JournalEntry>& journal = m_workspace.journal();
    if (m_returning && !samples.empty() && !journal.empty() && journal.back().undoes &&
        journal.back().sample == samples.back()) {
        m_returning = false;
        if (const auto row = m_gallery.model()->rowOf(samples.front())) m_gallery.goToRow(*row);
        else m_workspace.setFocus(samples.front());
    }
    Q_EMIT figuresChanged();
}

ReviewFigures ReviewController::figures() const {
    ReviewFigures figures;
    figures.decided = m_workspace.decidedCount();
    const auto dataset = m_workspace.dataset();
    if (!dataset) return figures;
    figures.judged = m_workspace.currentEvidence() != nullptr;
    const auto& mixture = m_workspace.currentMixture();
    const bool trusted = !mixture || mixture->warning.empty();
    const std::vector<float>& pNoisy = m_workspace.values(QStringLiteral("p-noisy"));
    for (std::uint32_t i = 0; i < dataset->size(); ++i) {
        const SampleIndex sample(i);
        if (!m_workspace.judges(sample) || m_workspace.decision(sample).verdict != Verdict::None) continue;
        figures.left += m_workspace.suspect(sample);
        if (std::isnan(pNoisy[i])) continue;
        figures.expectedKnown = figures.judged && trusted;
        figures.expectedErrors += std::clamp(double(pNoisy[i]), 0.0, 1.0);
    }
    const qint64 now = m_clock.elapsed();
    std::size_t count = 0;
    qint64 since = now;
    for (const auto& [when, many] : m_recent) {
        if (now - when > kPaceWindowMs) continue;
        count += many;
        since = std::min(since, when);
    }
    if (count > 1 && now - since > 1000) figures.perMinute = double(count) * 60000.0 / double(now - since);
    return figures;
}

} // namespace assay::ui
