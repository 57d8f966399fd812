// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/find_typed.h"

#include <QTest>

using namespace assay;

namespace {

const std::vector<std::string> kNames = {"cross-entropy", "co-teaching",       "co-teaching-plus", "m-dyr-h",
                                         "m-dyr-s",       "fixmatch",          "flexmatch",        "mixmatch",
                                         "vat",           "meta-pseudo-labels"};

class Item {
public:
    explicit Item(std::string id) { m_description.id = std::move(id); }
    [[nodiscard]] const Description& description() const { return m_description; }

private:
    Description m_description;
};

} // namespace

/// Ids as a person types them.
class TestNames : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nearNamesAreFound_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QStringList>("near");
        QTest::newRow("a letter left out") << "coteaching" << QStringList{"co-teaching"};
        QTest::newRow("initials") << "mpl" << QStringList{"meta-pseudo-labels"};
        QTest::newRow("initials in capitals") << "MPL" << QStringList{"meta-pseudo-labels"};
        QTest::newRow("the nearest first") << "fixmach" << QStringList{"fixmatch", "mixmatch"};
        QTest::newRow("a beginning") << "m_dyr" << QStringList{"m-dyr-h", "m-dyr-s"};
        QTest::newRow("one letter of two") << "m-dyr-x" << QStringList{"m-dyr-h", "m-dyr-s"};
        QTest::newRow("nothing like it") << "prayer" << QStringList{};
        QTest::newRow("nothing typed") << "" << QStringList{};
        QTest::newRow("one letter") << "x" << QStringList{};
    }
    void nearNamesAreFound() {
        QFETCH(QString, typed);
        QFETCH(QStringList, near);
        QStringList found;
        for (const std::string& name : nearestNames(typed.toStdString(), kNames)) found << QString::fromStdString(name);
        QCOMPARE(found, near);
    }

    void caseAndUnderscoresDoNotCount() {
        Catalogue<Item> catalogue;
        for (const std::string& name : kNames) QVERIFY(catalogue.add(std::make_shared<const Item>(name)));
        for (const char* typed : {"co-teaching", "Co-Teaching", "co_teaching", "CO_TEACHING"}) {
            const auto found = findTyped(catalogue, typed, "method");
            QVERIFY2(found, typed);
            QCOMPARE((*found)->description().id, std::string("co-teaching"));
        }
        const auto missing = findTyped(catalogue, "coteaching", "method");
        QVERIFY(!missing);
        QCOMPARE(missing.error().code, ErrorCode::NotFound);
        QVERIFY(missing.error().sentence().starts_with(
            "there is no method of this name; did you mean co-teaching? (there are: cross-entropy, "));
        QVERIFY(missing.error().sentence().ends_with(": coteaching"));
        QVERIFY(findTyped(catalogue, "prayer", "method").error().sentence().find("mean") == std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestNames)
#include "tst_names.moc"
