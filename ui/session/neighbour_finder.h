// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/evidence.h"
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
/// kept: of all, and of each class those that the run agrees belong to it. Reads and compares on a thread of its own.
/// GUI thread.
class NeighbourFinder final : public QObject {
    Q_OBJECT
public:
    explicit NeighbourFinder(Workspace& workspace, QObject* parent = nullptr);

    static constexpr std::size_t kNeighbours = 10, kExemplars = 5;

    /// The nearest first. Empty where the run kept no features, or while they are looked for: changed() follows.
    [[nodiscard]] std::vector<SampleIndex> of(SampleIndex sample);
    /// Of a class, those whose label the run agrees with in the epoch on show; likewise.
    [[nodiscard]] std::vector<SampleIndex> exemplars(SampleIndex sample, Label label);

Q_SIGNALS:
    void changed();

private:
    struct Found {
        std::vector<SampleIndex> neighbours;
        std::vector<std::vector<SampleIndex>> exemplars; ///< [K]
    };
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
    Found m_near;                             ///< of m_found
    std::shared_ptr<const Evidence> m_agreed; ///< whose answers made the exemplars
    std::uint64_t m_generation = 0;
    TaskPool m_pool{1};
};

/// The cosine of every row to that of `sample`; NaN for itself and where there are no features. [N], or empty where the
/// sample has none.
[[nodiscard]] std::vector<float> cosinesTo(const FeatureMatrix& unit, SampleIndex sample);
/// A copy whose rows have length 1; rows without features stay NaN.
[[nodiscard]] std::shared_ptr<const FeatureMatrix> unitRows(const FeatureMatrix& features);
/// The `count` rows with the greatest cosine to that of `sample`, itself left out; ties by index. Empty where the
/// sample has no features.
[[nodiscard]] std::vector<SampleIndex> nearestRows(const FeatureMatrix& unit, SampleIndex sample, std::size_t count);

} // namespace assay::ui
