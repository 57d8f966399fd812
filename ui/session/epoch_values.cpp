// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/epoch_values.h"

#include "core/audit/pseudo_confidence.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace assay::ui {

namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

} // namespace

void EpochValues::clear(std::size_t samples) {
    m_samples = samples;
    m_evidence.reset();
    m_mixture.reset();
    m_labels.reset();
    m_values.clear();
    m_predictions.assign(samples, kNoLabel);
    m_pseudo.clear();
    m_answers.clear();
    m_empty.assign(samples, kNone);
}

void EpochValues::set(std::shared_ptr<const Evidence> evidence, const std::optional<stats::MixtureFit>& mixture,
                      std::shared_ptr<const LabelSet> labels) {
    clear(m_samples);
    m_labels = std::move(labels);
    m_evidence = std::move(evidence);
    m_mixture = mixture;
    if (!m_evidence) return;
    for (std::size_t row = 0; row < m_evidence->size(); ++row) {
        const std::size_t sample = m_evidence->samples[row].value;
        if (sample < m_samples) m_predictions[sample] = m_evidence->prediction[row];
    }
    const auto pseudo = m_evidence->columns.find("pseudo-label");
    if (pseudo == m_evidence->columns.end()) return;
    const auto labelled = m_evidence->columns.find("labelled");
    m_pseudo.assign(m_samples, kNoLabel);
    m_answers.assign(m_samples, kNoLabel);
    for (std::size_t row = 0; row < pseudo->second.size(); ++row) {
        const std::size_t sample = m_evidence->samples[row].value;
        if (sample >= m_samples) continue;
        const Label answer = assay::pseudoAnswer(*m_evidence, row);
        if (pseudo->second[row] >= 0) m_pseudo[sample] = answer;
        if (labelled == m_evidence->columns.end() || labelled->second[row] <= 0.5f) m_answers[sample] = answer;
    }
}

void EpochValues::addComputed(const QString& name, std::vector<float> values) {
    if (values.size() == m_samples) m_values[name] = std::move(values);
}

std::vector<float> EpochValues::spread(const std::vector<float>& rows) const {
    std::vector<float> all(m_samples, kNone);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::size_t sample = m_evidence->samples[row].value;
        if (sample < m_samples) all[sample] = rows[row];
    }
    return all;
}

std::vector<float> EpochValues::spreadLabelled(const std::vector<float>& rows) const {
    std::vector<float> all = spread(rows);
    if (m_labels)
        for (std::size_t i = 0; i < m_samples && i < m_labels->labels.size(); ++i)
            if (m_labels->labels[i] == kNoLabel) all[i] = kNone;
    return all;
}

std::vector<float> EpochValues::make(const QString& name) const {
    if (name == QLatin1String("index")) {
        std::vector<float> all(m_samples);
        std::iota(all.begin(), all.end(), 0.0f);
        return all;
    }
    if (!m_evidence) return {};
    if (name == QLatin1String("loss")) return spreadLabelled(m_evidence->loss);
    if (name == QLatin1String("confidence")) return spread(m_evidence->confidence);
    if (name == QLatin1String("margin")) return spreadLabelled(m_evidence->margin);
    if (name == QLatin1String("pseudo-label") && !m_pseudo.empty()) {
        std::vector<float> sure = spread(pseudoConfidence(*m_evidence));
        for (std::size_t i = 0; i < m_samples; ++i)
            if (m_pseudo[i] == kNoLabel) sure[i] = kNone;
        return sure;
    }
    if (name == QLatin1String("pseudo-confidence") && !m_pseudo.empty()) return spread(pseudoConfidence(*m_evidence));
    const auto it = m_evidence->columns.find(name.toStdString());
    if (name == QLatin1String("p-noisy")) {
        if (it != m_evidence->columns.end()) return spreadLabelled(it->second);
        if (m_mixture) return spreadLabelled(stats::posteriors(*m_mixture, m_evidence->loss));
    }
    if (it != m_evidence->columns.end()) return spread(it->second);
    return {};
}

const std::vector<float>& EpochValues::values(const QString& name) const {
    if (const auto it = m_values.find(name); it != m_values.end()) return it->second;
    std::vector<float> made = make(name);
    if (made.size() != m_samples) return m_empty;
    return m_values.emplace(name, std::move(made)).first->second;
}

bool EpochValues::has(const QString& name) const { return m_values.contains(name) || names().contains(name); }

QStringList EpochValues::names() const {
    QStringList names;
    if (m_evidence) {
        const bool own = m_evidence->columns.contains("p-noisy");
        if (own || m_mixture) names << QStringLiteral("p-noisy");
        names << QStringLiteral("loss") << QStringLiteral("confidence") << QStringLiteral("margin");
        for (const auto& [name, column] : m_evidence->columns)
            if (name != "p-noisy") names << QString::fromStdString(name);
        if (!m_pseudo.empty() && !m_evidence->columns.contains("pseudo-confidence"))
            names << QStringLiteral("pseudo-confidence");
    }
    names << QStringLiteral("index");
    return names;
}

Label EpochValues::prediction(SampleIndex sample) const {
    return sample.value < m_predictions.size() ? m_predictions[sample.value] : kNoLabel;
}

Label EpochValues::pseudoLabel(SampleIndex sample) const {
    return sample.value < m_pseudo.size() ? m_pseudo[sample.value] : kNoLabel;
}

Label EpochValues::pseudoAnswer(SampleIndex sample) const {
    return sample.value < m_answers.size() ? m_answers[sample.value] : kNoLabel;
}

} // namespace assay::ui
