// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/ui/ui_fixture.h"

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

} // namespace assay::ui::test
