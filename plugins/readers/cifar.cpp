// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/registry.h"
#include "core/base/text.h"
#include "core/data/dataset_reader.h"
#include "core/data/list_files.h"
#include "core/data/splits.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace assay {
namespace {

constexpr std::size_t kPixels = 3 * 32 * 32;

struct Batch {
    std::string entry;
    std::uint64_t size = 0;
    Split split = Split::Train;
};

std::string_view fileName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// What tells CIFAR-10 and CIFAR-100 apart.
struct Variant {
    std::string id;
    std::string title;
    std::size_t labelBytes = 1; ///< the last of them is the one that counts
    std::size_t classes = 10;
    std::string_view namesFile;
    std::vector<std::string> (*defaultNames)();
    bool (*isBatch)(std::string_view lowerName);
};

class CifarReader final : public DatasetReader {
public:
    explicit CifarReader(Variant variant) : m_variant(std::move(variant)) {
        m_description.id = m_variant.id;
        m_description.title = m_variant.title;
        m_description.help =
            "the binary version, as published: " + std::to_string(m_variant.labelBytes + kPixels) + " bytes a picture";
        m_description.citation = "Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009";
    }

    const Description& description() const override { return m_description; }

    int probe(const Source& source) const override {
        const std::vector<Batch> found = batches(source);
        const bool one =
            std::any_of(found.begin(), found.end(), [&](const Batch& batch) { return batch.size >= recordBytes(); });
        const bool whole = std::all_of(found.begin(), found.end(),
                                       [&](const Batch& batch) { return batch.size % recordBytes() == 0; });
        if (!one) return found.empty() ? 0 : 1; // nothing whole: only said where no other format fits
        return whole ? 100 : 85;
    }

    Result<RawDataset> read(const Source& source, const ReaderOptions&, ProblemCollector& problems,
                            const ProgressFn& progress, std::stop_token stop) const override {
        RawDataset raw;
        raw.classNames = classNames(source, problems);
        const std::vector<Batch> found = batches(source);
        const bool severalSplits = std::any_of(found.begin(), found.end(),
                                               [&](const Batch& batch) { return batch.split != found.front().split; });
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "reading was stopped");
            if (progress) progress({"reading", i, found.size()});
            const Result<SharedBytes> bytes = source.share(found[i].entry, 4ull << 30);
            if (!bytes) {
                problems.add(escapeForDisplay(found[i].entry), bytes.error().message);
                continue;
            }
            // Whoever lost the end of one record may have lost whole ones, and the places of all that follow with them.
            if ((*bytes)->size() % recordBytes() != 0)
                return fail(ErrorCode::Damaged,
                            "record " + withThousands((*bytes)->size() / recordBytes()) +
                                " is cut: the batch ends in the middle of a picture; fetch the file again",
                            escapeForDisplay(found[i].entry));
            readBatch(*bytes, found[i], severalSplits, raw, problems);
        }
        return raw;
    }

