// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The window under load, as JSON: first screen of 100,000 pictures, frames while scrolling through them, the next
// picture after a key, and the gaps of the event loop while a run keeps the processor busy.
//   bench_window [--pictures N] [--seconds S]
#include "app/composition.h"
#include "core/base/files.h"
#include "core/base/rng.h"
#include "ui/gallery/gallery_panel.h"
#include "ui/gallery/gallery_view.h"
#include "ui/session/workspace.h"
#include "ui/window/audit_page.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QScrollBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <sys/resource.h>

using namespace assay;
using namespace assay::ui;

namespace {

constexpr int kSide = 28, kScrollSteps = 400, kKeys = 100;

double milliseconds(const QElapsedTimer& timer) { return double(timer.nsecsElapsed()) / 1e6; }

double percentile(std::vector<double> values, double q) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[std::min(values.size() - 1, std::size_t(double(values.size()) * q))];
}

std::string bigEndian(std::uint32_t value) {
    return {char(value >> 24), char(value >> 16), char(value >> 8), char(value)};
}

/// An IDX pair of pictures with a bright square whose place is the class.
Status writePictures(const std::filesystem::path& folder, std::uint32_t count) {
    ASSAY_CHECK_STATUS(writeFileAtomically(folder / "t10k-images-idx3-ubyte", [&](FileSink& sink) -> Status {
        sink.write(std::string_view(bigEndian(0x803) + bigEndian(count) + bigEndian(kSide) + bigEndian(kSide)));
        std::array<char, kSide * kSide> picture{};
        for (std::uint32_t i = 0; i < count; ++i) {
            CounterRng rng(1, RngPurpose::Bench, 0, i);
            for (char& pixel : picture) pixel = char(rng.below(80));
            const int place = int(i % 10);
            for (int y = 0; y < 8; ++y)
                std::memset(&picture[std::size_t((place / 4 * 9 + y) * kSide + place % 4 * 7)], 0xE0, 6);
            sink.write(std::string_view(picture.data(), picture.size()));
        }
        return {};
    }));
    std::string labels = bigEndian(0x801) + bigEndian(count);
    for (std::uint32_t i = 0; i < count; ++i) labels += char(i % 10);
    return writeFileAtomically(folder / "t10k-labels-idx1-ubyte", labels);
}

