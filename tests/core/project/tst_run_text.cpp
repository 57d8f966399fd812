// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/run_text.h"

#include <QTest>

#include <nlohmann/json.hpp>

using namespace assay;

namespace {

/// Whose posterior has a minimum inside: held level to the left of it.
stats::MixtureFit withTrough() {
    std::vector<float> losses;
    for (int i = 0; i < 4000; ++i) losses.push_back(float(0.5 + 0.06 * std::sin(i * 1.7) * std::cos(i * 0.31)));
    for (int i = 0; i < 4000; ++i) losses.push_back(float(0.7 + 0.29 * std::sin(i * 1.3)));
    stats::MixtureOptions options;
    options.kind = stats::MixtureKind::Gaussian;
    options.normalisation = stats::Normalisation::MinMax;
    options.iterations = 200;
    auto fit = stats::fitMixture(losses, options);
    return fit ? *fit : stats::MixtureFit();
}

} // namespace

/// What the project keeps of an epoch says the same when it is read again.
class TestRunText final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aMixtureReadAgainGivesTheSamePosteriors() {
        EpochReport report;
        report.epoch = 3;
        report.mixture = withTrough();
        QVERIFY2(report.mixture->trough > 0.05,
                 std::to_string(report.mixture->trough).c_str()); // else there is nothing to keep
        const std::string text = summaryToJson(report);
        const EpochSummary read = summaryFromJson(3, text);
        QVERIFY(read.mixture);
        for (int i = 0; i <= 100; ++i) {
            const double loss = 0.01 * i;
            QCOMPARE(read.mixture->pNoisy(loss), report.mixture->pNoisy(loss));
        }
        // A file of a version that did not keep it.
        auto json = nlohmann::json::parse(text);
        QCOMPARE(json["mixture"].erase("trough"), std::size_t(1));
        QCOMPARE(json["mixture"].erase("epsilon"), std::size_t(1));
        const EpochSummary older = summaryFromJson(3, json.dump());
        for (int i = 0; i <= 100; ++i) QCOMPARE(older.mixture->pNoisy(0.01 * i), report.mixture->pNoisy(0.01 * i));
    }
};

QTEST_GUILESS_MAIN(TestRunText)
#include "tst_run_text.moc"
