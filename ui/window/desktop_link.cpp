// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/desktop_link.h"

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QGuiApplication>
#include <QVariantMap>

namespace assay::ui {

DesktopLink::DesktopLink(QObject* parent) : QObject(parent) {}

DesktopLink::DesktopLink(const QDBusConnection& system, const QDBusConnection& session, QObject* parent)
    : QObject(parent), m_system(system), m_session(session) {}

QDBusConnection& DesktopLink::systemBus() {
    if (!m_system) m_system = QDBusConnection::systemBus();
    return *m_system;
}

QDBusConnection& DesktopLink::sessionBus() {
    if (!m_session) m_session = QDBusConnection::sessionBus();
    return *m_session;
}

void DesktopLink::setAwake(bool awake, const QString& why) {
    if (awake == m_wanted) return;
    m_wanted = awake;
    if (!awake) {
        m_lock = {};
        return;
    }
    if (!systemBus().isConnected()) return;
    QDBusMessage ask = QDBusMessage::createMethodCall(
        QStringLiteral("org.freedesktop.login1"), QStringLiteral("/org/freedesktop/login1"),
        QStringLiteral("org.freedesktop.login1.Manager"), QStringLiteral("Inhibit"));
    ask << QStringLiteral("sleep:idle") << QGuiApplication::applicationDisplayName() << why << QStringLiteral("block");
    auto* watcher = new QDBusPendingCallWatcher(systemBus().asyncCall(ask), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* done) {
        const QDBusPendingReply<QDBusUnixFileDescriptor> reply = *done;
        if (m_wanted && !reply.isError()) m_lock = reply.value();
        done->deleteLater();
    });
}

void DesktopLink::notify(const QString& title, const QString& text) {
    if (!sessionBus().isConnected()) return;
    QDBusMessage tell = QDBusMessage::createMethodCall(
        QStringLiteral("org.freedesktop.Notifications"), QStringLiteral("/org/freedesktop/Notifications"),
        QStringLiteral("org.freedesktop.Notifications"), QStringLiteral("Notify"));
    const QVariantMap hints{{QStringLiteral("desktop-entry"), QGuiApplication::desktopFileName()}};
    constexpr int kDesktopsOwnTime = -1;
    tell << QGuiApplication::applicationDisplayName() << 0u << QGuiApplication::desktopFileName() << title
         << text.toHtmlEscaped() << QStringList() << hints << kDesktopsOwnTime;
    sessionBus().asyncCall(tell);
}

} // namespace assay::ui
