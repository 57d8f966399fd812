// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/run_store.h"

#include "core/base/hash.h"
#include "core/base/text.h"
#include "core/project/column_codec.h"
#include "core/project/run_text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace assay {

namespace {

/// As stored, in the order of LabelOrigin.
constexpr std::array<std::string_view, 6> kOriginNames{"given", "noise", "file", "journal", "pseudo", "cleaning"};
constexpr std::array kStates{RunState::Queued,   RunState::Running, RunState::Paused, RunState::Stopping,
                             RunState::Finished, RunState::Stopped, RunState::Failed};
constexpr const char* kLabelsColumn = "prediction";

template <class T>
T unwrap(Result<T> result) {
    if (!result) throw SqlFailure(result.error(), 0);
    return std::move(*result);
}

std::string storeLabels(Database& database, std::span<const Label> labels) {
    const std::vector<std::byte> data = encodeLabels(labels);
    std::string hash = contentHash(data);
    Statement(database, "INSERT OR IGNORE INTO label_array VALUES(?,?)").bind(1, hash).bind(2, data).run();
    return hash;
}

std::string_view originText(LabelOrigin origin) { return kOriginNames.at(std::size_t(origin)); }

LabelOrigin originFrom(const std::string& name) {
    const auto it = std::find(kOriginNames.begin(), kOriginNames.end(), name);
    if (it == kOriginNames.end())
        raise(ErrorCode::Damaged, "a label set of the project is of unknown origin; restore a backup");
    return LabelOrigin(it - kOriginNames.begin());
}

RunState parseState(const std::string& name) {
    const auto it = std::find_if(kStates.begin(), kStates.end(), [&](RunState s) { return runStateName(s) == name; });
    if (it == kStates.end()) raise(ErrorCode::Damaged, "a run of the project is in an unknown state; restore a backup");
    return *it;
}

constexpr const char* kLabelSets =
    "SELECT s.id, s.name, s.origin, s.source, l.data, t.data, c.data FROM label_set s "
    "JOIN label_array l ON l.hash = s.labels LEFT JOIN label_array t ON t.hash = s.truth "
    "LEFT JOIN label_array c ON c.hash = s.trusted ";

StoredLabelSet labelSetRow(const Statement& row, std::size_t samples) {
    StoredLabelSet result;
    result.id = row.integer(0);
    result.name = row.text(1);
    result.set.origin = originFrom(row.text(2));
    result.set.source = row.text(3);
    result.set.labels = unwrap(decodeLabels(row.blob(4), samples));
    if (!row.isNull(5)) result.set.trueLabels = unwrap(decodeLabels(row.blob(5), samples));
    if (!row.isNull(6)) {
        const std::vector<Label> trusted = unwrap(decodeLabels(row.blob(6), samples));
        result.set.trusted.assign(trusted.begin(), trusted.end());
    }
    return result;
}

constexpr const char* kRuns =
    "SELECT id, created, label_set, revision, state, reason, epochs_done, config, result, manifest FROM run ";

RunRecord runRow(const Statement& row) {
    RunRecord run;
    run.id = RunId(row.integer(0));
    run.created = row.text(1);
    run.labelSet = row.integer(2);
    if (!row.isNull(3)) run.revision = Revision(row.integer(3));
    run.state = parseState(row.text(4));
    run.reason = row.text(5);
    run.epochsDone = int(row.integer(6));
    run.config = configFromJson(row.text(7));
    if (!row.isNull(8)) run.result = resultFromJson(row.text(8));
    run.manifest = row.text(9);
    return run;
}

/// Binds what addRun and updateRun share: state, reason, epochs, result, manifest at parameters 1 to 5.
void bindOutcome(Statement& statement, const RunRecord& run) {
    statement.bind(1, runStateName(run.state)).bind(2, run.reason).bind(3, std::int64_t(run.epochsDone));
    if (run.result) statement.bind(4, resultToJson(*run.result));
    statement.bind(5, run.manifest);
}

} // namespace

