// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/runs/run_comparison.h"

#include <QAbstractListModel>
#include <QStyledItemDelegate>
#include <QWidget>

#include <memory>
#include <vector>

class QLabel;
class QPushButton;
class QStackedWidget;

namespace assay::ui {

class GalleryView;
class ThumbnailService;
class Workspace;

/// Samples with what each compared run says of them. The run's verdict is in words too: tool tip, screen reader.
class CompareGalleryModel final : public QAbstractListModel {
    Q_OBJECT
public:
    using Runs = std::shared_ptr<const std::vector<RunFigures>>;
    CompareGalleryModel(const Workspace& workspace, QObject* parent);

    void setContent(Runs runs, std::vector<SampleIndex> samples);
    [[nodiscard]] const std::vector<RunFigures>& runs() const { return *m_runs; }
    [[nodiscard]] const std::vector<SampleIndex>& samples() const { return m_samples; }
    [[nodiscard]] const Workspace& workspace() const { return m_workspace; }
    /// "3 co-teaching: ◆ suspect, says Coat".
    [[nodiscard]] QString verdict(const RunFigures& run, SampleIndex sample) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    const Workspace& m_workspace;
    Runs m_runs;
    std::vector<SampleIndex> m_samples;
};

/// Draws a sample with a line for each run, ◆ or ● and the class that it predicts; many runs become a row of marks.
class CompareTileDelegate final : public QStyledItemDelegate {
    Q_OBJECT
public:
    CompareTileDelegate(const CompareGalleryModel& model, const ThumbnailService& thumbnails, QObject* parent);

    [[nodiscard]] QSize tileSize(const QFontMetrics& metrics) const;
    [[nodiscard]] int pictureSide() const;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    [[nodiscard]] bool inLines() const;
    void paintVerdicts(QPainter& painter, QRect area, const QStyleOptionViewItem& option, SampleIndex sample) const;

    const CompareGalleryModel& m_model;
    const ThumbnailService& m_thumbnails;
};

/// The bottom of the Compare layout: pictures on which the ticked runs differ, or those of a cell of the agreement
/// matrix, each with every run's verdict and the truth where it is known.
class CompareGallery final : public QWidget {
    Q_OBJECT
public:
    CompareGallery(Workspace& workspace, ThumbnailService& thumbnails, QWidget* parent = nullptr);

    /// `title` says which samples these are; `ofCell`: chosen in the matrix, so there is a way back to all.
    void setContent(CompareGalleryModel::Runs runs, std::vector<SampleIndex> samples, const QString& title,
                    bool ofCell);
    [[nodiscard]] const std::vector<SampleIndex>& samples() const { return m_model->samples(); }
    [[nodiscard]] QString title() const { return m_title; }

Q_SIGNALS:
    void backRequested();
    /// To the audit layout, with the focus on one of them where it was opened.
    void openRequested(const std::vector<assay::SampleIndex>& samples, const QString& title);

protected:
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void wantThumbnails();
    void open(const QModelIndex& index);

    Workspace& m_workspace;
    ThumbnailService& m_thumbnails;
    CompareGalleryModel* m_model;
    CompareTileDelegate* m_delegate;
    GalleryView* m_view;
    QStackedWidget* m_stack;
    QLabel* m_header;
    QPushButton* m_back;
    QPushButton* m_audit;
    QString m_title;
};

} // namespace assay::ui
