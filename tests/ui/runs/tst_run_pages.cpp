// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/train/method.h"
#include "ui/gallery/gallery_view.h"
#include "ui/plots/cleaning_flow_plot.h"
#include "ui/plots/loss_histogram_panel.h"
#include "ui/plots/loss_histogram_plot.h"
#include "ui/plots/loss_scatter_plot.h"
#include "ui/plots/matrix_plot.h"
#include "ui/plots/pseudo_label_plot.h"
#include "ui/runs/compare_gallery.h"
#include "ui/runs/compare_page.h"
#include "ui/runs/label_chooser.h"
#include "ui/runs/new_run_dialog.h"
#include "ui/runs/run_queue_panel.h"
#include "ui/runs/run_text.h"
#include "ui/runs/train_page.h"
#include "ui/session/thumbnail_service.h"
#include "ui/session/workspace.h"

#include <QCheckBox>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

namespace assay {
void registerBuiltinPlugins(Registry& registry);
}

using namespace assay;
using namespace assay::ui;

namespace {

constexpr std::uint32_t kPictures = 400;

/// Reports what a method with two networks and pseudo-labels would, by formula, without training anything.
class ScriptedMethod final : public Method {
public:
    explicit ScriptedMethod(std::string id, double skill) : m_skill(skill) {
        m_about = {std::move(id),
                   "Scripted",
                   "Reports by formula",
                   "Nobody, nowhere, never",
                   {{"forget-rate", ParamType::Real, 0.2, 0.0, 1.0, {}, "", "Share that is left out", false}}};
    }
    const Description& description() const override { return m_about; }

    Result<RunResult> train(const TrainingTask& task, RunObserver& observer, RunControl& control) const override {
        for (int epoch = 1; epoch <= task.config.epochs; ++epoch) {
            if (control.shouldStop()) return fail(ErrorCode::Cancelled, "stopped");
            observer.epochDone(report(task, epoch));
        }
        return RunResult{"cpu", task.config.epochs, 1.5, 2000, 300};
    }

private:
    std::shared_ptr<const EpochReport> report(const TrainingTask& task, int epoch) const {
        auto evidence = std::make_shared<Evidence>();
        evidence->epoch = epoch;
        const double learnt = 1 - std::exp(-epoch / 3.0);
        std::vector<float> training;
        std::vector<double> accepted(std::size_t(task.dataset->classCount()));
        for (std::uint32_t i = 0; i < task.dataset->size(); ++i) {
            CounterRng rng(task.config.seed, RngPurpose::Test, std::uint32_t(epoch), i);
            const Label label = task.labels.labels[i];
            const Label truth = task.labels.trueLabels.empty() ? label : task.labels.trueLabels[i];
            const double centre = 2.3 + (label == truth ? -2 : 2) * m_skill * learnt;
            const auto loss = [&] { return float(std::max(0.01, centre + 0.8 * rng.normal())); };
            evidence->samples.push_back(SampleIndex(i));
            evidence->loss.push_back(loss());
            evidence->columns["loss-2"].push_back(loss());
            evidence->columns[kKeptColumn].push_back(-1);
            evidence->prediction.push_back(truth);
            evidence->confidence.push_back(float(learnt));
            evidence->margin.push_back(label == truth ? 1.0f : -1.0f);
            if (task.dataset->splits[i] != Split::Train) continue;
            training.push_back(evidence->loss.back());
            evidence->columns[kKeptColumn].back() = evidence->loss.back() < 2.3F ? 1.0F : 0.0F;
            if (evidence->loss.back() < 1) ++accepted[std::size_t(truth)];
        }
        auto report = std::make_shared<EpochReport>();
        report->epoch = epoch;
        report->epochs = task.config.epochs;
        report->scalars = {{"train-loss", 2.3 - learnt},
                           {"train-accuracy", 0.1 + 0.6 * learnt},
                           {"test-loss", 2.3 - 1.5 * learnt},
                           {"test-accuracy", 0.1 + m_skill * learnt},
                           {"learning-rate", 0.01},
                           {"seconds", 1.5},
                           {"disagreement", 0.3 * (1 - learnt) + 0.04},
                           {"keep-rate", std::max(0.8, 1 - 0.02 * epoch)},
                           {"selection-overlap", 0.7 + 0.2 * learnt},
                           {"acceptance", learnt * 0.8}};
        report->perClass["accepted"] = accepted;
        if (epoch % 4 == 0) report->cleaning = CleaningRound{epoch / 4, task.config.epochs / 4, "by formula"};
        if (auto fit = stats::fitMixture(training)) {
            evidence->columns["p-noisy"] = stats::posteriors(*fit, evidence->loss);
            report->mixture = std::move(*fit);
        }
        report->evidence = std::move(evidence);
        return report;
    }

