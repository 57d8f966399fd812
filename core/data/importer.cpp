// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/importer.h"

#include "core/base/text.h"
#include "core/data/image_codec.h"
#include "core/data/image_ops.h"
#include "core/data/store_builder.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

namespace assay {
namespace {

constexpr std::size_t kBatch = 256;
constexpr std::uint64_t kBatchBytes = 64ull << 20;
constexpr std::uint64_t kDecodingBytes = 320ull << 20; ///< decoded pictures of all threads together
constexpr std::size_t kManyPictures = 50'000;

/// Bytes that all decoders together may hold; a picture that is larger than the whole goes alone.
class Budget {
public:
    void acquire(std::uint64_t bytes) {
        std::unique_lock lock(m_mutex);
        const std::uint64_t wanted = std::min(bytes, kDecodingBytes);
        m_freed.wait(lock, [&] { return m_used + wanted <= kDecodingBytes; });
        m_used += wanted;
    }
    void release(std::uint64_t bytes) {
        {
            const std::scoped_lock lock(m_mutex);
            m_used -= std::min(bytes, kDecodingBytes);
        }
        m_freed.notify_all();
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_freed;
    std::uint64_t m_used = 0;
};

/// A few reports a second.
class Reporter {
public:
    Reporter(const ProgressFn& progress, std::size_t total) : m_progress(progress), m_total(total) {}
    void operator()(std::size_t done) {
        const auto now = std::chrono::steady_clock::now();
        if (!m_progress || (now - m_last < std::chrono::milliseconds(200) && done < m_total)) return;
        m_last = now;
        m_progress({"decoding", done, m_total});
    }

private:
    const ProgressFn& m_progress;
    std::size_t m_total;
    std::chrono::steady_clock::time_point m_last{};
};

/// One picture on its way from its file into the store.
struct Job {
    std::size_t sample = 0;
    std::string entry;
    Result<SharedBytes> bytes = SharedBytes(); ///< null: to be read by the worker
    Image picture;
    PictureHash hash{};
    bool native = false;
    std::optional<Error> error;
};

class PictureImport {
public:
    PictureImport(const Source& source, const RawDataset& raw, StoreBuilder& builder, int boxSide,
                  std::vector<PictureHash>& hashes, std::vector<bool>& kept, ProblemCollector& problems,
                  const ProgressFn& progress, std::stop_token stop)
        : m_source(source), m_raw(raw), m_builder(builder), m_boxSide(boxSide), m_hashes(hashes), m_kept(kept),
          m_problems(problems), m_report(progress, raw.samples.size()), m_stop(std::move(stop)) {}

    Status run() { return m_source.randomAccess() ? runInOrder() : runAsItComes(); }

private:
    const std::string& entryOf(std::size_t sample) const {
        return std::get<RawDataset::Encoded>(m_raw.samples[sample].pixels).entry;
    }

    Status runInOrder() {
        for (std::size_t begin = 0; begin < m_raw.samples.size(); begin += kBatch) {
            std::vector<Job> jobs(std::min(kBatch, m_raw.samples.size() - begin));
            for (std::size_t i = 0; i < jobs.size(); ++i) {
                jobs[i].sample = begin + i;
                jobs[i].entry = entryOf(begin + i);
            }
            ASSAY_CHECK_STATUS(process(jobs));
        }
        return {};
    }

    /// An archive that does not fit into memory: one pass, in its own order.
    Status runAsItComes() {
        std::unordered_map<std::string, std::size_t> sampleOf;
        for (std::size_t i = 0; i < m_raw.samples.size(); ++i) sampleOf.emplace(entryOf(i), i);
        std::vector<Job> jobs;
        std::uint64_t held = 0;
        const auto flush = [&]() -> Status {
            ASSAY_CHECK_STATUS(process(jobs));
            jobs.clear();
            held = 0;
            return {};
        };
        ASSAY_CHECK_STATUS(m_source.visit([&](const std::string& entry) { return sampleOf.contains(entry); },
                                          ImageLimits{}.fileBytes,
                                          [&](const std::string& entry, Result<SharedBytes> bytes) -> Status {
                                              Job job;
                                              job.sample = sampleOf.at(entry);
                                              job.entry = entry;
                                              if (bytes) held += (*bytes)->size();
                                              job.bytes = std::move(bytes);
                                              jobs.push_back(std::move(job));
                                              return jobs.size() >= kBatch || held >= kBatchBytes ? flush() : Status{};
                                          },
                                          m_stop));
        return flush();
    }

