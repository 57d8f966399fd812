// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/device.h"

#include "core/learn/torch_compat.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace assay::learn {

Result<torch::Device> chooseDevice(const std::string& asked) {
    if (asked == "cpu") return torch::Device(torch::kCPU);
    if (asked != "auto" && asked != "cuda")
        return fail(ErrorCode::InvalidArgument, "there is no such device; choose auto, cpu or cuda", asked);
    if (torch::cuda::is_available()) return torch::Device(torch::kCUDA, 0);
    if (asked == "auto") return torch::Device(torch::kCPU);
    return fail(ErrorCode::Device,
                "no CUDA device can be used: there is none, its driver is too old, or this LibTorch was built without "
                "CUDA; choose cpu or auto");
}

std::string deviceName(const torch::Device& device) { return device.is_cpu() ? "cpu" : device.str(); }

void prepareTrainingThread(int threads) {
    if (threads <= 0) threads = int(std::max(1U, std::thread::hardware_concurrency()));
    constexpr int kNice = 10;
    // Linux: the priority of one thread. Refusal leaves it as it was, which harms nothing.
    (void)setpriority(PRIO_PROCESS, id_t(syscall(SYS_gettid)), kNice);
    at::set_num_threads(threads);
    // Gradients of what is learnt and the momentum of dead units sink below the smallest normal number, where each
    // operation takes many times as long. Threads that this one starts inherit it.
    (void)at::globalContext().setFlushDenormal(true);
}

void restartPeakMemory() {
    malloc_trim(0);
    const int fd = ::open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    (void)!::write(fd, "5", 1);
    ::close(fd);
}

double peakMemoryMib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_maxrss) / 1024.0;
}

} // namespace assay::learn
