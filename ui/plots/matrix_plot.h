// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/painted_plot.h"

#include <QStringList>

#include <optional>
#include <utility>
#include <vector>

namespace assay::ui {

/// A matrix as a heat map with its numbers in the cells (where they fit); cells are clicked, or walked through with
/// the arrow keys and opened with Enter.
class MatrixPlot final : public PaintedPlot {
    Q_OBJECT
public:
    enum class Format { Count, Share, Percent };

    explicit MatrixPlot(const QString& objectName, const QString& title, QWidget* parent = nullptr);

    /// `values` [rows][columns]; a cell that is not finite stays blank. Colours run from 0 to `full` (none: the
    /// largest value).
    void setMatrix(std::vector<std::vector<double>> values, const QStringList& rows, const QStringList& columns,
                   Format format, std::optional<double> full = {});
    /// What rows and columns are: "given" above "true".
    void setAxisTitles(const QString& rows, const QString& columns);
    [[nodiscard]] const std::vector<std::vector<double>>& values() const { return m_values; }
    [[nodiscard]] std::optional<std::pair<int, int>> currentCell() const { return m_current; }
    /// The cell's place in the canvas, in canvas coordinates.
    [[nodiscard]] QRectF cellRect(int row, int column) const;

    [[nodiscard]] QString dataAsTsv() const override;

Q_SIGNALS:
    void cellClicked(int row, int column);

protected:
    void paint(QPainter& painter, QSizeF size) const override;
    [[nodiscard]] QString hoverText(QPointF position) const override;
    void clickedAt(QPointF position) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Layout {
        QRectF cells;
        double rowNames = 0, columnNames = 0;
        bool slanted = false;
    };
    [[nodiscard]] Layout layoutFor(QSizeF size, const QFont& type) const;
    [[nodiscard]] std::optional<std::pair<int, int>> cellAt(QPointF position) const;
    [[nodiscard]] QString cellText(int row, int column) const;
    [[nodiscard]] QString cellSentence(int row, int column) const;

    std::vector<std::vector<double>> m_values;
    QStringList m_rows, m_columns;
    QString m_rowTitle, m_columnTitle;
    Format m_format = Format::Count;
    double m_full = 1;
    std::optional<std::pair<int, int>> m_current;
};

} // namespace assay::ui
