// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDBusConnection>
#include <QDBusUnixFileDescriptor>
#include <QObject>

#include <optional>

namespace assay::ui {

/// What the desktop is asked for over D-Bus: not to fall asleep while a run is under way (logind), and to say when one
/// has ended (notifications). Nothing waits for an answer; without a bus, or where it is refused, nothing happens.
class DesktopLink final : public QObject {
    Q_OBJECT
public:
    /// Connects to the buses of this computer when there is something to ask.
    explicit DesktopLink(QObject* parent = nullptr);
    DesktopLink(const QDBusConnection& system, const QDBusConnection& session, QObject* parent = nullptr);

    /// `why` is shown where the desktop lists what keeps it awake. Given back when the program ends in any way.
    void setAwake(bool awake, const QString& why = {});
    [[nodiscard]] bool keepsAwake() const { return m_lock.isValid(); }
    void notify(const QString& title, const QString& text);

private:
    QDBusConnection& systemBus();
    QDBusConnection& sessionBus();

    std::optional<QDBusConnection> m_system, m_session;
    bool m_wanted = false;
    QDBusUnixFileDescriptor m_lock; ///< logind stays awake while it is open
};

} // namespace assay::ui
