// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/data/dataset_reader.h"
#include "core/data/pixel_store.h"
#include "core/data/source.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace assay {

/// A source that was opened again, and what its reader says: for binary sets also where the pixels lie.
struct ReopenedSource {
    std::shared_ptr<const Source> source;
    std::shared_ptr<const RawDataset> raw; ///< binary sets only
};

/// Full pictures from where they are cheapest: the pixel store where it holds them in full size, else the files,
/// which are opened when the first one is asked for.
class DatasetPictures final : public PictureSource {
public:
    /// `native`: a store in full size, or null. `entries`: where each sample lies, empty for binary sets.
    DatasetPictures(std::shared_ptr<const PixelStore> native, NameTable entries, std::vector<std::string> names,
                    std::function<Result<ReopenedSource>()> reopen);

    [[nodiscard]] Result<Image> picture(SampleIndex sample, int enough) const override;
    [[nodiscard]] Result<std::pair<std::string, std::vector<std::byte>>>
    originalBytes(SampleIndex sample) const override;
    [[nodiscard]] std::optional<std::filesystem::path> originalFile(SampleIndex sample) const override;

private:
    [[nodiscard]] Result<ReopenedSource> source() const;
    [[nodiscard]] Status checkSample(SampleIndex sample) const;

    std::shared_ptr<const PixelStore> m_native;
    NameTable m_entries;
    std::vector<std::string> m_planarNames;
    std::function<Result<ReopenedSource>()> m_reopen;
    mutable std::mutex m_mutex;
    mutable ReopenedSource m_source;
};

} // namespace assay