    Description m_about;
    double m_skill;
};

void writeIdx(const QString& file, const QByteArray& header, const QByteArray& body) {
    QFile out(file);
    QVERIFY(out.open(QIODevice::WriteOnly));
    out.write(header + body);
}

/// Small pictures of three classes, each with its own brightness.
void writePictures(const QString& folder) {
    QByteArray pixels;
    QByteArray labels;
    for (std::uint32_t i = 0; i < kPictures; ++i) {
        CounterRng rng(1, RngPurpose::Test, 0, i);
        labels.append(char(i % 3));
        for (int p = 0; p < 64; ++p) pixels.append(char(40 + 70 * (i % 3) + rng.below(30)));
    }
    const auto big = [](std::uint32_t n) {
        QByteArray bytes;
        for (const int shift : {24, 16, 8, 0}) bytes.append(char(n >> shift & 255));
        return bytes;
    };
    writeIdx(folder + QStringLiteral("/train-images-idx3-ubyte"), big(0x803) + big(kPictures) + big(8) + big(8),
             pixels);
    writeIdx(folder + QStringLiteral("/train-labels-idx1-ubyte"), big(0x801) + big(kPictures), labels);
}

/// Where ASSAY_SHOTS names a folder, what is on the screen is kept there to be looked at.
void keepShot(QWidget& widget, const QString& name) {
    const QString folder = qEnvironmentVariable("ASSAY_SHOTS");
    if (folder.isEmpty()) return;
    QCoreApplication::processEvents();
    widget.grab().save(folder + QLatin1Char('/') + name + QStringLiteral(".png"));
}

} // namespace

class TestRunPages : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;

