// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/catalogue_output.h"

#include "core/base/text.h"

namespace assay::cli {

namespace {

std::string typeName(ParamType type) {
    switch (type) {
    case ParamType::Bool: return "bool";
    case ParamType::Integer: return "integer";
    case ParamType::Real: return "real";
    case ParamType::Choice: return "choice";
    case ParamType::Text: return "text";
    }
    return "";
}

Json toJson(const ParamSpec& spec) {
    Json json{{"name", spec.name}, {"type", typeName(spec.type)}};
    std::visit([&](const auto& value) { json["default"] = value; }, spec.defaultValue);
    if (spec.minimum) json["minimum"] = *spec.minimum;
    if (spec.maximum) json["maximum"] = *spec.maximum;
    if (!spec.choices.empty()) json["choices"] = spec.choices;
    if (!spec.unit.empty()) json["unit"] = spec.unit;
    json["help"] = spec.help;
    json["advanced"] = spec.advanced;
    return json;
}

constexpr std::size_t kMostInTable = 6; ///< choices in a cell of the table

std::string listed(const std::vector<std::string>& choices) {
    std::string text;
    for (const std::string& choice : choices) text += (text.empty() ? "" : ", ") + choice;
    return text;
}

std::string range(const ParamSpec& spec) {
    if (spec.choices.size() > kMostInTable) return "one of " + std::to_string(spec.choices.size()) + ", see below";
    std::string text = listed(spec.choices);
    if (spec.minimum) text += "from " + formatNumber(*spec.minimum);
    if (spec.maximum) text += (text.empty() ? "to " : " to ") + formatNumber(*spec.maximum);
    if (!spec.unit.empty()) text += (text.empty() ? "" : " ") + spec.unit;
    return text;
}

} // namespace

Json toJson(const Description& description) {
    Json parameters = Json::array();
    for (const ParamSpec& spec : description.params) parameters.push_back(toJson(spec));
    return Json{{"id", description.id},
                {"title", description.title},
                {"help", description.help},
                {"citation", description.citation},
                {"parameters", std::move(parameters)}};
}

std::string page(const Description& description) {
    std::string text = description.id + ": " + description.title + "\n" + description.help + "\n";
    if (!description.citation.empty()) text += description.citation + "\n";
    if (description.params.empty()) return text;
    TextTable table({"setting", "default", "range", "what it does"});
    for (const ParamSpec& spec : description.params)
        table.add({spec.name, toText(spec.defaultValue), range(spec), spec.help});
    text += "\n" + table.text();
    for (const ParamSpec& spec : description.params)
        if (spec.choices.size() > kMostInTable) text += "\n" + spec.name + ": " + listed(spec.choices) + "\n";
    return text;
}

} // namespace assay::cli
