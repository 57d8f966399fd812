// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/compare_gallery.h"

#include "core/base/text.h"
#include "ui/gallery/gallery_view.h"
#include "ui/gallery/tile_delegate.h"
#include "ui/models/gallery_model.h"
#include "ui/plots/plot_text.h"
#include "ui/plots/plot_theme.h"
#include "ui/session/thumbnail_service.h"
#include "ui/session/workspace.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace assay::ui {
namespace {

constexpr int kMargin = 4;
constexpr int kMarkSide = 8;
constexpr int kTileWidth = 100;
constexpr int kPictureSide = 56;      // twice 28
constexpr std::size_t kMostLines = 4; // runs with a line each; more become a row of marks

bool known(const RunFigures& run, SampleIndex sample) {
    return sample.value < run.suggested.size() && run.suggested[sample.value] != kNoLabel;
}

/// Of a picture without a label it may have an answer, but no verdict.
bool judged(const RunFigures& run, SampleIndex sample) {
    return sample.value < run.judged.size() && run.judged[sample.value] != 0;
}

bool suspects(const RunFigures& run, SampleIndex sample) {
    return sample.value < run.suspects.size() && run.suspects[sample.value] != 0;
}

} // namespace

CompareGalleryModel::CompareGalleryModel(const Workspace& workspace, QObject* parent)
    : QAbstractListModel(parent), m_workspace(workspace), m_runs(std::make_shared<const std::vector<RunFigures>>()) {}

void CompareGalleryModel::setContent(Runs runs, std::vector<SampleIndex> samples) {
    beginResetModel();
    m_runs = std::move(runs);
    m_samples = std::move(samples);
    endResetModel();
}

int CompareGalleryModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_samples.size());
}

QString CompareGalleryModel::verdict(const RunFigures& run, SampleIndex sample) const {
    const QString name = titleOf(run);
    if (!known(run, sample)) return tr("%1: nothing recorded").arg(name);
    const QString says = className(m_workspace, run.suggested[sample.value]);
    if (!judged(run, sample)) return tr("%1: says %2").arg(name, says);
    return (suspects(run, sample) ? tr("%1: ◆ suspect, says %2") : tr("%1: ● clean, says %2")).arg(name, says);
}

QVariant CompareGalleryModel::data(const QModelIndex& index, int role) const {
    const auto dataset = m_workspace.dataset();
    if (!index.isValid() || index.row() >= rowCount() || !dataset) return {};
    const SampleIndex sample = m_samples[std::size_t(index.row())];
    if (role == Qt::DisplayRole) return className(m_workspace, m_workspace.baseLabel(sample));
    if (role != Qt::ToolTipRole && role != Qt::AccessibleTextRole) return {};
    QStringList lines{QString::fromStdString(escapeForDisplay(dataset->names[sample.value])),
                      tr("given: %1").arg(className(m_workspace, m_workspace.baseLabel(sample)))};
    if (const Label truth = m_workspace.trueLabel(sample); truth != kNoLabel)
        lines << tr("true: %1").arg(className(m_workspace, truth));
    for (const RunFigures& run : *m_runs) lines << verdict(run, sample);
    return lines.join(QLatin1Char('\n'));
}

CompareTileDelegate::CompareTileDelegate(const CompareGalleryModel& model, const ThumbnailService& thumbnails,
                                         QObject* parent)
    : QStyledItemDelegate(parent), m_model(model), m_thumbnails(thumbnails) {}

bool CompareTileDelegate::inLines() const { return m_model.runs().size() <= kMostLines; }

int CompareTileDelegate::pictureSide() const { return kPictureSide; }

QSize CompareTileDelegate::tileSize(const QFontMetrics& metrics) const {
    const int verdicts = inLines() ? int(m_model.runs().size()) * metrics.height() : kMarkSide + 6;
    return {kTileWidth, kPictureSide + 2 * kMargin + 2 * metrics.height() + verdicts + 2};
}

void CompareTileDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const SampleIndex sample = m_model.samples()[std::size_t(index.row())];
    const Workspace& workspace = m_model.workspace();
    if (!workspace.dataset()) return;
    painter->save();
    const QRect area = option.rect.adjusted(1, 1, -1, -1);
    if (option.state & QStyle::State_HasFocus) {
        painter->setPen(QPen(option.palette.color(QPalette::Active, QPalette::Highlight), 2));
        painter->drawRect(area.adjusted(1, 1, -1, -1));
    }
    const QRect picture(area.center().x() - kPictureSide / 2, area.top() + kMargin, kPictureSide, kPictureSide);
    paintThumbnail(*painter, picture, m_thumbnails, sample);
    QRect line(area.left() + kMargin, picture.bottom() + 2, area.width() - 2 * kMargin, option.fontMetrics.height());
    const auto write = [&](const QString& text, Qt::Alignment alignment) {
        painter->setPen(option.palette.color(QPalette::Active, QPalette::Text));
        painter->drawText(line, int(alignment | Qt::AlignVCenter),
                          option.fontMetrics.elidedText(text, Qt::ElideRight, line.width()));
        line.translate(0, line.height());
    };
    write(className(workspace, workspace.baseLabel(sample)), Qt::AlignHCenter);
    paintVerdicts(*painter, line, option, sample);
    line.translate(0, inLines() ? int(m_model.runs().size()) * line.height() : kMarkSide + 6);
    if (const Label truth = workspace.trueLabel(sample); truth != kNoLabel)
        write(tr("true %1").arg(className(workspace, truth)), Qt::AlignHCenter);
    painter->restore();
}

