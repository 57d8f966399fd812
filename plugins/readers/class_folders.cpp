// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/registry.h"
#include "core/base/text.h"
#include "core/data/dataset_reader.h"
#include "core/data/image_header.h"
#include "core/data/picture_names.h"
#include "core/data/splits.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace assay {
namespace {

/// How the folders of a source are to be read.
struct Layout {
    std::string root;         ///< above the classes (or splits); ends in '/' or is empty
    bool splits = false;      ///< the first level below root is train, test, …
    bool unlabelled = false;  ///< there is a folder for pictures without a label, beside those of the classes
    std::size_t pictures = 0; ///< by their extension, or by their first bytes where none has one
    std::set<std::string> classes;
};

std::string_view folderOf(std::string_view path) { return path.substr(0, path.size() - fileNameOf(path).size()); }

std::string_view firstPart(std::string_view path) { return path.substr(0, path.find('/')); }

/// What people and tools call a folder of pictures that have no label.
bool isUnlabelledName(std::string_view folder) {
    const std::string lower = asciiLower(folder);
    return lower == "_unlabeled" || lower == "_unlabelled" || lower == "unlabeled" || lower == "unlabelled";
}

/// The class folder of an entry below root, and its split; empty where it lies in none.
struct Place {
    std::string_view className;
    std::optional<Split> split;
};

Place placeOf(std::string_view path, const Layout& layout) {
    if (!path.starts_with(layout.root)) return {};
    path.remove_prefix(layout.root.size());
    Place place;
    if (layout.splits) {
        const std::string_view first = firstPart(path);
        place.split = parseSplitName(first);
        if (first.size() == path.size()) return {};
        if (place.split) path.remove_prefix(first.size() + 1);
        else if (!isUnlabelledName(first)) return {};
    }
    const std::string_view name = firstPart(path);
    if (name.size() != path.size()) place.className = name;
    return place;
}

bool looksLikePicture(const Source& source, const std::string& entry) {
    const auto head = source.head(entry, 64);
    if (!head) return false;
    const auto header = readImageHeader(*head);
    return header.has_value() || header.error().code == ErrorCode::Damaged;
}

Layout lookAt(const Source& source) {
    constexpr std::size_t kHeads = 256;
    Layout layout;
    std::vector<std::string_view> pictures;
    for (const SourceEntry& entry : source.entries())
        if (hasPictureExtension(entry.path)) pictures.emplace_back(entry.path);
    if (pictures.empty() && source.randomAccess()) {
        std::size_t heads = 0;
        for (const SourceEntry& entry : source.entries())
            if (!isBesidePictures(entry.path) && heads++ < kHeads && looksLikePicture(source, entry.path))
                pictures.emplace_back(entry.path);
    }
    layout.pictures = pictures.size();
    if (pictures.empty()) return layout;

    std::string_view common = folderOf(pictures.front());
    for (const std::string_view picture : pictures)
        while (!picture.starts_with(common)) common = folderOf(common.substr(0, common.size() - 1));
    // Pictures right in the common folder: then that folder is the one class.
    const bool flat = std::all_of(pictures.begin(), pictures.end(),
                                  [&](std::string_view picture) { return folderOf(picture) == common; });
    if (flat) {
        if (common.empty()) return layout;
        common = folderOf(common.substr(0, common.size() - 1));
    }
    layout.root = std::string(common);
    std::set<std::string_view> tops;
    bool deeper = false;
    for (const std::string_view picture : pictures) {
        const std::string_view rest = picture.substr(common.size());
        const std::string_view first = firstPart(rest);
        if (first.size() == rest.size()) continue;
        tops.insert(first);
        deeper = deeper || rest.find('/', first.size() + 1) != std::string_view::npos;
    }
    const auto isSplit = [](std::string_view top) { return parseSplitName(top).has_value(); };
    layout.splits = deeper && std::any_of(tops.begin(), tops.end(), isSplit) &&
                    std::all_of(tops.begin(), tops.end(),
                                [&](std::string_view top) { return isSplit(top) || isUnlabelledName(top); });
    for (const std::string_view picture : pictures)
        if (const Place place = placeOf(picture, layout); !place.className.empty())
            layout.classes.emplace(place.className);
    const auto unlabelled = std::size_t(std::count_if(layout.classes.begin(), layout.classes.end(), isUnlabelledName));
    layout.unlabelled = unlabelled > 0 && unlabelled < layout.classes.size();
    if (layout.unlabelled) std::erase_if(layout.classes, isUnlabelledName);
    return layout;
}

class ClassFoldersReader final : public DatasetReader {
public:
    ClassFoldersReader() {
        m_description.id = "class-folders";
        m_description.title = "A folder per class";
        m_description.help =
            "pictures in one folder per class, perhaps below train, val and test; those without a label in one called _unlabeled";
    }

    const Description& description() const override { return m_description; }

    int probe(const Source& source) const override {
        if (!source.focus().empty()) return 0;
        const Layout layout = lookAt(source);
        if (layout.pictures == 0) return 0;
        return layout.classes.size() >= 2 ? 70 : layout.classes.size() == 1 ? 20 : 10;
    }

    Result<RawDataset> read(const Source& source, const ReaderOptions&, ProblemCollector& problems, const ProgressFn&,
                            std::stop_token stop) const override {
        const Layout layout = lookAt(source);
        if (layout.classes.empty())
            return fail(
                ErrorCode::Format,
                withThousands(layout.pictures) + (layout.pictures == 1 ? " picture" : " pictures") +
                    " but no labels: put them into a folder per class, or a CSV with their file names and labels "
                    "beside them",
                escapeForDisplay(source.location().string()));
        RawDataset raw;
        std::map<std::string, Label, std::less<>> labelOf;
        for (const std::string& name : layout.classes) { // a std::set: in byte order
            labelOf.emplace(name, static_cast<Label>(raw.classNames.size()));
            raw.classNames.push_back(name);
        }
        std::size_t outside = 0;
        for (const SourceEntry& entry : source.entries()) {
            if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "reading was stopped");
            if (isBesidePictures(entry.path)) continue;
            const Place place = placeOf(entry.path, layout);
            const auto label = place.className.empty() ? labelOf.end() : labelOf.find(place.className);
            const bool unlabelled = layout.unlabelled && isUnlabelledName(place.className);
            if (label == labelOf.end() && !unlabelled) {
                if (hasPictureExtension(entry.path) && ++outside <= kListed)
                    problems.add(escapeForDisplay(entry.path), "lies in no class folder");
                continue;
            }
            RawDataset::Sample sample;
            sample.name = entry.path;
            if (!unlabelled) sample.givenLabel = label->second;
            sample.split = place.split;
            sample.pixels = RawDataset::Encoded{entry.path};
            raw.samples.push_back(std::move(sample));
        }
        return raw;
    }

private:
    static constexpr std::size_t kListed = 1000;
    Description m_description;
};

} // namespace

void registerClassFolders(Registry& registry) { (void)registry.readers.add(std::make_shared<ClassFoldersReader>()); }

} // namespace assay
