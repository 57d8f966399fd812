// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/ui_fixture.h"
#include "ui/plots/confidence_plot.h"
#include "ui/plots/correction_plot.h"
#include "ui/plots/loss_histogram_panel.h"
#include "ui/plots/loss_histogram_plot.h"
#include "ui/plots/loss_scatter_plot.h"
#include "ui/plots/pseudo_class_plot.h"
#include "ui/plots/pseudo_label_plot.h"
#include "ui/plots/qcustomplot_include.h"
#include "ui/runs/run_queue_panel.h"
#include "ui/runs/sample_views_plot.h"
#include "ui/runs/train_page.h"
#include "ui/runs/train_panels.h"

#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QScopeGuard>

#include <atomic>
#include <numeric>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

namespace {

constexpr int kSamples = 60;

/// Three epochs of pseudo-labels: every fourth sample is labelled; of the others those from 0.75 on are accepted,
/// nearly all as class 3 or 7. `goOn`, where given, must be true before the second epoch.
class FloodingMethod final : public Method {
public:
    explicit FloodingMethod(std::shared_ptr<std::atomic<bool>> goOn = nullptr) : m_goOn(std::move(goOn)) {
        m_about = {"floods", "Flooding", "Gives nearly everything one of two labels", "", {}};
    }
    const Description& description() const override { return m_about; }

    static bool labelled(std::uint32_t i) { return i % 4 == 0; }
    static float sure(std::uint32_t i) { return 0.5f + 0.5f * float(i) / kMany; }
    static Label given(std::uint32_t i) { return i % 16 == 1 ? Label(i % 10) : i % 3 == 1 ? 7 : 3; }
    static constexpr int kMany = 400;

    Result<RunResult> train(const TrainingTask& task, RunObserver& observer, RunControl&) const override {
        for (int epoch = 1; epoch <= 3; ++epoch) {
            if (m_goOn && epoch == 2) m_goOn->wait(false);
            auto evidence = std::make_shared<Evidence>();
            evidence->epoch = epoch;
            std::vector<double> counts(10, 0);
            for (std::uint32_t i = 0; i < task.dataset->size(); ++i) {
                const bool accepted = !labelled(i) && sure(i) >= 0.75f && task.dataset->splits[i] == Split::Train;
                evidence->samples.push_back(SampleIndex(i));
                evidence->loss.push_back(0.01f * float(i));
                evidence->prediction.push_back(given(i));
                evidence->confidence.push_back(sure(i));
                evidence->margin.push_back(1.0f);
                evidence->columns["labelled"].push_back(labelled(i) ? 1 : 0);
                evidence->columns["pseudo-label"].push_back(accepted ? float(given(i)) : -1);
                counts[std::size_t(given(i))] += accepted ? 1 : 0;
            }
            auto report = std::make_shared<EpochReport>();
            report->epoch = epoch;
            report->epochs = 3;
            report->scalars = {
                {"train-loss", 1.0 / epoch}, {"accepted", std::accumulate(counts.begin(), counts.end(), 0.0)},
                {"acceptance", 0.5},         {"threshold", 0.75},
                {"pseudo-changed", 0.1},     {"pseudo-entropy", 0.4}};
            report->perClass["accepted"] = counts;
            report->evidence = std::move(evidence);
            observer.epochDone(std::move(report));
        }
        return RunResult{"cpu", 3, 0.1, 100, 1};
    }

private:
    std::shared_ptr<std::atomic<bool>> m_goOn;
    Description m_about;
};

/// Three epochs with these figures: scalars as they are, columns by a formula.
class TellingMethod final : public Method {
public:
    TellingMethod(std::string id, std::map<std::string, double> scalars, std::vector<std::string> columns = {})
        : m_scalars(std::move(scalars)), m_columns(std::move(columns)) {
        m_about = {std::move(id), "Telling", "Reports what it was told to", "", {}};
    }
    const Description& description() const override { return m_about; }

    void tellMeanAnswers() { m_answers = true; }
    void tellMixture() { m_mixture = true; }

    /// Of sample i: the first column falls, the second rises.
    static float value(std::size_t column, std::uint32_t i) {
        const float share = float(i) / kSamples;
        return column % 2 == 0 ? 1 - share : share;
    }

