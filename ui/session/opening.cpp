// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/opening.h"

#include "core/base/csv.h"
#include "core/base/text.h"
#include "core/data/open_dataset.h"
#include "core/data/picture_names.h"
#include "core/project/dataset_reference.h"
#include "core/project/run_figures.h"

#include <QFile>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <system_error>

namespace assay::ui {

namespace {

namespace fs = std::filesystem;

std::string projectNameOf(const fs::path& location) {
    std::string name = (location.has_filename() ? location : location.parent_path()).filename().string();
    if (const auto dot = name.find('.'); dot != std::string::npos && dot > 0) name.resize(dot);
    std::string clean;
    for (const char c : name) clean += (c == '/' || static_cast<unsigned char>(c) < 0x20) ? '-' : c;
    return clean.empty() ? "dataset" : clean;
}

/// The project of a bare data set: the one that is about the same content, else a new one beside the others.
Result<std::shared_ptr<Project>> projectFor(const Dataset& dataset, const OpenRequest& request) {
    std::error_code ignored;
    fs::create_directories(request.projectFolder, ignored);
    const std::string stem = request.projectName.empty() ? projectNameOf(dataset.location) : request.projectName;
    for (int attempt = 1; attempt < 1000; ++attempt) {
        const fs::path file =
            request.projectFolder / (stem + (attempt == 1 ? "" : "-" + std::to_string(attempt)) + ".assay");
        if (!fs::exists(file, ignored))
            return Project::create(file, referenceTo(dataset, {request.fileColumn, request.labelColumn}));
        const auto found = Project::open(file, OpenMode::ReadOnly);
        if (!found || (*found)->dataset().contentHash != dataset.contentHash) continue;
        return Project::open(file, OpenMode::ReadWriteOrReadOnly);
    }
    return fail(ErrorCode::Io, "no free name is left for a project", request.projectFolder.string());
}

bool unfinished(RunState state) {
    return state == RunState::Queued || state == RunState::Running || state == RunState::Paused ||
           state == RunState::Stopping;
}

Status markInterrupted(Project& project, RunRecord& run, std::vector<std::string>& notices) {
    if (!unfinished(run.state) || project.readOnly()) return {};
    run.state = RunState::Stopped;
    run.reason = "interrupted in epoch " + std::to_string(run.epochsDone + 1);
    notices.push_back("Run " + std::to_string(run.id.value) + " was " + run.reason + "; it can be resumed");
    return project.updateRun(run);
}

Status loadRuns(Opened& opened) {
    ASSAY_TRY(opened.runs, opened.project->runs());
    for (RunRecord& run : opened.runs) {
        ASSAY_TRY(std::vector<EpochSummary> epochs, opened.project->epochs(run.id));
        run.epochsDone = epochs.empty() ? 0 : epochs.back().epoch;
        ASSAY_CHECK_STATUS(markInterrupted(*opened.project, run, opened.notices));
        opened.epochs[run.id.value] = std::make_shared<const std::vector<EpochSummary>>(std::move(epochs));
    }
    return {};
}

Status loadLabels(Opened& opened) {
    ASSAY_TRY(std::vector<StoredLabelSet> sets, opened.project->labelSets());
    ASSAY_TRY(const std::string working, opened.project->setting(kWorkingLabelsKey));
    const auto wanted = parseInteger(working);
    for (StoredLabelSet& stored : sets) {
        opened.labelSetNames[stored.id] = stored.name;
        if (!wanted || stored.id != *wanted) continue;
        opened.workingLabels = stored.id;
        opened.workingLabelSet = std::make_shared<const LabelSet>(std::move(stored.set));
    }
    if (!opened.workingLabelSet)
        opened.workingLabelSet = std::make_shared<const LabelSet>(givenLabelSet(*opened.dataset));
    return {};
}

Status loadJournal(Opened& opened) {
    ASSAY_TRY(opened.journal, opened.project->journal());
    ASSAY_TRY(opened.decisions, opened.project->decisions());
    ASSAY_TRY(opened.threshold, suspectThreshold(*opened.project));
    ASSAY_TRY(const std::string audit, opened.project->setting(kAuditSampleKey));
    opened.auditSample = std::size_t(std::max<std::int64_t>(0, parseInteger(audit).value_or(0)));
    ASSAY_TRY(const std::string stop, opened.project->setting(kStopShareKey));
    opened.stopShare = std::clamp(parseReal(stop).value_or(kUsualStopShare), 0.0, 1.0);
    opened.decisions.resize(opened.dataset->size());
    const auto decided = std::count_if(opened.decisions.begin(), opened.decisions.end(),
                                       [](const DecisionState& s) { return s.verdict != Verdict::None; });
    if (decided > 0) opened.notices.push_back(withThousands(std::uint64_t(decided)) + " decisions restored");
    return {};
}

/// A project's data set must be the one that its decisions are about.
Status compare(const DatasetReference& reference, const Dataset& dataset, std::vector<std::string>& notices) {
    if (reference.contentHash == dataset.contentHash) return {};
    if (reference.samples != dataset.size() || reference.classNames != dataset.classNames)
        return fail(ErrorCode::Damaged,
                    "this is not the data set of the project: it had " + withThousands(reference.samples) +
                        " samples in " + std::to_string(reference.classNames.size()) + " classes, here are " +
                        withThousands(dataset.size()) + " in " + std::to_string(dataset.classCount()),
                    dataset.location.string());
    notices.push_back("The data set has changed since the project was made; decisions are kept by sample");
    return {};
}

Result<std::shared_ptr<const Dataset>> openData(const fs::path& location, const OpenRequest& request,
                                                std::uint64_t splitSeed, const Catalogue<DatasetReader>& readers,
                                                const ProgressFn& progress, std::stop_token stop) {
    OpenOptions options;
    options.reader.fileColumn = request.fileColumn;
    options.reader.labelColumn = request.labelColumn;
    options.splitSeed = splitSeed;
    return openDataset(location, readers, options, progress, stop);
}

Status openProjectFile(const OpenRequest& request, const Catalogue<DatasetReader>& readers, const ProgressFn& progress,
                       std::stop_token stop, Opened& opened, std::optional<MissingDataset>& missing) {
    ASSAY_TRY(opened.project, Project::open(request.project, OpenMode::ReadWriteOrReadOnly));
    const DatasetReference reference = opened.project->dataset();
    const bool moved = !request.dataset.empty();
    const fs::path location = moved ? request.dataset : reference.location;
    std::error_code ignored;
    if (!fs::exists(location, ignored)) {
        missing = MissingDataset{request.project, location};
        return fail(ErrorCode::NotFound, "the data set of this project was not found", location.string());
    }
    OpenRequest columns = request;
    columns.fileColumn = reference.fileColumn;
    columns.labelColumn = reference.labelColumn;
    ASSAY_TRY(opened.dataset, openData(location, columns, reference.splitSeed, readers, progress, stop));
    ASSAY_CHECK_STATUS(compare(reference, *opened.dataset, opened.notices));
    if (moved && !opened.project->readOnly())
        ASSAY_CHECK_STATUS(opened.project->relocateDataset(opened.dataset->location));
    return {};
}

} // namespace

fs::path pathOf(const QString& text) { return QFile::encodeName(text).toStdString(); }

Result<Opened> openAll(const OpenRequest& request, const Catalogue<DatasetReader>& readers, const ProgressFn& progress,
                       std::stop_token stop, std::optional<MissingDataset>& missing) {
    Opened opened;
    if (!request.project.empty()) {
        ASSAY_CHECK_STATUS(openProjectFile(request, readers, progress, stop, opened, missing));
    } else {
        ASSAY_TRY(opened.dataset, openData(request.dataset, request, 0, readers, progress, stop));
        ASSAY_TRY(opened.project, projectFor(*opened.dataset, request));
    }
    if (opened.dataset->size() == 0)
        return fail(ErrorCode::Format, "no samples were found here", opened.dataset->location.string());
    ASSAY_CHECK_STATUS(loadRuns(opened));
    ASSAY_CHECK_STATUS(loadLabels(opened));
    ASSAY_CHECK_STATUS(loadJournal(opened));
    if (!opened.dataset->unreadable.empty())
        opened.notices.push_back(withThousands(opened.dataset->unreadable.size()) +
                                 " files could not be read: see Data ▸ Unreadable files");
    if (const std::size_t unlabelled = opened.dataset->unlabelled(); unlabelled > 0)
        opened.notices.push_back(
            withThousands(unlabelled) + " of " + withThousands(opened.dataset->size()) +
            " samples have no label: methods for few labels learn from them, other methods leave them out");
    for (const std::string& note : opened.dataset->notes) opened.notices.push_back(note);
    return opened;
}

Result<TableColumns> guessColumns(const fs::path& table) {
    ASSAY_TRY(const CsvTable csv, readCsv(table));
    constexpr std::size_t kRowsLookedAt = 500;
    const std::size_t rows = std::min(csv.rows.size(), kRowsLookedAt);
    const auto pictures = [&](std::size_t column) {
        std::size_t count = 0;
        for (std::size_t r = 0; r < rows; ++r) count += hasPictureExtension(csv.rows[r][column]) ? 1 : 0;
        return count;
    };
    const auto named = [&](const auto& wanted, const auto& fits) -> std::optional<std::size_t> {
        for (const char* name : wanted)
            for (std::size_t c = 0; c < csv.header.size(); ++c)
                if (asciiLower(csv.header[c]) == name && fits(c)) return c;
        return std::nullopt;
    };
    static constexpr std::array kFile = {"file",     "filename", "file_name", "image", "path",
                                         "image_id", "img",      "id",        "name",  "key"};
    static constexpr std::array kLabel = {"label", "class", "target", "category", "labels", "class_name", "y", "breed"};
    // A column of file names outweighs one that is only called so.
    std::size_t most = 0;
    for (std::size_t c = 0; c < csv.header.size(); ++c) most = std::max(most, pictures(c));
    const auto mostPictures = [&](std::size_t c) { return pictures(c) == most; };
    std::optional<std::size_t> file = named(kFile, mostPictures);
    for (std::size_t c = 0; !file && c < csv.header.size(); ++c)
        if (mostPictures(c)) file = c;
    const auto another = [&](std::size_t c) { return c != file; };
    std::optional<std::size_t> label = named(kLabel, another);
    for (std::size_t c = csv.header.size(); !label && c-- > 0;)
        if (another(c)) label = c;
    TableColumns columns;
    columns.names = csv.header;
    if (file) columns.file = csv.header[*file];
    if (label) columns.label = csv.header[*label];
    return columns;
}

} // namespace assay::ui
