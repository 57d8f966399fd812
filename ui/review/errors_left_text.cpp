// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/errors_left_text.h"

#include "core/audit/errors_left.h"
#include "ui/plots/plot_text.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace assay::ui {

namespace {

constexpr double kQuantile95 = 1.96;
constexpr std::size_t kLeastAnswers = 10;

QString tr(const char* text) { return QCoreApplication::translate("assay::ui::ErrorsLeft", text); }

std::size_t limitOf(const AuditState& state, double stopShare) {
    return std::size_t(std::floor(stopShare * double(state.population)));
}

} // namespace

double auditHalfWidth(std::size_t population, std::size_t sample, double share) {
    if (sample == 0 || population <= 1) return sample == 0 ? 1 : 0;
    const double finite = double(population - std::min(sample, population)) / double(population - 1);
    return kQuantile95 * std::sqrt(share * (1 - share) / double(sample) * finite);
}

QString auditSizeText(std::size_t population, std::size_t sample) {
    if (sample == 0 || population == 0)
        return tr("No picture is asked about at random. Then nobody can tell how many errors the queue has missed.");
    const double half = auditHalfWidth(population, sample, kUsualShareWrong);
    QString text =
        tr("%1 of %2 pictures, one after every %3 of the queue. Where about one label in ten is wrong, they tell the share to "
           "± %4 points, that is ± %5 labels.")
            .arg(countText(sample), countText(population))
            .arg(kBetweenAudits)
            .arg(fixedText(half * 100, 1), countText(std::uint64_t(std::llround(half * double(population)))));
    if (sample < population)
        text +=
            QLatin1Char(' ') +
            tr("Half of that takes %1.").arg(countText(stats::auditSampleSize(population, kUsualShareWrong, half / 2)));
    return text;
}

bool isTold(const AuditState& state) {
    if (state.undecided == 0) return state.answered >= kLeastAnswers; // nothing is left
    return state.left.sampled >= kLeastAnswers && state.left.most < state.undecided;
}

QString errorsLeftText(const AuditState& state) {
    if (!isTold(state))
        return state.sample == 0 ? tr("Not known: nothing has been asked at random.")
               : state.answered == 0
                   ? tr("Not known yet: none of the pictures drawn at random has been decided.")
                   : tr("Not known yet: of the %1 decided pictures drawn at random, %2 tell of what the queue has not reached; "
                        "it takes %3.")
                         .arg(countText(state.answered), countText(state.left.sampled), countText(kLeastAnswers));
    if (state.undecided == 0) return tr("Every label has been decided: no errors are left.");
    return tr("Expected among the %1 undecided: %2 errors; at the 95 % level %3 to %4. From %5 decisions that were asked for at random where the "
              "queue has not been.")
        .arg(countText(state.undecided), countText(std::uint64_t(std::llround(state.left.expected))),
             countText(state.left.least), countText(state.left.most), countText(state.left.sampled));
}

StopAdvice stopAdvice(const AuditState& state, double stopShare) {
    if (!isTold(state) || state.population == 0) return StopAdvice::Unknown;
    const std::size_t limit = limitOf(state, stopShare);
    if (state.left.most <= limit) return StopAdvice::Stop;
    return state.left.least > limit ? StopAdvice::GoOn : StopAdvice::Undecided;
}

QString stopAdviceText(const AuditState& state, double stopShare) {
    const QString limit =
        tr("%1 labels (%2)").arg(countText(limitOf(state, stopShare)), percentText(stopShare, stopShare < 0.1 ? 1 : 0));
    switch (stopAdvice(state, stopShare)) {
    case StopAdvice::Stop: return tr("You can stop: no more than %1 are wrong still.").arg(limit);
    case StopAdvice::GoOn: return tr("Go on: more than %1 are wrong still.").arg(limit);
    case StopAdvice::Undecided:
        return tr("Go on: whether more than %1 are wrong still, cannot be told yet.").arg(limit);
    case StopAdvice::Unknown: break;
    }
    return tr("No advice without pictures that were asked about at random.");
}

} // namespace assay::ui
