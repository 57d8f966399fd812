// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/review_answers.h"

#include <QTest>

#include <string>
#include <vector>

using namespace assay;

namespace {

JournalEntry entry(std::uint32_t sample, const std::string& rule, bool undo = false) {
    JournalEntry made;
    made.sample = SampleIndex(sample);
    made.reason.rule = rule;
    made.to.verdict = rule == "undo" ? Verdict::None : Verdict::Keep;
    if (undo) made.undoes = 1;
    return made;
}

} // namespace

/// What decisions say of the rows of a queue.
class TestReviewAnswers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aRowIsWrongWhenItsLabelWasChangedOrItWasExcluded() {
        const std::vector<SampleIndex> rows = {SampleIndex(1), SampleIndex(2), SampleIndex(3),
                                               SampleIndex(4), SampleIndex(5), SampleIndex(9)};
        const std::vector<Label> given = {0, 1, 2, 3, 4, 5};
        std::vector<DecisionState> decisions(6); // of samples 0 to 5; nothing is known of 9
        decisions[1] = {Verdict::Keep, kNoLabel};
        decisions[2] = {Verdict::Relabel, 7};
        decisions[3] = {Verdict::Relabel, 2}; // into what it was
        decisions[4] = {Verdict::Flag, kNoLabel};
        decisions[5] = {Verdict::Exclude, kNoLabel};
        const std::vector<JournalEntry> journal = {entry(1, "random"), entry(2, "key"), entry(4, "random"),
                                                   entry(5, "random"), entry(5, "key")};
        const RowAnswers found = answersOf(rows, given, decisions, journal);
        QCOMPARE(found.decided, (std::vector<std::uint8_t>{1, 1, 1, 0, 1, 0})); // a flag asks, it does not answer
        QCOMPARE(found.wrong, (std::vector<std::uint8_t>{0, 1, 0, 0, 1, 0}));
        QCOMPARE(found.random,
                 (std::vector<std::uint8_t>{1, 0, 0, 0, 1, 0})); // decided again it was asked at random all the same
        QCOMPARE(found.answers.size(), std::size_t(4));
        QCOMPARE(found.answers[1].row, 1U);
        QVERIFY(found.answers[1].wrong);
    }

    void whatWasAskedAtRandomStaysSoWhenItIsTakenBackAndMadeAgain() {
        const std::vector<SampleIndex> rows = {SampleIndex(0), SampleIndex(1), SampleIndex(2)};
        const std::vector<Label> given = {0, 0, 0};
        std::vector<JournalEntry> journal = {entry(0, "random"), entry(1, "random"), entry(2, "key"),
                                             entry(1, "undo", true)};
        std::vector<DecisionState> decisions = {{Verdict::Keep, kNoLabel}, {}, {Verdict::Keep, kNoLabel}};
        QCOMPARE(answersOf(rows, given, decisions, journal).random,
                 (std::vector<std::uint8_t>{1, 0, 0})); // it is not decided
        journal.push_back(entry(1, "redo", true));
        decisions[1].verdict = Verdict::Keep;
        QCOMPARE(answersOf(rows, given, decisions, journal).random, (std::vector<std::uint8_t>{1, 1, 0}));
        journal.push_back(entry(0, "key"));
        journal.push_back(entry(0, "undo", true)); // back to what was decided at random
        QCOMPARE(answersOf(rows, given, decisions, journal).random, (std::vector<std::uint8_t>{1, 1, 0}));
        QCOMPARE(everAskedAtRandom(journal, 2), (std::vector<std::uint8_t>{1, 1}));
    }

    void decisionsSinceTheLastRandomOneAreCounted() {
        QCOMPARE(decidedSinceRandom({}), std::size_t(0));
        const std::vector<JournalEntry> journal = {entry(1, "key"), entry(2, "random"), entry(3, "key"),
                                                   entry(3, "undo", true), entry(4, "suggestion")};
        QCOMPARE(decidedSinceRandom(journal), std::size_t(2));
    }
};

QTEST_GUILESS_MAIN(TestReviewAnswers)
#include "tst_review_answers.moc"
