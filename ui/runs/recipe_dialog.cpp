// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/recipe_dialog.h"

#include "core/project/experiment_plot.h"
#include "ui/plots/plot_text.h"
#include "ui/plots/plot_theme.h"
#include "ui/runs/run_text.h"
#include "ui/session/run_queue.h"
#include "ui/session/task_pool.h"
#include "ui/session/workspace.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFile>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QImage>
#include <QLabel>
#include <QPixmap>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QTabWidget>
#include <QTextBrowser>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace assay::ui {
namespace {

/// The table and the plot of what has finished.
struct Results {
    std::string markdown, png;
};

Result<Results> resultsOf(const RecipeGrid& grid, const Dataset& dataset, const Project& project) {
    ASSAY_TRY(const auto outcomes, outcomesOf(grid, dataset, project));
    const auto rows = summarise(grid.experiment, outcomes);
    ASSAY_TRY(std::string png, plotSummary(grid.experiment, rows, PlotFormat::Png));
    return Results{summaryMarkdown(grid.experiment, rows), std::move(png)};
}

/// Light and dark change places between the theme's background and foreground; hues stay.
void darken(QImage& picture, const PlotTheme& theme) {
    picture.convertTo(QImage::Format_RGB32);
    const auto between = [](int from, int to, int share) { return from + (to - from) * share / 255; };
    for (int y = 0; y < picture.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(picture.scanLine(y));
        for (int x = 0; x < picture.width(); ++x) {
            const auto [low, high] = std::minmax({qRed(line[x]), qGreen(line[x]), qBlue(line[x])});
            const int shift = 255 - low - high;
            line[x] = qRgb(between(theme.background.red(), theme.foreground.red(), qRed(line[x]) + shift),
                           between(theme.background.green(), theme.foreground.green(), qGreen(line[x]) + shift),
                           between(theme.background.blue(), theme.foreground.blue(), qBlue(line[x]) + shift));
        }
    }
}

/// The plot, which comes on white, in the window's colours.
QPixmap drawn(const std::string& png) {
    QImage picture = QImage::fromData(QByteArray::fromStdString(png), "PNG");
    if (const PlotTheme theme = PlotTheme::fromPalette(QGuiApplication::palette()); theme.dark) darken(picture, theme);
    QPixmap pixmap = QPixmap::fromImage(picture);
    pixmap.setDevicePixelRatio(kPlotPixels);
    return pixmap;
}

QString stateText(const RecipeGrid::Cell& cell) {
    if (!cell.run) return RecipeDialog::tr("to do");
    return RecipeDialog::tr("run %1: %2").arg(cell.run->id.value).arg(runStateText(*cell.run));
}

} // namespace

