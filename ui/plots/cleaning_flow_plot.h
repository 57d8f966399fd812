// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/cleaning.h"
#include "ui/plots/painted_plot.h"

#include <QPainterPath>

#include <optional>
#include <utility>
#include <vector>

namespace assay::ui {

/// How samples go from one choice to the next.
enum class CleaningBand { Stayed, Dropped, Returned, StayedOut };

/// Rounds of cleaning side by side, as a flow: what is kept above, what is dropped below, between two rounds the bands
/// of those that stay, are dropped, return and stay out, as high as they are many, each with its number. Bands are
/// clicked, or walked through with the arrow keys and opened with Enter.
class CleaningFlowPlot final : public PaintedPlot {
    Q_OBJECT
public:
    explicit CleaningFlowPlot(QWidget* parent = nullptr);

    /// One flow for each finished round, the first from the start, where all are kept; `planned` rounds in all.
    void setFlows(std::vector<CleaningFlow> flows, int planned);
    [[nodiscard]] const std::vector<CleaningFlow>& flows() const { return m_flows; }
    [[nodiscard]] static std::size_t count(const CleaningFlow& flow, CleaningBand band);
    /// "round 2: 1,204 that were kept before are dropped".
    [[nodiscard]] QString sentence(int round, CleaningBand band) const;
    /// A point inside a band, in canvas coordinates; rounds are counted from 1.
    [[nodiscard]] QPointF bandCentre(int round, CleaningBand band) const;

    [[nodiscard]] QString dataAsTsv() const override;
    void deselect() override;

Q_SIGNALS:
    void bandClicked(int round, assay::ui::CleaningBand band);

protected:
    void paint(QPainter& painter, QSizeF size) const override;
    [[nodiscard]] QString hoverText(QPointF position) const override;
    void clickedAt(QPointF position) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    using Place = std::pair<int, CleaningBand>; ///< round from 1
    struct Band {
        Place place;
        QPointF from, to; ///< upper ends
        double height = 0;
        [[nodiscard]] QPainterPath path() const;
        [[nodiscard]] QPointF at(double t) const; ///< on the middle line
        [[nodiscard]] double labelAt() const;     ///< so that the numbers of crossing bands do not meet
    };
    struct Frame {
        double top = 0, height = 0, gap = 0, perSample = 0, step = 0, left = 0;
    };
    [[nodiscard]] Frame frameFor(QSizeF size, const QFont& type) const;
    [[nodiscard]] std::vector<Band> bandsIn(const Frame& frame) const;
    [[nodiscard]] std::optional<Place> placeAt(QPointF position) const;
    [[nodiscard]] bool isThere(const Place& place) const;
    void paintNode(QPainter& painter, const Frame& frame, int column, bool kept) const;
    void walk(int rounds, int bands);

    std::vector<CleaningFlow> m_flows;
    int m_planned = 0;
    std::optional<Place> m_current;
};

} // namespace assay::ui
