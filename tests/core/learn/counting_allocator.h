// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/torch_headers.h"

#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <mutex>
#include <unordered_map>

namespace assay::test {

/// While one lives, it counts the bytes that tensors on the CPU hold, and their most at a time. One at a time.
class CountingAllocator {
public:
    CountingAllocator() {
        books().most = books().held;
        c10::SetCPUAllocator(&allocator(), kPriority);
    }
    ~CountingAllocator() { c10::SetCPUAllocator(c10::GetDefaultCPUAllocator(), kPriority); }
    CountingAllocator(const CountingAllocator&) = delete;
    CountingAllocator& operator=(const CountingAllocator&) = delete;

    [[nodiscard]] std::int64_t peak() const {
        const std::scoped_lock lock(books().mutex);
        return books().most;
    }

private:
    static constexpr std::uint8_t kPriority = 1;

    struct Books {
        std::mutex mutex;
        std::unordered_map<void*, std::int64_t> blocks; ///< bytes by address
        std::int64_t held = 0, most = 0;
    };
    static Books& books() {
        static Books instance;
        return instance;
    }

    struct Allocator : c10::Allocator {
        c10::DataPtr allocate(std::size_t bytes) const override {
            void* memory = bytes > 0 ? c10::alloc_cpu(bytes) : nullptr;
            if (memory) {
                const std::scoped_lock lock(books().mutex);
                books().blocks[memory] = std::int64_t(bytes);
                books().held += std::int64_t(bytes);
                books().most = std::max(books().most, books().held);
            }
            return {memory, memory, &release, c10::Device(c10::DeviceType::CPU)};
        }
        c10::DeleterFnPtr raw_deleter() const override { return &release; }
        static void release(void* memory) {
            if (!memory) return;
            {
                const std::scoped_lock lock(books().mutex);
                const auto block = books().blocks.find(memory);
                books().held -= block->second;
                books().blocks.erase(block);
            }
            c10::free_cpu(memory);
        }
    };
    /// Outlives every tensor that it made.
    static Allocator& allocator() {
        static Allocator instance;
        return instance;
    }
};

} // namespace assay::test
