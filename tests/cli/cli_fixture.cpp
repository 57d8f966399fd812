// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_fixture.h"

#include "app/composition.h"
#include "core/base/csv.h"
#include "core/base/rng.h"
#include "core/data/open_dataset.h"
#include "core/project/dataset_reference.h"
#include "core/project/project.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QProcess>

namespace assay::clitest {

namespace {

constexpr int kSide = 12;
constexpr int kClasses = 3;

std::vector<std::uint8_t> bandPicture(int kind, std::uint32_t sample) {
    CounterRng rng(7, RngPurpose::Test, std::uint32_t(kind), sample);
    std::vector<std::uint8_t> pixels(kSide * kSide);
    for (int y = 0; y < kSide; ++y)
        for (int x = 0; x < kSide; ++x) {
            const bool bright = y / (kSide / kClasses) == kind;
            pixels[std::size_t(y * kSide + x)] = std::uint8_t((bright ? 150 : 20) + int(rng.below(80)));
        }
    return pixels;
}

QByteArray bigEndian(std::uint32_t value) {
    QByteArray bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes.append(char((value >> shift) & 0xFFu));
    return bytes;
}

void writeIdx(const QString& folder, const QString& prefix, int perClass, std::uint32_t firstSample) {
    const auto count = std::uint32_t(perClass * kClasses);
    QByteArray images = bigEndian(0x803) + bigEndian(count) + bigEndian(kSide) + bigEndian(kSide);
    QByteArray labels = bigEndian(0x801) + bigEndian(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        const int kind = int(i) % kClasses;
        const auto pixels = bandPicture(kind, firstSample + i);
        images.append(reinterpret_cast<const char*>(pixels.data()), qsizetype(pixels.size()));
        labels.append(char(kind));
    }
    writeText(folder + "/" + prefix + "-images-idx3-ubyte", images);
    writeText(folder + "/" + prefix + "-labels-idx1-ubyte", labels);
}

} // namespace

Call callCli(const QStringList& arguments, const QProcessEnvironment& environment, int seconds) {
    QProcess process;
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(ASSAY_BINARY_DIR "/bin/assay-cli"), arguments);
    Call call;
    if (!process.waitForFinished(seconds * 1000)) {
        process.kill();
        process.waitForFinished(5000);
        call.err = "did not end in time: " + process.readAllStandardError();
        return call;
    }
    call.status = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    call.out = process.readAllStandardOutput();
    call.err = process.readAllStandardError();
    return call;
}

QProcessEnvironment cleanEnvironment(const QString& folder) {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("HOME", folder + "/user");
    environment.insert("XDG_CACHE_HOME", folder + "/user/cache");
    environment.insert("XDG_CONFIG_HOME", folder + "/user/config");
    environment.insert("XDG_DATA_HOME", folder + "/user/data");
    environment.insert("XDG_STATE_HOME", folder + "/user/state");
    environment.remove("ASSAY_PLUGIN_PATH");
    QDir().mkpath(folder + "/user");
    return environment;
}

bool engineIsBuilt() { return QFileInfo::exists(QStringLiteral(ASSAY_BINARY_DIR "/lib/libassay_engine.so")); }

void writeBands(const QString& folder, int perClassTrain, int perClassTest) {
    QDir().mkpath(folder);
    writeIdx(folder, "train", perClassTrain, 0);
    if (perClassTest > 0) writeIdx(folder, "t10k", perClassTest, 1'000'000);
}

void writeBandFolders(const QString& folder, int perClass) {
    const QStringList classes{"lower, band", "middle \"band\"", "upper band"};
    for (int kind = 0; kind < kClasses; ++kind) {
        QDir().mkpath(folder + "/" + classes[kind]);
        for (int i = 0; i < perClass; ++i) {
            const auto pixels = bandPicture(kind, std::uint32_t(i));
            const QImage image(pixels.data(), kSide, kSide, kSide, QImage::Format_Grayscale8);
            image.save(QString("%1/%2/picture %3.png").arg(folder, classes[kind]).arg(i, 3, 10, QLatin1Char('0')));
        }
    }
}

std::vector<QStringList> parseCsvBytes(const QByteArray& bytes) {
    std::vector<QStringList> rows;
    const auto table = parseCsv(std::string_view(bytes.data(), std::size_t(bytes.size())), "test");
    if (!table) return rows;
    const auto add = [&](const std::vector<std::string>& cells) {
        QStringList row;
        for (const std::string& cell : cells) row << QString::fromStdString(cell);
        rows.push_back(row);
    };
    add(table->header);
    for (const auto& cells : table->rows) add(cells);
    return rows;
}

std::vector<QStringList> readCsvFile(const QString& file) { return parseCsvBytes(readAll(file)); }

void writeText(const QString& file, const QByteArray& text) {
    QFile out(file);
    if (out.open(QIODevice::WriteOnly)) out.write(text);
}

QByteArray readAll(const QString& file) {
    QFile in(file);
    return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
}

bool makeProject(const QString& file, const QString& dataset, const QString& cacheFolder) {
    OpenOptions options;
    options.cacheFolder = cacheFolder.toStdString();
    const auto opened = openDataset(dataset.toStdString(), makeRegistry()->readers, options);
    if (!opened) return false;
    return Project::create(file.toStdString(), referenceTo(**opened)).has_value();
}

} // namespace assay::clitest
