// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/painted_plot.h"

#include <QStringList>

#include <cstdint>
#include <optional>
#include <vector>

class QFontMetricsF;

namespace assay::ui {

/// The pseudo-labels of one class in an epoch.
struct PseudoClass {
    QString name;
    std::uint64_t accepted = 0;
    std::uint64_t right = 0, known = 0; ///< of those whose truth is known
    double expected = 0;                ///< pseudo-labels, had the class its part of the labels that count
    std::optional<double> threshold;    ///< of its own
    bool flooded = false, starved = false;
};

/// The pseudo-labels of an epoch, a bar for each class: right and wrong where the truth is known, a mark where the bar
/// would end by the class's part, its threshold where it has one of its own. Classes that take over are marked. A click
/// asks for a class's samples; arrow keys walk, Enter asks. Where there is no room for all, the largest are drawn.
class PseudoClassPlot final : public PaintedPlot {
    Q_OBJECT
public:
    explicit PseudoClassPlot(QWidget* parent = nullptr);

    void setClasses(std::vector<PseudoClass> classes); ///< [K]; empty: nothing to show
    [[nodiscard]] const std::vector<PseudoClass>& classes() const { return m_classes; }
    /// The middle of a class's row, in canvas coordinates; nothing where it is not drawn.
    [[nodiscard]] std::optional<QPointF> rowCentre(int label) const;

    [[nodiscard]] QString dataAsTsv() const override;
    void deselect() override;

Q_SIGNALS:
    void classClicked(int label);

protected:
    void paint(QPainter& painter, QSizeF size) const override;
    [[nodiscard]] QString hoverText(QPointF position) const override;
    void clickedAt(QPointF position) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Layout {
        std::vector<int> rows; ///< labels from top to bottom
        double rowHeight = 0, top = 0;
        double bars = 0, barsEnd = 0; ///< x
        double full = 1;              ///< pseudo-labels at barsEnd
        QStringList key;              ///< lines below the rows
        double footer = 0;            ///< their height
    };
    [[nodiscard]] Layout layoutFor(QSizeF size) const;
    [[nodiscard]] QStringList keyFor(std::size_t rows, const QFontMetricsF& metrics, double width) const;
    void paintRow(QPainter& painter, const Layout& layout, std::size_t row, double width) const;
    [[nodiscard]] std::optional<int> labelAt(QPointF position) const;
    [[nodiscard]] QString sentence(int label) const;
    [[nodiscard]] QString figureText(const PseudoClass& one) const;

    std::vector<PseudoClass> m_classes;
    std::optional<int> m_current;
};

} // namespace assay::ui
