// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/noise.h"
#include "core/data/pixel_store.h"
#include "tests/support/data_files.h"

#include <cmath>
#include <numeric>

using namespace assay;

namespace {

const std::vector<std::string> kCifar10{"airplane", "automobile", "bird",  "cat",  "deer",
                                        "dog",      "frog",       "horse", "ship", "truck"};

/// N samples, classes in turn, 6 × 6 grey pictures of changing content.
Dataset makeDataset(std::size_t count, const std::vector<std::string>& classNames) {
    Dataset dataset;
    dataset.classNames = classNames;
    auto pixels = std::make_shared<std::vector<std::uint8_t>>();
    for (std::size_t i = 0; i < count; ++i) {
        dataset.names.add(std::to_string(i));
        dataset.givenLabels.push_back(Label(i % classNames.size()));
        for (std::size_t p = 0; p < 36; ++p) pixels->push_back(std::uint8_t((i * 37 + p * p * 11 + i * p) % 251));
    }
    dataset.splits.assign(count, Split::Train);
    const std::span<const std::uint8_t> view(*pixels);
    dataset.pixels = PixelStore::view(pixels, view, count, {6, 6, 1});
    return dataset;
}

NoisyLabels inject(const Dataset& dataset, NoiseKind kind, double rate, std::uint64_t seed = 1) {
    NoiseOptions options;
    options.kind = kind;
    options.rate = rate;
    options.seed = seed;
    auto result = injectNoise(dataset, dataset.givenLabels, options);
    if (!result) qFatal("%s", result.error().sentence().c_str());
    return std::move(*result);
}

/// Five standard deviations of a binomial share.
double bound(double p, std::size_t n) { return 5 * std::sqrt(p * (1 - p) / double(n)); }

} // namespace