private:
    std::size_t recordBytes() const { return m_variant.labelBytes + kPixels; }

    /// Training batches in order, then the test batch.
    std::vector<Batch> batches(const Source& source) const {
        std::vector<Batch> found;
        for (const SourceEntry& entry : source.entries()) {
            if (!source.focus().empty() && entry.path != source.focus()) continue;
            const std::string name = asciiLower(fileName(entry.path));
            if (!m_variant.isBatch(name)) continue;
            found.push_back({entry.path, entry.size, name.starts_with("test") ? Split::Test : Split::Train});
        }
        std::stable_sort(found.begin(), found.end(), [](const Batch& a, const Batch& b) {
            if (a.split != b.split) return a.split < b.split;
            if (a.entry.size() != b.entry.size()) return a.entry.size() < b.entry.size();
            return a.entry < b.entry;
        });
        return found;
    }

    std::vector<std::string> classNames(const Source& source, ProblemCollector& problems) const {
        for (const SourceEntry& entry : source.entries()) {
            const std::string name = asciiLower(fileName(entry.path));
            if (name != m_variant.namesFile && name != "classes.txt") continue;
            if (const auto bytes = source.read(entry.path, 1 << 20)) {
                std::vector<std::string> names = splitLines(*bytes);
                if (names.size() == m_variant.classes) return names;
            }
            problems.add(escapeForDisplay(entry.path), "does not hold " + std::to_string(m_variant.classes) +
                                                           " class names; the usual ones are used");
        }
        return m_variant.defaultNames();
    }

    void readBatch(const SharedBytes& bytes, const Batch& batch, bool severalSplits, RawDataset& raw,
                   ProblemCollector& problems) const {
        std::string stem(fileName(batch.entry));
        if (asciiLower(stem).ends_with(".bin")) stem.resize(stem.size() - 4);
        const std::size_t count = bytes->size() / recordBytes();
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t begin = i * recordBytes();
            const auto label = std::to_integer<Label>((*bytes)[begin + m_variant.labelBytes - 1]);
            RawDataset::Sample sample;
            sample.name = stem + ":" + std::to_string(i);
            if (static_cast<std::size_t>(label) >= m_variant.classes) {
                problems.add(escapeForDisplay(batch.entry), "record " + withThousands(i) + " has class " +
                                                                std::to_string(label) + " of " +
                                                                std::to_string(m_variant.classes));
                continue;
            }
            sample.givenLabel = label;
            if (severalSplits) sample.split = batch.split;
            sample.pixels = RawDataset::Planar{bytes, begin + m_variant.labelBytes, true, {32, 32, 3}};
            raw.samples.push_back(std::move(sample));
        }
    }

    Variant m_variant;
    Description m_description;
};

std::vector<std::string> cifar10Names() {
    return {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
}

std::vector<std::string> cifar100Names() {
    static constexpr std::array<std::string_view, 100> kNames{
        "apple",      "aquarium_fish", "baby",         "bear",       "beaver",      "bed",         "bee",
        "beetle",     "bicycle",       "bottle",       "bowl",       "boy",         "bridge",      "bus",
        "butterfly",  "camel",         "can",          "castle",     "caterpillar", "cattle",      "chair",
        "chimpanzee", "clock",         "cloud",        "cockroach",  "couch",       "crab",        "crocodile",
        "cup",        "dinosaur",      "dolphin",      "elephant",   "flatfish",    "forest",      "fox",
        "girl",       "hamster",       "house",        "kangaroo",   "keyboard",    "lamp",        "lawn_mower",
        "leopard",    "lion",          "lizard",       "lobster",    "man",         "maple_tree",  "motorcycle",
        "mountain",   "mouse",         "mushroom",     "oak_tree",   "orange",      "orchid",      "otter",
        "palm_tree",  "pear",          "pickup_truck", "pine_tree",  "plain",       "plate",       "poppy",
        "porcupine",  "possum",        "rabbit",       "raccoon",    "ray",         "road",        "rocket",
        "rose",       "sea",           "seal",         "shark",      "shrew",       "skunk",       "skyscraper",
        "snail",      "snake",         "spider",       "squirrel",   "streetcar",   "sunflower",   "sweet_pepper",
        "table",      "tank",          "telephone",    "television", "tiger",       "tractor",     "train",
        "trout",      "tulip",         "turtle",       "wardrobe",   "whale",       "willow_tree", "wolf",
        "woman",      "worm"};
    return {kNames.begin(), kNames.end()};
}

bool isCifar10Batch(std::string_view name) {
    return name.ends_with(".bin") && (name.starts_with("data_batch") || name.starts_with("test_batch"));
}

bool isCifar100Batch(std::string_view name) { return name == "train.bin" || name == "test.bin"; }

} // namespace

void registerCifar(Registry& registry) {
    (void)registry.readers.add(std::make_shared<CifarReader>(
        Variant{"cifar-10", "CIFAR-10, binary", 1, 10, "batches.meta.txt", cifar10Names, isCifar10Batch}));
    (void)registry.readers.add(
        std::make_shared<CifarReader>(Variant{"cifar-100", "CIFAR-100, binary (fine labels)", 2, 100,
                                              "fine_label_names.txt", cifar100Names, isCifar100Batch}));
}

} // namespace assay
