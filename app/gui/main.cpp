// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/composition.h"
#include "core/base/log.h"
#include "ui/session/workspace.h"
#include "ui/window/english_plurals.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QEvent>
#include <QFile>
#include <QIcon>
#include <QSettings>
#include <QTimer>

#include <algorithm>
#include <array>
#include <clocale>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include <unistd.h>

namespace {

using assay::ui::MainWindow;

struct Wishes {
    QString path;
    MainWindow::Layout layout = MainWindow::Layout::Audit;
    assay::ui::Theme theme = assay::ui::Theme::Desktop;
    bool themeGiven = false;
};

/// Whether text is all that is asked for, which needs no display.
bool asksForText(int argc, char** argv) {
    constexpr std::array<std::string_view, 5> kTexts = {"-h", "--help", "--help-all", "-v", "--version"};
    return std::any_of(argv + std::min(argc, 1), argv + argc, [&](const char* word) {
        return std::find(kTexts.begin(), kTexts.end(), std::string_view(word)) != kTexts.end();
    });
}

/// Ends the program itself for --help, --version and what it does not understand.
Wishes readArguments(const QApplication& application) {
    QCommandLineParser parser;
    parser.setApplicationDescription(QApplication::translate("main", "Finds and mends wrong image labels."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(
        QStringLiteral("path"),
        QApplication::translate("main", "Folder, table, archive, binary data set or .assay project."),
        QStringLiteral("[path]"));
    const QCommandLineOption layout(QStringLiteral("layout"),
                                    QApplication::translate("main", "audit, train or compare."),
                                    QStringLiteral("layout"), QStringLiteral("audit"));
    const QCommandLineOption theme(QStringLiteral("theme"), QApplication::translate("main", "auto, light or dark."),
                                   QStringLiteral("theme"));
    parser.addOptions({layout, theme});
    parser.process(application);
    Wishes wishes;
    const QStringList layouts{QStringLiteral("audit"), QStringLiteral("train"), QStringLiteral("compare")};
    const QStringList themes{QStringLiteral("auto"), QStringLiteral("light"), QStringLiteral("dark")};
    const auto refuse = [](const QString& sentence) {
        std::fprintf(stderr, "%s\n", qPrintable(sentence));
        std::exit(1);
    };
    if (!layouts.contains(parser.value(layout)))
        refuse(QApplication::translate("main", "There is no layout “%1”.").arg(parser.value(layout)));
    wishes.layout = MainWindow::Layout(layouts.indexOf(parser.value(layout)));
    wishes.themeGiven = parser.isSet(theme);
    if (wishes.themeGiven && !themes.contains(parser.value(theme)))
        refuse(QApplication::translate("main", "There is no theme “%1”.").arg(parser.value(theme)));
    wishes.theme = assay::ui::themeFromId(
        wishes.themeGiven ? parser.value(theme) : QSettings().value(QStringLiteral("window/theme")).toString());
    if (parser.positionalArguments().size() > 1) refuse(QApplication::translate("main", "One path at most."));
    wishes.path = parser.positionalArguments().value(0);
    return wishes;
}

/// Milliseconds since the kernel started this process; nothing where it does not say.
std::optional<qint64> sinceProcessStart() {
    QFile stat(QStringLiteral("/proc/self/stat"));
    timespec now{};
    if (!stat.open(QIODevice::ReadOnly) || clock_gettime(CLOCK_BOOTTIME, &now) != 0) return std::nullopt;
    const QByteArray text = stat.readAll();
    constexpr int kStartTime = 19; // field 22, counted after the name in brackets
    const QList<QByteArray> fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
    const long ticks = sysconf(_SC_CLK_TCK);
    if (fields.size() <= kStartTime || ticks <= 0) return std::nullopt;
    return qint64(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000 - fields[kStartTime].toLongLong() * 1000 / ticks;
}

/// Logs once how long the window took to appear.
class FirstPaint final : public QObject {
public:
    using QObject::QObject;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::Paint) {
            watched->removeEventFilter(this);
            QTimer::singleShot(0, this, [] {
                if (const auto ms = sinceProcessStart())
                    assay::log(assay::LogLevel::Info, "first paint after " + std::to_string(*ms) + " ms");
            });
        }
        return QObject::eventFilter(watched, event);
    }
};

} // namespace

int main(int argc, char** argv) {
    assay::prepareProcess(argc, argv);
    QApplication::setApplicationName(QStringLiteral("assay"));
    QApplication::setApplicationDisplayName(QStringLiteral("Assay"));
    QApplication::setOrganizationName(QStringLiteral("assay"));
    QApplication::setApplicationVersion(QStringLiteral(ASSAY_VERSION));
    QGuiApplication::setDesktopFileName(QStringLiteral("org.assay.Assay"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    if (asksForText(argc, argv)) qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    std::setlocale(LC_NUMERIC, "C");
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/assay/icon.svg")));
    assay::ui::EnglishPlurals plurals;
    QApplication::installTranslator(&plurals);
    const Wishes wishes = readArguments(application);
    assay::startLogFile();

    MainWindow window(assay::makeRegistry());
    window.setTheme(wishes.theme, false);
    window.showLayout(wishes.layout);
    window.installEventFilter(new FirstPaint(&window));
    window.show();
    // After the first paint: the engine, and what the command line names.
    QTimer::singleShot(0, &window, [&window, &wishes] {
        window.workspace().loadEngineInBackground();
        if (!wishes.path.isEmpty()) window.open(wishes.path);
    });
    return QApplication::exec();
}
