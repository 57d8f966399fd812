// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/run_queue_panel.h"

#include "ui/plots/plot_text.h"
#include "ui/plots/plot_theme.h"
#include "ui/runs/run_history.h"
#include "ui/runs/run_text.h"
#include "ui/session/workspace.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <QStackedWidget>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace assay::ui {
namespace {

constexpr int kIdRole = Qt::UserRole;
constexpr int kMarkRole = Qt::UserRole + 1;
constexpr int kDetailRole = Qt::UserRole + 2;
constexpr int kColourRole = Qt::UserRole + 3;

/// Two lines: mark and name, then what came out of it; a stripe in the colour that the run has in every plot.
class RunDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        return {120, QFontMetrics(option.font).height() + QFontMetrics(plotFont(option.font)).height() + 10};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& given, const QModelIndex& index) const override {
        QStyleOptionViewItem option = given;
        initStyleOption(&option, index);
        option.text.clear();
        const QWidget* widget = option.widget;
        (widget != nullptr ? widget->style() : QApplication::style())
            ->drawControl(QStyle::CE_ItemViewItem, &option, painter, widget);
        painter->save();
        const bool selected = option.state & QStyle::State_Selected;
        const QColor text = option.palette.color(selected ? QPalette::HighlightedText : QPalette::Text);
        const PlotTheme theme = PlotTheme::fromPalette(option.palette);
        const QRect rect = option.rect.adjusted(2, 3, -4, -3);
        painter->fillRect(QRect(rect.left(), rect.top(), 3, rect.height()),
                          theme.colour(index.data(kColourRole).toInt()));
        const QFontMetrics metrics(option.font);
        const int markWidth = metrics.horizontalAdvance(QStringLiteral("❚❚")) + 6;
        const QRect top(rect.left() + 8, rect.top(), rect.width() - 8, metrics.height());
        painter->setPen(text);
        painter->setFont(option.font);
        painter->drawText(top, Qt::AlignLeft | Qt::AlignVCenter, index.data(kMarkRole).toString());
        painter->drawText(
            top.adjusted(markWidth, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
            metrics.elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideRight, top.width() - markWidth));
        painter->setFont(plotFont(option.font));
        painter->setPen(selected ? text : theme.muted);
        const QRect below(top.left() + markWidth, top.bottom() + 1, top.width() - markWidth,
                          rect.bottom() - top.bottom());
        painter->drawText(below, Qt::AlignLeft | Qt::AlignVCenter,
                          QFontMetrics(painter->font())
                              .elidedText(index.data(kDetailRole).toString(), Qt::ElideRight, below.width()));
        painter->restore();
    }
};

} // namespace

