// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/main_window.h"

#include "ui/gallery/filter_panel.h"
#include "ui/gallery/gallery_panel.h"
#include "ui/gallery/gallery_view.h"
#include "ui/plots/elided_label.h"
#include "ui/plots/loss_histogram_panel.h"
#include "ui/review/class_pairs_panel.h"
#include "ui/review/detectors_panel.h"
#include "ui/review/errors_left_text.h"
#include "ui/review/history_panel.h"
#include "ui/review/inspector.h"
#include "ui/review/review_controller.h"
#include "ui/review/review_page.h"
#include "ui/runs/compare_page.h"
#include "ui/runs/train_page.h"
#include "ui/session/run_queue.h"
#include "ui/session/thumbnail_service.h"
#include "ui/session/workspace.h"
#include "ui/window/action_list.h"
#include "ui/window/audit_page.h"
#include "ui/window/banner.h"
#include "ui/window/desktop_link.h"
#include "ui/window/header_bar.h"
#include "ui/window/log_panel.h"
#include "ui/window/start_page.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabBar>
#include <QTimer>
#include <QToolBar>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace assay::ui {

namespace {

constexpr int kLayoutVersion = 2;
constexpr int kNoticeMs = 9000;
constexpr int kMostRecent = 12;
constexpr const char* kLayoutNames[] = {"audit", "train", "compare"};

} // namespace

MainWindow::MainWindow(std::shared_ptr<Registry> registry, QWidget* parent)
    : QMainWindow(parent), m_workspace(std::make_unique<Workspace>(std::move(registry))),
      m_thumbnails(std::make_unique<ThumbnailService>()), m_actions(new ActionList(this)),
      m_desktop(new DesktopLink(this)) {
    setObjectName(QStringLiteral("mainWindow"));
    setAcceptDrops(true);
    setDockNestingEnabled(true);
    buildUi();
    buildDocks();
    buildStatusBar();
    buildMenus();
    connectWorkspace();
    QSettings settings;
    m_actions->loadShortcuts(settings);
    constexpr QSize kWished(1360, 840), kFrame(8, 40); // what a window manager puts around it, about
    resize(kWished.boundedTo(screen()->availableSize() - kFrame));
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    for (int i = 0; i < 3; ++i)
        m_states[std::size_t(i)] =
            settings.value(QStringLiteral("layout/") + QLatin1String(kLayoutNames[i])).toByteArray();
    m_audit->restoreState(settings.value(QStringLiteral("layout/audit-splitter")).toByteArray());
    onDataset();
    fillRecent();
}

MainWindow::~MainWindow() = default;

void MainWindow::buildUi() {
    m_header = new HeaderBar(*m_workspace, this);
    auto* bar = new QToolBar(tr("Header"), this);
    bar->setObjectName(QStringLiteral("headerToolBar"));
    bar->setMovable(false);
    bar->setFloatable(false);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->toggleViewAction()->setVisible(false);
    bar->addWidget(m_header);
    addToolBar(Qt::TopToolBarArea, bar);
    connect(m_header, &HeaderBar::searchRequested, this, &MainWindow::showPalette);
    connect(m_header->layouts(), &QTabBar::currentChanged, this, [this](int index) { showLayout(Layout(index)); });

    auto* central = new QWidget(this);
    m_banner = new Banner(central);
    m_center = new QStackedWidget(central);
    m_start = new StartPage(m_center);
    m_audit = new AuditPage(*m_workspace, *m_thumbnails, m_center);
    auto* train = new TrainPage(*m_workspace, m_center);
    auto* compare = new ComparePage(*m_workspace, *m_thumbnails, m_center);
    m_train = train;
    m_compare = compare;
    for (QWidget* page : {static_cast<QWidget*>(m_start), static_cast<QWidget*>(m_audit), m_train, m_compare})
        m_center->addWidget(page);
    auto* layout = new QVBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_banner);
    layout->addWidget(m_center, 1);
    setCentralWidget(central);

    connect(m_start, &StartPage::exampleRequested, m_workspace.get(), &Workspace::openExample);
    connect(m_start, &StartPage::folderRequested, this, &MainWindow::askFolder);
    connect(m_start, &StartPage::fileRequested, this, &MainWindow::askFile);
    connect(m_start, &StartPage::projectRequested, this, &MainWindow::askProject);
    connect(m_start, &StartPage::recentRequested, this, &MainWindow::open);
    connect(m_start, &StartPage::cancelRequested, m_workspace.get(), &Workspace::cancelOpening);
    connect(&m_audit->histogram(), &LossHistogramPanel::newRunRequested, this, &MainWindow::findSuspects);
    connect(&m_audit->histogram(), &LossHistogramPanel::importRequested, this, &MainWindow::importProbabilities);
    connect(m_audit, &AuditPage::showSamples, this, &MainWindow::showSamples);
    connect(&m_audit->histogram(), &LossHistogramPanel::expandRequested, this, [this] { showLayout(Layout::Train); });
    connect(&m_audit->controller(), &ReviewController::openChanged, this, &MainWindow::updateKeys);
    connect(&m_audit->controller(), &ReviewController::figuresChanged, this, &MainWindow::updateFigures);
    connect(train, &TrainPage::newRunRequested, this, &MainWindow::newRun);
    connect(train, &TrainPage::importRequested, this, &MainWindow::importProbabilities);
    connect(train, &TrainPage::logRequested, this, &MainWindow::showRunLog);
    connect(train, &TrainPage::showSamples, this, &MainWindow::showSamples);
    connect(train, &TrainPage::showPseudoLabels, this, &MainWindow::showPseudoLabels);
    connect(compare, &ComparePage::newRunRequested, this, &MainWindow::newRun);
    connect(compare, &ComparePage::showSamples, this, &MainWindow::showSamples);
}

