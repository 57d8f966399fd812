// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/hash.h"
#include "core/base/registry.h"
#include "core/base/text.h"
#include "core/data/dataset_reader.h"
#include "core/data/splits.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace assay {
namespace {

constexpr std::uint64_t kLargest = 8ull << 30; ///< of one file, inflated
constexpr std::uint64_t kFileLimit = 8ull << 30;
constexpr std::size_t kHeaderLimit = 4 + 4 * 4;

/// Official test part of Fashion-MNIST (Xiao, Rasul and Vollgraf 2017), uncompressed.
constexpr std::string_view kFashionTestLabels = "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34";

struct IdxHeader {
    int dimensions = 0;
    std::uint64_t count = 0;
    std::uint64_t rows = 1;
    std::uint64_t columns = 1;
    std::uint64_t channels = 1;
    [[nodiscard]] std::size_t bytes() const { return 4 + 4 * static_cast<std::size_t>(dimensions); }
    [[nodiscard]] std::uint64_t itemBytes() const { return rows * columns * channels; }
};

/// A file of bytes (type 0x08) with 1, 3 or 4 dimensions: labels, grey pictures, pictures with channels last.
std::optional<IdxHeader> parseHeader(std::span<const std::byte> head) {
    const auto at = [&](std::size_t i) { return std::to_integer<std::uint64_t>(head[i]); };
    if (head.size() < 8 || at(0) != 0 || at(1) != 0 || at(2) != 0x08) return std::nullopt;
    IdxHeader header;
    header.dimensions = static_cast<int>(at(3));
    if ((header.dimensions != 1 && header.dimensions != 3 && header.dimensions != 4) || head.size() < header.bytes())
        return std::nullopt;
    const auto word = [&](std::size_t i) {
        return at(4 + 4 * i) << 24 | at(5 + 4 * i) << 16 | at(6 + 4 * i) << 8 | at(7 + 4 * i);
    };
    header.count = word(0);
    if (header.dimensions >= 3) {
        header.rows = word(1);
        header.columns = word(2);
    }
    if (header.dimensions == 4) header.channels = word(3);
    return header;
}

bool isGzip(std::span<const std::byte> head) {
    return head.size() >= 2 && head[0] == std::byte{0x1f} && head[1] == std::byte{0x8b};
}

std::optional<IdxHeader> headerOf(const Source& source, const std::string& entry) {
    auto head = source.head(entry, 4096);
    if (!head) return std::nullopt;
    if (isGzip(*head)) *head = gunzip(*head, kHeaderLimit).bytes;
    return parseHeader(*head);
}

std::string_view fileName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// Without folder and .gz: what names its samples.
std::string stemOf(const std::string& entry) {
    std::string name(fileName(entry));
    if (asciiLower(name).ends_with(".gz")) name.resize(name.size() - 3);
    return name;
}

std::optional<Split> splitOf(const std::string& entry) {
    const std::string name = asciiLower(fileName(entry));
    if (name.find("train") != std::string::npos) return Split::Train;
    if (name.find("t10k") != std::string::npos || name.find("test") != std::string::npos) return Split::Test;
    if (name.find("val") != std::string::npos) return Split::Validation;
    return std::nullopt;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

struct Pair {
    std::string images;
    std::string labels;
    Split split = Split::Train;
    bool splitKnown = false;
};

/// An IDX file that is wholly in memory.
struct Loaded {
    SharedBytes bytes;
    IdxHeader header;
    std::uint64_t items = 0; ///< whole ones that are really there
};

class IdxReader final : public DatasetReader {
public:
    IdxReader() {
        m_description.id = "idx";
        m_description.title = "IDX (MNIST and relatives)";
        m_description.help = "pairs of images and labels in the format of MNIST, plain or gzipped";
        m_description.citation = "LeCun, Cortes and Burges, The MNIST database of handwritten digits";
    }

    const Description& description() const override { return m_description; }

    int probe(const Source& source) const override { return pairs(source, nullptr).empty() ? 0 : 95; }

    Result<RawDataset> read(const Source& source, const ReaderOptions&, ProblemCollector& problems,
                            const ProgressFn& progress, std::stop_token stop) const override {
        RawDataset raw;
        std::vector<std::string> names = namesBeside(source);
        const bool named = !names.empty();
        const std::vector<Pair> found = pairs(source, &problems);
        const bool everySplitKnown =
            std::all_of(found.begin(), found.end(), [](const Pair& pair) { return pair.splitKnown; });
        bool fashion = asciiLower(source.location().string()).find("fashion") != std::string::npos;
        Label highest = -1;
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "reading was stopped");
            if (progress) progress({"reading", i, found.size()});
            const Result<Loaded> labels = load(source, found[i].labels, problems);
            const Result<Loaded> images = labels ? load(source, found[i].images, problems) : labels;
            if (!images) {
                problems.add(images.error().context, images.error().message);
                continue;
            }
            fashion = fashion || sha256(*labels->bytes) == kFashionTestLabels;
            if (images->items != labels->items)
                problems.add(escapeForDisplay(found[i].images),
                             "there are " + withThousands(images->items) + " pictures and " +
                                 withThousands(labels->items) + " labels; the first " +
                                 withThousands(std::min(images->items, labels->items)) + " are used");
            add(found[i], *images, *labels, everySplitKnown, named ? names.size() : 256, raw, problems, highest);
        }
        if (named) {
            raw.classNames = std::move(names);
        } else if (fashion && highest == 9) {
            raw.classNames = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                              "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
        } else {
            for (Label label = 0; label <= highest; ++label) raw.classNames.push_back(std::to_string(label));
        }
        return raw;
    }

private:
    /// Pairs of an images file and its labels, training first; a lonely one goes to `problems`.
    std::vector<Pair> pairs(const Source& source, ProblemCollector* problems) const {
        constexpr std::size_t kFewFiles = 64;
        std::vector<std::string> images;
        std::map<std::string, std::uint64_t> labels; // entry to count
        for (const SourceEntry& entry : source.entries()) {
            const std::string name = asciiLower(fileName(entry.path));
            const bool likely = name.find("ubyte") != std::string::npos || name.find("idx") != std::string::npos;
            if (!likely && source.entries().size() > kFewFiles) continue;
            const std::optional<IdxHeader> header = headerOf(source, entry.path);
            if (!header) continue;
            if (header->dimensions == 1) labels.emplace(entry.path, header->count);
            else images.push_back(entry.path);
        }
        std::vector<Pair> found;
        for (const std::string& image : images) {
            const std::string expected =
                stemOf(replaced(replaced(image, "images", "labels"),
                                image.find("idx4") == std::string::npos ? "idx3" : "idx4", "idx1"));
            const std::string folder = image.substr(0, image.size() - fileName(image).size());
            Pair pair{image, {}, Split::Train, false};
            for (const auto& [label, count] : labels)
                if (stemOf(label) == expected && label.starts_with(folder)) pair.labels = label;
            if (pair.labels.empty() && images.size() == 1 && labels.size() == 1) pair.labels = labels.begin()->first;
            if (!source.focus().empty() && image != source.focus() && pair.labels != source.focus()) continue;
            if (pair.labels.empty()) {
                if (problems) problems->add(escapeForDisplay(image), "has no labels file beside it");
                continue;
            }
            if (const auto split = splitOf(image)) {
                pair.split = *split;
                pair.splitKnown = true;
            }
            found.push_back(std::move(pair));
        }
        std::stable_sort(found.begin(), found.end(), [](const Pair& a, const Pair& b) { return a.split < b.split; });
        return found;
    }

