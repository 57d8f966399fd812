// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/gallery/filter_panel.h"
#include "ui/gallery/gallery_panel.h"
#include "ui/gallery/gallery_view.h"
#include "ui/models/gallery_model.h"
#include "ui/review/inspector.h"
#include "ui/review/review_controller.h"
#include "ui/review/review_page.h"
#include "ui/runs/loss_curves_dialog.h"
#include "ui/session/workspace.h"
#include "ui/window/action_list.h"
#include "ui/window/audit_page.h"
#include "ui/window/main_window.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QDockWidget>
#include <QMenu>
#include <QMenuBar>

namespace assay::ui {

namespace {

constexpr int kDigitKeys = 10;

QString relabelId(int digit) { return QStringLiteral("relabel-%1").arg(digit); }

} // namespace

void MainWindow::buildMenus() {
    buildFileMenu();
    buildEditMenu();
    buildViewMenu();
    buildDataMenu();
    buildRunMenu();
    buildReviewMenu();
    buildHelpMenu();
    for (QMenu* menu : menuBar()->findChildren<QMenu*>()) menu->setToolTipsVisible(true);
}

void MainWindow::buildFileMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&File"));
    m_actions->add(QStringLiteral("open-file"), tr("&Open file…"),
                   tr("Open a table, an archive, or a CIFAR or IDX file"), menu, {QKeySequence::Open},
                   [this] { askFile(); });
    m_actions->add(QStringLiteral("open-folder"), tr("Open &folder…"), tr("Open a folder of pictures"), menu,
                   {QKeySequence(tr("Ctrl+Shift+O"))}, [this] { askFolder(); });
    m_actions->add(QStringLiteral("open-project"), tr("Open &project…"), tr("Open a .assay file"), menu,
                   {QKeySequence(tr("Ctrl+Alt+O"))}, [this] { askProject(); });
    m_recentMenu = menu->addMenu(tr("&Recent projects"));
    m_recentMenu->setObjectName(QStringLiteral("recentMenu"));
    m_actions->add(QStringLiteral("open-example"), tr("Open the exa&mple"),
                   tr("10,000 pictures of clothes with a fifth of their labels flipped"), menu, {},
                   [this] { m_workspace->openExample(); });
    m_actions->add(
        QStringLiteral("import-probabilities"), tr("&Import probabilities or features…"),
        tr("Review by your own model's out-of-sample probabilities (.npy or .csv), by its features, or by both, without a run"),
        menu, {}, [this] { importProbabilities(); });
    menu->addSeparator();
    m_actions->add(QStringLiteral("save-as"), tr("Save project &as…"),
                   tr("Copy the project to another file and go on there"), menu, {QKeySequence::SaveAs},
                   [this] { saveProjectAs(); });
    m_actions->add(QStringLiteral("export"), tr("&Export labels…"), tr("Write the cleaned labels"), menu,
                   {QKeySequence(tr("Ctrl+E"))}, [this] { exportLabels(); });
    menu->addSeparator();
    m_actions->add(QStringLiteral("close-project"), tr("&Close project"), tr("Back to the start page"), menu,
                   {QKeySequence::Close}, [this] { m_workspace->closeProject(); });
    m_actions->add(QStringLiteral("quit"), tr("&Quit"), tr("Close the window; everything is saved already"), menu,
                   {QKeySequence(tr("Ctrl+Q"))}, [this] { close(); });
}

