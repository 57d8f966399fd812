// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/batches.h"

namespace assay::learn {
namespace {

constexpr std::size_t kFetchedAhead = 8; ///< batches

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
    for (int i = 0; i < loaders; ++i)
        m_threads.emplace_back([this](const std::stop_token& stop) { work(stop); });
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
    // Strides are asked for by name: with one channel the two layouts look alike, and LibTorch would take the slow one.
    batch.images = torch::empty({std::int64_t(size), g.channels, g.height, g.width},
                                torch::TensorOptions().dtype(torch::kFloat32).memory_format(torch::MemoryFormat::ChannelsLast));
    batch.labels = torch::empty({std::int64_t(size)}, torch::kInt64);
    auto* out = batch.images.data_ptr<float>();
    auto* labels = batch.labels.data_ptr<std::int64_t>();
    const std::size_t channels = std::size_t(g.channels);
    const bool augmented = m_plan.augment.any();
    picture.resize(g.bytes());
    for (std::size_t i = 0; i < size; ++i, out += g.bytes()) {
        const std::uint32_t row = batch.rows[i];
        labels[i] = m_data.labels[row];
        std::span<const std::uint8_t> pixels = m_data.picture(row);
        if (augmented) {
            augment(pixels, picture, g, m_plan.augment, m_plan.seed, m_plan.epoch, m_data.samples[row].value, m_plan.view,
                    scratch);
            pixels = picture;
        }
        if (channels == 1) {
            for (std::size_t k = 0; k < pixels.size(); ++k) out[k] = m_data.normalised[pixels[k]];
        } else {
            for (std::size_t k = 0; k < pixels.size(); k += channels)
                for (std::size_t c = 0; c < channels; ++c) out[k + c] = m_data.normalised[c * 256 + pixels[k + c]];
        }
    }
    return batch;
}

void BatchLoader::work(const std::stop_token& stop) {
    std::vector<std::uint8_t> picture, scratch;
    while (true) {
        std::size_t number = 0;
        {
            std::unique_lock lock(m_mutex);
            if (!m_changed.wait(lock, stop, [&] { return m_claimed >= batches() || m_claimed < m_delivered + m_ahead; }))
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
