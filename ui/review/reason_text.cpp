// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/reason_text.h"

#include "core/project/probability_run.h"
#include "ui/models/gallery_model.h"
#include "ui/session/workspace.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include <algorithm>
#include <cmath>
#include <map>

namespace assay::ui {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("assay::ui::Reason", text); }

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

float suggestionProbability(const Workspace& workspace, SampleIndex sample) {
    if (workspace.suggestsPseudoLabel(sample)) return workspace.values(workspace.filter().score)[sample.value];
    const Label suggested = workspace.suggestedLabel(sample);
    for (const ClassGuess& guess : workspace.likeliest(sample))
        if (guess.label == suggested) return float(guess.probability);
    return workspace.values(QStringLiteral("confidence"))[sample.value];
}

std::pair<Label, int> commonestLabel(const Workspace& workspace, const std::vector<SampleIndex>& samples) {
    std::map<Label, int> counts;
    for (const SampleIndex sample : samples)
        if (const Label label = workspace.baseLabel(sample); label != kNoLabel) ++counts[label];
    const auto most = std::max_element(counts.begin(), counts.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == counts.end() ? std::pair(kNoLabel, 0) : std::pair(most->first, most->second);
}

Learning learningOf(const std::vector<Label>& answers, Label given) {
    Learning learning;
    bool known = false;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (answers[i] == kNoLabel) continue;
        ++learning.epochs;
        const bool now = answers[i] == given;
        if (now != known) (now ? learning.learnt : learning.forgotten).push_back(int(i) + 1);
        known = now;
    }
    return learning;
}

QString learningText(const Learning& learning) {
    constexpr std::size_t kMostNamed = 3; // times; of more the first and the last are named
    if (learning.epochs == 0) return {};
    if (learning.learnt.empty())
        return QCoreApplication::translate("assay::ui::Reason", "Label never learnt in %Ln epochs.", nullptr,
                                           learning.epochs);
    const bool knownNow = learning.learnt.size() > learning.forgotten.size();
    if (learning.forgotten.empty())
        return tr("Label learnt in epoch %1, and never forgotten.").arg(learning.learnt.front());
    if (learning.forgotten.size() > kMostNamed)
        return (knownNow ? tr("Label learnt in epoch %1 and forgotten %2 times since, learnt again in epoch %3.")
                         : tr("Label learnt in epoch %1 and forgotten %2 times, for good in epoch %3."))
            .arg(learning.learnt.front())
            .arg(learning.forgotten.size())
            .arg(knownNow ? learning.learnt.back() : learning.forgotten.back());
    QStringList parts{tr("Label learnt in epoch %1").arg(learning.learnt.front())};
    for (std::size_t i = 0; i < learning.forgotten.size(); ++i) {
        parts << tr("forgotten in %1").arg(learning.forgotten[i]);
        if (i + 1 < learning.learnt.size()) parts << tr("learnt again in %1").arg(learning.learnt[i + 1]);
    }
    return parts.join(QStringLiteral(", ")) + QLatin1Char('.');
}

QString componentsText(const Workspace& workspace, float loss) {
    const auto& mixture = workspace.currentMixture();
    if (!mixture || mixture->collapsed || !std::isfinite(loss)) return {};
    const double p = mixture->pNoisy(double(loss));
    const QLocale locale;
    constexpr double kBeyondTelling = 1000;
    const double odds = p >= 0.5 ? p / std::max(1 - p, 1e-9) : (1 - p) / std::max(p, 1e-9);
    const QString times = odds > kBeyondTelling ? tr("more than 1,000 times")
                                                : tr("%1 times").arg(locale.toString(odds, 'f', odds < 10 ? 1 : 0));
    return (p >= 0.5 ? tr("At loss %1 the noisy component is %2 as likely as the clean one.")
                     : tr("At loss %1 the clean component is %2 as likely as the noisy one."))
        .arg(locale.toString(double(loss), 'f', 2), times);
}

QString reasonText(const Workspace& workspace, SampleIndex sample, const std::vector<float>& losses,
                   const std::vector<SampleIndex>& nearest) {
    const auto evidence = workspace.currentEvidence();
    const auto run = workspace.currentRun();
    if (!evidence || !run) return tr("No run has looked at this picture yet.");
    const auto it = std::lower_bound(evidence->samples.begin(), evidence->samples.end(), sample);
    if (it == evidence->samples.end() || *it != sample) return tr("This run did not record this picture.");
    const std::size_t row = std::size_t(it - evidence->samples.begin());
    const auto record = workspace.run(*run);
    const bool byNeighbours = record && record->config.method == kNeighbourMethod;
    const QLocale locale;
    QStringList parts;
    const QString loss = locale.toString(double(evidence->loss[row]), 'f', 2);
    const auto& mixture = workspace.currentMixture();
    const bool labelled = workspace.baseLabel(sample) != kNoLabel;
    if (!labelled) {
        parts << tr("It came without a label");
    } else if (mixture && !mixture->collapsed) {
        const bool noisy = mixture->pNoisy(double(evidence->loss[row])) >= 0.5;
        const int since = sinceEpoch(*workspace.epochs(*run), losses, evidence->epoch, noisy);
        parts << (noisy ? tr("Loss %1 in the noisy half since epoch %2")
                        : tr("Loss %1 in the clean half since epoch %2"))
                     .arg(loss)
                     .arg(since);
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
        parts << (byNeighbours ? tr("the nearest pictures vote for %1") : tr("the network says %1")).arg(first);
    }
    if (!nearest.empty()) {
        const auto [label, count] = commonestLabel(workspace, nearest);
        parts << tr("%1 of the %2 nearest pictures are labelled %3")
                     .arg(count)
                     .arg(nearest.size())
                     .arg(className(workspace, label));
    }
    if (const auto agreement = labelled ? workspace.agreement(sample) : std::nullopt)
        parts << tr("%1 of %2 detectors suspect it").arg(agreement->suspecting).arg(agreement->asked);
    if (labelled && workspace.outOfSample(*run, sample))
        parts << (byNeighbours ? tr("its own label had no vote") : tr("no network of the run has learnt its label"));
    if (workspace.askedAtRandom(sample)) parts << tr("it was drawn at random, to tell how many errors are left");
    return parts.join(QStringLiteral("; ")) + QLatin1Char('.');
}

} // namespace assay::ui
