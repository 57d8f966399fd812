// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "ui/plots/plot_theme.h"

#include <QByteArray>
#include <QSize>
#include <QString>
#include <QWidget>

class QAction;
class QHBoxLayout;
class QLabel;
class QPaintDevice;
class QPushButton;
class QStackedWidget;
class QToolButton;

namespace assay::ui {

enum class FigureFormat { Svg, Pdf, Png };

/// What every plot has: a title with room for buttons, a canvas, a sentence where there is nothing to show yet,
/// colours that follow the palette, a summary for screen readers, and a menu that copies the data, shows it as a
/// table, or saves the figure. Saved figures are always light.
class PlotWidget : public QWidget {
    Q_OBJECT
public:
    PlotWidget(const QString& objectName, const QString& title, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    [[nodiscard]] QString title() const;
    /// What will fill this plot, the button that does it and the other one that does (none where empty).
    void setEmptyText(const QString& sentence, const QString& button = {}, const QString& otherButton = {});
    /// Another sentence over the same buttons.
    void setEmptySentence(const QString& sentence);
    [[nodiscard]] QString emptyText() const;
    [[nodiscard]] bool hasData() const { return m_hasData; }
    /// One or two sentences with the figures that matter: also the accessible description.
    [[nodiscard]] QString summary() const;
    [[nodiscard]] const PlotTheme& theme() const { return m_theme; }
    /// Hides title and buttons, for a plot inside a panel that has its own.
    void setHeaderVisible(bool visible);
    /// Shows a button that asks for the plot at full size.
    void setExpandable(bool expandable);

    /// What is drawn, as tab-separated lines with a header.
    [[nodiscard]] virtual QString dataAsTsv() const = 0;
    /// Nothing is picked any more: what is on show is another run's.
    virtual void deselect() {}
    /// The figure in a light theme; `size` in pixels (points for PDF).
    [[nodiscard]] QByteArray figure(FigureFormat format, QSize size);
    /// Format by the file's ending: svg, pdf, png.
    [[nodiscard]] Status saveFigure(const QString& file, QSize size = {});

public Q_SLOTS:
    void copyData();
    void copyFigure();
    void showDataTable();
    void askAndSaveFigure();

Q_SIGNALS:
    void emptyButtonClicked();
    void otherEmptyButtonClicked();
    void expandRequested();
    void notice(const QString& sentence); ///< for the status line

protected:
    void setCanvas(QWidget* canvas);
    void addHeaderWidget(QWidget* widget);
    void addMenuAction(QAction* action);
    void setHasData(bool hasData);
    void setSummary(const QString& summary);
    void showMenu(QPoint globalPosition);

    /// Called when the theme or the font is another one; also once for each exported figure.
    virtual void themeChanged() = 0;
    virtual void drawFigure(QPaintDevice& device, QSize size) = 0;

    void changeEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    PlotTheme m_theme;
    bool m_hasData = false;
    QWidget* m_header = nullptr;
    QHBoxLayout* m_headerLayout = nullptr;
    QLabel* m_title = nullptr;
    QToolButton* m_expand = nullptr;
    QStackedWidget* m_stack = nullptr;
    QLabel* m_emptyText = nullptr;
    QPushButton* m_emptyButton = nullptr;
    QPushButton* m_otherEmptyButton = nullptr;
    QList<QAction*> m_extraActions;
};

} // namespace assay::ui
