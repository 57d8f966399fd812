// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/window/window_fixture.h"

#include "ui/review/inspector.h"
#include "ui/review/review_controller.h"
#include "ui/runs/label_chooser.h"
#include "ui/runs/train_panels.h"
#include "ui/window/audit_page.h"
#include "ui/window/main_window.h"

#include <QLabel>
#include <QToolButton>

#include <cmath>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

/// Pictures that came without a label, among others that have one: what is told of them, and how they are given one.
class TestUnlabelledPictures : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<MainWindow> m_window;
    SampleIndex m_unlabelled, m_labelled;

    Workspace& workspace() { return m_window->workspace(); }
    template <class T>
    T* child(const char* name) {
        return m_window->findChild<T*>(QLatin1String(name));
    }

private Q_SLOTS:
    /// A model that is sure of dogs where there is no label, and of the label elsewhere.
    void init() {
        m_home = makeHome();
        m_window = std::make_unique<MainWindow>(registryWith());
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QVERIFY(openAndWait(workspace(), writeFewLabels(*m_home)));
        const auto dataset = workspace().dataset();
        QFile file(m_home->filePath(QStringLiteral("rows.csv")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("cat,dog\n");
        for (std::uint32_t i = 0; i < dataset->size(); ++i) {
            const Label label = dataset->givenLabels[i];
            file.write(label == 0 ? "0.8,0.2\n" : "0.1,0.9\n");
            if (dataset->splits[i] == Split::Train) (label == kNoLabel ? m_unlabelled : m_labelled) = SampleIndex(i);
        }
        file.close();
        workspace().importProbabilities({file.fileName(), {}, {}, false});
        QTRY_VERIFY_WITH_TIMEOUT(workspace().currentRun() && workspace().currentEvidence() != nullptr, 20'000);
        QCOMPARE(workspace().baseLabel(m_unlabelled), kNoLabel);
    }

    void cleanup() {
        QTRY_VERIFY(workspace().settled());
        m_window.reset();
    }

    void thereIsNoLossToTellOfThem() {
        for (const char* value : {"loss", "margin", "p-noisy"}) {
            QTRY_VERIFY2(std::isnan(workspace().values(QLatin1String(value))[m_unlabelled.value]), value);
            QVERIFY2(std::isfinite(workspace().values(QLatin1String(value))[m_labelled.value]) ||
                         !workspace().currentMixture(),
                     value);
        }
        QVERIFY(std::isfinite(workspace().values(QStringLiteral("confidence"))[m_unlabelled.value]));
        const TrainingLosses losses = trainingLosses(workspace(), *workspace().currentEvidence());
        for (const SampleIndex sample : losses.samples) QVERIFY(workspace().baseLabel(sample) != kNoLabel);
        workspace().setFocus(m_unlabelled);
        const auto* inspector = m_window->findChild<Inspector*>();
        QTRY_VERIFY2(inspector->reason().startsWith(QStringLiteral("It came without a label; the network says dog")),
                     qPrintable(inspector->reason()));
        QVERIFY(!child<QWidget>("inspectorSparkline")->isVisible());
        workspace().setFocus(m_labelled);
        QTRY_VERIFY(child<QWidget>("inspectorSparkline")->isVisible());
        QVERIFY(inspector->reason().startsWith(QStringLiteral("Loss ")));
    }

    void theirLikeliestClassesAreTheAnswers() {
        workspace().setFocus(m_unlabelled);
        QTRY_COMPARE(workspace().likeliest(m_unlabelled).size(), std::size_t(2));
        QCOMPARE(workspace().likeliest(m_unlabelled)[0].label, Label(1));
        QVERIFY(workspace().likeliest(m_unlabelled)[0].probability > 0.8);
        QTRY_VERIFY(child<QToolButton>("likeliest1")->text().contains(QStringLiteral("dog")));
        QVERIFY(child<QLabel>("inspectorLikeliestTitle")->text().endsWith(QStringLiteral("by the run")));
        QTest::mouseClick(child<QToolButton>("likeliest1"), Qt::LeftButton);
        QTRY_COMPARE(workspace().effectiveLabel(m_unlabelled), Label(1));
    }

    /// As long as most training pictures have none; a label given by hand counts only where decisions do.
    void theSheetTakesThemForFewLabels() {
        LabelChooser chooser(workspace());
        chooser.choose(LabelChoice::Kind::Given);
        QCOMPARE(chooser.unlabelled(), std::size_t(20));
        QVERIFY(chooser.allCount() && chooser.fewLabels());
        std::vector<SampleIndex> some;
        for (std::uint32_t i = 0; i < workspace().dataset()->size() && some.size() < 15; ++i)
            if (workspace().baseLabel(SampleIndex(i)) == kNoLabel) some.push_back(SampleIndex(i));
        workspace().decide(some, {Verdict::Relabel, 1}, QStringLiteral("key"));
        QTRY_COMPARE(workspace().decidedCount(), some.size());
        QVERIFY(chooser.fewLabels());
        LabelChooser cleaned(workspace());
        cleaned.choose(LabelChoice::Kind::Journal);
        QCOMPARE(cleaned.unlabelled(), std::size_t(5));
        QVERIFY(!cleaned.fewLabels());
    }
};

QTEST_MAIN(TestUnlabelledPictures)
#include "tst_unlabelled_pictures.moc"
