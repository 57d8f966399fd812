// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/window/window_fixture.h"

#include "core/project/review_answers.h"
#include "ui/gallery/gallery_panel.h"
#include "ui/gallery/gallery_view.h"
#include "ui/models/gallery_model.h"
#include "ui/review/errors_left_text.h"
#include "ui/review/inspector.h"
#include "ui/review/reason_text.h"
#include "ui/review/review_controller.h"
#include "ui/review/sample_strip.h"
#include "ui/window/action_list.h"
#include "ui/window/audit_page.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"

#include <QCheckBox>
#include <QDialog>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QSpinBox>
#include <QToolButton>
#include <QTreeWidget>

#include <algorithm>
#include <cmath>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

/// The queue that all detectors make, driven by keys: how it is ranked anew, what a suspect is explained by, and what
/// pictures drawn at random tell of the rest.
class TestSuspectQueue : public QObject {
    Q_OBJECT

    static constexpr int kSamples = 300;
    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<MainWindow> m_window;

    Workspace& workspace() { return m_window->workspace(); }
    GalleryView* gallery() { return m_window->audit().gallery().view(); }
    QAction* action(const char* id) { return m_window->actions().action(QLatin1String(id)); }
    template <class T>
    T* child(const char* name) {
        return m_window->findChild<T*>(QLatin1String(name));
    }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QTest::keyClick(gallery(), key, modifiers);
    }

    void sortByAllDetectors() {
        ViewFilter filter;
        filter.score = QLatin1String(kFusedScore);
        workspace().setFilter(filter);
        QTRY_VERIFY(std::isfinite(workspace().values(QLatin1String(kFusedScore))[0]));
        QTRY_VERIFY(!workspace().orderIsOld() && workspace().view().size() == std::size_t(kSamples));
    }

    /// The reviewer finds the suspects of class 0 wrong, and those of class 5 right.
    void decideByClass() { key(workspace().baseLabel(*workspace().focus()) == 0 ? Qt::Key_X : Qt::Key_Space); }