/// Opens the set and waits until its tiles have been painted; milliseconds.
double firstScreen(MainWindow& window, const QString& path) {
    QElapsedTimer timer;
    timer.start();
    window.open(path);
    const bool opened = QTest::qWaitFor([&] { return !window.workspace().view().empty(); }, 120'000);
    window.audit().gallery().view()->viewport()->repaint();
    return opened ? milliseconds(timer) : -1;
}

std::vector<double> scrollFrames(MainWindow& window) {
    GalleryView* view = window.audit().gallery().view();
    QScrollBar* bar = view->verticalScrollBar();
    std::vector<double> frames;
    for (int step = 0; step < kScrollSteps; ++step) {
        QElapsedTimer timer;
        timer.start();
        bar->setValue(int(qint64(bar->maximum()) * step / kScrollSteps));
        view->viewport()->repaint();
        QApplication::processEvents();
        frames.push_back(milliseconds(timer));
    }
    bar->setValue(0);
    return frames;
}

std::vector<double> nextPictures(MainWindow& window) {
    Workspace& workspace = window.workspace();
    std::vector<double> times;
    window.audit().gallery().view()->setFocus();
    workspace.setFocus(workspace.view().front());
    for (int i = 0; i < kKeys; ++i) {
        const auto before = workspace.focus();
        QElapsedTimer timer;
        timer.start();
        QTest::keyClick(window.audit().gallery().view(), Qt::Key_Space);
        if (!QTest::qWaitFor([&] { return workspace.focus() != before; }, 1000)) continue;
        window.repaint();
        times.push_back(milliseconds(timer));
    }
    return times;
}

/// Gaps between ticks of a timer that wants to fire all the time.
std::vector<double> gapsDuringRun(MainWindow& window, int seconds) {
    Workspace& workspace = window.workspace();
    if (!workspace.engineReady()) return {};
    RunConfig config;
    config.method = "cross-entropy";
    config.epochs = 1000;
    config.subset = 8000;
    workspace.startRun(config, {});
    (void)QTest::qWaitFor([&] { return workspace.progress().has_value(); }, 60'000);
    std::vector<double> gaps;
    QElapsedTimer whole, gap;
    QTimer tick;
    QObject::connect(&tick, &QTimer::timeout, &tick, [&] {
        gaps.push_back(milliseconds(gap));
        gap.restart();
    });
    whole.start();
    gap.start();
    tick.start(1);
    (void)QTest::qWaitFor([&] { return whole.elapsed() > qint64(seconds) * 1000; }, seconds * 1000 + 60'000);
    tick.stop();
    if (const auto run = workspace.runningRun()) workspace.stopRun(*run);
    (void)QTest::qWaitFor([&] { return workspace.settled(); }, 60'000);
    return gaps;
}

} // namespace

int main(int argc, char** argv) {
    prepareProcess(argc, argv);
    QCoreApplication::setOrganizationName(QStringLiteral("assay"));
    QCoreApplication::setApplicationName(QStringLiteral("assay"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QApplication app(argc, argv);
    const QStringList arguments = QApplication::arguments();
    const auto option = [&](const char* name, int otherwise) {
        const auto at = arguments.indexOf(QLatin1String(name));
        return at >= 0 && at + 1 < arguments.size() ? arguments[at + 1].toInt() : otherwise;
    };
    const int pictures = option("--pictures", 100'000), seconds = option("--seconds", 20);
    const QTemporaryDir folder;
    for (const char* variable : {"XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"})
        qputenv(variable, folder.path().toUtf8());
    if (const Status written = writePictures(folder.path().toStdString(), std::uint32_t(pictures)); !written) {
        std::fprintf(stderr, "%s\n", written.error().sentence().c_str());
        return 1;
    }
    double cold = 0, warm = 0;
    std::vector<double> frames, keys, gaps;
    {
        MainWindow window(makeRegistry());
        window.resize(1440, 900);
        window.show();
        cold = firstScreen(window, folder.path());
        (void)QTest::qWaitFor([&] { return window.workspace().settled(); }, 60'000);
    }
    MainWindow window(makeRegistry());
    window.resize(1440, 900);
    window.show();
    warm = firstScreen(window, folder.path());
    frames = scrollFrames(window);
    keys = nextPictures(window);
    rusage before{};
    getrusage(RUSAGE_SELF, &before);
    window.workspace().loadEngineInBackground();
    (void)QTest::qWaitFor([&] { return window.workspace().engineReady(); }, 60'000);
    gaps = gapsDuringRun(window, seconds);
    std::printf("{\"pictures\": %d, \"first_screen_cold_ms\": %.1f, \"first_screen_warm_ms\": %.1f, "
                "\"scroll_frame_p50_ms\": %.2f, \"scroll_frame_p99_ms\": %.2f, \"next_picture_p50_ms\": %.2f, "
                "\"next_picture_p99_ms\": %.2f, \"peak_memory_mib_before_engine\": %.0f, \"event_gap_p99_ms\": %.2f, "
                "\"event_gap_longest_ms\": %.2f, \"ticks\": %zu}\n",
                pictures, cold, warm, percentile(frames, 0.5), percentile(frames, 0.99), percentile(keys, 0.5),
                percentile(keys, 0.99), double(before.ru_maxrss) / 1024, percentile(gaps, 0.99),
                gaps.empty() ? 0 : *std::max_element(gaps.begin(), gaps.end()), gaps.size());
    return 0;
}
