// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/ui_fixture.h"
#include "ui/runs/recipe_dialog.h"
#include "ui/runs/run_comparison.h"

#include <QComboBox>
#include <QImage>
#include <QLabel>
#include <QPushButton>
#include <QScopeGuard>
#include <QTabWidget>
#include <QTextBrowser>
#include <QTextTable>
#include <QTreeWidget>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

namespace {

constexpr int kPatience = 20'000;

const QByteArray kRecipe = R"(
title = "Two seeds"
dataset = "elsewhere"
networks = ["net"]
seeds = [1, 2]
epochs = 3
[[labels]]
noise = "symmetric"
rate = 0.2
[[labels]]
name = "as given"
[[method]]
name = "Fake"
id = "fake"
)";

/// A network by name, so that a recipe can ask for one without the engine.
class NamedNetwork final : public Network {
public:
    NamedNetwork() { m_about = {"net", "Net", "has a name", "", {}}; }
    const Description& description() const override { return m_about; }
    std::uint64_t parameterCount(ImageGeometry, int) const override { return 1; }

private:
    Description m_about;
};

std::shared_ptr<Registry> registryWithNet(assay::test::FakeMethod::Script script = {}) {
    auto registry = registryWith(std::move(script));
    (void)registry->networks.add(std::make_shared<NamedNetwork>());
    return registry;
}

} // namespace

class TestRecipeDialog : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;

    QString write(const QByteArray& text) {
        const QString file = m_home.filePath(QStringLiteral("recipe.toml"));
        QFile out(file);
        if (!out.open(QIODevice::WriteOnly)) qFatal("the recipe could not be written");
        out.write(text);
        return file;
    }

    static void loadAndWait(RecipeDialog& dialog, const QString& file) {
        QSignalSpy ready(&dialog, &RecipeDialog::gridReady);
        dialog.load(file);
        QTRY_VERIFY2_WITH_TIMEOUT(ready.count() == 1, qPrintable(dialog.message()), kPatience);
    }

