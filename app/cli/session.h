// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/base/result.h"
#include "core/train/engine.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace CLI {
class App;
}

namespace assay::cli {

/// One call of the program: the catalogues, the chosen command, and the user's wish to stop.
class Session {
public:
    explicit Session(std::shared_ptr<Registry> registry);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Built-in readers, scores and exporters, and those of plugins; loaded on first use.
    [[nodiscard]] const Registry& registry();
    /// Adds methods and networks. Its warnings go to standard error once.
    [[nodiscard]] Result<EngineInfo> loadEngine();

    /// From here on SIGINT, SIGTERM and SIGHUP ask for an orderly end through the token; before, they end the
    /// program at once. A second signal always does.
    [[nodiscard]] std::stop_token stopToken();

    /// Adds `--json` to a command and makes `action` what the program does when that command is given.
    void command(CLI::App& command, std::function<Status()> action);
    [[nodiscard]] Status run() const { return m_action(); }
    [[nodiscard]] bool json() const { return m_json; }

private:
    void watchSignals(const std::stop_token& end);
    void loadPluginFolders();

    std::shared_ptr<Registry> m_registry;
    bool m_pluginsLoaded = false;
    std::optional<EngineInfo> m_engine;
    std::function<Status()> m_action;
    bool m_json = false;
    std::atomic<bool> m_orderly{false};
    std::stop_source m_stop;
    std::jthread m_signals; ///< last: joined before the rest is destroyed
};

} // namespace assay::cli
