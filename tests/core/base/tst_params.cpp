// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/params.h"
#include "core/base/registry.h"

#include <QTest>

using namespace assay;

namespace {
const std::vector<ParamSpec> kSpecs = {
    {"epochs", ParamType::Integer, std::int64_t(20), 1, 1000, {}, "epochs", "how long", false},
    {"lr", ParamType::Real, 0.1, 0, 10, {}, "", "step", false},
    {"mixup", ParamType::Bool, false, {}, {}, {}, "", "mix", false},
    {"loss", ParamType::Choice, std::string("ce"), {}, {}, {"ce", "gce"}, "", "loss", false},
    {"note", ParamType::Text, std::string(), {}, {}, {}, "", "text", true},
};

struct Item {
    Description d;
    const Description& description() const { return d; }
};
} // namespace

class TestParams : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void textFormComesBack() {
        const ParamValues values = {{"epochs", std::int64_t(7)},
                                    {"lr", 0.1},
                                    {"mixup", true},
                                    {"loss", std::string("gce")},
                                    {"note", std::string("a=b")}};
        for (const ParamSpec& spec : kSpecs) {
            const auto read = parseParam(spec, toText(values.at(spec.name)));
            QVERIFY(read);
            QCOMPARE(*read, values.at(spec.name));
        }
    }

    void refusesWithNameAndRange_data() {
        QTest::addColumn<int>("spec");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        // clang-format off
        QTest::addRow("below") << 0 << "0" << "epochs must be a whole number from 1 to 1000, not 0";
        QTest::addRow("fraction") << 0 << "1.5" << "not 1.5";
        QTest::addRow("decimal comma") << 1 << "0,5" << "not 0,5";
        QTest::addRow("not a number") << 1 << "nan" << "not nan";
        QTest::addRow("bool") << 2 << "maybe" << "true or false";
        QTest::addRow("choice") << 3 << "mse" << "one of ce, gce";
        // clang-format on
    }
    void refusesWithNameAndRange() {
        QFETCH(int, spec);
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const auto read = parseParam(kSpecs[std::size_t(spec)], text.toStdString());
        QVERIFY(!read);
        QVERIFY2(QString::fromStdString(read.error().sentence()).contains(expected), read.error().sentence().c_str());
    }

    void completionFillsDefaultsAndNamesTheUnknown() {
        const auto complete = completeParams(kSpecs, {{"lr", std::int64_t(1)}});
        QVERIFY(complete);
        QCOMPARE(complete->size(), kSpecs.size());
        QCOMPARE(realParam(*complete, "lr"), 1.0);
        QCOMPARE(intParam(*complete, "epochs"), std::int64_t(20));
        QVERIFY(!boolParam(*complete, "mixup"));
        const auto unknown = completeParams(kSpecs, {{"learning-rate", 0.1}});
        QVERIFY(!unknown);
        QVERIFY(unknown.error().message.find("learning-rate") != std::string::npos);
        QVERIFY(unknown.error().message.find("lr") != std::string::npos);
    }

    void theFirstOfAnIdWins() {
        Catalogue<Item> catalogue;
        auto first = std::make_shared<Item>(Item{{"a", "first", "", "", {}}});
        QVERIFY(catalogue.add(first));
        QVERIFY(!catalogue.add(std::make_shared<Item>(Item{{"a", "second", "", "", {}}})));
        QVERIFY(!catalogue.add(std::make_shared<Item>(Item{{"", "none", "", "", {}}})));
        QCOMPARE(catalogue.find("a")->d.title, std::string("first"));
        QVERIFY(!catalogue.find("b"));
    }
};

QTEST_GUILESS_MAIN(TestParams)
#include "tst_params.moc"