private Q_SLOTS:
    void initTestCase() { useFolder(m_home); }

    void theGridIsRunInOrderOnceAndEndsInTableAndPlot() {
        Workspace workspace(registryWithNet());
        QVERIFY(openAndWait(workspace, writeIdx(m_home, 100, QStringLiteral("grid"))));
        RecipeDialog dialog(workspace);
        loadAndWait(dialog, write(kRecipe));
        QCOMPARE(dialog.grid()->cells.size(), std::size_t(4));
        QCOMPARE(dialog.grid()->missing().size(), std::size_t(4));
        auto* difference = dialog.findChild<QLabel*>(QStringLiteral("recipeDifference"));
        QVERIFY(difference->text().contains(QStringLiteral("elsewhere")) &&
                difference->text().contains(QStringLiteral("grid")));
        QSignalSpy compared(&dialog, &RecipeDialog::compareRequested);
        QSignalSpy results(&dialog, &RecipeDialog::resultsReady);
        auto* start = dialog.findChild<QPushButton*>(QStringLiteral("recipeStart"));
        QVERIFY(start->isEnabled() && start->text().contains(QLatin1Char('4')));
        start->click();
        start->click(); // once is enough
        QTRY_COMPARE_WITH_TIMEOUT(dialog.grid()->finished(), std::size_t(4), kPatience);
        QCOMPARE(workspace.runs().size(), std::size_t(4));
        for (std::size_t i = 1; i < 4; ++i)
            QVERIFY(dialog.grid()->cells[i - 1].run->id < dialog.grid()->cells[i].run->id);
        QTRY_COMPARE(compared.count(), 1);
        QCOMPARE(compared[0][0].value<std::vector<RunId>>().size(), std::size_t(4));
        QTRY_VERIFY_WITH_TIMEOUT(results.count() > 0, kPatience);
        QVERIFY(dialog.findChild<QTextBrowser*>(QStringLiteral("recipeTable"))
                    ->toPlainText()
                    .contains(QStringLiteral("Fake")));
        QVERIFY(!dialog.findChild<QLabel*>(QStringLiteral("recipePlot"))->pixmap().isNull());
        QVERIFY(!start->isEnabled());

        const QTextTable* table = nullptr;
        for (QTextFrame* frame :
             dialog.findChild<QTextBrowser*>(QStringLiteral("recipeTable"))->document()->rootFrame()->childFrames())
            if (table == nullptr) table = qobject_cast<const QTextTable*>(frame);
        QVERIFY(table != nullptr);
        QVERIFY(table->cellAt(1, 3).firstCursorPosition().blockFormat().alignment() & Qt::AlignRight);

        QSignalSpy exported(&dialog, &RecipeDialog::exported);
        const QString folder = m_home.filePath(QStringLiteral("results"));
        dialog.exportTo(folder);
        QTRY_COMPARE_WITH_TIMEOUT(exported.count(), 1, kPatience);
        for (const char* name : {"runs.csv", "summary.csv", "summary.md", "summary.svg", "summary.pdf"})
            QVERIFY2(QFile(folder + QLatin1Char('/') + QLatin1String(name)).size() > 0, name);

        RecipeDialog again(workspace); // another day: nothing is left to do
        loadAndWait(again, write(kRecipe));
        QCOMPARE(again.grid()->finished(), std::size_t(4));
        QVERIFY(!again.findChild<QPushButton*>(QStringLiteral("recipeStart"))->isEnabled());
        QCOMPARE(again.findChild<QTreeWidget*>(QStringLiteral("recipeGrid"))->topLevelItemCount(), 4);

        const QPalette light = QApplication::palette(); // in a dark window the plot is dark
        QPalette dark = light;
        dark.setColor(QPalette::Base, QColor(30, 31, 33));
        dark.setColor(QPalette::Text, QColor(230, 230, 230));
        QApplication::setPalette(dark);
        const auto restore = qScopeGuard([&] { QApplication::setPalette(light); });
        QSignalSpy redrawn(&again, &RecipeDialog::resultsReady);
        again.findChild<QTabWidget*>()->setCurrentIndex(1);
        QTRY_VERIFY_WITH_TIMEOUT(redrawn.count() > 0, kPatience);
        const QImage plot = again.findChild<QLabel*>(QStringLiteral("recipePlot"))->pixmap().toImage();
        QCOMPARE(plot.pixelColor(1, 1), QColor(30, 31, 33));
        bool bright = false; // its text
        for (int y = 0; y < plot.height(); ++y)
            for (int x = 0; x < plot.width(); ++x) bright |= qGray(plot.pixel(x, y)) > 180;
        QVERIFY(bright);
        // One that cannot be read leaves nothing of the one before on show.
        QByteArray broken = kRecipe;
        dialog.load(write(broken.replace("epochs = 3", "epoch = 3")));
        QVERIFY(dialog.message().startsWith(QStringLiteral("⚠")));
        QVERIFY(dialog.findChild<QTextBrowser*>(QStringLiteral("recipeTable"))->toPlainText().isEmpty());
        QVERIFY(dialog.findChild<QLabel*>(QStringLiteral("recipePlot"))->pixmap().isNull());
        QVERIFY(difference->isHidden());
    }

    /// The project has the labels of seed 1 already, from a file: the runs are of the same kind of labels all the same.
    void seedsAreGroupedWhereAFileHasTheSameLabels() {
        Workspace workspace(registryWithNet());
        QVERIFY(openAndWait(workspace, writeIdx(m_home, 100, QStringLiteral("twice"))));
        RecipeDialog dialog(workspace);
        loadAndWait(dialog, write(kRecipe));
        auto made = makeLabels(dialog.grid()->experiment.labels[0], 1, *workspace.dataset());
        QVERIFY(made.has_value());
        made->set.origin = LabelOrigin::File;
        made->set.source = "noisy.csv";
        QVERIFY(workspace.project()->addLabelSet("noisy.csv", made->set).has_value());
        loadAndWait(dialog, write(kRecipe));
        dialog.startMissing();
        QTRY_COMPARE_WITH_TIMEOUT(dialog.grid()->finished(), std::size_t(4), kPatience);
        std::vector<RunFigures> figures;
        for (const RunRecord& run : workspace.runs()) {
            auto one = readRunFigures(*workspace.project(), run, workspace.dataset()->splits, 0.5);
            QVERIFY(one.has_value());
            QVERIFY2(one->labels != QStringLiteral("noisy.csv"), qPrintable(one->labels));
            figures.push_back(std::move(*one));
        }
        QCOMPARE(groupBySeed(figures).size(), std::size_t(2)); // noise and as given
    }

    void aStoppedRunGoesOnAndIsNotBegunAgain() {
        assay::test::FakeMethod::Script script;
        script.failInEpoch = 2;
        Workspace workspace(registryWithNet(script));
        QVERIFY(openAndWait(workspace, writeIdx(m_home, 100, QStringLiteral("stopped"))));
        RecipeDialog dialog(workspace);
        loadAndWait(dialog, write(kRecipe));
        dialog.startMissing();
        const auto allFailed = [&] {
            return workspace.runs().size() == 4 &&
                   std::all_of(workspace.runs().begin(), workspace.runs().end(),
                               [](const RunRecord& run) { return run.state == RunState::Failed; });
        };
        QTRY_VERIFY_WITH_TIMEOUT(allFailed(), kPatience);
        QTRY_VERIFY(dialog.message().contains(QStringLiteral("4 failed")));
        QCOMPARE(dialog.grid()->missing().size(), std::size_t(4));
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        dialog.startMissing();
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 4, kPatience);
        QCOMPARE(workspace.runs().size(), std::size_t(4)); // the same four
    }

    void aRecipeThatCannotRunSaysWhy_data() {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<QString>("word");
        QTest::newRow("no such method") << QByteArray("id = \"fake\"") << QByteArray("id = \"magic\"") << "magic";
        QTest::newRow("no such network") << QByteArray("[\"net\"]") << QByteArray("[\"other\"]") << "other";
        QTest::newRow("no such key") << QByteArray("epochs = 3") << QByteArray("epoch = 3") << "epoch";
        QTest::newRow("no label file") << QByteArray("name = \"as given\"")
                                       << QByteArray("name = \"f\"\nfile = \"none.csv\"") << "none.csv";
    }
    void aRecipeThatCannotRunSaysWhy() {
        QFETCH(const QByteArray, from);
        QFETCH(const QByteArray, to);
        QFETCH(const QString, word);
        Workspace workspace(registryWithNet());
        QVERIFY(openAndWait(workspace, writeIdx(m_home, 20, QStringLiteral("bad"))));
        RecipeDialog dialog(workspace);
        QByteArray recipe = kRecipe;
        dialog.load(write(recipe.replace(from, to)));
        QTRY_VERIFY2_WITH_TIMEOUT(dialog.message().startsWith(QStringLiteral("⚠")) && dialog.message().contains(word),
                                  qPrintable(dialog.message()), kPatience);
        QVERIFY(!dialog.grid().has_value());
        QVERIFY(!dialog.findChild<QPushButton*>(QStringLiteral("recipeStart"))->isEnabled());
    }

    void theRecipesThatComeWithAssayAreOffered() {
        Workspace workspace(registryWithNet());
        RecipeDialog dialog(workspace);
        QVERIFY(dialog.findChild<QComboBox*>(QStringLiteral("recipeList"))
                    ->findText(QStringLiteral("noisy-labels-small")) >= 0);
        dialog.load(write(kRecipe));
        QVERIFY(dialog.message().contains(QStringLiteral("data set")));
    }
};

QTEST_MAIN(TestRecipeDialog)
#include "tst_recipe_dialog.moc"
