// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/gallery/score_title.h"

#include "ui/session/workspace.h"

#include <QCoreApplication>

namespace assay::ui {

QString scoreTitle(const QString& score) {
    if (score == QLatin1String("p-noisy")) return QStringLiteral("p(noisy)");
    if (score == QLatin1String(kFusedScore)) return QCoreApplication::translate("assay::ui::ScoreTitle", "all detectors");
    return score;
}

} // namespace assay::ui
