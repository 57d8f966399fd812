// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/core/learn/learn_fixtures.h"

#include <QTemporaryDir>
#include <QTest>

#include <cstring>

using namespace assay;

namespace {

constexpr int kEpochs = 5;

/// "method key=value key=value" as a task that takes a fraction of a second.
TrainingTask taskOf(const QString& words) {
    const QStringList parts = words.split(QLatin1Char(' '));
    TrainingTask task = test::makeTask(test::blobs(120, 3), parts[0].toStdString(), kEpochs, 0.3);
    task.config.network = "cnn-small:4";
    const auto method = test::engineRegistry().methods.find(task.config.method);
    qsizetype known = 1;
    for (const QString& part : parts.mid(1))
        for (const ParamSpec& spec : method->description().params)
            if (QString::fromStdString(spec.name) == part.section(QLatin1Char('='), 0, 0)) {
                task.config.settings[spec.name] = *parseParam(spec, part.section(QLatin1Char('='), 1).toStdString());
                ++known;
            }
    if (known != parts.size()) task.config.method = "a setting is unknown";
    return task;
}

std::string sentence(const test::Outcome& outcome) { return outcome.result ? "" : outcome.result.error().sentence(); }

/// The scalars that do not measure the machine.
std::map<std::string, double> lasting(const EpochReport& report) {
    auto scalars = report.scalars;
    for (const char* name : {"seconds", "samples-per-second", "evidence-per-second", "peak-memory-mib"})
        scalars.erase(name);
    return scalars;
}

bool sameFeatures(const EpochReport& a, const EpochReport& b) {
    if (!a.features || !b.features) return a.features == b.features;
    const auto &one = a.features->values, &other = b.features->values;
    return one.size() == other.size() && std::memcmp(one.data(), other.data(), one.size() * sizeof(float)) == 0;
}

bool same(const EpochReport& a, const EpochReport& b) {
    return a.epoch == b.epoch && a.evidence->loss == b.evidence->loss && a.evidence->margin == b.evidence->margin &&
           a.evidence->prediction == b.evidence->prediction && a.evidence->columns == b.evidence->columns &&
           lasting(a) == lasting(b) && a.perClass == b.perClass && sameFeatures(a, b);
}

} // namespace

