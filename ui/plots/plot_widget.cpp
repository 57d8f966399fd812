// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_widget.h"

#include "core/base/files.h"
#include "ui/plots/elided_label.h"

#include <QAction>
#include <QApplication>
#include <QBuffer>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QDialog>
#include <QEvent>
#include <QFile>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QPdfWriter>
#include <QPushButton>
#include <QStackedWidget>
#include <QSvgGenerator>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <filesystem>

namespace assay::ui {

PlotWidget::PlotWidget(const QString& objectName, const QString& title, QWidget* parent)
    : QWidget(parent), m_theme(PlotTheme::fromPalette(palette())) {
    setObjectName(objectName);
    setAccessibleName(title);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(160, 120);

    m_header = new QWidget(this);
    m_headerLayout = new QHBoxLayout(m_header);
    m_headerLayout->setContentsMargins(6, 2, 4, 0);
    m_headerLayout->setSpacing(4);
    m_title = new ElidedLabel(m_header);
    m_title->setObjectName(objectName + QStringLiteral("Title"));
    m_title->setText(title);
    m_title->setMinimumWidth(40);
    QFont bold(font());
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_headerLayout->addWidget(m_title, 1);
    m_expand = new QToolButton(m_header);
    m_expand->setText(QStringLiteral("⤢"));
    m_expand->setAutoRaise(true);
    m_expand->setObjectName(objectName + QStringLiteral("Expand"));
    m_expand->setToolTip(tr("Show this plot alone, at full size"));
    m_expand->setAccessibleName(tr("Expand %1").arg(title));
    m_expand->hide();
    m_headerLayout->addWidget(m_expand);
    connect(m_expand, &QToolButton::clicked, this, &PlotWidget::expandRequested);

    m_stack = new QStackedWidget(this);
    auto* empty = new QWidget(m_stack);
    auto* emptyLayout = new QVBoxLayout(empty);
    m_emptyText = new QLabel(tr("Nothing to show yet."), empty);
    m_emptyText->setObjectName(objectName + QStringLiteral("EmptyText"));
    m_emptyText->setTextFormat(Qt::PlainText);
    m_emptyText->setWordWrap(true);
    m_emptyText->setAlignment(Qt::AlignCenter);
    m_emptyText->setForegroundRole(QPalette::PlaceholderText);
    m_emptyButton = new QPushButton(empty);
    m_emptyButton->setObjectName(objectName + QStringLiteral("EmptyButton"));
    m_emptyButton->hide();
    m_otherEmptyButton = new QPushButton(empty);
    m_otherEmptyButton->setObjectName(objectName + QStringLiteral("OtherEmptyButton"));
    m_otherEmptyButton->hide();
    emptyLayout->addStretch(1);
    emptyLayout->addWidget(m_emptyText);
    emptyLayout->addWidget(m_emptyButton, 0, Qt::AlignHCenter);
    emptyLayout->addWidget(m_otherEmptyButton, 0, Qt::AlignHCenter);
    emptyLayout->addStretch(1);
    m_stack->addWidget(empty);
    connect(m_emptyButton, &QPushButton::clicked, this, &PlotWidget::emptyButtonClicked);
    connect(m_otherEmptyButton, &QPushButton::clicked, this, &PlotWidget::otherEmptyButtonClicked);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(2, 2, 2, 2);
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_stack, 1);
}

void PlotWidget::setTitle(const QString& title) {
    if (m_title->text() == title) return;
    m_title->setText(title);
    setAccessibleName(title);
}

QString PlotWidget::title() const { return m_title->text(); }

void PlotWidget::setEmptyText(const QString& sentence, const QString& button, const QString& otherButton) {
    setEmptySentence(sentence);
    m_emptyButton->setText(button);
    m_emptyButton->setVisible(!button.isEmpty());
    m_otherEmptyButton->setText(otherButton);
    m_otherEmptyButton->setVisible(!otherButton.isEmpty());
}

void PlotWidget::setEmptySentence(const QString& sentence) {
    m_emptyText->setText(sentence);
    if (!m_hasData) setAccessibleDescription(sentence);
}

QString PlotWidget::emptyText() const { return m_emptyText->text(); }

QString PlotWidget::summary() const { return accessibleDescription(); }

void PlotWidget::setHeaderVisible(bool visible) { m_header->setVisible(visible); }

void PlotWidget::setExpandable(bool expandable) { m_expand->setVisible(expandable); }

void PlotWidget::setCanvas(QWidget* canvas) {
    canvas->setFocusPolicy(Qt::NoFocus);
    m_stack->addWidget(canvas);
}

void PlotWidget::addHeaderWidget(QWidget* widget) { m_headerLayout->insertWidget(m_headerLayout->count() - 1, widget); }

void PlotWidget::addMenuAction(QAction* action) { m_extraActions.append(action); }

void PlotWidget::setHasData(bool hasData) {
    m_hasData = hasData;
    m_stack->setCurrentIndex(hasData && m_stack->count() > 1 ? 1 : 0);
    if (!hasData) setAccessibleDescription(m_emptyText->text());
}

void PlotWidget::setSummary(const QString& summary) {
    if (accessibleDescription() != summary) setAccessibleDescription(summary);
}

