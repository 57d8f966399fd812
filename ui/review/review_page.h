// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QWidget>

class QLabel;

namespace assay::ui {

class PictureView;
class ThumbnailService;
class Workspace;

/// The picture in focus as large as there is room, with the two labels under it.
class ReviewPage final : public QWidget {
    Q_OBJECT
public:
    ReviewPage(Workspace& workspace, ThumbnailService& thumbnails, QWidget* parent = nullptr);

Q_SIGNALS:
    void closeRequested();

private:
    void show();

    Workspace& m_workspace;
    ThumbnailService& m_thumbnails;
    PictureView* m_picture;
    QLabel* m_labels;
};

} // namespace assay::ui
