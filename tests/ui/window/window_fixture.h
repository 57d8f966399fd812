// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/ui/ui_fixture.h"
#include "ui/window/main_window.h"

#include <QCoreApplication>
#include <QSettings>
#include <QTemporaryDir>

#include <memory>

namespace assay::ui::test {

/// A new home for the program: its settings, projects and caches lie there, and go with it.
[[nodiscard]] inline std::unique_ptr<QTemporaryDir> makeHome() {
    QCoreApplication::setOrganizationName(QStringLiteral("assay"));
    QCoreApplication::setApplicationName(QStringLiteral("assay"));
    auto home = std::make_unique<QTemporaryDir>();
    useFolder(*home);
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, home->filePath(QStringLiteral("settings")));
    return home;
}

/// The program's window with its real catalogues, in front; the engine is loaded.
inline void openWindow(std::unique_ptr<MainWindow>& window) {
    window = std::make_unique<MainWindow>(makeRegistry());
    window->resize(1280, 720);
    window->show();
    QVERIFY(QTest::qWaitForWindowActive(window.get()));
    QSignalSpy engine(&window->workspace(), &Workspace::engineLoaded);
    window->workspace().loadEngineInBackground();
    QTRY_VERIFY_WITH_TIMEOUT(engine.count() > 0, 60000);
    QVERIFY2(window->workspace().engineReady(), qPrintable(engine.first().first().toString()));
}

/// Opens the Fashion-MNIST that comes with the program and waits until its pictures are listed.
inline bool openBundled(MainWindow& window) {
    window.open(QStringLiteral(ASSAY_SOURCE_DIR "/resources/fashion-mnist"));
    const Workspace& workspace = window.workspace();
    return QTest::qWaitFor([&] { return workspace.project() != nullptr && workspace.view().size() == 10000; }, 60000);
}

} // namespace assay::ui::test
