// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/experiment.h"

#include <QTest>

#include <set>

using namespace assay;

namespace {

constexpr const char* kWhole = R"(
title = "Two by two"
dataset = "pictures"
networks = ["cnn-small", "cnn-9"]
seeds = [3, 1]
epochs = 7
subset = 500
reference = "plain"

[[labels]]
noise = "pairflip"
rate = 0.45

[[labels]]
name = "people"
file = "labels/people.csv"
label-column = "worst"

[[method]]
name = "plain"
id = "cross-entropy"

[[method]]
id = "co-teaching"
epochs = 9
settings = { loss = "sce", sce-alpha = 6.0, t-k = 10, nesterov = true }
settings-on = { "people" = { t-k = 3 } }
published = { "pairflip 45 %" = { mean-last-10 = 72.62 }, "people" = 80 }
source = "a paper"
)";

Result<Experiment> parse(const std::string& text) { return parseExperiment(text, "/recipes", "r.toml"); }

QString sentence(const Result<Experiment>& result) {
    return result ? QStringLiteral("accepted") : QString::fromStdString(result.error().sentence());
}

} // namespace

class TestExperiment : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyPartOfARecipeIsRead() {
        const auto read = parse(kWhole);
        QVERIFY2(read, qPrintable(sentence(read)));
        const Experiment& experiment = *read;
        QCOMPARE(experiment.dataset, std::filesystem::path("/recipes/pictures"));
        QCOMPARE(experiment.seeds, (std::vector<std::uint64_t>{3, 1}));
        QCOMPARE(experiment.labels.size(), std::size_t(2));
        QCOMPARE(experiment.labels[0].name, std::string("pairflip 45 %"));
        QCOMPARE(experiment.labels[0].noise->rate, 0.45);
        QVERIFY(experiment.labels[0].noise->kind == NoiseKind::Pairflip);
        QCOMPARE(experiment.labels[1].name, std::string("people"));
        QCOMPARE(experiment.labels[1].file, std::filesystem::path("/recipes/labels/people.csv"));
        QCOMPARE(experiment.labels[1].columns.label, std::string("worst"));
        QCOMPARE(experiment.reference, std::size_t(0));
        QCOMPARE(experiment.methods[1].name, std::string("co-teaching"));
        QCOMPARE(experiment.methods[1].settings,
                 (std::map<std::string, std::string>{
                     {"loss", "sce"}, {"nesterov", "true"}, {"sce-alpha", "6"}, {"t-k", "10"}}));
        QCOMPARE(experiment.methods[1].published.at("pairflip 45 %").meanOfLastTen, std::optional(72.62));
        QVERIFY(!experiment.methods[1].published.at("pairflip 45 %").last);
        QCOMPARE(experiment.methods[1].published.at("people").last, std::optional(80.0));
        QCOMPARE(experiment.methods[1].source, std::string("a paper"));
    }

    void theGridHoldsEveryCombinationOnce() {
        const Experiment experiment = *parse(kWhole);
        const auto cells = cellsOf(experiment);
        QCOMPARE(cells.size(), std::size_t(2 * 2 * 2 * 2));
        std::set<std::string> seen;
        for (const ExperimentCell& cell : cells)
            seen.insert(std::to_string(cell.labels) + toText(configOf(experiment, cell)));
        QCOMPARE(seen.size(), cells.size());
        // All methods of one seed come before the next seed: they can be compared early.
        QCOMPARE(cells[0].seed, std::uint64_t(3));
        QCOMPARE(cells[1].seed, std::uint64_t(3));
        QCOMPARE(cells[2].seed, std::uint64_t(1));
        QCOMPARE(configOf(experiment, cells[0]).epochs, 7);
        QCOMPARE(configOf(experiment, cells[1]).epochs, 9);
        QCOMPARE(configOf(experiment, cells[1]).subset, std::size_t(500));
    }

    void settingsBelongToTheRecipeTheMethodTheLabelsOrBothTheNarrowestCounts() {
        const auto read = parse("settings = { learning-rate = 0.1, momentum = 0.8 }\n"
                                "[[labels]]\nname = \"few\"\n[[labels]]\nname = \"many\"\n"
                                "settings = { momentum = 0.7, lambda = 5, batch-size = 32 }\n"
                                "[[method]]\nid = \"elr\"\nsettings = { learning-rate = 0.2, lambda = 3 }\n"
                                "settings-on = { many = { lambda = 7 } }\n");
        QVERIFY2(read, qPrintable(sentence(read)));
        const auto cells = cellsOf(*read);
        QCOMPARE(settingsOf(*read, cells[0]),
                 (SettingTexts{{"learning-rate", "0.2"}, {"momentum", "0.8"}, {"lambda", "3"}}));
        QCOMPARE(settingsOf(*read, cells[1]),
                 (SettingTexts{{"learning-rate", "0.2"}, {"momentum", "0.7"}, {"lambda", "7"}, {"batch-size", "32"}}));
    }

    void aListOfValuesIsARowForEach() {
        const std::string recipe = "settings = { momentum = 0.8 }\n"
                                   "[[method]]\nid = \"cross-entropy\"\n"
                                   "[[method]]\nname = \"plain\"\nid = \"elr\"\nepochs = 4\n"
                                   "settings = { lambda = [1, 3.0], nesterov = [true, false], momentum = 0.7 }\n"
                                   "settings-on = { given = { beta = 0.5 } }\n";
        const auto strange = parse("reference = \"plain\"\n" + recipe);
        QVERIFY2(sentence(strange).contains("line 1: the reference plain is none of the methods"),
                 qPrintable(sentence(strange)));
        const auto rows = parse("reference = \"plain, lambda 3, nesterov true\"\n" + recipe);
        QVERIFY2(rows, qPrintable(sentence(rows)));
        std::vector<std::string> names;
        for (const ExperimentMethod& method : rows->methods) names.push_back(method.name);
        QCOMPARE(names, (std::vector<std::string>{"cross-entropy", "plain, lambda 1, nesterov true",
                                                  "plain, lambda 1, nesterov false", "plain, lambda 3, nesterov true",
                                                  "plain, lambda 3, nesterov false"}));
        QCOMPARE(rows->reference, std::size_t(3));
        const auto cells = cellsOf(*rows);
        QCOMPARE(cells.size(), std::size_t(5));
        QCOMPARE(settingsOf(*rows, cells[3]),
                 (SettingTexts{{"lambda", "3"}, {"nesterov", "true"}, {"momentum", "0.7"}, {"beta", "0.5"}}));
        QCOMPARE(configOf(*rows, cells[3]).method, std::string("elr"));
        QCOMPARE(configOf(*rows, cells[3]).epochs, 4);
    }

    void theShortestRecipeHasSensibleDefaults() {
        const auto read = parse("[[method]]\nid = \"elr\"\n");
        QVERIFY2(read, qPrintable(sentence(read)));
        QCOMPARE(cellsOf(*read).size(), std::size_t(1));
        QCOMPARE(read->labels[0].name, std::string("given"));
        QVERIFY(read->dataset.empty());
    }

    void mistakesNameTheirLine_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("part");
        const QString method = "[[method]]\nid = \"elr\"\n";
        QTest::newRow("no TOML") << "title = \n"
                                 << "line 1";
        QTest::newRow("unknown key") << "epoch = 3\n" + method << "line 1: there is no key epoch here";
        QTest::newRow("unknown key of a method") << method + "setting = 3\n"
                                                 << "line 3: there is no key setting";
        QTest::newRow("no method") << "epochs = 3\n"
                                   << "no [[method]]";
        QTest::newRow("a method without id") << "[[method]]\nname = \"x\"\n"
                                             << "needs its id";
        QTest::newRow("text for a number") << "epochs = \"3\"\n" + method << "line 1: epochs is not a whole number";
        QTest::newRow("no epochs") << "epochs = 0\n" + method << "epochs is from 1";
        QTest::newRow("rate") << method + "[[labels]]\nnoise = \"symmetric\"\nrate = 1.5\n"
                              << "a rate from 0 to 1";
        QTest::newRow("no rate") << method + "[[labels]]\nnoise = \"symmetric\"\n"
                                 << "a rate from 0 to 1";
        QTest::newRow("noise model") << method + "[[labels]]\nnoise = \"pink\"\nrate = 0.1\n"
                                     << "pink";
        QTest::newRow("noise and file") << method + "[[labels]]\nnoise = \"symmetric\"\nrate = 0.1\nfile = \"x.csv\"\n"
                                        << "cannot both";
        QTest::newRow("one method twice") << method + "\n" + method << "line 4: two [[method]] are named elr";
        QTest::newRow("labels twice") << method + "[[labels]]\nname = \"a\"\n[[labels]]\nname = \"a\"\n"
                                      << "line 5: two [[labels]] are named a";
        QTest::newRow("an empty list of values") << method + "settings = { lambda = [] }\n"
                                                 << "line 3: the setting lambda is an empty list";
        QTest::newRow("a value twice") << method + "settings = { lambda = [1, 2, 1.0] }\n"
                                       << "line 3: 1 stands twice in the setting lambda";
        // clang-format off
        QTest::newRow("a list of lists") << method + "settings = { lambda = [[1], [2]] }\n"
                                         << "line 3: an item of the setting lambda is not one value";
        QTest::newRow("a list for all methods") << "settings = { lambda = [1, 2] }\n" + method
                                                << "line 1: the setting lambda is a list; only the settings of a [[method]]";
        QTest::newRow("a list that labels set") << "[[labels]]\nname = \"a\"\nsettings = { lambda = 3 }\n" + method +
                                                       "settings = { lambda = [1, 2] }\n"
                                                << "its rows would be the same";
        QTest::newRow("too many rows") << method + "settings = { a = [1, 2, 3, 4, 5, 6], b = [1, 2, 3, 4, 5, 6], c = [1, 2, 3] }\n"
                                       << "more than 100 rows";
        QTest::newRow("a published figure of several rows") << method + "settings = { lambda = [1, 2] }\npublished = { given = 80 }\n"
                                                            << "without a list";
        QTest::newRow("a threshold that is no number") << "threshold = nan\n" + method << "line 1: threshold is from 0 to 1";
        // clang-format on
        QTest::newRow("one seed twice") << "seeds = [1, 1]\n" + method << "line 1: a seed stands twice";
        QTest::newRow("no seed") << "seeds = []\n" + method << "line 1: seeds is an empty list";
        QTest::newRow("no network") << "networks = []\n" + method << "line 1: networks is an empty list";
        QTest::newRow("strange reference") << "reference = \"other\"\n" + method << "none of the methods";
        QTest::newRow("a published figure of labels that are not there") << method + "published = { \"other\" = 3 }\n"
                                                                         << "labels named other";
        QTest::newRow("a published figure of another kind") << method + "published = { \"given\" = { middle = 3 } }\n"
                                                            << "best, last and mean-last-10, not middle";
    }
    void mistakesNameTheirLine() {
        QFETCH(QString, text);
        QFETCH(QString, part);
        const auto read = parse(text.toStdString());
        QVERIFY(!read);
        QVERIFY2(sentence(read).contains(part) && sentence(read).contains("r.toml"), qPrintable(sentence(read)));
    }
};

QTEST_GUILESS_MAIN(TestExperiment)
#include "tst_experiment.moc"
