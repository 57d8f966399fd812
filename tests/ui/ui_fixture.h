// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/files.h"
#include "core/data/dataset_reader.h"
#include "core/project/exporter.h"
#include "core/train/network.h"
#include "tests/support/fake_method.h"
#include "ui/session/workspace.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

namespace assay {
std::shared_ptr<Registry> makeRegistry();
}

namespace assay::ui::test {

/// Makes every folder of the user a temporary one: settings, projects, cache.
inline void useFolder(const QTemporaryDir& home) {
    for (const char* name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "HOME"})
        qputenv(name, home.filePath(QString::fromLatin1(name).toLower()).toLocal8Bit());
}

/// An IDX pair with `count` pictures of 8 × 8 pixels, label = index mod `classes`; returns its folder.
inline QString writeIdx(const QTemporaryDir& folder, int count, const QString& name = QStringLiteral("tiny"),
                        int classes = 10) {
    QDir(folder.path()).mkpath(name);
    const auto number = [](QByteArray& to, quint32 value) {
        for (int shift = 24; shift >= 0; shift -= 8) to.append(char(value >> shift & 0xff));
    };
    QByteArray images, labels;
    number(images, 0x803);
    for (const quint32 value : {quint32(count), 8u, 8u}) number(images, value);
    number(labels, 0x801);
    number(labels, quint32(count));
    for (int i = 0; i < count; ++i) {
        for (int p = 0; p < 64; ++p) images.append(char((i * 37 + p * (i % 10 + 1)) & 0xff));
        labels.append(char(i % classes));
    }
    const QString base = folder.filePath(name);
    for (const auto& [file, bytes] : {std::pair(QStringLiteral("/t10k-images-idx3-ubyte"), images),
                                      std::pair(QStringLiteral("/t10k-labels-idx1-ubyte"), labels)}) {
        QFile out(base + file);
        if (!out.open(QIODevice::WriteOnly)) qFatal("the fixture could not be written");
        out.write(bytes);
    }
    return base;
}

/// Pictures of two classes, ten each, and twenty that have no label; returns their folder.
inline QString writeFewLabels(const QTemporaryDir& folder) {
    const QString base = folder.filePath(QStringLiteral("few"));
    for (const auto& [name, count] : {std::pair("cat", 10), std::pair("dog", 10), std::pair("_unlabeled", 20)}) {
        const QString below = base + QLatin1Char('/') + QLatin1String(name);
        QDir().mkpath(below);
        for (int i = 0; i < count; ++i) {
            QFile out(QStringLiteral("%1/%2.pgm").arg(below).arg(i));
            if (!out.open(QIODevice::WriteOnly)) qFatal("the fixture could not be written");
            out.write("P5\n8 8\n255\n" + QByteArray(64, char(10 * i + count + name[0] % 7)));
        }
    }
    return base;
}

/// The catalogues of the program with the fake method in them.
inline std::shared_ptr<Registry> registryWith(assay::test::FakeMethod::Script script = {}) {
    auto registry = makeRegistry();
    (void)registry->methods.add(std::make_shared<assay::test::FakeMethod>(std::move(script)));
    return registry;
}

inline RunConfig fakeRun(int epochs) {
    RunConfig config;
    config.method = "fake";
    config.epochs = epochs;
    return config;
}

/// Opens a data set and waits until its project is there.
inline bool openAndWait(Workspace& workspace, const QString& path) {
    QSignalSpy failed(&workspace, &Workspace::openingFailed);
    workspace.openDataset(path);
    const bool ok = QTest::qWaitFor([&] { return workspace.project() != nullptr || failed.count() > 0; }, 20000);
    if (failed.count() > 0) qWarning("%s", qPrintable(failed.first().first().toString()));
    return ok && workspace.project() != nullptr;
}

/// Starts the fake method and waits for its end.
inline bool trainAndWait(Workspace& workspace, int epochs) {
    QSignalSpy ended(&workspace, &Workspace::runEnded);
    workspace.startRun(fakeRun(epochs), {});
    return QTest::qWaitFor([&] { return ended.count() > 0 && workspace.currentEvidence() != nullptr; }, 20000);
}

} // namespace assay::ui::test
