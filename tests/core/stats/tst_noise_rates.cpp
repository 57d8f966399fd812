// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/stats/noise_rates.h"

#include <QTest>

#include <cmath>

using namespace assay;
using namespace assay::stats;

namespace {

using Triple = std::array<Label, 3>;

/// `n` samples of classes with these shares, each with the labels that three annotators of these rates give.
std::vector<Triple> labelled(std::size_t n, const std::vector<double>& shares, const std::vector<double>& transition) {
    const std::size_t classes = shares.size();
    const auto draw = [&](CounterRng& rng, const double* weights) {
        double u = rng.uniform();
        std::size_t k = 0;
        while (k + 1 < classes && (u -= weights[k]) >= 0) ++k;
        return k;
    };
    std::vector<Triple> triples;
    for (std::size_t i = 0; i < n; ++i) {
        CounterRng rng(8, RngPurpose::Test, 0, std::uint32_t(i));
        const std::size_t truth = draw(rng, shares.data());
        Triple triple{};
        for (Label& label : triple) label = Label(draw(rng, &transition[truth * classes]));
        triples.push_back(triple);
    }
    return triples;
}

} // namespace

class TestNoiseRates : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void ratesAreRecovered_data() {
        QTest::addColumn<QList<double>>("shares");
        QTest::addColumn<QList<double>>("transition");
        QTest::newRow("clean") << QList<double>{0.5, 0.3, 0.2} << QList<double>{1, 0, 0, 0, 1, 0, 0, 0, 1};
        QTest::newRow("symmetric") << QList<double>{0.4, 0.4, 0.2}
                                   << QList<double>{0.7, 0.15, 0.15, 0.15, 0.7, 0.15, 0.15, 0.15, 0.7};
        QTest::newRow("one class taken for another")
            << QList<double>{0.3, 0.3, 0.4} << QList<double>{0.6, 0.4, 0, 0.05, 0.95, 0, 0, 0.1, 0.9};
    }
    void ratesAreRecovered() {
        QFETCH(QList<double>, shares);
        QFETCH(QList<double>, transition);
        const auto triples = labelled(20000, {shares.begin(), shares.end()}, {transition.begin(), transition.end()});
        const NoiseRates rates = noiseRatesByConsensus(triples, std::size_t(shares.size()));
        for (qsizetype j = 0; j < shares.size(); ++j) {
            QVERIFY2(std::abs(rates.shares[std::size_t(j)] - shares[j]) < 0.02,
                     qPrintable(QString::number(rates.shares[std::size_t(j)])));
            for (qsizetype k = 0; k < shares.size(); ++k) {
                const auto at = std::size_t(j * shares.size() + k);
                QVERIFY2(std::abs(rates.transition[at] - transition[qsizetype(at)]) < 0.03,
                         qPrintable(QString("%1 to %2: %3").arg(j).arg(k).arg(rates.transition[at])));
            }
        }
        // Bayes: of the labels k, those whose truth is another class.
        double given = 0;
        for (qsizetype j = 0; j < shares.size(); ++j) given += shares[j] * transition[j * shares.size() + 1];
        const double wrong = 1 - shares[1] * transition[shares.size() + 1] / given;
        QVERIFY(std::abs(rates.wrongAmong(1) - wrong) < 0.03);
    }

    void withoutTriplesEveryLabelIsRight() {
        const NoiseRates rates = noiseRatesByConsensus({}, 4);
        for (std::size_t k = 0; k < 4; ++k) QCOMPARE(rates.wrongAmong(k), 0.0);
    }

    void aClassWithoutLabelsHarmsNobody() {
        const NoiseRates rates = noiseRatesByConsensus(labelled(5000, {0.5, 0.5}, {0.9, 0.1, 0.1, 0.9}), 3);
        QVERIFY(std::abs(rates.wrongAmong(0) - 0.1) < 0.03);
        QCOMPARE(rates.wrongAmong(2), 0.0);
        for (const double rate : rates.transition) QVERIFY(rate >= 0 && rate <= 1);
    }
};

QTEST_GUILESS_MAIN(TestNoiseRates)
#include "tst_noise_rates.moc"
