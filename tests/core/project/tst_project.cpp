// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "project_fixture.h"

#include "core/project/backup.h"
#include "core/project/database.h"
#include "core/project/feature_store.h"
#include "core/project/project_file.h"
#include "core/project/testing.h"

#include <bit>
#include <limits>
#include <set>

using namespace assay;
using namespace assay::test;

namespace {

template <class T>
T must(Result<T> result) {
    if (!result) qFatal("%s", result.error().sentence().c_str());
    return std::move(*result);
}

void must(const Status& status) {
    if (!status) qFatal("%s", status.error().sentence().c_str());
}

bool sameBits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](float x, float y) {
               return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
           });
}

} // namespace

class TestProject : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void remembersItsDataSet() {
        ProjectFolder folder;
        const DatasetReference made = reference(12, 3);
        must(Project::create(folder.path(), made));
        QVERIFY(!Project::create(folder.path(), made));
        auto project = must(Project::open(folder.path(), OpenMode::ReadWrite));
        DatasetReference read = project->dataset();
        QCOMPARE(read.location, made.location);
        QCOMPARE(read.contentHash, made.contentHash);
        QCOMPARE(read.samples, made.samples);
        QCOMPARE(read.classNames, made.classNames);
        QCOMPARE(read.splitSeed, made.splitSeed);
        must(project->relocateDataset("/elsewhere/\xff"));
        project.reset();
        QCOMPARE(must(Project::open(folder.path(), OpenMode::ReadOnly))->dataset().location,
                 std::filesystem::path("/elsewhere/\xff"));
    }

    void leavesNothingButTheFileBehind() {
        ProjectFolder folder;
        must(Project::create(folder.path(), reference()))->decide(std::vector{request(1, Verdict::Keep)}).value();
        std::set<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path().parent_path()))
            names.insert(entry.path().filename().string());
        QCOMPARE(names, (std::set<std::string>{"p.assay", "p.assay-backups", "p.assay-journal.csv"}));
    }

    void keepsSettings() {
        ProjectFolder folder;
        {
            auto project = must(Project::create(folder.path(), reference()));
            QCOMPARE(must(project->setting("layout")), std::string());
            must(project->setSetting("layout", "audit"));
            must(project->setSetting("layout", std::string("a\0b", 3)));
        }
        QCOMPARE(must(must(Project::open(folder.path(), OpenMode::ReadOnly))->setting("layout")),
                 std::string("a\0b", 3));
    }

    void keepsLabelSetsOnce() {
        ProjectFolder folder;
        auto project = must(Project::create(folder.path(), reference(1000)));
        LabelSet set = labels(1000, 10);
        set.trueLabels = labels(1000, 10, 2).labels;
        set.trueLabels[5] = kNoLabel;
        set.source = "symmetric 40 %, seed 1";
        set.origin = LabelOrigin::NoiseModel;
        const auto id = must(project->addLabelSet("noisy", set));
        QCOMPARE(must(project->addLabelSet("noisy", set)), id);
        QVERIFY(must(project->addLabelSet("again", set)) != id);
        const StoredLabelSet read = must(project->labelSet(id));
        QCOMPARE(read.name, std::string("noisy"));
        QCOMPARE(read.set.labels, set.labels);
        QCOMPARE(read.set.trueLabels, set.trueLabels);
        QCOMPARE(read.set.source, set.source);
        QCOMPARE(read.set.origin, set.origin);
        QCOMPARE(must(project->labelSets()).size(), std::size_t(2));
        QCOMPARE(project->labelSet(99).error().code, ErrorCode::NotFound);
        set.labels.pop_back();
        QCOMPARE(project->addLabelSet("short", set).error().code, ErrorCode::InvalidArgument);
    }

    void keepsWhichLabelsOfASetCount() {
        ProjectFolder folder;
        auto project = must(Project::create(folder.path(), reference(1000)));
        LabelSet set = labels(1000, 10);
        const auto whole = must(project->addLabelSet("labels", set));
        set.trusted.assign(1000, 0);
        for (std::size_t i = 0; i < 1000; i += 7) set.trusted[i] = 1;
        const auto some = must(project->addLabelSet("labels", set));
        QVERIFY(some != whole);
        QCOMPARE(must(project->addLabelSet("labels", set)), some);
        project.reset();
        project = must(Project::open(folder.path(), OpenMode::ReadOnly));
        QVERIFY(must(project->labelSet(whole)).set.trusted.empty());
        QCOMPARE(must(project->labelSet(some)).set.trusted, set.trusted);
        QVERIFY(must(project->labelSet(some)).set.hash() != must(project->labelSet(whole)).set.hash());
        project = {};
        project = must(Project::open(folder.path(), OpenMode::ReadWrite));
        set.trusted.pop_back();
        QCOMPARE(project->addLabelSet("short", set).error().code, ErrorCode::InvalidArgument);
    }

    void keepsRunsWithTheirSettings() {
        ProjectFolder folder;
        RunRecord made = runOn(0);
        {
            auto project = must(Project::create(folder.path(), reference()));
            made.labelSet = must(project->addLabelSet("given", labels(100, 10)));
            made.revision = Revision(3);
            made.id = must(project->addRun(made));
            made.state = RunState::Finished;
            made.result = RunResult{"cpu", 5, 1.0 / 3.0, 1234.5, 99};
            must(project->updateRun(made));
        }
        auto project = must(Project::open(folder.path(), OpenMode::ReadOnly));
        const RunRecord read = must(project->run(made.id));
        QCOMPARE(read.config.settings, made.config.settings);
        QCOMPARE(read.config.seed, made.config.seed);
        QCOMPARE(read.state, RunState::Finished);
        QCOMPARE(read.result->secondsPerEpoch, made.result->secondsPerEpoch);
        QCOMPARE(read.revision, made.revision);
        QCOMPARE(project->run(RunId(9)).error().code, ErrorCode::NotFound);
        QCOMPARE(project->addRun(made).error().code, ErrorCode::ReadOnly);
    }

    void evidenceComesBackToTheBit() {
        ProjectFolder folder;
        auto project = must(Project::create(folder.path(), reference(5000)));
        const RunId run = must(project->addRun(runOn(must(project->addLabelSet("given", labels(5000, 10))))));
        auto made = report(1, 5000);
        auto& evidence = const_cast<Evidence&>(*made->evidence);
        evidence.samples.erase(evidence.samples.begin() + 100); // a run on a subset
        for (auto* column : {&evidence.loss, &evidence.confidence, &evidence.margin}) column->pop_back();
        evidence.prediction.pop_back();
        for (auto& [name, column] : evidence.columns) column.pop_back();
        evidence.loss[0] = -0.0f;
        evidence.loss[1] = std::numeric_limits<float>::denorm_min();
        evidence.margin[2] = -std::numeric_limits<float>::max();
        evidence.columns["pseudo-label"].assign(evidence.size(), -1.0f);
        evidence.columns["selected-2"].assign(evidence.size(), 0.0f);
        evidence.columns["selected-2"][7] = -0.0f;
        evidence.columns["thousand"].assign(evidence.size(), 999.0f);
        must(project->setSetting("before", "x"));
        Status status = fail(ErrorCode::Internal, "not called");
        project->addEpochAsync(run, made, [&](Status s) { status = std::move(s); });
        project->flush();
        must(status);
        const auto read = must(project->evidence(run, 1));
        QCOMPARE(read->samples, evidence.samples);
        QCOMPARE(read->prediction, evidence.prediction);
        QVERIFY(sameBits(read->loss, evidence.loss));
        QVERIFY(sameBits(read->confidence, evidence.confidence));
        QVERIFY(sameBits(read->margin, evidence.margin));
        QCOMPARE(read->columns.size(), evidence.columns.size());
        for (const auto& [name, column] : evidence.columns)
            QVERIFY2(sameBits(read->columns.at(name), column), name.c_str());
        const auto epochs = must(project->epochs(run));
        QCOMPARE(epochs.size(), std::size_t(1));
        QCOMPARE(epochs[0].scalars, made->scalars);
        QCOMPARE(epochs[0].perClass, made->perClass);
        QCOMPARE(must(project->run(run)).epochsDone, 1);
        QCOMPARE(project->evidence(run, 2).error().code, ErrorCode::NotFound);
    }

    void anEpochReplacesTheOneOfItsNumber() {
        ProjectFolder folder;
        auto project = must(Project::create(folder.path(), reference(50)));
        const RunId run = must(project->addRun(runOn(must(project->addLabelSet("given", labels(50, 10))))));
        project->addEpochAsync(run, report(1, 50), {});
        auto other = report(1, 50);
        const_cast<Evidence&>(*other->evidence).loss[3] = 42.0f;
        project->addEpochAsync(run, other, {});
        project->flush();
        QCOMPARE(must(project->evidence(run, 1))->loss[3], 42.0f);
    }

    void theNewestFeaturesOfARunComeBack() {
        ProjectFolder folder;
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const auto features = [nan](int epoch) {
            auto made = std::make_shared<FeatureMatrix>();
            made->epoch = epoch;
            made->dimension = 2;
            made->values.assign(200, nan);
            for (std::size_t i = 0; i < 100; i += 2)
                made->values[2 * i] = made->values[2 * i + 1] = float(epoch) + float(i) / 7;
            return made;
        };
        RunId run;
        {
            auto project = must(Project::create(folder.path(), reference()));
            run = must(project->addRun(runOn(must(project->addLabelSet("given", labels(100, 10))))));
            QCOMPARE(project->features(run).error().code, ErrorCode::NotFound);
            QVERIFY(project->features(run).error().sentence().find("--keep-features") != std::string::npos);
            for (int epoch = 1; epoch <= 3; ++epoch) {
                const auto made = report(epoch, 100);
                if (epoch < 3) made->features = features(epoch);
                project->addEpochAsync(run, made, {});
            }
            project->flush();
        }
        auto project = must(Project::open(folder.path(), OpenMode::ReadOnly));
        const auto read = must(project->features(run));
        QCOMPARE(read->epoch, 2);
        QCOMPARE(read->dimension, std::size_t(2));
        QCOMPARE(read->rows(), std::size_t(100));
        QVERIFY(sameBits(read->values, features(2)->values));
        QVERIFY(read->has(4) && !read->has(5));
        const auto file = newestFeatureFile(project->checkpointFolder(run));
        QCOMPARE(file->file.filename().string(), std::string("features-epoch-0002.npy"));
        QCOMPARE(std::distance(std::filesystem::directory_iterator(file->file.parent_path()), {}), 1);
        std::filesystem::resize_file(file->file, std::filesystem::file_size(file->file) - 8);
        QVERIFY(!project->features(run));
    }

    /// A project that was deleted and begun anew under its name: its runs have the old ones' numbers.
    void aNewRunFindsNothingOfAnOlderProjectsRun() {
        ProjectFolder folder;
        auto project = must(Project::create(folder.path(), reference(50)));
        const std::int64_t set = must(project->addLabelSet("given", labels(50, 10)));
        const auto left = project->checkpointFolder(RunId(1)) / "epoch-0004.safetensors";
        std::filesystem::create_directories(left.parent_path());
        std::ofstream(left) << "of another run";
        QCOMPARE(must(project->addRun(runOn(set))), RunId(1));
        QVERIFY(!std::filesystem::exists(left));
    }

    void evidenceThatIsNotFiniteIsRefusedByName() {
        ProjectFolder folder;
        auto project = must(Project::create(folder.path(), reference(50)));
        const RunId run = must(project->addRun(runOn(must(project->addLabelSet("given", labels(50, 10))))));
        auto made = report(1, 50);
        const_cast<Evidence&>(*made->evidence).loss[3] = std::numeric_limits<float>::quiet_NaN();
        std::string sentence;
        project->addEpochAsync(run, made, [&](const Status& s) { sentence = s ? "" : s.error().sentence(); });
        project->flush();
        QVERIFY2(sentence.find("loss") != std::string::npos && sentence.find("sample 3") != std::string::npos,
                 sentence.c_str());
        QVERIFY(must(project->epochs(run)).empty());
    }

    void sixtyThousandSamplesTimesTwoHundredEpochsStayUnderTheBudget() {
        ProjectFolder folder;
        constexpr std::size_t kSamples = 60000;
        constexpr int kEpochs = 4;
        auto project = must(Project::create(folder.path(), reference(kSamples)));
        const RunId run = must(project->addRun(runOn(must(project->addLabelSet("given", labels(kSamples, 10))))));
        project.reset();
        const auto before = std::filesystem::file_size(folder.path());
        project = must(Project::open(folder.path(), OpenMode::ReadWrite));
        for (int epoch = 1; epoch <= kEpochs; ++epoch) project->addEpochAsync(run, report(epoch, kSamples), {});
        project.reset();
        const auto perEpoch = (std::filesystem::file_size(folder.path()) - before) / kEpochs;
        qInfo("%llu bytes an epoch, %.1f MB for 200", static_cast<unsigned long long>(perEpoch),
              double(perEpoch) * 200 / 1e6);
        QVERIFY(perEpoch * 200 < 250'000'000u);
    }

    void aRunLeftByADeadProcessIsShownAsInterrupted() {
        ProjectFolder folder;
        {
            auto project = must(Project::create(folder.path(), reference(50)));
            const RunId run = must(project->addRun(runOn(must(project->addLabelSet("given", labels(50, 10))))));
            const auto recorder = makeRecorder(project, run);
            recorder->batchDone({});
            recorder->note("a sentence");
            for (int epoch = 1; epoch <= 6; ++epoch) recorder->epochDone(report(epoch, 50));
            project->flush();
            QCOMPARE(must(project->run(run)).state, RunState::Running);
            QCOMPARE(must(project->notes(run)), std::vector<std::string>{"a sentence"});
        }
        const RunRecord run = must(must(Project::open(folder.path(), OpenMode::ReadWrite))->run(RunId(1)));
        QCOMPARE(run.state, RunState::Stopped);
        QCOMPARE(run.epochsDone, 6);
        QCOMPARE(run.reason, std::string("interrupted in epoch 7"));
    }

    void theSecondOpenerReadsOnlyAndSaysWhoHoldsIt() {
        ProjectFolder folder;
        auto first = must(Project::create(folder.path(), reference()));
        must(first->decide(std::vector{request(1, Verdict::Keep)}));
        QCOMPARE(Project::open(folder.path(), OpenMode::ReadWrite).error().code, ErrorCode::Busy);
        auto second = must(Project::open(folder.path(), OpenMode::ReadWriteOrReadOnly));
        QVERIFY(second->readOnly());
        QVERIFY(second->readOnlyReason().find("process ") != std::string::npos);
        QCOMPARE(second->revision(), Revision(1));
        must(first->decide(std::vector{request(2, Verdict::Keep)}));
        QCOMPARE(second->revision(), Revision(2));
        QCOMPARE(second->decisions()->at(2).verdict, Verdict::Keep);
        QCOMPARE(second->decide(std::vector{request(3, Verdict::Keep)}).error().code, ErrorCode::ReadOnly);
        first.reset();
        second.reset();
        QVERIFY(!must(Project::open(folder.path(), OpenMode::ReadWriteOrReadOnly))->readOnly());
    }

    void aLockFileOfAStrangerLocksNobodyOut() {
        ProjectFolder folder;
        must(Project::create(folder.path(), reference()));
        std::ofstream(lockFileOf(folder.path())) << "process 1 on nowhere since ever\n";
        QVERIFY(!must(Project::open(folder.path(), OpenMode::ReadWrite))->readOnly());
    }

    void keepsFiveBackupsThatOpen() {
        ProjectFolder folder;
        must(Project::create(folder.path(), reference()));
        for (std::uint32_t i = 0; i < 8; ++i)
            must(must(Project::open(folder.path(), OpenMode::ReadWrite))
                     ->decide(std::vector{request(i, Verdict::Keep)}));
        must(Project::open(folder.path(), OpenMode::ReadWrite)); // nothing changed: no new backup
        const auto backups = projectBackups(folder.path());
        QCOMPARE(backups.size(), std::size_t(5));
        std::filesystem::copy_file(backups.back(), folder.path("restored.assay"));
        QCOMPARE(must(Project::open(folder.path("restored.assay"), OpenMode::ReadWrite))->revision(), Revision(8));
    }

    void aCopyUnderAnotherNameHoldsEverything() {
        ProjectFolder folder;
        const auto project = *Project::create(folder.path(), reference());
        QVERIFY(project->decide(std::vector{request(3, Verdict::Keep)}).has_value());
        QVERIFY(project->saveAs(folder.path("copy.assay")).has_value());
        QCOMPARE((*Project::open(folder.path("copy.assay"), OpenMode::ReadOnly))->revision(), Revision(1));
        QVERIFY(project->decide(std::vector{request(4, Verdict::Keep)}).has_value());
        const Status again = project->saveAs(folder.path("copy.assay"));
        QVERIFY(!again && again.error().message.find("exists") != std::string::npos);
        QVERIFY(project->saveAs(folder.path("copy.assay"), true).has_value());
        QCOMPARE((*Project::open(folder.path("copy.assay"), OpenMode::ReadOnly))->revision(), Revision(2));
        QVERIFY(!project->saveAs(folder.path(), true).has_value());
        const auto other = *Project::open(folder.path("copy.assay"), OpenMode::ReadWrite);
        const Status open = project->saveAs(folder.path("copy.assay"), true);
        QVERIFY(!open && open.error().code == ErrorCode::Busy);
        QVERIFY(other->decide(std::vector{request(5, Verdict::Keep)}).has_value());
    }

    void aReplacedFileIsNotWrittenTo() {
        ProjectFolder folder;
        must(Project::create(folder.path("other.assay"), reference()));
        const std::string stranger = bytesOf(folder.path("other.assay"));
        auto project = must(Project::create(folder.path(), reference()));
        must(project->decide(std::vector{request(1, Verdict::Keep)}));
        std::filesystem::rename(folder.path("other.assay"), folder.path());
        const auto refused = project->decide(std::vector{request(2, Verdict::Keep)});
        QVERIFY(!refused);
        QVERIFY(refused.error().sentence().find("replaced") != std::string::npos);
        must(project->saveAs(folder.path("mine.assay")));
        QVERIFY(!project->saveAs(folder.path("mine.assay")));
        project.reset();
        QCOMPARE(bytesOf(folder.path()), stranger);
        QCOMPARE(must(Project::open(folder.path("mine.assay"), OpenMode::ReadWrite))->decisions()->at(1).verdict,
                 Verdict::Keep);
    }

    void aShareGetsARollbackJournal() {
        projectFaults().pretendShare = true;
        const auto off = qScopeGuard([] { projectFaults().pretendShare = false; });
        ProjectFolder folder;
        auto project = must(Project::create(folder.path(), reference()));
        must(project->decide(std::vector{request(1, Verdict::Keep)}));
        QVERIFY(!std::filesystem::exists(folder.path("p.assay-wal")));
        QCOMPARE(must(project->journal()).size(), std::size_t(1));
        project.reset();
        projectFaults().pretendShare = false;
        QCOMPARE(must(Project::open(folder.path(), OpenMode::ReadWrite))->revision(), Revision(1));
    }
};

QTEST_GUILESS_MAIN(TestProject)
#include "tst_project.moc"