std::int64_t insertLabelSet(Database& database, const std::string& name, const LabelSet& set) {
    const std::string labels = storeLabels(database, set.labels);
    std::string truth, trusted;
    if (!set.trueLabels.empty()) truth = storeLabels(database, set.trueLabels);
    if (!set.trusted.empty())
        trusted = storeLabels(database, std::vector<Label>(set.trusted.begin(), set.trusted.end()));
    const auto bindAll = [&](Statement& statement) {
        statement.bind(1, name).bind(2, originText(set.origin)).bind(3, set.source).bind(4, labels);
        if (!truth.empty()) statement.bind(5, truth);
        if (!trusted.empty()) statement.bind(6, trusted);
    };
    // The same labels under the same name are the same set: retraining does not pile up copies.
    Statement known(database,
                    "SELECT id FROM label_set WHERE name=? AND origin=? AND source=? AND labels=? AND truth IS "
                    "? AND trusted IS ?");
    bindAll(known);
    if (known.step()) return known.integer(0);
    Statement insert(database,
                     "INSERT INTO label_set(name, origin, source, labels, truth, trusted) VALUES(?,?,?,?,?,?)");
    bindAll(insert);
    insert.run();
    return database.lastRowId();
}

StoredLabelSet readLabelSet(Database& database, std::int64_t id, std::size_t samples) {
    Statement row(database, std::string(kLabelSets) + "WHERE s.id = ?");
    row.bind(1, id);
    if (!row.step()) raise(ErrorCode::NotFound, "the project has no label set " + std::to_string(id));
    return labelSetRow(row, samples);
}

std::vector<StoredLabelSet> readLabelSets(Database& database, std::size_t samples) {
    std::vector<StoredLabelSet> result;
    Statement row(database, std::string(kLabelSets) + "ORDER BY s.id");
    while (row.step()) result.push_back(labelSetRow(row, samples));
    return result;
}

RunId insertRun(Database& database, const RunRecord& run) {
    if (Statement known(database, "SELECT 1 FROM label_set WHERE id=?"); !known.bind(1, run.labelSet).step())
        raise(ErrorCode::NotFound, "the project has no label set " + std::to_string(run.labelSet));
    Statement insert(database, "INSERT INTO run(state, reason, epochs_done, result, manifest, created, label_set, "
                               "revision, config) VALUES(?,?,?,?,?,?,?,?,?)");
    bindOutcome(insert, run);
    insert.bind(6, run.created.empty() ? utcNow() : run.created).bind(7, run.labelSet);
    if (run.revision) insert.bind(8, run.revision->value);
    insert.bind(9, configToJson(run.config)).run();
    return RunId(database.lastRowId());
}

void updateRunRow(Database& database, const RunRecord& run) {
    Statement update(database,
                     "UPDATE run SET state=?, reason=?, epochs_done=max(epochs_done, ?), result=?, manifest=? "
                     "WHERE id=?");
    bindOutcome(update, run);
    update.bind(6, run.id.value).run();
    if (database.integer("SELECT changes()") == 0)
        raise(ErrorCode::NotFound, "the project has no run " + std::to_string(run.id.value));
}

std::vector<RunRecord> readRuns(Database& database) {
    std::vector<RunRecord> runs;
    Statement row(database, std::string(kRuns) + "ORDER BY id");
    while (row.step()) runs.push_back(runRow(row));
    return runs;
}

RunRecord readRun(Database& database, RunId id) {
    Statement row(database, std::string(kRuns) + "WHERE id = ?");
    row.bind(1, id.value);
    if (!row.step()) raise(ErrorCode::NotFound, "the project has no run " + std::to_string(id.value));
    return runRow(row);
}

void setRunState(Database& database, RunId id, RunState state) {
    Statement(database, "UPDATE run SET state=? WHERE id=?").bind(1, runStateName(state)).bind(2, id.value).run();
}

