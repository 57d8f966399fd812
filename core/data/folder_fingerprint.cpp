// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/folder_fingerprint.h"

#include "core/base/hash.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <thread>
#include <unistd.h>
#include <vector>
#include <xxhash.h>

namespace assay {
namespace {

constexpr unsigned kThreads = 4;
constexpr std::size_t kMostFolders = 1'000'000; ///< beyond that something leads round in a circle

std::uint64_t nanoseconds(const timespec& time) {
    return std::uint64_t(time.tv_sec) * 1'000'000'000u + std::uint64_t(time.tv_nsec);
}

/// Folders to be looked at, shared by the threads that look.
class Walk {
public:
    Walk(std::string root, const std::stop_token& stop) : m_root(std::move(root)), m_stop(stop) {
        m_waiting.emplace_back();
    }

    /// Empty where a file or folder was met that is not plain.
    std::string run() {
        std::vector<std::jthread> threads;
        for (unsigned i = 1; i < std::min(kThreads, std::max(1U, std::thread::hardware_concurrency())); ++i)
            threads.emplace_back([this] { work(); });
        work();
        threads.clear();
        return m_gaveUp ? std::string() : m_sum.text({});
    }

private:
    void work() {
        FolderFingerprint sum;
        std::unique_lock lock(m_mutex);
        while (true) {
            m_changed.wait(lock, [&] { return !m_waiting.empty() || m_busy == 0 || m_gaveUp; });
            if (m_gaveUp || m_waiting.empty()) break;
            const std::string prefix = std::move(m_waiting.front());
            m_waiting.pop_front();
            ++m_busy;
            lock.unlock();
            std::vector<std::string> folders;
            const bool plain = look(prefix, sum, folders);
            lock.lock();
            --m_busy;
            m_seen += folders.size();
            if (!plain || m_seen > kMostFolders) m_gaveUp = true;
            for (std::string& folder : folders) m_waiting.push_back(std::move(folder));
            m_changed.notify_all();
        }
        m_sum.add(sum);
    }

    bool look(const std::string& prefix, FolderFingerprint& sum, std::vector<std::string>& folders) const {
        const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir((m_root + "/" + prefix).c_str()), ::closedir);
        if (!stream) return false;
        const int fd = ::dirfd(stream.get());
        while (const dirent* item = ::readdir(stream.get())) {
            if (m_stop.stop_requested()) return false;
            const std::string_view name = item->d_name;
            if (name == "." || name == "..") continue;
            if (item->d_type == DT_DIR) {
                folders.push_back(prefix + std::string(name) + "/");
                continue;
            }
            struct stat status {};
            if (item->d_type != DT_REG || ::fstatat(fd, item->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
                !S_ISREG(status.st_mode))
                return false;
            sum.add(prefix, name, status);
        }
        return true;
    }

    const std::string m_root;
    const std::stop_token m_stop;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::string> m_waiting; ///< prefixes
    std::size_t m_busy = 0, m_seen = 0;
    bool m_gaveUp = false;
    FolderFingerprint m_sum;
};

} // namespace

void FolderFingerprint::add(std::string_view prefix, std::string_view name, const struct stat& status) {
    const std::uint64_t numbers[] = {prefix.size() + name.size(), std::uint64_t(status.st_size),
                                     nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
    char line[sizeof numbers + 4096];
    std::memcpy(line, numbers, sizeof numbers);
    // Longer than any path of the system: what is cut is told apart by its length.
    const std::size_t first = std::min<std::size_t>(prefix.size(), 3072);
    const std::size_t second = std::min<std::size_t>(name.size(), 4096 - first);
    std::memcpy(line + sizeof numbers, prefix.data() + (prefix.size() - first), first);
    std::memcpy(line + sizeof numbers + first, name.data(), second);
    const XXH128_hash_t hash = XXH3_128bits(line, sizeof numbers + first + second);
    m_low += hash.low64;
    m_high += hash.high64;
    ++m_count;
}

void FolderFingerprint::add(const FolderFingerprint& other) {
    m_low += other.m_low;
    m_high += other.m_high;
    m_count += other.m_count;
}

std::string FolderFingerprint::text(std::string_view focus) const {
    ContentHasher hasher;
    hasher.add(m_low);
    hasher.add(m_high);
    hasher.add(m_count);
    hasher.add(focus);
    return "folder-" + hasher.hex();
}

std::string folderFingerprint(const std::filesystem::path& root, const std::stop_token& stop) {
    return Walk(root.string(), stop).run();
}

} // namespace assay
