// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/log.h"
#include "ui/session/task_pool.h"

#include <QWidget>

#include <memory>
#include <vector>

class QComboBox;
class QPlainTextEdit;

namespace assay::ui {

/// The lines of the log, from any thread, by level.
class LogPanel final : public QWidget {
    Q_OBJECT
public:
    explicit LogPanel(QWidget* parent = nullptr);
    ~LogPanel() override;

    void add(LogLevel level, const QString& line);
    [[nodiscard]] QString text() const;

private:
    void refill();

    struct Line {
        LogLevel level;
        QString text;
    };
    std::vector<Line> m_lines;
    QComboBox* m_level;
    QPlainTextEdit* m_text;
    std::shared_ptr<Bridge> m_bridge;
};

} // namespace assay::ui