RecipeDialog::RecipeDialog(Workspace& workspace, QWidget* parent)
    : QDialog(parent), m_workspace(workspace), m_pool(new TaskPool(1, this)) {
    setObjectName(QStringLiteral("recipeDialog"));
    setWindowTitle(tr("Run recipe"));
    m_recipes = new QComboBox(this);
    m_recipes->setObjectName(QStringLiteral("recipeList"));
    m_recipes->setAccessibleName(tr("Recipe"));
    m_recipes->setPlaceholderText(tr("Choose a recipe"));
    for (const auto& file : bundledRecipes())
        m_recipes->addItem(QString::fromStdString(file.stem().string()), QFile::decodeName(file.c_str()));
    m_recipes->setCurrentIndex(-1);
    auto* other = new QPushButton(tr("&File…"), this);
    other->setObjectName(QStringLiteral("recipeFile"));
    auto* top = new QHBoxLayout;
    top->addWidget(m_recipes, 1);
    top->addWidget(other);
    m_difference = new QLabel(this);
    m_difference->setObjectName(QStringLiteral("recipeDifference"));
    m_difference->setWordWrap(true);
    m_difference->hide();
    m_tree = new QTreeWidget(this);
    m_tree->setObjectName(QStringLiteral("recipeGrid"));
    m_tree->setAccessibleName(tr("Runs of the recipe"));
    m_tree->setRootIsDecorated(false);
    m_tree->setUniformRowHeights(true);
    m_tree->setHeaderLabels({tr("Labels"), tr("Network"), tr("Method"), tr("Seed"), tr("State")});
    m_tabs = new QTabWidget(this);
    m_tabs->addTab(m_tree, tr("&Grid"));
    m_tabs->addTab(makeResults(), tr("&Results"));
    m_message = new QLabel(
        tr("A recipe is a grid of labels, networks, methods and seeds. What this project holds already is not trained again."),
        this);
    m_message->setObjectName(QStringLiteral("recipeMessage"));
    m_message->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    m_start = buttons->addButton(tr("&Start"), QDialogButtonBox::ActionRole);
    m_start->setObjectName(QStringLiteral("recipeStart"));
    m_compare = buttons->addButton(tr("&Compare"), QDialogButtonBox::ActionRole);
    m_compare->setObjectName(QStringLiteral("recipeCompare"));
    m_compare->setToolTip(tr("Show the finished runs on the Compare page"));
    m_export = buttons->addButton(tr("&Export…"), QDialogButtonBox::ActionRole);
    m_export->setObjectName(QStringLiteral("recipeExport"));
    m_export->setToolTip(tr("runs.csv, summary.csv, summary.md, summary.svg and summary.pdf"));
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(top);
    layout->addWidget(m_difference);
    layout->addWidget(m_tabs, 1);
    layout->addWidget(m_message);
    layout->addWidget(buttons);
    resize(860, 560);

    connect(m_recipes, &QComboBox::activated, this, [this] { load(m_recipes->currentData().toString()); });
    connect(other, &QPushButton::clicked, this, &RecipeDialog::chooseFile);
    connect(m_start, &QPushButton::clicked, this, &RecipeDialog::startMissing);
    connect(m_compare, &QPushButton::clicked, this, [this] { Q_EMIT compareRequested(m_grid->finishedRuns()); });
    connect(m_export, &QPushButton::clicked, this, &RecipeDialog::chooseFolder);
    connect(m_tabs, &QTabWidget::currentChanged, this, [this](int tab) {
        if (tab == 1) askResults();
    });
    for (const auto signal : {&Workspace::runsChanged, &Workspace::projectChanged})
        connect(&m_workspace, signal, this, &RecipeDialog::follow);
    connect(&m_workspace, &Workspace::epochArrived, this, &RecipeDialog::follow);
    connect(&m_workspace, &Workspace::runEnded, this, &RecipeDialog::follow);
    connect(&m_workspace, &Workspace::warning, this, [this] { // a run that could not be put into the queue
        m_waiting.clear();
        fillTree();
    });
    fillTree();
}

QWidget* RecipeDialog::makeResults() {
    auto* halves = new QSplitter(Qt::Vertical, this);
    halves->setChildrenCollapsible(false);
    m_table = new QTextBrowser(halves);
    m_table->setObjectName(QStringLiteral("recipeTable"));
    m_table->setAccessibleName(tr("Table of the results"));
    m_table->setLineWrapMode(QTextEdit::NoWrap);
    m_plot = new QLabel(halves);
    m_plot->setObjectName(QStringLiteral("recipePlot"));
    m_plot->setAccessibleName(tr("Plot of the results"));
    m_plot->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    auto* scroll = new QScrollArea(halves);
    scroll->setWidget(m_plot);
    scroll->setWidgetResizable(true);
    halves->addWidget(m_table);
    halves->addWidget(scroll);
    halves->setSizes({200, 300});
    return halves;
}

QString RecipeDialog::message() const { return m_message->text(); }

void RecipeDialog::say(const QString& text, bool problem) {
    m_message->setText(problem ? QStringLiteral("⚠ ") + text : text);
}

QString RecipeDialog::chosen() const { return m_recipes->currentData().toString(); }

void RecipeDialog::choose(const QString& file) {
    if (m_recipes->findData(file) < 0) m_recipes->addItem(file, file);
    m_recipes->setCurrentIndex(m_recipes->findData(file));
    load(file);
}

