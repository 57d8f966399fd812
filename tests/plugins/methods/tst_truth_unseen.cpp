// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/plugins/methods/outcomes.h"

#include <QTest>

using namespace assay;

namespace {

/// Training, validation and test samples, a third of the labels of the first two wrong. Short ramps and rounds, so that
/// whatever a method chooses by a held-out split is chosen within a few epochs.
TrainingTask heldOut(const std::string& method) {
    auto dataset = std::make_shared<Dataset>(*test::blobs(160, 4));
    for (std::size_t i = 1; i < dataset->size(); i += 4) dataset->splits[i] = Split::Validation;
    TrainingTask task = test::makeTask(dataset, method, 6);
    task.config.network = "cnn-small:4";
    for (std::size_t i = 0; i < dataset->size(); i += 3)
        task.labels.labels[i] = (task.labels.labels[i] + 1 + Label(i % 2)) % 4;
    if (method == "truncated-gce") {
        task.config.settings["prune-from"] = std::int64_t(2);
        task.config.settings["prune-every"] = std::int64_t(1);
        task.config.settings["truncation"] = 0.3;
    }
    if (method == "mlnt-iterative") task.config.settings["rounds"] = std::int64_t(3);
    if (method == "mlnt" || method == "mlnt-iterative") task.config.settings["synthetic-sets"] = std::int64_t(1);
    return task;
}

} // namespace

/// The truth is for figures that people read. What is trained must not depend on it.
class TestTruthUnseen : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void noMethodLearnsFromTheTruth_data() {
        QTest::addColumn<QString>("method");
        for (const auto& method : test::engineRegistry().methods.all())
            QTest::newRow(method->description().id.c_str()) << QString::fromStdString(method->description().id);
    }
    void noMethodLearnsFromTheTruth() {
        QFETCH(QString, method);
        TrainingTask task = heldOut(method.toStdString());
        const auto knowing = test::train(task);
        QVERIFY2(knowing.result, test::sentence(knowing).c_str());
        task.labels.trueLabels.clear();
        const auto unknowing = test::train(task);
        QVERIFY2(unknowing.result, test::sentence(unknowing).c_str());
        for (std::size_t e = 0; e < knowing.keeper.reports.size(); ++e) {
            const Evidence &one = *knowing.keeper.reports[e]->evidence, &other = *unknowing.keeper.reports[e]->evidence;
            QVERIFY2(one.loss == other.loss && one.columns == other.columns, std::to_string(e + 1).c_str());
        }
    }

    /// Else the test above could not fail: the labels that choose are not the true ones.
    void aSplitsLabelsAndItsTruthAreToldApart() {
        const auto outcome = test::train(heldOut("cross-entropy"));
        QVERIFY2(outcome.result, test::sentence(outcome).c_str());
        const auto& scalars = outcome.keeper.reports.back()->scalars;
        QVERIFY(scalars.at("validation-agreement") != scalars.at("validation-accuracy"));
    }
};

QTEST_GUILESS_MAIN(TestTruthUnseen)
#include "tst_truth_unseen.moc"
