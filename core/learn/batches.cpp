// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/batches.h"

#include "core/learn/picture_tensor.h"

namespace assay::learn {
namespace {

constexpr std::size_t kFetchedAhead = 8; ///< batches
constexpr std::uint32_t kPassShift = 17; ///< 2^17 is more than the epochs that a run may have

} // namespace

std::vector<std::uint32_t> shuffled(std::vector<std::uint32_t> rows, std::uint64_t seed, std::uint32_t epoch,
                                    std::uint32_t which) {
    CounterRng rng(seed, RngPurpose::Shuffle, epoch, which);
    for (std::size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[rng.below(std::uint32_t(i))]);
    return rows;
}

BatchLoader::BatchLoader(const RunData& data, BatchPlan plan, torch::Device device, int loaders)
    : m_data(data), m_plan(std::move(plan)), m_device(device) {
    const std::size_t count = m_plan.order.size();
    for (std::size_t begin = 0; begin < count; begin += m_plan.batchSize) m_starts.push_back(begin);
    if (m_starts.size() > 1 && count - m_starts.back() == 1) m_starts.pop_back();
    m_starts.push_back(count);
    m_ahead = std::size_t(std::max(loaders, 1)) + 1;
    for (int i = 0; i < loaders; ++i) m_threads.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

BatchLoader::~BatchLoader() {
    for (auto& thread : m_threads) thread.request_stop();
}

void BatchLoader::fetchAhead(std::size_t number) const {
    const std::size_t last = std::min(number + kFetchedAhead, batches() - 1);
    for (std::size_t batch = number == 0 ? 0 : number + kFetchedAhead; batch <= last; ++batch)
        for (std::size_t i = m_starts[batch]; i < m_starts[batch + 1]; ++i) m_data.willNeed(m_plan.order[i]);
}

Batch BatchLoader::make(std::size_t number, std::vector<std::uint8_t>& picture,
                        std::vector<std::uint8_t>& scratch) const {
    fetchAhead(number);
    const std::size_t begin = m_starts[number], size = m_starts[number + 1] - begin;
    const ImageGeometry g = m_data.geometry;
    Batch batch;
    batch.number = number;
    batch.rows.assign(m_plan.order.begin() + std::ptrdiff_t(begin),
                      m_plan.order.begin() + std::ptrdiff_t(begin + size));
    batch.images = emptyPictures(size, g);
    batch.labels = torch::empty({std::int64_t(size)}, torch::kInt64);
    auto* out = batch.images.data_ptr<float>();
    auto* labels = batch.labels.data_ptr<std::int64_t>();
    const bool augmented = m_plan.augment.any();
    picture.resize(g.bytes());
    for (std::size_t i = 0; i < size; ++i, out += g.bytes()) {
        const std::uint32_t row = batch.rows[i];
        labels[i] = m_data.labels[row];
        std::span<const std::uint8_t> pixels = m_data.picture(row);
        if (augmented) {
            // Further passes lie in epochs of their own, above any real one and below other views.
            const std::uint32_t pass = begin + i < m_plan.passes.size() ? m_plan.passes[begin + i] : 0;
            augment(pixels, picture, g, m_plan.augment, m_plan.seed, m_plan.epoch + (pass << kPassShift),
                    m_data.samples[row].value, m_plan.view, scratch);
            pixels = picture;
        }
        normaliseInto(m_data, pixels, out);
    }
    return batch;
}

void BatchLoader::work(const std::stop_token& stop) {
    std::vector<std::uint8_t> picture, scratch;
    while (true) {
        std::size_t number = 0;
        {
            std::unique_lock lock(m_mutex);
            if (!m_changed.wait(lock, stop,
                                [&] { return m_claimed >= batches() || m_claimed < m_delivered + m_ahead; }))
                return;
            if (m_claimed >= batches()) return;
            number = m_claimed++;
        }
        try {
            Batch batch = make(number, picture, scratch);
            const std::scoped_lock lock(m_mutex);
            m_ready.emplace(number, std::move(batch));
        } catch (...) {
            const std::scoped_lock lock(m_mutex);
            m_failure = std::current_exception();
        }
        m_changed.notify_all();
    }
}

std::optional<Batch> BatchLoader::next() {
    if (m_delivered >= batches()) return std::nullopt;
    Batch batch;
    if (m_threads.empty()) {
        batch = make(m_delivered++, m_picture, m_scratch);
    } else {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_failure || m_ready.count(m_delivered) > 0; });
        if (m_failure) std::rethrow_exception(m_failure);
        batch = std::move(m_ready.extract(m_delivered).mapped());
        ++m_delivered;
        lock.unlock();
        m_changed.notify_all();
    }
    if (!m_device.is_cpu()) {
        batch.images = batch.images.to(m_device, true);
        batch.labels = batch.labels.to(m_device, true);
    }
    return batch;
}

} // namespace assay::learn