QDockWidget* MainWindow::addDock(const QString& name, const QString& title, QWidget* content, Qt::DockWidgetArea area) {
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setWidget(content);
    addDockWidget(area, dock);
    return dock;
}

void MainWindow::buildDocks() {
    m_filters = new FilterPanel(*m_workspace, this);
    m_inspector = new Inspector(*m_workspace, *m_thumbnails, m_audit->gallery(), this);
    m_log = new LogPanel(this);
    m_docks[0] = addDock(QStringLiteral("filtersDock"), tr("Filters"), m_filters, Qt::LeftDockWidgetArea);
    m_docks[1] = addDock(QStringLiteral("inspectorDock"), tr("Inspector"), m_inspector, Qt::RightDockWidgetArea);
    m_docks[2] = addDock(QStringLiteral("historyDock"), tr("History"), new HistoryPanel(*m_workspace, this),
                         Qt::LeftDockWidgetArea);
    m_docks[3] = addDock(QStringLiteral("logDock"), tr("Log"), m_log, Qt::BottomDockWidgetArea);
    auto* pairs = new ClassPairsPanel(*m_workspace, this);
    connect(pairs, &ClassPairsPanel::showSamples, this, &MainWindow::showSamples);
    connect(pairs, &ClassPairsPanel::findSuspectsRequested, this, &MainWindow::findSuspects);
    connect(pairs, &ClassPairsPanel::importRequested, this, &MainWindow::importProbabilities);
    m_docks[4] = addDock(QStringLiteral("pairsDock"), tr("Class pairs"), pairs, Qt::RightDockWidgetArea);
    auto* detectors = new DetectorsPanel(*m_workspace, this);
    connect(detectors, &DetectorsPanel::findSuspectsRequested, this, &MainWindow::findSuspects);
    connect(detectors, &DetectorsPanel::importRequested, this, &MainWindow::importProbabilities);
    m_docks[5] = addDock(QStringLiteral("detectorsDock"), tr("Detectors"), detectors, Qt::RightDockWidgetArea);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    connect(m_inspector, &Inspector::guessChosen, &m_audit->controller(), &ReviewController::takeGuess);
    connect(m_inspector, &Inspector::reviewRequested, this, [this] { m_audit->controller().setOpen(true); });
    for (QDockWidget* dock : m_docks) dock->hide();
}

