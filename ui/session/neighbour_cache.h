// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/feature_matrix.h"
#include "core/base/ids.h"
#include "core/stats/neighbours.h"

#include <map>
#include <memory>
#include <mutex>
#include <stop_token>

namespace assay::ui {

/// The neighbours of every sample by the features of a run, looked for once for all scores of it. Any thread: who asks
/// while another looks waits.
class NeighbourCache final {
public:
    /// Null where none can be found, or once stopped.
    [[nodiscard]] std::shared_ptr<const stats::Neighbours> of(RunId run, const FeatureMatrix& features);
    void stop() { m_stop.request_stop(); }

private:
    struct Found {
        int epoch = 0;
        std::shared_ptr<const stats::Neighbours> neighbours;
    };
    std::mutex m_mutex;
    std::map<std::int64_t, Found> m_found; ///< by run
    std::stop_source m_stop;
};

} // namespace assay::ui