void insertNote(Database& database, RunId run, const std::string& sentence) {
    Statement(database, "INSERT INTO note(run, time, sentence) VALUES(?,?,?)")
        .bind(1, run.value)
        .bind(2, utcNow())
        .bind(3, sentence)
        .run();
}

std::vector<std::string> readNotes(Database& database, RunId run) {
    std::vector<std::string> notes;
    Statement row(database, "SELECT sentence FROM note WHERE run=? ORDER BY id");
    row.bind(1, run.value);
    while (row.step()) notes.push_back(row.text(0));
    return notes;
}

std::size_t runsLeftBehind(Database& database) {
    Statement count(database, "SELECT count(*) FROM run WHERE state IN (?,?,?,?)");
    int parameter = 1;
    for (const RunState state : {RunState::Queued, RunState::Running, RunState::Paused, RunState::Stopping})
        count.bind(parameter++, runStateName(state));
    return count.step() ? std::size_t(count.integer(0)) : 0;
}

void closeInterruptedRuns(Database& database) {
    Statement update(database, "UPDATE run SET state=?, reason=CASE WHEN state=? THEN 'never started' ELSE "
                               "'interrupted in epoch ' || (epochs_done + 1) END WHERE state IN (?,?,?,?)");
    update.bind(1, runStateName(RunState::Stopped)).bind(2, runStateName(RunState::Queued));
    int parameter = 3;
    for (const RunState state : {RunState::Queued, RunState::Running, RunState::Paused, RunState::Stopping})
        update.bind(parameter++, runStateName(state));
    update.run();
}

Result<PackedEpoch> packEpoch(const EpochReport& report, std::size_t samples) {
    PackedEpoch packed;
    packed.epoch = report.epoch;
    packed.summary = summaryToJson(report);
    if (report.epoch < 1) return fail(ErrorCode::InvalidArgument, "epochs are counted from 1");
    if (!report.evidence) return packed;
    const Evidence& evidence = *report.evidence;
    const std::size_t n = evidence.size();
    const auto context = [&](std::size_t i) {
        return "sample " + std::to_string(evidence.samples[i].value) + ", epoch " + std::to_string(report.epoch);
    };
    for (std::size_t i = 0; i < n; ++i) {
        if (evidence.samples[i].value >= samples)
            return fail(ErrorCode::InvalidArgument, "the data set has no such sample", context(i));
        if (i > 0 && evidence.samples[i] <= evidence.samples[i - 1])
            return fail(ErrorCode::InvalidArgument, "evidence is to be in order of index, each sample once",
                        context(i));
    }
    const auto add = [&](const std::string& name, const std::vector<float>& values) -> Status {
        if (values.size() != n)
            return fail(ErrorCode::InvalidArgument,
                        "the evidence column \"" + name + "\" has another length than the rest",
                        "epoch " + std::to_string(report.epoch));
        for (std::size_t i = 0; i < n; ++i)
            if (!std::isfinite(values[i]))
                return fail(ErrorCode::Numeric, "the evidence column \"" + name + "\" is not finite", context(i));
        packed.columns.emplace_back(name, encodeFloats(values));
        return {};
    };
    if (evidence.prediction.size() != n)
        return fail(ErrorCode::InvalidArgument, "the evidence has another number of predictions than of samples",
                    "epoch " + std::to_string(report.epoch));
    ASSAY_CHECK_STATUS(add("loss", evidence.loss));
    ASSAY_CHECK_STATUS(add("confidence", evidence.confidence));
    ASSAY_CHECK_STATUS(add("margin", evidence.margin));
    packed.columns.emplace_back(kLabelsColumn, encodeLabels(evidence.prediction));
    for (const auto& [name, values] : evidence.columns) {
        if (name == "loss" || name == "confidence" || name == "margin" || name == kLabelsColumn)
            return fail(ErrorCode::InvalidArgument, "a method's evidence column may not be called \"" + name + "\"");
        ASSAY_CHECK_STATUS(add(name, values));
    }
    if (report.cleaning && !evidence.columns.contains(kKeptColumn))
        return fail(ErrorCode::InvalidArgument, "the end of a round of cleaning does not say what was kept",
                    "epoch " + std::to_string(report.epoch));
    packed.samples = encodeIndices(evidence.samples);
    packed.samplesHash = contentHash(packed.samples);
    return packed;
}

