// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/run_config.h"
#include "ui/session/workspace.h"

#include <QLabel>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace assay::ui {

class TaskPool;

/// What runs that are not started yet will take: time and memory by the earlier run of the same method and network that
/// is most like them; before there is one, what is known of the memory: pictures and weights.
class RunCostLabel final : public QLabel {
    Q_OBJECT
public:
    explicit RunCostLabel(Workspace& workspace, QWidget* parent = nullptr);

    /// `runs`: all that are to be started, of the same method and network; `folds`: parts of the data that each of them
    /// becomes a run for, 1: no cross-validation; `leftOut`: training pictures that the method does not learn from.
    void estimate(std::vector<RunConfig> runs, int folds, std::size_t leftOut);

private:
    void refresh();
    [[nodiscard]] QString timeAndMemory();
    /// Of a network for this data set; nothing until it has been counted, which shows the estimate anew.
    [[nodiscard]] std::optional<std::uint64_t> parametersOf(const std::string& network);

    Workspace& m_workspace;
    TaskPool* m_pool; ///< building a large network to count its weights takes longer than a frame
    std::map<std::string, std::uint64_t> m_parameters; ///< by network; 0: being counted
    std::vector<RunConfig> m_runs;
    int m_folds = 1;
    std::size_t m_leftOut = 0;
};

} // namespace assay::ui
