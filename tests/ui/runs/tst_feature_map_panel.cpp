// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/ui_fixture.h"

#include "ui/plots/feature_map_plot.h"
#include "ui/plots/loss_histogram_plot.h"
#include "ui/runs/feature_map_panel.h"
#include "ui/runs/train_page.h"

#include <numeric>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

class TestFeatureMapPanel : public QObject {
    Q_OBJECT
    QTemporaryDir m_home;

private Q_SLOTS:
    void initTestCase() { useFolder(m_home); }

    void aRunThatKeepsFeaturesHasAMapAndOthersHaveNone() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, writeIdx(m_home, 200)));
        TrainPage page(workspace);
        page.resize(1280, 660);
        page.show();
        auto* panel = page.findChild<FeatureMapPanel*>();
        QVERIFY(panel != nullptr);
        QVERIFY(trainAndWait(workspace, 2));
        QTRY_VERIFY(!panel->working());
        QVERIFY(!panel->hasMap() && !panel->isVisible());

        QSignalSpy ended(&workspace, &Workspace::runEnded);
        RunConfig config = fakeRun(3);
        config.keepFeatures = true;
        workspace.startRun(config, {});
        QTRY_COMPARE(ended.count(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(panel->hasMap(), 10'000);
        QVERIFY(panel->isVisible());
        QCOMPARE(workspace.run(workspace.currentRun().value())->config.keepFeatures, true);
        QVERIFY(panel->plot().title().contains(QStringLiteral("3")));
        const auto dataset = workspace.dataset();
        const auto training = std::count(dataset->splits.begin(), dataset->splits.end(), Split::Train);
        QCOMPARE(panel->plot().dataAsTsv().count(QLatin1Char('\n')), training + 1);

        // The groups are what the workspace says of each sample.
        std::vector<SampleIndex> samples;
        const auto groupsOf = [&](FeatureMapPlot::Colouring colouring) {
            panel->plot().setColouring(colouring);
            [&] { QTRY_VERIFY(!panel->working()); }();
            QStringList groups;
            samples.clear();
            for (const QString& line : panel->plot().dataAsTsv().split(QLatin1Char('\n'), Qt::SkipEmptyParts).mid(1))
                groups << line.section(QLatin1Char('\t'), 3),
                    samples.emplace_back(line.section(QLatin1Char('\t'), 0, 0).toUInt());
            return groups;
        };
        const QStringList given = groupsOf(FeatureMapPlot::Colouring::Given),
                          suggested = groupsOf(FeatureMapPlot::Colouring::Suggested),
                          suspects = groupsOf(FeatureMapPlot::Colouring::Suspects);
        QVERIFY(suspects.contains(QStringLiteral("suspect")) && suspects.contains(QStringLiteral("clean")));
        const auto nameOf = [&](Label label) {
            return QString::fromStdString(dataset->classNames[std::size_t(label)]);
        };
        for (qsizetype i = 0; i < given.size(); ++i) {
            const SampleIndex sample = samples[std::size_t(i)];
            QCOMPARE(given[i], nameOf(workspace.baseLabel(sample)));
            const Label other = workspace.suggestedLabel(sample);
            QCOMPARE(suggested[i], nameOf(other == kNoLabel ? workspace.baseLabel(sample) : other));
            QCOMPARE(suspects[i] == QStringLiteral("suspect"), workspace.suspect(sample));
        }

        // Chosen on the map: to the gallery; the one in the inspector: on the map.
        QSignalSpy asked(&page, &TrainPage::showSamples);
        Q_EMIT panel->plot().lassoed({SampleIndex(3), SampleIndex(5)});
        QCOMPARE(asked.count(), 1);
        QVERIFY(asked[0][1].toString().contains(QStringLiteral("map")));
        Q_EMIT panel->plot().sampleClicked(SampleIndex(5));
        QCOMPARE(workspace.focus(), std::optional(SampleIndex(5)));

        // What is brushed or selected anywhere stands out on the map, and what is chosen on the map in the histogram.
        auto* histogram = page.findChild<LossHistogramPlot*>();
        const auto markedLosses = [&] {
            const auto& counts = histogram->markedCounts().counts;
            return std::accumulate(counts.begin(), counts.end(), std::uint64_t(0));
        };
        QCOMPARE(panel->plot().standingOut(), std::size_t(0));
        ViewFilter filter = workspace.filter();
        filter.suspectsOnly = false;
        filter.only.emplace(samples.begin(), samples.begin() + 7);
        workspace.setFilter(filter); // as a brush or a loop does
        QTRY_COMPARE(panel->plot().standingOut(), std::size_t(7));
        QTRY_COMPARE(markedLosses(), std::uint64_t(7));
        workspace.setSelection({samples[1], samples[2]});
        QTRY_COMPARE(panel->plot().standingOut(), std::size_t(2));
        QTRY_COMPARE(markedLosses(), std::uint64_t(2));
        workspace.setSelection({samples[1]}); // one is in the inspector, and has a ring
        QTRY_COMPARE(panel->plot().standingOut(), std::size_t(7));
        filter.only.reset();
        filter.score = QStringLiteral("loss");
        workspace.setFilter(filter);
        QTRY_COMPARE(panel->plot().standingOut(), std::size_t(0));
        QTRY_COMPARE(markedLosses(), std::uint64_t(0));
        const std::vector<float>& losses = workspace.values(QStringLiteral("loss"));
        const double least = double(losses[samples[0].value]);
        filter.scoreRange = std::pair(least, 1e9);
        workspace.setFilter(filter);
        const auto past = std::count_if(samples.begin(), samples.end(),
                                        [&](SampleIndex s) { return double(losses[s.value]) >= least; });
        QTRY_COMPARE(panel->plot().standingOut(), std::size_t(past));
        filter.scoreRange.reset();
        workspace.setFilter(filter);

        workspace.showRun(workspace.runs()[0].id);
        QTRY_VERIFY(!panel->hasMap() && !panel->isVisible());
    }
};

QTEST_MAIN(TestFeatureMapPanel)
#include "tst_feature_map_panel.moc"
