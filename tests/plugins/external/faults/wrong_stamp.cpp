// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Built, it says, by another compiler for another interface: must be refused before it is called.
#include "core/base/registry.h"

#include <cstdlib>

extern "C" __attribute__((visibility("default"))) const char assay_plugin_stamp[64] =
    "assay-plugin 999; gcc 4; libtorch none";
extern "C" __attribute__((visibility("default"))) void assay_plugin_register(assay::Registry&) { std::abort(); }
