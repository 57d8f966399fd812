// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/losses.h"

#include "core/base/params.h"
#include "core/base/result.h"

namespace assay::learn {

/// One loss as a person chooses it.
struct LossEntry {
    std::string id;   ///< kebab-case
    std::string help; ///< one line
    std::string citation;
    LossOptions options; ///< kind, terms and published defaults
    /// The settings (of lossSettings()) that it reads, and the fields that they fill.
    std::vector<std::pair<std::string, double LossOptions::*>> settings;
};

/// Every loss: plain, normalised, passive, mixed, with targets of their own.
[[nodiscard]] const std::vector<LossEntry>& lossCatalogue();
/// Who published what, each paper once with the losses that are its own: "sce, rce: Wang et al., …; …".
[[nodiscard]] std::string lossCitations();
/// "loss", a choice of all of them, and their parameters. One loss reads only its own.
[[nodiscard]] std::vector<ParamSpec> lossSettings();
/// The loss that completed settings ask for. InvalidArgument where a combination makes no sense.
[[nodiscard]] Result<LossOptions> readLoss(const ParamValues& settings);

} // namespace assay::learn
