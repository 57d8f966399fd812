// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/painted_plot.h"

#include <QFont>
#include <QStringList>

#include <optional>
#include <utility>
#include <vector>

namespace assay::ui {

/// A matrix as a heat map with its numbers in the cells, all of them or (where they have no room) none; cells are
/// clicked, or walked through with the arrow keys and opened with Enter.
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
        double rowNames = 0, nameLength = 0; ///< of a row's name, of a slanted one along its line
        bool slanted = false;
        int namePixels = 0; ///< type of slanted names; 0: they have no room
    };
    /// Of every cell, row by row, in one type; none where they have no room.
    struct Numbers {
        QStringList texts;
        QFont type;
    };
    [[nodiscard]] Layout layoutFor(QSizeF size, const QFont& type) const;
    [[nodiscard]] std::optional<std::pair<int, int>> cellAt(QPointF position) const;
    [[nodiscard]] QString cellText(int row, int column) const;
    /// With fewer letters: ".12", "34" of a hundred, "1.2k".
    [[nodiscard]] QString shortText(int row, int column) const;
    [[nodiscard]] Numbers numbersFor(double width, double height, const QFont& type) const;
    [[nodiscard]] QString cellSentence(int row, int column) const;

    std::vector<std::vector<double>> m_values;
    QStringList m_rows, m_columns;
    QString m_rowTitle, m_columnTitle;
    Format m_format = Format::Count;
    double m_full = 1;
    std::optional<std::pair<int, int>> m_current;
};

} // namespace assay::ui