class TestNoise : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theModelsHaveTheNamesOfTheBenchmarksToo() {
        const auto exclusive = parseNoiseKind("sym-exclusive"), inclusive = parseNoiseKind("sym-inclusive");
        QVERIFY(exclusive && *exclusive == NoiseKind::Symmetric);
        QVERIFY(inclusive && *inclusive == NoiseKind::SymmetricInclusive);
        QVERIFY(!parseNoiseKind("sym"));
    }

    void realisedRatesAreThoseOfTheConvention_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<double>("rate");
        QTest::addColumn<double>("expected");
        QTest::newRow("exclusive .8 makes .8 wrong") << int(NoiseKind::Symmetric) << 0.8 << 0.8;
        QTest::newRow("inclusive .8 of 10 makes .72 wrong") << int(NoiseKind::SymmetricInclusive) << 0.8 << 0.72;
        QTest::newRow("asymmetric .4 of half the classes makes .2 wrong") << int(NoiseKind::Asymmetric) << 0.4 << 0.2;
        QTest::newRow("pairflip .45") << int(NoiseKind::Pairflip) << 0.45 << 0.45;
    }
    void realisedRatesAreThoseOfTheConvention() {
        QFETCH(int, kind);
        QFETCH(double, rate);
        QFETCH(double, expected);
        const Dataset dataset = makeDataset(20'000, kCifar10);
        const NoisyLabels noisy = inject(dataset, NoiseKind(kind), rate);
        QVERIFY2(std::abs(noisy.realisedRate - expected) < bound(expected, dataset.size()),
                 qPrintable(QString::number(noisy.realisedRate)));
    }

    void countsAddUpToTheClasses() {
        const Dataset dataset = makeDataset(20'000, kCifar10);
        const NoisyLabels noisy = inject(dataset, NoiseKind::Symmetric, 0.4);
        for (std::size_t row = 0; row < 10; ++row) {
            QCOMPARE(std::accumulate(noisy.counts[row].begin(), noisy.counts[row].end(), std::uint64_t{0}), 2000u);
            for (std::size_t column = 0; column < 10; ++column)
                if (column != row)
                    QVERIFY(std::abs(double(noisy.counts[row][column]) / 2000 - 0.4 / 9) < bound(0.4 / 9, 2000));
        }
    }

    void catsAndDogsChangePlacesFromTheCleanLabels() {
        const Dataset dataset = makeDataset(1'000, kCifar10);
        const NoisyLabels noisy = inject(dataset, NoiseKind::Asymmetric, 1.0);
        QCOMPARE(noisy.counts[3][5], 100u);
        QCOMPARE(noisy.counts[5][3], 100u);
        QCOMPARE(noisy.counts[9][1], 100u);
        QCOMPARE(noisy.counts[2][0], 100u);
        QCOMPARE(noisy.counts[4][7], 100u);
        for (const std::size_t untouched : {0, 1, 6, 7, 8}) QCOMPARE(noisy.counts[untouched][untouched], 100u);
        QCOMPARE(noisy.realisedRate, 0.5);
    }

    void aDrawDependsOnSeedAndSampleOnly() {
        const Dataset many = makeDataset(5'000, kCifar10);
        const Dataset few = makeDataset(1'000, kCifar10);
        for (const NoiseKind kind : {NoiseKind::Symmetric, NoiseKind::SymmetricInclusive, NoiseKind::Pairflip}) {
            const auto first = inject(many, kind, 0.3, 7);
            QCOMPARE(inject(many, kind, 0.3, 7).labels, first.labels);
            QVERIFY(inject(many, kind, 0.3, 8).labels != first.labels);
            const auto part = inject(few, kind, 0.3, 7);
            QVERIFY(std::equal(part.labels.begin(), part.labels.end(), first.labels.begin()));
        }
    }

    void moreNoiseKeepsTheSamplesThatWereNoisyBefore() {
        const Dataset dataset = makeDataset(2'000, kCifar10);
        const auto little = inject(dataset, NoiseKind::Symmetric, 0.2);
        const auto much = inject(dataset, NoiseKind::Symmetric, 0.5);
        for (std::size_t i = 0; i < dataset.size(); ++i)
            if (little.labels[i] != dataset.givenLabels[i]) QCOMPARE(much.labels[i], little.labels[i]);
    }

    void instanceNoiseHasItsRateAndRepeats() {
        const Dataset dataset = makeDataset(10'000, kCifar10);
        const auto noisy = inject(dataset, NoiseKind::Instance, 0.4);
        QVERIFY2(std::abs(noisy.realisedRate - 0.4) < bound(0.4, 10'000),
                 qPrintable(QString::number(noisy.realisedRate)));
        QCOMPARE(inject(dataset, NoiseKind::Instance, 0.4).labels, noisy.labels);
        QCOMPARE(inject(dataset, NoiseKind::Instance, 0.0).labels, dataset.givenLabels);
    }

    void publishedMaps_data() {
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("to");
        QTest::newRow("blocks of five: next") << 0 << 1;
        QTest::newRow("blocks of five: circular") << 4 << 0;
        QTest::newRow("blocks of five: last") << 99 << 95;
    }
    void publishedMaps() {
        QFETCH(int, from);
        QFETCH(int, to);
        std::vector<std::string> names{"apple"};
        for (int i = 1; i < 99; ++i) names.push_back("b" + std::to_string(i));
        names.emplace_back("worm");
        const Dataset dataset = makeDataset(200, names);
        const auto noisy = inject(dataset, NoiseKind::Asymmetric, 1.0);
        QCOMPARE(noisy.counts[std::size_t(from)][std::size_t(to)], 2u);
    }

    void classMapsAreReadByNameAndNumber() {
        const auto map = parseClassMap("cat=dog,5=3", kCifar10);
        QVERIFY(map.has_value());
        QCOMPARE(*map, (std::map<Label, Label>{{3, 5}, {5, 3}}));
        for (const char* wrong : {"cat=unicorn", "cat", "cat=dog,cat=bird", "3=10", ""})
            QVERIFY2(!parseClassMap(wrong, kCifar10).has_value(), wrong);
    }

    void impossibleRequestsAreRefused() {
        const Dataset dataset = makeDataset(20, {"a", "b"});
        NoiseOptions options;
        options.rate = 1.5;
        QVERIFY(!injectNoise(dataset, dataset.givenLabels, options).has_value());
        options.rate = std::nan("");
        QVERIFY(!injectNoise(dataset, dataset.givenLabels, options).has_value());
        options.rate = 0.2;
        options.kind = NoiseKind::Asymmetric; // no map is known for a and b
        QVERIFY(!injectNoise(dataset, dataset.givenLabels, options).has_value());
        const Dataset one = makeDataset(20, {"a"});
        options.kind = NoiseKind::Symmetric;
        QVERIFY(!injectNoise(one, one.givenLabels, options).has_value());
    }
};

QTEST_GUILESS_MAIN(TestNoise)
#include "tst_noise.moc"
