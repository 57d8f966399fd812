// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/review_page.h"

#include "ui/gallery/tile_delegate.h"
#include "ui/models/gallery_model.h"
#include "ui/plots/plot_theme.h"
#include "ui/review/picture_view.h"
#include "ui/review/reason_text.h"
#include "ui/session/thumbnail_service.h"
#include "ui/session/workspace.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace assay::ui {
namespace {

/// A name of one long word may go on in the next line.
QString wrapping(const QString& text) {
    return text.toHtmlEscaped().replace(QLatin1Char('_'), QStringLiteral("_\u200b"));
}

} // namespace

ReviewPage::ReviewPage(Workspace& workspace, ThumbnailService& thumbnails, QWidget* parent)
    : QWidget(parent), m_workspace(workspace), m_thumbnails(thumbnails), m_picture(new PictureView(this)),
      m_labels(new QLabel(this)) {
    setObjectName(QStringLiteral("reviewPage"));
    setAccessibleName(tr("Review"));
    setFocusPolicy(Qt::StrongFocus);
    m_picture->setObjectName(QStringLiteral("reviewPicture"));
    m_labels->setObjectName(QStringLiteral("reviewLabels"));
    m_labels->setAlignment(Qt::AlignCenter);
    m_labels->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // long names take lines, not width
    m_labels->setWordWrap(true);
    QFont large = m_labels->font();
    large.setPointSizeF(large.pointSizeF() * 1.25);
    m_labels->setFont(large);
    auto* back = new QToolButton(this);
    back->setObjectName(QStringLiteral("closeReview"));
    back->setText(tr("◂ Gallery"));
    back->setToolTip(tr("Back to the gallery (Esc)"));
    back->setFocusPolicy(Qt::TabFocus);
    connect(back, &QToolButton::clicked, this, &ReviewPage::closeRequested);
    auto* bottom = new QHBoxLayout;
    bottom->addWidget(back);
    bottom->addWidget(m_labels, 1);
    bottom->addSpacing(back->sizeHint().width());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 6);
    layout->addWidget(m_picture, 1);
    layout->addLayout(bottom);
    connect(&workspace, &Workspace::focusChanged, this, &ReviewPage::show);
    for (const auto signal : {&Workspace::epochOnShowChanged, &Workspace::detectorsJoined})
        connect(&workspace, signal, this, &ReviewPage::show);
    connect(&workspace, &Workspace::decisionsChanged, this, &ReviewPage::show);
    connect(&thumbnails, &ThumbnailService::pictureArrived, this, [this](SampleIndex sample) {
        if (m_workspace.focus() == sample) show();
    });
    show();
}

void ReviewPage::show() {
    const auto focus = m_workspace.focus();
    if (!focus) {
        m_picture->setPicture({}, tr("No picture is chosen."));
        m_labels->clear();
        return;
    }
    m_picture->setPicture(m_thumbnails.picture(*focus), m_thumbnails.pictureProblem(*focus));
    const PlotTheme theme = PlotTheme::fromPalette(palette());
    const auto part = [](const QColor& colour, const QString& sign, const QString& text) {
        return QStringLiteral("<span style='color:%1'>%2</span> %3").arg(colour.name(), sign, wrapping(text));
    };
    QStringList parts{
        part(theme.cleanText, QStringLiteral("●"), className(m_workspace, m_workspace.baseLabel(*focus)))};
    if (const Label suggested = m_workspace.suggestedLabel(*focus); suggested != kNoLabel) {
        const float confidence = suggestionProbability(m_workspace, *focus);
        QString text = className(m_workspace, suggested);
        if (std::isfinite(confidence)) text += QLatin1Char(' ') + QLocale().toString(double(confidence), 'f', 2);
        parts << part(theme.suspectText, QStringLiteral("◆"), text);
    }
    const DecisionState decision = m_workspace.decision(*focus);
    if (decision.verdict != Verdict::None) {
        QString text = verdictSign(decision.verdict) + QLatin1Char(' ');
        text += decision.verdict == Verdict::Relabel ? className(m_workspace, decision.label)
                                                     : QString::fromUtf8(verdictName(decision.verdict).data());
        parts << wrapping(text) + (m_workspace.pending(*focus) ? QStringLiteral(" …") : QString());
    }
    m_labels->setText(parts.join(QStringLiteral(" &nbsp;&nbsp; ")));
}

} // namespace assay::ui
