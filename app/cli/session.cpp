// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/session.h"

#include "app/cli/cli_headers.h"
#include "app/cli/output.h"

#include <csignal>
#include <ctime>
#include <filesystem>
#include <unistd.h>

namespace assay::cli {

namespace {

sigset_t endSignals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

} // namespace

Session::Session(std::shared_ptr<Registry> registry) : m_registry(std::move(registry)) {
    // Blocked in every thread that follows, so that only the watcher receives them.
    const sigset_t set = endSignals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    m_signals = std::jthread([this](std::stop_token end) { watchSignals(end); });
}

Session::~Session() = default;

void Session::watchSignals(const std::stop_token& end) {
    const sigset_t set = endSignals();
    const timespec poll{0, 100'000'000};
    while (!end.stop_requested()) {
        const int received = sigtimedwait(&set, nullptr, &poll);
        if (received < 0) continue;
        if (!m_orderly || m_stop.stop_requested()) _exit(1);
        note("stopping; a second signal ends at once.");
        m_stop.request_stop();
    }
}

std::stop_token Session::stopToken() {
    m_orderly = true;
    return m_stop.get_token();
}

const Registry& Session::registry() {
    loadPluginFolders();
    return *m_registry;
}

Result<EngineInfo> Session::loadEngine() {
    if (!m_engine) {
        ASSAY_TRY(m_engine, assay::loadEngine(*m_registry));
        for (const std::string& warning : m_engine->warnings) note("warning: " + warning);
        loadPluginFolders();
    }
    return *m_engine;
}

void Session::loadPluginFolders() {
    if (m_pluginsLoaded) return;
    m_pluginsLoaded = true;
    for (const auto& folder : pluginFolders())
        for (const std::string& skipped : loadPlugins(folder, *m_registry)) note(skipped);
}

void Session::command(CLI::App& command, std::function<Status()> action) {
    command.add_flag("--json", m_json, "One JSON document on standard output");
    command.callback([this, action = std::move(action)] { m_action = action; });
}

} // namespace assay::cli
