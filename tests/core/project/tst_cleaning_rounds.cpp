// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "project_fixture.h"

#include "core/project/cleaning_rounds.h"

using namespace assay;
using namespace assay::test;

namespace {

constexpr std::size_t kSamples = 12;

template <class T>
T must(Result<T> result) {
    if (!result) qFatal("%s", result.error().sentence().c_str());
    return std::move(*result);
}

/// An epoch in which a run on the first ten of twelve samples ended a round; 8 and 9 are test samples.
std::shared_ptr<EpochReport> endOf(int round, int epoch, const std::vector<float>& kept) {
    auto made = report(epoch, kept.size());
    auto evidence = std::make_shared<Evidence>(*made->evidence);
    evidence->columns["kept"] = kept;
    made->evidence = std::move(evidence);
    made->cleaning = CleaningRound{round, 3, "quantile per class"};
    made->scalars["label-precision"] = 0.5 + 0.1 * round;
    return made;
}

struct Cleaned {
    explicit Cleaned(const ProjectFolder& folder)
        : project(must(Project::create(folder.path(), reference(kSamples, 3)))), given(labels(kSamples, 3)) {
        given.trueLabels = labels(kSamples, 3, 5).labels;
        run = must(project->addRun(runOn(must(project->addLabelSet("noisy", given)))));
    }
    Status add(std::shared_ptr<const EpochReport> epoch) {
        Status outcome;
        project->addEpochAsync(run, std::move(epoch), [&outcome](const Status& status) { outcome = status; });
        project->flush();
        return outcome;
    }
    std::vector<StoredLabelSet> rounds() const {
        std::vector<StoredLabelSet> found;
        for (StoredLabelSet& set : must(project->labelSets()))
            if (set.set.origin == LabelOrigin::Cleaning) found.push_back(std::move(set));
        return found;
    }
    std::shared_ptr<Project> project;
    LabelSet given;
    RunId run;
};

const std::vector<float> kFirst = {1, 0, 1, 1, 0, 1, 0, 1, -1, -1}, kSecond = {1, 0, 0, 1, 1, 1, 0, 1, -1, -1};

} // namespace

class TestCleaningRounds : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// What is kept has the run's label, and so have test samples; what was dropped, or took no part, has none.
    void aRoundBecomesALabelSet() {
        const ProjectFolder folder;
        {
            Cleaned cleaned(folder);
            QVERIFY(cleaned.add(report(1, 10)));
            QVERIFY(cleaned.rounds().empty());
            QVERIFY(cleaned.add(endOf(1, 2, kFirst)));
        }
        const auto project = must(Project::open(folder.path(), OpenMode::ReadOnly));
        const std::vector<StoredLabelSet> sets = must(project->labelSets());
        QCOMPARE(sets.size(), std::size_t(2));
        const StoredLabelSet& round = sets.back();
        QCOMPARE(round.name, std::string("run 1, round 1"));
        QCOMPARE(round.set.source, std::string("run 1, round 1 of 3, epoch 2: quantile per class"));
        QCOMPARE(labelOriginName(round.set.origin), std::string_view("cleaning"));
        QCOMPARE(round.set.trueLabels, sets.front().set.trueLabels);
        for (std::size_t i = 0; i < kSamples; ++i)
            QCOMPARE(round.set.labels[i], i < kFirst.size() && kFirst[i] != 0 ? sets.front().set.labels[i] : kNoLabel);
    }

    void roundsAreComparedSideBySide() {
        const ProjectFolder folder;
        Cleaned cleaned(folder);
        QVERIFY(must(cleaningRounds(*cleaned.project, cleaned.run)).empty());
        QVERIFY(cleaned.add(endOf(1, 2, kFirst)));
        QVERIFY(cleaned.add(report(3, 10)));
        QVERIFY(cleaned.add(endOf(2, 4, kSecond)));
        const std::vector<RoundFigures> rounds = must(cleaningRounds(*cleaned.project, cleaned.run));
        QCOMPARE(rounds.size(), std::size_t(2));
        QCOMPARE(rounds[0].flow, (CleaningFlow{5, 3, 0, 0}));
        QVERIFY(!rounds[0].overlap);
        QCOMPARE(rounds[1].flow, (CleaningFlow{4, 1, 1, 2}));
        QCOMPARE(*rounds[1].overlap, 4.0 / 6);
        QCOMPARE(rounds[1].round.round, 2);
        QCOMPARE(rounds[1].round.rounds, 3);
        QCOMPARE(rounds[1].round.criterion, std::string("quantile per class"));
        QCOMPARE(rounds[1].epoch, 4);
        QCOMPARE(*rounds[1].labelPrecision, 0.7);
        QCOMPARE(must(cleaned.project->labelSet(*rounds[1].labelSet)).name, std::string("run 1, round 2"));
    }

    /// A run that goes on from a checkpoint repeats an epoch: the same choice is the same set, another one replaces it,
    /// unless a run is on it.
    void aRepeatedRoundLeavesOneLabelSet() {
        const ProjectFolder folder;
        Cleaned cleaned(folder);
        QVERIFY(cleaned.add(endOf(1, 2, kFirst)));
        QVERIFY(cleaned.add(endOf(1, 2, kFirst)));
        QCOMPARE(cleaned.rounds().size(), std::size_t(1));
        QVERIFY(cleaned.add(endOf(1, 2, kSecond)));
        QCOMPARE(cleaned.rounds().size(), std::size_t(1));
        QCOMPARE(cleaned.rounds()[0].set.labels[2], kNoLabel);
        must(cleaned.project->addRun(runOn(cleaned.rounds()[0].id)));
        QVERIFY(cleaned.add(endOf(1, 2, kFirst)));
        QCOMPARE(cleaned.rounds().size(), std::size_t(2));
    }

    void aRoundThatDoesNotSayWhatItKeptIsRefused() {
        const ProjectFolder folder;
        Cleaned cleaned(folder);
        auto epoch = report(1, 10);
        epoch->cleaning = CleaningRound{1, 3, "quantile"};
        const Status refused = cleaned.add(epoch);
        QVERIFY(!refused);
        QVERIFY(must(cleaned.project->epochs(cleaned.run)).empty());
        QVERIFY(cleaned.rounds().empty());
    }
};

QTEST_GUILESS_MAIN(TestCleaningRounds)
#include "tst_cleaning_rounds.moc"