RunQueuePanel::RunQueuePanel(Workspace& workspace, QWidget* parent) : QWidget(parent), m_workspace(workspace) {
    setObjectName(QStringLiteral("runQueuePanel"));
    setAccessibleName(tr("Runs"));
    m_list = new QListWidget(this);
    m_list->setObjectName(QStringLiteral("runList"));
    m_list->setAccessibleName(tr("Runs of this project"));
    m_list->setItemDelegate(new RunDelegate(m_list));
    m_list->setContextMenuPolicy(Qt::CustomContextMenu);
    m_list->setUniformItemSizes(true);
    m_empty = new QLabel(tr("Trained runs are listed here."), this);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_list);

    m_progressText = new QLabel(this);
    m_progressText->setObjectName(QStringLiteral("runProgressText"));
    m_progressText->setWordWrap(true);
    m_progress = new QProgressBar(this);
    m_progress->setObjectName(QStringLiteral("runProgress"));
    m_progress->setAccessibleName(tr("Progress of the running run"));
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setMaximumHeight(8);
    const auto button = [this](const QString& text, const QString& name, const QString& help) {
        auto* made = new QPushButton(text, this);
        made->setObjectName(name);
        made->setToolTip(help);
        return made;
    };
    m_pause = button(tr("Pause"), QStringLiteral("runPause"), tr("Wait after the current batch"));
    m_stop = button(tr("Stop"), QStringLiteral("runStop"), tr("End after the current batch; what was recorded stays"));
    m_new = button(tr("&New run…"), QStringLiteral("runNew"), tr("Choose labels, method and settings of a new run"));

    auto* controls = new QHBoxLayout;
    controls->addWidget(m_pause);
    controls->addWidget(m_stop);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 6);
    layout->addWidget(m_stack, 1);
    layout->addWidget(m_progressText);
    layout->addWidget(m_progress);
    layout->addLayout(controls);
    layout->addWidget(m_new);

    connect(m_new, &QPushButton::clicked, this, &RunQueuePanel::newRunRequested);
    connect(m_pause, &QPushButton::clicked, this, [this] {
        if (m_workspace.paused()) m_workspace.continueRun();
        else m_workspace.pauseRun();
        updateButtons();
    });
    connect(m_stop, &QPushButton::clicked, this, [this] {
        if (const auto run = m_workspace.runningRun()) m_workspace.stopRun(*run);
    });
    connect(m_list, &QListWidget::currentItemChanged, this, [this] {
        if (const auto run = selectedRun(); run && m_workspace.currentRun() != run) m_workspace.showRun(*run);
    });
    connect(m_list, &QListWidget::customContextMenuRequested, this, &RunQueuePanel::showMenu);
    for (const auto signal : {&Workspace::runsChanged, &Workspace::projectChanged, &Workspace::labelSetsChanged})
        connect(&m_workspace, signal, this, [this] {
            m_titles.clear();
            rebuild();
        });
    connect(&m_workspace, &Workspace::currentRunChanged, this, &RunQueuePanel::rebuild);
    connect(&m_workspace, &Workspace::epochArrived, this, &RunQueuePanel::rebuild);
    connect(&m_workspace, &Workspace::runEnded, this, &RunQueuePanel::rebuild);
    connect(&m_workspace, &Workspace::runProgress, this, &RunQueuePanel::updateProgress);
    rebuild();
}

std::optional<RunId> RunQueuePanel::selectedRun() const {
    const QListWidgetItem* item = m_list->currentItem();
    return item == nullptr ? std::nullopt : std::optional(RunId(item->data(kIdRole).toLongLong()));
}

QString RunQueuePanel::details(RunId id) const {
    const auto run = m_workspace.run(id);
    if (!run) return {};
    QStringList parts;
    const bool finished = run->state == RunState::Finished;
    parts << (finished ? tr("%1 of %2 epochs") : tr("%1 of %2")).arg(run->epochsDone).arg(run->config.epochs);
    const auto epochs = m_workspace.epochs(id);
    for (const char* key : {"test-accuracy", "validation-accuracy"}) {
        double last = NAN;
        for (const double v : scalarHistory(*epochs, key))
            if (std::isfinite(v)) last = v;
        if (!std::isfinite(last)) continue;
        parts << percentText(last);
        break;
    }
    if (!finished) parts << runStateText(*run); // last: the mark says it as well where it is cut
    return parts.join(QStringLiteral(" · "));
}