QByteArray PlotWidget::figure(FigureFormat format, QSize size) {
    if (!size.isValid() || size.isEmpty()) size = m_stack->size().expandedTo(QSize(480, 300));
    const PlotTheme onScreen = m_theme;
    m_theme = PlotTheme::light();
    themeChanged();
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    switch (format) {
    case FigureFormat::Svg: {
        QSvgGenerator device;
        device.setOutputDevice(&buffer);
        device.setSize(size);
        device.setViewBox(QRect(QPoint(0, 0), size));
        device.setTitle(title());
        device.setDescription(summary());
        drawFigure(device, size);
        break;
    }
    case FigureFormat::Pdf: {
        QPdfWriter device(&buffer);
        device.setTitle(title());
        device.setResolution(72);
        device.setPageSize(QPageSize(QSizeF(size), QPageSize::Point, QString(), QPageSize::ExactMatch));
        device.setPageMargins(QMarginsF(0, 0, 0, 0));
        drawFigure(device, size);
        break;
    }
    case FigureFormat::Png: {
        constexpr int kScale = 2;
        QImage device(size * kScale, QImage::Format_ARGB32_Premultiplied);
        device.setDevicePixelRatio(kScale);
        device.fill(m_theme.background);
        drawFigure(device, size);
        device.save(&buffer, "PNG");
        break;
    }
    }
    buffer.close();
    m_theme = onScreen;
    themeChanged();
    return bytes;
}

Status PlotWidget::saveFigure(const QString& file, QSize size) {
    const QString lower = file.toLower();
    FigureFormat format = FigureFormat::Png;
    if (lower.endsWith(QLatin1String(".svg"))) format = FigureFormat::Svg;
    else if (lower.endsWith(QLatin1String(".pdf"))) format = FigureFormat::Pdf;
    else if (!lower.endsWith(QLatin1String(".png")))
        return fail(ErrorCode::Unsupported, "a figure is saved as .svg, .pdf or .png; choose one of these endings",
                    file.toStdString());
    const QByteArray bytes = figure(format, size);
    return writeFileAtomically(std::filesystem::path(QFile::encodeName(file).toStdString()),
                               std::string_view(bytes.constData(), std::size_t(bytes.size())));
}

void PlotWidget::copyData() {
    QApplication::clipboard()->setText(dataAsTsv());
    Q_EMIT notice(tr("Data of “%1” copied.").arg(title()));
}

void PlotWidget::copyFigure() {
    QImage image;
    image.loadFromData(figure(FigureFormat::Png, {}), "PNG");
    QApplication::clipboard()->setImage(image);
    Q_EMIT notice(tr("Figure “%1” copied.").arg(title()));
}

void PlotWidget::showDataTable() {
    auto* dialog = new QDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title());
    dialog->setObjectName(objectName() + QStringLiteral("Table"));
    auto* layout = new QVBoxLayout(dialog);
    auto* table = new QTableWidget(dialog);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setAccessibleName(tr("Data of %1").arg(title()));
    constexpr qsizetype kMostRows = 5000;
    const QStringList lines = dataAsTsv().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    if (!lines.isEmpty()) {
        const QStringList header = lines.front().split(QLatin1Char('\t'));
        table->setColumnCount(int(header.size()));
        table->setHorizontalHeaderLabels(header);
        table->setRowCount(int(std::min(lines.size() - 1, kMostRows)));
        for (int row = 0; row < table->rowCount(); ++row) {
            const QStringList cells = lines[row + 1].split(QLatin1Char('\t'));
            for (int column = 0; column < std::min(cells.size(), header.size()); ++column) {
                auto* item = new QTableWidgetItem(cells[column]);
                item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
                table->setItem(row, column, item);
            }
        }
    }
    layout->addWidget(table);
    dialog->resize(520, 400);
    dialog->show();
}

void PlotWidget::askAndSaveFigure() {
    auto* dialog = new QFileDialog(this, tr("Save figure"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("Scalable figure (*.svg)"), tr("PDF (*.pdf)"), tr("Picture (*.png)")});
    dialog->setDefaultSuffix(QStringLiteral("svg"));
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.contains(QLatin1String("*.pdf"))   ? QStringLiteral("pdf")
                                 : filter.contains(QLatin1String("*.png")) ? QStringLiteral("png")
                                                                           : QStringLiteral("svg"));
    });
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        const Status saved = saveFigure(file);
        Q_EMIT notice(saved ? tr("Figure saved: %1").arg(file) : QString::fromStdString(saved.error().sentence()));
    });
    dialog->open();
}

void PlotWidget::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    switch (event->type()) {
    case QEvent::PaletteChange:
    case QEvent::ApplicationPaletteChange:
    case QEvent::FontChange:
    case QEvent::StyleChange:
        if (m_title == nullptr) return; // still being built
        m_theme = PlotTheme::fromPalette(palette());
        if (event->type() == QEvent::FontChange) {
            QFont bold(font());
            bold.setWeight(QFont::DemiBold);
            m_title->setFont(bold);
        }
        themeChanged();
        break;
    default: break;
    }
}

void PlotWidget::contextMenuEvent(QContextMenuEvent* event) {
    showMenu(event->globalPos());
    event->accept();
}

void PlotWidget::showMenu(QPoint globalPosition) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(objectName() + QStringLiteral("Menu"));
    for (QAction* action : m_extraActions) menu->addAction(action);
    if (!m_extraActions.isEmpty()) menu->addSeparator();
    menu->addAction(tr("&Copy data"), this, &PlotWidget::copyData)->setEnabled(m_hasData);
    menu->addAction(tr("Copy &figure"), this, &PlotWidget::copyFigure)->setEnabled(m_hasData);
    menu->addAction(tr("Show data as &table"), this, &PlotWidget::showDataTable)->setEnabled(m_hasData);
    menu->addAction(tr("&Save figure…"), this, &PlotWidget::askAndSaveFigure)->setEnabled(m_hasData);
    menu->popup(globalPosition);
}

void PlotWidget::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    if (!hasFocus()) return;
    painter.setPen(QPen(m_theme.focus, 2));
    painter.drawRect(rect().adjusted(1, 1, -1, -1));
}

void PlotWidget::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void PlotWidget::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

} // namespace assay::ui