    Status process(std::vector<Job>& jobs) {
        std::atomic<std::size_t> next{0};
        const auto work = [&] {
            for (std::size_t i = next++; i < jobs.size() && !m_stop.stop_requested(); i = next++) decode(jobs[i]);
        };
        {
            std::vector<std::jthread> threads;
            const unsigned count = std::max(1u, std::thread::hardware_concurrency());
            for (unsigned i = 1; i < std::min<std::size_t>(count, jobs.size()); ++i) threads.emplace_back(work);
            work();
        }
        if (m_stop.stop_requested()) return fail(ErrorCode::Cancelled, "importing was stopped");
        for (Job& job : jobs) {
            ++m_done;
            if (job.error) {
                m_problems.add(escapeForDisplay(m_raw.samples[job.sample].name), job.error->message);
                continue;
            }
            ASSAY_CHECK_STATUS(m_builder.place(job.sample, job.picture, job.native));
            m_hashes[job.sample] = job.hash;
            m_kept[job.sample] = true;
        }
        m_report(m_done);
        return {};
    }

    void decode(Job& job) {
        try {
            if (job.bytes && !*job.bytes) job.bytes = m_source.share(job.entry, ImageLimits{}.fileBytes);
            if (!job.bytes) {
                job.error = job.bytes.error();
                return;
            }
            const std::span<const std::byte> bytes = **job.bytes;
            job.hash = pictureHash(bytes);
            const Result<ImageHeader> header = readImageHeader(bytes);
            if (!header) {
                job.error = header.error();
                return;
            }
            job.native = std::max(header->width, header->height) <= std::uint64_t(StoreBuilder::kNativeSide);
            const std::uint64_t weight = header->decodedBytes() + header->width * header->height * 3;
            m_budget.acquire(weight);
            Result<Image> picture = decodePicture(bytes, {0, job.native ? 0 : m_boxSide});
            m_budget.release(weight);
            if (picture && !job.native) picture = fitted(*picture, m_boxSide);
            if (picture) job.picture = std::move(*picture);
            else job.error = picture.error();
        } catch (const std::exception& exception) {
            job.error = Error{ErrorCode::Internal, std::string("the decoder failed: ") + exception.what(), {}};
        }
        job.bytes = SharedBytes();
    }

