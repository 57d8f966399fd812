// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/data/dataset.h"
#include "core/data/open_dataset.h"

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QString>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <memory>
#include <string>

namespace assay {

void registerBuiltinPlugins(Registry& registry);

namespace testing {

/// The folder with real data sets; a test that needs a part of it skips where that is missing.
inline QString sharedData(const QString& part) {
    const QString root = qEnvironmentVariable("ASSAY_SHARED_DATA", QStringLiteral(ASSAY_SOURCE_DIR "/../shared/data"));
    return root + QLatin1Char('/') + part;
}

#define ASSAY_NEEDS(part)                                                                                              \
    if (!QFileInfo::exists(assay::testing::sharedData(QStringLiteral(part))))                                          \
    QSKIP("missing: " part " (set ASSAY_SHARED_DATA)")

inline std::filesystem::path toPath(const QString& text) {
    return std::filesystem::path(QFile::encodeName(text).toStdString());
}

inline void writeBytes(const QString& path, const QByteArray& content) {
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY2(file.open(QIODevice::WriteOnly), qPrintable(path));
    QCOMPARE(file.write(content), content.size());
}

/// A colour picture (PPM) whose pixels depend on `value` and their place.
inline QByteArray colourPicture(int width, int height, int value) {
    QByteArray bytes = "P6\n" + QByteArray::number(width) + ' ' + QByteArray::number(height) + "\n255\n";
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            bytes.append(char(value)).append(char(x * 255 / width)).append(char(y * 255 / height));
    return bytes;
}

inline QByteArray greyPicture(int width, int height, int value) {
    return "P5\n" + QByteArray::number(width) + ' ' + QByteArray::number(height) + "\n255\n" +
           QByteArray(width * height, char(value));
}

inline QByteArray bigEndian(quint32 value) {
    QByteArray bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes.append(char(value >> shift & 0xFF));
    return bytes;
}

/// IDX files of `count` pictures of 4 × 3; picture i is filled with i, its label is i % classes.
inline QByteArray idxImages(quint32 count) {
    QByteArray bytes = bigEndian(0x803) + bigEndian(count) + bigEndian(3) + bigEndian(4);
    for (quint32 i = 0; i < count; ++i) bytes.append(QByteArray(12, char(i)));
    return bytes;
}
inline QByteArray idxLabels(quint32 count, quint32 classes) {
    QByteArray bytes = bigEndian(0x801) + bigEndian(count);
    for (quint32 i = 0; i < count; ++i) bytes.append(char(i % classes));
    return bytes;
}

/// CIFAR records: label bytes, then planes filled with i, i + 1, i + 2.
inline QByteArray cifarRecords(int count, int classes, bool coarse) {
    QByteArray bytes;
    for (int i = 0; i < count; ++i) {
        if (coarse) bytes.append(char(19));
        bytes.append(char(i % classes));
        for (int plane = 0; plane < 3; ++plane) bytes.append(QByteArray(1024, char(i + plane)));
    }
    return bytes;
}

/// Opens with the built-in readers and a cache of its own.
class Opener {
public:
    Opener() { registerBuiltinPlugins(m_registry); }
    Result<std::shared_ptr<const Dataset>> operator()(const QString& path, OpenOptions options = {},
                                                      std::stop_token stop = {}) const {
        if (options.cacheFolder.empty()) options.cacheFolder = toPath(m_cache.path());
        return openDataset(toPath(path), m_registry.readers, options, {}, std::move(stop));
    }
    [[nodiscard]] QString cache() const { return m_cache.path(); }
    [[nodiscard]] const Registry& registry() const { return m_registry; }

private:
    Registry m_registry;
    QTemporaryDir m_cache;
};

inline QString sentence(const Error& error) { return QString::fromStdString(error.sentence()); }

#define ASSAY_OPENED(variable, expression)                                                                             \
    const auto variable##Result = (expression);                                                                        \
    QVERIFY2(variable##Result.has_value(),                                                                             \
             qPrintable(variable##Result ? QString() : assay::testing::sentence(variable##Result.error())));           \
    const assay::Dataset& variable = **variable##Result

inline bool run(const QString& program, const QStringList& arguments, const QString& folder) {
    QProcess process;
    process.setWorkingDirectory(folder);
    process.start(program, arguments);
    return process.waitForFinished(60'000) && process.exitCode() == 0;
}

} // namespace testing
} // namespace assay
