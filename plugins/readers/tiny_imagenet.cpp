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

constexpr const char* kIds = "wnids.txt";

/// "n01443537<TAB>goldfish, Carassius auratus" as id and first name.
std::pair<std::string, std::string> idAndName(const std::string& line) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) return {line, {}};
    std::string name = line.substr(tab + 1);
    name.resize(std::min(name.find(','), name.size()));
    return {line.substr(0, tab), name};
}

class TinyImageNetReader final : public DatasetReader {
public:
    TinyImageNetReader() {
        m_description.id = "tiny-imagenet";
        m_description.title = "Tiny-ImageNet-200";
        m_description.help = "wnids.txt with train/<wnid>/images and val/val_annotations.txt beside it";
        m_description.citation = "Le and Yang, Tiny ImageNet Visual Recognition Challenge, 2015";
    }

    const Description& description() const override { return m_description; }

    int probe(const Source& source) const override {
        if (!source.focus().empty() && !source.focus().ends_with(kIds)) return 0;
        const auto root = folderHolding(source, kIds);
        if (!root) return 0;
        const auto& entries = source.entries();
        const std::string train = *root + "train/n";
        const auto first =
            std::lower_bound(entries.begin(), entries.end(), train,
                             [](const SourceEntry& entry, const std::string& path) { return entry.path < path; });
        return first != entries.end() && first->path.starts_with(train) ? 100 : 0;
    }

    Result<RawDataset> read(const Source& source, const ReaderOptions&, ProblemCollector& problems, const ProgressFn&,
                            std::stop_token stop) const override {
        const std::string root = folderHolding(source, kIds).value_or("");
        ASSAY_TRY(std::vector<std::string> ids, readListFile(source, root + kIds));
        std::sort(ids.begin(), ids.end());
        RawDataset raw;
        std::map<std::string, Label, std::less<>> labelOf;
        for (const std::string& id : ids) labelOf.emplace(id, Label(labelOf.size()));
        raw.classNames = classNames(source, root, ids);
        PictureList list(source, raw, problems);
        const std::string train = root + "train/";
        for (const SourceEntry& entry : source.entries()) {
            if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "reading was stopped");
            if (!entry.path.starts_with(train)) continue;
            const std::string_view rest = std::string_view(entry.path).substr(train.size());
            const std::size_t slash = rest.find('/');
            if (slash == std::string_view::npos || !rest.substr(slash).starts_with("/images/")) continue;
            const auto label = labelOf.find(rest.substr(0, slash));
            if (label != labelOf.end()) list.add(entry.path, label->second, kNoLabel, Split::Train);
        }
        ASSAY_CHECK_STATUS(readValidation(source, root, labelOf, list));
        list.finish();
        raw.notes.emplace_back(
            "classes in the order of their sorted WordNet ids; the val split, on which results are "
            "reported, is the test split here; the pictures of test have no labels and are left out");
        return raw;
    }

private:
    using LabelOf = std::map<std::string, Label, std::less<>>;

    /// The first name of each id; with the id where two share it; the id where there is no words.txt.
    static std::vector<std::string> classNames(const Source& source, const std::string& root,
                                               const std::vector<std::string>& ids) {
        std::map<std::string, std::string> nameOf;
        if (const auto words = readListFile(source, root + "words.txt"))
            for (const std::string& line : *words) nameOf.insert(idAndName(line));
        std::map<std::string, int> uses;
        for (const std::string& id : ids) ++uses[nameOf[id]];
        std::vector<std::string> names;
        for (const std::string& id : ids) {
            const std::string& name = nameOf[id];
            names.push_back(name.empty() ? id : uses[name] > 1 ? name + " (" + id + ")" : name);
        }
        return names;
    }

    static Status readValidation(const Source& source, const std::string& root, const LabelOf& labelOf,
                                 PictureList& list) {
        const std::string table = root + "val/val_annotations.txt";
        if (!hasEntry(source, table)) return {};
        ASSAY_TRY(const std::vector<std::string> lines, readListFile(source, table));
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const auto [file, rest] = idAndName(lines[i]);
            const std::string id = rest.substr(0, rest.find('\t'));
            const auto label = labelOf.find(id);
            if (label == labelOf.end()) list.refuse(table, i + 1, "names no class of wnids.txt");
            else list.add(root + "val/images/" + file, label->second, kNoLabel, Split::Test);
        }
        return {};
    }

    Description m_description;
};

} // namespace

void registerTinyImagenet(Registry& registry) { (void)registry.readers.add(std::make_shared<TinyImageNetReader>()); }

} // namespace assay
