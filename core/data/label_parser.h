// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace assay {

/// Without the blanks around it.
[[nodiscard]] std::string trimmed(const std::string& cell);

/// What a cell says of a label.
struct LabelCell {
    enum Kind { Label, None, UnknownClass, OutOfRange, NotWhole };
    Kind kind = None;
    assay::Label label = kNoLabel;
};

/// Reads labels as people's files have them.
class LabelParser {
public:
    explicit LabelParser(const std::vector<std::string>& classNames);
    /// A class name as it is written, else its number; blanks around either do not count. Empty or -1: no label. Where
    /// the classes' names are numbers themselves, a number is a name.
    [[nodiscard]] LabelCell operator()(const std::string& cell) const;
    [[nodiscard]] std::size_t classes() const { return m_classes; }

private:
    std::size_t m_classes;
    bool m_namesAreNumbers;
    std::unordered_map<std::string, Label> m_byName;
};

} // namespace assay
