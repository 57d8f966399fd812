// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace assay::learn {

/// Meta Pseudo Labels (Pham et al., CVPR 2021, arXiv:2003.10580): the teacher hears whether the student's step on its
/// pseudo-labels helped on the labelled pictures. To first order the change of the student's labelled loss is the rate
/// times the dot product of the gradients of both losses.
enum class MetaSign {
    Released, ///< after − before, as the authors' code has it
    Theory    ///< before − after, what descending the student's loss asks for
};

/// What the teacher's loss on its own pseudo-labels is multiplied by. `before`, `after`: the student's labelled loss.
[[nodiscard]] inline double metaSignal(double before, double after, MetaSign sign) {
    return sign == MetaSign::Released ? after - before : before - after;
}

/// Takes the moving average off a signal, which lowers its variance and not its mean.
class SignalBaseline {
public:
    explicit SignalBaseline(double decay) : m_decay(decay) {}
    /// The signal less the average that already counts it. A decay of 1 leaves it as it is.
    double subtract(double signal) {
        m_mean += (1 - m_decay) * (signal - m_mean);
        return signal - m_mean;
    }
    [[nodiscard]] double mean() const { return m_mean; }
    void setMean(double mean) { m_mean = mean; }

private:
    double m_decay;
    double m_mean = 0;
};

} // namespace assay::learn