void RunQueuePanel::rebuild() {
    const QSignalBlocker block(m_list);
    const std::vector<RunRecord>& runs = m_workspace.runs();
    while (m_list->count() > int(runs.size())) delete m_list->takeItem(m_list->count() - 1);
    while (m_list->count() < int(runs.size())) m_list->addItem(new QListWidgetItem);
    if (std::size_t(m_titles.size()) != runs.size()) m_titles = runTitles(runs, m_workspace.labelSetNames());
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const RunRecord& run = runs[i];
        QListWidgetItem* item = m_list->item(int(i));
        const RunState state = run.state == RunState::Running && m_workspace.paused() ? RunState::Paused : run.state;
        const auto labels = m_workspace.labelSetNames().find(run.labelSet);
        const QString from =
            labels == m_workspace.labelSetNames().end() ? QString() : QString::fromStdString(labels->second);
        item->setData(kIdRole, qlonglong(run.id.value));
        item->setData(kMarkRole, runMark(state));
        item->setData(kDetailRole, details(run.id));
        item->setData(kColourRole, int(run.id.value - 1));
        const QString& title = m_titles[qsizetype(i)];
        item->setText(title);
        item->setToolTip(title + QLatin1Char('\n') + runHeadline(run, from) + QLatin1Char('\n') + runStateText(run));
        item->setData(Qt::AccessibleTextRole, title + QStringLiteral(", ") + runStateText(run));
        if (m_workspace.currentRun() == run.id) m_list->setCurrentItem(item);
    }
    if (!m_workspace.currentRun()) m_list->setCurrentItem(nullptr);
    m_stack->setCurrentIndex(runs.empty() ? 0 : 1);
    m_empty->setText(m_workspace.project()
                         ? tr("No run yet. A run trains a method on the labels and tells which of them look wrong.")
                         : tr("Open a data set first; its runs are listed here."));
    updateProgress();
}

void RunQueuePanel::updateProgress() {
    const auto running = m_workspace.runningRun();
    const auto progress = running ? m_workspace.progress() : std::nullopt;
    m_progress->setVisible(running.has_value());
    m_progressText->setVisible(running.has_value());
    if (progress && progress->epochs > 0) {
        const double inEpoch = progress->batches > 0 ? double(progress->batch) / double(progress->batches) : 0;
        const double share = (std::max(0, progress->epoch - 1) + std::min(1.0, inEpoch)) / progress->epochs;
        m_progress->setValue(int(std::lround(share * 1000)));
        QString text = tr("epoch %1 of %2, %3")
                           .arg(progress->epoch)
                           .arg(progress->epochs)
                           .arg(QString::fromStdString(progress->phase));
        if (progress->secondsLeft >= 0) text += tr(" · %1 left").arg(durationText(progress->secondsLeft));
        m_progressText->setText(text);
    } else if (running) {
        m_progress->setValue(0);
        m_progressText->setText(tr("starting"));
    }
    updateButtons();
}

void RunQueuePanel::updateButtons() {
    const bool running = m_workspace.runningRun().has_value();
    m_pause->setVisible(running);
    m_stop->setVisible(running);
    m_pause->setText(m_workspace.paused() ? tr("Continue") : tr("Pause"));
    m_new->setEnabled(m_workspace.project() != nullptr && !m_workspace.readOnly());
}

void RunQueuePanel::showMenu(const QPoint& position) {
    const QListWidgetItem* item = m_list->itemAt(position);
    if (item == nullptr) return;
    const auto run = m_workspace.run(RunId(item->data(kIdRole).toLongLong()));
    if (!run) return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const RunId id = run->id;
    menu->addAction(tr("&Show"), this, [this, id] { m_workspace.showRun(id); });
    const bool active =
        run->state == RunState::Running || run->state == RunState::Queued || run->state == RunState::Paused;
    menu->addAction(run->state == RunState::Queued ? tr("&Take out of the queue") : tr("S&top"), this,
                    [this, id] { m_workspace.stopRun(id); })
        ->setEnabled(active);
    const bool resumable = (run->state == RunState::Stopped || run->state == RunState::Failed) &&
                           run->epochsDone < run->config.epochs && !m_workspace.readOnly();
    menu->addAction(tr("&Resume from its checkpoint"), this, [this, id] { m_workspace.resumeRun(id); })
        ->setEnabled(resumable);
    menu->addAction(tr("Retrain on &cleaned labels"), this,
                    [this, id] {
                        m_workspace.showRun(id);
                        m_workspace.retrainOnCleaned();
                    })
        ->setEnabled(!m_workspace.readOnly());
    menu->addSeparator();
    menu->addAction(tr("Copy se&ttings"), this, [config = run->config] {
        QApplication::clipboard()->setText(QString::fromStdString(toText(config)));
    });
    menu->popup(m_list->viewport()->mapToGlobal(position));
}

} // namespace assay::ui
