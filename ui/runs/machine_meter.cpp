// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/machine_meter.h"

#include "ui/plots/plot_text.h"

#include <QFile>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace assay::ui {
namespace {

double cpuSeconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) * 1e-6; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double residentBytes() {
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly)) return -1;
    const QList<QByteArray> pages = file.readAll().split(' ');
    return pages.size() > 1 ? pages[1].toDouble() * double(sysconf(_SC_PAGESIZE)) : -1;
}

} // namespace

MachineMeter::MachineMeter(QWidget* parent) : QLabel(parent) {
    setObjectName(QStringLiteral("machineMeter"));
    setToolTip(tr("What Assay takes: processor time of all cores together, and memory"));
    setForegroundRole(QPalette::PlaceholderText);
    m_timer.setInterval(1000);
    connect(&m_timer, &QTimer::timeout, this, &MachineMeter::measure);
}

void MachineMeter::showEvent(QShowEvent* event) {
    QLabel::showEvent(event);
    m_lastCpu = -1;
    measure();
    m_timer.start();
}

void MachineMeter::hideEvent(QHideEvent* event) {
    m_timer.stop();
    QLabel::hideEvent(event);
}

void MachineMeter::measure() {
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    const double cpu = cpuSeconds();
    QString text = tr("machine: ");
    if (m_lastCpu >= 0 && wall > m_lastWall) {
        const double cores = std::max(1u, std::thread::hardware_concurrency());
        text +=
            tr("cpu %1, ").arg(percentText(std::clamp((cpu - m_lastCpu) / (wall - m_lastWall) / cores, 0.0, 1.0), 0));
    }
    text += bytesText(residentBytes());
    setText(text);
    m_lastCpu = cpu;
    m_lastWall = wall;
}

} // namespace assay::ui
