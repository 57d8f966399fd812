// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QFrame>

class QLineEdit;
class QListWidget;

namespace assay::ui {

class Workspace;

/// A class by the first letters of its name: type, Enter relabels, Escape leaves.
class ClassPopup final : public QFrame {
    Q_OBJECT
public:
    explicit ClassPopup(Workspace& workspace, QWidget* parent = nullptr);

    /// Opens in the middle of `over`, with these letters typed already.
    void openOver(QWidget* over, const QString& letters);

Q_SIGNALS:
    void chosen(assay::Label label);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void filter();
    void take();

    Workspace& m_workspace;
    QLineEdit* m_letters;
    QListWidget* m_list;
};

} // namespace assay::ui
