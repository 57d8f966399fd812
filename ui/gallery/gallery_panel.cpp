// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/gallery/gallery_panel.h"

#include "core/audit/score.h"
#include "core/data/pixel_store.h"
#include "ui/gallery/gallery_view.h"
#include "ui/gallery/score_title.h"
#include "ui/gallery/tile_delegate.h"
#include "ui/models/gallery_model.h"
#include "ui/plots/elided_label.h"
#include "ui/plots/plot_theme.h"
#include "ui/session/thumbnail_service.h"
#include "ui/session/workspace.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScrollBar>
#include <QSlider>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <utility>

namespace assay::ui {

GalleryPanel::GalleryPanel(Workspace& workspace, ThumbnailService& thumbnails, QWidget* parent)
    : QWidget(parent), m_workspace(workspace), m_thumbnails(thumbnails), m_model(new GalleryModel(workspace, this)),
      m_view(new GalleryView(this)), m_delegate(new TileDelegate(*m_model, thumbnails, this)) {
    setObjectName(QStringLiteral("galleryPanel"));
    buildUi();
    connect(&workspace, &Workspace::viewChanged, this, &GalleryPanel::updateHeader);
    connect(&workspace, &Workspace::thresholdChanged, this, &GalleryPanel::updateHeader);
    connect(&workspace, &Workspace::epochOnShowChanged, this, &GalleryPanel::onEpoch);
    connect(&workspace, &Workspace::detectorsJoined, this, &GalleryPanel::onDetectors);
    connect(&workspace, &Workspace::auditChanged, this, &GalleryPanel::updateHeader);
    connect(&workspace, &Workspace::scoreFailed, this, &GalleryPanel::updateHeader);
    connect(&workspace, &Workspace::labelsReady, this, &GalleryPanel::updateHeader); // which labels a run has learnt
    connect(&workspace, &Workspace::selectionChanged, this, &GalleryPanel::showSelection);
    connect(&workspace, &Workspace::focusChanged, this, &GalleryPanel::showFocus);
    connect(&workspace, &Workspace::decisionsChanged, this, [this](const std::vector<SampleIndex>& samples) {
        m_touched |= !samples.empty();
        updateHeader();
    });
    connect(&workspace, &Workspace::datasetChanged, this, [this] { m_touched = false; });
    connect(m_model, &QAbstractItemModel::modelReset, this, &GalleryPanel::afterReset);
    connect(&thumbnails, &ThumbnailService::arrived, m_view->viewport(), qOverload<>(&QWidget::update));
    fillScores();
    updateHeader();
}

void GalleryPanel::buildUi() {
    m_suspectsOnly = new QToolButton(this);
    m_suspectsOnly->setObjectName(QStringLiteral("suspectsOnly"));
    m_suspectsOnly->setText(tr("◆ Suspects only"));
    m_suspectsOnly->setCheckable(true);
    m_suspectsOnly->setToolTip(tr("Show only samples past the threshold"));
    connect(m_suspectsOnly, &QToolButton::clicked, this, [this](bool on) {
        ViewFilter filter = m_workspace.filter();
        filter.suspectsOnly = on;
        m_workspace.setFilter(filter);
    });
    m_title = new ElidedLabel(this);
    m_title->setObjectName(QStringLiteral("galleryTitle"));
    m_scores = new QComboBox(this);
    m_scores->setObjectName(QStringLiteral("sortBy"));
    m_scores->setAccessibleName(tr("Sort by"));
    m_scores->setSizeAdjustPolicy(
        QComboBox::AdjustToMinimumContentsLengthWithIcon); // the title comes before its longest item
    m_scores->setMinimumContentsLength(10);                // "all detectors" stays readable
    m_scores->setMaximumWidth(fontMetrics().averageCharWidth() * 40);
    m_scores->installEventFilter(this);
    m_scores->view()->installEventFilter(this);
    connect(m_scores, &QComboBox::activated, this, &GalleryPanel::chooseScore);
    m_direction = new QToolButton(this);
    m_direction->setObjectName(QStringLiteral("sortDirection"));
    m_direction->setAccessibleName(tr("Direction of sorting"));
    m_direction->setToolTip(tr("Highest or lowest first"));
    connect(m_direction, &QToolButton::clicked, this, [this] {
        ViewFilter filter = m_workspace.filter();
        filter.descending = !filter.descending;
        m_workspace.setFilter(filter);
    });
    m_badge = new QLabel(this);
    m_badge->setObjectName(QStringLiteral("sampleBadge"));
    m_badge->setForegroundRole(QPalette::PlaceholderText);
    m_count = new QLabel(this);
    m_count->setObjectName(QStringLiteral("galleryCount"));
    m_resort = new QToolButton(this);
    m_resort->setObjectName(QStringLiteral("resort"));
    m_resort->setAccessibleName(tr("Sort again"));
    m_resort->setToolTip(tr("Sort again: scores have changed since the last sorting"));
    connect(m_resort, &QToolButton::clicked, &m_workspace, &Workspace::resort);
    m_clear = new QToolButton(this);
    m_clear->setObjectName(QStringLiteral("clearBrushed"));
    m_clear->setText(tr("Show all"));
    m_clear->setToolTip(tr("Leave the brushed or clicked set"));
    connect(m_clear, &QToolButton::clicked, this, [this] {
        ViewFilter filter = m_workspace.filter();
        filter.only.reset();
        filter.onlyTitle.clear();
        m_workspace.setFilter(filter);
    });
    m_size = new QSlider(Qt::Horizontal, this);
    m_size->setObjectName(QStringLiteral("tileSize"));
    m_size->setAccessibleName(tr("Size of the tiles"));
    m_size->setToolTip(tr("Size of the tiles"));
    m_size->setRange(28, 224);
    m_size->setMinimumWidth(50);
    m_size->setMaximumWidth(110);
    connect(m_size, &QSlider::valueChanged, this, &GalleryPanel::applyTileSize);

    auto* header = new QHBoxLayout;
    header->setContentsMargins(8, 5, 8, 5);
    header->setSpacing(5);
    header->addWidget(m_title);
    constexpr int kRestForScores = 100; // what the others do not need
    header->addWidget(m_scores, kRestForScores);
    header->addWidget(m_direction);
    header->addWidget(m_badge);
    header->addSpacing(4);
    header->addWidget(m_count);
    header->addSpacing(6);
    header->addWidget(m_suspectsOnly);
    header->addWidget(m_clear);
    header->addWidget(m_resort);
    header->addStretch(1);
    m_sizeLabel = new QLabel(tr("size"), this);
    m_sizeLabel->setBuddy(m_size);
    header->addWidget(m_sizeLabel);
    header->addWidget(m_size, 10);
    m_header = header;

    m_view->setObjectName(QStringLiteral("gallery"));
    m_view->setAccessibleName(tr("Gallery"));
    m_view->setModel(m_model);
    m_view->setItemDelegate(m_delegate);
    m_view->installEventFilter(this);
    m_view->viewport()->installEventFilter(this);
    m_view->verticalScrollBar()->installEventFilter(this);
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(m_view, &GalleryView::visibleRowsChanged, this, &GalleryPanel::wantThumbnails);
    connect(m_view, &GalleryView::opened, this,
            [this](const QModelIndex& index) { Q_EMIT openRequested(m_model->sampleAt(index.row())); });
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &GalleryPanel::takeSelectionFromView);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& now) {
        if (!m_syncing && now.isValid()) m_workspace.setFocus(m_model->sampleAt(now.row()));
    });

    auto* emptyPage = new QWidget(this);
    m_empty = new QLabel(emptyPage);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_emptyButton = new QPushButton(tr("Show everything"), emptyPage);
    m_emptyButton->setObjectName(QStringLiteral("galleryEmptyButton"));
    connect(m_emptyButton, &QPushButton::clicked, this,
            [this] { m_workspace.setFilter(m_workspace.filter().everything()); });
    auto* emptyLayout = new QVBoxLayout(emptyPage);
    emptyLayout->addStretch();
    emptyLayout->addWidget(m_empty);
    emptyLayout->addWidget(m_emptyButton, 0, Qt::AlignHCenter);
    emptyLayout->addStretch();
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_view);
    m_stack->addWidget(emptyPage);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(header);
    layout->addWidget(m_stack, 1);
    m_size->setValue(84);
    applyTileSize(84);
}