    Result<RunResult> train(const TrainingTask& task, RunObserver& observer, RunControl&) const override {
        for (int epoch = 1; epoch <= 3; ++epoch) {
            auto evidence = std::make_shared<Evidence>();
            evidence->epoch = epoch;
            for (std::uint32_t i = 0; i < task.dataset->size(); ++i) {
                evidence->samples.push_back(SampleIndex(i));
                evidence->loss.push_back(0.05f * float(i));
                evidence->prediction.push_back(i < kSamples / 2 ? task.labels.labels[i]
                                                                : (task.labels.labels[i] + 1) % 10);
                evidence->confidence.push_back(0.9f);
                evidence->margin.push_back(1.0f);
                for (std::size_t c = 0; c < m_columns.size(); ++c)
                    evidence->columns[m_columns[c]].push_back(value(c, i));
            }
            auto report = std::make_shared<EpochReport>();
            report->epoch = epoch;
            report->epochs = 3;
            report->scalars = m_scalars;
            report->scalars["train-loss"] = 1.0 / epoch;
            if (m_mixture) report->mixture = stats::fitMixture(std::span<const float>(evidence->loss)).value();
            if (m_answers) report->perClass["answer-mean"] = {0.25, 0.75};
            report->evidence = std::move(evidence);
            observer.epochDone(std::move(report));
        }
        return RunResult{"cpu", 3, 0.1, 100, 1};
    }

private:
    Description m_about;
    std::map<std::string, double> m_scalars;
    std::vector<std::string> m_columns;
    bool m_answers = false;
    bool m_mixture = false;
};

} // namespace

