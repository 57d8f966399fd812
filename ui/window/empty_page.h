// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace assay::ui {

/// A sentence that says what will be here, and the button that makes it so.
class EmptyPage final : public QWidget {
    Q_OBJECT
public:
    EmptyPage(const QString& sentence, const QString& button, QWidget* parent = nullptr);

Q_SIGNALS:
    void clicked();
};

} // namespace assay::ui
