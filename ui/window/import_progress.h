// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QProgressDialog>

namespace assay::ui {

class Workspace;

/// How far an import has come, what is left of it, and a way to end it. Shows itself where that takes a while, beside
/// the window, which goes on; closes with the import. GUI thread.
class ImportProgress final : public QProgressDialog {
    Q_OBJECT
public:
    ImportProgress(Workspace& workspace, QWidget* parent);

private:
    void advance(qulonglong done, qulonglong total);

    QElapsedTimer m_since;
};

} // namespace assay::ui
