// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/label_parser.h"

#include "core/base/text.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace assay {
namespace {

/// Whole numbers of any size, and as NumPy's savetxt writes them: 3.000000000000000000e+00.
std::optional<double> numberOf(const std::string& text) {
    if (const auto whole = parseInteger(text)) return static_cast<double>(*whole);
    return parseReal(text);
}

} // namespace

std::string trimmed(const std::string& cell) {
    const std::size_t begin = cell.find_first_not_of(" \t");
    return begin == std::string::npos ? std::string() : cell.substr(begin, cell.find_last_not_of(" \t") - begin + 1);
}

LabelParser::LabelParser(const std::vector<std::string>& classNames)
    : m_classes(classNames.size()),
      m_namesAreNumbers(std::all_of(classNames.begin(), classNames.end(),
                                    [](const std::string& name) { return parseInteger(name).has_value(); })) {
    for (std::size_t i = 0; i < classNames.size(); ++i) m_byName.emplace(classNames[i], static_cast<Label>(i));
}

LabelCell LabelParser::operator()(const std::string& cell) const {
    if (const auto it = m_byName.find(cell); it != m_byName.end()) return {LabelCell::Label, it->second};
    const std::string text = trimmed(cell);
    if (text.empty()) return {LabelCell::None};
    if (const auto it = m_byName.find(text); it != m_byName.end()) return {LabelCell::Label, it->second};
    const auto number = numberOf(text);
    if (!number || !std::isfinite(*number)) return {LabelCell::UnknownClass};
    if (*number != std::trunc(*number)) return {LabelCell::NotWhole};
    if (*number == kNoLabel) return {LabelCell::None};
    if (m_namesAreNumbers) {
        const auto it = m_byName.find(std::to_string(static_cast<long long>(std::clamp(*number, -9e15, 9e15))));
        return it != m_byName.end() ? LabelCell{LabelCell::Label, it->second} : LabelCell{LabelCell::OutOfRange};
    }
    if (*number < 0 || *number >= static_cast<double>(m_classes)) return {LabelCell::OutOfRange};
    return {LabelCell::Label, static_cast<Label>(*number)};
}

} // namespace assay
