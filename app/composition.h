// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"

#include <memory>

namespace assay {

/// The catalogues with every built-in reader, score and exporter; methods and networks come with loadEngine().
[[nodiscard]] std::shared_ptr<Registry> makeRegistry();

/// First thing in main: keeps freed memory in the process (mallopt), names OpenBLAS's kernels for this processor, lets
/// OpenMP wait passively (re-executes the program once when the environment does not say so yet), sets LC_NUMERIC to
/// "C", ignores SIGPIPE.
void prepareProcess(int argc, char** argv);

} // namespace assay