void GalleryPanel::fillScores() {
    const QStringList names = m_workspace.scoreNames();
    QStringList shown;
    for (int i = 0; i < m_scores->count(); ++i) shown << m_scores->itemData(i).toString();
    const auto run = m_workspace.currentRun();
    const bool outside = run && m_workspace.outOfSample(*run);
    if (shown != names || outside != m_helpOutside) {
        m_helpOutside = outside;
        m_scores->clear();
        for (const QString& name : names) {
            m_scores->addItem(scoreTitle(name), name);
            m_scores->setItemData(m_scores->count() - 1, scoreHelp(m_workspace.registry(), name, outside),
                                  Qt::ToolTipRole);
        }
        m_scores->view()->setMinimumWidth(m_scores->view()->sizeHintForColumn(0) +
                                          style()->pixelMetric(QStyle::PM_ScrollBarExtent) + 8);
    }
    markMissing(outside);
    int at = m_scores->findData(m_workspace.filter().score);
    if (at < 0) at = m_scores->findData(QStringLiteral("index"));
    m_scores->setCurrentIndex(at);
    m_scores->setToolTip(tr("Sort by this score") + QLatin1Char('\n') +
                         m_scores->currentData(Qt::ToolTipRole).toString());
}

/// Scores that the run does not have cannot be chosen, and say why.
void GalleryPanel::markMissing(bool outside) {
    auto* items = qobject_cast<QStandardItemModel*>(m_scores->model());
    for (int i = 0; items != nullptr && i < items->rowCount(); ++i) {
        QStandardItem* item = items->item(i);
        const QString name = item->data(Qt::UserRole).toString(), problem = m_workspace.scoreProblem(name);
        if (item->isEnabled() == problem.isEmpty()) continue;
        item->setEnabled(problem.isEmpty());
        item->setToolTip(problem.isEmpty() ? scoreHelp(m_workspace.registry(), name, outside) : problem);
    }
}

