// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/torch_headers.h"

#include "core/base/result.h"

namespace assay::learn {

/// "auto", "cpu" or "cuda". Device error, in one sentence, where CUDA is asked for and not there.
[[nodiscard]] Result<torch::Device> chooseDevice(const std::string& asked);
/// "cpu", "cuda:0 NVIDIA …".
[[nodiscard]] std::string deviceName(const torch::Device& device);

/// First act of a training thread: LibTorch's and OpenMP's threads (0: as many as there are cores), a lower
/// priority than the window's. The threads that OpenMP starts from here inherit it.
void prepareTrainingThread(int threads);

/// Forgets the peak of what the process did before, so that a run's own can be told. Where the system does not offer
/// that, the peak stays that of the process.
void restartPeakMemory();
/// Highest resident memory of the process since restartPeakMemory(), else since it began.
[[nodiscard]] double peakMemoryMib();

} // namespace assay::learn
