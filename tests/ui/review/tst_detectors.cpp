// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score.h"
#include "core/project/feature_store.h"
#include "tests/ui/ui_fixture.h"
#include "ui/gallery/gallery_panel.h"
#include "ui/plots/matrix_plot.h"
#include "ui/review/class_pairs_panel.h"
#include "ui/review/detectors_panel.h"
#include "ui/review/inspector.h"
#include "ui/review/review_page.h"
#include "ui/session/neighbour_finder.h"
#include "ui/session/percentiles.h"
#include "ui/session/thumbnail_service.h"

#include <QComboBox>
#include <QLabel>
#include <QLocale>
#include <QTreeWidget>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

namespace {

/// One epoch in which every picture gets the next class, of which the network is less sure than the method.
class SurerMethod final : public Method {
public:
    SurerMethod() { m_about = {"surer", "Surer", "Smooths its answers", "", {}}; }
    const Description& description() const override { return m_about; }
    static constexpr float kNetwork = 0.61f, kMethod = 0.97f;

    Result<RunResult> train(const TrainingTask& task, RunObserver& observer, RunControl&) const override {
        auto evidence = std::make_shared<Evidence>();
        evidence->epoch = 1;
        for (std::uint32_t i = 0; i < task.dataset->size(); ++i) {
            const Label next = (task.labels.labels[i] + 1) % 10;
            evidence->samples.emplace_back(i);
            evidence->loss.push_back(1);
            evidence->prediction.push_back(next);
            evidence->confidence.push_back(kNetwork);
            evidence->margin.push_back(1);
            evidence->columns["pseudo-label"].push_back(float(next));
            evidence->columns["pseudo-confidence"].push_back(kMethod);
        }
        auto report = std::make_shared<EpochReport>();
        report->epoch = report->epochs = 1;
        report->evidence = std::move(evidence);
        observer.epochDone(std::move(report));
        return RunResult{"cpu", 1, 0.1, 100, 1};
    }

private:
    Description m_about;
};

} // namespace

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
        QTRY_VERIFY(list->topLevelItemCount() >= 4);
        QTRY_VERIFY(std::isfinite(panel.percentile(QStringLiteral("loss"), SampleIndex(suspect))));
        QVERIFY(panel.percentile(QStringLiteral("loss"), SampleIndex(suspect)) > 0.75f);
        QTRY_VERIFY(panel.agreement(SampleIndex(suspect)).second >= 4); // some say nothing of a single network
        QVERIFY(panel.agreement(SampleIndex(suspect)).first > panel.agreement(SampleIndex(suspect + 1)).first);
        QVERIFY(panel.findChild<QLabel*>(QStringLiteral("detectorsAgreement"))
                    ->text()
                    .contains(QLatin1String("detectors suspect it")));
        // What compares all pictures comes later, and is asked of the label; what looks at the pictures alone is not.
        QTRY_VERIFY(std::isfinite(panel.percentile(QStringLiteral("knn-disagreement"), SampleIndex(suspect))));
        QTRY_VERIFY(std::isfinite(panel.percentile(QStringLiteral("dark"), SampleIndex(suspect))));
        const auto heard = [&](const char* detector) {
            const auto opinions = workspace.opinions(SampleIndex(suspect));
            return std::any_of(opinions.begin(), opinions.end(),
                               [&](const auto& one) { return one.detector == QLatin1String(detector); });
        };
        QTRY_VERIFY(heard("knn-disagreement") && heard("loss"));
        QVERIFY(!heard("dark"));
        const auto& scores = workspace.registry().scores.all();
        const auto asked = std::size_t(std::count_if(scores.begin(), scores.end(), [&](const auto& score) {
            const QString id = QString::fromStdString(score->description().id);
            return score->traits().basis != ScoreBasis::Pictures &&
                   std::isfinite(panel.percentile(id, SampleIndex(suspect)));
        }));
        QCOMPARE(workspace.opinions(SampleIndex(suspect)).size(), asked);
        QCOMPARE(panel.agreement(SampleIndex(suspect)).second, int(asked));

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

        const auto opinions = workspace.opinions(wrong.front());
        QVERIFY(std::none_of(opinions.begin(), opinions.end(), [](const auto& one) {
            return one.detector == QLatin1String("knn-disagreement");
        })); // it kept no features

        // Enough answers: the order is a probability of being wrong.
        wrong.resize(20);
        right.resize(20);
        workspace.decide(wrong, {Verdict::Exclude, kNoLabel}, QStringLiteral("key"));
        workspace.decide(right, {Verdict::Keep, kNoLabel}, QStringLiteral("key"));
        const auto value = [&](std::uint32_t i) { return workspace.values(QLatin1String(kFusedScore))[i]; };
        QTRY_COMPARE(workspace.calibratedOn(), std::size_t(40));
        QVERIFY(value(295) > 0.8f && value(299) < 0.2f); // neither was decided
        QVERIFY(workspace.orderIsOld());                 // and nothing has moved under the pointer
    }

    void aPseudoLabelStandsWithHowSureTheMethodWas() {
        auto registry = registryWith();
        QVERIFY(registry->methods.add(std::make_shared<SurerMethod>()).has_value());
        Workspace workspace(registry);
        ThumbnailService thumbnails;
        GalleryPanel gallery(workspace, thumbnails);
        Inspector inspector(workspace, thumbnails, gallery);
        QVERIFY(openAndWait(workspace, writeIdx(m_home, 40, QStringLiteral("surer"))));
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        RunConfig config = fakeRun(1);
        config.method = "surer";
        workspace.startRun(config, {});
        QTRY_VERIFY_WITH_TIMEOUT(ended.count() > 0 && workspace.currentEvidence() != nullptr, 20'000);
        ViewFilter filter;
        filter.score = QLatin1String(kPseudoLabelScore);
        workspace.setFilter(filter);
        inspector.setVisible(true);
        workspace.setFocus(SampleIndex(7));
        const auto* suggested = inspector.findChild<QLabel*>(QStringLiteral("inspectorSuggested"));
        QTRY_VERIFY2(suggested->text().contains(QLocale().toString(double(SurerMethod::kMethod), 'f', 2)),
                     qPrintable(suggested->text()));
        QVERIFY(!suggested->text().contains(QLocale().toString(double(SurerMethod::kNetwork), 'f', 2)));
        ReviewPage page(workspace, thumbnails); // and the large picture says the same
        const auto* labels = page.findChild<QLabel*>(QStringLiteral("reviewLabels"));
        QVERIFY2(labels->text().contains(QLocale().toString(double(SurerMethod::kMethod), 'f', 2)),
                 qPrintable(labels->text()));
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
        QVERIFY(panel.findChild<QComboBox*>(QStringLiteral("classPairsTable"))
                    ->isHidden()); // the run kept no probabilities
    }

    void theConfidentJointIsCountedAndItsCellsOpenWhatTheyCount() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, writeIdx(m_home, 40, QStringLiteral("joint"))));
        // Four pictures of each class. Two 4s are taken for 9s; of the 5s one is sure, one is a 6, two reach no
        // threshold.
        const auto says = [](int i) {
            std::array<double, 10> row{};
            const int given = i % 10;
            const auto fill = [&](int other, double sure, double own) {
                row.fill(std::max(0.0, 1 - sure - own) / (other == given ? 9 : 8));
                row[std::size_t(other)] = sure;
                if (other != given) row[std::size_t(given)] = own;
            };
            if (given == 4) i < 20 ? fill(4, .9, 0) : fill(9, .8, .2);
            else if (given != 5) fill(given, .7, 0);
            else if (i == 5) fill(5, .9, 0);
            else if (i == 15) fill(6, .8, .2);
            else fill(5, .3, 0);
            return row;
        };
        QFile file(m_home.filePath(QStringLiteral("joint.csv")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("0,1,2,3,4,5,6,7,8,9");
        for (int i = 0; i < 40; ++i)
            for (int k = 0; k < 10; ++k)
                file.write((k > 0 ? "," : "\n") + QByteArray::number(says(i)[std::size_t(k)], 'g', 17));
        file.close();
        workspace.importProbabilities({file.fileName(), {}, {}, false});
        QTRY_VERIFY_WITH_TIMEOUT(workspace.currentEvidence() != nullptr, 20'000);

        ClassPairsPanel panel(workspace);
        panel.resize(340, 600);
        panel.show();
        auto* tables = panel.findChild<QComboBox*>(QStringLiteral("classPairsTable"));
        QTRY_VERIFY(tables->isVisible());
        const auto choose = [&](ClassPairsPanel::Table table) { tables->setCurrentIndex(int(table)); };
        const auto cell = [&](std::size_t given, std::size_t other) { return panel.matrix().values()[given][other]; };
        choose(ClassPairsPanel::Table::Counted);
        QCOMPARE(cell(4, 4), 2.0);
        QCOMPARE(cell(4, 9), 2.0);
        QCOMPARE(cell(5, 5), 1.0);
        QCOMPARE(cell(5, 6), 1.0);
        QCOMPARE(cell(7, 7), 4.0);
        choose(ClassPairsPanel::Table::Calibrated); // the 5s that were not counted are shared out
        QCOMPARE(cell(4, 9), 2.0);
        QCOMPARE(cell(5, 5), 2.0);
        QCOMPARE(cell(5, 6), 2.0);
        choose(ClassPairsPanel::Table::Noise); // of the six that are probably 9s, two are labelled 4
        QCOMPARE(cell(4, 9), 1 / 3.0);
        QCOMPARE(cell(9, 9), 2 / 3.0);
        QCOMPARE(cell(5, 6), 1 / 3.0);
        choose(ClassPairsPanel::Table::InverseNoise);
        QCOMPARE(cell(4, 9), 0.5);
        QCOMPARE(cell(5, 6), 0.5);
        QCOMPARE(cell(9, 9), 1.0);

        const auto text = [&] { return panel.findChild<QLabel*>(QStringLiteral("classPairsWords"))->text(); };
        const QString words = text();
        QVERIFY(!words.contains(QStringLiteral("⚠"))); // nothing was learnt here
        QVERIFY2(words.contains(QStringLiteral("5 to 6: 2 expected, 1 counted")), qPrintable(words));
        QVERIFY2(words.contains(QStringLiteral("4 of 40 labels (10.0")), qPrintable(words));
        QVERIFY2(words.contains(QStringLiteral("4 to 9: 2 samples")), qPrintable(words));
        auto* errors = panel.findChild<QTreeWidget*>(QStringLiteral("estimatedErrors"));
        QCOMPARE(errors->topLevelItemCount(), 10);
        for (const int row : {0, 1}) {
            QCOMPARE(errors->topLevelItem(row)->text(0), QString::number(4 + row));
            QCOMPARE(errors->topLevelItem(row)->text(2), QStringLiteral("2"));
        }
        QCOMPARE(errors->topLevelItem(2)->text(2), QStringLiteral("0"));

        QSignalSpy shown(&panel, &ClassPairsPanel::showSamples);
        const auto click = [&](int given, int other) {
            QTest::mouseClick(panel.matrix().canvas(), Qt::LeftButton, {},
                              panel.matrix().cellRect(given, other).center().toPoint());
        };
        const auto opened = [&](qsizetype time) { return shown[time][0].value<std::vector<SampleIndex>>(); };
        choose(ClassPairsPanel::Table::Counted); // what stands there is what opens
        QVERIFY2(text().contains(QStringLiteral("5 to 6: 1 sample")) && !text().contains(QStringLiteral("expected")),
                 qPrintable(text()));
        choose(ClassPairsPanel::Table::Calibrated);
        click(4, 9);
        QCOMPARE(opened(0), (std::vector{SampleIndex(24), SampleIndex(34)}));
        click(5, 6); // estimated at two, counted once
        QCOMPARE(opened(1), std::vector{SampleIndex(15)});
        click(4, 4);
        click(0, 1);
        QCOMPARE(shown.count(), 2); // nothing was counted off the diagonal there
        Q_EMIT errors->itemActivated(errors->topLevelItem(0), 0);
        QCOMPARE(opened(2), (std::vector{SampleIndex(24), SampleIndex(34)}));
        choose(ClassPairsPanel::Table::Suspects);
        QVERIFY(errors->isHidden());
    }

    /// A network that had learnt the labels finds wrong ones right: what it makes of them is no count to rely on.
    void theConfidentJointOfAnInSampleRunWarns() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, writeIdx(m_home, 100, QStringLiteral("learnt"))));
        QVERIFY(trainAndWait(workspace, 1));
        FeatureMatrix probabilities;
        probabilities.epoch = 1;
        probabilities.dimension = 10;
        for (int i = 0; i < 100; ++i)
            for (int k = 0; k < 10; ++k)
                probabilities.values.push_back(k == (i % 5 == 0 ? i + 1 : i) % 10 ? 0.91F : 0.01F);
        const auto folder = workspace.project()->checkpointFolder(workspace.runs().front().id);
        QVERIFY(storeFeatures(folder, probabilities, MatrixKind::Probabilities).has_value());
        ClassPairsPanel panel(workspace);
        panel.resize(340, 600);
        panel.show();
        auto* tables = panel.findChild<QComboBox*>(QStringLiteral("classPairsTable"));
        QTRY_VERIFY(tables->isVisible());
        auto* words = panel.findChild<QLabel*>(QStringLiteral("classPairsWords"));
        QVERIFY(!words->text().contains(QStringLiteral("⚠")));
        tables->setCurrentIndex(int(ClassPairsPanel::Table::Calibrated));
        QVERIFY2(words->text().contains(QStringLiteral("⚠ The network learnt these very labels")),
                 qPrintable(words->text()));
    }

    /// More classes than a heat map has room for: those with the most pairs are shown, and their cells open what they
    /// count.
    void ofVeryManyClassesTheFullestAreShown() {
        constexpr int kClasses = 120;
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, writeIdx(m_home, 600, QStringLiteral("many"), kClasses)));
        QCOMPARE(workspace.dataset()->classCount(), kClasses);
        QVERIFY(trainAndWait(workspace, 2));
        ClassPairsPanel panel(workspace);
        panel.resize(600, 700);
        panel.show();
        MatrixPlot& matrix = panel.matrix();
        QTRY_VERIFY(matrix.hasData());
        const auto classes = matrix.values().size();
        QVERIFY(classes > 20 && classes < 48); // of 48 that take part in a pair
        const QString words = panel.findChild<QLabel*>(QStringLiteral("classPairsWords"))->text();
        QVERIFY2(words.contains(QStringLiteral("%1 of 120 are left out").arg(kClasses - int(classes))),
                 qPrintable(words));
        QSignalSpy shown(&panel, &ClassPairsPanel::showSamples);
        for (std::size_t row = 0; row < classes; ++row)
            for (std::size_t column = 0; column < classes; ++column) {
                if (matrix.values()[row][column] == 0) continue;
                shown.clear();
                Q_EMIT matrix.cellClicked(int(row), int(column));
                QCOMPARE(shown.count(), 1);
                const auto samples = shown[0][0].value<std::vector<SampleIndex>>();
                QCOMPARE(double(samples.size()), matrix.values()[row][column]);
                for (const SampleIndex sample : samples) {
                    QCOMPARE(workspace.baseLabel(sample), workspace.baseLabel(samples.front()));
                    QCOMPARE(workspace.suggestedLabel(sample), workspace.baseLabel(sample) + 1);
                }
            }
        QVERIFY(shown.count() == 1);
    }
};

QTEST_MAIN(TestDetectors)
#include "tst_detectors.moc"
