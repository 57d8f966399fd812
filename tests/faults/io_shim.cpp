// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Loaded in front of the C library (LD_PRELOAD). Writes down what a program does to the files of one folder, or makes
// one of those calls fail. Environment: ASSAY_IO_FOLDER; ASSAY_IO_LOG (a file outside the folder);
// ASSAY_IO_FAIL_AT (which call, from 1), ASSAY_IO_FAIL_ERRNO, ASSAY_IO_FAIL_KIND ("write" or "sync");
// ASSAY_IO_COUNT (a file that receives the number of such calls at the end).
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <mutex>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

enum Op : std::uint8_t { Write = 1, Truncate = 2, Sync = 3, Remove = 4, Acknowledge = 5 };

std::recursive_mutex g_mutex;
long g_writes = 0, g_syncs = 0;

const char* environment(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != 0 ? value : nullptr;
}

bool watched(const std::string& path) {
    static const char* folder = environment("ASSAY_IO_FOLDER");
    return folder != nullptr && path.rfind(folder, 0) == 0 && !path.ends_with("-shm") && !path.ends_with("-lock");
}

std::string pathOf(int descriptor) {
    char link[64], path[PATH_MAX];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t n = ::readlink(link, path, sizeof path - 1);
    return n > 0 ? std::string(path, std::size_t(n)) : std::string();
}

void record(Op op, const std::string& path, std::uint64_t offset, const void* bytes, std::uint32_t length) {
    static const char* name = environment("ASSAY_IO_LOG");
    if (name == nullptr) return;
    static const int log = int(::syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    std::string text(1, char(op));
    const auto add = [&](std::uint64_t number) { text.append(reinterpret_cast<const char*>(&number), 8); };
    add(path.size());
    text += path;
    add(offset);
    add(length);
    if (bytes != nullptr) text.append(static_cast<const char*>(bytes), length);
    (void)!::syscall(SYS_write, log, text.data(), text.size());
}

/// True where this call is the one that fails; errno is then set.
bool fails(const char* kind, long& counter) {
    ++counter;
    static const char* at = environment("ASSAY_IO_FAIL_AT");
    static const char* which = environment("ASSAY_IO_FAIL_KIND");
    static const char* number = environment("ASSAY_IO_FAIL_ERRNO");
    if (at == nullptr || which == nullptr || std::strcmp(which, kind) != 0 || counter != std::atol(at)) return false;
    errno = number != nullptr ? std::atoi(number) : EIO;
    return true;
}

template <class F>
F real(const char* name) {
    return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

struct Counter {
    ~Counter() {
        const char* name = environment("ASSAY_IO_COUNT");
        if (name == nullptr) return;
        const int file = int(::syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
        const std::string text = std::to_string(g_writes) + " " + std::to_string(g_syncs) + "\n";
        (void)!::syscall(SYS_write, file, text.data(), text.size());
        ::syscall(SYS_close, file);
    }
} g_counter;

ssize_t writeAt(int descriptor, const void* bytes, std::size_t count, off64_t offset) {
    const std::scoped_lock lock(g_mutex);
    const std::string path = pathOf(descriptor);
    const bool ours = watched(path);
    if (ours && fails("write", g_writes)) return -1;
    static const auto call = real<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
    const ssize_t written = call(descriptor, bytes, count, offset);
    if (ours && written > 0) record(Write, path, std::uint64_t(offset), bytes, std::uint32_t(written));
    return written;
}

int truncateTo(int descriptor, off64_t length) {
    const std::scoped_lock lock(g_mutex);
    const std::string path = pathOf(descriptor);
    const bool ours = watched(path);
    if (ours && fails("write", g_writes)) return -1;
    static const auto call = real<int (*)(int, off64_t)>("ftruncate64");
    const int outcome = call(descriptor, length);
    if (ours && outcome == 0) record(Truncate, path, std::uint64_t(length), nullptr, 0);
    return outcome;
}

int syncOf(const char* name, int descriptor) {
    const std::scoped_lock lock(g_mutex);
    const std::string path = pathOf(descriptor);
    const bool ours = watched(path);
    if (ours && fails("sync", g_syncs)) return -1;
    const int outcome = real<int (*)(int)>(name)(descriptor);
    if (ours && outcome == 0) record(Sync, path, 0, nullptr, 0);
    return outcome;
}

} // namespace

extern "C" {

ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t offset) {
    return writeAt(descriptor, bytes, count, offset);
}
ssize_t pwrite64(int descriptor, const void* bytes, size_t count, off64_t offset) {
    return writeAt(descriptor, bytes, count, offset);
}
int ftruncate(int descriptor, off_t length) { return truncateTo(descriptor, length); }
int ftruncate64(int descriptor, off64_t length) { return truncateTo(descriptor, length); }
int fsync(int descriptor) { return syncOf("fsync", descriptor); }
int fdatasync(int descriptor) { return syncOf("fdatasync", descriptor); }

ssize_t write(int descriptor, const void* bytes, size_t count) {
    const std::scoped_lock lock(g_mutex);
    const std::string path = pathOf(descriptor);
    const bool ours = watched(path);
    if (ours && fails("write", g_writes)) return -1;
    static const auto call = real<ssize_t (*)(int, const void*, size_t)>("write");
    // What is said to be saved is logged before it is said.
    if (descriptor == 1) record(Acknowledge, "", 0, bytes, std::uint32_t(count));
    const off64_t offset = ours ? ::lseek64(descriptor, 0, SEEK_CUR) : 0;
    const ssize_t written = call(descriptor, bytes, count);
    if (ours && written > 0) record(Write, path, std::uint64_t(offset), bytes, std::uint32_t(written));
    return written;
}

int unlink(const char* name) {
    const std::scoped_lock lock(g_mutex);
    static const auto call = real<int (*)(const char*)>("unlink");
    const int outcome = call(name);
    if (outcome == 0 && watched(name)) record(Remove, name, 0, nullptr, 0);
    return outcome;
}
}
