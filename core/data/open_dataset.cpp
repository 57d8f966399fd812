// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/open_dataset.h"

#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/data/dataset_pictures.h"
#include "core/data/image_codec.h"
#include "core/data/importer.h"
#include "core/data/splits.h"
#include "core/data/store_builder.h"
#include "core/data/store_index.h"
#include "core/data/store_layout.h"

#include <algorithm>
#include <exception>
#include <map>
#include <utility>

namespace assay {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kImportVersion =
    5; ///< changes whenever the same files would give other samples, pixels or names

/// A source whose reader is known.
struct Recognised {
    std::shared_ptr<const Source> source; ///< without its common folder
    std::shared_ptr<const DatasetReader> reader;
    std::string inner;
    std::string prefix;
};

bool isTable(std::string_view lowerName) {
    return lowerName.ends_with(".csv") || lowerName.ends_with(".tsv") || lowerName.ends_with(".bin") ||
           lowerName.find("ubyte") != std::string_view::npos || lowerName.find("idx") != std::string_view::npos;
}

/// The one folder that holds everything, as long as there is more in it than pictures: those need its name.
std::string commonFolder(const Source& source) {
    std::string prefix;
    if (source.entries().empty()) return prefix;
    while (true) {
        const std::string& first = source.entries().front().path;
        const std::size_t slash = first.find('/', prefix.size());
        if (slash == std::string::npos) return prefix;
        const std::string longer = first.substr(0, slash + 1);
        bool more = false;
        for (const SourceEntry& entry : source.entries()) {
            if (!entry.path.starts_with(longer)) return prefix;
            const std::string_view rest = std::string_view(entry.path).substr(longer.size());
            more = more || rest.find('/') != std::string_view::npos || isTable(asciiLower(rest));
        }
        if (!more) return prefix;
        prefix = longer;
    }
}

std::shared_ptr<const DatasetReader> bestReader(const Source& source, const Catalogue<DatasetReader>& readers) {
    std::shared_ptr<const DatasetReader> best;
    int highest = 0;
    for (const auto& reader : readers.all()) {
        int score = 0;
        try {
            score = reader->probe(source);
        } catch (const std::exception& exception) {
            log(LogLevel::Warning, "reader " + reader->description().id + " failed to look: " + exception.what());
        }
        if (score > highest) {
            highest = score;
            best = reader;
        }
    }
    return best;
}

std::string extensionOf(const std::string& path) {
    const std::string name = asciiLower(path.substr(path.rfind('/') + 1));
    const std::size_t dot = name.rfind('.');
    return dot == std::string::npos || dot == 0 ? "no extension" : name.substr(dot);
}

Error unrecognised(const Source& source) {
    const auto& entries = source.entries();
    const fs::path asked = source.focus().empty() ? source.location() : source.location() / source.focus();
    const std::string where = escapeForDisplay(asked.string());
    if (entries.empty()) return {ErrorCode::Format, "the folder is empty", where};
    std::map<std::string, std::size_t> counts;
    for (const SourceEntry& entry : entries) ++counts[extensionOf(entry.path)];
    std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string seen;
    for (std::size_t i = 0; i < std::min<std::size_t>(sorted.size(), 4); ++i)
        seen += (i ? ", " : "") + withThousands(sorted[i].second) + " × " + escapeForDisplay(sorted[i].first);
    if (sorted.size() > 4) seen += ", …";
    return {ErrorCode::Format,
            "no data set is recognised here (seen: " + seen +
                "); Assay reads a folder per class, a CSV beside pictures, CIFAR-10 and CIFAR-100 binary, IDX, "
                "Tiny-ImageNet, Clothing1M, WebVision, and archives of these",
            where};
}

std::vector<std::string> archivesOnTop(const Source& source) {
    std::vector<std::string> found;
    for (const SourceEntry& entry : source.entries()) {
        if (entry.path.find('/') != std::string::npos) continue;
        const std::string lower = asciiLower(entry.path);
        for (const char* extension : {".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".zip", ".tar.bz2", ".tar.zst"})
            if (lower.ends_with(extension)) {
                found.push_back(entry.path);
                break;
            }
    }
    return found;
}

Result<Recognised> recognise(std::shared_ptr<const Source> source, const Catalogue<DatasetReader>& readers,
                             ProblemCollector& problems, const ProgressFn& progress, const std::stop_token& stop,
                             bool lookIntoArchive = true) {
    Recognised found;
    if (source->entries().empty()) return tl::unexpected(unrecognised(*source));
    found.prefix = source->focus().empty() ? commonFolder(*source) : std::string();
    found.source = subSource(source, found.prefix);
    found.reader = bestReader(*found.source, readers);
    if (found.reader) return found;
    if (lookIntoArchive && source->focus().empty()) {
        const std::vector<std::string> archives = archivesOnTop(*source);
        if (archives.size() == 1) {
            ASSAY_TRY(auto inside, openSource(source->location() / archives.front(), problems, progress, stop));
            ASSAY_TRY(found, recognise(std::move(inside), readers, problems, progress, stop, false));
            found.inner = archives.front();
            return found;
        }
        if (archives.size() > 1)
            return fail(ErrorCode::Format,
                        "the folder holds " + std::to_string(archives.size()) + " archives; open one of them, as " +
                            escapeForDisplay(archives.front()),
                        escapeForDisplay(source->location().string()));
    }
    return tl::unexpected(unrecognised(*source));
}

std::string storeKey(const std::string& fingerprint, const Catalogue<DatasetReader>& readers,
                     const ReaderOptions& options, int pictureSide) {
    ContentHasher hasher;
    hasher.add(kImportVersion);
    if (pictureSide > 0) hasher.add(std::uint64_t(pictureSide));
    hasher.add(std::uint64_t{StoreHeader::kVersion});
    hasher.add(std::string_view(fingerprint));
    hasher.add(std::string_view(options.fileColumn));
    hasher.add(std::string_view(options.labelColumn));
    hasher.add(std::uint64_t{canDecodePictures()});
    for (const auto& reader : readers.all()) hasher.add(std::string_view(reader->description().id));
    return hasher.hex();
}

std::optional<Imported> fromCache(const fs::path& folder) {
    auto pixels = PixelStore::open(folder / kStorePixels);
    if (!pixels) {
        if (pixels.error().code == ErrorCode::Damaged) log(LogLevel::Warning, pixels.error().sentence());
        return std::nullopt;
    }
    const auto map = MappedFile::open(folder / kStoreIndex);
    if (!map || checksum64((*map)->bytes()) != (*pixels)->indexChecksum()) return std::nullopt;
    auto index = StoreIndex::parse((*map)->bytes());
    if (!index || index->names.size() != (*pixels)->size()) return std::nullopt;
    return Imported{std::move(*index), std::move(*pixels)};
}

/// Remembers which store belongs to a location, and removes the one that it replaces.
void replaceOlder(const fs::path& stores, const fs::path& location, const ReaderOptions& options, int pictureSide,
                  const std::string& key) {
    ContentHasher hasher;
    if (pictureSide > 0) hasher.add(std::uint64_t(pictureSide));
    hasher.add(std::string_view(location.native()));
    hasher.add(std::string_view(options.fileColumn));
    hasher.add(std::string_view(options.labelColumn));
    const fs::path reference = stores / (hasher.hex() + ".ref");
    if (const auto before = readFile(reference, 64); before && before->size() == key.size()) {
        const std::string old(reinterpret_cast<const char*>(before->data()), before->size());
        if (old == key) return;
        if (old.find_first_not_of("0123456789abcdef") == std::string::npos) {
            std::error_code code;
            fs::remove_all(stores / old, code);
        }
    }
    if (const Status written = writeFileAtomically(reference, key); !written)
        log(LogLevel::Info, written.error().sentence());
}

std::string hashOf(const Dataset& dataset, const std::vector<PictureHash>& hashes) {
    ContentHasher hasher;
    hasher.add(std::uint64_t{dataset.size()});
    for (const std::string& name : dataset.classNames) hasher.add(std::string_view(name));
    for (std::size_t i = 0; i < dataset.size(); ++i) hasher.add(dataset.names[i]);
    hasher.add(std::as_bytes(std::span(dataset.givenLabels)));
    hasher.add(std::as_bytes(std::span(dataset.splits)));
    hasher.add(std::as_bytes(std::span(hashes)));
    return hasher.hex();
}

class Opening {
public:
    Opening(const fs::path& path, const Catalogue<DatasetReader>& readers, const OpenOptions& options,
            const ProgressFn& progress, std::stop_token stop)
        : m_readers(readers), m_options(options), m_progress(progress), m_stop(std::move(stop)) {
        std::error_code code;
        m_path = fs::absolute(path, code).lexically_normal();
        if (!m_path.has_filename() && m_path.has_parent_path()) m_path = m_path.parent_path();
        const fs::path cache = options.cacheFolder.empty() ? userCacheFolder() : options.cacheFolder;
        m_stores = cache.empty() ? fs::path() : cache / "stores";
    }

    Result<std::shared_ptr<const Dataset>> run() {
        std::shared_ptr<const Source> source;
        std::string fingerprint = quickFingerprint(m_path, m_stop);
        if (fingerprint.empty()) {
            ASSAY_TRY(source, openSource(m_path, m_problems, m_progress, m_stop));
            fingerprint = source->fingerprint();
        }
        const std::string key = storeKey(fingerprint, m_readers, m_options.reader, m_options.pictureSide);
        const fs::path folder = m_stores.empty() ? fs::path() : m_stores / key;
        if (!folder.empty())
            if (std::optional<Imported> cached = fromCache(folder)) return publish(std::move(*cached), {}, nullptr);

        if (!source) {
            ASSAY_TRY(source, openSource(m_path, m_problems, m_progress, m_stop));
        }
        ASSAY_TRY(Recognised found, recognise(std::move(source), m_readers, m_problems, m_progress, m_stop));
        ASSAY_TRY(RawDataset raw, found.reader->read(*found.source, m_options.reader, m_problems, m_progress, m_stop));
        dropUnknownLabels(raw, m_problems);
        if (std::none_of(raw.samples.begin(), raw.samples.end(),
                         [](const RawDataset::Sample& sample) { return sample.givenLabel != kNoLabel; })) {
            const std::vector<Problem> problems = m_problems.take();
            return fail(
                ErrorCode::Format,
                (raw.samples.empty() ? std::string("no sample could be read")
                                     : "not one of the " + withThousands(raw.samples.size()) + " samples has a label") +
                    (problems.empty() ? std::string()
                                      : "; the first of " + withThousands(problems.size()) +
                                            " problems: " + problems.front().file + ": " + problems.front().reason),
                escapeForDisplay(m_path.string()));
        }
        StoreIndex index;
        index.format = found.reader->description().id;
        index.inner = found.inner;
        index.prefix = found.prefix;
        const auto shared = std::make_shared<const RawDataset>(std::move(raw));
        if (!m_options.withPixels) {
            describeSamples(*shared, std::vector<bool>(shared->samples.size(), true), index);
            index.notes = shared->notes;
            index.unreadable = m_problems.take();
            return publish({std::move(index), nullptr}, found.source, shared);
        }
        ASSAY_TRY(Imported imported, importPixels(*found.source, *shared, std::move(index), folder,
                                                  m_options.pictureSide, m_problems, m_progress, m_stop));
        if (!folder.empty()) replaceOlder(m_stores, m_path, m_options.reader, m_options.pictureSide, key);
        return publish(std::move(imported), found.source, shared);
    }

private:
    /// The data set from its index; `source` and `raw` where they are open already.
    Result<std::shared_ptr<const Dataset>> publish(Imported imported, std::shared_ptr<const Source> source,
                                                   std::shared_ptr<const RawDataset> raw) {
        StoreIndex& index = imported.index;
        auto dataset = std::make_shared<Dataset>();
        dataset->format = index.format;
        dataset->location = m_path;
        dataset->classNames = std::move(index.classNames);
        dataset->names = std::move(index.names);
        dataset->givenLabels = std::move(index.givenLabels);
        dataset->trueLabels = std::move(index.trueLabels);
        dataset->splits = std::move(index.splits);
        dataset->unreadable = std::move(index.unreadable);
        dataset->notes = std::move(index.notes);
        if (dataset->splits.empty()) {
            dataset->splitsMade = true;
            dataset->splitSeed = m_options.splitSeed;
            dataset->splits = stratifiedSplit(dataset->givenLabels, dataset->classCount(), m_options.splitSeed,
                                              m_options.testFraction);
        }
        if (dataset->classCount() == 1) dataset->notes.emplace_back("All samples are of one class");
        if (!index.hashes.empty()) dataset->contentHash = hashOf(*dataset, index.hashes);

        const bool binary = index.entries.size() == 0;
        const auto native = imported.pixels && index.native ? imported.pixels : nullptr;
        std::vector<std::string> planarNames;
        if (binary && !native)
            for (std::size_t i = 0; i < dataset->size(); ++i) planarNames.emplace_back(dataset->names[i]);
        // An archive that is kept open keeps its content in memory; it is opened again when a picture is wanted.
        if (imported.pixels) {
            source.reset();
            raw.reset();
        }
        dataset->pictures = std::make_shared<DatasetPictures>(
            native, std::move(index.entries), std::move(planarNames),
            [path = index.inner.empty() ? m_path : m_path / index.inner, prefix = index.prefix, source, raw, binary,
             reader = m_readers.find(index.format), options = m_options.reader]() -> Result<ReopenedSource> {
                if (source) return ReopenedSource{source, raw};
                ProblemCollector ignored;
                ASSAY_TRY(auto whole, openSource(path, ignored, {}, {}));
                ReopenedSource reopened{subSource(std::move(whole), prefix), nullptr};
                if (binary && reader) {
                    ASSAY_TRY(RawDataset again, reader->read(*reopened.source, options, ignored, {}, {}));
                    reopened.raw = std::make_shared<const RawDataset>(std::move(again));
                }
                return reopened;
            });
        if (m_options.withPixels) dataset->pixels = imported.pixels;
        return dataset;
    }

    const Catalogue<DatasetReader>& m_readers;
    const OpenOptions& m_options;
    const ProgressFn& m_progress;
    std::stop_token m_stop;
    fs::path m_path;
    fs::path m_stores;
    ProblemCollector m_problems;
};

} // namespace

Result<std::shared_ptr<const Dataset>> openDataset(const fs::path& path, const Catalogue<DatasetReader>& readers,
                                                   const OpenOptions& options, const ProgressFn& progress,
                                                   std::stop_token stop) {
    if (!(options.testFraction >= 0 && options.testFraction < 1))
        return fail(ErrorCode::InvalidArgument, "the share of the test split must be at least 0 and below 1");
    try {
        return Opening(path, readers, options, progress, std::move(stop)).run();
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::NoSpace, "there is not enough memory to open the data set",
                    escapeForDisplay(path.string()));
    } catch (const std::exception& exception) {
        return fail(ErrorCode::Internal, std::string("opening the data set failed: ") + exception.what(),
                    escapeForDisplay(path.string()));
    }
}

} // namespace assay
