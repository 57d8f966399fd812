// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "ui/session/task_pool.h"

#include <QObject>

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace assay {
struct Evidence;
}

namespace assay::ui {

class Workspace;

/// The loss and the answer of every sample in every epoch of the run on show, read from the project once and then kept
/// up with the run: six bytes a sample and epoch. GUI thread.
class LossHistory final : public QObject {
    Q_OBJECT
public:
    explicit LossHistory(Workspace& workspace, QObject* parent = nullptr);

    /// Loss by epoch from epoch 1, NaN where unknown; empty while it is read, then changed() follows.
    [[nodiscard]] std::vector<float> of(SampleIndex sample) const;
    /// The class that the run named, by epoch from epoch 1; kNoLabel where unknown.
    [[nodiscard]] std::vector<Label> answers(SampleIndex sample) const;

Q_SIGNALS:
    void changed();

private:
    struct Epoch {
        std::vector<float> losses;         ///< [N]
        std::vector<std::int16_t> answers; ///< [N] −1 none, or past the numbers that fit
    };
    using Epochs = std::map<int, Epoch>;
    [[nodiscard]] static Epoch spread(const Evidence& evidence, std::size_t samples);
    void start();
    void read(const std::vector<int>& epochs);
    void take(RunId run);

    Workspace& m_workspace;
    std::optional<RunId> m_run;
    Epochs m_epochs;
    std::uint64_t m_generation = 0;
    TaskPool m_pool{1};
};

} // namespace assay::ui
