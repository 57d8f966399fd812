// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include <functional>

class QLabel;
class QPushButton;

namespace assay::ui {

/// A line under the header for what a person must see: stays until it is closed, may offer one thing to do.
class Banner final : public QFrame {
    Q_OBJECT
public:
    enum class Kind { Information, Warning };
    explicit Banner(QWidget* parent = nullptr);

    void show(Kind kind, const QString& sentence, const QString& button = {}, std::function<void()> act = {});
    [[nodiscard]] QString sentence() const;
    /// Hides it, if it still says this.
    void retract(const QString& sentence);

private:
    QLabel* m_sign;
    QLabel* m_text;
    QPushButton* m_act;
    std::function<void()> m_do;
};

} // namespace assay::ui
