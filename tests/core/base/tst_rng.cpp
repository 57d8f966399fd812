// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/hash.h"
#include "core/base/rng.h"

#include <QTest>

#include <cmath>
#include <set>
#include <vector>

using namespace assay;

class TestRng : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Known-answer vectors of Random123 (Salmon et al., SC 2011), kat_vectors, philox4x32 with 10 rounds.
    void philoxGivesThePublishedVectors() {
        using A4 = std::array<std::uint32_t, 4>;
        QCOMPARE(philox4x32({0, 0, 0, 0}, {0, 0}), (A4{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
        QCOMPARE(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
                 (A4{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
        QCOMPARE(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
                 (A4{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
    }

    void aStreamDependsOnItsKeyOnly() {
        CounterRng a(5, RngPurpose::Augment, 2, 77), b(5, RngPurpose::Augment, 2, 77);
        std::set<std::uint32_t> firsts;
        for (int i = 0; i < 100; ++i) QCOMPARE(a(), b());
        for (std::uint32_t sample = 0; sample < 1000; ++sample)
            firsts.insert(CounterRng(5, RngPurpose::Augment, 2, sample)());
        for (std::uint32_t epoch = 0; epoch < 1000; ++epoch)
            firsts.insert(CounterRng(5, RngPurpose::Mixup, epoch, 0)());
        QVERIFY(firsts.size() > 1995);
    }

    void drawsHaveTheirMoments_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<double>("mean");
        QTest::addColumn<double>("variance");
        QTest::addRow("uniform") << 0 << 0.5 << 1.0 / 12;
        QTest::addRow("below 7") << 1 << 3.0 << 4.0;
        QTest::addRow("normal") << 2 << 0.0 << 1.0;
        QTest::addRow("gamma 0.5") << 3 << 0.5 << 0.5;
        QTest::addRow("gamma 4") << 4 << 4.0 << 4.0;
        QTest::addRow("beta 32 32") << 5 << 0.5 << 0.25 / 65;
        QTest::addRow("beta 0.3 0.7") << 6 << 0.3 << 0.21 / 2;
    }
    void drawsHaveTheirMoments() {
        QFETCH(int, kind);
        QFETCH(double, mean);
        QFETCH(double, variance);
        CounterRng rng(11, RngPurpose::Test, std::uint32_t(kind));
        const int n = 200'000;
        double sum = 0, squares = 0;
        for (int i = 0; i < n; ++i) {
            double x = 0;
            switch (kind) {
            case 0: x = rng.uniform(); break;
            case 1: x = rng.below(7); break;
            case 2: x = rng.normal(); break;
            case 3: x = rng.gamma(0.5); break;
            case 4: x = rng.gamma(4); break;
            case 5: x = rng.beta(32, 32); break;
            default: x = rng.beta(0.3, 0.7); break;
            }
            sum += x;
            squares += x * x;
        }
        const double m = sum / n, v = squares / n - m * m;
        QVERIFY2(std::abs(m - mean) < 5 * std::sqrt(variance / n), qPrintable(QString::number(m)));
        QVERIFY2(std::abs(v / variance - 1) < 0.03, qPrintable(QString::number(v)));
    }

    void tinyBetaParametersGiveABernoulliDraw() {
        CounterRng rng(1, RngPurpose::Test);
        int ones = 0;
        for (int i = 0; i < 20'000; ++i) {
            const double x = rng.beta(1e-320, 3e-320);
            QVERIFY(x == 0.0 || x == 1.0);
            ones += x == 1.0;
        }
        QVERIFY(std::abs(ones / 20'000.0 - 0.25) < 0.02);
    }

    /// SHA-256 of "abc": FIPS 180-4, appendix B.1.
    void hashesAreTheStandardOnes() {
        const std::string abc = "abc";
        QCOMPARE(sha256(std::as_bytes(std::span(abc))),
                 std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        ContentHasher a, b;
        a.add(std::string_view("ab"));
        a.add(std::string_view("c"));
        b.add(std::string_view("a"));
        b.add(std::string_view("bc"));
        QVERIFY(a.hex() != b.hex());
        QCOMPARE(a.hex().size(), std::size_t(32));
    }
};

QTEST_GUILESS_MAIN(TestRng)
#include "tst_rng.moc"
