// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/figures.h"
#include "app/cli/output.h"

#include <map>

namespace assay::cli {

namespace {

/// Labels before and after are told by name: a relabel's own, else the one that the sample came with.
class Labels {
public:
    Labels(const DatasetReference& reference, std::vector<Label> base)
        : m_classes(reference.classNames), m_base(std::move(base)) {}
    [[nodiscard]] std::string of(SampleIndex sample, const DecisionState& state) const {
        if (state.verdict == Verdict::Relabel) return className(m_classes, state.label);
        return sample.value < m_base.size() ? className(m_classes, m_base[sample.value]) : std::string();
    }

private:
    std::vector<std::string> m_classes;
    std::vector<Label> m_base;
};

/// The revision that a row takes back: the one of the same sample in the undone step.
std::map<std::pair<std::int64_t, std::uint32_t>, std::int64_t> revisions(const std::vector<JournalEntry>& entries) {
    std::map<std::pair<std::int64_t, std::uint32_t>, std::int64_t> found;
    for (const JournalEntry& entry : entries) found[{entry.step, entry.sample.value}] = entry.revision.value;
    return found;
}

Status printJournal(Session& session, const ProjectArguments& arguments) {
    ASSAY_TRY(const auto project, openProjectToRead(arguments));
    ASSAY_TRY(const std::vector<JournalEntry> entries, project->journal());
    ASSAY_TRY(const auto newest, newestRun(*project));
    std::vector<Label> base;
    if (newest) {
        ASSAY_TRY(BaseLabels labels, decisionBase(*project, newest, nullptr));
        base = std::move(labels.labels);
    } else if (const auto dataset = openProjectDataset(session, *project, arguments)) {
        base = (*dataset)->givenLabels;
    }
    const Labels labels(project->dataset(), std::move(base));
    const auto found = revisions(entries);
    Json list = Json::array();
    TextTable table({"revision", "time", "index", "decision", "from", "to", "reason", "who", "undoes"});
    for (const JournalEntry& entry : entries) {
        Json undoes = nullptr;
        if (entry.undoes) {
            const auto undone = found.find({*entry.undoes, entry.sample.value});
            if (undone != found.end()) undoes = undone->second;
        }
        const std::string decision(verdictName(entry.to.verdict));
        const std::string from = labels.of(entry.sample, entry.from), to = labels.of(entry.sample, entry.to);
        table.add({std::to_string(entry.revision.value), entry.time, std::to_string(entry.sample.value), decision, from,
                   to, entry.reason.rule, entry.reason.who, undoes.is_null() ? "" : undoes.dump()});
        Json json{{"revision", entry.revision.value},
                  {"step", entry.step},
                  {"time", entry.time},
                  {"index", entry.sample.value},
                  {"decision", decision},
                  {"decision_before", verdictName(entry.from.verdict)},
                  {"from", from},
                  {"to", to},
                  {"reason", entry.reason.rule},
                  {"who", entry.reason.who},
                  {"undoes", std::move(undoes)}};
        if (!entry.reason.score.empty()) json["score"] = entry.reason.score;
        if (entry.reason.value) json["value"] = number(*entry.reason.value);
        if (entry.reason.run) json["run"] = entry.reason.run->value;
        list.push_back(std::move(json));
    }
    if (session.json()) return printJson(Json{{"revision", project->revision().value}, {"entries", std::move(list)}});
    return print(entries.empty() ? "no decisions yet\n" : table.text());
}

} // namespace

void addJournal(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("journal", "Every decision of a project, in order");
    auto arguments = std::make_shared<ProjectArguments>();
    addProjectArguments(command, *arguments);
    command.footer("Example: assay-cli journal p.assay --json");
    session.command(command, [&session, arguments] { return printJournal(session, *arguments); });
}

} // namespace assay::cli
