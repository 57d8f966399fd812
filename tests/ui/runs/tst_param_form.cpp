// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/param_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <QToolButton>

using namespace assay;
using namespace assay::ui;

namespace {

std::vector<ParamSpec> specs() {
    return {{"mixup", ParamType::Bool, true, {}, {}, {}, "", "Mix pairs of pictures", false},
            {"warm-up", ParamType::Integer, std::int64_t(10), 0, 500, {}, "epochs", "Epochs of plain training", false},
            {"big", ParamType::Integer, std::int64_t(3), {}, {}, {}, "", "An integer without bounds", true},
            {"rate", ParamType::Real, 0.02, 0, 1, {}, "", "Learning rate", false},
            {"loss", ParamType::Choice, std::string("ce"), {}, {}, {"ce", "sce", "gce"}, "", "Which loss", false},
            {"note", ParamType::Text, std::string("as is"), {}, {}, {}, "", "Free text", true}};
}

QToolButton* resetButton(const ParamForm& form, const char* name) {
    return form.findChild<QToolButton*>(QStringLiteral("reset-") + QLatin1String(name));
}

} // namespace

class TestParamForm : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void beginsWithTheDefaults() {
        ParamForm form;
        form.setSpecs(specs());
        QVERIFY(form.changedValues().empty());
        const ParamValues values = form.values();
        for (const ParamSpec& spec : specs()) {
            QVERIFY2(values.at(spec.name) == spec.defaultValue, spec.name.c_str());
            QVERIFY(!form.isChanged(spec.name));
        }
        QVERIFY(form.problem().isEmpty());
    }

    void everyTypeComesBackAsItWentIn_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("text");
        // clang-format off
        QTest::newRow("bool") << "mixup" << "false";
        QTest::newRow("integer with bounds") << "warm-up" << "499";
        QTest::newRow("integer beyond 32 bits") << "big" << "-9007199254740993";
        QTest::newRow("real that no spin box would keep") << "rate" << "1.2345678901234567e-05";
        QTest::newRow("choice") << "loss" << "gce";
        QTest::newRow("text") << "note" << "Grüße, \"quoted\" = yes";
        // clang-format on
    }
    void everyTypeComesBackAsItWentIn() {
        QFETCH(const QString, name);
        QFETCH(const QString, text);
        const auto all = specs();
        const auto spec =
            std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.name == name.toStdString(); });
        const auto value = parseParam(*spec, text.toStdString());
        QVERIFY(value.has_value());
        ParamForm form;
        form.setSpecs(all);
        form.setValues({{spec->name, *value}});
        QVERIFY(form.values().at(spec->name) == *value);
        QCOMPARE(form.changedValues().size(), std::size_t(1));
        QVERIFY(form.isChanged(spec->name));
        ParamForm other;
        other.setSpecs(all);
        other.setValues(form.values());
        QVERIFY(other.values() == form.values());
    }

    void aChangedSettingIsMarkedAndCanBeReset() {
        ParamForm form;
        form.setSpecs(specs());
        form.show();
        QSignalSpy changed(&form, &ParamForm::changed);
        QToolButton* reset = resetButton(form, "rate");
        QVERIFY(reset != nullptr && !reset->isVisible());
        auto* rate = qobject_cast<QLineEdit*>(form.editor("rate"));
        QVERIFY(rate != nullptr);
        rate->setText(QStringLiteral("0.1"));
        QCOMPARE(changed.count(), 1);
        QVERIFY(form.isChanged("rate"));
        QVERIFY(reset->isVisible());
        QTest::mouseClick(reset, Qt::LeftButton);
        QVERIFY(!form.isChanged("rate"));
        QVERIFY(!reset->isVisible());
        QVERIFY(form.values().at("rate") == ParamValue(0.02));
    }

    void aValueOutOfRangeSaysSo() {
        ParamForm form;
        form.setSpecs(specs());
        auto* rate = qobject_cast<QLineEdit*>(form.editor("rate"));
        for (const char* text : {"2", "-1", "abc", "", "nan", "inf", "0,5"}) {
            rate->setText(QLatin1String(text));
            QVERIFY2(form.problem().contains(QLatin1String("rate")), text);
            QVERIFY(form.values().at("rate") == ParamValue(0.02));
        }
        rate->setText(QStringLiteral("1"));
        QVERIFY(form.problem().isEmpty());
    }

    void advancedSettingsAreFoldedUntilAskedFor() {
        ParamForm form;
        form.setSpecs(specs());
        form.show();
        QVERIFY(!form.editor("note")->isVisible());
        QVERIFY(form.editor("rate")->isVisible());
        form.setAdvancedShown(true);
        QVERIFY(form.editor("note")->isVisible());
    }

    void valuesThatDoNotFitAreLeftOut() {
        ParamForm form;
        form.setSpecs(specs());
        form.setValues({{"rate", 7.0}, {"loss", std::string("unheard-of")}, {"warm-up", 3.5}, {"nobody", true}});
        QVERIFY(form.changedValues().empty());
    }

    void anotherMethodKeepsWhatItSharesWithTheLast() {
        ParamForm form;
        form.setSpecs(specs());
        form.setValues({{"rate", 0.5}, {"mixup", false}});
        form.setSpecs({specs()[3]});
        QVERIFY(form.values().at("rate") == ParamValue(0.5));
        QCOMPARE(form.values().size(), std::size_t(1));
        form.setSpecs({});
        QVERIFY(form.values().empty());
    }

    void aSettingMayCarryALink() {
        ParamForm form;
        form.setSpecs(specs());
        form.setLink("loss", QStringLiteral("Compare…"), QStringLiteral("As curves"));
        form.setLink("no-such-setting", QStringLiteral("x"), {});
        QSignalSpy clicked(&form, &ParamForm::linkClicked);
        const auto press = [&] { form.findChild<QToolButton*>(QStringLiteral("link-loss"))->click(); };
        press();
        form.setSpecs(specs()); // another method: the link is there again
        press();
        QCOMPARE(clicked.count(), 2);
        QCOMPARE(clicked[1][0].toString(), QStringLiteral("loss"));
        QVERIFY(form.findChild<QToolButton*>(QStringLiteral("link-no-such-setting")) == nullptr);
    }
};

QTEST_MAIN(TestParamForm)
#include "tst_param_form.moc"