void MainWindow::buildEditMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Edit"));
    m_actions->add(QStringLiteral("undo"), tr("&Undo"), tr("Take the last step back"), menu, {QKeySequence::Undo},
                   [this] { m_audit->controller().undo(); });
    m_actions->add(QStringLiteral("redo"), tr("&Redo"), tr("Take the last undo back"), menu,
                   {QKeySequence(tr("Ctrl+Shift+Z")), QKeySequence(tr("Ctrl+Y"))},
                   [this] { m_audit->controller().redo(); });
    menu->addSeparator();
    m_actions->add(QStringLiteral("select-all"), tr("Select &all"), tr("Select every picture of the view"), menu,
                   {QKeySequence::SelectAll}, [this] { m_audit->gallery().view()->selectAll(); });
    m_actions->add(QStringLiteral("copy-names"), tr("&Copy names"), tr("Copy the names of the selected pictures"), menu,
                   {QKeySequence(tr("Ctrl+Shift+C"))}, [this] {
                       QStringList names;
                       const auto dataset = m_workspace->dataset();
                       for (const SampleIndex sample : m_audit->controller().targets())
                           names << QString::fromUtf8(dataset->names[sample.value].data(),
                                                      qsizetype(dataset->names[sample.value].size()));
                       QApplication::clipboard()->setText(names.join(QLatin1Char('\n')));
                       say(tr("%Ln names copied", nullptr, int(names.size())));
                   });
    m_actions->add(QStringLiteral("find"), tr("&Find in names…"), tr("Filter by file or class name"), menu,
                   {QKeySequence::Find}, [this] {
                       showLayout(Layout::Audit);
                       m_docks[0]->show();
                       m_docks[0]->raise();
                       m_filters->focusText();
                   });
    menu->addSeparator();
    m_actions->add(QStringLiteral("palette"), tr("Co&mmands…"), tr("Find any command by some of its letters"), menu,
                   {QKeySequence(tr("Ctrl+Shift+P"))}, [this] { showPalette(); });
    m_actions->add(QStringLiteral("shortcuts"), tr("&Keyboard shortcuts…"), tr("See and change every shortcut"), menu,
                   {QKeySequence(QStringLiteral("?"))}, [this] { showShortcuts(); });
}

void MainWindow::buildViewMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&View"));
    const std::pair<QString, QString> layouts[] = {{tr("&Audit"), tr("Find suspects and decide")},
                                                   {tr("&Train"), tr("Set runs up and watch them")},
                                                   {tr("&Compare"), tr("Which method, and on which pictures")}};
    for (int i = 0; i < 3; ++i)
        m_actions->add(QStringLiteral("layout-%1").arg(i + 1), layouts[i].first, layouts[i].second, menu,
                       {QKeySequence(QStringLiteral("Ctrl+%1").arg(i + 1))}, [this, i] { showLayout(Layout(i)); });
    menu->addSeparator();
    const char* docks[] = {"filters", "inspector", "history", "log", "pairs", "detectors"};
    for (std::size_t i = 0; i < m_docks.size(); ++i) {
        QAction* action =
            m_actions->addToggle(QStringLiteral("dock-") + QLatin1String(docks[i]), m_docks[i]->windowTitle(),
                                 tr("Show or hide this panel"), menu, {}, [this, i](bool on) {
                                     m_docks[i]->setVisible(on);
                                     if (on) m_docks[i]->raise();
                                 });
        connect(m_docks[i], &QDockWidget::visibilityChanged, action,
                [action, dock = m_docks[i]] { action->setChecked(!dock->isHidden()); });
    }
    m_actions->add(QStringLiteral("next-panel"), tr("Next &panel"), tr("Move the keyboard to the next panel"), menu,
                   {QKeySequence(Qt::Key_F6)}, [this] { cyclePanels(); });
    m_actions->addToggle(QStringLiteral("truth"), tr("Sho&w true labels"),
                         tr("Show the true label in the inspector, where it is known"), menu, {},
                         [this](bool on) { m_inspector->setTruthShown(on); });
    menu->addSeparator();
    QMenu* themes = menu->addMenu(tr("T&heme"));
    auto* group = new QActionGroup(this);
    const std::pair<Theme, QString> choices[] = {
        {Theme::Desktop, tr("Follow the &desktop")}, {Theme::Light, tr("&Light")}, {Theme::Dark, tr("Dar&k")}};
    for (const auto& [theme, text] : choices)
        group->addAction(m_actions->addToggle(QStringLiteral("theme-") + themeId(theme), text,
                                              tr("Colours of the window"), themes, {},
                                              [this, theme = theme](bool) { setTheme(theme); }));
    m_actions->action(QStringLiteral("theme-auto"))->setChecked(true);
    m_actions->addToggle(QStringLiteral("full-screen"), tr("F&ull screen"), tr("Use the whole screen"), menu,
                         {QKeySequence(Qt::Key_F11)}, [this](bool on) { on ? showFullScreen() : showNormal(); });
    m_actions->add(QStringLiteral("reset-layout"), tr("&Reset layout"),
                   tr("Put every panel back where it was at first"), menu, {}, [this] { resetLayout(); });
}

