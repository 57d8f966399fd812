// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/evidence.h"
#include "core/base/ids.h"
#include "core/stats/confident_learning.h"
#include "ui/session/task_pool.h"

#include <QObject>

#include <memory>
#include <optional>
#include <vector>

namespace assay::ui {

class Workspace;

/// What confident learning makes of the class probabilities that the run on show kept: of the samples
/// that it judges. Reads and counts on a thread of its own. GUI thread.
class ConfidentFinder final : public QObject {
    Q_OBJECT
public:
    /// Aligned: the samples that have a label and probabilities. Immutable.
    struct Counts {
        stats::ConfidentJoint joint;
        std::vector<SampleIndex> samples;
        std::vector<Label> given;
        std::vector<Label> countedAs; ///< kNoLabel: under no class
    };

    explicit ConfidentFinder(Workspace& workspace, QObject* parent = nullptr);

    /// Null where the run kept no probabilities in the epoch on show, or while they are counted: changed() follows.
    [[nodiscard]] std::shared_ptr<const Counts> counts();

Q_SIGNALS:
    void changed();

private:
    void forget();

    Workspace& m_workspace;
    std::shared_ptr<const Evidence> m_of; ///< the epoch that was counted, or is
    bool m_asked = false;
    std::shared_ptr<const Counts> m_counts;
    std::uint64_t m_generation = 0;
    TaskPool m_pool{1};
};

} // namespace assay::ui
