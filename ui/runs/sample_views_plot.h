// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/sample_views.h"
#include "ui/plots/painted_plot.h"
#include "ui/session/task_pool.h"

#include <optional>

namespace assay::ui {

class Workspace;

/// Pictures as the method of the run on show saw them, its views side by side: weak and strong with the attention as a
/// heat map over each, or a picture beside its perturbation. As many as there is room for, the one in focus first; a
/// click takes a picture to the inspector; arrow keys walk, Enter takes it there. Follows the workspace and reads on a
/// thread.
class SampleViewsPlot final : public PaintedPlot {
    Q_OBJECT
public:
    explicit SampleViewsPlot(Workspace& workspace, QWidget* parent = nullptr);

    void setViews(std::optional<SampleViews> views);
    [[nodiscard]] const std::optional<SampleViews>& views() const { return m_views; }
    /// The view of a row of views() as it is drawn: the picture under its map.
    [[nodiscard]] QImage image(std::size_t row, std::size_t view) const;

    /// What stands above that view: its name, and how many times stronger it is drawn than it is.
    [[nodiscard]] QString caption(std::size_t row, std::size_t view) const;

    [[nodiscard]] QString dataAsTsv() const override;
    void deselect() override;

Q_SIGNALS:
    void changed(); ///< it has something to show, or nothing any more

protected:
    void paint(QPainter& painter, QSizeF size) const override;
    [[nodiscard]] QString hoverText(QPointF position) const override;
    void clickedAt(QPointF position) override;
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    struct Layout {
        int side = 0;    ///< of a picture
        int columns = 0; ///< samples in a row
        int rows = 0;
        double head = 0; ///< height of the names above each row
        double left = 0, top = 0;
    };
    [[nodiscard]] Layout layoutFor(QSizeF size) const;
    [[nodiscard]] QRectF place(const Layout& layout, std::size_t at) const; ///< of a sample's views
    [[nodiscard]] std::optional<std::size_t> rowAt(QPointF position) const;
    [[nodiscard]] std::vector<std::size_t> order() const; ///< rows of m_views, that in focus first
    [[nodiscard]] std::vector<std::size_t>
    rowsShown(const Layout& layout) const; ///< those of them that there is room for
    [[nodiscard]] QString sentence(std::size_t row) const;
    void open(std::size_t row);
    void summarise();
    void load();

    Workspace& m_workspace;
    std::optional<SampleViews> m_views;
    std::optional<SampleIndex> m_current; ///< where the keys are
    std::uint64_t m_generation = 0;
    TaskPool m_pool{1};
};

} // namespace assay::ui
