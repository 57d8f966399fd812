// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/exemplars.h"

#include "ui/session/workspace.h"

#include <algorithm>
#include <utility>

namespace assay::ui {

std::vector<std::vector<SampleIndex>> exemplars(const Workspace& workspace, std::size_t count) {
    const auto dataset = workspace.dataset();
    if (!dataset) return {};
    const std::size_t classes = std::size_t(dataset->classCount());
    std::vector<std::vector<std::pair<float, SampleIndex>>> best(classes);
    const auto offer = [&](Label label, float loss, SampleIndex sample) {
        if (label < 0 || std::size_t(label) >= classes) return;
        auto& list = best[std::size_t(label)];
        if (list.size() == count && loss >= list.back().first) return;
        const auto at = std::upper_bound(list.begin(), list.end(), std::pair(loss, sample));
        list.insert(at, {loss, sample});
        if (list.size() > count) list.pop_back();
    };
    if (const auto evidence = workspace.currentEvidence()) {
        for (std::size_t row = 0; row < evidence->size(); ++row) {
            const Label label = workspace.baseLabel(evidence->samples[row]);
            if (evidence->prediction[row] == label) offer(label, evidence->loss[row], evidence->samples[row]);
        }
    } else {
        for (std::uint32_t i = 0; i < dataset->size(); ++i)
            offer(workspace.baseLabel(SampleIndex(i)), float(i), SampleIndex(i));
    }
    std::vector<std::vector<SampleIndex>> result(classes);
    for (std::size_t k = 0; k < classes; ++k)
        for (const auto& [loss, sample] : best[k]) result[k].push_back(sample);
    return result;
}

} // namespace assay::ui