    /// Inflates no more than the header justifies, and believes the file's size before the header.
    static Result<Loaded> load(const Source& source, const std::string& entry, ProblemCollector& problems) {
        const std::string shown = escapeForDisplay(entry);
        ASSAY_TRY(SharedBytes bytes, source.share(entry, kFileLimit));
        const bool packed = isGzip(*bytes);
        const auto header = packed ? parseHeader(gunzip(*bytes, kHeaderLimit).bytes) : parseHeader(*bytes);
        if (!header) return fail(ErrorCode::Damaged, "the IDX header is cut", shown);
        if (header->rows == 0 || header->columns == 0 || header->rows > 65'535 || header->columns > 65'535 ||
            (header->channels != 1 && header->channels != 3))
            return fail(ErrorCode::Damaged,
                        "the header claims pictures of " + withThousands(header->columns) + " × " +
                            withThousands(header->rows) + " × " + withThousands(header->channels),
                        shown);
        // At most 2^32 pictures of 2^34 bytes: the product fits only where it is small enough.
        const std::uint64_t item = header->itemBytes();
        if (header->count > kLargest / item)
            return fail(ErrorCode::Damaged,
                        "the header claims " + withThousands(header->count) + " items of " + withThousands(item) +
                            " bytes, which is more than any file that is read",
                        shown);
        const std::uint64_t expected = header->bytes() + header->count * item;
        if (packed) {
            Inflated inflated = gunzip(*bytes, expected);
            if (inflated.cut) problems.add(shown, "the gzip stream ends early or is damaged; what came before is used");
            if (inflated.exceeded) problems.add(shown, "holds more bytes than its header says; the rest is ignored");
            bytes = std::make_shared<const std::vector<std::byte>>(std::move(inflated.bytes));
        } else if (bytes->size() > expected) {
            problems.add(shown, "holds more bytes than its header says; the rest is ignored");
        }
        Loaded loaded{bytes, *header,
                      std::min(header->count, (bytes->size() - std::min(bytes->size(), header->bytes())) / item)};
        if (loaded.items < header->count)
            problems.add(shown, "record " + withThousands(loaded.items) + " is cut: the header says " +
                                    withThousands(header->count) + ", " + withThousands(loaded.items) + " are there");
        return loaded;
    }