void MainWindow::buildDataMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Data"));
    m_actions->add(QStringLiteral("noise"), tr("Inject &noise…"),
                   tr("Flip labels on purpose, to measure what finds them"), menu, {}, [this] { injectNoise(); });
    m_actions->add(QStringLiteral("import-labels"), tr("Import &labels…"),
                   tr("Take the labels of a table instead of the given ones"), menu, {}, [this] { importLabels(); });
    m_actions->add(QStringLiteral("unreadable"), tr("&Unreadable files…"), tr("List what was left out, and why"), menu,
                   {}, [this] { showUnreadable(); });
    menu->addSeparator();
    m_actions->add(QStringLiteral("given-view"), tr("Show labels &without a run"), tr("Look at the labels alone"), menu,
                   {}, [this] { m_workspace->showNoRun(); });
}

void MainWindow::buildRunMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Run"));
    m_actions->add(QStringLiteral("find-suspects"), tr("&Find suspects"),
                   tr("Start a short run that separates wrong labels quickly"), menu, {QKeySequence(Qt::Key_F5)},
                   [this] { findSuspects(); });
    m_actions->add(QStringLiteral("new-run"), tr("&New run…"), tr("Choose method, labels and settings"), menu,
                   {QKeySequence(Qt::Key_N)}, [this] { newRun(); });
    m_actions->add(
        QStringLiteral("cross-validate"), tr("Cross-&validate…"),
        tr("A run for each part of the data, which holds it out: every sample is judged by a network that has not learnt its label"),
        menu, {}, [this] { crossValidate(); });
    m_actions->add(QStringLiteral("recipe"), tr("Run rec&ipe…"),
                   tr("A grid of labels, networks, methods and seeds, run in order and compared"), menu, {},
                   [this] { runRecipe(); });
    m_actions->add(QStringLiteral("retrain"), tr("&Retrain on cleaned labels"),
                   tr("The same settings on the labels as they are now"), menu, {QKeySequence(tr("Ctrl+R"))},
                   [this] { retrain(); });
    m_actions->add(
        QStringLiteral("suspects-unlabelled"), tr("Treat suspects as &unlabelled"),
        tr("Train FixMatch: the suspects of the run on show lose their labels, the rest keeps them; both runs stand in Compare"),
        menu, {}, [this] { treatSuspectsAsUnlabelled(); });
    menu->addSeparator();
    m_actions->add(QStringLiteral("pause"), tr("&Pause or continue"), tr("Pause the run, or let it go on"), menu,
                   {QKeySequence(tr("Ctrl+Space"))},
                   [this] { m_workspace->paused() ? m_workspace->continueRun() : m_workspace->pauseRun(); });
    m_actions->add(QStringLiteral("stop"), tr("&Stop"), tr("Stop the run after this batch; it can be resumed"), menu,
                   {QKeySequence(tr("Ctrl+."))}, [this] {
                       if (const auto run = m_workspace->runningRun()) m_workspace->stopRun(*run);
                   });
    m_actions->add(QStringLiteral("resume"), tr("R&esume this run"), tr("Continue a stopped run from its last epoch"),
                   menu, {}, [this] {
                       if (const auto run = m_workspace->currentRun()) m_workspace->resumeRun(*run);
                   });
    menu->addSeparator();
    m_actions->add(QStringLiteral("run-log"), tr("L&og of this run…"),
                   tr("What the run on show has told: settings, notes, figures of every epoch"), menu, {},
                   [this] { showRunLog(); });
    m_actions->add(QStringLiteral("compare-losses"), tr("&Compare losses…"),
                   tr("The losses as curves over the probability of the label, with their gradients"), menu, {},
                   [this] { LossCurvesDialog::show(*m_workspace, this); });
    m_actions->add(QStringLiteral("live"), tr("Follow &live"), tr("Show the newest epoch of the running run"), menu,
                   {QKeySequence(tr("Ctrl+L"))}, [this] { m_workspace->followLive(); });
}

