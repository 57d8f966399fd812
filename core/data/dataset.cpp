// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"

#include <algorithm>

namespace assay {

std::string_view splitName(Split split) {
    switch (split) {
    case Split::Train: return "train";
    case Split::Validation: return "validation";
    case Split::Test: return "test";
    }
    return "train";
}

void NameTable::add(std::string_view name) {
    m_text.append(name);
    m_ends.push_back(m_text.size());
}

std::string_view NameTable::operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : m_ends[i - 1];
    return std::string_view(m_text).substr(begin, m_ends[i] - begin);
}

std::size_t Dataset::unlabelled() const {
    return std::size_t(std::count(givenLabels.begin(), givenLabels.end(), kNoLabel));
}

} // namespace assay
