// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/loss_curves_dialog.h"

#include "ui/plots/loss_curves_plot.h"
#include "ui/session/task_pool.h"
#include "ui/session/workspace.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPainter>
#include <QPixmap>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>

namespace assay::ui {
namespace {

constexpr int kPoints = 199;
constexpr int kUsualClasses = 10;

QIcon swatch(const QColor& colour) {
    QPixmap pixmap(12, 12);
    pixmap.fill(colour);
    return pixmap;
}

} // namespace

LossCurvesDialog::LossCurvesDialog(int classes, QWidget* parent, Source source)
    : QDialog(parent), m_source(std::move(source)), m_pool(new TaskPool(1, this)) {
    setObjectName(QStringLiteral("lossCurvesDialog"));
    setWindowTitle(tr("Compare losses"));
    for (int i = 1; i <= kPoints; ++i) m_p.push_back(double(i) / (kPoints + 1));
    m_wanted = {QStringLiteral("ce"), QStringLiteral("gce"), QStringLiteral("mae"), QStringLiteral("nce-ratio"),
                QStringLiteral("nce-exp")};

    m_list = new QListWidget(this);
    m_list->setObjectName(QStringLiteral("lossList"));
    m_list->setAccessibleName(tr("Losses to draw"));
    m_list->setFixedWidth(190);
    m_classes = new QSpinBox(this);
    m_classes->setObjectName(QStringLiteral("lossClasses"));
    m_classes->setRange(2, 10'000);
    m_classes->setValue(classes);
    m_classes->setToolTip(
        tr("Some losses depend on the number of classes. The others share what the label does not have"));
    auto* classesLabel = new QLabel(tr("&Classes"), this);
    classesLabel->setBuddy(m_classes);
    m_scaled = new QCheckBox(tr("&Same steepness"), this);
    m_scaled->setObjectName(QStringLiteral("lossScaled"));
    m_scaled->setToolTip(
        tr("Divides every loss by its steepest gradient: what differs then is shape, not learning rate"));
    m_plot = new LossCurvesPlot(this);
    m_plot->setEmptyText(tr("The engine is asked for the curves; the first time takes a few seconds."));
    m_families = new QLabel(this);
    m_families->setObjectName(QStringLiteral("lossFamilies"));
    m_families->setWordWrap(true);
    auto* note =
        new QLabel(tr("At the default settings. Zero pull: the sample teaches nothing. A loss that pulls hardest "
                      "where the label is least probable learns wrong labels too."),
                   this);
    note->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto* classesRow = new QHBoxLayout;
    classesRow->addWidget(classesLabel);
    classesRow->addWidget(m_classes, 1);
    auto* left = new QVBoxLayout;
    left->addWidget(m_list, 1);
    left->addLayout(classesRow);
    left->addWidget(m_scaled);
    auto* halves = new QHBoxLayout;
    halves->addLayout(left);
    halves->addWidget(m_plot, 1);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(halves, 1);
    layout->addWidget(m_families);
    layout->addWidget(note);
    layout->addWidget(buttons);
    resize(1040, 560);

    connect(m_list, &QListWidget::itemChanged, this, &LossCurvesDialog::redraw);
    connect(m_classes, &QSpinBox::valueChanged, this, &LossCurvesDialog::ask);
    connect(m_scaled, &QCheckBox::toggled, m_plot, &LossCurvesPlot::setScaled);
    ask();
}

void LossCurvesDialog::show(const Workspace& workspace, QWidget* parent, const QString& loss) {
    const auto dataset = workspace.dataset();
    auto* dialog =
        new LossCurvesDialog(dataset && dataset->classCount() > 1 ? dataset->classCount() : kUsualClasses, parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    if (!loss.isEmpty()) dialog->choose(dialog->m_wanted + QStringList(loss));
    dialog->QDialog::show();
}

void LossCurvesDialog::choose(const QStringList& losses) {
    m_wanted = losses;
    {
        const QSignalBlocker block(m_list);
        for (int row = 0; row < m_list->count(); ++row)
            m_list->item(row)->setCheckState(losses.contains(m_list->item(row)->text()) ? Qt::Checked : Qt::Unchecked);
    }
    redraw();
}

QStringList LossCurvesDialog::chosen() const {
    QStringList losses;
    for (int row = 0; row < m_list->count(); ++row)
        if (m_list->item(row)->checkState() == Qt::Checked) losses << m_list->item(row)->text();
    return losses;
}

void LossCurvesDialog::ask() {
    const int question = ++m_asked;
    m_pool->run([source = m_source, classes = m_classes->value(), p = m_p] { return source(classes, p); },
                [this, question](Result<std::vector<LossCurve>> curves) {
                    if (question != m_asked) return;
                    if (curves) fill(std::move(*curves));
                    else m_plot->setEmptyText(QString::fromStdString(curves.error().sentence()));
                });
}

void LossCurvesDialog::fill(std::vector<LossCurve> curves) {
    m_curves = std::move(curves);
    if (m_list->count() == 0) {
        const QSignalBlocker block(m_list);
        for (const LossCurve& curve : m_curves) {
            auto* item = new QListWidgetItem(QString::fromStdString(curve.id), m_list);
            item->setFlags(Qt::ItemIsUserCheckable | Qt::ItemIsEnabled | Qt::ItemIsSelectable);
            item->setToolTip(
                QString::fromStdString(curve.help + (curve.citation.empty() ? "" : "\n" + curve.citation)));
            item->setCheckState(m_wanted.contains(item->text()) ? Qt::Checked : Qt::Unchecked);
        }
        m_list->setCurrentRow(0);
    }
    redraw();
}

void LossCurvesDialog::redraw() {
    std::vector<LossLine> lines;
    const QSignalBlocker block(m_list);
    for (int row = 0; row < m_list->count(); ++row) {
        QListWidgetItem* item = m_list->item(row);
        item->setIcon(QIcon());
        if (item->checkState() != Qt::Checked) continue;
        item->setIcon(swatch(m_plot->lineColour(lines.size())));
        const LossCurve& curve = m_curves[std::size_t(row)];
        lines.push_back({item->text(), curve.loss, curve.gradient});
    }
    m_plot->setEmptyText(tr("Tick a loss on the left."));
    m_plot->setCurves(m_p, std::move(lines));
    m_families->setText(m_plot->familyText());
}

} // namespace assay::ui
