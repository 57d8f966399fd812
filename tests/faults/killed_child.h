// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDeadlineTimer>
#include <QProcess>
#include <QtGlobal>

namespace assay::test {

/// Starts a child and kills it `milliseconds` later, or that long after its first line. Returns what it said.
inline QByteArray saidUntilKilled(const QString& program, const QStringList& arguments, int milliseconds,
                                  bool afterFirstLine = false) {
    QProcess child;
    child.start(program, arguments);
    if (!child.waitForStarted()) qFatal("the child did not start");
    if (afterFirstLine && !child.waitForReadyRead(60'000)) qFatal("the child says nothing");
    QByteArray said;
    const QDeadlineTimer deadline(milliseconds);
    while (!deadline.hasExpired() && child.state() == QProcess::Running)
        if (child.waitForReadyRead(int(deadline.remainingTime()))) said += child.readAllStandardOutput();
    child.kill();
    child.waitForFinished();
    return said + child.readAllStandardOutput();
}

} // namespace assay::test
