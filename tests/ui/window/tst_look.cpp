// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/window/window_fixture.h"

#include "ui/gallery/gallery_panel.h"
#include "ui/gallery/gallery_view.h"
#include "ui/plots/elided_label.h"
#include "ui/plots/plot_theme.h"
#include "ui/review/review_controller.h"
#include "ui/runs/new_run_dialog.h"
#include "ui/window/audit_page.h"
#include "ui/window/command_palette.h"
#include "ui/window/contrast_style.h"
#include "ui/window/english_plurals.h"
#include "ui/window/export_dialog.h"
#include "ui/window/main_window.h"
#include "ui/window/noise_dialog.h"
#include "ui/window/shortcuts_dialog.h"
#include "ui/window/table_dialogs.h"

#include <QAbstractButton>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QApplication>
#include <QComboBox>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDockWidget>
#include <QImage>
#include <QKeySequence>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenuBar>
#include <QPushButton>
#include <QScrollBar>
#include <QSpinBox>
#include <QTabBar>

#include <cmath>
#include <map>
#include <set>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

namespace {

double luminance(const QColor& colour) {
    const auto linear = [](double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

/// The contrast ratio of WCAG 2.1, 1 to 21.
double contrast(const QColor& a, const QColor& b) {
    const double x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

/// The strongest contrast of any pixel of `area` to `ground`.
double strongest(const QImage& image, const QRect& area, const QColor& ground) {
    double most = 1;
    for (int y = area.top(); y <= area.bottom(); ++y)
        for (int x = area.left(); x <= area.right(); ++x)
            most = std::max(most, contrast(image.pixelColor(x, y), ground));
    return most;
}

/// What a person can press, type into, choose from or move; parts that Qt makes inside others are theirs.
bool interactive(const QWidget& widget) {
    if (widget.focusPolicy() == Qt::NoFocus && qobject_cast<const QAbstractButton*>(&widget) == nullptr) return false;
    const QString name = widget.objectName();
    if (name.startsWith(QLatin1String("qt_"))) return false;
    if (const QWidget* parent = widget.parentWidget())
        if (qobject_cast<const QAbstractSpinBox*>(parent) || qobject_cast<const QComboBox*>(parent) ||
            qobject_cast<const QDockWidget*>(parent) || qobject_cast<const QTabBar*>(parent) ||
            qobject_cast<const QLineEdit*>(parent) || qobject_cast<const QAbstractItemView*>(parent) ||
            parent->objectName().startsWith(QLatin1String("qt_")) || parent->inherits("QComboBoxPrivateContainer"))
            return false;
    return qobject_cast<const QAbstractButton*>(&widget) || qobject_cast<const QLineEdit*>(&widget) ||
           qobject_cast<const QComboBox*>(&widget) || qobject_cast<const QAbstractSpinBox*>(&widget) ||
           qobject_cast<const QAbstractSlider*>(&widget) || qobject_cast<const QAbstractItemView*>(&widget) ||
           widget.inherits("QTextEdit") || widget.inherits("QPlainTextEdit") ||
           widget.inherits("assay::ui::PlotWidget") || qobject_cast<const QTabBar*>(&widget);
}

/// Interactive widgets without an object name, or that a screen reader would announce by nothing.
QStringList nameless(QWidget& root) {
    QStringList found;
    const auto look = [&](QWidget& widget) {
        if (!widget.isVisible() || !interactive(widget) || qobject_cast<QScrollBar*>(&widget)) return;
        const auto path = [&] {
            QStringList parts;
            for (const QWidget* at = &widget; at != nullptr; at = at->parentWidget())
                parts.prepend(at->objectName().isEmpty() ? QString::fromLatin1(at->metaObject()->className())
                                                         : at->objectName());
            return parts.join(QLatin1Char('/'));
        };
        const bool standard = qobject_cast<QDialogButtonBox*>(widget.parentWidget()) != nullptr;
        if (widget.objectName().isEmpty() && !standard) found << path() + QStringLiteral(": no object name");
        QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(&widget);
        const bool spokenName = spoken != nullptr && !spoken->text(QAccessible::Name).trimmed().isEmpty();
        // Qt's bar of tabs answers with its tab in front alone.
        if (!spokenName && widget.accessibleName().isEmpty()) found << path() + QStringLiteral(": no accessible name");
    };
    look(root);
    for (QWidget* widget : root.findChildren<QWidget*>()) look(*widget);
    return found;
}

} // namespace

/// What a person sees and a screen reader says, in both themes.
class TestLook : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_home = makeHome(); }
    void cleanup() {
        m_window.reset();
        applyTheme(Theme::Desktop);
    }

    void everythingInteractiveHasANameForScriptsAndForScreenReaders() {
        m_window = std::make_unique<MainWindow>(registryWith());
        m_window->show();
        QStringList found = nameless(*m_window);
        openData();
        Workspace& workspace = m_window->workspace();
        QVERIFY(trainAndWait(workspace, 2));
        for (const auto layout : {MainWindow::Layout::Audit, MainWindow::Layout::Train, MainWindow::Layout::Compare}) {
            m_window->showLayout(layout);
            QCoreApplication::processEvents();
            found += nameless(*m_window);
        }
        NewRunDialog run(workspace);
        NoiseDialog noise(workspace);
        ExportDialog exported(workspace);
        CommandPalette palette(m_window->actions());
        ShortcutsDialog shortcuts(m_window->actions());
        UnreadableDialog unreadable({{QStringLiteral("a.png"), QStringLiteral("cut off")}});
        const QString table = m_home->filePath(QStringLiteral("labels.csv"));
        QFile file(table);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("file,label\na.png,cat\n");
        file.close();
        ColumnsDialog columns(table, {QStringLiteral("file"), QStringLiteral("label")}, QStringLiteral("file"),
                              QStringLiteral("label"));
        for (QDialog* dialog :
             std::initializer_list<QDialog*>{&run, &noise, &exported, &palette, &shortcuts, &unreadable, &columns}) {
            dialog->show();
            found += nameless(*dialog);
        }
        m_window->showRunLog();
        m_window->showHelp();
        for (QDialog* dialog : m_window->findChildren<QDialog*>()) found += nameless(*dialog);
        found.removeDuplicates();
        for (const QString& one : found) qWarning("%s", qPrintable(one));
        QVERIFY2(found.isEmpty(), "named above");
    }

    /// A letter that two take only moves the focus between them.
    void everyLetterWithAltIsTakenOnceOnTheStartPage() {
        m_window = std::make_unique<MainWindow>(registryWith());
        m_window->show();
        std::map<QChar, QString> taken;
        const auto take = [&](const QString& text) {
            const QKeySequence key = QKeySequence::mnemonic(text);
            if (key.isEmpty()) return;
            const QChar letter = key.toString().back();
            const auto [at, fresh] = taken.emplace(letter, text);
            if (!fresh) QFAIL(qPrintable(QStringLiteral("%1 and %2").arg(at->second, text)));
        };
        for (const QAction* action : m_window->menuBar()->actions()) take(action->text());
        for (const QAbstractButton* button : m_window->findChildren<QAbstractButton*>())
            if (button->isVisible()) take(button->text());
        for (const QLabel* label : m_window->findChildren<QLabel*>())
            if (label->isVisible() && label->buddy() != nullptr) take(label->text());
        QVERIFY(taken.size() > 10);
    }

    void oneThingIsNotSeveral_data() {
        QTest::addColumn<QString>("source");
        QTest::addColumn<int>("count");
        QTest::addColumn<QString>("said");
        const char* files = "%Ln files were left out; the rest is open.";
        QTest::newRow("one file") << files << 1 << "1 file was left out; the rest is open.";
        QTest::newRow("two files") << files << 2 << "2 files were left out; the rest is open.";
        QTest::newRow("no file") << files << 0 << "0 files were left out; the rest is open.";
        QTest::newRow("one epoch") << "finished after %n epochs" << 1 << "finished after 1 epoch";
        QTest::newRow("a number before it") << "took back step %1 (%Ln samples)" << 1 << "took back step %1 (1 sample)";
        QTest::newRow("no suggestion") << "%Ln pictures have no suggestion other than their label" << 1
                                       << "1 picture has no suggestion other than its label";
    }
    void oneThingIsNotSeveral() {
        QFETCH(const QString, source);
        QFETCH(const int, count);
        QFETCH(const QString, said);
        EnglishPlurals plurals;
        QCoreApplication::installTranslator(&plurals);
        QCOMPARE(QCoreApplication::translate("Anything", source.toUtf8().constData(), nullptr, count), said);
        QCOMPARE(QCoreApplication::translate("Anything", "Quit"), QStringLiteral("Quit"));
    }

    void outlinesAndFocusStandOut_data() { themes(); }
    void outlinesAndFocusStandOut() {
        QFETCH(const Theme, theme);
        applyTheme(theme);
        const QPalette palette = QApplication::palette();
        for (const auto ground : {QPalette::Base, QPalette::Window, QPalette::Button}) {
            const QColor under = palette.color(ground);
            QVERIFY2(contrast(ContrastStyle::focus(palette), under) >= 3, qPrintable(QString::number(ground)));
        }
        QVERIFY(contrast(ContrastStyle::outline(palette), palette.color(QPalette::Base)) >= 3);
        QVERIFY(contrast(palette.color(QPalette::Text), palette.color(QPalette::Base)) >= 7);
        QVERIFY(contrast(palette.color(QPalette::PlaceholderText), palette.color(QPalette::Base)) >= 3);
        QVERIFY(contrast(palette.color(QPalette::HighlightedText), palette.color(QPalette::Highlight)) >= 4.5);
        const PlotTheme plot = PlotTheme::fromPalette(palette);
        for (const QColor& text : {plot.cleanText, plot.suspectText, plot.muted})
            QVERIFY(contrast(text, plot.background) >= 4.5);
    }

    void anUncheckedBoxInAListCanBeSeen_data() { themes(); }
    void anUncheckedBoxInAListCanBeSeen() {
        QFETCH(const Theme, theme);
        applyTheme(theme);
        QListWidget list;
        auto* item = new QListWidgetItem(QString(), &list);
        item->setCheckState(Qt::Unchecked);
        list.resize(120, 60);
        list.show();
        const QImage image = list.grab().toImage();
        const QRect row = list.visualItemRect(item).translated(list.viewport()->pos());
        QVERIFY(strongest(image, row, QApplication::palette().color(QPalette::Base)) >= 3);
    }

    void fieldsStandOutInTheDark() {
        applyTheme(Theme::Dark);
        QWidget window;
        QLineEdit text(&window);
        QComboBox choice(&window);
        QSpinBox number(&window);
        int y = 10;
        for (QWidget* field : std::initializer_list<QWidget*>{&text, &choice, &number}) {
            field->setFocusPolicy(Qt::NoFocus);
            field->setGeometry(10, y, 100, 26);
            y += 40;
        }
        window.resize(120, 130);
        window.show();
        const QImage image = window.grab().toImage();
        for (const QWidget* field : std::initializer_list<const QWidget*>{&text, &choice, &number})
            QVERIFY2(strongest(image, QRect(field->x(), field->geometry().center().y(), 2, 1),
                               QApplication::palette().color(QPalette::Window)) >= 3,
                     field->metaObject()->className());
    }

    void theFocusedButtonCanBeTold_data() { themes(); }
    void theFocusedButtonCanBeTold() {
        QFETCH(const Theme, theme);
        applyTheme(theme);
        QWidget window;
        QPushButton first(&window), second(&window);
        first.setGeometry(10, 10, 80, 30);
        second.setGeometry(10, 60, 80, 30);
        window.resize(120, 110);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&window, Qt::Key_Tab);
        QTest::keyClick(&window, Qt::Key_Tab);
        QVERIFY(first.hasFocus() || second.hasFocus());
        const QPushButton& focused = first.hasFocus() ? first : second;
        const QPushButton& other = first.hasFocus() ? second : first;
        const QImage image = window.grab().toImage();
        const QColor ground = QApplication::palette().color(QPalette::Window);
        // Along the middle of the left edge, where only the frame is.
        const auto frame = [&](const QPushButton& button) {
            return strongest(image, QRect(button.x(), button.geometry().center().y(), 3, 1), ground);
        };
        QVERIFY2(frame(focused) >= 3, qPrintable(QString::number(frame(focused))));
        QVERIFY(frame(focused) > frame(other));
    }

