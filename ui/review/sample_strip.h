// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QWidget>

#include <vector>

namespace assay::ui {

class ThumbnailService;

/// A few small pictures in a row, each of which can be clicked: exemplars, neighbours.
class SampleStrip final : public QWidget {
    Q_OBJECT
public:
    explicit SampleStrip(ThumbnailService& thumbnails, QWidget* parent = nullptr);

    void setSamples(std::vector<SampleIndex> samples, int marked = -1);
    [[nodiscard]] const std::vector<SampleIndex>& samples() const { return m_samples; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void clicked(assay::SampleIndex sample);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

private:
    [[nodiscard]] QRect place(int i) const;

    ThumbnailService& m_thumbnails;
    std::vector<SampleIndex> m_samples;
    int m_marked = -1;
};

} // namespace assay::ui
