// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/task_check.h"

#include "core/base/text.h"

namespace assay {

Status checkClasses(const TrainingTask& task) {
    if (!task.dataset) return {};
    const Dataset& dataset = *task.dataset;
    Label only = kNoLabel;
    std::size_t samples = 0;
    for (std::size_t i = 0; i < task.labels.labels.size() && i < dataset.splits.size(); ++i) {
        const Label label = task.labels.labels[i];
        const bool excluded = i < task.excluded.size() && task.excluded[i] != 0;
        if (dataset.splits[i] != Split::Train || excluded || !task.labels.counts(i)) continue;
        if (only != kNoLabel && label != only) return {};
        only = label;
        ++samples;
    }
    if (samples == 0) return {};
    const std::string name = std::size_t(only) < dataset.classNames.size()
                                 ? escapeForDisplay(dataset.classNames[std::size_t(only)])
                                 : std::to_string(only);
    const std::string what = task.labels.trusted.empty() ? "training sample" : "label that counts";
    const std::string several = task.labels.trusted.empty() ? "training samples" : "labels that count";
    return fail(
        ErrorCode::InvalidArgument,
        (samples == 1 ? "the only " + what + " is" : "all " + withThousands(samples) + " " + several + " are") +
            " of class \"" + name +
            "\", and with one class nothing tells a wrong label from a right one; train on labels of two classes or "
            "more",
        escapeForDisplay(dataset.location.string()));
}

} // namespace assay
