// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/thumbnail_service.h"

#include "core/data/pixel_store.h"

#include <algorithm>
#include <cstring>

namespace assay::ui {

namespace {

constexpr int kThumbnailKiB = 128 * 1024;
constexpr int kPictureKiB = 64 * 1024;
constexpr std::size_t kBatch = 24;
constexpr int kTinySide = 96;
constexpr int kEnough = 800; ///< shorter side of the large picture, in pixels

int kibOf(const QImage& image) { return std::max(1, int(image.sizeInBytes() / 1024)); }

} // namespace

bool tiny(const QImage& picture) { return std::max(picture.width(), picture.height()) <= kTinySide; }

QImage toQImage(std::span<const std::uint8_t> pixels, ImageGeometry geometry) {
    if (pixels.size() < geometry.bytes() || geometry.width < 1 || geometry.height < 1) return {};
    const bool grey = geometry.channels == 1;
    QImage image(geometry.width, geometry.height, grey ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
    const std::size_t line = std::size_t(geometry.width) * std::size_t(geometry.channels);
    for (int y = 0; y < geometry.height; ++y)
        std::memcpy(image.scanLine(y), pixels.data() + std::size_t(y) * line, line);
    return image;
}

QImage fitted(const QImage& picture, int side) {
    const int longer = std::max(picture.width(), picture.height());
    if (picture.isNull() || side < 1) return picture;
    if (!tiny(picture)) return picture.scaled(side, side, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    if (longer > side) return picture.scaled(side, side, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    const int factor = std::max(1, side / longer);
    return picture.scaled(picture.width() * factor, picture.height() * factor, Qt::IgnoreAspectRatio,
                          Qt::FastTransformation);
}

ThumbnailService::ThumbnailService(QObject* parent)
    : QObject(parent), m_thumbnails(kThumbnailKiB), m_pictures(kPictureKiB) {}

void ThumbnailService::setDataset(std::shared_ptr<const Dataset> dataset) {
    ++m_generation;
    m_dataset = std::move(dataset);
    m_wishes.clear();
    m_thumbnails.clear();
    m_pictures.clear();
    m_problems.clear();
    m_asked.clear();
}

QImage ThumbnailService::thumbnail(SampleIndex sample, int side) const {
    const QImage* image = m_thumbnails.object(key(sample, side));
    return image == nullptr ? QImage() : *image;
}

void ThumbnailService::want(const std::vector<SampleIndex>& samples, int side) {
    m_wishes.clear();
    for (auto it = samples.rbegin(); it != samples.rend(); ++it)
        if (!m_thumbnails.contains(key(*it, side))) m_wishes.push_back({*it, side});
    dispatch();
}

void ThumbnailService::wantAlso(SampleIndex sample, int side) {
    if (m_thumbnails.contains(key(sample, side))) return;
    m_wishes.push_back({sample, side});
    dispatch();
}

void ThumbnailService::dispatch() {
    if (!m_dataset || !m_dataset->pixels) return;
    while (m_working < 2 && !m_wishes.empty()) {
        const std::size_t count = std::min(kBatch, m_wishes.size());
        std::vector<Wish> batch(m_wishes.rbegin(), m_wishes.rbegin() + std::ptrdiff_t(count));
        m_wishes.resize(m_wishes.size() - count);
        ++m_working;
        using Made = std::vector<std::pair<quint64, QImage>>;
        m_pool.run(
            [batch, pixels = m_dataset->pixels]() -> Result<Made> {
                Made made;
                for (const Wish& wish : batch)
                    if (wish.sample.value < pixels->size())
                        made.emplace_back(key(wish.sample, wish.side),
                                          fitted(toQImage(pixels->picture(wish.sample), pixels->geometry()), wish.side)
                                              .convertToFormat(QImage::Format_RGB32));
                return made;
            },
            [this, generation = m_generation](Result<Made> made) {
                --m_working;
                if (made && generation == m_generation) {
                    for (auto& [id, image] : *made) {
                        const int cost = kibOf(image);
                        m_thumbnails.insert(id, new QImage(std::move(image)), cost);
                    }
                    Q_EMIT arrived();
                }
                dispatch();
            });
    }
}

QImage ThumbnailService::picture(SampleIndex sample) {
    if (!m_dataset || sample.value >= m_dataset->size()) return {};
    if (const QImage* known = m_pictures.object(sample.value)) return *known;
    if (!m_dataset->pictures || m_problems.contains(sample.value) || m_asked.contains(sample.value)) return {};
    m_asked.insert(sample.value);
    m_pool.run(
        [pictures = m_dataset->pictures, sample]() -> Result<QImage> {
            ASSAY_TRY(const Image image, pictures->picture(sample, kEnough));
            return toQImage(image.pixels, image.geometry);
        },
        [this, sample, generation = m_generation](Result<QImage> image) {
            if (generation != m_generation) return;
            m_asked.remove(sample.value);
            if (image && !image->isNull()) {
                const int cost = kibOf(*image);
                m_pictures.insert(sample.value, new QImage(std::move(*image)), cost);
            } else {
                m_problems.insert(sample.value, image ? tr("The picture is empty")
                                                      : QString::fromStdString(image.error().sentence()));
            }
            Q_EMIT pictureArrived(sample);
        });
    return {};
}

QString ThumbnailService::pictureProblem(SampleIndex sample) const { return m_problems.value(sample.value); }

} // namespace assay::ui