    const Source& m_source;
    const RawDataset& m_raw;
    StoreBuilder& m_builder;
    int m_boxSide;
    std::vector<PictureHash>& m_hashes;
    std::vector<bool>& m_kept;
    ProblemCollector& m_problems;
    Reporter m_report;
    std::stop_token m_stop;
    Budget m_budget;
    std::size_t m_done = 0;
};

bool isPlanar(const RawDataset& raw) { return std::holds_alternative<RawDataset::Planar>(raw.samples.front().pixels); }

Status importPlanar(const RawDataset& raw, StoreBuilder& builder, std::vector<PictureHash>& hashes,
                    std::vector<bool>& kept, const ProgressFn& progress, const std::stop_token& stop) {
    const ImageGeometry first = std::get<RawDataset::Planar>(raw.samples.front().pixels).geometry;
    const auto isNative = [](ImageGeometry geometry) {
        return std::max(geometry.width, geometry.height) <= StoreBuilder::kNativeSide;
    };
    const bool uniform =
        isNative(first) && std::all_of(raw.samples.begin(), raw.samples.end(), [&](const auto& sample) {
            return std::get<RawDataset::Planar>(sample.pixels).geometry == first;
        });
    Reporter report(progress, raw.samples.size());
    for (std::size_t i = 0; i < raw.samples.size(); ++i) {
        if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "importing was stopped");
        const auto& planar = std::get<RawDataset::Planar>(raw.samples[i].pixels);
        const std::size_t size = planar.geometry.bytes();
        hashes[i] = pictureHash(std::span(*planar.bytes).subspan(static_cast<std::size_t>(planar.offset), size));
        if (uniform) {
            ASSAY_TRY(const std::span<std::uint8_t> slot, builder.slot(i, first));
            copyPlanar(planar, slot);
        } else {
            Image picture{planar.geometry, std::vector<std::uint8_t>(size)};
            copyPlanar(planar, picture.pixels);
            ASSAY_CHECK_STATUS(builder.place(i, picture, isNative(planar.geometry)));
        }
        kept[i] = true;
        if (i % 1024 == 1023) report(i + 1);
    }
    return {};
}

} // namespace

void copyPlanar(const RawDataset::Planar& planar, std::span<std::uint8_t> out) {
    const auto* from = reinterpret_cast<const std::uint8_t*>(planar.bytes->data() + planar.offset);
    const auto channels = static_cast<std::size_t>(planar.geometry.channels);
    if (!planar.channelsFirst || channels == 1) {
        std::copy_n(from, out.size(), out.begin());
        return;
    }
    const std::size_t plane = out.size() / channels;
    for (std::size_t i = 0; i < plane; ++i)
        for (std::size_t c = 0; c < channels; ++c) out[i * channels + c] = from[c * plane + i];
}

void dropUnknownLabels(RawDataset& raw, ProblemCollector& problems) {
    const auto classes = static_cast<Label>(raw.classNames.size());
    std::erase_if(raw.samples, [&](const RawDataset::Sample& sample) {
        const bool bad = sample.givenLabel != kNoLabel && (sample.givenLabel < 0 || sample.givenLabel >= classes);
        if (bad) problems.add(escapeForDisplay(sample.name), "has a label of no known class");
        return bad;
    });
}

void describeSamples(const RawDataset& raw, const std::vector<bool>& kept, StoreIndex& index) {
    index.classNames = raw.classNames;
    const bool encoded = !raw.samples.empty() && !isPlanar(raw);
    bool truth = false;
    bool split = false;
    for (const auto& sample : raw.samples) {
        truth = truth || sample.trueLabel != kNoLabel;
        split = split || sample.split.has_value();
    }
    for (std::size_t i = 0; i < raw.samples.size(); ++i) {
        if (!kept[i]) continue;
        const RawDataset::Sample& sample = raw.samples[i];
        index.names.add(sample.name);
        if (encoded) index.entries.add(std::get<RawDataset::Encoded>(sample.pixels).entry);
        index.givenLabels.push_back(sample.givenLabel);
        if (truth) index.trueLabels.push_back(sample.trueLabel);
        if (split) index.splits.push_back(sample.split.value_or(Split::Train));
    }
    // One split only is none: training needs something to be tested on.
    if (std::adjacent_find(index.splits.begin(), index.splits.end(), std::not_equal_to<>()) == index.splits.end())
        index.splits.clear();
}

Result<Imported> importPixels(const Source& source, const RawDataset& raw, StoreIndex index,
                              const std::filesystem::path& folder, int pictureSide, ProblemCollector& problems,
                              const ProgressFn& progress, std::stop_token stop) {
    const std::size_t count = raw.samples.size();
    const int boxSide = pictureSide > 0 ? pictureSide : count > kManyPictures ? 64 : StoreBuilder::kNativeSide;
    StoreBuilder builder(folder, count, boxSide);
    std::vector<PictureHash> hashes(count);
    std::vector<bool> kept(count, false);
    if (isPlanar(raw)) {
        ASSAY_CHECK_STATUS(importPlanar(raw, builder, hashes, kept, progress, stop));
    } else {
        if (!canDecodePictures())
            return fail(ErrorCode::Unsupported,
                        "this build of Assay was made without OpenCV and reads no picture files, only binary sets");
        PictureImport import(source, raw, builder, boxSide, hashes, kept, problems, progress, stop);
        ASSAY_CHECK_STATUS(import.run());
    }
    describeSamples(raw, kept, index);
    for (std::size_t i = 0; i < count; ++i)
        if (kept[i]) index.hashes.push_back(hashes[i]);
    index.native = builder.native();
    index.notes = raw.notes;
    index.unreadable = problems.take();
    if (index.names.size() == 0)
        return fail(ErrorCode::Format,
                    "not one of the " + withThousands(count) + " pictures could be read; the first one: " +
                        (index.unreadable.empty() ? std::string("unknown reason") : index.unreadable.front().reason),
                    index.unreadable.empty() ? std::string() : index.unreadable.front().file);
    Imported imported;
    ASSAY_TRY(imported.pixels, builder.finish(index.serialize()));
    imported.index = std::move(index);
    imported.index.notes.insert(imported.index.notes.end(), builder.notes().begin(), builder.notes().end());
    return imported;
}

} // namespace assay
