// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/registry.h"
#include "core/base/text.h"
#include "core/data/list_files.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace assay {
namespace {

constexpr const char* kTrainList = "info/train_filelist_google.txt";
constexpr const char* kValidationList = "info/val_filelist.txt";
constexpr const char* kValidationFolder = "val_images_256/";
constexpr const char* kClassList = "info/synsets.txt";
constexpr const char* kImageNet = "imagenet/val/"; ///< ILSVRC 2012's validation pictures in a folder per synset
constexpr Label kClasses = 50;

/// The part of WebVision 1.0 that noisy-label work reports on: the pictures that Google found, classes 0 to 49.
class WebVisionMiniReader final : public DatasetReader {
public:
    WebVisionMiniReader() {
        m_description.id = "webvision-mini";
        m_description.title = "WebVision-mini";
        m_description.help =
            "WebVision 1.0's Google subset, classes 0 to 49: info/train_filelist_google.txt beside google/";
        m_description.citation = "Li et al., WebVision Database, 2017, arXiv:1708.02862";
    }

    const Description& description() const override { return m_description; }

    int probe(const Source& source) const override {
        if (!source.focus().empty() && !source.focus().ends_with(kTrainList)) return 0;
        return folderHolding(source, kTrainList) ? 100 : 0;
    }

    Result<RawDataset> read(const Source& source, const ReaderOptions&, ProblemCollector& problems, const ProgressFn&,
                            std::stop_token stop) const override {
        const std::string root = folderHolding(source, kTrainList).value_or("");
        RawDataset raw;
        raw.classNames = classNames(source, root);
        PictureList pictures(source, raw, problems);
        const std::map<std::string, Label> synsets = imageNetSynsets(source, root);
        const Split own = synsets.empty() ? Split::Test : Split::Validation;
        ASSAY_CHECK_STATUS(readList(source, root, kTrainList, "", Split::Train, pictures));
        if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "reading was stopped");
        ASSAY_CHECK_STATUS(readList(source, root, kValidationList, kValidationFolder, own, pictures));
        for (const SourceEntry& entry : source.entries()) {
            if (synsets.empty() || !entry.path.starts_with(root + kImageNet)) continue;
            const std::string rest = entry.path.substr(root.size() + std::string_view(kImageNet).size());
            const auto label = synsets.find(rest.substr(0, rest.find('/')));
            if (label != synsets.end()) pictures.add(entry.path, label->second, kNoLabel, Split::Test);
        }
        pictures.finish();
        raw.notes.emplace_back("the Google subset, classes 0 to 49 of 1,000");
        raw.notes.emplace_back(
            synsets.empty() ? "WebVision's validation pictures are the test split; put ILSVRC 2012's beside them as "
                              "imagenet/val/<synset>/ to test on both"
                            : "WebVision's validation pictures are the validation split, ImageNet's the test split");
        return raw;
    }

private:
    static Status readList(const Source& source, const std::string& root, const std::string& list,
                           const std::string& folder, Split split, PictureList& pictures) {
        if (!hasEntry(source, root + list)) return {};
        ASSAY_TRY(const std::vector<std::string> lines, readListFile(source, root + list));
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const auto listed = parseListedPicture(lines[i]);
            if (!listed) pictures.refuse(root + list, i + 1, "is not a path and a class number");
            else if (listed->label < kClasses)
                pictures.add(root + folder + listed->path, listed->label, kNoLabel, split);
        }
        return {};
    }

    /// The first fifty synsets of ImageNet in their sorted order, where its validation pictures are there.
    static std::map<std::string, Label> imageNetSynsets(const Source& source, const std::string& root) {
        std::map<std::string, Label> all;
        const std::string folder = root + kImageNet;
        for (const SourceEntry& entry : source.entries()) {
            if (!entry.path.starts_with(folder)) continue;
            const std::size_t slash = entry.path.find('/', folder.size());
            if (slash != std::string::npos) all.emplace(entry.path.substr(folder.size(), slash - folder.size()), 0);
        }
        Label next = 0;
        for (auto& [synset, label] : all) label = next++;
        std::erase_if(all, [](const auto& item) { return item.second >= kClasses; });
        return all;
    }

    /// "n01440764 tench, Tinca tinca" as "tench"; numbers where the list is not there.
    static std::vector<std::string> classNames(const Source& source, const std::string& root) {
        std::vector<std::string> names;
        if (const auto lines = readListFile(source, root + kClassList))
            for (const std::string& line : *lines) {
                if (names.size() == std::size_t(kClasses)) break;
                std::string name = line.substr(std::min(line.find(' ') + 1, line.size()));
                name.resize(std::min(name.find(','), name.size()));
                const bool taken = std::find(names.begin(), names.end(), name) != names.end();
                names.push_back(taken || name.empty() ? line.substr(0, line.find(' ')) : name);
            }
        for (std::size_t i = names.size(); i < std::size_t(kClasses); ++i)
            names.push_back("class " + std::to_string(i));
        return names;
    }

    Description m_description;
};

} // namespace

void registerWebvision(Registry& registry) { (void)registry.readers.add(std::make_shared<WebVisionMiniReader>()); }

} // namespace assay
