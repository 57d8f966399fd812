// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace assay {

/// A setting's value. Choices are strings.
using ParamValue = std::variant<bool, std::int64_t, double, std::string>;

enum class ParamType { Bool, Integer, Real, Choice, Text };

/// One setting of a method, score, reader or exporter. The window builds its form from it, the
/// command line its `--set key=value`, the documents their tables.
struct ParamSpec {
    std::string name; ///< kebab-case
    ParamType type = ParamType::Real;
    ParamValue defaultValue;
    std::optional<double> minimum;    ///< inclusive; Integer and Real only
    std::optional<double> maximum;    ///< inclusive
    std::vector<std::string> choices; ///< Choice only
    std::string unit;                 ///< "epochs", "pixels", …; may be empty
    std::string help;                 ///< one line
    bool advanced = false;            ///< folded away at first
};

/// Settings by name; only those that differ from the defaults need be there.
using ParamValues = std::map<std::string, ParamValue>;

/// A value as `--set` and the project store it; reals in shortest round-trip form.
[[nodiscard]] std::string toText(const ParamValue& value);
/// Reads `text` as the type that `spec` asks for; fails with the setting's name and range.
[[nodiscard]] Result<ParamValue> parseParam(const ParamSpec& spec, const std::string& text);
/// Fills in the defaults, and fails on an unknown name, a wrong type or a value out of range.
[[nodiscard]] Result<ParamValues> completeParams(const std::vector<ParamSpec>& specs, const ParamValues& given);

/// Typed access to completed settings; a missing name or another type is a bug.
[[nodiscard]] bool boolParam(const ParamValues& values, const std::string& name);
[[nodiscard]] std::int64_t intParam(const ParamValues& values, const std::string& name);
[[nodiscard]] double realParam(const ParamValues& values, const std::string& name);
[[nodiscard]] const std::string& textParam(const ParamValues& values, const std::string& name);

} // namespace assay
