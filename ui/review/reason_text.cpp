// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/reason_text.h"

#include "ui/models/gallery_model.h"
#include "ui/session/workspace.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include <algorithm>
#include <cmath>

namespace assay::ui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("assay::ui::Reason", text);
}

/// First epoch of the unbroken time that the loss has been in the group it is in now.
int sinceEpoch(const std::vector<EpochSummary>& epochs, const std::vector<float>& losses, int now, bool noisy) {
    int since = now;
    for (auto it = epochs.rbegin(); it != epochs.rend(); ++it) {
        if (it->epoch > now) continue;
        const std::size_t at = std::size_t(it->epoch - 1);
        if (at >= losses.size() || std::isnan(losses[at]) || !it->mixture) break;
        if ((it->mixture->pNoisy(double(losses[at])) >= 0.5) != noisy) break;
        since = it->epoch;
    }
    return since;
}

} // namespace

QString reasonText(const Workspace& workspace, SampleIndex sample, const std::vector<float>& losses) {
    const auto evidence = workspace.currentEvidence();
    const auto run = workspace.currentRun();
    if (!evidence || !run) return tr("No run has looked at this picture yet.");
    const auto it = std::lower_bound(evidence->samples.begin(), evidence->samples.end(), sample);
    if (it == evidence->samples.end() || *it != sample) return tr("This run did not record this picture.");
    const std::size_t row = std::size_t(it - evidence->samples.begin());
    const QLocale locale;
    QStringList parts;
    const QString loss = locale.toString(double(evidence->loss[row]), 'f', 2);
    const auto& mixture = workspace.currentMixture();
    if (mixture && !mixture->collapsed) {
        const bool noisy = mixture->pNoisy(double(evidence->loss[row])) >= 0.5;
        const int since = sinceEpoch(*workspace.epochs(*run), losses, evidence->epoch, noisy);
        parts << (noisy ? tr("Loss %1 in the noisy half since epoch %2") : tr("Loss %1 in the clean half since epoch %2"))
                     .arg(loss).arg(since);
    } else {
        parts << tr("Loss %1 in epoch %2").arg(loss).arg(evidence->epoch);
    }
    const QString first = className(workspace, evidence->prediction[row]);
    const auto second = evidence->columns.find("prediction-2");
    if (second != evidence->columns.end() && std::isfinite(second->second[row])) {
        const QString other = className(workspace, Label(std::lround(second->second[row])));
        parts << (first == other ? tr("both networks say %1").arg(first)
                                 : tr("one network says %1, the other %2").arg(first, other));
    } else {
        parts << tr("the network says %1").arg(first);
    }
    if (const auto dataset = workspace.dataset(); dataset->splits[sample.value] == Split::Test)
        parts << tr("it was not trained on");
    return parts.join(QStringLiteral("; ")) + QLatin1Char('.');
}

} // namespace assay::ui
