// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/plugin_api.h"

#include <stdexcept>

ASSAY_PLUGIN(registry) {
    (void)registry;
    throw std::runtime_error("the moon is in the wrong phase");
}
