// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/session.h"

namespace assay::cli {

// Each adds one command to the program: its options, its help, and what it does.
void addInfo(CLI::App& app, Session& session);
void addNoise(CLI::App& app, Session& session);
void addMethods(CLI::App& app, Session& session);
void addScores(CLI::App& app, Session& session);
void addFormats(CLI::App& app, Session& session);
void addLosses(CLI::App& app, Session& session);
void addNetworks(CLI::App& app, Session& session);
void addTrain(CLI::App& app, Session& session);
void addRecipe(CLI::App& app, Session& session);
void addRuns(CLI::App& app, Session& session);
void addRounds(CLI::App& app, Session& session);
void addEpochs(CLI::App& app, Session& session);
void addEvidence(CLI::App& app, Session& session);
void addFeatures(CLI::App& app, Session& session);
void addScore(CLI::App& app, Session& session);
void addQueue(CLI::App& app, Session& session);
void addSimulateReview(CLI::App& app, Session& session);
void addFit(CLI::App& app, Session& session);
void addCrossValidate(CLI::App& app, Session& session);
void addImportProbabilities(CLI::App& app, Session& session);
void addNeighbours(CLI::App& app, Session& session);
void addLabelIssues(CLI::App& app, Session& session);
void addDecide(CLI::App& app, Session& session);
void addAccept(CLI::App& app, Session& session);
void addJournal(CLI::App& app, Session& session);
void addUndo(CLI::App& app, Session& session);
void addCompare(CLI::App& app, Session& session);
void addExport(CLI::App& app, Session& session);
void addDuplicates(CLI::App& app, Session& session);
void addBench(CLI::App& app, Session& session);

} // namespace assay::cli
