// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/plugin_api.h"

extern "C" __attribute__((visibility("default"))) const char assay_plugin_stamp[] = ASSAY_PLUGIN_STAMP;
