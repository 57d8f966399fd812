// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/evidence.h"
#include "core/data/dataset.h"
#include "core/data/label_set.h"
#include "core/stats/mixture.h"

#include <QString>
#include <QStringList>

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace assay::ui {

/// The numbers of one epoch spread over the whole data set, [N] by SampleIndex, each computed when first asked
/// for. NaN where the epoch has no evidence. GUI thread.
class EpochValues final {
public:
    void clear(std::size_t samples);
    /// `mixture` gives p-noisy where the method does not. `labels`, as far as they are known: a sample that has none
    /// has neither loss nor margin nor p-noisy.
    void set(std::shared_ptr<const Evidence> evidence, const std::optional<stats::MixtureFit>& mixture,
             std::shared_ptr<const LabelSet> labels);
    /// Values that were computed elsewhere (a score of the catalogue); dropped by the next set().
    void addComputed(const QString& name, std::vector<float> values);

    [[nodiscard]] const std::shared_ptr<const Evidence>& evidence() const { return m_evidence; }
    [[nodiscard]] const std::vector<float>& values(const QString& name) const;
    [[nodiscard]] bool has(const QString& name) const;
    [[nodiscard]] QStringList names() const; ///< those that need no computing elsewhere
    [[nodiscard]] Label prediction(SampleIndex sample) const;
    /// The label that the method gave the sample in this epoch; kNoLabel where none. values("pseudo-label") is how sure
    /// it was of that.
    [[nodiscard]] Label pseudoLabel(SampleIndex sample) const;
    /// The same whether or not it was sure enough; kNoLabel for what is labelled. values("pseudo-confidence") is how
    /// sure it was.
    [[nodiscard]] Label pseudoAnswer(SampleIndex sample) const;

private:
    [[nodiscard]] std::vector<float> spread(const std::vector<float>& rows) const;
    [[nodiscard]] std::vector<float> make(const QString& name) const;
    /// Of what rests on the sample's label.
    [[nodiscard]] std::vector<float> spreadLabelled(const std::vector<float>& rows) const;

    std::size_t m_samples = 0;
    std::shared_ptr<const Evidence> m_evidence;
    std::optional<stats::MixtureFit> m_mixture;
    std::shared_ptr<const LabelSet> m_labels; ///< null: not known yet
    std::vector<Label> m_predictions;
    std::vector<Label> m_pseudo;  ///< [N], or empty: a method that gives none
    std::vector<Label> m_answers; ///< likewise
    std::vector<float> m_empty;
    mutable std::map<QString, std::vector<float>> m_values;
};

} // namespace assay::ui
