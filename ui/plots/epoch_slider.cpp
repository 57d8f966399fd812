// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/epoch_slider.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>

#include <algorithm>

namespace assay::ui {

EpochSlider::EpochSlider(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("epochSlider"));
    const auto button = [this](const QString& text, const QString& name, const QString& help) {
        auto* made = new QToolButton(this);
        made->setText(text);
        made->setAutoRaise(true);
        made->setObjectName(name);
        made->setToolTip(help);
        made->setAccessibleName(help);
        return made;
    };
    m_text = new QLabel(this);
    m_text->setObjectName(QStringLiteral("epochText"));
    m_text->setMinimumWidth(fontMetrics().horizontalAdvance(tr("epoch %1 of %2").arg(888).arg(888)));
    m_back = button(QStringLiteral("◀"), QStringLiteral("epochBack"), tr("Epoch before"));
    m_forward = button(QStringLiteral("▶"), QStringLiteral("epochForward"), tr("Next epoch"));
    m_live = button(tr("live"), QStringLiteral("epochLive"), tr("Follow the running run"));
    m_live->setCheckable(true);
    m_slider = new QSlider(Qt::Horizontal, this);
    m_slider->setObjectName(QStringLiteral("epochSliderBar"));
    m_slider->setAccessibleName(tr("Epoch on show"));
    m_slider->setPageStep(5);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(6, 0, 6, 0);
    layout->addWidget(m_text);
    layout->addWidget(m_back);
    layout->addWidget(m_slider, 1);
    layout->addWidget(m_forward);
    layout->addWidget(m_live);
    connect(m_slider, &QSlider::valueChanged, this, &EpochSlider::epochChosen);
    connect(m_back, &QToolButton::clicked, this, [this] { m_slider->setValue(m_slider->value() - 1); });
    connect(m_forward, &QToolButton::clicked, this, [this] { m_slider->setValue(m_slider->value() + 1); });
    connect(m_live, &QToolButton::clicked, this, &EpochSlider::liveChosen);
    setState(0, 0, 0, false, false);
}

int EpochSlider::epoch() const { return isEnabled() ? m_slider->value() : 0; }

void EpochSlider::setState(int epoch, int recorded, int planned, bool running, bool live) {
    const QSignalBlocker block(m_slider);
    setEnabled(recorded > 0);
    m_slider->setRange(std::min(1, recorded), recorded);
    m_slider->setValue(std::clamp(epoch, m_slider->minimum(), m_slider->maximum()));
    m_back->setEnabled(epoch > 1);
    m_forward->setEnabled(epoch < recorded);
    m_live->setVisible(running);
    m_live->setChecked(live);
    m_text->setText(recorded == 0 ? tr("no epoch yet")
                    : planned > 0 ? tr("epoch %1 of %2").arg(epoch).arg(planned)
                                  : tr("epoch %1").arg(epoch));
}

} // namespace assay::ui
