// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/agreement.h"

#include <QtTest>

#include <cmath>

using namespace assay;

namespace {

const std::vector<SuspectMask> kMasks = {{1, 1, 0, 0, 1}, {1, 0, 0, 1, 1}, {0, 0, 0, 0, 0}, {1, 1}};

std::vector<std::uint32_t> numbers(const std::vector<SampleIndex>& samples) {
    std::vector<std::uint32_t> out;
    for (const auto s : samples) out.push_back(s.value);
    return out;
}

using Numbers = std::vector<std::uint32_t>;

} // namespace

class TestAgreement : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void matrixHoldsJaccardIndices();
    void cellsOpenTheirSamples();
    void disputesAreWhereMasksDiffer();
    void nothingAgreesWithNothing();
    void onlyWhatBothHaveJudgedIsCompared();
};

void TestAgreement::matrixHoldsJaccardIndices() {
    const AgreementMatrix m = agreementMatrix(kMasks);
    QCOMPARE(m.size, std::size_t(4));
    QCOMPARE(m.at(0, 1), 0.5);
    QCOMPARE(m.at(1, 0), 0.5);
    QCOMPARE(m.at(0, 3), 2.0 / 3); // the short mask counts as 0 beyond its end
    QCOMPARE(m.at(0, 2), 0.0);
    for (std::size_t i = 0; i < 4; ++i) QCOMPARE(m.at(i, i), 1.0);
    QCOMPARE(m.sharedBy(0, 1), std::size_t(2));
    QCOMPARE(m.sharedBy(0, 0), std::size_t(3));
    QCOMPARE(m.sharedBy(2, 2), std::size_t(0));
}

void TestAgreement::cellsOpenTheirSamples() {
    QCOMPARE(numbers(suspectedByBoth(kMasks[0], kMasks[1])), (Numbers{0, 4}));
    QCOMPARE(numbers(suspectedOnlyByFirst(kMasks[0], kMasks[1])), (Numbers{1}));
    QCOMPARE(numbers(suspectedOnlyByFirst(kMasks[0], kMasks[3])), (Numbers{4}));
    QCOMPARE(votes(kMasks), (Numbers{3, 2, 0, 1, 2}));
}

void TestAgreement::disputesAreWhereMasksDiffer() {
    QCOMPARE(numbers(samplesInDispute({kMasks[0], kMasks[1]})), (Numbers{1, 3}));
    QCOMPARE(numbers(samplesInDispute(kMasks)), (Numbers{0, 1, 3, 4}));
    QVERIFY(samplesInDispute({kMasks[0]}).empty());
}

void TestAgreement::nothingAgreesWithNothing() {
    QCOMPARE(agreementMatrix({}).size, std::size_t(0));
    QVERIFY(samplesInDispute({}).empty());
    QCOMPARE(agreementMatrix({{}, {}}).at(0, 1), 1.0);
}

void TestAgreement::onlyWhatBothHaveJudgedIsCompared() {
    // The second has not seen samples 1 and 4, the third none that the second has.
    const std::vector<SuspectMask> judged = {{1, 1, 1, 1, 1}, {1, 0, 1, 1, 0}, {0, 1, 0, 0, 1}};
    const AgreementMatrix m = agreementMatrix({{1, 1, 0, 0, 1}, {1, 0, 0, 1, 0}, {0, 0, 0, 0, 1}}, judged);
    QCOMPARE(m.at(0, 1), 0.5); // 0 of both, 3 of one
    QCOMPARE(m.at(0, 2), 0.5); // 4 of both, 1 of one
    QVERIFY(std::isnan(m.at(1, 2)));
    QCOMPARE(m.at(1, 1), 1.0);
    QCOMPARE(m.sharedBy(0, 1), std::size_t(1));
    QVERIFY(std::isnan(agreementMatrix({{0, 0}}, {{0, 0}}).at(0, 0)));
}

QTEST_GUILESS_MAIN(TestAgreement)
#include "tst_agreement.moc"
