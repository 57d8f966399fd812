// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/loss_bands_plot.h"

#include "core/stats/ranking.h"

#include <cmath>

namespace assay::ui {

LossBand lossBand(int epoch, std::span<const float> losses, std::span<const std::uint8_t> noisy) {
    std::array<std::vector<float>, 2> groups;
    for (std::size_t i = 0; i < std::min(losses.size(), noisy.size()); ++i)
        if (std::isfinite(losses[i])) groups[noisy[i] != 0 ? 1 : 0].push_back(losses[i]);
    LossBand band;
    band.epoch = epoch;
    const auto quartiles = [](const std::vector<float>& values) -> std::array<double, 3> {
        if (values.empty()) return {NAN, NAN, NAN};
        return {stats::quantile(values, 0.25), stats::quantile(values, 0.5), stats::quantile(values, 0.75)};
    };
    band.clean = quartiles(groups[0]);
    band.noisy = quartiles(groups[1]);
    return band;
}

LossBandsPlot::LossBandsPlot(QWidget* parent)
    : EpochPlot(QStringLiteral("lossBands"), tr("Loss of right and wrong labels"), parent) {
    setEmptyText(tr("Median and quartiles of the losses of clean and noisy samples appear after a run's first epoch."));
    setPanels({{tr("loss"), false, std::nullopt, 1, true}});
    setToolTip(tr("Lines are medians, areas reach from the lower to the upper quartile."));
    setExpandable(true);
}

void LossBandsPlot::setBands(const std::vector<LossBand>& bands, bool truthKnown) {
    setTitle(truthKnown ? tr("Loss of right and wrong labels") : tr("Loss of suspects and the rest"));
    EpochSeries clean;
    EpochSeries noisy;
    clean.name = truthKnown ? tr("● right") : tr("● rest");
    noisy.name = truthKnown ? tr("◆ wrong") : tr("◆ suspects");
    clean.ink = InkClean;
    noisy.ink = InkSuspect;
    for (const LossBand& band : bands) {
        const auto add = [&](EpochSeries& s, const std::array<double, 3>& quartiles) {
            s.epochs.push_back(band.epoch);
            s.lower.push_back(quartiles[0]);
            s.values.push_back(quartiles[1]);
            s.upper.push_back(quartiles[2]);
        };
        add(clean, band.clean);
        add(noisy, band.noisy);
    }
    setSeries({std::move(clean), std::move(noisy)});
}

} // namespace assay::ui
