// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/database.h"

#include <filesystem>
#include <string>
#include <vector>

namespace assay {

/// Copies an open project through SQLite, checks the copy, and only then gives it its name.
void copyProject(Database& source, const std::filesystem::path& target);

/// A dated copy in P.assay-backups; the five newest are kept. A large project (over 64 MiB) once a day at most.
void keepBackup(Database& source);
/// The copy before a migration; never thrown away by keepBackup. Returns its name.
std::filesystem::path keepBackupOfSchema(Database& source, int schema);
/// Newest last.
[[nodiscard]] std::vector<std::filesystem::path> backupsOf(const std::filesystem::path& project);

/// The journal as P.assay-journal.csv, rewritten atomically: a second copy that outlives any schema.
void writeJournalText(Database& source, const std::vector<std::string>& classNames);

} // namespace assay
