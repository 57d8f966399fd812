// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/catalogue_output.h"
#include "app/cli/commands.h"
#include "core/data/dataset_reader.h"
#include "core/project/exporter.h"

namespace assay::cli {

namespace {

Status printFormats(Session& session) {
    const Registry& registry = session.registry();
    if (session.json()) {
        Json readers = Json::array(), exporters = Json::array();
        for (const auto& reader : registry.readers.all()) readers.push_back(toJson(reader->description()));
        for (const auto& exporter : registry.exporters.all()) exporters.push_back(toJson(exporter->description()));
        return printJson(Json{{"readers", std::move(readers)}, {"exporters", std::move(exporters)}});
    }
    TextTable readers({"read", "what it is"});
    for (const auto& reader : registry.readers.all())
        readers.add({reader->description().id, reader->description().help});
    TextTable exporters({"written", "what it is"});
    for (const auto& exporter : registry.exporters.all())
        exporters.add({exporter->description().id, exporter->description().help});
    return print(readers.text() + "\n" + exporters.text());
}

} // namespace

void addFormats(CLI::App& app, Session& session) {
    CLI::App& command =
        *app.add_subcommand("formats", "The data set formats that are read, and those that are written");
    auto id = std::make_shared<std::string>();
    command.add_option("ID", *id, "Show this one with its settings");
    command.footer("Example: assay-cli formats csv-template");
    session.command(command, [&session, id]() -> Status {
        if (id->empty()) return printFormats(session);
        const Registry& registry = session.registry();
        if (registry.exporters.find(*id))
            return printCatalogue(registry.exporters, *id, "format", "exporters", session.json());
        if (registry.readers.find(*id))
            return printCatalogue(registry.readers, *id, "format", "readers", session.json());
        return fail(ErrorCode::NotFound,
                    "there is no format of this name (read: " + knownIds(registry.readers) +
                        "; written: " + knownIds(registry.exporters) + ")",
                    *id);
    });
}

} // namespace assay::cli