void GalleryPanel::chooseScore(int item) {
    ViewFilter filter = m_workspace.filter();
    filter.score = m_scores->itemData(item).toString();
    filter.descending = filter.score != QLatin1String("index") && filter.score != QLatin1String("margin") &&
                        filter.score != QLatin1String("confidence");
    m_workspace.setFilter(filter);
    // Chosen from the list: the keys are for the pictures again. Who steps through the closed box goes on with that.
    if (std::exchange(m_fromList, false)) m_view->setFocus();
}

/// What a sign or a tooltip can say gives way before the title does.
void GalleryPanel::fitHeader() {
    m_header->invalidate();
    int needed = m_header->sizeHint().width() - (m_size->sizeHint().width() - m_size->minimumWidth());
    const QString again = tr("Sort again"), sign = QStringLiteral("↻");
    if (m_narrow) { // what it would take to say everything
        needed += m_sizeLabel->sizeHint().width() + m_header->spacing();
        const QFontMetrics metrics = m_resort->fontMetrics();
        if (!m_resort->isHidden()) needed += metrics.horizontalAdvance(again) - metrics.horizontalAdvance(sign);
    }
    m_narrow = needed > width();
    m_sizeLabel->setVisible(!m_narrow);
    m_resort->setText(m_narrow ? sign : again);
}

void GalleryPanel::updateHeader() {
    const ViewFilter& filter = m_workspace.filter();
    const auto dataset = m_workspace.dataset();
    const QLocale locale;
    fillScores();
    m_suspectsOnly->setChecked(filter.suspectsOnly);
    m_suspectsOnly->setEnabled(m_workspace.currentEvidence() != nullptr);
    const bool suspects = filter.suspectsOnly && m_workspace.currentEvidence();
    const bool mixed = suspects && m_workspace.asksAtRandom();
    m_title->setText(!filter.onlyTitle.isEmpty() ? tr("%1, by").arg(filter.onlyTitle)
                     : mixed                     ? tr("MIXED QUEUE by")
                     : suspects                  ? tr("SUSPECTS by")
                                                 : tr("ALL by"));
    m_title->setToolTip(
        mixed ? tr("Suspects, and after every four of them a picture that was drawn at random, with a hollow mark")
              : filter.onlyTitle);
    m_direction->setText(filter.descending ? QStringLiteral("↓") : QStringLiteral("↑"));
    m_clear->setVisible(filter.only.has_value());
    const auto run = m_workspace.currentRun();
    const auto score = m_workspace.registry().scores.find(filter.score.toStdString());
    const bool byPictures = score && score->traits().basis == ScoreBasis::Pictures;
    const bool scored =
        m_workspace.scoreProblem(filter.score).isEmpty() &&
        (byPictures || (run && m_workspace.currentEvidence() && filter.score != QLatin1String("index")));
    m_badge->setVisible(scored);
    m_badge->setForegroundRole(QPalette::PlaceholderText);
    m_badge->setPalette({});
    if (scored && byPictures) {
        m_badge->setText(tr("no network"));
        m_badge->setToolTip(tr("By the pictures alone; no network had a say"));
    } else if (scored) {
        showBadge(m_workspace.runsBehind(filter.score), score ? score->traits() : ScoreTraits());
    }
    m_resort->setVisible(m_workspace.orderIsOld() && m_workspace.currentEvidence());
    const int total = !dataset   ? 0
                      : suspects ? int(m_workspace.judgedCount())
                                 : int(dataset->size()); // suspects: of those that are judged
    const int shown = int(m_workspace.view().size());
    m_count->setText(shown == total ? locale.toString(total)
                                    : tr("%1 of %2").arg(locale.toString(shown), locale.toString(total)));
    if (!dataset || shown > 0) {
        m_stack->setCurrentIndex(0);
    } else {
        m_empty->setText(
            filter.only && filter.only->empty() ? tr("There is no picture in this set: %1.").arg(filter.onlyTitle)
            : filter.suspectsOnly && m_workspace.suspectCount() == 0
                ? tr("No sample is past the threshold %1.").arg(locale.toString(m_workspace.threshold(), 'f', 2))
                : tr("No sample passes these filters."));
        m_stack->setCurrentIndex(1);
    }
    fitHeader();
}

