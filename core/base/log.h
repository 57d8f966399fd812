// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace assay {

enum class LogLevel { Debug, Info, Warning, Error };

/// One line into the log: rotating file (3 × 8 MiB) in the user's state folder, and the sink that the
/// program installed. Any thread.
void log(LogLevel level, std::string_view message);
/// Opens the rotating file; without it only the sink receives. Failing to open is not an error.
void startLogFile();
/// Receives every line at Info or above; any thread may call it.
void setLogSink(std::function<void(LogLevel, const std::string&)> sink);

} // namespace assay