void MainWindow::buildStatusBar() {
    m_keys = new QLabel(this);
    m_keys->setObjectName(QStringLiteral("keysLine"));
    m_notice = new ElidedLabel(this);
    m_notice->setObjectName(QStringLiteral("notice"));
    m_notice->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_figures = new QLabel(this);
    m_figures->setObjectName(QStringLiteral("reviewFigures"));
    m_noticeTimer = new QTimer(this);
    m_noticeTimer->setSingleShot(true);
    m_noticeTimer->setInterval(kNoticeMs);
    connect(m_noticeTimer, &QTimer::timeout, this, [this] {
        m_notice->clear();
        m_notice->setToolTip({});
        fitKeys();
    });
    m_keys->setContentsMargins(6, 0, 0, 0);
    m_figures->setContentsMargins(0, 0, 6, 0);
    statusBar()->setSizeGripEnabled(false);
    statusBar()->addWidget(m_keys);
    statusBar()->addWidget(m_notice, 1);
    statusBar()->addPermanentWidget(m_figures);
}

void MainWindow::connectWorkspace() {
    Workspace* workspace = m_workspace.get();
    connect(workspace, &Workspace::openingProgress, m_start, &StartPage::showProgress);
    connect(workspace, &Workspace::openingProgress, this, [this] { m_center->setCurrentWidget(m_start); });
    connect(workspace, &Workspace::openingFailed, this, [this](const QString& sentence) {
        m_start->showIdle(sentence);
        if (!sentence.isEmpty() && m_workspace->dataset()) warn(sentence);
    });
    connect(workspace, &Workspace::datasetMissing, this, &MainWindow::onMissingDataset);
    connect(workspace, &Workspace::columnsNeeded, this, &MainWindow::onColumnsNeeded);
    connect(workspace, &Workspace::datasetChanged, this, &MainWindow::onDataset);
    connect(workspace, &Workspace::projectChanged, this, &MainWindow::noteRecent);
    connect(workspace, &Workspace::projectChanged, this, &MainWindow::updateTitle);
    connect(workspace, &Workspace::notice, this, &MainWindow::say);
    connect(workspace, &Workspace::warning, this, &MainWindow::warn);
    connect(workspace, &Workspace::classesUnlearnt, this, &MainWindow::warnOfUnlearnt);
    connect(workspace, &Workspace::decisionFailed, this, &MainWindow::warn);
    connect(workspace, &Workspace::importFailed, this, &MainWindow::onImportFailed);
    connect(workspace, &Workspace::imported, this, [this] { m_banner->retract(std::exchange(m_importProblem, {})); });
    connect(workspace, &Workspace::runEnded, this, &MainWindow::onRunEnded);
    connect(workspace, &Workspace::engineLoaded, this, [this](const QString& warning) {
        if (!warning.isEmpty()) m_log->add(LogLevel::Warning, warning);
        if (!m_workspace->engineReady()) warn(warning);
        updateActions();
    });
    connect(workspace, &Workspace::runsChanged, this, &MainWindow::tickComparison, Qt::QueuedConnection);
    connect(workspace, &Workspace::projectChanged, this, [this] { m_comparison.reset(); });
    connect(workspace, &Workspace::runNotStarted, this, &MainWindow::compareWithout);
    connect(workspace, &Workspace::runsChanged, this, [this, workspace] {
        m_desktop->setAwake(workspace->runningRun().has_value() && !workspace->paused(), tr("A run is under way"));
    });
    for (const auto signal : {&Workspace::runsChanged, &Workspace::currentRunChanged, &Workspace::epochOnShowChanged,
                              &Workspace::selectionChanged, &Workspace::focusChanged})
        connect(workspace, signal, this, &MainWindow::updateActions);
    connect(workspace, &Workspace::selectionChanged, this, &MainWindow::updateKeys);
    connect(workspace, &Workspace::decisionsChanged, this, &MainWindow::updateActions);
    connect(workspace, &Workspace::decisionsChanged, this, &MainWindow::updateFigures);
    connect(workspace, &Workspace::auditChanged, this, &MainWindow::updateFigures);
}

void MainWindow::onDataset() {
    const auto dataset = m_workspace->dataset();
    m_thumbnails->setDataset(dataset);
    m_start->showIdle();
    fillClassKeys();
    if (dataset) {
        showLayout(m_layout);
        m_audit->gallery().view()->setFocus();
    } else {
        if (m_layoutShown) storeLayout();
        m_layoutShown = false;
        for (QDockWidget* dock : m_docks) dock->hide();
        m_center->setCurrentWidget(m_start);
        m_start->setFocus();
    }
    m_header->layouts()->setEnabled(dataset != nullptr);
    updateActions();
    updateTitle();
    updateKeys();
    updateFigures();
}

