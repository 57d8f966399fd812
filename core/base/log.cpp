// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/log.h"

#include "core/base/files.h"

#include <exception>
#include <memory>
#include <mutex>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

namespace assay {
namespace {

struct LogState {
    std::mutex mutex;
    std::shared_ptr<spdlog::logger> file;
    std::function<void(LogLevel, const std::string&)> sink;
};

LogState& state() {
    static LogState instance;
    return instance;
}

spdlog::level::level_enum spdlogLevel(LogLevel level) {
    switch (level) {
    case LogLevel::Debug: return spdlog::level::debug;
    case LogLevel::Info: return spdlog::level::info;
    case LogLevel::Warning: return spdlog::level::warn;
    case LogLevel::Error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

} // namespace

void log(LogLevel level, std::string_view message) {
    std::shared_ptr<spdlog::logger> file;
    std::function<void(LogLevel, const std::string&)> sink;
    {
        const std::scoped_lock lock(state().mutex);
        file = state().file;
        sink = state().sink;
    }
    if (file) file->log(spdlogLevel(level), "{}", message);
    if (sink && level != LogLevel::Debug) sink(level, std::string(message));
}

void startLogFile() {
    try {
        const auto folder = userStateFolder();
        std::error_code ignored;
        std::filesystem::create_directories(folder, ignored);
        auto fileSink =
            std::make_shared<spdlog::sinks::rotating_file_sink_mt>((folder / "assay.log").string(), 8u << 20, 3);
        auto logger = std::make_shared<spdlog::logger>("assay", std::move(fileSink));
        logger->set_level(spdlog::level::debug);
        logger->flush_on(spdlog::level::info);
        const std::scoped_lock lock(state().mutex);
        state().file = std::move(logger);
    } catch (const std::exception&) {
        return; // a folder that cannot be written to must not stop the program
    }
}

void setLogSink(std::function<void(LogLevel, const std::string&)> sink) {
    const std::scoped_lock lock(state().mutex);
    state().sink = std::move(sink);
}

} // namespace assay
