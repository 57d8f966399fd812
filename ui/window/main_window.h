// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "ui/session/task_pool.h"
#include "ui/window/theme.h"

#include <QMainWindow>

#include <array>
#include <memory>
#include <optional>
#include <vector>

class QDockWidget;
class QLabel;
class QMenu;
class QStackedWidget;
class QTimer;

namespace assay {
struct Registry;
}

namespace assay::ui {

class ActionList;
class AuditPage;
class Banner;
class DesktopLink;
class FilterPanel;
class HeaderBar;
class Inspector;
class LogPanel;
class StartPage;
class ThumbnailService;
class Workspace;
struct AuditState;
struct TableColumns;

/// The one window: header, three layouts over one workspace, panels, menus. GUI thread.
class MainWindow final : public QMainWindow {
    Q_OBJECT
public:
    enum class Layout { Audit, Train, Compare };
    explicit MainWindow(std::shared_ptr<Registry> registry, QWidget* parent = nullptr);
    ~MainWindow() override;

    [[nodiscard]] Workspace& workspace() { return *m_workspace; }
    [[nodiscard]] ActionList& actions() { return *m_actions; }
    [[nodiscard]] AuditPage& audit() { return *m_audit; }
    [[nodiscard]] Banner& banner() { return *m_banner; }
    void showLayout(Layout layout);
    [[nodiscard]] Layout currentLayout() const { return m_layout; }
    void setTheme(Theme theme, bool remember = true);
    /// Any of: folder, table, archive, binary set, project.
    void open(const QString& path);

    // What actions do; each is also a menu entry
    void findSuspects();
    void newRun();
    void crossValidate();
    void openNewRun(int folds); ///< 1: none is held out
    void runRecipe();
    void retrain();
    void treatSuspectsAsUnlabelled();
    void showRunLog();
    void exportLabels();
    void injectNoise();
    void importProbabilities();
    void importLabels();
    void showErrorsLeft();
    void showUnreadable();
    void showPalette();
    void showShortcuts();
    void showHelp();
    void showAbout();
    void copyDiagnostics();
    void resetLayout();
    void saveProjectAs();

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void buildUi();
    void buildDocks();
    void buildStatusBar();
    void buildMenus();
    void buildFileMenu();
    void buildEditMenu();
    void buildViewMenu();
    void buildDataMenu();
    void buildRunMenu();
    void buildReviewMenu();
    void buildHelpMenu();
    void connectWorkspace();
    QDockWidget* addDock(const QString& name, const QString& title, QWidget* content, Qt::DockWidgetArea area);
    void defaultDocks(Layout layout);
    void nameDockTabs();
    void storeLayout();
    void recallLayout();

    /// These and no others, whatever was filtered.
    void showSamples(const std::vector<SampleIndex>& samples, const QString& title);
    void showPseudoLabels(const std::vector<SampleIndex>& samples, const QString& title, const QString& score);
    void askFolder();
    void askFile();
    void askProject();
    void onDataset();
    void onMissingDataset(const QString& project, const QString& location);
    void onColumnsNeeded(const QString& path, const QStringList& columns, const QString& file, const QString& label);
    void compareNext(int runs, std::vector<RunId> beside);
    void tickComparison();
    void showSideBySide();
    /// Of a run that is to be compared: together with what the banner says of that, whichever comes first.
    void warnOfUnlearnt(const QString& sentence);
    void compareWithout(); ///< one of the runs that were to stand there will not come
    void onRunEnded(assay::RunId run, const QString& sentence);
    void updateActions();
    void updateTitle();
    void updateKeys();
    void fitKeys();
    void updateFigures();
    void tellWhenToStop(const AuditState& audit);
    void askLabelColumns(const QString& file, const TableColumns& guess);
    void say(const QString& sentence);
    void warn(const QString& sentence);
    void onImportFailed(const QString& sentence);
    void stopAndClose();
    void closeWhenDone();
    void noteRecent();
    [[nodiscard]] QStringList recentProjects() const;
    void fillRecent();
    void fillClassKeys();
    void cyclePanels();
    [[nodiscard]] QString diagnostics() const;
    [[nodiscard]] bool mayClose();

    std::unique_ptr<Workspace> m_workspace;
    std::unique_ptr<ThumbnailService> m_thumbnails;
    ActionList* m_actions;
    DesktopLink* m_desktop;
    HeaderBar* m_header = nullptr;
    Banner* m_banner = nullptr;
    QStackedWidget* m_center = nullptr;
    StartPage* m_start = nullptr;
    AuditPage* m_audit = nullptr;
    QWidget* m_train = nullptr;
    QWidget* m_compare = nullptr;
    FilterPanel* m_filters = nullptr;
    Inspector* m_inspector = nullptr;
    LogPanel* m_log = nullptr;
    std::array<QDockWidget*, 6> m_docks{}; ///< filters, inspector, history, log, class pairs, detectors
    QMenu* m_recentMenu = nullptr;
    QLabel* m_keys = nullptr;
    QString m_hints; ///< what m_keys says where there is room
    QLabel* m_notice = nullptr;
    QLabel* m_figures = nullptr;
    QTimer* m_noticeTimer = nullptr;
    Layout m_layout = Layout::Audit;
    bool m_layoutShown = false;
    std::array<QByteArray, 3> m_states;
    /// Runs on their way into the queue that are to stand beside each other, and beside `with`, in Compare.
    struct Comparison {
        std::vector<RunId> with;
        RunId after;          ///< newer than this one
        std::size_t runs = 0; ///< so many
    };
    std::optional<Comparison> m_comparison;
    QString m_sideBySide;    ///< in the banner since a comparison was asked for: which runs Compare shows
    QString m_unlearnt;      ///< likewise: which classes lost all labels
    QString m_importProblem; ///< in the banner, until something is imported
    QString m_recipe;        ///< chosen last; the next sheet begins with it
    bool m_toldToStop = false;
    TaskPool m_pool{1};           ///< for what menus read
    bool m_closing = false;       ///< waits for the run to end
    bool m_closeWhenDone = false; ///< lets the whole queue finish first
};

} // namespace assay::ui
