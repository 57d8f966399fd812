// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/feature_matrix.h"
#include "core/base/ids.h"
#include "ui/session/task_pool.h"

#include <QObject>

#include <memory>
#include <optional>
#include <vector>

namespace assay::ui {

class Workspace;

/// The pictures that the network of the run on show sees nearest to another, by the cosine of the features that the run
/// kept. Reads and compares on a thread of its own. GUI thread.
class NeighbourFinder final : public QObject {
    Q_OBJECT
public:
    explicit NeighbourFinder(Workspace& workspace, QObject* parent = nullptr);

    static constexpr std::size_t kNeighbours = 10;

    /// The nearest first. Empty where the run kept no features, or while they are looked for: changed() follows.
    [[nodiscard]] std::vector<SampleIndex> of(SampleIndex sample);

Q_SIGNALS:
    void changed();

private:
    void forget();
    void load();
    void search(SampleIndex sample);

    Workspace& m_workspace;
    std::optional<RunId> m_run;
    std::shared_ptr<const FeatureMatrix> m_unit; ///< rows of length 1; null: not read yet, or none
    bool m_none = false;                         ///< the run kept none
    bool m_loading = false, m_searching = false;
    std::optional<SampleIndex> m_wanted;
    std::optional<SampleIndex> m_found;
    std::vector<SampleIndex> m_neighbours; ///< of m_found
    std::uint64_t m_generation = 0;
    TaskPool m_pool{1};
};

/// A copy whose rows have length 1; rows without features stay NaN.
[[nodiscard]] std::shared_ptr<const FeatureMatrix> unitRows(const FeatureMatrix& features);
/// The `count` rows with the greatest cosine to that of `sample`, itself left out; ties by index. Empty where the sample
/// has no features.
[[nodiscard]] std::vector<SampleIndex> nearestRows(const FeatureMatrix& unit, SampleIndex sample, std::size_t count);

} // namespace assay::ui
