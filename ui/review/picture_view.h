// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QWidget>

namespace assay::ui {

/// One picture as large as there is room: tiny ones by a whole factor without smoothing, photos smoothly.
class PictureView final : public QWidget {
    Q_OBJECT
public:
    explicit PictureView(QWidget* parent = nullptr);

    /// A null picture shows `text` instead.
    void setPicture(const QImage& picture, const QString& text = {});
    [[nodiscard]] const QImage& picture() const { return m_picture; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {64, 64}; }

Q_SIGNALS:
    void doubleClicked();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;

private:
    QImage m_picture;
    QImage m_fitted;
    int m_fittedSide = 0;
    QString m_text;
};

} // namespace assay::ui
