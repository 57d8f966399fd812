// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/log_panel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QTime>
#include <QVBoxLayout>

namespace assay::ui {

namespace {

constexpr std::size_t kMostLines = 5000;

} // namespace

LogPanel::LogPanel(QWidget* parent)
    : QWidget(parent), m_level(new QComboBox(this)), m_text(new QPlainTextEdit(this)),
      m_bridge(std::make_shared<Bridge>(this)) {
    setObjectName(QStringLiteral("logPanel"));
    m_level->setObjectName(QStringLiteral("logLevel"));
    m_level->setAccessibleName(tr("Lowest level shown"));
    m_level->addItem(tr("everything"), int(LogLevel::Debug));
    m_level->addItem(tr("warnings and errors"), int(LogLevel::Warning));
    m_level->addItem(tr("errors"), int(LogLevel::Error));
    connect(m_level, &QComboBox::activated, this, &LogPanel::refill);
    m_text->setReadOnly(true);
    m_text->setMaximumBlockCount(int(kMostLines));
    m_text->setAccessibleName(tr("Log"));
    auto* top = new QHBoxLayout;
    top->addWidget(new QLabel(tr("Show"), this));
    top->addWidget(m_level);
    top->addStretch();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 4, 6, 6);
    layout->addLayout(top);
    layout->addWidget(m_text, 1);
    setLogSink([this, bridge = m_bridge](LogLevel level, const std::string& line) {
        bridge->post([this, level, text = QString::fromStdString(line)] { add(level, text); });
    });
}

LogPanel::~LogPanel() {
    setLogSink({});
    m_bridge->disconnect();
}

void LogPanel::add(LogLevel level, const QString& line) {
    if (m_lines.size() >= kMostLines) m_lines.erase(m_lines.begin(), m_lines.begin() + std::ptrdiff_t(kMostLines / 2));
    m_lines.push_back({level, QTime::currentTime().toString(QStringLiteral("HH:mm:ss  ")) + line});
    if (int(level) >= m_level->currentData().toInt()) m_text->appendPlainText(m_lines.back().text);
}

void LogPanel::refill() {
    m_text->clear();
    for (const Line& line : m_lines)
        if (int(line.level) >= m_level->currentData().toInt()) m_text->appendPlainText(line.text);
}

QString LogPanel::text() const {
    QString all;
    for (const Line& line : m_lines) all += line.text + QLatin1Char('\n');
    return all;
}

} // namespace assay::ui
