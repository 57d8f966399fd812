// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/database.h"
#include "core/project/project.h"

#include <functional>
#include <span>

namespace assay {

/// One step of the schema's history, run inside the migration's transaction.
struct Migration {
    int from = 0, to = 0;
    void (*apply)(Database& database) = nullptr;
};
/// From the oldest released schema to the present one.
[[nodiscard]] std::span<const Migration> migrations();

/// Writes schema and project row into an empty file.
void createSchema(Database& database, const DatasetReference& dataset);

/// Raises Damaged unless the file holds exactly the tables of this version: nothing that a stranger put in
/// (triggers, views, altered tables) is ever run. `newerMinor` allows more tables and columns.
void verifySchema(Database& database, bool newerMinor);

/// Brings an older file to the present schema in one transaction.
void migrate(Database& database, std::span<const Migration> steps);

[[nodiscard]] DatasetReference readDatasetReference(Database& database);
void writeLocation(Database& database, const std::filesystem::path& location);

} // namespace assay
