// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/ui_fixture.h"
#include "ui/runs/weights_chooser.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

class TestWeightsChooser : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;

    static QComboBox* source(const WeightsChooser& chooser) {
        return chooser.findChild<QComboBox*>(QStringLiteral("weightsSource"));
    }
    static RunConfig written(const WeightsChooser& chooser) {
        RunConfig config;
        chooser.writeTo(config);
        return config;
    }
    static void touch(const QString& file) {
        QFile out(file);
        QVERIFY(out.open(QIODevice::WriteOnly));
    }

private Q_SLOTS:
    void initTestCase() { useFolder(m_home); }

    void weightsAreDrawnUnlessAPersonSaysOtherwise() {
        Workspace workspace(registryWith());
        WeightsChooser chooser(workspace);
        QVERIFY(written(chooser).weights.empty() && !written(chooser).freeze);
        QVERIFY(chooser.problem().isEmpty());
        chooser.findChild<QCheckBox*>(QStringLiteral("weightsFreeze"))->setChecked(true);
        QVERIFY(!chooser.problem().isEmpty()); // one layer on top of noise
    }

    void aFileMustBeThere() {
        Workspace workspace(registryWith());
        WeightsChooser chooser(workspace);
        source(chooser)->setCurrentIndex(source(chooser)->count() - 1);
        QVERIFY(!chooser.problem().isEmpty());
        auto* line = chooser.findChild<QLineEdit*>(QStringLiteral("weightsFile"));
        line->setText(m_home.filePath(QStringLiteral("weights.safetensors")));
        QVERIFY(chooser.problem().contains(QStringLiteral("weights.safetensors")));
        touch(line->text());
        QVERIFY(chooser.problem().isEmpty());
        chooser.findChild<QCheckBox*>(QStringLiteral("weightsFreeze"))->setChecked(true);
        QVERIFY(chooser.problem().isEmpty());
        const RunConfig config = written(chooser);
        QCOMPARE(QString::fromStdString(config.weights), line->text());
        QVERIFY(config.freeze);
        WeightsChooser again(workspace);
        again.readFrom(config);
        QCOMPARE(written(again).weights, config.weights);
        QVERIFY(written(again).freeze);
    }

    void anotherRunIsOfferedWhereItLeftACheckpoint() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, writeIdx(m_home, 50)));
        QVERIFY(trainAndWait(workspace, 2));
        const int before = source(WeightsChooser(workspace))->count();
        const RunId run = workspace.runs().front().id;
        const QString folder = QString::fromStdString(workspace.project()->checkpointFolder(run).string());
        QVERIFY(QDir().mkpath(folder));
        for (const char* name : {"/epoch-0001.safetensors", "/epoch-0002.safetensors"})
            touch(folder + QLatin1String(name));
        WeightsChooser chooser(workspace);
        QCOMPARE(source(chooser)->count(), before + 1);
        source(chooser)->setCurrentIndex(1);
        QVERIFY(chooser.problem().isEmpty());
        QVERIFY(QString::fromStdString(written(chooser).weights).endsWith(QStringLiteral("/epoch-0002.safetensors")));
    }
};

QTEST_MAIN(TestWeightsChooser)
#include "tst_weights_chooser.moc"
