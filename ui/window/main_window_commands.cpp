// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/csv.h"
#include "core/base/files.h"
#include "core/base/text.h"
#include "core/data/pixel_store.h"
#include "ui/review/errors_left_dialog.h"
#include "ui/runs/compare_page.h"
#include "ui/runs/new_run_dialog.h"
#include "ui/runs/recipe_dialog.h"
#include "ui/runs/run_log_dialog.h"
#include "ui/session/example.h"
#include "ui/session/opening.h"
#include "ui/session/workspace.h"
#include "ui/window/action_list.h"
#include "ui/window/audit_page.h"
#include "ui/window/banner.h"
#include "ui/window/command_palette.h"
#include "ui/window/export_dialog.h"
#include "ui/window/import_dialog.h"
#include "ui/window/import_progress.h"
#include "ui/window/log_panel.h"
#include "ui/window/main_window.h"
#include "ui/window/noise_dialog.h"
#include "ui/window/shortcuts_dialog.h"
#include "ui/window/start_page.h"
#include "ui/window/table_dialogs.h"

#include <QApplication>
#include <QClipboard>
#include <QDesktopServices>
#include <QDialogButtonBox>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <QStackedWidget>
#include <QSysInfo>
#include <QTextBrowser>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>

namespace assay::ui {

void MainWindow::open(const QString& path) {
    if (m_workspace->runningRun()) {
        warn(tr("A run is under way: stop it before another data set is opened"));
        return;
    }
    m_workspace->openDataset(path);
}

void MainWindow::askFolder() {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Open a folder of pictures"));
    if (!folder.isEmpty()) open(folder);
}

void MainWindow::askFile() {
    const QString file = QFileDialog::getOpenFileName(
        this, tr("Open a data set"), {},
        tr("Data sets (*.csv *.tsv *.tar *.gz *.tgz *.xz *.txz *.zip *.bin *.idx *ubyte*);;Projects (*.assay);;All files (*)"));
    if (!file.isEmpty()) open(file);
}

void MainWindow::askProject() {
    const QString folder = QString::fromStdString((userDataFolder() / "projects").string());
    const QString file =
        QFileDialog::getOpenFileName(this, tr("Open a project"), folder, tr("Assay projects (*.assay)"));
    if (!file.isEmpty()) open(file);
}

void MainWindow::onMissingDataset(const QString& project, const QString& location) {
    m_start->showIdle(tr("Folder not found: %1").arg(location));
    m_banner->show(Banner::Kind::Warning,
                   tr("The data set of this project is not at %1. Its decisions are safe.").arg(location),
                   tr("Locate…"), [this, project, location] {
                       QMessageBox kind(QMessageBox::Question, tr("Locate the data set"),
                                        tr("Is the data set a folder or a file?"), QMessageBox::Cancel, this);
                       auto* folder = kind.addButton(tr("Folder"), QMessageBox::AcceptRole);
                       auto* file = kind.addButton(tr("File"), QMessageBox::AcceptRole);
                       kind.exec();
                       QString found;
                       if (kind.clickedButton() == folder)
                           found = QFileDialog::getExistingDirectory(this, tr("Where is it now?"), location);
                       else if (kind.clickedButton() == file)
                           found = QFileDialog::getOpenFileName(this, tr("Where is it now?"), location);
                       if (!found.isEmpty()) m_workspace->openProjectAt(project, found);
                   });
}

void MainWindow::onColumnsNeeded(const QString& path, const QStringList& columns, const QString& file,
                                 const QString& label) {
    auto* dialog = new ColumnsDialog(path, columns, file, label, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this,
            [this, dialog, path] { m_workspace->openDataset(path, dialog->firstColumn(), dialog->secondColumn()); });
    dialog->open();
}

void MainWindow::findSuspects() {
    if (!m_workspace->dataset()) return;
    if (m_workspace->runningRun()) {
        say(tr("A run is under way already"));
        return;
    }
    LabelChoice labels;
    if (const auto base = m_workspace->baseLabelSetId()) {
        labels.kind = LabelChoice::Kind::Stored;
        labels.stored = *base;
    }
    RunConfig config = quickPreset();
    const QSettings settings;
    config.epochs = std::max(1, settings.value(QStringLiteral("quick/epochs"), config.epochs).toInt());
    config.subset = settings.value(QStringLiteral("quick/subset"), 0).toULongLong();
    m_workspace->startRun(config, labels);
}

void MainWindow::newRun() {
    constexpr int kNoFolds = 1;
    openNewRun(kNoFolds);
}

void MainWindow::crossValidate() {
    constexpr int kFolds = 5;
    openNewRun(kFolds);
}

void MainWindow::openNewRun(int folds) {
    if (!m_workspace->dataset() || m_workspace->readOnly()) return;
    auto* dialog = new NewRunDialog(*m_workspace, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFolds(folds);
    connect(dialog, &NewRunDialog::aboutToSweep, this, [this](int runs) { compareNext(runs, {}); });
    dialog->open();
}

void MainWindow::runRecipe() {
    if (!m_workspace->dataset() || m_workspace->readOnly()) return;
    auto* dialog = new RecipeDialog(*m_workspace, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &RecipeDialog::compareRequested, this, [this](const std::vector<RunId>& runs) {
        showLayout(Layout::Compare);
        static_cast<ComparePage*>(m_compare)->setTicked(runs);
    });
    connect(dialog, &QDialog::finished, this, [this, dialog] { m_recipe = dialog->chosen(); });
    if (!m_recipe.isEmpty()) dialog->choose(m_recipe);
    dialog->show();
}

void MainWindow::retrain() { m_workspace->retrainOnCleaned(); }

void MainWindow::treatSuspectsAsUnlabelled() {
    const auto judge = m_workspace->currentRun();
    if (judge) compareNext(1, {*judge});
    m_workspace->treatSuspectsAsUnlabelled();
}

void MainWindow::compareNext(int runs, std::vector<RunId> beside) {
    Comparison comparison{std::move(beside), RunId(0), std::size_t(runs)};
    for (const RunRecord& run : m_workspace->runs()) comparison.after = std::max(comparison.after, run.id);
    m_comparison = std::move(comparison);
    m_unlearnt.clear();
    m_sideBySide.clear();
}

void MainWindow::compareWithout() {
    if (!m_comparison) return;
    if (--m_comparison->runs == 0) m_comparison.reset();
    else tickComparison();
}

void MainWindow::tickComparison() {
    if (!m_comparison) return;
    std::vector<RunId> runs = m_comparison->with;
    std::size_t fresh = 0;
    for (const RunRecord& run : m_workspace->runs()) {
        if (run.id <= m_comparison->after) continue;
        runs.push_back(run.id);
        ++fresh;
    }
    if (fresh < m_comparison->runs) return;
    m_comparison.reset();
    static_cast<ComparePage*>(m_compare)->setTicked(runs);
    m_sideBySide =
        tr("%Ln runs stand side by side in Compare, where they go on as they train", nullptr, int(runs.size()));
    showSideBySide();
}

void MainWindow::showSideBySide() {
    const bool lost = !m_unlearnt.isEmpty();
    m_banner->show(lost ? Banner::Kind::Warning : Banner::Kind::Information,
                   lost ? m_unlearnt + QStringLiteral(". ") + m_sideBySide : m_sideBySide, tr("Compare"),
                   [this] { showLayout(Layout::Compare); });
}

void MainWindow::warnOfUnlearnt(const QString& sentence) {
    const bool shown = !m_sideBySide.isEmpty() && m_banner->sentence() == m_sideBySide;
    warn(sentence);
    if (m_comparison || shown) m_unlearnt = sentence;
    if (shown) showSideBySide();
}

void MainWindow::showRunLog() {
    const auto run = m_workspace->currentRun();
    if (!run) return;
    auto* dialog = new RunLogDialog(*m_workspace, *run, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

void MainWindow::exportLabels() {
    if (!m_workspace->project()) return;
    auto* dialog = new ExportDialog(*m_workspace, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ExportDialog::exported, this, [this](const QString& sentence, const QString& target) {
        m_banner->show(Banner::Kind::Information, sentence, tr("Open folder"),
                       [target] { QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(target).absolutePath())); });
        say(sentence);
    });
    dialog->open();
}

void MainWindow::injectNoise() {
    if (!m_workspace->dataset() || m_workspace->readOnly()) return;
    auto* dialog = new NoiseDialog(*m_workspace, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::importLabels() {
    if (!m_workspace->dataset() || m_workspace->readOnly()) return;
    const QString file =
        QFileDialog::getOpenFileName(this, tr("Labels"), {}, tr("Tables (*.csv *.tsv *.txt);;All files (*)"));
    if (file.isEmpty()) return;
    m_pool.run([path = std::filesystem::path(QFile::encodeName(file).toStdString())] { return guessColumns(path); },
               [this, file, asked = m_workspace->dataset()](Result<TableColumns> guess) {
                   if (asked != m_workspace->dataset()) return;
                   if (!guess) warn(QString::fromStdString(guess.error().sentence()));
                   else askLabelColumns(file, *guess);
               });
}

void MainWindow::askLabelColumns(const QString& file, const TableColumns& guess) {
    if (guess.names.size() < 2) return m_workspace->importLabels(file, {});
    QStringList names;
    QString truth;
    for (const std::string& name : guess.names) {
        names << QString::fromStdString(name);
        const std::string lower = asciiLower(name);
        if (lower == "true_label" || lower == "clean_label") truth = names.back();
    }
    auto* dialog = new ColumnsDialog(file, names, QString::fromStdString(guess.label), {}, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setQuestion(tr("Which column holds the labels, and is there one with the truth?"), tr("&Label"),
                        tr("&Truth"), true);
    if (!truth.isEmpty()) dialog->setSecondColumn(truth);
    connect(dialog, &QDialog::accepted, this, [this, dialog, file] {
        m_workspace->importLabels(file, {dialog->firstColumn().toStdString(), dialog->secondColumn().toStdString()});
    });
    dialog->open();
}

void MainWindow::importProbabilities() {
    if (!m_workspace->dataset() || m_workspace->readOnly()) return;
    auto* dialog = new ImportDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        auto* progress = new ImportProgress(*m_workspace, this);
        progress->setAttribute(Qt::WA_DeleteOnClose);
        m_workspace->importProbabilities(dialog->files());
    });
    dialog->open();
}

void MainWindow::showErrorsLeft() {
    if (!m_workspace->dataset()) return;
    if (auto* open = findChild<ErrorsLeftDialog*>()) return open->raise();
    auto* dialog = new ErrorsLeftDialog(*m_workspace, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

void MainWindow::showUnreadable() {
    const auto dataset = m_workspace->dataset();
    if (!dataset) return;
    std::vector<std::pair<QString, QString>> problems;
    for (const Problem& problem : dataset->unreadable)
        problems.emplace_back(QString::fromStdString(problem.file), QString::fromStdString(problem.reason));
    auto* dialog = new UnreadableDialog(problems, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::showPalette() {
    auto* palette = new CommandPalette(*m_actions, this);
    palette->setAttribute(Qt::WA_DeleteOnClose);
    palette->open();
}

void MainWindow::showShortcuts() {
    auto* dialog = new ShortcutsDialog(*m_actions, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::showHelp() {
    auto* dialog = new QDialog(this);
    dialog->setObjectName(QStringLiteral("helpDialog"));
    dialog->setWindowTitle(tr("Words and keys"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    auto* text = new QTextBrowser(dialog);
    text->setObjectName(QStringLiteral("helpText"));
    text->setAccessibleName(tr("Words and keys"));
    text->setMarkdown(tr(
        "## The way through\n"
        "1. Open a folder, a table, an archive or the example.\n"
        "2. **F5** finds suspects with a short run; **N** sets up a run of your own.\n"
        "3. Drag the threshold in the histogram; the gallery follows.\n"
        "4. **Enter** opens a picture, and in review accepts the suggestion. **Space** keeps, **0–9** relabel (**R** asks for any class), **Alt+1** to "
        "**Alt+3** take one of the likeliest classes, **F** flags, **X** excludes, **Delete** takes a decision back, **Backspace** undoes. On a selection the same key is one step.\n"
        "5. **Ctrl+R** trains again on the cleaned labels, **Ctrl+3** compares, **Ctrl+E** exports.\n\n"
        "## Words\n"
        "- **sample**: one picture with its label\n"
        "- **given label** ●: as the data set came; **true label**: where it is known; **effective label**: given, with your "
        "decisions applied\n"
        "- **suspect** ◆: a sample past the threshold in force\n"
        "- **p(noisy)**: probability that a label is wrong, 0 to 1, from the two groups that the losses form\n"
        "- **evidence**: what a run recorded of each sample in each epoch\n"
        "- **run**: one method trained once; **decision**: keep, flag, relabel, exclude; **journal**: every decision, each undoable\n"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, dialog);
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    auto* layout = new QVBoxLayout(dialog);
    layout->addWidget(text);
    layout->addWidget(buttons);
    dialog->resize(640, 520);
    dialog->open();
}

void MainWindow::showAbout() {
    QMessageBox::about(
        this, tr("About Assay"),
        tr("<h3>Assay %1</h3><p>Finds and mends wrong image labels, on this computer and without a network.</p>"
           "<p>Copyright the Assay authors. GPL-3.0-or-later.</p>")
            .arg(QApplication::applicationVersion()));
}

QString MainWindow::diagnostics() const {
    QString text = QStringLiteral("Assay %1, Qt %2, %3, %4\n")
                       .arg(QApplication::applicationVersion(), QString::fromLatin1(qVersion()),
                            QSysInfo::prettyProductName(), QSysInfo::currentCpuArchitecture());
    const EngineInfo& engine = m_workspace->engineInfo();
    QStringList devices;
    for (const std::string& device : engine.devices) devices << QString::fromStdString(device);
    text += QStringLiteral("LibTorch %1, %2, %3, devices %4\n")
                .arg(QString::fromStdString(engine.libtorch), QString::fromStdString(engine.blas),
                     QString::fromStdString(engine.cpu), devices.join(QStringLiteral(", ")));
    if (const auto dataset = m_workspace->dataset())
        text += QStringLiteral("%1, %2 samples, %3 classes, %4 unreadable\n")
                    .arg(QString::fromStdString(dataset->format))
                    .arg(dataset->size())
                    .arg(dataset->classCount())
                    .arg(dataset->unreadable.size());
    return text + QLatin1Char('\n') + m_log->text();
}

void MainWindow::copyDiagnostics() {
    QApplication::clipboard()->setText(diagnostics());
    say(tr("Diagnostics are in the clipboard"));
}

void MainWindow::saveProjectAs() {
    const auto project = m_workspace->project();
    if (!project) return;
    if (!m_workspace->settled()) return warn(tr("A run is under way: stop it before the project is saved elsewhere"));
    const QString file = QFileDialog::getSaveFileName(
        this, tr("Save project as"), QString::fromStdString(project->file().string()), tr("Assay projects (*.assay)"));
    if (file.isEmpty()) return;
    m_workspace->saveProjectAs(file);
}

} // namespace assay::ui
