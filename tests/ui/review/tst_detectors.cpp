// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/ui_fixture.h"
#include "core/audit/score.h"
#include "ui/plots/matrix_plot.h"
#include "ui/review/class_pairs_panel.h"
#include "ui/review/detectors_panel.h"
#include "ui/session/neighbour_finder.h"

#include <QLabel>
#include <QTreeWidget>

#include <algorithm>
#include <cmath>
#include <set>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

/// What stands beside a suspect: who else finds it suspicious, what it is taken for, what looks like it.
class TestDetectors : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;

private Q_SLOTS:
    void initTestCase() { useFolder(m_home); }

    void aPercentileIsTheShareOfSmallerScores() {
        const float none = std::nanf("");
        const std::vector<float> found = percentiles({3, none, 1, 2, 2});
        QCOMPARE(found[0], 0.875f);
        QVERIFY(std::isnan(found[1]));
        QCOMPARE(found[2], 0.125f);
        QCOMPARE(found[3], 0.5f);
        QCOMPARE(found[4], 0.5f);
    }

    void theNearestRowsAreThoseOfTheGreatestCosine() {
        FeatureMatrix features;
        features.dimension = 2;
        features.values = {1, 0, 10, 1, 0, 1, std::nanf(""), std::nanf(""), 0.1f, 0.1f, -1, 0};
        const auto unit = unitRows(features);
        QCOMPARE(nearestRows(*unit, SampleIndex(0), 3), (std::vector{SampleIndex(1), SampleIndex(4), SampleIndex(2)}));
        QVERIFY(nearestRows(*unit, SampleIndex(3), 3).empty()); // it took no part
    }

    void everyDetectorHasItsSayAndTheNearestPicturesAreFound() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, writeIdx(m_home, 300)));
        DetectorsPanel panel(workspace);
        panel.resize(320, 400);
        panel.show();
        RunConfig config = fakeRun(3);
        config.keepFeatures = true;
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        workspace.startRun(config, {});
        QTRY_VERIFY_WITH_TIMEOUT(ended.count() > 0 && workspace.currentEvidence() != nullptr, 20'000);

        const auto isSuspect = [&](std::uint32_t i) { return workspace.suspect(SampleIndex(i)); };
        std::uint32_t suspect = 0;
        while (!isSuspect(suspect)) ++suspect;
        workspace.setFocus(SampleIndex(suspect));
        auto* list = panel.findChild<QTreeWidget*>(QStringLiteral("detectorsList"));
        const auto& scores = workspace.registry().scores.all();
        const auto quick = std::count_if(scores.begin(), scores.end(), [](const auto& score) {
            return score->traits().basis != ScoreBasis::Features && score->traits().basis != ScoreBasis::Pictures;
        });
        QTRY_VERIFY(list->topLevelItemCount() >= 4 && list->topLevelItemCount() <= int(quick)); // some say nothing of this run
        QTRY_VERIFY(std::isfinite(panel.percentile(QStringLiteral("loss"), SampleIndex(suspect))));
        QVERIFY(panel.percentile(QStringLiteral("loss"), SampleIndex(suspect)) > 0.75f);
        QTRY_VERIFY(panel.agreement(SampleIndex(suspect)).second >= 4); // some say nothing of a single network
        QVERIFY(panel.agreement(SampleIndex(suspect)).first > panel.agreement(SampleIndex(suspect + 1)).first);
        QVERIFY(panel.findChild<QLabel*>(QStringLiteral("detectorsAgreement"))->text().contains(QLatin1String("detectors suspect it")));

        NeighbourFinder finder(workspace);
        QVERIFY(finder.of(SampleIndex(suspect)).empty()); // they are looked for
        QTRY_COMPARE(finder.of(SampleIndex(suspect)).size(), NeighbourFinder::kNeighbours);
        const auto& evidence = *workspace.currentEvidence();
        for (const SampleIndex near : finder.of(SampleIndex(suspect))) // features by predicted class, here
            QCOMPARE(evidence.prediction[near.value], evidence.prediction[suspect]);
    }

    void aProjectOpensWithItsDetectorsOnShowHoweverItsPartsArrive() {
        QString file;
        {
            Workspace workspace(registryWith());
            QVERIFY(openAndWait(workspace, writeIdx(m_home, 300, QStringLiteral("again"))));
            QVERIFY(trainAndWait(workspace, 2));
            QTRY_VERIFY(workspace.settled());
            file = QString::fromStdString(workspace.project()->file().string());
        }
        // Labels and evidence are read side by side: whichever comes first, every detector has its say in the end.
        for (int time = 0; time < 4; ++time) {
            Workspace workspace(registryWith());
            DetectorsPanel panel(workspace);
            panel.show();
            workspace.openProject(file);
            QTRY_VERIFY_WITH_TIMEOUT(workspace.currentEvidence() != nullptr, 20'000);
            QTRY_VERIFY(panel.agreement(SampleIndex(0)).second >= 4);
        }
    }

    void allDetectorsMakeOneOrderThatLearnsFromDecisions() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, writeIdx(m_home, 300, QStringLiteral("fused"))));
        QVERIFY(trainAndWait(workspace, 3));
        ViewFilter filter;
        filter.score = QLatin1String(kFusedScore);
        workspace.setFilter(filter);
        QTRY_VERIFY(std::isfinite(workspace.values(QLatin1String(kFusedScore))[0]));
        QTRY_VERIFY(!workspace.orderIsOld());
        std::vector<SampleIndex> wrong, right; // every fifth is what the detectors find
        for (std::uint32_t i = 0; i < 300; ++i) (i % 5 == 0 ? wrong : right).push_back(SampleIndex(i));
        for (std::size_t i = 0; i < wrong.size(); ++i) QCOMPARE(workspace.view()[i].value % 5, 0u);
        QCOMPARE(workspace.suggestedLabel(wrong.front()), Label(1));

        // Enough answers: the order is a probability of being wrong.
        wrong.resize(20);
        right.resize(20);
        workspace.decide(wrong, {Verdict::Exclude, kNoLabel}, QStringLiteral("key"));
        workspace.decide(right, {Verdict::Keep, kNoLabel}, QStringLiteral("key"));
        const auto value = [&](std::uint32_t i) { return workspace.values(QLatin1String(kFusedScore))[i]; };
        QTRY_COMPARE(workspace.calibratedOn(), std::size_t(40));
        QVERIFY(value(295) > 0.8f && value(299) < 0.2f); // neither was decided
        QVERIFY(workspace.orderIsOld()); // and nothing has moved under the pointer
    }

    void aCellOfTheClassPairsOpensItsSuspects() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, writeIdx(m_home, 300, QStringLiteral("pairs"))));
        QVERIFY(trainAndWait(workspace, 2));
        ClassPairsPanel panel(workspace);
        panel.resize(340, 420);
        panel.show();
        MatrixPlot& matrix = panel.matrix();
        QTRY_VERIFY(matrix.hasData());
        // Every fifth picture is suspect and taken for the next class: classes 0 and 5 here.
        double all = 0;
        for (std::size_t j = 0; j < 10; ++j)
            for (std::size_t k = 0; k < 10; ++k) {
                QVERIFY(matrix.values()[j][k] == 0 || (j % 5 == 0 && k == j + 1));
                all += matrix.values()[j][k];
            }
        QCOMPARE(std::size_t(all), workspace.suspectCount());
        QSignalSpy shown(&panel, &ClassPairsPanel::showSamples);
        QTest::mouseClick(matrix.canvas(), Qt::LeftButton, {}, matrix.cellRect(5, 6).center().toPoint());
        QCOMPARE(shown.count(), 1);
        const auto samples = shown[0][0].value<std::vector<SampleIndex>>();
        QCOMPARE(double(samples.size()), matrix.values()[5][6]);
        for (const SampleIndex sample : samples) {
            QCOMPARE(workspace.baseLabel(sample), Label(5));
            QCOMPARE(workspace.suggestedLabel(sample), Label(6));
        }
        workspace.setThreshold(1); // nobody is a suspect any more
        QTRY_VERIFY(!matrix.hasData());
    }
};

QTEST_MAIN(TestDetectors)
#include "tst_detectors.moc"
