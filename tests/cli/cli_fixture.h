// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>

#include <memory>
#include <string>
#include <vector>

namespace assay {
class Project;
struct Dataset;
} // namespace assay

namespace assay::clitest {

/// How one call of assay-cli ended.
struct Call {
    int status = -1; ///< −1: crashed or did not start
    QByteArray out, err;
    [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
};

/// Runs build/bin/assay-cli with folders of its own for settings, cache and data; at most `seconds`.
[[nodiscard]] Call callCli(const QStringList& arguments, const QProcessEnvironment& environment, int seconds = 120);

/// An environment that knows nothing of the user's folders: all lie below `folder`.
[[nodiscard]] QProcessEnvironment cleanEnvironment(const QString& folder);

/// True where the training engine was built.
[[nodiscard]] bool engineIsBuilt();

/// Writes `perClass` pictures of each of three classes as IDX files (train and t10k): a bright band at the top, in the
/// middle or at the bottom, over noise. Easy to learn.
void writeBands(const QString& folder, int perClassTrain, int perClassTest);

/// Writes the same pictures as PNG files in class folders, with names that need care in a CSV.
void writeBandFolders(const QString& folder, int perClass);

/// A CSV as rows of cells, header first; simple quoting is understood.
[[nodiscard]] std::vector<QStringList> readCsvFile(const QString& file);
[[nodiscard]] std::vector<QStringList> parseCsvBytes(const QByteArray& bytes);
void writeText(const QString& file, const QByteArray& text);
[[nodiscard]] QByteArray readAll(const QString& file);

/// Makes a project about the data set without any run.
[[nodiscard]] bool makeProject(const QString& file, const QString& dataset, const QString& cacheFolder);

} // namespace assay::clitest