void RecipeDialog::load(const QString& file) {
    const int question = ++m_asked;
    m_grid.reset();
    m_started = false;
    m_waiting.clear();
    m_difference->hide();
    m_table->clear();
    m_plot->clear();
    fillTree();
    const auto dataset = m_workspace.dataset();
    const auto project = m_workspace.project();
    if (!dataset || !project) return say(tr("Open a data set first."), true);
    if (!m_workspace.engineReady()) return say(tr("The engine is still loading; this takes a few seconds."), true);
    auto experiment = readExperiment(QFile::encodeName(file).toStdString());
    auto grid = experiment ? planRecipe(std::move(*experiment), m_workspace.registry())
                           : Result<RecipeGrid>(tl::unexpected(experiment.error()));
    if (!grid) return say(QString::fromStdString(grid.error().sentence()), true);
    const QString difference = datasetDifference(grid->experiment, project->dataset().location);
    m_difference->setText(difference);
    m_difference->setVisible(!difference.isEmpty());
    say(tr("Looking up which runs the project holds…"));
    m_pool->run([plan = *grid, dataset, project] { return findLabelSets(plan, *dataset, *project); },
                [this, question, plan = *grid](auto sets) mutable {
                    if (question != m_asked) return;
                    if (!sets) return say(QString::fromStdString(sets.error().sentence()), true);
                    for (auto& [key, found] : *sets) plan.labelSets[key] = std::move(found);
                    m_grid = std::move(plan);
                    follow();
                    if (m_tabs->currentIndex() == 1) askResults();
                    Q_EMIT gridReady();
                });
}

void RecipeDialog::startMissing() {
    const auto dataset = m_workspace.dataset();
    const auto project = m_workspace.project();
    if (!m_grid || m_starting || !m_waiting.empty() || !dataset || !project || m_grid->missing().empty()) return;
    m_starting = true;
    fillTree();
    const int question = m_asked;
    m_pool->run([plan = *m_grid, dataset, project] { return storeLabelSets(plan, *dataset, *project); },
                [this, question, project](auto learnt) {
                    m_starting = false;
                    if (!learnt || question != m_asked || project != m_workspace.project()) {
                        fillTree();
                        if (!learnt) say(QString::fromStdString(learnt.error().sentence()), true);
                        return;
                    }
                    for (const auto& [key, set] : *learnt) m_grid->labelSets[key].insert(set);
                    m_grid->match(m_workspace.runs(), m_workspace.registry());
                    m_started = true;
                    for (const RecipeGrid::Cell* cell : m_grid->missing()) {
                        m_waiting[std::size_t(cell - m_grid->cells.data())] = !cell->run;
                        if (cell->run) {
                            m_workspace.resumeRun(cell->run->id);
                            continue;
                        }
                        LabelChoice labels;
                        labels.kind = LabelChoice::Kind::Stored;
                        labels.stored = learnt->at(cell->labels);
                        m_workspace.startRun(cell->config, labels);
                    }
                    follow();
                });
}

void RecipeDialog::follow() {
    if (!m_grid) return;
    const bool whole = m_grid->finished() == m_grid->cells.size();
    const std::size_t before = m_grid->finished();
    m_grid->match(m_workspace.runs(), m_workspace.registry());
    std::erase_if(m_waiting, [this](const auto& waiting) {
        const auto& run = m_grid->cells[waiting.first].run;
        return run && (waiting.second || !isOver(run->state));
    });
    fillTree();
    const std::size_t done = m_grid->finished();
    const std::size_t failed =
        std::size_t(std::count_if(m_grid->cells.begin(), m_grid->cells.end(),
                                  [](const auto& cell) { return cell.run && cell.run->state == RunState::Failed; }));
    QString text = tr("%1 of %2 runs are done").arg(countText(done), countText(m_grid->cells.size()));
    if (const std::size_t busy = m_grid->underWay(); busy > 0) text += tr(", %1 under way").arg(countText(busy));
    if (failed > 0) text += tr(", %1 failed").arg(countText(failed));
    say(text + QLatin1Char('.'), failed > 0);
    if (done != before && m_tabs->currentIndex() == 1) askResults();
    if (whole || done < m_grid->cells.size() || !m_started) return;
    m_started = false;
    m_tabs->setCurrentIndex(1);
    Q_EMIT compareRequested(m_grid->finishedRuns());
}

