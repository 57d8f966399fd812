// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/desktop_link.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include <poll.h>
#include <unistd.h>

using namespace assay::ui;

namespace {

/// What logind and a desktop's notification server answer.
class Desktop final : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.login1.Manager")
public:
    QStringList asked;
    int readEnd = -1;

    /// Nobody holds the lock any more.
    [[nodiscard]] bool released() const {
        pollfd entry{readEnd, POLLIN, 0};
        return poll(&entry, 1, 0) == 1 && (entry.revents & POLLHUP) != 0;
    }

public Q_SLOTS:
    QDBusUnixFileDescriptor Inhibit(const QString& what, const QString& who, const QString& why, const QString& mode) {
        asked = {what, who, why, mode};
        int ends[2];
        if (pipe(ends) != 0) qFatal("no pipe");
        readEnd = ends[0];
        QDBusUnixFileDescriptor lock(ends[1]); // a copy
        ::close(ends[1]);
        return lock;
    }
};

class Notifications final : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")
public:
    QString title, text;
    QVariantMap hints;

public Q_SLOTS:
    uint Notify(const QString&, uint, const QString&, const QString& summary, const QString& body, const QStringList&,
                const QVariantMap& with, int) {
        title = summary;
        text = body;
        hints = with;
        return 1;
    }
};

} // namespace

class TestDesktopLink : public QObject {
    Q_OBJECT

    QProcess m_bus;
    QString m_address;

private Q_SLOTS:
    void initTestCase() {
        QGuiApplication::setApplicationDisplayName(QStringLiteral("Assay"));
        QGuiApplication::setDesktopFileName(QStringLiteral("org.assay.Assay"));
        const QString daemon = QStandardPaths::findExecutable(QStringLiteral("dbus-daemon"));
        if (daemon.isEmpty()) return;
        m_bus.start(daemon,
                    {QStringLiteral("--session"), QStringLiteral("--nofork"), QStringLiteral("--print-address=1")});
        QVERIFY(m_bus.waitForReadyRead(10'000));
        m_address = QString::fromLocal8Bit(m_bus.readLine()).trimmed();
    }
    void cleanup() { // a connection lives as long as its name is known
        for (const char* name : {"theirs", "ours"}) QDBusConnection::disconnectFromBus(QString::fromLatin1(name));
    }
    void cleanupTestCase() {
        m_bus.kill();
        m_bus.waitForFinished();
    }

    void theComputerStaysAwakeUntilTheRunEnds() {
        if (m_address.isEmpty()) QSKIP("dbus-daemon is not installed");
        QDBusConnection theirs = QDBusConnection::connectToBus(m_address, QStringLiteral("theirs"));
        Desktop desktop;
        QVERIFY(theirs.registerObject(QStringLiteral("/org/freedesktop/login1"), &desktop,
                                      QDBusConnection::ExportAllSlots));
        QVERIFY(theirs.registerService(QStringLiteral("org.freedesktop.login1")));
        const QDBusConnection ours = QDBusConnection::connectToBus(m_address, QStringLiteral("ours"));
        DesktopLink link(ours, ours);
        link.setAwake(true, QStringLiteral("A run is under way"));
        QTRY_VERIFY(link.keepsAwake());
        QCOMPARE(desktop.asked, (QStringList{QStringLiteral("sleep:idle"), QStringLiteral("Assay"),
                                             QStringLiteral("A run is under way"), QStringLiteral("block")}));
        QVERIFY(!desktop.released());
        link.setAwake(false);
        QVERIFY(!link.keepsAwake());
        QTRY_VERIFY(desktop.released());
    }

    void aLockThatComesTooLateIsGivenBack() {
        if (m_address.isEmpty()) QSKIP("dbus-daemon is not installed");
        QDBusConnection theirs = QDBusConnection::connectToBus(m_address, QStringLiteral("theirs"));
        Desktop desktop;
        QVERIFY(theirs.registerObject(QStringLiteral("/org/freedesktop/login1"), &desktop,
                                      QDBusConnection::ExportAllSlots));
        QVERIFY(theirs.registerService(QStringLiteral("org.freedesktop.login1")));
        const QDBusConnection ours = QDBusConnection::connectToBus(m_address, QStringLiteral("ours"));
        DesktopLink link(ours, ours);
        link.setAwake(true, QStringLiteral("short"));
        link.setAwake(false);
        QTRY_VERIFY(desktop.readEnd >= 0);
        QTRY_VERIFY(desktop.released());
        QVERIFY(!link.keepsAwake());
    }

    void theEndOfARunIsTold() {
        if (m_address.isEmpty()) QSKIP("dbus-daemon is not installed");
        QDBusConnection theirs = QDBusConnection::connectToBus(m_address, QStringLiteral("theirs"));
        Notifications server;
        QVERIFY(theirs.registerObject(QStringLiteral("/org/freedesktop/Notifications"), &server,
                                      QDBusConnection::ExportAllSlots));
        QVERIFY(theirs.registerService(QStringLiteral("org.freedesktop.Notifications")));
        const QDBusConnection ours = QDBusConnection::connectToBus(m_address, QStringLiteral("ours"));
        DesktopLink link(ours, ours);
        link.notify(QStringLiteral("Run ended"), QStringLiteral("Run 3 <failed>"));
        QTRY_COMPARE(server.title, QStringLiteral("Run ended"));
        QCOMPARE(server.text, QStringLiteral("Run 3 &lt;failed&gt;"));
        QCOMPARE(server.hints.value(QStringLiteral("desktop-entry")).toString(), QStringLiteral("org.assay.Assay"));
    }

    void withoutABusNothingHappens() {
        const QDBusConnection none =
            QDBusConnection::connectToBus(QStringLiteral("unix:path=/nonexistent/bus"), QStringLiteral("none"));
        DesktopLink link(none, none);
        link.setAwake(true, QStringLiteral("nobody hears"));
        link.notify(QStringLiteral("Run ended"), QStringLiteral("nobody hears"));
        QCoreApplication::processEvents();
        QVERIFY(!link.keepsAwake());
        link.setAwake(false);
    }
};

QTEST_MAIN(TestDesktopLink)
#include "tst_desktop_link.moc"
