// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/compare_page.h"

#include "core/base/files.h"
#include "core/base/registry.h"
#include "core/train/method.h"
#include "ui/plots/matrix_plot.h"
#include "ui/plots/plot_text.h"
#include "ui/plots/training_curves_plot.h"
#include "ui/runs/compare_gallery.h"
#include "ui/runs/run_history.h"
#include "ui/runs/run_text.h"
#include "ui/session/task_pool.h"
#include "ui/session/workspace.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QPainter>
#include <QPushButton>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <filesystem>
#include <set>

namespace assay::ui {
namespace {

constexpr int kDelayMs = 120;

constexpr QSize kStripe(22, 12);

/// The line of a run in the plots.
QIcon stripe(const PlotTheme& theme, int run) {
    QPixmap pixmap(kStripe);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    const Qt::PenStyle style = PlotTheme::runStyle(run);
    painter.setPen(QPen(theme.colour(run), style == Qt::SolidLine ? 4 : 2, style, Qt::FlatCap));
    painter.drawLine(1, kStripe.height() / 2, kStripe.width() - 1, kStripe.height() / 2);
    return pixmap;
}

} // namespace

ComparePage::ComparePage(Workspace& workspace, ThumbnailService& thumbnails, QWidget* parent)
    : QWidget(parent), m_workspace(workspace), m_pool(std::make_unique<TaskPool>(1)),
      m_gallery(new CompareGallery(workspace, thumbnails, this)),
      m_figures(std::make_shared<const std::vector<RunFigures>>()) {
    setObjectName(QStringLiteral("comparePage"));
    setAccessibleName(tr("Compare"));
    m_splitter = new QSplitter(Qt::Horizontal, this);
    m_splitter->setObjectName(QStringLiteral("compareSplitter"));
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(makeLeft());
    m_splitter->addWidget(makeMiddle());
    m_splitter->addWidget(makeRight());
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setStretchFactor(2, 1);
    m_splitter->setSizes({210, 660, 380});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* halves = new QSplitter(Qt::Vertical, this);
    halves->setObjectName(QStringLiteral("compareHalves"));
    halves->setChildrenCollapsible(false);
    halves->addWidget(m_splitter);
    halves->addWidget(m_gallery);
    halves->setStretchFactor(0, 2);
    halves->setStretchFactor(1, 1);
    halves->setSizes({430, 190});
    layout->addWidget(halves);
    connect(m_gallery, &CompareGallery::backRequested, this, [this] {
        m_cell.reset();
        showGallery();
    });
    connect(m_gallery, &CompareGallery::openRequested, this, &ComparePage::showSamples);

    m_delay.setSingleShot(true);
    m_delay.setInterval(kDelayMs);
    connect(&m_delay, &QTimer::timeout, this, &ComparePage::compute);
    for (const auto signal : {&Workspace::runsChanged, &Workspace::projectChanged})
        connect(&m_workspace, signal, this, &ComparePage::fillRuns);
    for (const auto signal : {&Workspace::thresholdChanged, &Workspace::datasetChanged})
        connect(&m_workspace, signal, this, &ComparePage::computeLater);
    connect(&m_workspace, &Workspace::epochArrived, this, &ComparePage::computeLater);
    connect(&m_workspace, &Workspace::runEnded, this, &ComparePage::computeLater);
    fillRuns();
}

ComparePage::~ComparePage() = default;

QWidget* ComparePage::makeLeft() {
    auto* left = new QWidget(this);
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(6, 6, 6, 6);
    m_list = new QListWidget(left);
    m_list->setObjectName(QStringLiteral("compareRuns"));
    m_list->setAccessibleName(tr("Runs to compare"));
    m_list->setSpacing(1);
    m_list->setIconSize(kStripe);
    m_list->setTextElideMode(
        Qt::ElideMiddle); // names that begin alike differ at their end; the tooltip tells them whole
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_grouped = new QCheckBox(tr("&Group by method"), left);
    m_grouped->setObjectName(QStringLiteral("compareGrouped"));
    m_grouped->setToolTip(
        tr("Finished runs that differ in their seed only become one line with a band, and one row: mean ± the "
           "half-width of the 95 % interval"));
    m_onlyDifferences = new QCheckBox(tr("&Differences only"), left);
    m_onlyDifferences->setObjectName(QStringLiteral("compareDifferences"));
    m_onlyDifferences->setToolTip(tr("Leave out figures that are the same in every row"));
    column->addWidget(m_list, 1);
    column->addWidget(m_grouped);
    column->addWidget(m_onlyDifferences);
    m_reference = new QComboBox(left);
    m_reference->setObjectName(QStringLiteral("compareReference"));
    m_reference->setAccessibleName(tr("Row that differences are taken to"));
    m_reference->setToolTip(tr(
        "Differences (Δ) are taken to this row, over finished runs with the same seed and the same labels, whichever of them count"));
    m_reference->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_reference->setMinimumContentsLength(8);
    auto* referenceTitle = new QLabel(tr("Δ &to"), left);
    referenceTitle->setBuddy(m_reference);
    auto* referenceRow = new QHBoxLayout;
    referenceRow->addWidget(referenceTitle);
    referenceRow->addWidget(m_reference, 1);
    column->addLayout(referenceRow);
    connect(m_reference, &QComboBox::activated, this, &ComparePage::showTable);
    connect(m_list, &QListWidget::itemChanged, this, &ComparePage::computeLater);
    connect(m_grouped, &QCheckBox::toggled, this, &ComparePage::showFigures);
    connect(m_onlyDifferences, &QCheckBox::toggled, this, &ComparePage::showTable);
    return left;
}

QWidget* ComparePage::makeMiddle() {
    auto* middle = new QSplitter(Qt::Vertical, this);
    middle->setChildrenCollapsible(false);
    auto* top = new QWidget(middle);
    auto* topColumn = new QVBoxLayout(top);
    topColumn->setContentsMargins(0, 0, 0, 0);
    topColumn->setSpacing(0);
    m_split = new QComboBox(top);
    m_split->setObjectName(QStringLiteral("compareSplit"));
    m_split->setAccessibleName(tr("Lines of which split"));
    m_split->addItem(tr("test lines"), QStringLiteral("test"));
    m_split->addItem(tr("validation lines"), QStringLiteral("validation"));
    m_split->addItem(tr("training lines"), QStringLiteral("train"));
    m_split->addItem(tr("all lines"), QString());
    m_curves = new TrainingCurvesPlot(top);
    m_curves->setObjectName(QStringLiteral("compareCurves"));
    m_curves->setExpandable(false);
    m_curves->setEmptyText(tr("Tick two or more runs to see them on the same axes."), tr("New run…"));
    topColumn->addWidget(m_split, 0, Qt::AlignRight);
    topColumn->addWidget(m_curves, 1);

    auto* bottom = new QWidget(middle);
    auto* column = new QVBoxLayout(bottom);
    column->setContentsMargins(6, 2, 6, 6);
    m_table = new QTableWidget(bottom);
    m_table->setObjectName(QStringLiteral("compareTable"));
    m_table->setAccessibleName(tr("Figures of the ticked runs"));
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setAlternatingRowColors(true);
    m_table->setSortingEnabled(false);
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    constexpr int kLongestName = 28; // characters: the figures have the room
    m_table->verticalHeader()->setMaximumWidth(kLongestName * fontMetrics().averageCharWidth());
    m_table->verticalHeader()->setTextElideMode(Qt::ElideMiddle);
    m_note = new QLabel(bottom);
    m_note->setObjectName(QStringLiteral("compareNote"));
    m_note->setWordWrap(true);
    m_note->setForegroundRole(QPalette::PlaceholderText);
    m_copy = new QPushButton(tr("&Copy"), bottom);
    m_copy->setObjectName(QStringLiteral("compareCopy"));
    m_copy->setToolTip(tr("Copy the table, to paste it into a spreadsheet"));
    m_export = new QPushButton(tr("E&xport table…"), bottom);
    m_export->setObjectName(QStringLiteral("compareExport"));
    m_export->setToolTip(tr("Save the table as CSV or Markdown"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_note, 1);
    buttons->addWidget(m_copy);
    buttons->addWidget(m_export);
    column->addWidget(m_table, 1);
    column->addLayout(buttons);
    middle->addWidget(top);
    middle->addWidget(bottom);
    middle->setSizes({380, 240});
    connect(m_split, &QComboBox::currentIndexChanged, this,
            [this] { m_curves->setSplit(m_split->currentData().toString()); });
    connect(m_curves, &PlotWidget::emptyButtonClicked, this, &ComparePage::newRunRequested);
    connect(m_curves, &PlotWidget::notice, &m_workspace, &Workspace::notice);
    connect(m_copy, &QPushButton::clicked, this, &ComparePage::copyTable);
    connect(m_export, &QPushButton::clicked, this, &ComparePage::exportTable);
    m_curves->setSplit(QStringLiteral("test"));
    return middle;
}

QWidget* ComparePage::makeRight() {
    auto* right = new QWidget(this);
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    m_agreement = new MatrixPlot(QStringLiteral("agreement"), tr("Agreement: suspects shared"), right);
    m_agreement->setEmptyText(tr("How far the suspects of two runs are the same, once runs are ticked."));
    m_agreement->setToolTip(tr(
        "Suspects of both ÷ suspects of either, among the pictures that both have judged, at the threshold in force"));
    m_cellMeaning = new QComboBox(right);
    m_cellMeaning->setObjectName(QStringLiteral("compareCellMeaning"));
    m_cellMeaning->setAccessibleName(tr("What a click on a cell shows"));
    m_cellMeaning->addItem(tr("click: where exactly one suspects"));
    m_cellMeaning->addItem(tr("click: where both suspect"));
    column->addWidget(m_agreement, 1);
    column->addWidget(m_cellMeaning);
    connect(m_agreement, &PlotWidget::notice, &m_workspace, &Workspace::notice);
    connect(m_agreement, &MatrixPlot::cellClicked, this, [this](int row, int column_) {
        if (row < 0 || column_ < 0 || std::size_t(row) >= figures().size() || std::size_t(column_) >= figures().size())
            return;
        m_cell = {figures()[std::size_t(row)].run.id, figures()[std::size_t(column_)].run.id};
        showGallery();
    });
    connect(m_cellMeaning, &QComboBox::activated, this, &ComparePage::showGallery);
    return right;
}

void ComparePage::fillRuns() {
    const QSignalBlocker block(m_list);
    std::set<std::int64_t> off;
    std::set<std::int64_t> known;
    for (int row = 0; row < m_list->count(); ++row) {
        known.insert(m_list->item(row)->data(Qt::UserRole).toLongLong());
        if (m_list->item(row)->checkState() == Qt::Unchecked)
            off.insert(m_list->item(row)->data(Qt::UserRole).toLongLong());
    }
    m_list->clear();
    const PlotTheme theme = PlotTheme::fromPalette(palette());
    const QStringList titles = runTitles(m_workspace.runs(), m_workspace.labelSetNames());
    m_titles.clear();
    for (const RunRecord& run : m_workspace.runs()) {
        const QString& title = titles[qsizetype(m_titles.size())];
        m_titles[run.id] = title;
        auto* item = new QListWidgetItem(stripe(theme, int(run.id.value - 1)), title, m_list);
        item->setData(Qt::UserRole, qlonglong(run.id.value));
        const auto labels = m_workspace.labelSetNames().find(run.labelSet);
        item->setToolTip(title + QLatin1Char('\n') +
                         runHeadline(run, labels == m_workspace.labelSetNames().end()
                                              ? QString()
                                              : QString::fromStdString(labels->second)) +
                         QLatin1Char('\n') + runStateText(run));
        item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
        // A run that is new here is ticked, as long as nobody has chosen otherwise.
        const bool tick = known.contains(run.id.value) ? !off.contains(run.id.value) : run.state != RunState::Failed;
        item->setCheckState(tick ? Qt::Checked : Qt::Unchecked);
    }
    computeLater();
}

void ComparePage::setTicked(const std::vector<RunId>& runs) {
    {
        const QSignalBlocker block(m_list);
        for (int row = 0; row < m_list->count(); ++row) {
            QListWidgetItem* item = m_list->item(row);
            const bool on =
                std::find(runs.begin(), runs.end(), RunId(item->data(Qt::UserRole).toLongLong())) != runs.end();
            item->setCheckState(on ? Qt::Checked : Qt::Unchecked);
        }
    }
    computeLater();
}

std::vector<RunId> ComparePage::ticked() const {
    std::vector<RunId> runs;
    for (int row = 0; row < m_list->count(); ++row)
        if (m_list->item(row)->checkState() == Qt::Checked)
            runs.emplace_back(m_list->item(row)->data(Qt::UserRole).toLongLong());
    return runs;
}

void ComparePage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_stale) compute();
}

