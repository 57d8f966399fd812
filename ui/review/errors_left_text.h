// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/workspace.h"

#include <QString>

namespace assay::ui {

/// Half-width, as a share, to which `sample` of `population` pictures tell an error share near `share` (95 %, by the
/// normal approximation with the correction for finite populations).
[[nodiscard]] double auditHalfWidth(std::size_t population, std::size_t sample, double share);

/// What a sample of that size tells, what it costs, and what twice the precision would: the reason for its size.
[[nodiscard]] QString auditSizeText(std::size_t population, std::size_t sample);

/// Whether the sample says anything yet: not before ten of it were decided that the queue would not have reached by
/// itself.
[[nodiscard]] bool isTold(const AuditState& state);

/// What the sample says of the errors that are left, in a sentence or two.
[[nodiscard]] QString errorsLeftText(const AuditState& state);

/// Whether to stop: when no more than `stopShare` of all labels can be wrong still, at the 95 % level.
enum class StopAdvice {
    Unknown,   ///< nothing was asked at random yet
    GoOn,      ///< more than that is wrong
    Undecided, ///< the interval holds the limit
    Stop,
};
[[nodiscard]] StopAdvice stopAdvice(const AuditState& state, double stopShare);
[[nodiscard]] QString stopAdviceText(const AuditState& state, double stopShare);

} // namespace assay::ui