void MainWindow::showLayout(Layout layout) {
    const QSignalBlocker quiet(m_header->layouts());
    m_header->layouts()->setCurrentIndex(int(layout));
    if (m_layoutShown && layout != m_layout) storeLayout();
    const bool again = m_layoutShown && layout == m_layout;
    m_layout = layout;
    if (!m_workspace->dataset()) return;
    QWidget* pages[] = {m_audit, m_train, m_compare};
    m_center->setCurrentWidget(pages[int(layout)]);
    m_workspace->setFollowsQueue(layout != Layout::Audit);
    if (!again) recallLayout();
    m_layoutShown = true;
    if (layout == Layout::Audit) m_audit->gallery().view()->setFocus();
    else pages[int(layout)]->setFocus();
    updateKeys();
    updateActions();
    QTimer::singleShot(0, this, &MainWindow::nameDockTabs);
}

void MainWindow::nameDockTabs() {
    for (QTabBar* tabs : findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
        tabs->setObjectName(QStringLiteral("dockTabs"));
        tabs->setAccessibleName(tr("Panels"));
    }
}

void MainWindow::showSamples(const std::vector<SampleIndex>& samples, const QString& title) {
    if (samples.empty()) return say(tr("No picture to open: %1").arg(title));
    m_workspace->setFilter(m_workspace->filter().exactly(samples, title));
    showLayout(Layout::Audit);
}

void MainWindow::showPseudoLabels(const std::vector<SampleIndex>& samples, const QString& title, const QString& score) {
    if (samples.empty()) return say(tr("No picture to open: %1").arg(title));
    ViewFilter order;
    order.score = score;
    m_workspace->setFilter(order.exactly(samples, title));
    showLayout(Layout::Audit);
}

void MainWindow::storeLayout() { m_states[std::size_t(m_layout)] = saveState(kLayoutVersion); }

void MainWindow::recallLayout() {
    const QByteArray& state = m_states[std::size_t(m_layout)];
    if (state.isEmpty() || !restoreState(state, kLayoutVersion)) defaultDocks(m_layout);
}

void MainWindow::defaultDocks(Layout layout) {
    const Qt::DockWidgetArea areas[] = {Qt::LeftDockWidgetArea,   Qt::RightDockWidgetArea, Qt::LeftDockWidgetArea,
                                        Qt::BottomDockWidgetArea, Qt::RightDockWidgetArea, Qt::RightDockWidgetArea};
    for (std::size_t i = 0; i < m_docks.size(); ++i) {
        m_docks[i]->setFloating(false);
        addDockWidget(areas[i], m_docks[i]);
        m_docks[i]->setVisible(layout == Layout::Audit && i < 2);
    }
    tabifyDockWidget(m_docks[0], m_docks[2]);
    tabifyDockWidget(m_docks[1], m_docks[4]);
    tabifyDockWidget(m_docks[4], m_docks[5]);
    for (const std::size_t tab : {2, 4, 5}) m_docks[tab]->setVisible(layout == Layout::Audit);
    m_docks[0]->raise();
    m_docks[1]->raise();
    if (layout == Layout::Audit) resizeDocks({m_docks[0], m_docks[1]}, {230, 320}, Qt::Horizontal);
}

void MainWindow::resetLayout() {
    for (QByteArray& state : m_states) state.clear();
    if (m_workspace->dataset()) defaultDocks(m_layout);
    say(tr("The layouts are as they were at first"));
}

void MainWindow::setTheme(Theme theme, bool remember) {
    applyTheme(theme);
    if (remember) QSettings().setValue(QStringLiteral("window/theme"), themeId(theme));
    for (const Theme each : {Theme::Desktop, Theme::Light, Theme::Dark})
        if (QAction* action = m_actions->action(QStringLiteral("theme-") + themeId(each)))
            action->setChecked(each == theme);
}

void MainWindow::say(const QString& sentence) {
    m_notice->setText(sentence);
    m_notice->setToolTip(sentence);
    m_noticeTimer->start();
    m_log->add(LogLevel::Info, sentence);
    fitKeys();
}

void MainWindow::warn(const QString& sentence) {
    if (sentence.isEmpty()) return;
    m_banner->show(Banner::Kind::Warning, sentence);
    m_log->add(LogLevel::Warning, sentence);
}

void MainWindow::onImportFailed(const QString& sentence) {
    warn(sentence);
    m_importProblem = sentence;
}