void insertEpoch(Database& database, RunId run, const PackedEpoch& epoch) {
    Statement(database, "DELETE FROM evidence WHERE run=? AND epoch=?")
        .bind(1, run.value)
        .bind(2, std::int64_t(epoch.epoch))
        .run();
    Statement(database, "DELETE FROM epoch WHERE run=? AND epoch=?")
        .bind(1, run.value)
        .bind(2, std::int64_t(epoch.epoch))
        .run();
    if (!epoch.samplesHash.empty())
        Statement(database, "INSERT OR IGNORE INTO sample_list VALUES(?,?)")
            .bind(1, epoch.samplesHash)
            .bind(2, epoch.samples)
            .run();
    Statement row(database, "INSERT INTO epoch(run, epoch, samples, summary) VALUES(?,?,?,?)");
    row.bind(1, run.value).bind(2, std::int64_t(epoch.epoch));
    if (!epoch.samplesHash.empty()) row.bind(3, epoch.samplesHash);
    row.bind(4, epoch.summary).run();
    Statement column(database, "INSERT INTO evidence(run, epoch, name, data) VALUES(?,?,?,?)");
    for (const auto& [name, data] : epoch.columns)
        column.bind(1, run.value).bind(2, std::int64_t(epoch.epoch)).bind(3, name).bind(4, data).run();
    Statement(database, "UPDATE run SET epochs_done=max(epochs_done, ?) WHERE id=?")
        .bind(1, std::int64_t(epoch.epoch))
        .bind(2, run.value)
        .run();
}

void insertRound(Database& database, RunId run, const EpochReport& report, std::size_t samples) {
    if (!report.cleaning || !report.evidence) return;
    const LabelSet base = readLabelSet(database, readRun(database, run).labelSet, samples).set;
    const std::vector<float>& kept = report.evidence->columns.at(kKeptColumn);
    LabelSet set;
    set.origin = LabelOrigin::Cleaning;
    const std::string name = "run " + std::to_string(run.value) + ", round " + std::to_string(report.cleaning->round);
    set.source = name + " of " + std::to_string(report.cleaning->rounds) + ", epoch " + std::to_string(report.epoch) +
                 ": " + report.cleaning->criterion;
    set.labels.assign(samples, kNoLabel);
    for (std::size_t i = 0; i < kept.size(); ++i) {
        const std::uint32_t sample = report.evidence->samples[i].value;
        if (kept[i] != 0) set.labels[sample] = base.labels[sample];
    }
    set.trueLabels = base.trueLabels;
    const std::int64_t id = insertLabelSet(database, name, set);
    Statement(database,
              "DELETE FROM label_set WHERE name=? AND origin=? AND id<>? AND id NOT IN (SELECT label_set FROM run)")
        .bind(1, name)
        .bind(2, originText(LabelOrigin::Cleaning))
        .bind(3, id)
        .run();
}

std::vector<EpochSummary> readEpochs(Database& database, RunId run) {
    std::vector<EpochSummary> epochs;
    Statement row(database, "SELECT epoch, summary FROM epoch WHERE run=? ORDER BY epoch");
    row.bind(1, run.value);
    while (row.step()) epochs.push_back(summaryFromJson(int(row.integer(0)), row.text(1)));
    return epochs;
}

