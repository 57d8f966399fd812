// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDir>
#include <QProcess>
#include <QString>

namespace assay::testing {

/// Makes `language` (de_DE, tr_TR, …) in UTF-8 below `folder`, whether or not it is installed; to be used with LOCPATH
/// set to that folder. False where the locale definitions are missing (Debian: the package locales).
inline bool makeLocale(const QString& folder, const QString& language) {
    QDir().mkpath(folder);
    const QString made = folder + "/" + language + ".UTF-8";
    const int status = QProcess::execute("localedef", {"-i", language, "-f", "UTF-8", "--no-archive", made});
    return status == 0 || status == 1; // 1 tells of warnings only
}

} // namespace assay::testing