void MainWindow::updateTitle() {
    const auto project = m_workspace->project();
    QString title = tr("Assay");
    if (project) {
        const QString name = QFileInfo(QString::fromStdString(project->file().string())).completeBaseName();
        title = (project->readOnly() ? tr("%1 (read-only) — %2") : tr("%1 — %2")).arg(name, title);
    }
    setWindowTitle(title);
}

void MainWindow::updateKeys() {
    QStringList keys;
    const bool any = m_workspace->dataset() != nullptr;
    const auto many = m_workspace->selection().size();
    if (any && m_layout == Layout::Audit) {
        const bool review = m_audit->controller().isOpen();
        if (many > 1) keys << tr("%L1 selected:").arg(many);
        keys << (review || many > 1 ? tr("⏎ accept") : tr("⏎ review")) << tr("␣ keep") << tr("0–9 relabel")
             << tr("R by name") << tr("F flag") << tr("X exclude") << tr("⌫ undo");
        if (review) keys << tr("Alt+1–3 likely") << tr("Esc gallery");
    } else if (any && m_layout == Layout::Train) {
        keys << tr("N new run") << tr("F5 find suspects") << tr("Ctrl+R retrain");
    } else if (any) {
        keys << tr("tick runs to compare them") << tr("a cell opens its pictures");
    }
    m_hints = keys.join(QStringLiteral("   "));
    updateFigures();
}

/// While a notice shows that has no room beside them, the hints give way.
void MainWindow::fitKeys() {
    constexpr int kGaps = 40;
    const QFontMetrics metrics = m_keys->fontMetrics();
    const QString notice = m_notice->text();
    const int needed =
        metrics.horizontalAdvance(m_hints) + metrics.horizontalAdvance(notice) + m_figures->sizeHint().width() + kGaps;
    m_keys->setText(notice.isEmpty() || needed <= statusBar()->width() ? m_hints : QString());
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    fitKeys();
}

void MainWindow::updateFigures() {
    if (!m_workspace->dataset()) {
        m_figures->clear();
        return fitKeys();
    }
    const ReviewFigures figures = m_audit->controller().figures();
    const QLocale locale;
    QStringList parts;
    if (figures.judged) parts << tr("left %1").arg(locale.toString(qulonglong(figures.left)));
    if (figures.perMinute >= 0.5) parts << tr("%1/min").arg(locale.toString(figures.perMinute, 'f', 0));
    const AuditState audit = m_workspace->auditSample() > 0 ? m_workspace->auditState() : AuditState();
    if (isTold(audit)) {
        parts << tr("≈ %1 errors left, %2 to %3")
                     .arg(locale.toString(audit.left.expected, 'f', 0), locale.toString(qulonglong(audit.left.least)),
                          locale.toString(qulonglong(audit.left.most)));
        m_figures->setToolTip(errorsLeftText(audit) + QLatin1Char('\n') +
                              stopAdviceText(audit, m_workspace->stopShare()));
    } else {
        if (figures.expectedKnown)
            parts << tr("≈ %1 errors left, by p(noisy)").arg(locale.toString(figures.expectedErrors, 'f', 0));
        m_figures->setToolTip(
            !figures.judged || figures.expectedKnown
                ? tr("Wrong labels to be expected among the undecided training samples: the sum of p(noisy), as right as the "
                     "mixture is. Review → Errors left… asks some pictures at random instead, and tells an interval")
                : tr("How many errors are left is not known: the mixture behind p(noisy) deserves no trust. "
                     "Review → Errors left… asks some pictures at random instead"));
    }
    m_figures->setText(parts.join(QStringLiteral(" · ")));
    fitKeys();
    tellWhenToStop(audit);
}

/// Once, when the pictures asked at random say so.
void MainWindow::tellWhenToStop(const AuditState& audit) {
    const bool stop = stopAdvice(audit, m_workspace->stopShare()) == StopAdvice::Stop;
    if (stop && !m_toldToStop)
        m_banner->show(Banner::Kind::Information, stopAdviceText(audit, m_workspace->stopShare()), tr("Export…"),
                       [this] { exportLabels(); });
    m_toldToStop = stop;
}

