// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QStringList>
#include <QWidget>

#include <cstdint>
#include <vector>

namespace assay::ui {

class ThumbnailService;

/// A few small pictures in rows of five, each of which can be clicked: exemplars, neighbours. Each may have a word
/// below.
class SampleStrip final : public QWidget {
    Q_OBJECT
public:
    explicit SampleStrip(ThumbnailService& thumbnails, QWidget* parent = nullptr, int rows = 1);

    void setSamples(std::vector<SampleIndex> samples, int marked = -1);
    /// Aligned with the samples; those of `loud` stand out. An empty list: no words.
    void setWords(QStringList words, std::vector<std::uint8_t> loud);
    [[nodiscard]] const QStringList& words() const { return m_words; }
    [[nodiscard]] const std::vector<SampleIndex>& samples() const { return m_samples; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void clicked(assay::SampleIndex sample);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] QRect place(int i) const;
    [[nodiscard]] int wordHeight() const;

    ThumbnailService& m_thumbnails;
    std::vector<SampleIndex> m_samples;
    int m_rows = 1;
    int m_marked = -1;
    QStringList m_words;
    std::vector<std::uint8_t> m_loud;
};

} // namespace assay::ui
