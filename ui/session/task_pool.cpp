// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/task_pool.h"

#include <QMetaObject>

namespace assay::ui {

void Bridge::post(std::function<void()> call) {
    const std::scoped_lock lock(m_mutex);
    if (m_target != nullptr) QMetaObject::invokeMethod(m_target, std::move(call), Qt::QueuedConnection);
}

void Bridge::disconnect() {
    const std::scoped_lock lock(m_mutex);
    m_target = nullptr;
}

TaskPool::TaskPool(int threads, QObject* parent) : QObject(parent), m_bridge(std::make_shared<Bridge>(this)) {
    m_pool.setMaxThreadCount(threads);
}

TaskPool::~TaskPool() {
    m_bridge->disconnect();
    m_pool.clear();
    m_pool.waitForDone();
}

} // namespace assay::ui