/// What the scores of the pictures in the view rest on: the worst of `runs`.
void GalleryPanel::showBadge(const std::vector<RunId>& runs, const ScoreTraits& traits) {
    const std::vector<SampleIndex>& view = m_workspace.view();
    const auto unseen = std::size_t(
        std::count_if(view.begin(), view.end(), [&](SampleIndex s) { return m_workspace.outOfSample(runs, s); }));
    const QLocale locale;
    const bool outside = std::all_of(runs.begin(), runs.end(), [&](RunId run) { return m_workspace.outOfSample(run); });
    if (outside || (unseen == view.size() && unseen > 0)) {
        m_badge->setText(tr("out-of-sample"));
        m_badge->setToolTip(tr("By a model that had not seen these labels"));
        return;
    }
    m_badge->setText(unseen > 0 ? tr("partly in-sample") : tr("in-sample"));
    QString text = tr("By networks that were trained on these labels, which may have learnt wrong ones by heart");
    if (unseen > 0)
        text += QLatin1Char('\n') +
                tr("%1 of the %2 pictures are judged out of sample: their labels took no part in training")
                    .arg(locale.toString(qulonglong(unseen)), locale.toString(qulonglong(view.size())));
    if (const std::string_view warning = scoreWarning(traits, false); !warning.empty()) {
        QPalette warned = palette();
        warned.setColor(QPalette::WindowText, PlotTheme::fromPalette(palette()).suspectText);
        m_badge->setPalette(warned);
        m_badge->setForegroundRole(QPalette::WindowText);
        m_badge->setText(QStringLiteral("⚠ ") + m_badge->text());
        text.prepend(QString::fromUtf8(warning.data(), qsizetype(warning.size())) + QLatin1Char('\n'));
    }
    m_badge->setToolTip(text);
    m_badge->setAccessibleDescription(text);
}

void GalleryPanel::wantThumbnails() {
    if (!isVisible()) return; // whoever is on show wants others
    auto [first, end] = m_view->visibleRows();
    std::vector<SampleIndex> wanted;
    const int margin = end - first;
    for (int row = first; row < end; ++row) wanted.push_back(m_model->sampleAt(row));
    for (int row = end; row < std::min(m_model->rowCount(), end + margin); ++row)
        wanted.push_back(m_model->sampleAt(row));
    for (int row = first - 1; row >= std::max(0, first - margin); --row) wanted.push_back(m_model->sampleAt(row));
    m_thumbnails.want(wanted, int(std::lround(m_delegate->pictureSide() * m_view->devicePixelRatioF())));
}

void GalleryPanel::applyTileSize(int side) {
    const auto dataset = m_workspace.dataset();
    if (dataset && dataset->pixels && side < 96) { // whole factors of tiny pictures leave no empty frame
        const ImageGeometry geometry = dataset->pixels->geometry();
        const int longer = std::max(geometry.width, geometry.height);
        if (longer <= side && longer > 0) side = side / longer * longer;
    }
    m_delegate->setPictureSide(side);
    m_view->setTileSize(m_delegate->tileSize(m_view->fontMetrics()));
    wantThumbnails();
}

void GalleryPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    wantThumbnails();
}

void GalleryPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitHeader();
}

void GalleryPanel::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange) applyTileSize(m_delegate->pictureSide());
    if (event->type() == QEvent::PaletteChange && m_badge != nullptr) updateHeader();
    QWidget::changeEvent(event);
}

