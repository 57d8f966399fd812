// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/window/window_fixture.h"

#include "core/base/csv.h"
#include "ui/gallery/gallery_panel.h"
#include "ui/gallery/gallery_view.h"
#include "ui/models/gallery_model.h"
#include "ui/plots/loss_histogram_panel.h"
#include "ui/plots/loss_histogram_plot.h"
#include "ui/review/review_controller.h"
#include "ui/runs/compare_page.h"
#include "ui/window/action_list.h"
#include "ui/window/audit_page.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"

#include <QAbstractButton>
#include <QApplication>
#include <QComboBox>
#include <QDialog>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QTableWidget>

#include <set>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

/// The whole way of a person, in the real window, with a real run on real pictures: open, noise, train, drag the
/// threshold, ten decisions by key, bulk relabel, undo, quit, reopen, retrain, compare, export, read back.
class TestJourney : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        m_home = makeHome();
        // What "find suspects" starts, made short: a person can set the same.
        QSettings settings;
        settings.setValue(QStringLiteral("quick/epochs"), kEpochs);
        settings.setValue(QStringLiteral("quick/subset"), 1500);
    }

    void fromPicturesToACleanedTable() {
        openWindow(m_window);
        QVERIFY(openBundled(*m_window));
        QVERIFY(injectNoise());
        QVERIFY(train(QStringLiteral("find-suspects")));
        dragThreshold();
        decideTen();
        relabelInBulkAndUndo();

        const std::vector<DecisionState> decisions = workspace().decisions();
        const std::size_t journal = workspace().journal().size();
        const QString project = QString::fromStdString(workspace().project()->file().string());
        quit();

        openWindow(m_window);
        m_window->open(project);
        QTRY_VERIFY_WITH_TIMEOUT(workspace().project() != nullptr, 60000);
        QCOMPARE(workspace().journal().size(), journal);
        QVERIFY(workspace().decisions() == decisions);
        QTRY_VERIFY(workspace().currentEvidence() != nullptr);

        QVERIFY(train(QStringLiteral("retrain")));
        QCOMPARE(workspace().runs().size(), std::size_t(2));
        QVERIFY(workspace().runs().back().revision.has_value());
        compare();
        exportAndReadBack(decisions);
        quit();
    }

