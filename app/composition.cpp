// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/composition.h"

#include <clocale>
#include <csignal>
#include <cstdlib>
#include <dlfcn.h>
#include <malloc.h>
#include <unistd.h>

namespace assay {

void registerBuiltinPlugins(Registry& registry); // generated from plugins/builtin_plugins.cmake

std::shared_ptr<Registry> makeRegistry() {
    auto registry = std::make_shared<Registry>();
    registerBuiltinPlugins(*registry);
    return registry;
}

void prepareProcess(int argc, char** argv) {
    // Blocks of a training step are reused by the next one; 32 MiB is the most that glibc accepts for the first.
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);

    if (argc > 0 && getenv("OMP_WAIT_POLICY") == nullptr) {
        setenv("OMP_WAIT_POLICY", "passive", 0);
        setenv("GOMP_SPINCOUNT", "0", 0);
        // OpenMP reads its environment when it is loaded: where that has happened already, only a new start helps.
        if (dlopen("libgomp.so.1", RTLD_LAZY | RTLD_NOLOAD) != nullptr) execv("/proc/self/exe", argv);
    }
    // File names in archives need UTF-8; numbers and ids must not know of any language.
    if (std::setlocale(LC_CTYPE, "C.UTF-8") == nullptr) std::setlocale(LC_CTYPE, "");
    std::setlocale(LC_NUMERIC, "C");
    std::signal(SIGPIPE, SIG_IGN);
}

} // namespace assay