    void nothingIsWiderThanASmallScreen() {
        m_window = std::make_unique<MainWindow>(registryWith());
        m_window->show();
        openData();
        Workspace& workspace = m_window->workspace();
        QVERIFY(trainAndWait(workspace, 2));
        for (const auto layout : {MainWindow::Layout::Audit, MainWindow::Layout::Train, MainWindow::Layout::Compare}) {
            m_window->showLayout(layout);
            m_window->resize(1280, 690);
            QCoreApplication::processEvents();
            QCOMPARE(m_window->size(), QSize(1280, 690));
        }
        // A set of pictures has a long name, and a button to leave it.
        m_window->showLayout(MainWindow::Layout::Audit);
        workspace.setFilter(workspace.filter().exactly(
            {SampleIndex(1), SampleIndex(5)},
            QStringLiteral("suspects of exactly one: 12 co-teaching-plus, 17 cross-entropy")));
        QCoreApplication::processEvents();
        QCOMPARE(m_window->size(), QSize(1280, 690));
        QVERIFY2(m_window->minimumSizeHint().width() <= 1280,
                 qPrintable(QString::number(m_window->minimumSizeHint().width())));
        const auto* title = m_window->findChild<QLabel*>(QStringLiteral("galleryTitle"));
        QVERIFY(title->text().contains(QStringLiteral("17 cross-entropy"))); // whole for a screen reader
        QVERIFY(title->minimumSizeHint().width() < 60);
        for (const char* name :
             {"headerData", "headerRun", "trainHeadline"}) // they end in an ellipsis on a smaller one
            QVERIFY2(dynamic_cast<ElidedLabel*>(m_window->findChild<QLabel*>(QLatin1String(name))) != nullptr, name);
        // In review the names of the classes take lines, not width.
        m_window->audit().controller().setOpen(true);
        m_window->findChild<QLabel*>(QStringLiteral("reviewLabels"))->setText(QString(300, QLatin1Char('w')));
        QCoreApplication::processEvents();
        QVERIFY2(m_window->audit().minimumSizeHint().width() < 900,
                 qPrintable(QString::number(m_window->audit().minimumSizeHint().width())));
        QCOMPARE(m_window->size(), QSize(1280, 690));
        m_window->audit().controller().setOpen(false);
        NewRunDialog run(workspace);
        NoiseDialog noise(workspace);
        ExportDialog exported(workspace);
        for (QDialog* dialog : std::initializer_list<QDialog*>{&run, &noise, &exported}) {
            dialog->show();
            QVERIFY2(dialog->width() <= 1280 && dialog->height() <= 690, qPrintable(dialog->objectName()));
        }
    }

private:
    static void themes() {
        QTest::addColumn<Theme>("theme");
        QTest::newRow("light") << Theme::Light;
        QTest::newRow("dark") << Theme::Dark;
    }
    void openData() {
        m_window->open(writeIdx(*m_home, 300));
        QTRY_VERIFY(m_window->workspace().project() != nullptr);
        QTRY_VERIFY(!m_window->workspace().view().empty());
    }

    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestLook)
#include "tst_look.moc"