private:
    Workspace& workspace() { return m_window->workspace(); }
    GalleryView* gallery() { return m_window->audit().gallery().view(); }
    void trigger(const QString& id) { m_window->actions().action(id)->trigger(); }

    /// Keys act in the active window; without a window manager nobody makes it that after a dialog.
    bool toTheFront() {
        m_window->activateWindow();
        return QTest::qWaitForWindowActive(m_window.get());
    }

    void quit() {
        QTRY_VERIFY(workspace().settled());
        QVERIFY(m_window->close());
        m_window.reset();
    }

    bool injectNoise() {
        trigger(QStringLiteral("noise"));
        auto* dialog = m_window->findChild<QDialog*>(QStringLiteral("noiseDialog"));
        if (dialog == nullptr) return false;
        QPushButton* inject = nullptr;
        for (QPushButton* button : dialog->findChildren<QPushButton*>())
            if (button->text() == QLatin1String("Inject")) inject = button;
        if (inject == nullptr || !QTest::qWaitFor([&] { return inject->isEnabled(); }, 20000)) return false;
        inject->click();
        return QTest::qWaitFor([&] { return workspace().baseLabelSetId().has_value(); }, 20000);
    }

    bool train(const QString& action) {
        QSignalSpy ended(&workspace(), &Workspace::runEnded);
        trigger(action);
        if (!QTest::qWaitFor([&] { return ended.count() > 0; }, 180000)) return false;
        if (workspace().runs().back().state != RunState::Finished) {
            qWarning("%s", workspace().runs().back().reason.c_str());
            return false;
        }
        workspace().showRun(workspace().runs().back().id);
        return QTest::qWaitFor(
            [&] { return workspace().currentEvidence() != nullptr && workspace().currentEpoch() == kEpochs; }, 20000);
    }

    void dragThreshold() {
        m_window->showLayout(MainWindow::Layout::Audit);
        LossHistogramPlot& plot = m_window->audit().histogram().plot();
        QTRY_VERIFY(plot.hasData());
        QWidget* canvas = nullptr;
        for (QWidget* child : plot.findChildren<QWidget*>())
            if (child->inherits("QCustomPlot")) canvas = child;
        QVERIFY(canvas != nullptr);
        const int y = canvas->height() / 2;
        const auto move = [&](int x, Qt::MouseButtons buttons) {
            QMouseEvent event(QEvent::MouseMove, QPointF(x, y), canvas->mapToGlobal(QPointF(x, y)), Qt::NoButton,
                              buttons, Qt::NoModifier);
            QCoreApplication::sendEvent(canvas, &event);
        };
        int line = -1;
        for (int x = 0; x < canvas->width() && line < 0; ++x) {
            move(x, Qt::NoButton);
            if (canvas->cursor().shape() == Qt::SplitHCursor) line = x + 2;
        }
        QVERIFY(line > 0);
        const double before = workspace().threshold();
        QSignalSpy moved(&workspace(), &Workspace::thresholdChanged);
        QTest::mousePress(canvas, Qt::LeftButton, Qt::NoModifier, QPoint(line, y));
        for (int step = 1; step <= 10; ++step) move(line + 3 * step, Qt::LeftButton);
        QTest::mouseRelease(canvas, Qt::LeftButton, Qt::NoModifier, QPoint(line + 30, y));
        QVERIFY(moved.count() > 0);
        QVERIFY(workspace().threshold() > before);
        workspace().setThreshold(0.5);
        auto* only = m_window->findChild<QAbstractButton*>(QStringLiteral("suspectsOnly"));
        QVERIFY(only->isChecked()); // the first epoch has put the suspects there
        QCOMPARE(workspace().view().size(), workspace().suspectCount());
        QTest::mouseClick(only, Qt::LeftButton);
        QCOMPARE(workspace().view().size(), workspace().dataset()->size());
        QTest::mouseClick(only, Qt::LeftButton);
        QCOMPARE(workspace().view().size(), workspace().suspectCount());
        QVERIFY(workspace().suspectCount() > 30);
    }

    void decideTen() {
        QVERIFY(toTheFront());
        gallery()->setFocus();
        QTest::keyClick(gallery(), Qt::Key_Home);
        QTest::keyClick(gallery(), Qt::Key_Return);
        QTRY_VERIFY(m_window->audit().controller().isOpen());
        int keys = 0;
        for (const Qt::Key key : {Qt::Key_Space, Qt::Key_3, Qt::Key_Space, Qt::Key_F, Qt::Key_X, Qt::Key_7,
                                  Qt::Key_Space, Qt::Key_0, Qt::Key_Space, Qt::Key_F}) {
            QTest::keyClick(gallery(), key);
            QCOMPARE(int(workspace().decidedCount()), ++keys);
        }
        // One more by the suggestion, where the picture has one.
        if (workspace().suggestedLabel(*workspace().focus()) != kNoLabel) {
            QTest::keyClick(gallery(), Qt::Key_Return);
            QCOMPARE(int(workspace().decidedCount()), ++keys);
        }
        QTRY_COMPARE(int(workspace().journal().size()), keys);
        QTest::keyClick(gallery(), Qt::Key_Escape);
    }

    void relabelInBulkAndUndo() {
        const std::size_t before = workspace().decidedCount();
        QVERIFY(toTheFront());
        gallery()->setFocus();
        QTest::keyClick(gallery(), Qt::Key_Home);
        for (int i = 0; i < 11; ++i) QTest::keyClick(gallery(), Qt::Key_Right);
        for (int i = 0; i < 9; ++i) QTest::keyClick(gallery(), Qt::Key_Right, Qt::ShiftModifier);
        const std::size_t many = workspace().selection().size();
        QVERIFY(many >= 9);
        const std::vector<SampleIndex> chosen = workspace().selection();
        QTest::keyClick(gallery(), Qt::Key_4);
        for (const SampleIndex sample : chosen) QCOMPARE(workspace().effectiveLabel(sample), 4);
        QTest::keyClick(gallery(), Qt::Key_Z, Qt::ControlModifier); // one step back takes all of them back
        QTRY_VERIFY(workspace().decidedCount() <= before);
        QTest::keyClick(gallery(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(workspace().decidedCount() > before);
        QTRY_VERIFY(workspace().settled());
    }

    void compare() {
        QVERIFY(toTheFront());
        auto* page = m_window->findChild<ComparePage*>();
        QVERIFY(page != nullptr);
        QSignalSpy ready(page, &ComparePage::figuresReady);
        QTest::keyClick(m_window.get(), Qt::Key_3, Qt::ControlModifier);
        QVERIFY(m_window->currentLayout() == MainWindow::Layout::Compare);
        QTRY_VERIFY_WITH_TIMEOUT(ready.count() > 0, 20000);
        auto* table = page->findChild<QTableWidget*>(QStringLiteral("compareTable"));
        QTRY_COMPARE_WITH_TIMEOUT(table->rowCount(), 2, 20000); // the run and the one on cleaned labels
        int auroc = -1;
        for (int column = 0; column < table->columnCount(); ++column)
            if (table->horizontalHeaderItem(column)->text().contains(QLatin1String("AUROC"))) auroc = column;
        QVERIFY(auroc >= 0);
        const QTableWidgetItem* first = table->item(0, auroc);
        QVERIFY(first != nullptr);
        bool number = false;
        const double area = QLocale().toDouble(first->text().section(QLatin1Char(' '), 0, 0), &number);
        QVERIFY2(number, qPrintable(first->text()));
        QVERIFY2(area > 0.6 && area <= 1, qPrintable(first->text())); // two short epochs beat a guess already
        QVERIFY(!table->item(1, auroc)->text().isEmpty());
        QTest::keyClick(m_window.get(), Qt::Key_1, Qt::ControlModifier);
    }

    void exportAndReadBack(const std::vector<DecisionState>& decisions) {
        const QString target = m_home->filePath(QStringLiteral("cleaned.csv"));
        trigger(QStringLiteral("export"));
        auto* dialog = m_window->findChild<QDialog*>(QStringLiteral("exportDialog"));
        QVERIFY(dialog != nullptr);
        auto* format = dialog->findChild<QComboBox*>(QStringLiteral("exportFormat"));
        format->setCurrentIndex(format->findData(QStringLiteral("csv")));
        dialog->findChild<QLineEdit*>(QStringLiteral("exportTarget"))->setText(target);
        auto* preview = dialog->findChild<QPlainTextEdit*>(QStringLiteral("exportPreview"));
        QTRY_VERIFY(preview->toPlainText().startsWith(QStringLiteral("file,label")));
        QTest::keyClick(dialog, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->banner().sentence().contains(QStringLiteral("0 differences")), 20000);

        const auto table = readCsv(target.toStdString());
        QVERIFY(table.has_value());
        std::map<std::string, std::string> labels;
        for (const auto& row : table->rows) labels[row[0]] = row[1];
        const auto dataset = workspace().dataset();
        std::size_t excluded = 0;
        for (std::uint32_t i = 0; i < dataset->size(); ++i) {
            const SampleIndex sample(i);
            const auto it = labels.find(std::string(dataset->names[i]));
            if (decisions[i].verdict == Verdict::Exclude) {
                QVERIFY(it == labels.end());
                ++excluded;
                continue;
            }
            QVERIFY(it != labels.end());
            QCOMPARE(it->second, dataset->classNames[std::size_t(workspace().effectiveLabel(sample))]);
        }
        QVERIFY(excluded > 0);
        const QString said = m_window->banner().sentence();
        QVERIFY2(said.contains(QStringLiteral("%1 excluded (left out)").arg(QLocale().toString(qulonglong(excluded)))),
                 qPrintable(said));
        QCOMPARE(labels.size(), dataset->size() - excluded);
    }

    static constexpr int kEpochs = 2;
    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestJourney)
#include "tst_journey.moc"