private Q_SLOTS:
    void initTestCase() {
        for (const char* name : {"XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"})
            qputenv(name, m_home.path().toUtf8() + "/" + name);
    }

    void runsFillThePagesAndAreCompared() {
        const QString pictures = m_home.path() + QStringLiteral("/pictures");
        QVERIFY(QDir().mkpath(pictures));
        writePictures(pictures);
        auto registry = std::make_shared<Registry>();
        registerBuiltinPlugins(*registry);
        QVERIFY(registry->methods.add(std::make_shared<ScriptedMethod>("good", 0.9)).has_value());
        QVERIFY(registry->methods.add(std::make_shared<ScriptedMethod>("poor", 0.3)).has_value());
        Workspace workspace(registry);
        QString trouble;
        connect(&workspace, &Workspace::openingFailed, this, [&](const QString& sentence) { trouble = sentence; });
        connect(&workspace, &Workspace::warning, this, [&](const QString& sentence) { trouble = sentence; });
        workspace.openDataset(pictures);
        QTRY_VERIFY2_WITH_TIMEOUT(workspace.project() || !trouble.isEmpty(), qPrintable(trouble), 20'000);
        QVERIFY2(workspace.project() != nullptr, qPrintable(trouble));

        TrainPage train(workspace);
        train.resize(1280, 660);
        train.show();
        NewRunDialog dialog(workspace);
        dialog.show();
        dialog.chooseMethod(QStringLiteral("good"));
        dialog.labelChooser().choose(LabelChoice::Kind::Noise);
        QVERIFY2(dialog.problem().isEmpty(), qPrintable(dialog.problem()));
        RunConfig config = dialog.config();
        QCOMPARE(config.method, std::string("good"));
        QVERIFY(config.settings.at("forget-rate") == ParamValue(0.2));
        QVERIFY(!config.keepFeatures);
        config.keepFeatures = true;
        dialog.setConfig(config);
        QVERIFY(dialog.config().keepFeatures);
        config.keepFeatures = false;
        QVERIFY(dialog.findChild<QLabel*>(QStringLiteral("runCost"))->text().contains(QStringLiteral("first epoch")));
        keepShot(dialog, QStringLiteral("new-run"));
        config.epochs = 12;
        workspace.startRun(config, dialog.labels());
        QTRY_COMPARE_WITH_TIMEOUT(workspace.runs().size(), std::size_t(1), 10'000);
        LabelChoice same;
        same.kind = LabelChoice::Kind::Stored;
        same.stored = workspace.runs()[0].labelSet;
        config.method = "poor";
        workspace.startRun(config, same);
        config.method = "good";
        config.seed = 2;
        workspace.startRun(config, same);
        const auto finished = [&] {
            return workspace.runs().size() == 3 &&
                   std::all_of(workspace.runs().begin(), workspace.runs().end(),
                               [](const RunRecord& run) { return run.state == RunState::Finished; });
        };
        QTRY_VERIFY2_WITH_TIMEOUT(finished() || !trouble.isEmpty(), qPrintable(trouble), 20'000);
        QVERIFY2(trouble.isEmpty(), qPrintable(trouble));
        workspace.showRun(workspace.runs()[0].id);
        QTRY_VERIFY(workspace.currentEvidence() != nullptr);

        auto* histogram = train.findChild<LossHistogramPlot*>();
        QTRY_VERIFY(histogram->hasData());
        QVERIFY(histogram->truthKnown());
        QCOMPARE(histogram->suspects(), workspace.suspectCount());
        workspace.setThreshold(0.3);
        QCOMPARE(histogram->threshold(), 0.3);
        QCOMPARE(histogram->suspects(), workspace.suspectCount());
        QTest::keyClick(histogram, Qt::Key_Right);
        QVERIFY(std::abs(workspace.threshold() - 0.31) < 1e-12);
        QTRY_VERIFY(train.findChild<LossScatterPlot*>(QStringLiteral("lossScatter"))->hasData());
        QVERIFY(train.findChild<PseudoLabelPlot*>()->hasData());
        QVERIFY(train.findChild<MatrixPlot*>(QStringLiteral("transitions"))->hasData());
        keepShot(train, QStringLiteral("train"));

        // Twelve epochs are three rounds of cleaning: label sets of the project, and bands that open their pictures.
        auto* rounds = train.findChild<CleaningFlowPlot*>();
        QTRY_COMPARE(rounds->flows().size(), std::size_t(3));
        QTRY_VERIFY(std::any_of(workspace.labelSetNames().begin(), workspace.labelSetNames().end(),
                                [](const auto& set) { return set.second == "run 1, round 3"; }));
        std::vector<SampleIndex> opened;
        connect(&train, &TrainPage::showSamples, this,
                [&](const std::vector<SampleIndex>& samples, const QString&) { opened = samples; });
        QVERIFY(rounds->flows()[1].returned > 0);
        QTest::mouseClick(rounds->canvas(), Qt::LeftButton, {},
                          rounds->bandCentre(2, CleaningBand::Returned).toPoint());
        QCOMPARE(opened.size(), rounds->flows()[1].returned);
        const auto keptAt = [&](int epoch, SampleIndex sample) {
            return workspace.evidence(workspace.runs()[0].id, epoch)->columns.at(kKeptColumn)[sample.value];
        };
        QTRY_VERIFY(workspace.evidence(workspace.runs()[0].id, 4) && workspace.evidence(workspace.runs()[0].id, 8));
        for (const SampleIndex sample : opened) QVERIFY(keptAt(4, sample) == 0.0F && keptAt(8, sample) == 1.0F);

        // The history plays back: the epoch chosen is the one on show.
        workspace.showEpoch(3);
        QTRY_VERIFY(workspace.currentEvidence() && workspace.currentEvidence()->epoch == 3); // none while it is read
        QTRY_VERIFY(histogram->title().contains(QLatin1String("epoch 3")));

        ThumbnailService thumbnails;
        thumbnails.setDataset(workspace.dataset());
        ComparePage compare(workspace, thumbnails);
        compare.resize(1280, 660);
        compare.show();
        QTRY_COMPARE_WITH_TIMEOUT(compare.figures().size(), std::size_t(3), 10'000);
        const RunFigures& good = compare.figures()[0];
        const RunFigures& poor = compare.figures()[1];
        QVERIFY(good.detection.has_value() && poor.detection.has_value());
        QVERIFY(good.detection->auroc > poor.detection->auroc);
        QCOMPARE(compare.table().rows.size(), std::size_t(3));
        QVERIFY(compare.table().columns.contains(QStringLiteral("seed")));
        keepShot(compare, QStringLiteral("compare"));
        compare.findChild<QCheckBox*>(QStringLiteral("compareGrouped"))->setChecked(true);
        QCOMPARE(compare.table().rows.size(), std::size_t(2));
        keepShot(compare, QStringLiteral("compare-grouped"));

        QVERIFY(compare.gallery().samples() == disputedSamples(compare.figures()));
        std::vector<SampleIndex> shown;
        connect(&compare, &ComparePage::showSamples, this,
                [&](const std::vector<SampleIndex>& samples, const QString&) { shown = samples; });
        auto* matrix = compare.findChild<MatrixPlot*>(QStringLiteral("agreement"));
        QTest::mouseClick(matrix->canvas(), Qt::LeftButton, {}, matrix->cellRect(0, 1).center().toPoint());
        QVERIFY(compare.gallery().samples() == differingSuspects(good, poor));
        QVERIFY(shown.empty());
        auto* gallery = compare.findChild<GalleryView*>(QStringLiteral("compareGalleryView"));
        gallery->setCurrentIndex(gallery->model()->index(2, 0));
        const QString words = gallery->currentIndex().data(Qt::AccessibleTextRole).toString();
        for (const RunFigures& run : compare.figures())
            QVERIFY2(words.contains(titleOf(run) + QStringLiteral(": ")), qPrintable(words));
        QTest::keyClick(gallery, Qt::Key_Return);
        QVERIFY(shown == differingSuspects(good, poor));
        QVERIFY(workspace.focus() == shown[2]);
        QTest::mouseClick(compare.findChild<QPushButton*>(QStringLiteral("compareGalleryBack")), Qt::LeftButton);
        QVERIFY(compare.gallery().samples() == disputedSamples(compare.figures()));
        compare.setTicked({good.run.id});
        QTRY_COMPARE(compare.figures().size(), std::size_t(1));
        NewRunDialog again(workspace);
        again.chooseMethod(QStringLiteral("good"));
        QVERIFY(again.findChild<QLabel*>(QStringLiteral("runCost"))->text().contains(QStringLiteral("as run")));
    }

    void anEmptyWorkspaceSaysWhatWillFillThePages() {
        Workspace workspace(std::make_shared<Registry>());
        TrainPage train(workspace);
        ThumbnailService thumbnails;
        ComparePage compare(workspace, thumbnails);
        LossHistogramPanel panel(workspace);
        train.resize(1280, 680);
        compare.resize(1280, 680);
        for (QWidget* page : std::initializer_list<QWidget*>{&train, &compare, &panel}) {
            page->show();
            QVERIFY(QTest::qWaitForWindowExposed(page));
            QVERIFY(!page->grab().isNull());
        }
        QVERIFY(!panel.plot().hasData());
        QVERIFY(compare.figures().empty());
        QVERIFY(compare.table().rows.empty());
    }

    void anEmptyPanelOffersANewRun() {
        Workspace workspace(std::make_shared<Registry>());
        LossHistogramPanel panel(workspace);
        panel.resize(500, 300);
        panel.show();
        QSignalSpy asked(&panel, &LossHistogramPanel::newRunRequested);
        auto* button = panel.findChild<QPushButton*>(QStringLiteral("lossHistogramEmptyButton"));
        QVERIFY(button != nullptr && button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
    }

    void aRunCannotStartWithoutADataSet() {
        Workspace workspace(std::make_shared<Registry>());
        NewRunDialog dialog(workspace);
        QVERIFY(!dialog.problem().isEmpty());
        auto* start = dialog.findChild<QPushButton*>(QStringLiteral("runStart"));
        QVERIFY(start != nullptr && !start->isEnabled());
        dialog.start();
        QCOMPARE(dialog.result(), int(QDialog::Rejected));
        RunQueuePanel queue(workspace);
        QVERIFY(!queue.findChild<QPushButton*>(QStringLiteral("runNew"))->isEnabled());
    }
};

QTEST_MAIN(TestRunPages)
#include "tst_run_pages.moc"
