// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/registry.h"
#include "core/base/text.h"
#include "core/data/list_files.h"

#include <unordered_map>
#include <utility>

namespace assay {
namespace {

constexpr const char* kNoisyLabels = "noisy_label_kv.txt";
constexpr const char* kCleanLabels = "clean_label_kv.txt";
constexpr const char* kNoisyTrain = "noisy_train_key_list.txt";
constexpr const char* kCleanTrain = "clean_train_key_list.txt";
constexpr Label kClasses = 14;

using LabelOf = std::unordered_map<std::string, Label>;

/// Clothing1M: labels by path, and lists of paths. Some pictures have both a noisy and a clean label.
class Clothing1MReader final : public DatasetReader {
public:
    Clothing1MReader() {
        m_description.id = "clothing1m";
        m_description.title = "Clothing1M";
        m_description.help = "noisy_label_kv.txt, clean_label_kv.txt and the key lists beside images/";
        m_description.citation = "Xiao et al., Learning from Massive Noisy Labeled Data, CVPR 2015";
    }

    const Description& description() const override { return m_description; }

    int probe(const Source& source) const override {
        if (!source.focus().empty() && !source.focus().ends_with("_key_list.txt") &&
            !source.focus().ends_with("_label_kv.txt"))
            return 0;
        return folderHolding(source, kNoisyLabels) || folderHolding(source, kCleanLabels) ? 100 : 0;
    }

    Result<RawDataset> read(const Source& source, const ReaderOptions&, ProblemCollector& problems, const ProgressFn&,
                            std::stop_token stop) const override {
        std::string root;
        if (const auto noisy = folderHolding(source, kNoisyLabels)) root = *noisy;
        else root = folderHolding(source, kCleanLabels).value_or("");
        RawDataset raw;
        raw.classNames = classNames(source, root);
        PictureList pictures(source, raw, problems);
        ASSAY_TRY(const LabelOf noisy, readLabels(source, root + kNoisyLabels, pictures));
        ASSAY_TRY(const LabelOf clean, readLabels(source, root + kCleanLabels, pictures));
        const bool cleanTraining = source.focus().ends_with(kCleanTrain);
        const struct {
            const char* list;
            Split split;
            bool noisy;
        } parts[] = {{cleanTraining ? kCleanTrain : kNoisyTrain, Split::Train, !cleanTraining},
                     {"clean_val_key_list.txt", Split::Validation, false},
                     {"clean_test_key_list.txt", Split::Test, false}};
        for (const auto& part : parts) {
            if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "reading was stopped");
            if (!hasEntry(source, root + part.list)) continue;
            ASSAY_TRY(const std::vector<std::string> keys, readListFile(source, root + part.list));
            for (std::size_t i = 0; i < keys.size(); ++i) {
                const Label cleanLabel = labelOf(clean, keys[i]);
                const Label given = part.noisy ? labelOf(noisy, keys[i]) : cleanLabel;
                if (given == kNoLabel) pictures.refuse(root + part.list, i + 1, "names a picture without a label");
                else pictures.add(root + keys[i], given, part.noisy ? cleanLabel : given, part.split);
            }
        }
        pictures.finish();
        raw.notes.emplace_back(cleanTraining
                                   ? "training on the clean list; open the folder for the noisy one"
                                   : "training on the noisy list; open clean_train_key_list.txt for the clean "
                                     "one. Where a picture has a clean label too, it is its truth");
        return raw;
    }

private:
    static Label labelOf(const LabelOf& labels, const std::string& key) {
        const auto at = labels.find(key);
        return at == labels.end() ? kNoLabel : at->second;
    }

    static Result<LabelOf> readLabels(const Source& source, const std::string& file, PictureList& pictures) {
        LabelOf labels;
        if (!hasEntry(source, file)) return labels;
        ASSAY_TRY(const std::vector<std::string> lines, readListFile(source, file));
        labels.reserve(lines.size());
        for (std::size_t i = 0; i < lines.size(); ++i) {
            auto listed = parseListedPicture(lines[i]);
            if (!listed || listed->label >= kClasses)
                pictures.refuse(file, i + 1, "is not a path and a class from 0 to 13");
            else labels.emplace(std::move(listed->path), listed->label);
        }
        return labels;
    }

    static std::vector<std::string> classNames(const Source& source, const std::string& root) {
        if (auto names = readListFile(source, root + "category_names_eng.txt");
            names && names->size() == std::size_t(kClasses))
            return *names;
        return {"T-Shirt", "Shirt",    "Knitwear", "Chiffon", "Sweater", "Hoodie", "Windbreaker",
                "Jacket",  "Downcoat", "Suit",     "Shawl",   "Dress",   "Vest",   "Underwear"};
    }

    Description m_description;
};

} // namespace

void registerClothing1m(Registry& registry) { (void)registry.readers.add(std::make_shared<Clothing1MReader>()); }

} // namespace assay