void ComparePage::computeLater() {
    m_stale = true;
    if (isVisible()) m_delay.start();
}

void ComparePage::compute() {
    m_stale = false;
    const std::uint64_t generation = ++m_generation;
    const auto project = m_workspace.project();
    const auto dataset = m_workspace.dataset();
    std::vector<RunRecord> records;
    for (const RunId id : ticked())
        if (auto run = m_workspace.run(id)) records.push_back(std::move(*run));
    if (!project || !dataset || records.empty()) {
        m_figures = std::make_shared<const std::vector<RunFigures>>();
        showFigures();
        Q_EMIT figuresReady();
        return;
    }
    m_pool->run(
        [project, dataset, records, threshold = m_workspace.threshold()]() -> Result<std::vector<RunFigures>> {
            std::vector<RunFigures> figures;
            for (const RunRecord& record : records) {
                ASSAY_TRY(RunFigures one, readRunFigures(*project, record, dataset->splits, threshold));
                figures.push_back(std::move(one));
            }
            return figures;
        },
        [this, generation](Result<std::vector<RunFigures>> figures) {
            if (generation != m_generation) return;
            if (figures) {
                for (RunFigures& one : *figures) one.title = m_titles[one.run.id];
                m_figures = std::make_shared<const std::vector<RunFigures>>(std::move(*figures));
                showFigures();
            } else {
                m_note->setText(QString::fromStdString(figures.error().sentence()));
            }
            Q_EMIT figuresReady();
        });
}

