// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_pictures.h"

#include "core/base/text.h"
#include "core/data/image_codec.h"
#include "core/data/importer.h"
#include "core/data/picture_names.h"

#include <algorithm>
#include <utility>

namespace assay {

DatasetPictures::DatasetPictures(std::shared_ptr<const PixelStore> native, NameTable entries,
                                 std::vector<std::string> names, std::function<Result<ReopenedSource>()> reopen)
    : m_native(std::move(native)), m_entries(std::move(entries)), m_planarNames(std::move(names)),
      m_reopen(std::move(reopen)) {}

Result<ReopenedSource> DatasetPictures::source() const {
    const std::scoped_lock lock(m_mutex);
    if (!m_source.source) {
        ASSAY_TRY(m_source, m_reopen());
    }
    return m_source;
}

Status DatasetPictures::checkSample(SampleIndex sample) const {
    const std::size_t count = m_native ? m_native->size() : std::max(m_entries.size(), m_planarNames.size());
    if (sample.value >= count)
        return fail(ErrorCode::NotFound, "the data set has no sample " + std::to_string(sample.value));
    return {};
}

Result<std::pair<std::string, std::vector<std::byte>>> DatasetPictures::originalBytes(SampleIndex sample) const {
    ASSAY_CHECK_STATUS(checkSample(sample));
    if (m_entries.size() == 0) return PictureSource::originalBytes(sample);
    ASSAY_TRY(const ReopenedSource reopened, source());
    const std::string entry(m_entries[sample.value]);
    ASSAY_TRY(std::vector<std::byte> bytes, reopened.source->read(entry, ImageLimits{}.fileBytes));
    std::string extension = lowerExtensionOf(entry);
    if (!hasPictureExtension(entry)) {
        const auto header = readImageHeader(bytes);
        extension = !header                          ? std::string()
                    : header->type == ImageType::Pnm ? ".ppm"
                                                     : "." + asciiLower(imageTypeName(header->type));
    }
    return std::pair(std::move(extension), std::move(bytes));
}

std::optional<std::filesystem::path> DatasetPictures::originalFile(SampleIndex sample) const {
    if (m_entries.size() == 0 || !checkSample(sample)) return std::nullopt;
    const auto reopened = source();
    return reopened ? reopened->source->fileOf(std::string(m_entries[sample.value])) : std::nullopt;
}

Result<Image> DatasetPictures::picture(SampleIndex sample, int enough) const {
    ASSAY_CHECK_STATUS(checkSample(sample));
    if (m_native) {
        const auto pixels = m_native->picture(sample);
        return Image{m_native->geometry(), {pixels.begin(), pixels.end()}};
    }
    ASSAY_TRY(const ReopenedSource reopened, source());
    if (m_entries.size() > 0) {
        const std::string entry(m_entries[sample.value]);
        ASSAY_TRY(const SharedBytes bytes, reopened.source->share(entry, ImageLimits{}.fileBytes));
        Result<Image> image = decodePicture(*bytes, {enough, 0});
        if (!image) return fail(image.error().code, image.error().message, escapeForDisplay(entry));
        return image;
    }
    // Readers drop what is unusable, so the sample is found by its name.
    const std::string& name = m_planarNames[sample.value];
    const auto& samples = reopened.raw->samples;
    std::size_t at = sample.value;
    if (at >= samples.size() || samples[at].name != name)
        at = static_cast<std::size_t>(
            std::find_if(samples.begin(), samples.end(), [&](const auto& item) { return item.name == name; }) -
            samples.begin());
    if (at == samples.size())
        return fail(ErrorCode::NotFound, "the sample is not in the data set any more", escapeForDisplay(name));
    const auto& planar = std::get<RawDataset::Planar>(samples[at].pixels);
    Image image{planar.geometry, std::vector<std::uint8_t>(planar.geometry.bytes())};
    copyPlanar(planar, image.pixels);
    return image;
}

} // namespace assay
