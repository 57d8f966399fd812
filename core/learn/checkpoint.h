// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/optimizer.h"
#include "core/learn/safetensors.h"

#include "core/base/result.h"

#include <filesystem>

namespace assay::learn {

/// What a checkpoint belongs to: everything that must be equal for it to be continued. Text by name.
using CheckpointIdentity = std::map<std::string, std::string>;

/// A run's state after an epoch, in the safetensors layout.
struct Checkpoint {
    int epoch = 0;
    CheckpointIdentity identity;
    StateMap state; ///< on the CPU
};

[[nodiscard]] std::filesystem::path checkpointFile(const std::filesystem::path& folder, int epoch);
/// A copy of one tensor of a parsed file, on the CPU.
[[nodiscard]] torch::Tensor tensorOf(const SafetensorsView& view, const TensorEntry& entry);
/// Written atomically; older ones beyond the newest two are then removed.
[[nodiscard]] Status writeCheckpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint);
/// Checked as parseSafetensors says, and every number finite.
[[nodiscard]] Result<Checkpoint> readCheckpoint(const std::filesystem::path& file);
/// The newest whole checkpoint of a folder that is of no later epoch than `latest`, nothing where there is none.
/// Damaged ones are named in `notes`.
[[nodiscard]] std::optional<Checkpoint> newestCheckpoint(const std::filesystem::path& folder, int latest,
                                                         std::vector<std::string>& notes);
/// InvalidArgument where identity, names, types or shapes differ from ours; names the first difference.
[[nodiscard]] Status fits(const Checkpoint& checkpoint, const CheckpointIdentity& identity, const StateMap& state);

} // namespace assay::learn