void MainWindow::buildReviewMenu() {
    QMenu* menu = menuBar()->addMenu(tr("Revie&w"));
    ReviewController* review = &m_audit->controller();
    const QVector<QWidget*> places{m_audit->gallery().view(), &m_audit->review(), m_inspector};
    const auto key = [&](const QString& id, const QString& text, const QString& help,
                         std::initializer_list<QKeySequence> keys, std::function<void()> act) {
        m_actions->confine(m_actions->add(id, text, help, menu, keys, std::move(act)), places);
    };
    key(QStringLiteral("review-enter"), tr("&Open or accept"),
        tr("Open the picture; in review, or on several, accept the suggestion"),
        {QKeySequence(Qt::Key_Return), QKeySequence(Qt::Key_Enter)}, [review] { review->enter(); });
    key(QStringLiteral("review-accept"), tr("&Accept the suggestion"),
        tr("Give the suggested label, on the selection in one step"), {}, [review] { review->accept(); });
    key(QStringLiteral("review-keep"), tr("&Keep the label"), tr("The given label is right"),
        {QKeySequence(Qt::Key_Space)}, [review] { review->keep(); });
    key(QStringLiteral("review-flag"), tr("&Flag"), tr("Unclear: look at it later"), {QKeySequence(Qt::Key_F)},
        [review] { review->flag(); });
    key(QStringLiteral("review-exclude"), tr("E&xclude"), tr("Leave the picture out"), {QKeySequence(Qt::Key_X)},
        [review] { review->exclude(); });
    key(QStringLiteral("review-relabel"), tr("&Relabel by name…"), tr("Type the first letters of the class"),
        {QKeySequence(Qt::Key_R)}, [this] { m_audit->typeAhead({}); });
    key(QStringLiteral("review-undo"), tr("&Undo the last decision"), tr("Take the last step back and return to it"),
        {QKeySequence(Qt::Key_Backspace)}, [review] { review->undo(); });
    key(QStringLiteral("review-reopen"), tr("Take the &verdict away"), tr("Undecided again, as a step of its own"),
        {QKeySequence(Qt::Key_Delete)}, [review] { review->reopen(); });
    key(QStringLiteral("review-next"), tr("&Next picture"), tr("Without a decision"), {QKeySequence(tr("Ctrl+Right"))},
        [review] { review->next(); });
    key(QStringLiteral("review-previous"), tr("&Previous picture"), tr("Without a decision"),
        {QKeySequence(tr("Ctrl+Left"))}, [review] { review->previous(); });
    key(QStringLiteral("review-close"), tr("&Back to the gallery"), tr("Close the large picture"),
        {QKeySequence(Qt::Key_Escape)}, [review] { review->setOpen(false); });
    QAction* ranking =
        m_actions->addToggle(QStringLiteral("review-rerank"), tr("Re-rank as I &decide"),
                             tr("Sorted by all detectors: each decision moves on to what is most suspect by then"),
                             menu, {}, [review](bool on) { review->setReRanking(on); });
    ranking->setChecked(true);
    m_actions->addToggle(QStringLiteral("review-join-runs"), tr("&Join the detectors of all runs"),
                         tr("All detectors: those of the other runs on the same labels too, the newest eight"), menu,
                         {}, [this](bool on) { m_workspace->setJoinsRuns(on); });
    m_actions->add(
        QStringLiteral("errors-left"), tr("Errors &left…"),
        tr("Mix pictures drawn at random into the queue: they tell how many errors are left, and when to stop"), menu,
        {}, [this] { showErrorsLeft(); });
    QMenu* likeliest = menu->addMenu(tr("Give the l&ikeliest class"));
    const QString names[] = {tr("&Likeliest"), tr("&Second"), tr("&Third")};
    for (int place = 0; place < 3; ++place)
        m_actions->confine(
            m_actions->add(
                QStringLiteral("review-likeliest-%1").arg(place + 1), names[place],
                tr("One of the three classes that the inspector shows; keeps the label where it is that one"),
                likeliest, {QKeySequence(QStringLiteral("Alt+%1").arg(place + 1))},
                [review, place] { review->takeGuess(place); }),
            places);
    QMenu* classes = menu->addMenu(tr("Relabel a&s"));
    for (int digit = 0; digit < kDigitKeys; ++digit)
        m_actions->confine(m_actions->add(relabelId(digit), QString::number(digit),
                                          tr("Give this label, on the selection in one step"), classes,
                                          {QKeySequence(Qt::Key_0 + digit)},
                                          [review, digit] { review->relabel(digit); }),
                           places);
}