void CompareTileDelegate::paintVerdicts(QPainter& painter, QRect area, const QStyleOptionViewItem& option,
                                        SampleIndex sample) const {
    const PlotTheme theme = PlotTheme::fromPalette(option.palette);
    const std::vector<RunFigures>& runs = m_model.runs();
    painter.setRenderHint(QPainter::Antialiasing);
    const double step = inLines() ? 0 : std::min(double(kMarkSide) + 3, double(area.width()) / double(runs.size()));
    double x = inLines() ? area.left() : area.center().x() - step * double(runs.size()) / 2;
    for (const RunFigures& run : runs) {
        const double y = inLines() ? area.top() + (area.height() - kMarkSide) / 2.0 : area.top() + 3.0;
        const double side = inLines() ? kMarkSide : std::min(double(kMarkSide), step - 1);
        if (judged(run, sample)) paintSuspicion(painter, QRectF(x, y, side, side), suspects(run, sample), theme);
        x += step;
        if (!inLines()) continue;
        painter.setPen(theme.colour(int(run.run.id.value - 1)));
        const QRect text = area.adjusted(kMarkSide + 5, 0, 0, 0);
        const QString says =
            known(run, sample) ? className(m_model.workspace(), run.suggested[sample.value]) : QStringLiteral("–");
        painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
                         option.fontMetrics.elidedText(says, Qt::ElideRight, text.width()));
        area.translate(0, area.height());
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
}

CompareGallery::CompareGallery(Workspace& workspace, ThumbnailService& thumbnails, QWidget* parent)
    : QWidget(parent), m_workspace(workspace), m_thumbnails(thumbnails),
      m_model(new CompareGalleryModel(workspace, this)),
      m_delegate(new CompareTileDelegate(*m_model, thumbnails, this)), m_view(new GalleryView(this)),
      m_stack(new QStackedWidget(this)), m_header(new QLabel(this)),
      m_back(new QPushButton(tr("&All that differ"), this)), m_audit(new QPushButton(tr("&Open in Audit"), this)) {
    setObjectName(QStringLiteral("compareGallery"));
    m_header->setObjectName(QStringLiteral("compareGalleryTitle"));
    m_header->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_back->setObjectName(QStringLiteral("compareGalleryBack"));
    m_back->setToolTip(tr("Show the pictures of all ticked runs again, not those of one cell"));
    m_audit->setObjectName(QStringLiteral("compareGalleryOpen"));
    m_audit->setToolTip(tr("Show these pictures in the audit layout, to decide on them (Enter on a picture)"));
    m_view->setObjectName(QStringLiteral("compareGalleryView"));
    m_view->setAccessibleName(tr("Pictures on which runs differ"));
    m_view->setModel(m_model);
    m_view->setItemDelegate(m_delegate);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->installEventFilter(this);
    auto* empty = new QLabel(tr("Pictures on which the ticked runs differ appear here."), this);
    empty->setAlignment(Qt::AlignCenter);
    empty->setForegroundRole(QPalette::PlaceholderText);
    m_stack->addWidget(empty);
    m_stack->addWidget(m_view);
    auto* header = new QHBoxLayout;
    header->setContentsMargins(6, 2, 6, 2);
    header->addWidget(m_header, 1);
    header->addWidget(m_back);
    header->addWidget(m_audit);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addLayout(header);
    column->addWidget(m_stack, 1);
    connect(m_view, &GalleryView::visibleRowsChanged, this, &CompareGallery::wantThumbnails);
    connect(&thumbnails, &ThumbnailService::arrived, m_view->viewport(), qOverload<>(&QWidget::update));
    connect(m_view, &GalleryView::opened, this, &CompareGallery::open);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& now) {
        if (now.isValid()) m_workspace.setFocus(samples()[std::size_t(now.row())]);
    });
    connect(m_back, &QPushButton::clicked, this, &CompareGallery::backRequested);
    connect(m_audit, &QPushButton::clicked, this, [this] { Q_EMIT openRequested(samples(), m_title); });
    setContent(std::make_shared<const std::vector<RunFigures>>(), {}, {}, false);
}

void CompareGallery::setContent(CompareGalleryModel::Runs runs, std::vector<SampleIndex> samples, const QString& title,
                                bool ofCell) {
    const bool same = samples == m_model->samples();
    const QModelIndex before = m_view->currentIndex();
    m_title = title;
    m_model->setContent(std::move(runs), std::move(samples));
    m_view->setTileSize(m_delegate->tileSize(m_view->fontMetrics()));
    if (same && before.isValid()) {
        const QSignalBlocker quiet(m_view->selectionModel());
        m_view->setCurrentIndex(m_model->index(before.row()));
    }
    const bool any = m_model->rowCount() > 0;
    m_header->setText(
        any ? tr("<b>%1</b> · %2").arg(title.toHtmlEscaped(), countText(std::uint64_t(m_model->rowCount())))
            : QString());
    m_stack->setCurrentIndex(any ? 1 : 0);
    m_back->setVisible(ofCell);
    m_audit->setEnabled(any);
    wantThumbnails();
}

void CompareGallery::wantThumbnails() {
    if (!isVisible()) return;
    const auto [first, end] = m_view->visibleRows();
    const auto& all = samples();
    const std::size_t margin = std::size_t(end - first);
    m_thumbnails.want(
        {all.begin() + first, all.begin() + std::ptrdiff_t(std::min(all.size(), std::size_t(end) + margin))},
        int(std::lround(m_delegate->pictureSide() * m_view->devicePixelRatioF())));
}

void CompareGallery::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    wantThumbnails();
}

void CompareGallery::open(const QModelIndex& index) {
    if (!index.isValid()) return;
    const SampleIndex sample = samples()[std::size_t(index.row())];
    Q_EMIT openRequested(samples(), m_title);
    m_workspace.setFocus(sample);
}

bool CompareGallery::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_view && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            open(m_view->currentIndex());
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace assay::ui
