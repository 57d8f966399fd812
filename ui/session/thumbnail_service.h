// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "ui/session/task_pool.h"

#include <QCache>
#include <QImage>
#include <QObject>
#include <QSet>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace assay::ui {

/// A copy of our own pixels as Qt has pictures.
[[nodiscard]] QImage toQImage(std::span<const std::uint8_t> pixels, ImageGeometry geometry);
/// Fits a picture into a square of device pixels: tiny ones by a whole factor without smoothing, photos smoothly.
[[nodiscard]] QImage fitted(const QImage& picture, int side);
/// Whether a picture of this size is enlarged without smoothing.
[[nodiscard]] bool tiny(const QImage& picture);

/// Small pictures from the pixel store and large ones from the source, made on threads, visible ones first, least
/// recently used first to go. What is no longer wanted is not made. GUI thread.
class ThumbnailService final : public QObject {
    Q_OBJECT
public:
    explicit ThumbnailService(QObject* parent = nullptr);

    void setDataset(std::shared_ptr<const Dataset> dataset);

    /// Null where it is not made yet; `side` in device pixels.
    [[nodiscard]] QImage thumbnail(SampleIndex sample, int side) const;
    /// These and no others, in this order; arrived() follows.
    void want(const std::vector<SampleIndex>& samples, int side);
    /// One more, before the others (exemplars, neighbours).
    void wantAlso(SampleIndex sample, int side);

    /// The large picture; null where it is not read yet, then pictureArrived() follows.
    [[nodiscard]] QImage picture(SampleIndex sample);
    /// Why there is none; empty where there is, or where it is on its way.
    [[nodiscard]] QString pictureProblem(SampleIndex sample) const;

Q_SIGNALS:
    void arrived();
    void pictureArrived(assay::SampleIndex sample);

private:
    struct Wish {
        SampleIndex sample;
        int side = 0;
    };
    static quint64 key(SampleIndex sample, int side) { return quint64(sample.value) << 16 | quint64(side & 0xffff); }
    void dispatch();

    std::shared_ptr<const Dataset> m_dataset;
    std::uint64_t m_generation = 0;
    std::vector<Wish> m_wishes; ///< last first
    int m_working = 0;
    mutable QCache<quint64, QImage> m_thumbnails;
    QCache<quint32, QImage> m_pictures;
    QHash<quint32, QString> m_problems;
    QSet<quint32> m_asked;
    TaskPool m_pool{2};
};

} // namespace assay::ui