void RecipeDialog::fillTree() {
    const std::size_t cells = m_grid ? m_grid->cells.size() : 0;
    while (std::size_t(m_tree->topLevelItemCount()) > cells)
        delete m_tree->takeTopLevelItem(m_tree->topLevelItemCount() - 1);
    for (std::size_t i = 0; i < cells; ++i) {
        const RecipeGrid::Cell& cell = m_grid->cells[i];
        const Experiment& experiment = m_grid->experiment;
        QTreeWidgetItem* item = m_tree->topLevelItem(int(i));
        if (item == nullptr) {
            item = new QTreeWidgetItem(m_tree);
            item->setText(0, QString::fromStdString(experiment.labels[cell.cell.labels].name));
            item->setText(1, QString::fromStdString(experiment.networks[cell.cell.network]));
            item->setText(2, QString::fromStdString(experiment.methods[cell.cell.method].name));
            item->setText(3, QString::number(cell.cell.seed));
            item->setTextAlignment(3, Qt::AlignRight | Qt::AlignVCenter);
        }
        item->setText(4, stateText(cell));
    }
    if (cells > 0)
        for (int column = 0; column < 4; ++column) m_tree->resizeColumnToContents(column);
    const std::size_t missing = m_grid ? m_grid->missing().size() : 0;
    m_start->setText(missing > 0 ? tr("&Start %Ln runs", nullptr, int(missing)) : tr("&Start"));
    m_start->setEnabled(missing > 0 && !m_starting && m_waiting.empty() && !m_workspace.readOnly());
    const bool some = m_grid && m_grid->finished() > 0;
    m_compare->setEnabled(some);
    m_export->setEnabled(some);
}

void RecipeDialog::askResults() {
    const auto dataset = m_workspace.dataset();
    const auto project = m_workspace.project();
    if (!m_grid || !dataset || !project) return;
    const int question = m_asked;
    m_pool->run([plan = *m_grid, dataset, project] { return resultsOf(plan, *dataset, *project); },
                [this, question](Result<Results> results) {
                    if (question != m_asked) return;
                    if (!results) return say(QString::fromStdString(results.error().sentence()), true);
                    m_table->setMarkdown(QString::fromStdString(results->markdown));
                    m_plot->setPixmap(drawn(results->png));
                    Q_EMIT resultsReady();
                });
}

void RecipeDialog::exportTo(const QString& folder) {
    const auto dataset = m_workspace.dataset();
    const auto project = m_workspace.project();
    if (!m_grid || !dataset || !project) return;
    const std::filesystem::path to = QFile::encodeName(folder).toStdString();
    m_pool->run(
        [plan = *m_grid, dataset, project, to]() -> Result<std::size_t> {
            ASSAY_TRY(const auto outcomes, outcomesOf(plan, *dataset, *project));
            ASSAY_CHECK_STATUS(writeExperiment(to, plan.experiment, outcomes));
            return outcomes.size();
        },
        [this, folder](const Result<std::size_t>& runs) {
            if (!runs) return say(QString::fromStdString(runs.error().sentence()), true);
            say(tr("Table and plots of %1 runs are in %2.").arg(countText(*runs), folder));
            Q_EMIT exported(folder);
        });
}

void RecipeDialog::chooseFile() {
    auto* dialog = new QFileDialog(this, tr("Recipe"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Recipes (*.toml)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, &RecipeDialog::choose);
    dialog->open();
}

void RecipeDialog::chooseFolder() {
    auto* dialog = new QFileDialog(this, tr("Folder for table and plots"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, &RecipeDialog::exportTo);
    dialog->open();
}

} // namespace assay::ui