void ComparePage::showFigures() {
    std::vector<RunCurves> curves;
    if (m_grouped->isChecked()) {
        const std::vector<ComparisonRow> rows = comparisonTable(figures(), true, false).rows;
        for (const auto& group : groupBySeed(figures())) {
            const QString& name = rows[curves.size()].name;
            const RunRecord& first = figures()[group.front()].run;
            if (group.size() == 1) {
                curves.push_back(runCurves(name, int(first.id.value - 1), *figures()[group.front()].epochs));
                continue;
            }
            std::vector<const std::vector<EpochSummary>*> runs;
            for (const std::size_t i : group) runs.push_back(figures()[i].epochs.get());
            curves.push_back(meanCurves(name, int(first.id.value - 1), runs));
        }
    } else {
        for (const RunFigures& one : figures())
            curves.push_back(runCurves(titleOf(one), int(one.run.id.value - 1), *one.epochs));
    }
    m_curves->setRuns(std::move(curves));
    QStringList names;
    for (const RunFigures& one : figures()) names << titleOf(one);
    m_agreement->setMatrix(agreementMatrix(figures()), names, names, MatrixPlot::Format::Share, 1.0);
    fillReference();
    showTable();
    showGallery();
}

void ComparePage::fillReference() {
    const QString before = m_reference->currentText();
    m_reference->clear();
    for (const ComparisonRow& row : comparisonTable(figures(), m_grouped->isChecked(), false).rows)
        m_reference->addItem(row.name);
    m_reference->setCurrentIndex(std::max(0, m_reference->findText(before)));
    m_reference->setEnabled(m_reference->count() > 1 && anyPairs(figures()));
}

