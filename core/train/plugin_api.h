// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"

/// What a plugin library exports. The stamp is compared before anything else of it is called.
///
///     ASSAY_PLUGIN(registry) { (void)registry.methods.add(std::make_shared<MyMethod>()); }
#define ASSAY_PLUGIN_INTERFACE 3
#define ASSAY_STRING_INNER(x) #x
#define ASSAY_STRING(x) ASSAY_STRING_INNER(x)
#ifndef ASSAY_LIBTORCH_VERSION
#define ASSAY_LIBTORCH_VERSION "none"
#endif
/// Interface version, compiler, LibTorch: anything else does not share our types.
#define ASSAY_PLUGIN_STAMP                                                                                             \
    "assay-plugin " ASSAY_STRING(ASSAY_PLUGIN_INTERFACE) "; gcc " ASSAY_STRING(                                        \
        __GNUC__) "; libtorch " ASSAY_LIBTORCH_VERSION

#define ASSAY_PLUGIN(registryName)                                                                                     \
    extern "C" __attribute__((visibility("default"))) const char assay_plugin_stamp[] = ASSAY_PLUGIN_STAMP;            \
    extern "C" __attribute__((visibility("default"))) void assay_plugin_register(::assay::Registry& registryName)
