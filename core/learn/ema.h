// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/recipe.h"

namespace assay::learn {

/// A network that follows another at a distance: an exponential moving average of its parameters and of the running
/// statistics of its batch norms. It takes no gradient.
class EmaCopy {
public:
    /// Begins as a copy of network `which` of the run, with what its recipe adds to a network.
    [[nodiscard]] Status start(const Run& run, std::size_t which);
    /// x ← decay x + (1 − decay) source, for parameters and floating-point buffers; counters are copied.
    void update(const Classifier& source, double decay);
    /// The same for the parameters alone: its norms keep the statistics of what they have seen themselves.
    void updateParameters(const Classifier& source, double decay);
    [[nodiscard]] Classifier& network() { return *m_network; }

    void save(StateMap& state, const std::string& prefix) const;
    void load(const StateMap& state, const std::string& prefix);

private:
    ClassifierPtr m_network;
};

/// exp(−5 (1 − step/length)²), 1 from `length` on: the ramp of Mean Teacher (Tarvainen & Valpola, NeurIPS 2017).
[[nodiscard]] double sigmoidRamp(double step, double length);

} // namespace assay::learn
