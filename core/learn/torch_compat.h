// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/torch_headers.h"

/// The one place that knows in what LibTorch 1.13 and 2.x differ for us.
#define ASSAY_TORCH_AT_LEAST(major, minor)                                                                             \
    (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

namespace assay::learn {

/// Thrown by the allocators of both generations when a device has no memory left.
using DeviceOutOfMemory = c10::OutOfMemoryError;

/// "AVX512", "AVX2" or "DEFAULT": what LibTorch's own kernels were dispatched for.
[[nodiscard]] inline std::string cpuCapability() {
#if ASSAY_TORCH_AT_LEAST(2, 0)
    return at::get_cpu_capability();
#else
    const std::string config = at::show_config();
    const std::string mark = "CPU capability usage: ";
    const auto begin = config.find(mark);
    if (begin == std::string::npos) return "unknown";
    const auto from = begin + mark.size();
    return config.substr(from, config.find('\n', from) - from);
#endif
}

} // namespace assay::learn
