// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/import_progress.h"

#include "ui/plots/plot_text.h"
#include "ui/session/workspace.h"

namespace assay::ui {

ImportProgress::ImportProgress(Workspace& workspace, QWidget* parent)
    : QProgressDialog(tr("Comparing the pictures by their features…"), tr("Cancel"), 0, 0, parent) {
    setObjectName(QStringLiteral("importProgress"));
    setWindowTitle(tr("Import"));
    setAutoReset(false);
    setAutoClose(false);
    setMinimumDuration(500);
    m_since.start();
    connect(&workspace, &Workspace::importProgress, this, &ImportProgress::advance);
    connect(&workspace, &Workspace::importEnded, this, [this] {
        disconnect(this, &QProgressDialog::canceled, nullptr, nullptr);
        deleteLater();
    });
    connect(this, &QProgressDialog::canceled, &workspace, &Workspace::cancelImport);
}

void ImportProgress::advance(qulonglong done, qulonglong total) {
    constexpr int kSteps = 1000;
    if (total == 0 || wasCanceled()) return;
    setMaximum(kSteps);
    setValue(int(double(done) / double(total) * kSteps));
    if (done == 0) return;
    const double left = double(m_since.elapsed()) / 1000 * double(total - done) / double(done);
    setLabelText(tr("Comparing the pictures by their features: %1 left").arg(durationText(left)));
}

} // namespace assay::ui
