// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/audit_page.h"

#include "ui/gallery/gallery_panel.h"
#include "ui/gallery/gallery_view.h"
#include "ui/plots/loss_histogram_panel.h"
#include "ui/review/class_popup.h"
#include "ui/review/review_controller.h"
#include "ui/review/review_page.h"
#include "ui/runs/feature_map_panel.h"
#include "ui/session/workspace.h"

#include <QKeyEvent>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace assay::ui {

AuditPage::AuditPage(Workspace& workspace, ThumbnailService& thumbnails, QWidget* parent)
    : QWidget(parent), m_workspace(workspace), m_gallery(new GalleryPanel(workspace, thumbnails, this)),
      m_histogram(new LossHistogramPanel(workspace, true, this)), m_map(new FeatureMapPanel(workspace, this)),
      m_plots(new QSplitter(Qt::Horizontal, this)), m_review(new ReviewPage(workspace, thumbnails, this)),
      m_controller(new ReviewController(workspace, *m_gallery, thumbnails, this)),
      m_splitter(new QSplitter(Qt::Vertical, this)), m_top(new QStackedWidget(this)) {
    setObjectName(QStringLiteral("auditPage"));
    m_plots->setObjectName(QStringLiteral("auditPlots"));
    m_plots->addWidget(m_histogram);
    m_plots->addWidget(m_map);
    m_plots->setChildrenCollapsible(false);
    m_plots->setStretchFactor(0, 3);
    m_plots->setStretchFactor(1, 2);
    m_map->hide();
    connect(m_map, &FeatureMapPanel::mapChanged, this, [this] {
        m_map->setVisible(m_map->hasMap());
        if (!m_map->hasMap()) m_histogram->show();
    });
    connect(m_map, &FeatureMapPanel::showSamples, this, &AuditPage::showSamples);
    connect(m_map, &FeatureMapPanel::expandRequested, this,
            [this] { m_histogram->setVisible(!m_histogram->isVisible()); });
    m_top->addWidget(m_plots);
    m_top->addWidget(m_review);
    m_splitter->setObjectName(QStringLiteral("auditSplitter"));
    m_splitter->addWidget(m_top);
    m_splitter->addWidget(m_gallery);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setStretchFactor(0, 2);
    m_splitter->setStretchFactor(1, 3);
    m_splitter->setSizes({240, 420});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_splitter);
    connect(m_gallery, &GalleryPanel::openRequested, this, [this] { m_controller->setOpen(true); });
    connect(m_review, &ReviewPage::closeRequested, this, [this] { m_controller->setOpen(false); });
    connect(m_controller, &ReviewController::openChanged, this, &AuditPage::showReview);
    m_gallery->view()->installEventFilter(this);
    m_review->installEventFilter(this);
}

void AuditPage::showReview(bool open) {
    if (open) m_gridSizes = m_splitter->saveState();
    m_top->setCurrentWidget(open ? static_cast<QWidget*>(m_review) : m_plots);
    m_gallery->setStrip(open);
    if (!open && !m_gridSizes.isEmpty()) m_splitter->restoreState(m_gridSizes);
    if (isVisible()) m_gallery->view()->setFocus();
}

bool AuditPage::typeAhead(const QString& letters) {
    if (!m_workspace.dataset() || m_controller->targets().empty()) return false;
    auto* popup = new ClassPopup(m_workspace, this);
    popup->setAttribute(Qt::WA_DeleteOnClose);
    connect(popup, &ClassPopup::chosen, m_controller, &ReviewController::relabel);
    popup->openOver(m_controller->isOpen() ? static_cast<QWidget*>(m_review) : m_gallery, letters);
    return true;
}

bool AuditPage::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool plain = (key->modifiers() & ~Qt::ShiftModifier) == Qt::NoModifier;
        if (plain && key->text().size() == 1 && key->text().front().isLetter()) return typeAhead(key->text());
    }
    return QWidget::eventFilter(watched, event);
}

QByteArray AuditPage::saveState() const { return m_controller->isOpen() ? m_gridSizes : m_splitter->saveState(); }

void AuditPage::restoreState(const QByteArray& state) {
    if (!state.isEmpty() && !m_controller->isOpen()) m_splitter->restoreState(state);
}

} // namespace assay::ui
