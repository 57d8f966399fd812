// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/loss_histogram_panel.h"
#include "ui/plots/loss_histogram_plot.h"
#include "ui/runs/compare_page.h"
#include "ui/runs/new_run_dialog.h"
#include "ui/runs/run_queue_panel.h"
#include "ui/runs/train_page.h"
#include "ui/session/workspace.h"

#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace assay;
using namespace assay::ui;

class TestRunPages : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void anEmptyWorkspaceSaysWhatWillFillThePages() {
        Workspace workspace(std::make_shared<Registry>());
        TrainPage train(workspace);
        ComparePage compare(workspace);
        LossHistogramPanel panel(workspace);
        train.resize(1280, 680);
        compare.resize(1280, 680);
        for (QWidget* page : std::initializer_list<QWidget*>{&train, &compare, &panel}) {
            page->show();
            QVERIFY(QTest::qWaitForWindowExposed(page));
            QVERIFY(!page->grab().isNull());
        }
        QVERIFY(!panel.plot().hasData());
        QVERIFY(compare.figures().empty());
        QVERIFY(compare.table().rows.empty());
    }

    void anEmptyPanelOffersANewRun() {
        Workspace workspace(std::make_shared<Registry>());
        LossHistogramPanel panel(workspace);
        panel.resize(500, 300);
        panel.show();
        QSignalSpy asked(&panel, &LossHistogramPanel::newRunRequested);
        auto* button = panel.findChild<QPushButton*>(QStringLiteral("lossHistogramEmptyButton"));
        QVERIFY(button != nullptr && button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
    }

    void aRunCannotStartWithoutADataSet() {
        Workspace workspace(std::make_shared<Registry>());
        NewRunDialog dialog(workspace);
        QVERIFY(!dialog.problem().isEmpty());
        auto* start = dialog.findChild<QPushButton*>(QStringLiteral("runStart"));
        QVERIFY(start != nullptr && !start->isEnabled());
        dialog.start();
        QCOMPARE(dialog.result(), int(QDialog::Rejected));
        RunQueuePanel queue(workspace);
        QVERIFY(!queue.findChild<QPushButton*>(QStringLiteral("runNew"))->isEnabled());
    }
};

QTEST_MAIN(TestRunPages)
#include "tst_run_pages.moc"
