// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "project_fixture.h"

#include <future>
#include <set>

using namespace assay;
using namespace assay::test;

namespace {

std::shared_ptr<Project> make(const ProjectFolder& folder, std::size_t samples = 100) {
    auto project = Project::create(folder.path(), reference(samples));
    if (!project) qFatal("%s", project.error().sentence().c_str());
    return *project;
}

std::vector<JournalEntry> must(Result<std::vector<JournalEntry>> result) {
    if (!result) qFatal("%s", result.error().sentence().c_str());
    return *result;
}

std::shared_ptr<Project> again(const ProjectFolder& folder) {
    auto project = Project::open(folder.path(), OpenMode::ReadWrite);
    if (!project) qFatal("%s", project.error().sentence().c_str());
    return *project;
}

} // namespace

class TestJournal : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void numbersDecisionsFromOneWithoutGaps() {
        ProjectFolder folder;
        auto project = make(folder);
        QCOMPARE(project->revision(), Revision(0));
        for (std::uint32_t i = 0; i < 20; ++i) {
            const DecisionRequest one = request(i, Verdict::Keep);
            const auto rows = must(project->decide({&one, 1}));
            QCOMPARE(rows.size(), std::size_t(1));
            QCOMPARE(rows[0].revision.value, std::int64_t(i) + 1);
            QCOMPARE(rows[0].step, std::int64_t(i) + 1);
        }
        QCOMPARE(project->journal()->size(), std::size_t(20));
    }

    void aBulkIsOneStepAndOneUndo() {
        ProjectFolder folder;
        auto project = make(folder, 5000);
        std::vector<DecisionRequest> bulk;
        for (std::uint32_t i = 0; i < 4000; ++i) bulk.push_back(request(i, Verdict::Relabel, Label(i % 10)));
        const auto rows = must(project->decide(bulk));
        QCOMPARE(rows.front().step, rows.back().step);
        QCOMPARE(project->revision(), Revision(4000));
        const auto back = must(project->undo("tester"));
        QCOMPARE(back.size(), std::size_t(4000));
        QCOMPARE(back.front().undoes, std::optional(rows.front().step));
        QCOMPARE(*project->decisions(), std::vector<DecisionState>(5000));
        QCOMPARE(project->decisions(Revision(4000))->at(17), (DecisionState{Verdict::Relabel, 7}));
        QVERIFY(!project->undo("tester"));
    }

    void undoWorksAfterAReopen() {
        ProjectFolder folder;
        make(folder)->decide(std::vector{request(3, Verdict::Flag)}).value();
        again(folder)->decide(std::vector{request(3, Verdict::Exclude)}).value();
        must(again(folder)->undo("tester"));
        QCOMPARE(again(folder)->decisions()->at(3).verdict, Verdict::Flag);
        must(again(folder)->undo("tester"));
        auto project = again(folder);
        QCOMPARE(project->decisions()->at(3).verdict, Verdict::None);
        QCOMPARE(project->undo("tester").error().code, ErrorCode::NotFound);
        must(project->redo("tester"));
        must(project->redo("tester"));
        QCOMPARE(project->decisions()->at(3).verdict, Verdict::Exclude);
        QCOMPARE(project->redo("tester").error().code, ErrorCode::NotFound);
        QCOMPARE(project->revision(), Revision(6));
    }

    void aNewDecisionEndsRedo() {
        ProjectFolder folder;
        auto project = make(folder);
        must(project->decide(std::vector{request(1, Verdict::Keep)}));
        must(project->undo("tester"));
        must(project->decide(std::vector{request(2, Verdict::Keep)}));
        QCOMPARE(project->redo("tester").error().code, ErrorCode::NotFound);
    }

    void aStepIsTakenBackAloneUnlessALaterOneTouchedTheSame() {
        ProjectFolder folder;
        auto project = make(folder);
        const auto first = must(project->decide(std::vector{request(1, Verdict::Keep), request(2, Verdict::Keep)}));
        const auto second = must(project->decide(std::vector{request(2, Verdict::Flag)}));
        const auto third = must(project->decide(std::vector{request(5, Verdict::Flag)}));
        const auto refused = project->undoStep(first[0].step, "tester");
        QVERIFY(!refused);
        QVERIFY(refused.error().sentence().find("step 2") != std::string::npos);
        must(project->undoStep(second[0].step, "tester"));
        must(project->undoStep(first[0].step, "tester"));
        QCOMPARE(project->decisions()->at(2).verdict, Verdict::None);
        QCOMPARE(project->decisions()->at(5).verdict, Verdict::Flag);
        QVERIFY(!project->undoStep(first[0].step, "tester"));
        QVERIFY(!project->undoStep(99, "tester"));
        must(project->redo("tester"));
        QCOMPARE(project->decisions()->at(1).verdict, Verdict::Keep);
        must(project->undo("tester"));
        QCOMPARE(project->decisions()->at(1).verdict, Verdict::None);
        QCOMPARE(project->decisions()->at(5).verdict, Verdict::Flag);
        QCOMPARE(third[0].step, std::int64_t(3));
    }

    void everyStateOfARandomWalkCanBeHadAgain() {
        ProjectFolder folder;
        auto project = make(folder, 12);
        CounterRng rng(11, RngPurpose::Test);
        std::vector<std::vector<DecisionState>> states{*project->decisions()};
        const auto note = [&](const Result<std::vector<JournalEntry>>& rows) {
            if (!rows) return;
            for (const JournalEntry& row : *rows) {
                QCOMPARE(states.back()[row.sample.value], row.from);
                states.push_back(states.back());
                states.back()[row.sample.value] = row.to;
            }
        };
        for (int i = 0; i < 400; ++i) {
            switch (rng.below(6)) {
            case 0: note(project->undo("u")); break;
            case 1: note(project->redo("r")); break;
            case 2: note(project->undoStep(1 + rng.below(60), "s")); break;
            default: {
                std::vector<DecisionRequest> bulk;
                for (std::uint32_t k = 0; k <= rng.below(4); ++k) {
                    const auto verdict = Verdict(rng.below(5));
                    bulk.push_back(
                        request(rng.below(12), verdict, verdict == Verdict::Relabel ? Label(rng.below(10)) : kNoLabel));
                }
                note(project->decide(bulk));
            }
            }
            if (i % 100 == 50) {
                project.reset();
                project = again(folder);
            }
        }
        QCOMPARE(project->revision().value, std::int64_t(states.size()) - 1);
        for (std::size_t r = 0; r < states.size(); r += 7)
            QCOMPARE(*project->decisions(Revision(std::int64_t(r))), states[r]);
        QCOMPARE(*project->decisions(), states.back());
        while (project->undo("u")) {
        }
        QCOMPARE(*project->decisions(), states.front());
    }

    void aRefusedDecisionLeavesNothingBehind() {
        ProjectFolder folder;
        auto project = make(folder);
        const std::vector<std::vector<DecisionRequest>> wrong{
            {request(1, Verdict::Keep), request(100, Verdict::Keep)},
            {request(1, Verdict::Relabel, 10)},
            {request(1, Verdict::Relabel, -1)},
        };
        for (const auto& requests : wrong) {
            const auto rows = project->decide(requests);
            QVERIFY(!rows);
            QCOMPARE(rows.error().code, ErrorCode::InvalidArgument);
            QVERIFY(rows.error().sentence().find("sample 1") != std::string::npos);
        }
        QCOMPARE(project->revision(), Revision(0));
        QCOMPARE(*project->decisions(), std::vector<DecisionState>(100));
    }

    void decisionsThatWaitTogetherAreAcknowledgedInOrder() {
        ProjectFolder folder;
        auto project = make(folder);
        std::vector<std::int64_t> revisions;
        int refused = 0;
        for (std::uint32_t i = 0; i < 500; ++i)
            project->decideAsync({request(i % 110, Verdict::Flag)}, [&](const Result<std::vector<JournalEntry>>& rows) {
                if (rows) revisions.push_back(rows->at(0).revision.value);
                else ++refused;
            });
        project->flush();
        QCOMPARE(refused, 40); // samples 100 to 109, four times
        QCOMPARE(revisions.size(), std::size_t(460));
        for (std::size_t i = 0; i < revisions.size(); ++i) QCOMPARE(revisions[i], std::int64_t(i) + 1);
        QCOMPARE(project->revision(), Revision(460));
    }

    void aCallbackMayHoldTheLastReference() {
        ProjectFolder folder;
        auto project = make(folder);
        std::promise<void> let;
        auto waits = let.get_future();
        project->decideAsync({request(1, Verdict::Keep)}, [&](const auto&) { waits.wait(); });
        auto* raw = project.get();
        raw->decideAsync({request(2, Verdict::Keep)}, [project](const auto& rows) {
            QVERIFY(rows.has_value());
            QCOMPARE(project->decide({}).error().code, ErrorCode::Internal); // waiting for itself is refused
        });
        project.reset();
        let.set_value();
        for (int tries = 0; tries < 10000; ++tries) {
            const auto reopened = Project::open(folder.path(), OpenMode::ReadWrite);
            if (!reopened) {
                QCOMPARE(reopened.error().code, ErrorCode::Busy);
                std::this_thread::yield();
                continue;
            }
            QCOMPARE((*reopened)->revision(), Revision(2));
            return;
        }
        QFAIL("the project never closed");
    }

    void reasonsComeBackAsTheyWere() {
        ProjectFolder folder;
        DecisionRequest one = request(4, Verdict::Relabel, 2);
        one.reason = {"Ann \"the eye\"\n", "suggestion", "loss-gmm", 1.0 / 3.0, RunId(7)};
        make(folder)->decide({&one, 1}).value();
        const JournalEntry row = again(folder)->journal()->at(0);
        QCOMPARE(row.reason.who, one.reason.who);
        QCOMPARE(row.reason.rule, one.reason.rule);
        QCOMPARE(row.reason.score, one.reason.score);
        QCOMPARE(row.reason.value, one.reason.value);
        QCOMPARE(row.reason.run, one.reason.run);
    }

    void theTextCopyTellsTheWholeStory() {
        ProjectFolder folder;
        {
            auto project = make(folder);
            must(project->decide(std::vector{request(1, Verdict::Relabel, 3), request(2, Verdict::Exclude)}));
            must(project->undo("tester"));
        }
        const std::string text = bytesOf(folder.path("p.assay-journal.csv"));
        QCOMPARE(std::count(text.begin(), text.end(), '\n'), 5);
        QVERIFY(text.starts_with("revision,step,time,index,from,from_label,to,to_label,"));
        QVERIFY(text.find(",1,none,,relabel,class 3,tester,key,") != std::string::npos);
    }

    void effectiveLabelsFollowTheVerdicts() {
        const std::vector<Label> base{0, 1, 2, 3, 4};
        const std::vector<DecisionState> states{{},
                                                {Verdict::Keep, kNoLabel},
                                                {Verdict::Flag, kNoLabel},
                                                {Verdict::Relabel, 9},
                                                {Verdict::Exclude, kNoLabel}};
        const EffectiveLabels effective = effectiveLabels(base, states);
        QCOMPARE(effective.labels, (std::vector<Label>{0, 1, 2, 9, 4}));
        QCOMPARE(effective.flagged, (std::vector<std::uint8_t>{0, 0, 1, 0, 0}));
        QCOMPARE(effective.excluded, (std::vector<std::uint8_t>{0, 0, 0, 0, 1}));
    }

    void rulesOfPseudoLabelsNameTheirEpoch() {
        QCOMPARE(pseudoLabelRule(12), std::string("pseudo-label, epoch 12")); // as projects hold it
        QCOMPARE(pseudoLabelEpoch(pseudoLabelRule(12)), std::optional(12));
        for (const char* rule : {"", "suggestion", "pseudo-label", "pseudo-label, epoch ", "pseudo-label, epoch x",
                                 "pseudo-label, epoch -1", "pseudo-label, epoch 99999999999"})
            QVERIFY2(!pseudoLabelEpoch(rule), rule);
    }

    void verdictNamesGoBothWays() {
        for (int i = 0; i < 5; ++i) QCOMPARE(*parseVerdict(std::string(verdictName(Verdict(i)))), Verdict(i));
        QVERIFY(!parseVerdict("Keep"));
    }
};

QTEST_GUILESS_MAIN(TestJournal)
#include "tst_journal.moc"