void MainWindow::fillClassKeys() {
    const auto dataset = m_workspace->dataset();
    for (int digit = 0; digit < kDigitKeys; ++digit) {
        QAction* action = m_actions->action(relabelId(digit));
        const bool known = dataset && digit < dataset->classCount();
        action->setVisible(known);
        action->setEnabled(known);
        if (known)
            action->setText(tr("Relabel as %1")
                                .arg(className(*m_workspace, digit).replace(QLatin1Char('&'), QStringLiteral("&&"))));
    }
}

void MainWindow::buildHelpMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Help"));
    m_actions->add(QStringLiteral("help"), tr("&Words and keys"), tr("What the words mean, and the way through"), menu,
                   {QKeySequence::HelpContents}, [this] { showHelp(); });
    m_actions->add(QStringLiteral("diagnostics"), tr("Copy &diagnostics"),
                   tr("Versions, machine and log, for a bug report"), menu, {}, [this] { copyDiagnostics(); });
    m_actions->add(QStringLiteral("about"), tr("&About Assay"), tr("Version and licence"), menu, {},
                   [this] { showAbout(); });
}

void MainWindow::updateActions() {
    const bool any = m_workspace->dataset() != nullptr;
    const bool write = any && !m_workspace->readOnly();
    const bool running = m_workspace->runningRun().has_value();
    const auto current = m_workspace->currentRun() ? m_workspace->run(*m_workspace->currentRun()) : std::nullopt;
    const bool over = current && (current->state == RunState::Stopped || current->state == RunState::Failed);
    const auto enable = [this](std::initializer_list<const char*> ids, bool on) {
        for (const char* id : ids) m_actions->action(QLatin1String(id))->setEnabled(on);
    };
    // clang-format off
    enable({"save-as", "export", "close-project", "select-all", "copy-names", "find", "layout-1", "layout-2",
            "layout-3", "dock-filters", "dock-inspector", "dock-history", "dock-log", "dock-pairs", "dock-detectors",
            "next-panel", "unreadable", "given-view", "review-enter", "review-next", "review-previous", "review-close",
            "truth", "reset-layout", "errors-left", "review-join-runs", "review-likeliest-1", "review-likeliest-2",
            "review-likeliest-3"},
           any);
    // clang-format on
    enable({"undo", "redo", "noise", "import-labels", "import-probabilities", "find-suspects", "new-run",
            "cross-validate", "recipe"},
           write);
    enable({"review-accept", "review-keep", "review-flag", "review-exclude", "review-relabel", "review-undo",
            "review-reopen"},
           any);
    enable({"retrain"}, write && current.has_value());
    enable({"suspects-unlabelled"},
           write && current && current->epochsDone > 0 &&
               (!m_workspace->engineReady() || m_workspace->registry().methods.find("fixmatch")));
    enable({"pause", "stop", "live"}, running);
    enable({"resume"}, write && over);
    enable({"run-log"}, current.has_value());
    enable({"close-project"}, any && !running);
}

void MainWindow::cyclePanels() {
    QVector<QWidget*> panels{m_audit->gallery().view()};
    if (m_audit->controller().isOpen()) panels << &m_audit->review();
    for (QDockWidget* dock : m_docks)
        if (dock->isVisible()) panels << dock->widget();
    QWidget* focus = QApplication::focusWidget();
    qsizetype at = -1;
    for (qsizetype i = 0; i < panels.size(); ++i)
        if (focus != nullptr && (panels[i] == focus || panels[i]->isAncestorOf(focus))) at = i;
    QWidget* next = panels[(at + 1) % panels.size()];
    if (next->focusPolicy() == Qt::NoFocus)
        for (QWidget* child : next->findChildren<QWidget*>())
            if (child->isVisible() && child->isEnabled() && (child->focusPolicy() & Qt::TabFocus)) {
                next = child;
                break;
            }
    next->setFocus(Qt::TabFocusReason);
}

} // namespace assay::ui
