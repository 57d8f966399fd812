// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/loss_curves_plot.h"
#include "ui/runs/loss_curves_dialog.h"

#include <QLabel>
#include <QListWidget>
#include <QSpinBox>
#include <QTest>
#include <QThread>

#include <atomic>
#include <cmath>

using namespace assay;
using namespace assay::ui;

namespace {

/// Cross-entropy, MAE, and MAE over the classes, by their closed forms.
Result<std::vector<LossCurve>> closedForms(int classes, const std::vector<double>& probabilities) {
    std::vector<LossCurve> curves = {
        {"ce", "Cross-entropy", "", {}, {}}, {"mae", "", "", {}, {}}, {"mae-mean", "", "", {}, {}}};
    for (const double p : probabilities) {
        curves[0].loss.push_back(-std::log(p));
        curves[0].gradient.push_back(p - 1);
        for (std::size_t i = 1; i < 3; ++i) {
            const double factor = i == 1 ? 1 : 2.0 / classes;
            curves[i].loss.push_back(factor * (1 - p));
            curves[i].gradient.push_back(-factor * p * (1 - p));
        }
    }
    return curves;
}

} // namespace

class TestLossCurvesDialog : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tickedLossesAreDrawnAndFamiliesNamed() {
        LossCurvesDialog dialog(10, nullptr, closedForms);
        QTRY_COMPARE(dialog.chosen(), QStringList({QStringLiteral("ce"), QStringLiteral("mae")}));
        QCOMPARE(dialog.plot().lines().size(), std::size_t(2));
        auto* families = dialog.findChild<QLabel*>(QStringLiteral("lossFamilies"));
        QVERIFY(families->text().isEmpty());
        auto* list = dialog.findChild<QListWidget*>(QStringLiteral("lossList"));
        list->item(2)->setCheckState(Qt::Checked);
        QCOMPARE(dialog.plot().lines().size(), std::size_t(3));
        QVERIFY2(families->text().contains(QStringLiteral("mae-mean = 0.2 × mae")), qPrintable(families->text()));
        dialog.choose({QStringLiteral("mae-mean"), QStringLiteral("no such loss")});
        QCOMPARE(dialog.chosen(), QStringList(QStringLiteral("mae-mean")));
        QCOMPARE(dialog.plot().lines().size(), std::size_t(1));
    }

    void anotherNumberOfClassesAsksAgain() {
        LossCurvesDialog dialog(10, nullptr, closedForms);
        dialog.choose({QStringLiteral("mae"), QStringLiteral("mae-mean")});
        QTRY_VERIFY(dialog.plot().familyText().contains(QStringLiteral("0.2 ×")));
        dialog.findChild<QSpinBox*>(QStringLiteral("lossClasses"))->setValue(100);
        QTRY_VERIFY(dialog.plot().familyText().contains(QStringLiteral("0.02 ×")));
        QCOMPARE(dialog.chosen().size(), 2);
    }

    void theEngineIsAskedOffTheWindowsThread() {
        std::atomic<bool> elsewhere{false};
        auto* here = QThread::currentThread();
        LossCurvesDialog dialog(10, nullptr, [&](int classes, const std::vector<double>& p) {
            elsewhere = QThread::currentThread() != here;
            return closedForms(classes, p);
        });
        QTRY_VERIFY(dialog.plot().hasData());
        QVERIFY(elsewhere);
    }

    void aMissingEngineIsToldInTheEmptyPlot() {
        LossCurvesDialog dialog(10, nullptr, [](int, const std::vector<double>&) -> Result<std::vector<LossCurve>> {
            return fail(ErrorCode::Plugin, "the training engine cannot be loaded", "libassay_engine.so");
        });
        auto* empty = dialog.plot().findChild<QLabel*>(QStringLiteral("lossCurvesEmptyText"));
        QVERIFY(empty != nullptr);
        QTRY_VERIFY(empty->text().contains(QStringLiteral("cannot be loaded")));
        QVERIFY(!dialog.plot().hasData());
    }
};

QTEST_MAIN(TestLossCurvesDialog)
#include "tst_loss_curves_dialog.moc"