/// What holds for every method there is, and for those of its variants that keep other things in mind.
class TestMethodRuns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyMethodRepeatsAndResumesToTheBit_data() {
        QTest::addColumn<QString>("words");
        for (const auto& method : test::engineRegistry().methods.all())
            QTest::newRow(method->description().id.c_str()) << QString::fromStdString(method->description().id);
        for (const char* variant : {
                 "cross-entropy loss=apl-nfl-rce mixup-alpha=1",
                 "cross-entropy optimizer=sgd augmentation=flip-crop",
                 "co-teaching noise-rate-from=confident-learning estimate-after=1",
                 "co-teaching schedule=cosine-restarts restart-epochs=2 smallest-rate=0.0001",
                 "co-teaching-plus double-softmax=true whole-steps=3 noise-rate=0.3",
                 "m-dyr-h mixture=gaussian w-source=table",
                 "m-dyr-h noisy-component=second",
                 "m-dyr-s mixup-alpha=0",
                 "md-dyr-sh warm-up=1 mixing=md-beta-report",
                 "md-dyr-sh warm-up=1 mixing=md-beta-ascoded",
                 "md-dyr-sh warm-up=1 mixing=md-binomial cooling=2",
                 "md-dyr-sh warm-up=1 loss-weights=as-coded",
                 "elr-plus refine-labels=true lambda-ramp-share=0.5",
                 "truncated-gce prune-from=1 prune-every=1",
                 "loss-cleaning rounds=2 criterion=global drop-share=0.2",
                 "loss-cleaning rounds=2 criterion=mixture retrain=go-on",
                 "mlnt second-order=true synthetic-sets=2 stage-one=2",
                 "mlnt synthetic-sets=2 divergence=as-coded ramp-steps=3 teacher-decay=0.9",
                 "mlnt-iterative rounds=2 stage-one=1 synthetic-sets=2 optimizer=sgd",
                 "dividemix preset=own lambda-u=25 loss-history=3 warm-up-penalty=true",
                 "dividemix preset=cifar10-sym-90 augmentation=flip-crop",
                 "tcl class-variance=true per-class-mixture=true augmentation=none",
                 "tcl-plus warm-up=1 plus-share=0.7",
                 "fixmatch labelled=clean clean-warm-up=0.3 threshold=0.5 unlabelled-ratio=2",
                 "fixmatch strong-view=torchssl threshold=0.5 steps-per-epoch=5",
                 "fixmatch strong-view=mpl threshold=0.5 ema-decay=0 augmentation=none unlabelled-ratio=1",
                 "fixmatch strong-view=ctaugment threshold=0.5 unlabelled-ratio=1 ct-depth=1",
                 "flexmatch threshold=0.6 unlabelled-ratio=1 norms=weak",
                 "flexmatch threshold=0.6 unlabelled-ratio=1 alignment=labels threshold-warm-up=false",
                 "pseudo-label labelled=per-class threshold=0.5 curriculum=true cap-per-class=8 accumulate=true",
                 "fixmatch-attention threshold=0.5 photometric-only=true detach-weak=false unlabelled-ratio=1",
                 "remixmatch strong-views=1 ct-translation=published augmentation=none",
                 "remixmatch-s0 threshold=0.6 last-threshold=0.4 alignment=s0-inverted unlabelled-ratio=1",
                 "remixmatch-s0 threshold=0.6 threshold-of=answer mixup-alpha=0 unlabelled-ratio=2",
                 "pi-model both-learn=true unlabelled-ratio=1",
                 "mean-teacher logit-distance=0.01 ramp=sigmoid labelled=clean unlabelled-ratio=1",
                 "mixmatch mixed-by=batch views=1 optimizer=adam decay=decoupled",
                 "vat preset=student unlabelled-ratio=1",
                 "vat preset=official-cifar10-entropy optimizer=adam schedule=linear-decay unlabelled-ratio=1",
                 "meta-pseudo-labels meta-sign=theory baseline-memory=0.9 dropout=0.2 unlabelled-ratio=1",
                 "pl-lee labelled=clean from-share=0.2 unlabelled-ratio=1",
                 "pl-epoch-s1 pseudo-set=accumulate threshold=0.5 labelled=clean",
                 "pl-iter-s0 rounds=2 later-network=cnn-small:6 later-from=2 threshold=0.4",
                 "pl-iter-s0 rounds=1 weak-for-labelled=false flip-averaging=false cap=none",
                 "curriculum average-from=0 curriculum-step=0.5 labelled=clean",
                 "curriculum fresh=false mixup-alpha=0 class-weights=false",
                 "uda threshold=0.5 signal-annealing=linear strong-view=torchvision unlabelled-ratio=2",
             })
            QTest::newRow(variant) << QString::fromLatin1(variant);
    }
    void everyMethodRepeatsAndResumesToTheBit() {
        QFETCH(QString, words);
        QTemporaryDir folder;
        TrainingTask task = taskOf(words);
        const auto whole = test::train(task);
        QVERIFY2(whole.result, sentence(whole).c_str());
        QCOMPARE(whole.keeper.reports.size(), std::size_t(kEpochs));
        task.config.loaders = 0; // never changes a result
        const auto again = test::train(task);
        QVERIFY2(again.result, sentence(again).c_str());
        for (std::size_t i = 0; i < std::size_t(kEpochs); ++i)
            QVERIFY(same(*whole.keeper.reports[i], *again.keeper.reports[i]));

        task.config.loaders = 1;
        task.checkpointFolder = folder.filePath(QStringLiteral("run")).toStdString();
        test::Outcome stopped = again;
        for (std::size_t question = 11;; question += 6) { // some batches into an epoch after the second
            QVERIFY(question < 200);
            std::filesystem::remove_all(task.checkpointFolder);
            stopped = test::train(task, question);
            QCOMPARE(int(stopped.result.error().code), int(ErrorCode::Cancelled));
            if (stopped.keeper.reports.size() >= 2) break;
        }
        const std::size_t before = stopped.keeper.reports.size();
        QVERIFY(before < std::size_t(kEpochs));
        task.resume = true;
        const auto rest = test::train(task);
        QVERIFY2(rest.result, sentence(rest).c_str());
        QCOMPARE(rest.keeper.reports.size(), std::size_t(kEpochs) - before);
        for (std::size_t i = 0; i < rest.keeper.reports.size(); ++i)
            QVERIFY(same(*rest.keeper.reports[i], *whole.keeper.reports[before + i]));
    }

    /// Next to nothing to learn from: a result or a sentence, and finite evidence.
    void everyMethodEndsWellOnNextToNothing_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("classes");
        QTest::addColumn<int>("testEvery");
        QTest::addColumn<bool>("trains");
        for (const auto& method : test::engineRegistry().methods.all()) {
            const auto id = QString::fromStdString(method->description().id);
            const auto row = [&](const char* what, int count, int classes, int testEvery, bool trains) {
                QTest::addRow("%s, %s", qPrintable(id), what) << id << count << classes << testEvery << trains;
            };
            row("one class", 20, 1, 5, true);
            row("one training sample", 2, 2, 2, true);
            row("two samples, no test", 2, 2, 0, true);
            row("a last batch of one", 33, 3, 0, true);
            row("only test samples", 4, 2, 1, false);
        }
    }
    void everyMethodEndsWellOnNextToNothing() {
        QFETCH(QString, method);
        QFETCH(int, count);
        QFETCH(int, classes);
        QFETCH(int, testEvery);
        QFETCH(bool, trains);
        auto task = test::makeTask(test::blobs(std::size_t(count), classes, 8, 1, testEvery), method.toStdString(), 4);
        task.config.network = "cnn-small:4";
        const auto outcome = test::train(task);
        // Of one or two samples the fixture's eight of a class leave no unlabelled one.
        if (count <= 2 && task.config.settings.contains("labelled") && method != QLatin1String("supervised")) {
            QVERIFY(!outcome.result);
            QVERIFY2(sentence(outcome).find("fewer of each class") != std::string::npos, sentence(outcome).c_str());
            return;
        }
        QVERIFY2(outcome.result.has_value() == trains, sentence(outcome).c_str());
        for (const auto& report : outcome.keeper.reports) {
            QCOMPARE(report->evidence->size(), std::size_t(count));
            for (const auto& [name, value] : report->scalars) QVERIFY2(std::isfinite(value), name.c_str());
            for (const auto& [name, column] : report->evidence->columns) {
                QCOMPARE(column.size(), std::size_t(count));
                for (const float value : column) QVERIFY2(std::isfinite(value), name.c_str());
            }
        }
    }

    void everyMethodSaysWhatItIs() {
        for (const auto& method : test::engineRegistry().methods.all()) {
            const Description& description = method->description();
            QVERIFY2(!description.title.empty() && !description.help.empty(), description.id.c_str());
            QVERIFY2(description.citation.find("20") != std::string::npos, description.id.c_str());
            for (const ParamSpec& spec : description.params) QVERIFY2(!spec.help.empty(), spec.name.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestMethodRuns)
#include "tst_method_runs.moc"
