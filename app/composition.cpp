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

namespace {

/// OpenBLAS takes processors that are newer than itself for ones of 2004 and multiplies matrices several times slower
/// than they can: its kernels for what this one has. Nothing where OpenBLAS does well by itself.
const char* blasKernels() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        return "SkylakeX";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#endif
    return nullptr;
}

} // namespace

void prepareProcess(int argc, char** argv) {
    // Blocks of a training step are reused by the next one, whatever their size; older versions of glibc accept 32 MiB.
    if (mallopt(M_MMAP_THRESHOLD, 1 << 30) == 0) mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    // Arenas of other threads are made of pieces that go back to the system whenever one is empty, which is each step.
    mallopt(M_ARENA_MAX, 1);

    if (const char* kernels = blasKernels()) setenv("OPENBLAS_CORETYPE", kernels, 0);
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
