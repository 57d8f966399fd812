// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Redraw of the loss histogram with both components at 100,000 losses, 900×500, as one line of JSON: the replot alone,
// the threshold line alone, and everything that a new epoch costs (count, fit on bins, posterior, replot).
#include "core/base/rng.h"
#include "ui/plots/loss_histogram_plot.h"
#include "ui/plots/qcustomplot_include.h"

#include <QApplication>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <vector>

using namespace assay;
using namespace assay::ui;

namespace {

double median(int runs, const std::function<void()>& work) {
    std::vector<double> times;
    for (int i = 0; i < runs; ++i) {
        const auto start = std::chrono::steady_clock::now();
        work();
        times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    std::nth_element(times.begin(), times.begin() + runs / 2, times.end());
    return times[std::size_t(runs / 2)];
}

} // namespace

int main(int argc, char** argv) {
    const QApplication app(argc, argv);
    constexpr std::uint32_t kLosses = 100'000;
    constexpr int kRuns = 51;
    std::vector<float> losses;
    for (std::uint32_t i = 0; i < kLosses; ++i) {
        CounterRng rng(1, RngPurpose::Bench, 0, i);
        losses.push_back(float(rng.uniform() < 0.2 ? std::max(0.1, 3 + rng.normal()) : rng.gamma(1.3) * 0.4));
    }
    LossHistogramPlot plot;
    plot.setHeaderVisible(false);
    plot.resize(904, 504);
    plot.setLosses(losses);
    plot.show();
    QApplication::processEvents();
    const double replot = median(kRuns, [&] { plot.plot().replot(QCustomPlot::rpImmediateRefresh); });
    int step = 0;
    const double threshold = median(kRuns, [&] { plot.setThreshold(0.1 + 0.8 * (++step % 50) / 50.0); });
    const double epoch = median(kRuns, [&] {
        plot.setLosses(losses);
        plot.plot().replot(QCustomPlot::rpImmediateRefresh);
    });
    std::printf("{\"name\": \"histogram-redraw\", \"ours\": %.3f, \"threshold_move\": %.3f, \"new_epoch\": %.3f, "
                "\"goal\": 4.0, \"unit\": \"ms\", \"losses\": %u, \"width\": %d, \"height\": %d, \"runs\": %d}\n",
                replot, threshold, epoch, kLosses, plot.plot().width(), plot.plot().height(), kRuns);
    return 0;
}
