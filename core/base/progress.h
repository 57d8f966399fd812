// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace assay {

/// How far a long piece of work has come.
struct Progress {
    std::string stage; ///< "listing", "decoding", "epoch 3", …
    std::size_t done = 0;
    std::size_t total = 0; ///< 0 where unknown
};

/// Called from the working thread, a few times a second at most; may be empty.
using ProgressFn = std::function<void(const Progress&)>;

/// One of many small failures: an unreadable picture, a row that names nobody.
struct Problem {
    std::string file;   ///< file, row or sample, escaped for display
    std::string reason; ///< one sentence
};

/// Collects partial failures from any thread; the whole goes on.
class ProblemCollector {
public:
    void add(std::string file, std::string reason) {
        const std::scoped_lock lock(m_mutex);
        m_problems.push_back({std::move(file), std::move(reason)});
    }
    [[nodiscard]] std::vector<Problem> take() {
        const std::scoped_lock lock(m_mutex);
        return std::exchange(m_problems, {});
    }

private:
    std::mutex m_mutex;
    std::vector<Problem> m_problems;
};

} // namespace assay
