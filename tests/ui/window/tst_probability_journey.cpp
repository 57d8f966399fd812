// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/window/window_fixture.h"

#include "core/base/csv.h"
#include "core/base/npy.h"
#include "core/base/rng.h"
#include "ui/gallery/gallery_panel.h"
#include "ui/gallery/gallery_view.h"
#include "ui/models/gallery_model.h"
#include "ui/plots/loss_histogram_plot.h"
#include "ui/plots/matrix_plot.h"
#include "ui/review/class_pairs_panel.h"
#include "ui/review/reason_text.h"
#include "ui/review/sample_strip.h"
#include "ui/runs/feature_map_panel.h"
#include "ui/window/action_list.h"
#include "ui/window/audit_page.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"

#include <QComboBox>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

/// A person with probabilities of their own: from the file to cleaned labels, and nothing is trained.
class TestProbabilityJourney : public QObject {
    Q_OBJECT

    static constexpr int kSamples = 400;
    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<MainWindow> m_window;

    Workspace& workspace() { return m_window->workspace(); }
    static constexpr std::size_t kWrong = kSamples / 8;
    static bool wrong(int i) { return i % 8 == 3; } ///< the model says the next class of these

    /// A model that is rather sure, and of the wrong ones says the next class.
    QString writeProbabilities(const QString& name, int rows) {
        std::vector<int> samples(std::size_t(rows), 0);
        std::iota(samples.begin(), samples.end(), 0);
        return writeProbabilities(name, samples);
    }
    QString writeProbabilities(const QString& name, const std::vector<int>& samples) {
        QByteArray text;
        for (int k = 0; k < 10; ++k) text += (k > 0 ? "," : "") + QByteArray::number(k);
        for (const int i : samples) {
            const int says = wrong(i) ? (i + 1) % 10 : i % 10;
            const double spread = double(i * 7919 % 97) / 97.0;
            const double sure = wrong(i) ? 0.6 + 0.35 * spread : 0.55 + 0.44 * spread;
            text += '\n';
            for (int k = 0; k < 10; ++k)
                text += (k > 0 ? "," : "") + QByteArray::number(k == says ? sure : (1 - sure) / 9, 'g', 17);
        }
        QFile file(m_home->filePath(name));
        if (!file.open(QIODevice::WriteOnly)) qFatal("the fixture could not be written");
        file.write(text + '\n');
        return file.fileName();
    }

    /// What the model sees of a picture is what it takes it for: on a circle, by the class that it names.
    QString writeFeatures() {
        std::vector<float> features;
        for (int i = 0; i < kSamples; ++i) {
            const double angle = 0.6 * (wrong(i) ? (i + 1) % 10 : i % 10) + 0.0001 * i;
            features.insert(features.end(), {float(std::cos(angle)), float(std::sin(angle)), 0.1F});
        }
        const QString file = m_home->filePath(QStringLiteral("features.npy"));
        if (!writeNpy(file.toStdString(), features, std::array<std::size_t, 2>{kSamples, 3}))
            qFatal("the fixture could not be written");
        return file;
    }

private Q_SLOTS:
    void init() {
        m_home = makeHome();
        m_window = std::make_unique<MainWindow>(makeRegistry());
        m_window->resize(1280, 720);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QVERIFY(openAndWait(workspace(), writeIdx(*m_home, kSamples)));
    }

    void cleanup() {
        QTRY_VERIFY(workspace().settled());
        m_window.reset();
    }