std::shared_ptr<const Evidence> readEvidence(Database& database, RunId run, int epoch, std::size_t samples) {
    const std::string name = "run " + std::to_string(run.value) + ", epoch " + std::to_string(epoch);
    auto evidence = std::make_shared<Evidence>();
    evidence->epoch = epoch;
    Statement list(database, "SELECT l.data FROM epoch e JOIN sample_list l ON l.hash = e.samples WHERE e.run=? AND "
                             "e.epoch=?");
    list.bind(1, run.value).bind(2, std::int64_t(epoch));
    if (!list.step()) raise(ErrorCode::NotFound, "the project holds no evidence of this epoch", name);
    evidence->samples = unwrap(decodeIndices(list.blob(0), samples));
    const std::size_t n = evidence->samples.size();
    Statement column(database, "SELECT name, data FROM evidence WHERE run=? AND epoch=?");
    column.bind(1, run.value).bind(2, std::int64_t(epoch));
    const auto check = [&](std::size_t size) {
        if (size != n) raise(ErrorCode::Damaged, "the evidence of an epoch is damaged", name);
    };
    while (column.step()) {
        const std::string which = column.text(0);
        if (which == kLabelsColumn) {
            evidence->prediction = unwrap(decodeLabels(column.blob(1), n));
            check(evidence->prediction.size());
            continue;
        }
        std::vector<float> values = unwrap(decodeFloats(column.blob(1), n));
        check(values.size());
        if (which == "loss") evidence->loss = std::move(values);
        else if (which == "confidence") evidence->confidence = std::move(values);
        else if (which == "margin") evidence->margin = std::move(values);
        else evidence->columns.emplace(which, std::move(values));
    }
    for (const std::size_t size :
         {evidence->loss.size(), evidence->confidence.size(), evidence->margin.size(), evidence->prediction.size()})
        check(size);
    return evidence;
}

void dropUndecodable(Database& database, std::size_t samples) {
    const auto ids = [&](const char* sql) {
        std::vector<std::pair<std::int64_t, std::int64_t>> found;
        Statement row(database, sql);
        while (row.step()) found.emplace_back(row.integer(0), row.integer(1));
        return found;
    };
    const auto decodes = [](auto&& read) {
        try {
            read();
            return true;
        } catch (const SqlFailure&) {
            return false;
        }
    };
    const auto remove = [&](const char* sql, std::int64_t id) { Statement(database, sql).bind(1, id).run(); };
    const auto removeRun = [&](std::int64_t id) {
        for (const char* sql : {"DELETE FROM evidence WHERE run=?", "DELETE FROM epoch WHERE run=?",
                                "DELETE FROM note WHERE run=?", "DELETE FROM run WHERE id=?"})
            remove(sql, id);
    };
    for (const auto& [set, unused] : ids("SELECT id, 0 FROM label_set")) {
        if (decodes([&, id = set] { (void)readLabelSet(database, id, samples); })) continue;
        for (const auto& [run, labels] : ids("SELECT id, label_set FROM run"))
            if (labels == set) removeRun(run);
        remove("DELETE FROM label_set WHERE id=?", set);
    }
    for (const auto& [run, unused] : ids("SELECT id, 0 FROM run"))
        if (!decodes([&, id = run] { (void)readRun(database, RunId(id)); })) removeRun(run);
    for (const auto& [run, epoch] : ids("SELECT run, epoch FROM epoch")) {
        const bool whole = decodes([&, r = run, e = epoch] {
            Statement row(database, "SELECT summary, samples IS NULL FROM epoch WHERE run=? AND epoch=?");
            row.bind(1, r).bind(2, e);
            if (row.step()) (void)summaryFromJson(int(e), row.text(0));
            if (row.integer(1) == 0) (void)readEvidence(database, RunId(r), int(e), samples);
        });
        if (whole) continue;
        Statement(database, "DELETE FROM evidence WHERE run=? AND epoch=?").bind(1, run).bind(2, epoch).run();
        Statement(database, "DELETE FROM epoch WHERE run=? AND epoch=?").bind(1, run).bind(2, epoch).run();
    }
}

} // namespace assay