void MainWindow::onRunEnded(RunId, const QString& sentence) {
    if (m_closeWhenDone) {
        const auto& runs = m_workspace->runs();
        m_closing = std::none_of(runs.begin(), runs.end(), [](const RunRecord& run) { return !isOver(run.state); });
    }
    if (m_closing) {
        close();
        return;
    }
    say(sentence);
    if (isActiveWindow()) return;
    QApplication::alert(this);
    m_desktop->notify(tr("A run has ended"), sentence);
}

QStringList MainWindow::recentProjects() const {
    return QSettings().value(QStringLiteral("recent/projects")).toStringList();
}

void MainWindow::noteRecent() {
    const auto project = m_workspace->project();
    if (!project) return;
    const QString file = QString::fromStdString(project->file().string());
    QStringList recent = recentProjects();
    recent.removeAll(file);
    recent.prepend(file);
    while (recent.size() > kMostRecent) recent.removeLast();
    QSettings().setValue(QStringLiteral("recent/projects"), recent);
    fillRecent();
}

void MainWindow::fillRecent() {
    const QStringList recent = recentProjects();
    m_start->setRecent(recent);
    m_recentMenu->clear();
    for (const QString& file : recent) {
        QAction* action = m_recentMenu->addAction(QFileInfo(file).completeBaseName());
        action->setToolTip(file);
        action->setEnabled(QFileInfo::exists(file));
        connect(action, &QAction::triggered, this, [this, file] { open(file); });
    }
    m_recentMenu->setEnabled(!recent.isEmpty());
}

bool MainWindow::mayClose() {
    if (m_workspace->settled()) return true;
    if (!m_workspace->runningRun()) {
        QTimer::singleShot(20, this, &QWidget::close); // a decision is on its way to the disk
        return false;
    }
    QMessageBox question(
        QMessageBox::Question, tr("A run is under way"),
        tr("A run is under way. It can be stopped now: what it has learned is kept, and it can be resumed."),
        QMessageBox::NoButton, this);
    question.setObjectName(QStringLiteral("closeQuestion"));
    question.setInformativeText(tr(
        "Or it can go on in the background: the window is minimised, and closes by itself when every run has ended."));
    auto* stop = question.addButton(tr("&Stop and save"), QMessageBox::AcceptRole);
    stop->setObjectName(QStringLiteral("closeStop"));
    auto* goOn = question.addButton(tr("&Keep training"), QMessageBox::ActionRole);
    goOn->setObjectName(QStringLiteral("closeKeepTraining"));
    auto* cancel = question.addButton(tr("Cancel"), QMessageBox::RejectRole);
    cancel->setObjectName(QStringLiteral("closeCancel"));
    question.setDefaultButton(cancel);
    question.exec();
    if (question.clickedButton() == stop) stopAndClose();
    if (question.clickedButton() == goOn) closeWhenDone();
    return false;
}

void MainWindow::stopAndClose() {
    m_closing = true;
    say(tr("Stopping…"));
    for (const RunRecord& run : m_workspace->runs())
        if (run.state == RunState::Queued) m_workspace->stopRun(run.id);
    if (const auto running = m_workspace->runningRun()) m_workspace->stopRun(*running);
    else QTimer::singleShot(0, this, &QWidget::close); // it ended while the question stood
}

void MainWindow::closeWhenDone() {
    if (!m_workspace->runningRun()) { // it ended while the question stood
        m_closing = true;
        QTimer::singleShot(0, this, &QWidget::close);
        return;
    }
    m_closeWhenDone = true;
    m_banner->show(Banner::Kind::Information, tr("This window closes by itself when every run has ended."),
                   tr("Stay open"), [this] { m_closeWhenDone = false; });
    showMinimized();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (m_closing ? !m_workspace->settled() : !mayClose()) {
        if (m_closing && !m_workspace->runningRun()) QTimer::singleShot(20, this, &QWidget::close);
        event->ignore();
        return;
    }
    if (m_layoutShown) storeLayout();
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    for (int i = 0; i < 3; ++i)
        settings.setValue(QStringLiteral("layout/") + QLatin1String(kLayoutNames[i]), m_states[std::size_t(i)]);
    settings.setValue(QStringLiteral("layout/audit-splitter"), m_audit->saveState());
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.size() == 1 && urls.front().isLocalFile()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.size() != 1 || !urls.front().isLocalFile()) return;
    event->acceptProposedAction();
    open(urls.front().toLocalFile());
}

} // namespace assay::ui