bool GalleryPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_scores || watched == m_scores->view()) {
        if (event->type() == QEvent::KeyPress || event->type() == QEvent::Wheel) m_fromList &= watched != m_scores;
        if (event->type() == QEvent::Show) m_fromList = watched != m_scores;
        return QWidget::eventFilter(watched, event);
    }
    const bool key =
        event->type() == QEvent::KeyPress && !(static_cast<QKeyEvent*>(event)->modifiers() & Qt::ControlModifier);
    if (key || event->type() == QEvent::MouseButtonPress || event->type() == QEvent::Wheel) m_touched = true;
    if (watched == m_view && event->type() == QEvent::KeyPress) {
        const auto* pressed = static_cast<QKeyEvent*>(event);
        if (pressed->modifiers() == Qt::ControlModifier &&
            (pressed->key() == Qt::Key_Plus || pressed->key() == Qt::Key_Minus)) {
            m_size->setValue(m_size->value() + (pressed->key() == Qt::Key_Plus ? 14 : -14));
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void GalleryPanel::takeSelectionFromView() {
    if (m_syncing) return;
    m_syncing = true;
    std::vector<SampleIndex> samples;
    for (const QItemSelectionRange& range : m_view->selectionModel()->selection())
        for (int row = range.top(); row <= range.bottom(); ++row) samples.push_back(m_model->sampleAt(row));
    m_workspace.setSelection(std::move(samples));
    m_syncing = false;
}

void GalleryPanel::showSelection() {
    if (m_syncing) return;
    m_syncing = true;
    std::vector<int> rows;
    for (const SampleIndex sample : m_workspace.selection())
        if (const auto row = m_model->rowOf(sample)) rows.push_back(*row);
    std::sort(rows.begin(), rows.end());
    QItemSelection selection;
    for (std::size_t i = 0; i < rows.size();) {
        std::size_t j = i;
        while (j + 1 < rows.size() && rows[j + 1] == rows[j] + 1) ++j;
        selection.append(QItemSelectionRange(m_model->index(rows[i]), m_model->index(rows[j])));
        i = j + 1;
    }
    m_view->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    m_syncing = false;
}

void GalleryPanel::showFocus() {
    if (m_syncing) return;
    const auto focus = m_workspace.focus();
    const auto row = focus ? m_model->rowOf(*focus) : std::nullopt;
    m_syncing = true;
    m_view->selectionModel()->setCurrentIndex(row ? m_model->index(*row) : QModelIndex(),
                                              QItemSelectionModel::NoUpdate);
    if (row) m_view->scrollTo(m_model->index(*row));
    m_syncing = false;
}

int GalleryPanel::focusRow() const {
    const auto focus = m_workspace.focus();
    const auto row = focus ? m_model->rowOf(*focus) : std::nullopt;
    return row.value_or(-1);
}

void GalleryPanel::goToRow(int row) {
    if (row < 0 || row >= m_model->rowCount()) return;
    m_touched = true;
    const QModelIndex index = m_model->index(row);
    m_view->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect);
    m_view->scrollTo(index);
    m_workspace.setFocus(m_model->sampleAt(row));
}

void GalleryPanel::afterReset() {
    showSelection();
    showFocus();
    if (m_model->rowCount() > 0 && (!m_touched || !m_view->currentIndex().isValid())) {
        m_syncing = true;
        m_view->selectionModel()->setCurrentIndex(m_model->index(0), QItemSelectionModel::NoUpdate);
        m_view->verticalScrollBar()->setValue(0);
        m_syncing = false;
        m_workspace.setFocus(m_model->sampleAt(0));
    }
    applyTileSize(m_size->value());
    updateHeader();
    wantThumbnails();
}

void GalleryPanel::onEpoch() {
    // Never under the pointer, never while somebody works on a selection or in review.
    const bool calm = !m_view->underMouse() && !m_strip && m_workspace.selection().size() <= 1;
    if (m_workspace.orderIsOld() && calm) m_workspace.resort();
    updateHeader();
}

void GalleryPanel::onDetectors() {
    // Slow ones come later: the tiles keep their places once somebody has looked at them.
    const bool calm = !m_touched && !m_view->underMouse() && !m_strip && m_workspace.selection().size() <= 1;
    if (m_workspace.orderIsOld() && m_workspace.filter().score == QLatin1String(kFusedScore) && calm)
        m_workspace.resort();
    updateHeader();
}

void GalleryPanel::setStrip(bool strip) {
    m_strip = strip;
    m_view->setArrangement(strip ? GalleryView::Arrangement::Strip : GalleryView::Arrangement::Grid);
    const int room = m_view->tileSize().height() + style()->pixelMetric(QStyle::PM_ScrollBarExtent);
    m_view->setMinimumHeight(strip ? room : 0);
    setMaximumHeight(strip ? room + 40 : QWIDGETSIZE_MAX);
    wantThumbnails();
}

} // namespace assay::ui
