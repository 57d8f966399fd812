// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/experiment.h"
#include "tests/core/learn/learn_fixtures.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace assay;

/// The recipes that come with the program, and the one that its user guide shows.
class TestRecipes : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;

    /// A file with what stands between the guide's ```toml and the next ```; empty where there is none.
    QString recipeOfTheUserGuide() const {
        QFile guide(QDir(QStringLiteral(ASSAY_RECIPES)).filePath(QStringLiteral("../../docs/user-guide.md")));
        if (!guide.open(QIODevice::ReadOnly)) return {};
        const QByteArray text = guide.readAll(), begin("```toml\n");
        const auto from = text.indexOf(begin);
        if (from < 0) return {};
        QFile recipe(m_folder.filePath(QStringLiteral("guide.toml")));
        if (!recipe.open(QIODevice::WriteOnly)) return {};
        recipe.write(text.mid(from + begin.size(), text.indexOf("```", from + begin.size()) - from - begin.size()));
        return recipe.fileName();
    }

private Q_SLOTS:
    void everyRecipeNamesMethodsNetworksAndSettingsThatThereAre_data() {
        QTest::addColumn<QString>("file");
        const QDir folder(QStringLiteral(ASSAY_RECIPES));
        for (const QString& name : folder.entryList({QStringLiteral("*.toml")}))
            QTest::newRow(qPrintable(name)) << folder.filePath(name);
        QTest::newRow("the user guide's") << recipeOfTheUserGuide();
    }
    void everyRecipeNamesMethodsNetworksAndSettingsThatThereAre() {
        QFETCH(QString, file);
        const auto experiment = readExperiment(file.toStdString());
        QVERIFY2(experiment, experiment ? "" : experiment.error().sentence().c_str());
        const Registry& registry = test::engineRegistry();
        for (const std::string& network : experiment->networks)
            QVERIFY2(registry.networks.find(network.substr(0, network.find(':'))), network.c_str());
        for (const ExperimentCell& cell : cellsOf(*experiment)) {
            const std::string& id = experiment->methods[cell.method].id;
            const auto method = registry.methods.find(id);
            QVERIFY2(method, id.c_str());
            const auto& params = method->description().params;
            ParamValues values;
            for (const auto& [name, text] : settingsOf(*experiment, cell)) {
                const auto spec =
                    std::find_if(params.begin(), params.end(), [&](const ParamSpec& one) { return one.name == name; });
                QVERIFY2(spec != params.end(), (id + " has no setting " + name).c_str());
                const auto value = parseParam(*spec, text);
                QVERIFY2(value, value ? "" : value.error().sentence().c_str());
                values[name] = *value;
            }
            const auto complete = completeParams(params, values);
            QVERIFY2(complete, complete ? "" : complete.error().sentence().c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestRecipes)
#include "tst_recipes.moc"