private Q_SLOTS:
    void init() {
        m_home = makeHome();
        m_window = std::make_unique<MainWindow>(registryWith());
        m_window->resize(1280, 720);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QVERIFY(openAndWait(workspace(), writeIdx(*m_home, kSamples)));
        RunConfig config = fakeRun(3);
        config.keepFeatures = true;
        QSignalSpy ended(&workspace(), &Workspace::runEnded);
        workspace().startRun(config, {});
        QTRY_VERIFY_WITH_TIMEOUT(ended.count() > 0 && workspace().currentEvidence() != nullptr, 20'000);
        gallery()->setFocus();
    }

    void cleanup() {
        QTRY_VERIFY(workspace().settled());
        m_window.reset();
    }

    void aTileOfTheQueueTellsHowManyDetectorsSuspectIt() {
        sortByAllDetectors();
        const GalleryModel& model = *m_window->audit().gallery().model();
        const auto first = workspace().agreement(model.sampleAt(0)),
                   last = workspace().agreement(model.sampleAt(kSamples - 1));
        QVERIFY(first->suspecting > first->asked / 2 && last->suspecting < first->suspecting);
        QCOMPARE(model.index(0).data(AgreementRole).toString(),
                 QStringLiteral("%1/%2").arg(first->suspecting).arg(first->asked));
        QVERIFY(model.index(0)
                    .data(Qt::AccessibleTextRole)
                    .toString()
                    .contains(QStringLiteral("detectors that suspect it")));
        ViewFilter other;
        other.score = QStringLiteral("loss");
        workspace().setFilter(other);
        QVERIFY(model.index(0).data(AgreementRole).toString().isEmpty()); // another order has no such number
    }

    void theQueueIsRankedAnewBetweenPicturesAndNeverUnderTheHand() {
        sortByAllDetectors();
        key(Qt::Key_Home);
        key(Qt::Key_Return); // opens the review
        QVERIFY(m_window->audit().controller().isOpen());
        std::size_t moved = 0;
        for (int i = 0; i < 30; ++i) {
            QSignalSpy ranked(&workspace(), &Workspace::detectorsJoined);
            const auto before = workspace().view();
            decideByClass();
            moved += workspace().view() != before;
            const auto looking = workspace().focus();
            const auto order = workspace().view();
            QTRY_VERIFY(workspace().settled() && ranked.count() > 0);
            QCOMPARE(workspace().focus(), looking); // the ranking that has come in meanwhile moves nothing
            QCOMPARE(workspace().view(), order);
        }
        QVERIFY(moved > 0);
        // It has learnt which suspects are wrong: what comes is of class 0, though both scored alike.
        QVERIFY(workspace().calibratedOn() >= 20);
        for (int i = 0; i < 5; ++i) {
            QSignalSpy ranked(&workspace(), &Workspace::detectorsJoined);
            decideByClass();
            QTRY_VERIFY(ranked.count() > 0);
            QCOMPARE(workspace().baseLabel(*workspace().focus()), Label(0));
        }
    }

    void theNewRankingCanBeSwitchedOff() {
        sortByAllDetectors();
        action("review-rerank")->trigger();
        QVERIFY(!action("review-rerank")->isChecked());
        key(Qt::Key_Home);
        key(Qt::Key_Return);
        const auto order = workspace().view();
        for (std::size_t i = 0; i < 30; ++i) {
            QCOMPARE(*workspace().focus(), order[i]);
            QSignalSpy ranked(&workspace(), &Workspace::detectorsJoined);
            decideByClass();
            QTRY_VERIFY(ranked.count() > 0);
            QCOMPARE(workspace().view(), order);
        }
        QVERIFY(workspace().orderIsOld()); // "Sort again" offers it
    }

    void severalRunsMakeOneQueue() {
        QVERIFY(trainAndWait(workspace(), 2)); // a second run on the same labels
        NoiseOptions noise;
        noise.rate = 0.4;
        LabelChoice other;
        other.kind = LabelChoice::Kind::Noise;
        other.noise = noise;
        QSignalSpy ended(&workspace(), &Workspace::runEnded);
        workspace().startRun(fakeRun(1), other); // one on other labels has no say
        QTRY_VERIFY_WITH_TIMEOUT(ended.count() > 0, 20'000);
        workspace().showRun(workspace().runs()[0].id);
        sortByAllDetectors();
        QTRY_COMPARE(workspace().joinedRuns(), std::size_t(1));
        const std::size_t alone = workspace().agreement(SampleIndex(0))->asked;
        action("review-join-runs")->trigger();
        QTRY_COMPARE(workspace().joinedRuns(), std::size_t(2));
        QVERIFY(workspace().agreement(SampleIndex(0))->asked > alone + 3);
        QTRY_VERIFY(!workspace().orderIsOld());
        QVERIFY(workspace().suspect(workspace().view().front()));
        m_window->findChild<QDockWidget*>(QStringLiteral("detectorsDock"))->raise();
        workspace().setFocus(workspace().view().front());
        QTRY_VERIFY(child<QLabel>("detectorsTogether")->text().contains(QStringLiteral("Those of 2 runs are joined")));
        // Every one of them stands there, with its run, and as many suspect the picture as the line above says.
        const auto agreement = [&] {
            return workspace().agreement(*workspace().focus()).value_or(DetectorAgreement());
        };
        auto* list = child<QTreeWidget>("detectorsList");
        const auto rows = [&](const QString& text) { return list->findItems(text, Qt::MatchContains, 0).size(); };
        for (const int run : {1, 2}) QTRY_VERIFY(rows(QStringLiteral(", run %1").arg(run)) > 3);
        QTRY_COMPARE(std::size_t(rows(QStringLiteral(", run 1")) + rows(QStringLiteral(", run 2"))), agreement().asked);
        QTRY_COMPARE(std::size_t(rows(QStringLiteral("◆"))), agreement().suspecting);
        // What is learnt from decisions is told.
        std::vector<SampleIndex> wrong, right;
        for (std::uint32_t i = 0; i < kSamples && wrong.size() < 12; ++i)
            (i % 5 == 0 ? wrong : right).push_back(SampleIndex(i));
        workspace().decide(wrong, {Verdict::Exclude, kNoLabel}, QStringLiteral("key"));
        workspace().decide(right, {Verdict::Keep, kNoLabel}, QStringLiteral("key"));
        QTRY_VERIFY2(child<QLabel>("detectorsTogether")->text().contains(QStringLiteral("learnt from ")),
                     qPrintable(child<QLabel>("detectorsTogether")->text()));
        QVERIFY(!workspace().learntWeights().empty() && workspace().learntWeights().front().second > 0);
        action("review-join-runs")->trigger();
        QTRY_COMPARE(workspace().joinedRuns(), std::size_t(1));
    }

    /// An order is judged in sample where one of its runs was.
    void joinedRunsWearTheBadgeOfTheWorst() {
        QByteArray rows = "0,1,2,3,4,5,6,7,8,9";
        for (int i = 0; i < kSamples; ++i) {
            const double sure = 0.5 + 0.01 * (i * 7 % 40);
            for (int k = 0; k < 10; ++k)
                rows += (k > 0 ? "," : "\n") + QByteArray::number(k == i % 10 ? sure : (1 - sure) / 9, 'g', 17);
        }
        QFile file(m_home->filePath(QStringLiteral("rows.csv")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(rows + '\n');
        file.close();
        workspace().importProbabilities({file.fileName(), {}, {}, false});
        QTRY_VERIFY_WITH_TIMEOUT(workspace().currentRun() == RunId(2) && workspace().currentEvidence() != nullptr,
                                 20'000);
        QVERIFY(workspace().outOfSample(RunId(2)));
        sortByAllDetectors();
        auto* badge = child<QLabel>("sampleBadge");
        QTRY_COMPARE(badge->text(), QStringLiteral("out-of-sample"));
        action("review-join-runs")->trigger();
        QTRY_COMPARE(workspace().joinedRuns(), std::size_t(2));
        QTRY_COMPARE(badge->text(), QStringLiteral("partly in-sample")); // run 1 has not learnt those of the test split
        ViewFilter filter = workspace().filter();
        filter.splits = {Split::Train};
        workspace().setFilter(filter);
        QTRY_COMPARE(badge->text(), QStringLiteral("in-sample"));
        filter.score = QStringLiteral("loss"); // of the imported run alone
        workspace().setFilter(filter);
        QTRY_COMPARE(badge->text(), QStringLiteral("out-of-sample"));
    }

    void theLikeliestClassesAreGivenByKeyOrButton() {
        auto* first = child<QToolButton>("likeliest1");
        SampleIndex suspect(0);
        while (!workspace().suspect(suspect)) suspect = SampleIndex(suspect.value + 1);
        workspace().setFocus(suspect);
        QTRY_VERIFY(first->isVisible() && workspace().likeliest(suspect).size() == 2);
        const Label other = Label((suspect.value + 1) % 10);
        QCOMPARE(workspace().likeliest(suspect)[0].label, other);
        QVERIFY(workspace().likeliest(suspect)[0].probability > 0.7);
        QVERIFY2(first->text().contains(className(workspace(), other)), qPrintable(first->text()));
        QVERIFY(child<QLabel>("inspectorLikeliestTitle")
                    ->text()
                    .contains(QStringLiteral("p(noisy)"))); // nothing is calibrated yet
        QVERIFY(!child<QToolButton>("likeliest3")->isVisible());
        key(Qt::Key_1, Qt::AltModifier);
        QTRY_COMPARE(workspace().effectiveLabel(suspect), other);
        workspace().setFocus(suspect);
        QTest::mouseClick(child<QToolButton>("likeliest2"), Qt::LeftButton); // its own label: kept
        QTRY_COMPARE(workspace().decision(suspect).verdict, Verdict::Keep);
    }

    void aSuspectIsExplained() {
        SampleIndex suspect(0);
        while (!workspace().suspect(suspect)) suspect = SampleIndex(suspect.value + 1);
        workspace().setFocus(suspect);
        auto* inspector = m_window->findChild<Inspector*>();
        QTRY_VERIFY2(inspector->reason().contains(QStringLiteral("detectors suspect it")),
                     qPrintable(inspector->reason()));
        QTRY_VERIFY2(inspector->reason().contains(QStringLiteral("of the 10 nearest pictures are labelled")),
                     qPrintable(inspector->reason()));
        const QString learning = child<QLabel>("inspectorLearning")->text();
        QVERIFY2(learning.contains(QStringLiteral("the noisy component is")) &&
                     learning.contains(QStringLiteral("Label never learnt in 3 epochs")),
                 qPrintable(learning));
        // Exemplars of the suggested class: those that the run is sure of, the nearest first.
        auto* strip = child<SampleStrip>("suggestedExemplars");
        QTRY_VERIFY(child<QLabel>("inspectorSuggestedTitle")->text().contains(QStringLiteral("nearest to it")));
        QVERIFY(!strip->samples().empty());
        for (const SampleIndex sample : strip->samples()) {
            QCOMPARE(workspace().baseLabel(sample), Label((suspect.value + 1) % 10));
            QVERIFY(!workspace().suspect(sample));
        }
        const SampleIndex clean(suspect.value + 1);
        workspace().setFocus(clean);
        QTRY_VERIFY(child<QLabel>("inspectorLearning")
                        ->text()
                        .contains(QStringLiteral("Label learnt in epoch 1, and never forgotten")));
    }

    void whenALabelWasLearntAndForgottenIsTold_data() {
        QTest::addColumn<QString>("answers"); // by epoch: y the label, n another, - unknown
        QTest::addColumn<QString>("sentence");
        // clang-format off
        QTest::newRow("nothing") << "" << "";
        QTest::newRow("never") << "nn" << "Label never learnt in 2 epochs.";
        QTest::newRow("late") << "nny" << "Label learnt in epoch 3, and never forgotten.";
        QTest::newRow("lost") << "yn-n" << "Label learnt in epoch 1, forgotten in 2.";
        QTest::newRow("again") << "nynyy" << "Label learnt in epoch 2, forgotten in 3, learnt again in 4.";
        QTest::newRow("often") << "ynynynyny" << "Label learnt in epoch 1 and forgotten 4 times since, learnt again in epoch 9.";
        QTest::newRow("lost often") << "ynynynyn" << "Label learnt in epoch 1 and forgotten 4 times, for good in epoch 8.";
        // clang-format on
    }
    void whenALabelWasLearntAndForgottenIsTold() {
        QFETCH(QString, answers);
        QFETCH(QString, sentence);
        std::vector<Label> labels;
        for (const QChar answer : answers) labels.push_back(answer == u'y' ? 4 : answer == u'n' ? 7 : kNoLabel);
        QCOMPARE(learningText(learningOf(labels, 4)), sentence);
    }

    void picturesDrawnAtRandomAreMixedInAndTellWhatIsLeft() {
        workspace().setThreshold(0.5);
        ViewFilter filter;
        filter.score = QStringLiteral("loss");
        filter.suspectsOnly = true;
        workspace().setFilter(filter);
        const std::size_t suspects = workspace().view().size();
        action("errors-left")->trigger();
        auto* dialog = child<QDialog>("errorsLeftDialog");
        QVERIFY(dialog != nullptr && dialog->isVisible());
        const AuditState before = workspace().auditState();
        QVERIFY(before.population > 100 && before.sample == 0);
        QVERIFY(dialog->findChild<QLabel*>(QStringLiteral("errorsLeftEstimate"))
                    ->text()
                    .contains(QStringLiteral("Not known")));
        auto* size = dialog->findChild<QSpinBox*>(QStringLiteral("auditSize"));
        QCOMPARE(size->maximum(), int(before.population));
        size->setValue(60);
        QVERIFY(
            dialog->findChild<QLabel*>(QStringLiteral("auditExplanation"))->text().contains(QStringLiteral("60 of")));
        QTest::mouseClick(dialog->findChild<QCheckBox*>(QStringLiteral("mixAudit")), Qt::LeftButton, {}, QPoint(8, 10));
        QCOMPARE(workspace().auditState().sample, std::size_t(60));

        // One after every four suspects, and those that are left at the end.
        const std::vector<SampleIndex> queue = workspace().view();
        QVERIFY(queue.size() > suspects);
        std::size_t random = 0;
        for (std::size_t i = 0; i < queue.size(); ++i) {
            if (i < 25) QCOMPARE(workspace().askedAtRandom(queue[i]), i % 5 == 4);
            random += workspace().askedAtRandom(queue[i]);
        }
        QVERIFY2(random > 30 && random <= 60, qPrintable(QString::number(random))); // the queue comes to some by itself

        gallery()->setFocus();
        key(Qt::Key_Home);
        key(Qt::Key_Return);
        std::size_t asked = 0;
        while (asked++ <= queue.size() && workspace().decision(*workspace().focus()).verdict == Verdict::None)
            key(workspace().focus()->value % 5 == 0 ? Qt::Key_X : Qt::Key_Space);
        QTRY_VERIFY(workspace().settled());
        const AuditState after = workspace().auditState();
        QCOMPARE(after.answered, std::size_t(60));
        for (const JournalEntry& entry : workspace().journal())
            QCOMPARE(entry.reason.rule == kRandomRule, workspace().askedAtRandom(entry.sample));
        // Deciding one of them again, undo and redo do not change that it was drawn.
        const auto drawn =
            std::find_if(queue.begin(), queue.end(), [&](SampleIndex one) { return workspace().askedAtRandom(one); });
        workspace().decide({*drawn}, {Verdict::Exclude, kNoLabel}, QStringLiteral("key"));
        QTRY_VERIFY(workspace().settled());
        workspace().undo();
        QTRY_VERIFY(workspace().settled());
        workspace().undo();
        QTRY_VERIFY(workspace().settled());
        workspace().redo();
        QTRY_VERIFY(workspace().settled());
        QVERIFY(workspace().askedAtRandom(*drawn));
        QCOMPARE(workspace().auditState().answered, std::size_t(60));
        QCOMPARE(workspace().auditState().left.most, after.left.most);
        // Nothing is wrong any more, and the interval says so as far as 60 of them can.
        QCOMPARE(after.left.least, std::size_t(0));
        QVERIFY(after.left.sampled >= 10 && after.left.sampled <= after.answered);
        QVERIFY(after.left.most > 0 && double(after.left.most) < 0.1 * double(after.population));
        QVERIFY2(child<QLabel>("reviewFigures")->text().contains(QStringLiteral("errors left, 0 to")),
                 qPrintable(child<QLabel>("reviewFigures")->text()));
        auto* advice = dialog->findChild<QLabel*>(QStringLiteral("stopAdvice"));
        QVERIFY2(advice->text().contains(QStringLiteral("cannot be told yet")), qPrintable(advice->text()));
        dialog->findChild<QDoubleSpinBox*>(QStringLiteral("stopShare"))->setValue(12);
        QVERIFY2(advice->text().contains(QStringLiteral("You can stop")), qPrintable(advice->text()));
        QVERIFY(m_window->banner().sentence().contains(QStringLiteral("You can stop")));

        // It stays with the project, and can be left out again.
        const QString file = QString::fromStdString(workspace().project()->file().string());
        QTRY_COMPARE(workspace().project()->setting("window/audit-sample").value_or(""), std::string("60"));
        QTRY_COMPARE(workspace().project()->setting("window/stop-share").value_or(""), std::string("0.12"));
        workspace().openProject(file);
        QTRY_VERIFY_WITH_TIMEOUT(workspace().auditState().answered == 60, 20'000);
        QCOMPARE(workspace().stopShare(), 0.12);
        workspace().setAuditSample(0);
        QVERIFY(!workspace().asksAtRandom());
    }

    void aQueueThatIsRankedAnewAfterEachDecisionComesToTheRandomOnesAllTheSame() {
        sortByAllDetectors();
        workspace().setAuditSample(40);
        key(Qt::Key_Home);
        key(Qt::Key_Return);
        for (int i = 0; i < 40; ++i) {
            QSignalSpy ranked(&workspace(), &Workspace::detectorsJoined);
            decideByClass();
            QTRY_VERIFY(workspace().settled() && ranked.count() > 0);
        }
        std::size_t random = 0, since = 0, longest = 0;
        for (const JournalEntry& entry : workspace().journal()) {
            const bool asked = entry.reason.rule == kRandomRule;
            random += asked;
            longest = std::max(longest, since = asked ? 0 : since + 1);
        }
        QVERIFY2(random >= 6 && random <= 8, qPrintable(QString::number(random))); // one in five
        QVERIFY2(longest <= 6, qPrintable(QString::number(longest)));
    }

    void adviceRestsOnTheInterval() {
        AuditState state{1000, 100, 0, 500, {}};
        QCOMPARE(stopAdvice(state, 0.01), StopAdvice::Unknown);
        state.answered = 19; // most of them are what the queue found by itself: they tell nothing of the rest
        state.left = {0, 0, 9, 9};
        QCOMPARE(stopAdvice(state, 0.01), StopAdvice::Unknown); // too few to be believed
        QVERIFY2(errorsLeftText(state).contains(QStringLiteral("of the 19 decided pictures drawn at random, 9 tell")),
                 qPrintable(errorsLeftText(state)));
        state.answered = 100;
        state.left = {5, 2, 9, 88};
        QVERIFY2(errorsLeftText(state).contains(QStringLiteral("From 88 decisions")),
                 qPrintable(errorsLeftText(state)));
        QCOMPARE(stopAdvice(state, 0.01), StopAdvice::Stop);       // at most 9 of 1,000
        QCOMPARE(stopAdvice(state, 0.005), StopAdvice::Undecided); // 2 to 9 against 5
        QCOMPARE(stopAdvice(state, 0.001), StopAdvice::GoOn);
        state.left = {0, 0, 500, 0}; // nothing that the queue has not found by itself was asked
        QCOMPARE(stopAdvice(state, 0.6), StopAdvice::Unknown);
        // 200 of many tell a share of a tenth to ± 4.2 points, all of them tell it exactly.
        QVERIFY(std::abs(auditHalfWidth(1'000'000, 200, 0.1) - 0.0416) < 0.0002);
        QCOMPARE(auditHalfWidth(500, 500, 0.1), 0.0);
    }

    /// A list says which labels count; that it says other labels, too, is told, and what they are made of is checked.
    void aListsOwnLabelsAreTold() {
        const Dataset& dataset = *workspace().dataset();
        const auto start = [&](const QByteArray& last) {
            QFile list(m_home->filePath(QStringLiteral("labelled.csv")));
            QVERIFY(list.open(QIODevice::WriteOnly | QIODevice::Truncate));
            list.write("index,label\n");
            for (std::size_t i = 0, rows = 0; i < dataset.size() && rows < 8; ++i)
                if (dataset.splits[i] == Split::Train && dataset.givenLabels[i] < 2 && ++rows > 0)
                    list.write(QByteArray::number(qulonglong(i)) + ',' +
                               QByteArray::number(rows > 6 ? 1 - dataset.givenLabels[i] : dataset.givenLabels[i]) +
                               '\n');
            list.write(last);
            list.close();
            LabelChoice labels;
            labels.counting = LabelChoice::Counting::Listed;
            labels.list = list.fileName();
            workspace().startRun(fakeRun(1), labels);
        };
        QSignalSpy ended(&workspace(), &Workspace::runEnded), notices(&workspace(), &Workspace::notice),
            warnings(&workspace(), &Workspace::warning);
        start({});
        QTRY_VERIFY_WITH_TIMEOUT(ended.count() > 0, 20'000);
        const bool told = std::any_of(notices.begin(), notices.end(), [](const QList<QVariant>& one) {
            return one.front().toString().startsWith(QStringLiteral("2 of the 8 labels in labelled.csv"));
        });
        QVERIFY(told);
        const std::size_t runs = workspace().runs().size();
        start("9,no such class\n");
        QTRY_VERIFY(warnings.count() > 0);
        QVERIFY(warnings.front().front().toString().contains(QStringLiteral("line 10 (no such class)")));
        QCOMPARE(workspace().runs().size(), runs);
    }

    void labelsThatDoNotCountAreJudgedOutOfSample() {
        QFile list(m_home->filePath(QStringLiteral("counting.csv")));
        QVERIFY(list.open(QIODevice::WriteOnly));
        list.write("index\n");
        std::vector<SampleIndex> training;
        for (std::uint32_t i = 0; i < kSamples; ++i)
            if (workspace().dataset()->splits[i] == Split::Train) training.emplace_back(i);
        QVERIFY(training.size() > 40);
        for (std::size_t i = 0; i < 20; ++i) list.write(QByteArray::number(training[i].value) + '\n');
        list.close();
        LabelChoice labels;
        labels.counting = LabelChoice::Counting::Listed;
        labels.list = list.fileName();
        QSignalSpy ended(&workspace(), &Workspace::runEnded);
        workspace().startRun(fakeRun(1), labels);
        QTRY_VERIFY_WITH_TIMEOUT(ended.count() > 0, 20'000);
        const RunId run = workspace().runs().back().id;
        QVERIFY(!workspace().outOfSample(run));
        QVERIFY(!workspace().outOfSample(run, training[3]));
        QVERIFY(workspace().outOfSample(run, training[30]));
        workspace().showRun(run);
        ViewFilter filter = workspace().filter();
        filter.suspectsOnly = false;
        workspace().setFilter(filter);
        QTRY_COMPARE(child<QLabel>("sampleBadge")->text(), QStringLiteral("partly in-sample"));
        filter.only = {training[30], training[31]};
        workspace().setFilter(filter);
        QCOMPARE(child<QLabel>("sampleBadge")->text(), QStringLiteral("out-of-sample"));
        filter.only = {training[3]};
        workspace().setFilter(filter);
        QCOMPARE(child<QLabel>("sampleBadge")->text(), QStringLiteral("in-sample"));
    }
};

QTEST_MAIN(TestSuspectQueue)
#include "tst_suspect_queue.moc"
