// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QWidget>

#include <vector>

class QSplitter;
class QStackedWidget;

namespace assay::ui {

class FeatureMapPanel;
class GalleryPanel;
class LossHistogramPanel;
class ReviewController;
class ReviewPage;
class ThumbnailService;
class Workspace;

/// The middle of the audit layout: the histogram, and the map of a run that kept features, above the gallery; in review
/// the large picture above a strip.
class AuditPage final : public QWidget {
    Q_OBJECT
public:
    AuditPage(Workspace& workspace, ThumbnailService& thumbnails, QWidget* parent = nullptr);

    [[nodiscard]] GalleryPanel& gallery() const { return *m_gallery; }
    [[nodiscard]] LossHistogramPanel& histogram() const { return *m_histogram; }
    [[nodiscard]] ReviewPage& review() const { return *m_review; }
    [[nodiscard]] ReviewController& controller() const { return *m_controller; }
    /// Letters start the choice of a class; true where the key was used.
    bool typeAhead(const QString& letters);

    [[nodiscard]] QByteArray saveState() const;
    void restoreState(const QByteArray& state);

Q_SIGNALS:
    void showSamples(const std::vector<assay::SampleIndex>& samples, const QString& title);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void showReview(bool open);

    Workspace& m_workspace;
    GalleryPanel* m_gallery;
    LossHistogramPanel* m_histogram;
    FeatureMapPanel* m_map;
    QSplitter* m_plots;
    ReviewPage* m_review;
    ReviewController* m_controller;
    QSplitter* m_splitter;
    QStackedWidget* m_top;
    QByteArray m_gridSizes;
};

} // namespace assay::ui
