// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/project.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace assay {

/// Each of these says which labels of a set count, in the place of what counted before; the labels themselves stay.
/// What counts is added to the set's source in words, such as "the data set; 250 labels count, those of labelled.csv".

/// Those of the samples that a file named.
[[nodiscard]] LabelSet trustListed(LabelSet base, const Dataset& dataset, std::span<const SampleIndex> listed,
                                   const std::string& file);
/// What a person should hear of such a choice, a sentence each: that a list's labels are others than those of the set,
/// which are learnt; that some samples are not for training. `remedy` ends the first, such as "give the same file as
/// --labels to learn them".
[[nodiscard]] std::vector<std::string> listNotes(const SampleList& list, const LabelSet& set, const Dataset& dataset,
                                                 const std::string& file, const std::string& remedy);
/// Both for a file that lists samples; the notes are added to `notes`. `withLabels`: the list's own labels, where it
/// has some, are held against those of the set (else another file says what they are).
[[nodiscard]] Result<LabelSet> trustListIn(const std::filesystem::path& list, LabelSet base, const Dataset& dataset,
                                           bool withLabels, const std::string& remedy, std::vector<std::string>& notes);
/// Those that a person kept or changed; `base` are the labels after the decisions. NotFound where there is none yet.
[[nodiscard]] Result<LabelSet> trustReviewed(LabelSet base, const Dataset& dataset,
                                             std::span<const DecisionState> decisions);
/// Those that an epoch of a run, its last one unless said otherwise, calls wrong with a probability below `cleanBelow`:
/// its suspects, and samples that it left out, no longer count. NotFound where the run recorded nothing or its losses
/// do not fall into two groups.
[[nodiscard]] Result<LabelSet> trustByRun(LabelSet base, const Project& project, const Dataset& dataset, RunId run,
                                          double cleanBelow, std::optional<int> epoch = {});

/// "run 3", or "run 3 after epoch 2": who judged, in the name and the source of a label set.
[[nodiscard]] std::string judgeName(RunId run, std::optional<int> epoch);

/// How many labels of training samples count.
[[nodiscard]] std::size_t countingLabels(const LabelSet& set, const Dataset& dataset);
/// Classes that training samples are labelled with, but no label of which counts.
[[nodiscard]] std::vector<Label> classesThatCountNot(const LabelSet& set, const Dataset& dataset);

} // namespace assay