class TestTrainPanels : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;

    /// A page that shows a run of this method.
    void show(Workspace& workspace, TrainPage& page, const std::string& method, int samples = kSamples,
              const QString& folder = {}) {
        QVERIFY(openAndWait(workspace,
                            writeIdx(m_home, samples, folder.isEmpty() ? QString::fromStdString(method) : folder)));
        page.resize(1280, 660);
        page.show();
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        RunConfig config;
        config.method = method;
        config.epochs = 3;
        const auto about = workspace.registry().methods.find(method)->description();
        const auto settings = completeParams(about.params, {});
        QVERIFY(settings.has_value());
        config.settings = *settings;
        workspace.startRun(config, {});
        QTRY_VERIFY_WITH_TIMEOUT(ended.count() > 0 && workspace.currentEvidence() != nullptr, 20'000);
    }

    static std::shared_ptr<Registry> registryTelling(std::shared_ptr<Method> method) {
        auto registry = registryWith();
        (void)registry->methods.add(std::move(method));
        return registry;
    }

private Q_SLOTS:
    void initTestCase() { useFolder(m_home); }

    void aRunShowsOnlyThePanelsThatItHasSomethingFor_data() {
        QTest::addColumn<QString>("scalar");
        QTest::addColumn<QString>("panel");
        for (const ScalarPanel& panel : scalarPanels())
            QTest::newRow(panel.speaks.c_str()) << QString::fromStdString(panel.speaks) << panel.objectName;
        QTest::newRow("two networks") << "disagreement"
                                      << "disagreement";
    }
    void aRunShowsOnlyThePanelsThatItHasSomethingFor() {
        QFETCH(const QString, scalar);
        QFETCH(const QString, panel);
        Workspace workspace(registryTelling(std::make_shared<TellingMethod>(
            "tells-" + scalar.toStdString(), std::map<std::string, double>{{scalar.toStdString(), 0.25}})));
        TrainPage page(workspace);
        show(workspace, page, "tells-" + scalar.toStdString());
        auto* own = page.findChild<EpochPlot*>(panel);
        QVERIFY(own != nullptr);
        QTRY_VERIFY(own->isVisibleTo(&page));
        QVERIFY(own->dataAsTsv().contains(QLatin1String("0.25")));
        for (const ScalarPanel& other : scalarPanels())
            if (other.objectName != panel) QVERIFY(!page.findChild<EpochPlot*>(other.objectName)->isVisibleTo(&page));
        QVERIFY(!page.findChild<CorrectionPlot*>()->isVisibleTo(&page));
        QVERIFY(!page.findChild<LossScatterPlot*>(QStringLiteral("cleanScatter"))->isVisibleTo(&page));
    }

    void aMeanAnswerIsALineForEachClass() {
        auto method = std::make_shared<TellingMethod>("answers", std::map<std::string, double>{});
        method->tellMeanAnswers();
        Workspace workspace(registryTelling(method));
        TrainPage page(workspace);
        show(workspace, page, "answers");
        auto* plot = page.findChild<EpochPlot*>(QStringLiteral("meanAnswer"));
        QTRY_VERIFY(plot->isVisibleTo(&page));
        QVERIFY(plot->dataAsTsv().contains(QLatin1String("0.25")) && plot->dataAsTsv().contains(QLatin1String("0.75")));
    }

    void aTeachersAccuracyStandsBesideItsStudents() {
        Workspace workspace(registryTelling(
            std::make_shared<TellingMethod>("teaches", std::map<std::string, double>{{"meta-signal", 0.01},
                                                                                     {"student-loss-before", 2.5},
                                                                                     {"student-loss-after", 2.25},
                                                                                     {"test-accuracy-teacher", 0.625},
                                                                                     {"test-accuracy", 0.5}})));
        TrainPage page(workspace);
        show(workspace, page, "teaches");
        auto* plot = page.findChild<EpochPlot*>(QStringLiteral("metaSignal"));
        QTRY_VERIFY(plot->isVisibleTo(&page));
        for (const char* figure : {"0.01", "2.5", "2.25", "0.625", "0.5"})
            QVERIFY2(plot->dataAsTsv().contains(QLatin1String(figure)), figure);
        QVERIFY(!page.findChild<EpochPlot*>(QStringLiteral("consistency"))->isVisibleTo(&page));
    }

    void correctedLossesShowWAndTheOwnAnswerOverTheHistogram() {
        Workspace workspace(registryTelling(std::make_shared<TellingMethod>("corrects", std::map<std::string, double>{},
                                                                            std::vector<std::string>{"ignored", "w"})));
        TrainPage page(workspace);
        show(workspace, page, "corrects");
        auto* plot = page.findChild<CorrectionPlot*>();
        QTRY_VERIFY(plot->isVisibleTo(&page));
        const CorrectionBins& bins = plot->bins();
        QVERIFY(bins.meanW.front() < 0.1 && bins.meanW.back() > 0.9); // w rises with the loss here
        QCOMPARE(bins.differing.front(), 0.0);                        // and the second half answers another class
        QCOMPARE(bins.differing.back(), 1.0);
    }

    void picturesWithoutALabelHaveNoLossToShow() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, writeFewLabels(m_home)));
        LossHistogramPanel panel(workspace);
        panel.resize(500, 300);
        panel.show();
        QVERIFY(trainAndWait(workspace, 1));
        const auto shown = [&] {
            const auto& bins = panel.plot().counts().counts;
            return std::accumulate(bins.begin(), bins.end(), std::uint64_t(0));
        };
        QTRY_COMPARE(shown(), std::uint64_t(16)); // of each class two are for testing
    }

    void theThresholdIsALineOverTheLossesOnlyWhereTheSuspectsFollowThem() {
        for (const bool follows : {false, true}) {
            const std::string id = follows ? "follows" : "contradicts";
            auto method = std::make_shared<TellingMethod>(id, std::map<std::string, double>{},
                                                          follows ? std::vector<std::string>{"ignored", "p-noisy"}
                                                                  : std::vector<std::string>{"p-noisy"});
            method->tellMixture();
            Workspace workspace(registryTelling(method));
            TrainPage page(workspace);
            show(workspace, page, id);
            auto* plot = page.findChild<LossHistogramPlot*>();
            QTRY_VERIFY(plot->hasData());
            const QCustomPlot& canvas = plot->plot();
            for (int i = 0; i < canvas.itemCount(); ++i)
                if (const auto* line = qobject_cast<QCPItemLine*>(canvas.item(i)))
                    QTRY_COMPARE(line->visible(), follows);
            QVERIFY(plot->summary().contains(QString::number(workspace.suspectCount())));
        }
    }

    void pseudoLabelsAreWatchedByClassAndConfidenceAndOpenTheirPictures() {
        Workspace workspace(registryTelling(std::make_shared<FloodingMethod>()));
        TrainPage page(workspace);
        show(workspace, page, "floods", FloodingMethod::kMany);
        auto* classes = page.findChild<PseudoClassPlot*>();
        auto* confidence = page.findChild<ConfidencePlot*>();
        QTRY_VERIFY(classes->isVisibleTo(&page) && confidence->isVisibleTo(&page));
        QVERIFY(page.findChild<PseudoLabelPlot*>()->dataAsTsv().contains(QLatin1String("share changed")));
        QCOMPARE(confidence->confidence().threshold, std::optional(0.75));

        // Classes 3 and 7 have a fifth of the labels at most and nearly all of the pseudo-labels: they are named.
        QVERIFY(classes->classes()[3].flooded && classes->classes()[7].flooded);
        auto* warning = page.findChild<QLabel*>(QStringLiteral("pseudoWarning"));
        QVERIFY(warning->isVisibleTo(&page) && warning->text().contains(QLatin1String("3 (")));

        QSignalSpy shown(&page, &TrainPage::showPseudoLabels);
        Q_EMIT classes->classClicked(3);
        const auto ofThree = shown[0][0].value<std::vector<SampleIndex>>();
        QCOMPARE(ofThree.size(), std::size_t(classes->classes()[3].accepted));
        for (const SampleIndex sample : ofThree) {
            QCOMPARE(workspace.pseudoLabel(sample), Label(3));
            QVERIFY(!FloodingMethod::labelled(sample.value) && FloodingMethod::sure(sample.value) >= 0.75f);
        }
        Q_EMIT confidence->binClicked(0.7, 0.725);
        const auto inBin = shown[1][0].value<std::vector<SampleIndex>>();
        QVERIFY(!inBin.empty());
        for (const SampleIndex sample : inBin)
            QVERIFY(FloodingMethod::sure(sample.value) > 0.699f && FloodingMethod::sure(sample.value) < 0.7251f);
        QCOMPARE(shown[0][2].toString(), QLatin1String(kPseudoLabelScore));
        QCOMPARE(shown[1][2].toString(), QLatin1String(kPseudoConfidenceScore)); // these have no accepted pseudo-label
        for (const auto& one : shown)
            QVERIFY2(one[1].toString().contains(QStringLiteral("epoch 3")), qPrintable(one[1].toString()));
        page.findChild<QPushButton*>(QStringLiteral("pseudoWarningShow"))->click();
        const auto ofBoth = shown[2][0].value<std::vector<SampleIndex>>();
        QCOMPARE(ofBoth.size(), std::size_t(classes->classes()[3].accepted + classes->classes()[7].accepted));
        QVERIFY(ofBoth.size() > ofThree.size());
        for (const SampleIndex sample : ofBoth)
            QVERIFY(workspace.pseudoLabel(sample) == 3 || workspace.pseudoLabel(sample) == 7);

        // What was picked is not picked in another run.
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        workspace.startRun(workspace.runs().back().config, {});
        QTRY_VERIFY_WITH_TIMEOUT(ended.count() > 0, 20'000);
        const auto showRun = [&](const RunRecord& run) {
            workspace.showRun(run.id);
            QTRY_VERIFY(workspace.currentRun() == run.id && workspace.currentEvidence() != nullptr &&
                        classes->isVisibleTo(&page));
        };
        showRun(workspace.runs().front());
        showRun(workspace.runs().back());
        QTest::keyClick(classes, Qt::Key_Down);
        QSignalSpy asked(classes, &PseudoClassPlot::classClicked);
        QTest::keyClick(classes, Qt::Key_Return);
        QCOMPARE(asked.count(), 1);
        showRun(workspace.runs().front());
        QTest::keyClick(classes, Qt::Key_Return);
        QCOMPARE(asked.count(), 1);
    }

    void whatIsOpenedWhileARunGoesOnStaysAtItsEpoch() {
        auto goOn = std::make_shared<std::atomic<bool>>(false);
        const auto letGo = [&] {
            *goOn = true;
            goOn->notify_all();
        };
        Workspace workspace(registryTelling(std::make_shared<FloodingMethod>(goOn)));
        TrainPage page(workspace);
        const auto atTheEnd = qScopeGuard(letGo); // a run that waits would never end
        QVERIFY(openAndWait(workspace, writeIdx(m_home, FloodingMethod::kMany, QStringLiteral("live"))));
        page.resize(1280, 660);
        page.show();
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        RunConfig config;
        config.method = "floods";
        config.epochs = 3;
        workspace.startRun(config, {});
        auto* classes = page.findChild<PseudoClassPlot*>();
        QTRY_VERIFY_WITH_TIMEOUT(workspace.currentEvidence() != nullptr && classes->hasData(), 20'000);
        QVERIFY(workspace.followsLive());
        QSignalSpy shown(&page, &TrainPage::showPseudoLabels);
        Q_EMIT classes->classClicked(0); // none was accepted as this: nothing is opened, and nothing held
        QVERIFY(shown[0][0].value<std::vector<SampleIndex>>().empty());
        QVERIFY(workspace.followsLive());
        Q_EMIT classes->classClicked(3);
        QVERIFY(shown[1][1].toString().contains(QStringLiteral("epoch 1")));
        QVERIFY(!workspace.followsLive());
        letGo();
        QTRY_VERIFY_WITH_TIMEOUT(ended.count() > 0, 20'000);
        QCOMPARE(workspace.currentEpoch(), 1);
    }

    void whatTheMethodWasNotSureOfIsAcceptedAsItsAnswerToo() {
        Workspace workspace(registryTelling(std::make_shared<FloodingMethod>()));
        TrainPage page(workspace);
        show(workspace, page, "floods", FloodingMethod::kMany, QStringLiteral("unsure"));
        QTRY_VERIFY(page.findChild<ConfidencePlot*>()->isVisibleTo(&page));
        QSignalSpy shown(&page, &TrainPage::showPseudoLabels);
        Q_EMIT page.findChild<ConfidencePlot*>()->binClicked(0.7, 0.725);
        ViewFilter filter;
        filter.score = shown[0][2].toString();
        QVERIFY(workspace.scoreNames().contains(filter.score));
        workspace.setFilter(filter.exactly(shown[0][0].value<std::vector<SampleIndex>>(), shown[0][1].toString()));
        const std::vector<SampleIndex> all = workspace.view();
        QVERIFY(all.size() > 5);
        for (std::size_t i = 0; i < all.size(); ++i) {
            QCOMPARE(workspace.pseudoLabel(all[i]), kNoLabel); // below the threshold
            QVERIFY(workspace.suggestsPseudoLabel(all[i]));
            QCOMPARE(workspace.suggestedLabel(all[i]), FloodingMethod::given(all[i].value));
            if (i > 0)
                QVERIFY(FloodingMethod::sure(all[i].value) <
                        FloodingMethod::sure(all[i - 1].value)); // the surest first
        }
        workspace.acceptSuggestions(all);
        QTRY_COMPARE(workspace.journal().size(), all.size());
        for (const JournalEntry& entry : workspace.journal()) {
            QCOMPARE(entry.reason.rule, std::string("pseudo-label, epoch 3"));
            QCOMPARE(entry.reason.score, std::string(kPseudoConfidenceScore));
            QCOMPARE(float(*entry.reason.value), FloodingMethod::sure(entry.sample.value));
            QCOMPARE(entry.reason.run, std::optional(workspace.runs().back().id));
        }
    }

    void pseudoLabelsAreAcceptedInOneStepWithRunEpochAndConfidence() {
        Workspace workspace(registryTelling(std::make_shared<FloodingMethod>()));
        TrainPage page(workspace);
        show(workspace, page, "floods", FloodingMethod::kMany);
        ViewFilter filter;
        filter.score = QLatin1String(kPseudoLabelScore);
        workspace.setFilter(filter);
        workspace.showEpoch(2);
        QTRY_VERIFY(workspace.currentEvidence() && workspace.currentEvidence()->epoch == 2);
        workspace.resort();
        const std::vector<SampleIndex> ten(workspace.view().begin(), workspace.view().begin() + 10);
        std::size_t kept = 0;
        for (const SampleIndex sample : ten) {
            QCOMPARE(workspace.suggestedLabel(sample), workspace.pseudoLabel(sample));
            QVERIFY(workspace.pseudoLabel(sample) != kNoLabel);
        }
        workspace.acceptSuggestions(ten);
        QTRY_COMPARE(workspace.journal().size(), std::size_t(10));
        for (const JournalEntry& entry : workspace.journal()) {
            const Label label = FloodingMethod::given(entry.sample.value);
            const bool same = workspace.baseLabel(entry.sample) == label;
            kept += same ? 1 : 0;
            QCOMPARE(entry.to.verdict, same ? Verdict::Keep : Verdict::Relabel);
            if (!same) QCOMPARE(entry.to.label, label);
            QCOMPARE(entry.reason.rule, std::string("pseudo-label, epoch 2"));
            QCOMPARE(entry.reason.score, std::string(kPseudoLabelScore));
            QCOMPARE(float(*entry.reason.value), FloodingMethod::sure(entry.sample.value));
            QCOMPARE(entry.reason.run, std::optional(workspace.runs().back().id));
        }
        QVERIFY(kept > 0 && kept < 10); // some confirm the label that the picture has
        workspace.undo();
        QTRY_COMPARE(workspace.decidedCount(), std::size_t(0));
    }

    void theViewsThatARunKeptStandSideBySideUnderTheirAttention() {
        Workspace workspace(registryTelling(std::make_shared<TellingMethod>("looks", std::map<std::string, double>{})));
        TrainPage page(workspace);
        show(workspace, page, "looks");
        auto* plot = page.findChild<SampleViewsPlot*>();
        QVERIFY(!plot->isVisibleTo(&page)); // it kept none
        SampleViews views;
        views.epoch = 3;
        views.names = {"weak", "strong"};
        views.geometry = {8, 8, 1};
        views.mapWidth = views.mapHeight = 2;
        views.samples = {SampleIndex(4), SampleIndex(9)};
        views.pictures.assign(2 * 2 * views.geometry.bytes(), 40);
        views.maps = {1, 0, 0, 0, /**/ 0, 0, 0, 1, /**/ 0.25f, 0.25f, 0.25f, 0.25f, /**/ 0, 1, 0, 0};
        const RunId run = workspace.runs().back().id;
        QVERIFY(storeSampleViews(workspace.project()->checkpointFolder(run), views).has_value());
        workspace.showNoRun();
        workspace.showRun(run);
        QTRY_VERIFY(plot->isVisibleTo(&page));
        QCOMPARE(plot->title(), QStringLiteral("Attention, epoch 3"));
        // All of it lies in one corner: bright there, the picture's own grey in the opposite one.
        const QImage weak = plot->image(0, 0);
        const QImage strong = plot->image(0, 1);
        const auto bright = [](const QImage& image, bool end) {
            return qGreen(image.pixel(end ? image.width() - 2 : 1, end ? image.height() - 2 : 1));
        };
        QVERIFY(bright(weak, false) > 100 && bright(weak, true) == 40);
        QVERIFY(bright(strong, true) > 100 && bright(strong, false) == 40);
        QTest::mouseClick(plot->canvas(), Qt::LeftButton, {}, QPoint(20, 40));
        QCOMPARE(workspace.focus(), std::optional(SampleIndex(4)));
        // By keyboard: to the first, on to the next, which comes first once it is in focus.
        QTest::keyClick(plot, Qt::Key_Right);
        QVERIFY2(plot->summary().startsWith(QStringLiteral("picture 4,")), qPrintable(plot->summary()));
        QTest::keyClick(plot, Qt::Key_Right);
        QVERIFY2(plot->summary().startsWith(QStringLiteral("picture 9,")), qPrintable(plot->summary()));
        QCOMPARE(workspace.focus(), std::optional(SampleIndex(4)));
        QTest::keyClick(plot, Qt::Key_Return);
        QCOMPARE(workspace.focus(), std::optional(SampleIndex(9)));
        workspace.setFocus(SampleIndex(4));
        plot->deselect();
        QTest::keyClick(plot, Qt::Key_Return);
        QCOMPARE(workspace.focus(), std::optional(SampleIndex(4)));
    }

    void aRunThatFailedSaysInItsEmptyPanelsWhy() {
        assay::test::FakeMethod::Script script;
        script.failInEpoch = 1;
        Workspace workspace(registryWith(script));
        QVERIFY(openAndWait(workspace, writeIdx(m_home, 60, QStringLiteral("fails"))));
        TrainPage page(workspace);
        page.resize(1280, 660);
        page.show();
        const auto said = [&](const char* name) { return page.findChild<QLabel*>(QLatin1String(name))->text(); };
        const auto names = {"trainingCurvesEmptyText", "lossHistogramEmptyText"};
        for (const char* name : names)
            QVERIFY2(said(name).contains(QLatin1String("first epoch")), qPrintable(said(name)));
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        workspace.startRun(fakeRun(3), {});
        QTRY_VERIFY_WITH_TIMEOUT(ended.count() > 0, 20'000);
        for (const char* name : names) {
            QTRY_VERIFY2(said(name).contains(QLatin1String("failed: ")), qPrintable(said(name)));
            QVERIFY2(said(name).contains(QLatin1String("loss is not a number")), qPrintable(said(name)));
        }
        workspace.showNoRun();
        for (const char* name : names) QTRY_VERIFY(said(name).contains(QLatin1String("first epoch")));
    }

    void aPerturbationStandsBetweenThePictureAndWhatBecameOfItWithItsGain() {
        Workspace workspace(
            registryTelling(std::make_shared<TellingMethod>("perturbs", std::map<std::string, double>{})));
        TrainPage page(workspace);
        show(workspace, page, "perturbs");
        auto* plot = page.findChild<SampleViewsPlot*>();
        SampleViews views;
        views.epoch = 2;
        views.names = {"picture", "perturbation", "perturbed"};
        views.geometry = {8, 8, 1};
        views.samples = {SampleIndex(4), SampleIndex(9)};
        for (const std::uint8_t grey : {40, 255, 47, 90, 128, 90})
            views.pictures.insert(views.pictures.end(), 64, grey);
        views.gains = {1, 18.14F, 1, 1, 2.5F, 1};
        const RunId run = workspace.runs().back().id;
        QVERIFY(storeSampleViews(workspace.project()->checkpointFolder(run), views).has_value());
        workspace.showNoRun();
        workspace.showRun(run);
        QTRY_VERIFY(plot->isVisibleTo(&page));
        QCOMPARE(plot->title(), QStringLiteral("Perturbed pictures, epoch 2"));
        const int expected[] = {40, 255, 47};
        for (std::size_t view = 0; view < 3; ++view) QCOMPARE(qGreen(plot->image(0, view).pixel(3, 3)), expected[view]);
        QCOMPARE(plot->caption(0, 0), QStringLiteral("picture"));
        QCOMPARE(plot->caption(0, 1), QStringLiteral("perturbation ×18"));
        QCOMPARE(plot->caption(1, 1), QStringLiteral("perturbation ×2.5"));
        QVERIFY(plot->dataAsTsv().contains(QStringLiteral("\tperturbation\t18.14")));
    }

    /// What is cut where there is little room is the state, which the mark says as well.
    void theLineBelowARunBeginsWithItsFigures() {
        assay::test::FakeMethod::Script script;
        script.failInEpoch = 3;
        Workspace workspace(registryWith(script));
        QVERIFY(openAndWait(workspace, writeIdx(m_home, 60, QStringLiteral("line"))));
        RunQueuePanel queue(workspace);
        QVERIFY(trainAndWait(workspace, 4));
        const QString line =
            queue.findChild<QListWidget*>(QStringLiteral("runList"))->item(0)->data(Qt::UserRole + 2).toString();
        QVERIFY2(line.startsWith(QStringLiteral("2 of 4 · 70")), qPrintable(line));
        QVERIFY2(line.contains(QStringLiteral(" · failed")), qPrintable(line));
    }

    void bothNetworksProbabilitiesAreAScatterWhoseRectangleOpensItsSamples() {
        Workspace workspace(registryTelling(std::make_shared<TellingMethod>(
            "divides",
            std::map<std::string, double>{
                {"labelled-share-1", 0.7}, {"labelled-share-2", 0.6}, {"clean-threshold", 0.6}},
            std::vector<std::string>{"p-clean-1", "p-clean-2"})));
        TrainPage page(workspace);
        show(workspace, page, "divides");
        auto* plot = page.findChild<LossScatterPlot*>(QStringLiteral("cleanScatter"));
        QTRY_VERIFY(plot->isVisibleTo(&page));
        const auto& splits = workspace.dataset()->splits;
        QCOMPARE(plot->samplesIn(0, 1, 0, 1).size(),
                 std::size_t(std::count(splits.begin(), splits.end(), Split::Train)));
        QSignalSpy shown(&page, &TrainPage::showSamples);
        plot->plot().replot(QCustomPlot::rpImmediateRefresh);
        const auto at = [&](double x, double y) {
            return QPoint(int(plot->plot().xAxis->coordToPixel(x)), int(plot->plot().yAxis->coordToPixel(y)));
        };
        QTest::mousePress(&plot->plot(), Qt::LeftButton, {}, at(0.72, 0.02));
        QTest::mouseMove(&plot->plot(), at(0.99, 0.27));
        QTest::mouseRelease(&plot->plot(), Qt::LeftButton, {}, at(0.99, 0.27));
        QCOMPARE(shown.count(), 1);
        const auto samples = shown[0][0].value<std::vector<SampleIndex>>();
        QVERIFY(!samples.empty());
        for (const SampleIndex sample : samples) QVERIFY(TellingMethod::value(0, sample.value) > 0.7f);
    }
};

QTEST_MAIN(TestTrainPanels)
#include "tst_train_panels.moc"
