// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/feature_store.h"

#include "core/base/files.h"
#include "core/base/npy.h"
#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace assay {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".npy";
constexpr std::size_t kDigits = 4;

std::string_view prefixOf(MatrixKind kind) {
    return kind == MatrixKind::Features ? "features-epoch-" : "probabilities-epoch-";
}

/// In order of epoch.
std::vector<FeatureFile> featureFiles(const fs::path& folder, MatrixKind kind) {
    const std::string_view prefix = prefixOf(kind);
    std::vector<FeatureFile> found;
    std::error_code code;
    for (auto entry = fs::directory_iterator(folder, code); !code && entry != fs::directory_iterator();
         entry.increment(code)) {
        const std::string name = entry->path().filename().string();
        if (!name.starts_with(prefix) || !name.ends_with(kSuffix)) continue;
        const auto epoch =
            parseInteger(std::string_view(name).substr(prefix.size(), name.size() - prefix.size() - kSuffix.size()));
        if (epoch && *epoch > 0 && *epoch <= std::numeric_limits<int>::max())
            found.push_back({entry->path(), int(*epoch)});
    }
    std::sort(found.begin(), found.end(), [](const FeatureFile& a, const FeatureFile& b) { return a.epoch < b.epoch; });
    return found;
}

} // namespace

std::optional<FeatureFile> newestFeatureFile(const fs::path& runFolder, MatrixKind kind) {
    std::vector<FeatureFile> files = featureFiles(runFolder, kind);
    return files.empty() ? std::nullopt : std::optional(std::move(files.back()));
}

Status storeFeatures(const fs::path& runFolder, const FeatureMatrix& features, MatrixKind kind) {
    ASSAY_CHECK_STATUS(makeFolder(runFolder, "a run's features"));
    std::string number = std::to_string(features.epoch);
    if (number.size() < kDigits) number.insert(0, kDigits - number.size(), '0');
    const fs::path file = runFolder / (std::string(prefixOf(kind)) + number + std::string(kSuffix));
    ASSAY_CHECK_STATUS(writeNpy(file, features.values, std::array{features.rows(), features.dimension}));
    std::error_code ignored;
    for (const FeatureFile& other : featureFiles(runFolder, kind))
        if (other.file != file) fs::remove(other.file, ignored);
    return {};
}

Result<std::shared_ptr<const FeatureMatrix>> readFeatures(const fs::path& runFolder, std::size_t samples,
                                                          MatrixKind kind) {
    const auto file = newestFeatureFile(runFolder, kind);
    if (!file)
        return fail(ErrorCode::NotFound,
                    kind == MatrixKind::Features
                        ? "this run kept no features; train with --keep-features, or with a method that always keeps "
                          "them (tcl)"
                        : "this run kept no probabilities: they are kept at the end of a run that was not stopped; "
                          "train again, or import them",
                    runFolder.filename().string());
    ASSAY_TRY(NpyArray array, readNpy(file->file));
    if (array.shape.size() != 2 || !array.isReal() || array.shape[0] != samples || array.shape[1] == 0)
        return fail(ErrorCode::Damaged,
                    "the numbers kept by the run are not one row of numbers for each of " + withThousands(samples) +
                        " samples; train again to replace them",
                    file->file.string());
    auto features = std::make_shared<FeatureMatrix>();
    features->epoch = file->epoch;
    features->dimension = array.shape[1];
    features->values.assign(array.reals.begin(), array.reals.end());
    return features;
}

} // namespace assay