void ComparePage::showGallery() {
    const auto find = [this](RunId id) {
        const auto found =
            std::find_if(figures().begin(), figures().end(), [id](const RunFigures& one) { return one.run.id == id; });
        return found == figures().end() ? nullptr : &*found;
    };
    const RunFigures* a = m_cell ? find(m_cell->first) : nullptr;
    const RunFigures* b = m_cell ? find(m_cell->second) : nullptr;
    if (a == nullptr || b == nullptr) {
        m_cell.reset();
        m_gallery->setContent(m_figures, disputedSamples(figures()), tr("where the ticked runs differ"), false);
    } else if (a == b) {
        m_gallery->setContent(m_figures, sharedSuspects(*a, *a), tr("suspects of %1").arg(titleOf(*a)), true);
    } else if (m_cellMeaning->currentIndex() == 0) {
        m_gallery->setContent(m_figures, differingSuspects(*a, *b),
                              tr("suspects of exactly one: %1, %2").arg(titleOf(*a), titleOf(*b)), true);
    } else {
        m_gallery->setContent(m_figures, sharedSuspects(*a, *b),
                              tr("suspects of both: %1, %2").arg(titleOf(*a), titleOf(*b)), true);
    }
}

ComparisonTable ComparePage::table() const {
    MethodDefaults defaults;
    for (const RunFigures& one : figures())
        if (const auto method = m_workspace.registry().methods.find(one.run.config.method))
            if (const auto usual = completeParams(method->description().params, {}))
                defaults[one.run.config.method] = *usual;
    return comparisonTable(figures(), m_grouped->isChecked(), m_onlyDifferences->isChecked(),
                           std::size_t(std::max(0, m_reference->currentIndex())), defaults);
}

