// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/gallery/score_title.h"

#include "core/audit/score.h"
#include "core/base/registry.h"
#include "ui/session/workspace.h"

#include <QCoreApplication>
#include <QStringList>

namespace assay::ui {
namespace {

QString text(const char* words) { return QCoreApplication::translate("assay::ui::ScoreTitle", words); }
QString fromView(std::string_view view) { return QString::fromUtf8(view.data(), qsizetype(view.size())); }

QString basisText(ScoreBasis basis) {
    switch (basis) {
    case ScoreBasis::LastEpoch: return text("Rests on what the network says in this epoch");
    case ScoreBasis::AllEpochs: return text("Rests on all epochs so far");
    case ScoreBasis::Probabilities: return text("Rests on the probabilities of all classes at the end");
    case ScoreBasis::Features: return text("Rests on which pictures look alike to the network");
    case ScoreBasis::Pictures: return text("Rests on the pictures and labels alone");
    }
    return {};
}

/// What is no score of the catalogue.
QString columnHelp(const QString& name) {
    if (name == QLatin1String("index")) return text("The data set's own order");
    if (name == QLatin1String(kFusedScore))
        return text(
            "All detectors of the run as one order: the mean of their rankings; after enough decisions the probability that the "
            "label is wrong\nHigher is more suspect; 0 to 1");
    if (name == QLatin1String("confidence"))
        return text("How probable the network finds its own answer\nHigher is surer; 0 to 1");
    if (name == QLatin1String("margin"))
        return text("How far the label's logit leads over the best other\nLower is more suspect; any number");
    if (name == QLatin1String("entropy"))
        return text(
            "How undecided the network is between the classes, in nats\nHigher is less sure; 0 to the logarithm of the number of classes");
    if (name == QLatin1String("training-loss"))
        return text(
            "The method's own loss when the picture was last in a batch; 0 where it was in none\nHigher is harder; any number");
    if (name == QLatin1String(kPseudoLabelScore))
        return text("Pictures that the method gave a label of its own, by how sure it was\nHigher is surer; 0 to 1");
    if (name == QLatin1String(kPseudoConfidenceScore))
        return text(
            "How sure the method was of its own label for each picture, sure enough to be accepted or not\nHigher is surer; 0 to 1");
    return text("A figure of each picture that the method recorded in this epoch");
}

} // namespace

QString scoreTitle(const QString& score) {
    if (score == QLatin1String("p-noisy")) return QStringLiteral("p(noisy)");
    if (score == QLatin1String(kFusedScore)) return text("all detectors");
    return score;
}

QString scoreHelp(const Registry& registry, const QString& score, bool outOfSample) {
    const auto found = registry.scores.find(score.toStdString());
    if (!found) return columnHelp(score);
    const Description& about = found->description();
    const ScoreTraits traits = found->traits();
    QStringList lines{QString::fromStdString(about.title) + QStringLiteral(": ") + QString::fromStdString(about.help),
                      text("Higher is more suspect; %1").arg(fromView(traits.range)),
                      basisText(traits.basis) + QStringLiteral(" (") + fromView(scoreBadge(traits, outOfSample)) +
                          QLatin1Char(')')};
    if (const auto warning = scoreWarning(traits, outOfSample); !warning.empty())
        lines << QStringLiteral("⚠ ") + fromView(warning);
    if (!about.citation.empty()) lines << QString::fromStdString(about.citation);
    return lines.join(QLatin1Char('\n'));
}

} // namespace assay::ui