    static void add(const Pair& pair, const Loaded& images, const Loaded& labels, bool withSplit, std::size_t classes,
                    RawDataset& raw, ProblemCollector& problems, Label& highest) {
        const std::string stem = stemOf(pair.images);
        const std::uint64_t count = std::min(images.items, labels.items);
        const ImageGeometry geometry{int(images.header.columns), int(images.header.rows), int(images.header.channels)};
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto label =
                std::to_integer<Label>((*labels.bytes)[labels.header.bytes() + static_cast<std::size_t>(i)]);
            if (static_cast<std::size_t>(label) >= classes) {
                problems.add(escapeForDisplay(pair.labels), "record " + withThousands(i) + " has class " +
                                                                std::to_string(label) + " of " +
                                                                std::to_string(classes));
                continue;
            }
            highest = std::max(highest, label);
            RawDataset::Sample sample;
            sample.name = stem + ":" + std::to_string(i);
            sample.givenLabel = label;
            if (withSplit) sample.split = pair.split;
            sample.pixels = RawDataset::Planar{images.bytes, images.header.bytes() + i * images.header.itemBytes(),
                                               false, geometry};
            raw.samples.push_back(std::move(sample));
        }
    }

    /// One class name a line, in a file beside.
    static std::vector<std::string> namesBeside(const Source& source) {
        for (const SourceEntry& entry : source.entries()) {
            const std::string name = asciiLower(fileName(entry.path));
            if (name != "classes.txt" && name != "batches.meta.txt") continue;
            const auto bytes = source.read(entry.path, 1 << 20);
            if (!bytes) continue;
            std::vector<std::string> names;
            std::string line;
            for (const std::byte byte : *bytes) {
                const char c = static_cast<char>(byte);
                if (c == '\n') names.push_back(std::exchange(line, {}));
                else if (c != '\r') line += c;
            }
            names.push_back(line);
            std::erase(names, std::string());
            return names;
        }
        return {};
    }

    Description m_description;
};

} // namespace

void registerIdx(Registry& registry) { (void)registry.readers.add(std::make_shared<IdxReader>()); }

} // namespace assay