    /// A model that agrees with every label has losses of one kind: the sum of p(noisy) would be a number of nothing.
    void errorsLeftAreNotToldByAFitThatDeservesNoTrust() {
        QByteArray text;
        for (int k = 0; k < 10; ++k) text += (k > 0 ? "," : "") + QByteArray::number(k);
        for (int i = 0; i < kSamples; ++i) {
            const double sure = 1 - std::pow(10, -6 + 5 * std::pow(i * 7919 % 397 / 397.0, 16));
            text += '\n';
            for (int k = 0; k < 10; ++k)
                text += (k > 0 ? "," : "") + QByteArray::number(k == i % 10 ? sure : (1 - sure) / 9, 'g', 17);
        }
        QFile file(m_home->filePath(QStringLiteral("agrees.csv")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text + '\n');
        file.close();
        auto* figures = m_window->findChild<QLabel*>(QStringLiteral("reviewFigures"));
        workspace().importProbabilities({writeProbabilities(QStringLiteral("probs.csv"), kSamples), {}, {}, false});
        QTRY_VERIFY_WITH_TIMEOUT(workspace().currentMixture().has_value(), 20'000);
        QVERIFY(workspace().currentMixture()->warning.empty());
        QTRY_VERIFY(figures->text().contains(QStringLiteral("errors left")));
        workspace().importProbabilities({file.fileName(), {}, {}, false});
        QTRY_VERIFY_WITH_TIMEOUT(workspace().currentRun() == RunId(2) && workspace().currentMixture().has_value(),
                                 20'000);
        QVERIFY(!workspace().currentMixture()->warning.empty());
        QTRY_VERIFY2(!figures->text().contains(QStringLiteral("errors left")), qPrintable(figures->text()));
        QVERIFY(figures->text().contains(QStringLiteral("left ")));
    }

    void fromProbabilitiesToACleanedTable() {
        workspace().importProbabilities({writeProbabilities(QStringLiteral("probs.csv"), kSamples), {}, {}, false});
        QTRY_VERIFY_WITH_TIMEOUT(workspace().currentEvidence() != nullptr, 20'000);
        const RunRecord run = workspace().runs().front();
        QCOMPARE(run.state, RunState::Finished);
        QVERIFY(workspace().outOfSample(run.id));
        auto* badge = m_window->findChild<QLabel*>(QStringLiteral("sampleBadge"));
        QTRY_COMPARE(badge->text(), QStringLiteral("out-of-sample"));

        // The ones that the model contradicts have the greatest losses, whatever split they are in, and are suspects.
        ViewFilter filter = workspace().filter();
        filter.score = QStringLiteral("loss");
        workspace().setFilter(filter);
        QTRY_VERIFY(workspace().view().size() >= kWrong);
        for (std::size_t i = 0; i < kWrong; ++i) {
            const SampleIndex sample = workspace().view()[i];
            QVERIFY(wrong(int(sample.value)));
            QVERIFY(workspace().suspect(sample));
            QCOMPARE(workspace().suggestedLabel(sample), Label((sample.value + 1) % 10));
        }
        m_window->findChild<QDockWidget*>(QStringLiteral("pairsDock"))->raise();
        auto* matrix = m_window->findChild<MatrixPlot*>(QStringLiteral("classPairs"));
        QTRY_VERIFY(matrix->hasData());
        double pairs = 0;
        for (const auto& row : matrix->values()) pairs += std::accumulate(row.begin(), row.end(), 0.0);
        QCOMPARE(pairs, double(kWrong));

        // The same from the probabilities alone: each wrong one is counted under the class that the model says.
        auto* tables = m_window->findChild<QComboBox*>(QStringLiteral("classPairsTable"));
        QTRY_VERIFY(tables->isVisible());
        tables->setCurrentIndex(int(ClassPairsPanel::Table::Counted));
        const std::vector<std::vector<double>> joint = matrix->values();
        double errors = 0;
        for (std::size_t j = 0; j < 10; ++j)
            for (std::size_t k = 0; k < 10; ++k) {
                QVERIFY(j == k || k == (j + 1) % 10 || joint[j][k] == 0);
                errors += j != k ? joint[j][k] : 0;
            }
        QVERIFY(errors > 0 && errors <= double(kWrong));
        const ViewFilter before = workspace().filter();
        Q_EMIT matrix->cellClicked(3, 4);
        QCOMPARE(double(workspace().view().size()), joint[3][4]);
        for (const SampleIndex sample : workspace().view()) QVERIFY(sample.value % 10 == 3 && wrong(int(sample.value)));
        workspace().setFilter(before);
        tables->setCurrentIndex(int(ClassPairsPanel::Table::Suspects));

        GalleryView* gallery = m_window->audit().gallery().view();
        gallery->setFocus();
        QTest::keyClick(gallery, Qt::Key_Home);
        const SampleIndex first = workspace().view().front();
        QTest::keyClick(gallery, Qt::Key_Return); // opens
        QTest::keyClick(gallery, Qt::Key_Return); // accepts
        QTRY_COMPARE(workspace().effectiveLabel(first), Label((first.value + 1) % 10));
        QTest::keyClick(gallery, Qt::Key_Space); // the next one's label is right
        QTRY_COMPARE(workspace().decidedCount(), std::size_t(2));
        QTest::keyClick(gallery, Qt::Key_Escape);
        QTRY_VERIFY(workspace().settled());

        const QString target = m_home->filePath(QStringLiteral("cleaned.csv"));
        m_window->actions().action(QStringLiteral("export"))->trigger();
        auto* dialog = m_window->findChild<QDialog*>(QStringLiteral("exportDialog"));
        QVERIFY(dialog != nullptr);
        auto* format = dialog->findChild<QComboBox*>(QStringLiteral("exportFormat"));
        format->setCurrentIndex(format->findData(QStringLiteral("csv")));
        dialog->findChild<QLineEdit*>(QStringLiteral("exportTarget"))->setText(target);
        QTRY_VERIFY(dialog->findChild<QPlainTextEdit*>(QStringLiteral("exportPreview"))
                        ->toPlainText()
                        .startsWith(QStringLiteral("file,label")));
        QTest::keyClick(dialog, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->banner().sentence().contains(QStringLiteral("0 differences")), 20'000);
        const auto table = readCsv(target.toStdString());
        QVERIFY(table.has_value());
        QCOMPARE(table->rows.size(), std::size_t(kSamples));
        for (std::size_t i = 0; i < table->rows.size(); ++i) {
            const auto label = SampleIndex(std::uint32_t(i)) == first ? (i + 1) % 10 : i % 10;
            QCOMPARE(table->rows[i][1], workspace().dataset()->classNames[label]);
        }
    }

    /// Nothing was learnt here, so all that was imported is judged: drawn, counted, and what may be brushed.
    void everyPictureThatIsJudgedIsInTheHistogram_data() {
        QTest::addColumn<QString>("split");
        QTest::newRow("all splits") << QString();
        QTest::newRow("test") << QStringLiteral("test");
    }
    void everyPictureThatIsJudgedIsInTheHistogram() {
        QFETCH(const QString, split);
        std::vector<int> samples;
        for (int i = 0; i < kSamples; ++i)
            if (split.isEmpty() || workspace().dataset()->splits[std::size_t(i)] == Split::Test) samples.push_back(i);
        QVERIFY(samples.size() > 40);
        const auto doubted = std::size_t(std::count_if(samples.begin(), samples.end(), wrong));
        workspace().importProbabilities({writeProbabilities(QStringLiteral("rows.csv"), samples), {}, split, false});
        QTRY_VERIFY_WITH_TIMEOUT(workspace().currentMixture().has_value(), 20'000);
        QCOMPARE(workspace().judgedCount(), samples.size());
        const std::size_t suspects = workspace().suspectCount();
        QVERIFY(suspects >= doubted && suspects < samples.size() / 2);
        auto* plot = m_window->audit().findChild<LossHistogramPlot*>();
        QTRY_VERIFY(plot->hasData());
        const auto& counts = plot->counts().counts;
        QCOMPARE(std::size_t(std::accumulate(counts.begin(), counts.end(), std::uint64_t(0))), samples.size());
        QVERIFY(std::isfinite(plot->thresholdLoss()));
        QCOMPARE(plot->suspects(), suspects);
        Q_EMIT plot->rangeBrushed(plot->thresholdLoss(), 100);
        QVERIFY(workspace().view().size() >= doubted);
        for (const SampleIndex sample : workspace().view()) QVERIFY(workspace().suspect(sample));
        Q_EMIT plot->brushCleared();
        ViewFilter filter = workspace().filter();
        filter.suspectsOnly = true;
        workspace().setFilter(filter);
        const QLocale locale;
        QCOMPARE(m_window->findChild<QLabel*>(QStringLiteral("galleryCount"))->text(),
                 QStringLiteral("%1 of %2")
                     .arg(locale.toString(qulonglong(suspects)), locale.toString(qulonglong(samples.size()))));
    }

    void featuresBesideTheProbabilitiesGiveNeighboursAndTheMap() {
        const QString file = writeFeatures();
        m_window->actions().action(QStringLiteral("import-probabilities"))->trigger();
        auto* dialog = m_window->findChild<QDialog*>(QStringLiteral("importDialog"));
        QVERIFY(dialog != nullptr && dialog->isVisible());
        auto* ok = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
        QVERIFY(!ok->isEnabled()); // no file yet
        dialog->findChild<QLineEdit*>(QStringLiteral("probabilityFile"))
            ->setText(writeProbabilities(QStringLiteral("probs.csv"), kSamples));
        dialog->findChild<QLineEdit*>(QStringLiteral("featureFile"))->setText(file);
        QVERIFY(ok->isEnabled());
        QTest::mouseClick(ok, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(workspace().currentEvidence() != nullptr, 20'000);

        const SampleIndex suspect(3); // labelled 3, looks like a 4
        workspace().setFocus(suspect);
        auto* nearest = m_window->findChild<SampleStrip*>(QStringLiteral("nearestPictures"));
        QTRY_COMPARE(nearest->samples().size(), std::size_t(10));
        for (const QString& word : nearest->words())
            QVERIFY(word == className(workspace(), 4) || word == className(workspace(), 3));
        QTRY_VERIFY(m_window->audit().findChild<FeatureMapPanel*>()->hasMap());
    }

    /// Pictures that look alike say what they are: no model, no run.
    void featuresAloneFindWhatItsNeighboursContradict() {
        const QString file = writeFeatures();
        m_window->actions().action(QStringLiteral("import-probabilities"))->trigger();
        auto* dialog = m_window->findChild<QDialog*>(QStringLiteral("importDialog"));
        dialog->findChild<QLineEdit*>(QStringLiteral("featureFile"))->setText(file);
        auto* ok = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
        QVERIFY(ok->isEnabled());
        dialog->findChild<QLineEdit*>(QStringLiteral("probabilityFile"))->setText(file + QStringLiteral(".not"));
        QVERIFY(!ok->isEnabled()); // a file that is not there is no wish to do without
        dialog->findChild<QLineEdit*>(QStringLiteral("probabilityFile"))->clear();
        QTest::mouseClick(ok, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(workspace().currentEvidence() != nullptr, 20'000);
        QTRY_VERIFY(m_window->findChild<QDialog*>(QStringLiteral("importProgress")) == nullptr);
        QVERIFY(workspace().outOfSample(workspace().runs().front().id));
        ViewFilter filter = workspace().filter();
        filter.score = QStringLiteral("loss");
        workspace().setFilter(filter);
        QTRY_VERIFY(workspace().view().size() >= kWrong);
        for (std::size_t i = 0; i < kWrong; ++i) QVERIFY(wrong(int(workspace().view()[i].value)));
        const QString why = reasonText(workspace(), workspace().view().front(), {}, {});
        QVERIFY2(why.contains(QStringLiteral("its own label had no vote")) && !why.contains(QStringLiteral("network")),
                 qPrintable(why));
    }

    void anImportThatIsCancelledLeavesNothing() {
        CounterRng rng(3, RngPurpose::Test);
        std::vector<float> features(std::size_t(kSamples) * 5000);
        for (float& value : features) value = float(rng.normal());
        const QString file = m_home->filePath(QStringLiteral("features.npy"));
        QVERIFY(writeNpy(file.toStdString(), features, std::array<std::size_t, 2>{kSamples, 5000}).has_value());
        QSignalSpy ended(&workspace(), &Workspace::importEnded);
        workspace().importProbabilities({{}, file, {}, false});
        workspace().cancelImport();
        QTRY_COMPARE(ended.count(), 1);
        QVERIFY(workspace().runs().empty());
        QTRY_VERIFY(workspace().settled());
        workspace().importProbabilities({{}, file, {}, false}); // the next one is not cancelled, too
        QTRY_COMPARE(workspace().runs().size(), std::size_t(1));
    }

    void featuresOfAnotherNumberOfPicturesAreRefused() {
        const QString file = m_home->filePath(QStringLiteral("few.npy"));
        QVERIFY(writeNpy(file.toStdString(), std::vector<float>(2 * (kSamples - 1), 1.0F),
                         std::array<std::size_t, 2>{kSamples - 1, 2})
                    .has_value());
        workspace().importProbabilities({writeProbabilities(QStringLiteral("probs.csv"), kSamples), file, {}, false});
        QTRY_VERIFY2(m_window->banner().sentence().contains(QStringLiteral("few.npy")),
                     qPrintable(m_window->banner().sentence()));
        QVERIFY2(m_window->banner().sentence().contains(QStringLiteral("features of 399")),
                 qPrintable(m_window->banner().sentence()));
        QVERIFY(workspace().runs().empty());
    }

    void probabilitiesThatDoNotFitAreRefusedWithTheReason() {
        workspace().importProbabilities({writeProbabilities(QStringLiteral("short.csv"), 7), {}, {}, false});
        QTRY_VERIFY(m_window->banner().sentence().contains(QStringLiteral("short.csv")));
        QVERIFY2(m_window->banner().sentence().contains(QStringLiteral("7")),
                 qPrintable(m_window->banner().sentence()));
        QVERIFY(workspace().runs().empty());
        // Until something is imported.
        workspace().importProbabilities({writeProbabilities(QStringLiteral("probs.csv"), kSamples), {}, {}, false});
        QTRY_COMPARE(workspace().runs().size(), std::size_t(1));
        QTRY_VERIFY2(!m_window->banner().sentence().contains(QStringLiteral("short.csv")),
                     qPrintable(m_window->banner().sentence()));
    }
};

QTEST_MAIN(TestProbabilityJourney)
#include "tst_probability_journey.moc"
