// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/params.h"

#include "core/base/text.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace assay {
namespace {

std::string rangeText(const ParamSpec& spec) {
    if (spec.type == ParamType::Choice) {
        std::string text = "one of ";
        for (std::size_t i = 0; i < spec.choices.size(); ++i) text += (i ? ", " : "") + spec.choices[i];
        return text;
    }
    if (spec.type == ParamType::Bool) return "true or false";
    const std::string kind = spec.type == ParamType::Integer ? "a whole number" : "a number";
    if (spec.minimum && spec.maximum)
        return kind + " from " + formatNumber(*spec.minimum) + " to " + formatNumber(*spec.maximum);
    if (spec.minimum) return kind + " of at least " + formatNumber(*spec.minimum);
    if (spec.maximum) return kind + " of at most " + formatNumber(*spec.maximum);
    return kind;
}

tl::unexpected<Error> outOfRange(const ParamSpec& spec, const std::string& text) {
    return fail(ErrorCode::InvalidArgument, "setting " + spec.name + " must be " + rangeText(spec) + ", not " + text);
}

bool withinRange(const ParamSpec& spec, double value) {
    return std::isfinite(value) && (!spec.minimum || value >= *spec.minimum) &&
           (!spec.maximum || value <= *spec.maximum);
}

/// The value in the type that the setting has, or an error.
Result<ParamValue> checked(const ParamSpec& spec, const ParamValue& value) {
    switch (spec.type) {
    case ParamType::Bool:
        if (std::holds_alternative<bool>(value)) return value;
        break;
    case ParamType::Integer:
        if (const auto* integer = std::get_if<std::int64_t>(&value); integer && withinRange(spec, double(*integer)))
            return value;
        break;
    case ParamType::Real:
        if (const auto* integer = std::get_if<std::int64_t>(&value); integer && withinRange(spec, double(*integer)))
            return ParamValue(double(*integer));
        if (const auto* real = std::get_if<double>(&value); real && withinRange(spec, *real)) return value;
        break;
    case ParamType::Choice:
        if (const auto* text = std::get_if<std::string>(&value);
            text && std::find(spec.choices.begin(), spec.choices.end(), *text) != spec.choices.end())
            return value;
        break;
    case ParamType::Text:
        if (std::holds_alternative<std::string>(value)) return value;
        break;
    }
    return outOfRange(spec, toText(value));
}

template <class T>
const T& typed(const ParamValues& values, const std::string& name) {
    const auto it = values.find(name);
    assert(it != values.end() && std::holds_alternative<T>(it->second));
    return std::get<T>(it->second);
}

} // namespace

std::string toText(const ParamValue& value) {
    struct Visitor {
        std::string operator()(bool v) const { return v ? "true" : "false"; }
        std::string operator()(std::int64_t v) const { return std::to_string(v); }
        std::string operator()(double v) const { return formatNumber(v); }
        std::string operator()(const std::string& v) const { return v; }
    };
    return std::visit(Visitor{}, value);
}

Result<ParamValue> parseParam(const ParamSpec& spec, const std::string& text) {
    std::optional<ParamValue> value;
    switch (spec.type) {
    case ParamType::Bool: {
        const std::string lower = asciiLower(text);
        if (lower == "true" || lower == "1" || lower == "yes" || lower == "on") value = true;
        if (lower == "false" || lower == "0" || lower == "no" || lower == "off") value = false;
        break;
    }
    case ParamType::Integer:
        if (const auto integer = parseInteger(text)) value = *integer;
        break;
    case ParamType::Real:
        if (const auto real = parseReal(text)) value = *real;
        break;
    case ParamType::Choice:
    case ParamType::Text: value = text; break;
    }
    if (!value) return outOfRange(spec, text);
    return checked(spec, *value);
}

Result<ParamValues> completeParams(const std::vector<ParamSpec>& specs, const ParamValues& given) {
    for (const auto& [name, value] : given) {
        const bool known = std::any_of(specs.begin(), specs.end(), [&](const ParamSpec& s) { return s.name == name; });
        if (known) continue;
        std::string names;
        for (const ParamSpec& spec : specs) names += (names.empty() ? "" : ", ") + spec.name;
        return fail(ErrorCode::InvalidArgument,
                    "there is no setting " + name + (names.empty() ? "; there are none here" : "; there are " + names));
    }
    ParamValues complete;
    for (const ParamSpec& spec : specs) {
        const auto it = given.find(spec.name);
        if (it == given.end()) {
            complete.emplace(spec.name, spec.defaultValue);
            continue;
        }
        ASSAY_TRY(ParamValue value, checked(spec, it->second));
        complete.emplace(spec.name, std::move(value));
    }
    return complete;
}

bool boolParam(const ParamValues& values, const std::string& name) { return typed<bool>(values, name); }
std::int64_t intParam(const ParamValues& values, const std::string& name) { return typed<std::int64_t>(values, name); }
double realParam(const ParamValues& values, const std::string& name) { return typed<double>(values, name); }
const std::string& textParam(const ParamValues& values, const std::string& name) {
    return typed<std::string>(values, name);
}

} // namespace assay
