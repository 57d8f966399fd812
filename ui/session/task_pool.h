// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QObject>
#include <QThreadPool>

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>

namespace assay::ui {

/// Posts calls into the thread of an object that may be gone by then; such calls are dropped. Any thread.
class Bridge final {
public:
    explicit Bridge(QObject* target) : m_target(target) {}
    void post(std::function<void()> call);
    void disconnect();

private:
    std::mutex m_mutex;
    QObject* m_target;
};

/// Slow work on threads of its own; the answer comes back on the thread that owns the pool. An exception in the
/// work becomes an Error. The destructor waits for work that has begun and drops its answer. GUI thread.
class TaskPool final : public QObject {
public:
    explicit TaskPool(int threads, QObject* parent = nullptr);
    ~TaskPool() override;

    [[nodiscard]] const std::shared_ptr<Bridge>& bridge() const { return m_bridge; }
    [[nodiscard]] bool idle() const { return m_underWay == 0; }

    /// `work()` returns a Result; `then(result)` is called here.
    template <class Work, class Then>
    void run(Work work, Then then) {
        using Answer = std::invoke_result_t<Work>;
        struct Job {
            Work work;
            Then then;
            std::unique_ptr<Answer> answer;
        };
        auto job = std::make_shared<Job>(Job{std::move(work), std::move(then), nullptr});
        ++m_underWay;
        m_pool.start([this, job, bridge = m_bridge] {
            try {
                job->answer = std::make_unique<Answer>(job->work());
            } catch (const std::exception& error) {
                job->answer = std::make_unique<Answer>(fail(ErrorCode::Internal, error.what()));
            }
            bridge->post([this, job] {
                --m_underWay;
                job->then(std::move(*job->answer));
            });
        });
    }

private:
    QThreadPool m_pool;
    std::shared_ptr<Bridge> m_bridge;
    int m_underWay = 0;
};

} // namespace assay::ui
