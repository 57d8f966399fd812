// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/duplicates.h"
#include "ui/session/task_pool.h"

#include <QObject>

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

namespace assay::ui {

class Workspace;

/// Pictures of the open data set that are, or look, the same. Looked for when first asked, on a thread of its own. GUI
/// thread.
class DuplicateFinder final : public QObject {
    Q_OBJECT
public:
    explicit DuplicateFinder(Workspace& workspace, QObject* parent = nullptr);
    ~DuplicateFinder() override;

    /// The others of the sample's group. Empty where it has none, or while they are looked for: changed() follows.
    [[nodiscard]] std::vector<SampleIndex> of(SampleIndex sample);

Q_SIGNALS:
    void changed();

private:
    struct Groups {
        DuplicateSearch::Groups all;
        std::vector<std::int32_t> of; ///< [N] which of them; −1: none
    };
    void forget();
    void look();

    Workspace& m_workspace;
    std::shared_ptr<const Dataset> m_dataset; ///< whose groups these are, or are looked for
    Groups m_groups;
    bool m_looking = false;
    std::stop_source m_stop;
    TaskPool m_pool{1};
};

} // namespace assay::ui