void ComparePage::showTable() {
    const ComparisonTable shown = table();
    const PlotTheme theme = PlotTheme::fromPalette(palette());
    m_table->clear();
    m_table->setColumnCount(int(shown.columns.size()));
    m_table->setHorizontalHeaderLabels(shown.columns);
    for (int column = 0; column < m_table->columnCount(); ++column)
        if (shown.columns[column].startsWith(QStringLiteral("Δ")))
            m_table->horizontalHeaderItem(column)->setToolTip(
                tr("Difference to %1 between runs with the same seed and the same labels, whichever of them count: the mean of the pairs ± the half-width "
                   "of its 95 % interval, and in brackets how many pairs")
                    .arg(m_reference->currentText()));
    m_table->setRowCount(int(shown.rows.size()));
    for (std::size_t row = 0; row < shown.rows.size(); ++row) {
        auto* name = new QTableWidgetItem(stripe(theme, shown.rows[row].colour), shown.rows[row].name);
        name->setToolTip(shown.rows[row].name);
        m_table->setVerticalHeaderItem(int(row), name);
        for (int column = 0; column < shown.rows[row].cells.size(); ++column) {
            auto* item = new QTableWidgetItem(shown.rows[row].cells[column]);
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            m_table->setItem(int(row), column, item);
        }
    }
    m_table->resizeColumnsToContents();
    m_copy->setEnabled(!shown.rows.empty());
    m_export->setEnabled(!shown.rows.empty());
    QStringList missing;
    for (const RunFigures& one : figures())
        if (!one.detectionMissing.isEmpty()) missing << tr("%1: %2").arg(titleOf(one), one.detectionMissing);
    if (shown.rows.size() > 1 && !shown.paired)
        missing << (m_reference->isEnabled()
                        ? tr("no differences to %1: no finished run has its seed and its labels")
                              .arg(m_reference->currentText())
                        : tr("no differences: no two finished runs have the same seed and the same labels"));
    m_note->setText(figures().empty() ? tr("Tick runs on the left to compare them.")
                                      : missing.join(QStringLiteral("; ")));
}

void ComparePage::copyTable() {
    const ComparisonTable shown = table();
    QString text = tr("run");
    for (const QString& column : shown.columns) text += QLatin1Char('\t') + column;
    text += QLatin1Char('\n');
    for (const ComparisonRow& row : shown.rows)
        text += row.name + QLatin1Char('\t') + row.cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    QApplication::clipboard()->setText(text);
    Q_EMIT m_workspace.notice(tr("Table copied."));
}

void ComparePage::exportTable() {
    auto* dialog = new QFileDialog(this, tr("Export table"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("CSV (*.csv)"), tr("Markdown (*.md)")});
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.contains(QLatin1String("*.md")) ? QStringLiteral("md") : QStringLiteral("csv"));
    });
    connect(dialog, &QFileDialog::fileSelected, this, [this, shown = table()](const QString& file) {
        const QByteArray bytes = (file.endsWith(QLatin1String(".md")) ? shown.toMarkdown() : shown.toCsv()).toUtf8();
        const Status saved = writeFileAtomically(std::filesystem::path(QFile::encodeName(file).toStdString()),
                                                 std::string_view(bytes.constData(), std::size_t(bytes.size())));
        Q_EMIT m_workspace.notice(saved ? tr("Table saved: %1").arg(file)
                                        : QString::fromStdString(saved.error().sentence()));
    });
    dialog->open();
}

} // namespace assay::ui
