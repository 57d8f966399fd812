// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

// LibTorch before Qt: both have a macro named "slots".
#include "core/learn/labelled_choice.h"
#include "core/learn/pseudo_record.h"
#include "tests/core/learn/learn_fixtures.h"

#include <QTest>

using namespace assay;
using namespace assay::learn;

namespace {

constexpr int kClasses = 3;

/// Labels that a mixture calls clean, among twelve rows of three classes.
struct Warmed {
    TrainingTask task = test::makeTask(test::blobs(12, kClasses, 8, 1, 0), "fixmatch", 4);
    test::Keeper keeper;
    Run run{task, keeper, {}, {}, torch::kCPU, {}, {}};
    LabelledChoice choice{[] {
        LabelledOptions options;
        options.by = LabelledBy::Clean;
        options.warmUpShare = 0.5;
        return options;
    }()};

    /// `noisy`: of each class's labels the probability of being wrong.
    explicit Warmed(const std::vector<float>& noisy) {
        run.data.classes = kClasses;
        run.data.labels = task.labels.labels;
        run.data.counts.assign(12, 1);
        for (std::uint32_t row = 0; row < 12; ++row) {
            run.data.samples.emplace_back(row);
            run.data.trainRows.push_back(row);
        }
        if (!choice.start(run)) return;
        run.epoch = 2;
        EpochOutcome outcome;
        outcome.report.mixture.emplace();
        for (const Label label : run.data.labels)
            outcome.evidence.columns["p-noisy"].push_back(noisy[std::size_t(label)]);
        choice.finishEpoch(run, outcome);
    }
    [[nodiscard]] std::size_t kept() const {
        return std::size_t(std::count(choice.labelled().begin(), choice.labelled().end(), 1));
    }
};

} // namespace

class TestCleanLabels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void oneClassAloneIsNotLearnt() {
        const Warmed one({0.1F, 0.9F, 0.8F});
        QCOMPARE(one.kept(), std::size_t(12));
        QCOMPARE(one.keeper.notes.size(), std::size_t(1));
        QVERIFY(QString::fromStdString(one.keeper.notes[0]).contains("class 0"));
    }

    void aClassThatLosesItsLabelsIsNamed() {
        const Warmed two({0.1F, 0.9F, 0.2F});
        QCOMPARE(two.kept(), std::size_t(8));
        QCOMPARE(two.keeper.notes.size(), std::size_t(1));
        QVERIFY(QString::fromStdString(two.keeper.notes[0]).contains("class 1"));
        const Warmed all({0.1F, 0.4F, 0.2F});
        QCOMPARE(all.kept(), std::size_t(12));
        QVERIFY(all.keeper.notes.empty());
    }

    /// p = (0.4, 0.6) with labels of equal shares and answers of mean (0.2, 0.8): (0.4 · 2.5, 0.6 · 0.625) by their
    /// sum.
    void alignedAnswersAreWhatIsDecidedOn() {
        const TrainingTask task = test::makeTask(test::blobs(4, 2, 8, 1, 0), "fixmatch", 2);
        test::Keeper keeper;
        Run run{task, keeper, {}, {}, torch::kCPU, {}, {}};
        run.data.classes = 2;
        EpochOutcome outcome;
        outcome.answers.emplace_back();
        outcome.answers[0].classes = 2;
        for (std::uint32_t row = 0; row < 4; ++row) {
            run.data.samples.emplace_back(row);
            run.data.trainRows.push_back(row);
            run.data.labels.push_back(0);
            run.data.truth.push_back(0);
            outcome.answers[0].logits.insert(outcome.answers[0].logits.end(), {std::log(0.4F), std::log(0.6F)});
            outcome.evidence.prediction.push_back(1);
            outcome.evidence.confidence.push_back(0.6F);
        }
        const auto half = torch::tensor({0.5F, 0.5F}), mean = torch::tensor({0.2F, 0.8F});
        const PseudoAnswers answers = alignedAnswers(run, outcome, half, mean, Alignment::Correct);
        const double sure = 1.0 / (1.0 + 0.375);
        QCOMPARE(answers.labels, std::vector<Label>(4, 0));
        QVERIFY(std::abs(double(answers.confidence[0]) - sure) < 1e-6);
        const double sharpened = sure * sure / (sure * sure + (1 - sure) * (1 - sure));
        QVERIFY(std::abs(double(alignedAnswers(run, outcome, half, mean, Alignment::Correct, 0.5).confidence[0]) -
                         sharpened) < 1e-6);

        // What is not taken is right or wrong by the same answer.
        PseudoRecord record;
        record.start(run);
        record.record(run, outcome, std::vector<std::uint8_t>(4, 0),
                      decideByThreshold(run, answers, std::vector<std::uint8_t>(4, 0), 0.9));
        QCOMPARE(outcome.report.scalars.at("accepted"), 0.0);
        QCOMPARE(outcome.report.scalars.at("rejected-correctness"), 1.0);
        QCOMPARE(outcome.evidence.columns.at("pseudo-answer"), std::vector<float>(4, 0.0F));
    }

    /// A round's answers stand until the next one ends, and none are told before the first.
    void roundsTellTheAnswersThatTheyRestOn() {
        TrainingTask task = test::makeTask(test::blobs(150, kClasses), "pl-iter-s0", 7, 0.2);
        task.config.settings["labelled"] = std::string("clean");
        task.config.settings["rounds"] = std::int64_t(2);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, outcome.result ? "" : outcome.result.error().sentence().c_str());
        for (const auto& report : outcome.keeper.reports) {
            const auto& columns = report->evidence->columns;
            const auto &confidence = columns.at("pseudo-confidence"), &answer = columns.at("pseudo-answer");
            QVERIFY(*std::min_element(confidence.begin(), confidence.end()) >= 1.0F / kClasses - 1e-3F);
            for (std::size_t i = 0; i < answer.size(); ++i)
                if (columns.at("pseudo-label")[i] >= 0) QCOMPARE(columns.at("pseudo-label")[i], answer[i]);
        }
    }

    /// Both networks of Meta Pseudo Labels learn the labels in the warm-up; the student's rate begins after it.
    void theTeacherWarmsUpToo() {
        TrainingTask task = test::makeTask(test::blobs(200, kClasses), "meta-pseudo-labels", 8, 0.2);
        task.config.settings["labelled"] = std::string("clean");
        task.config.settings["clean-warm-up"] = 0.5;
        task.config.settings["steps-per-epoch"] = std::int64_t(12);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, outcome.result ? "" : outcome.result.error().sentence().c_str());
        const auto& warm = outcome.keeper.reports[3]->scalars;
        QVERIFY2(warm.at("test-accuracy-teacher") > 0.7, std::to_string(warm.at("test-accuracy-teacher")).c_str());
        const auto& after = outcome.keeper.reports[5]->scalars;
        QVERIFY2(after.at("test-accuracy-teacher") > 0.7, std::to_string(after.at("test-accuracy-teacher")).c_str());
    }
};

QTEST_GUILESS_MAIN(TestCleanLabels)
#include "tst_clean_labels.moc"
