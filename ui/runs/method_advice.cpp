// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/method_advice.h"

#include <algorithm>

namespace assay::ui {
namespace {

using Amount = MethodAnswers::Amount;
using Kind = MethodAnswers::Kind;
using Time = MethodAnswers::Time;

/// Holds where each answer is in its list; an empty list means any.
struct Rule {
    std::vector<Amount> amounts;
    std::vector<Kind> kinds;
    std::vector<Time> times;
    MethodAdvice advice;
    bool someCount = false; ///< for few labels, else for wrong ones
};

template <typename Answer>
bool holds(const std::vector<Answer>& any, Answer given) {
    return any.empty() || std::find(any.begin(), any.end(), given) != any.end();
}

/// The first rule that holds comes first.
const std::vector<Rule>& rules() {
    static const std::vector<Rule> list = {
        // clang-format off
        {{}, {}, {Time::Quick}, {"pseudo-label",
          "it learns its own answers where it is sure, and works little more than plain training"}, true},
        {{}, {}, {Time::Long}, {"remixmatch",
          "it holds its guesses to the labels' shares of the classes and learns them from several strong views, with several times the work of FixMatch"}, true},
        {{}, {}, {}, {"fixmatch",
          "it uses the pictures whose labels do not count, too: what it is sure of in a weak view is learnt from a strong one"}, true},
        {{}, {}, {}, {"supervised",
          "it learns the labels that count alone: what methods for few labels are measured by"}, true},
        {{}, {Kind::FewTrusted}, {}, {"pseudo-label",
          "it gives labels of its own where the network is sure, and shows how often that is right"}},
        {{}, {Kind::Similar}, {Time::Quick}, {"elr",
          "as quick as plain training; it holds on to what the network believed before it learnt the mix-ups by heart"}},
        {{Amount::Some, Amount::Many}, {}, {Time::Quick}, {"truncated-gce",
          "plain training that stops listening to labels that it does not come to believe"}},
        {{}, {}, {Time::Quick}, {"cross-entropy",
          "one network, no warm-up: wrong labels show in the losses of the first epochs"}},
        {{Amount::Few}, {Kind::Unknown, Kind::Random}, {Time::Long}, {"loss-cleaning",
          "few labels are wrong: it drops the most suspicious, trains again, and shows round by round what went and came back"}},
        {{Amount::Some}, {Kind::Similar}, {Time::Long}, {"mlnt",
          "it rehearses being told the labels of similar pictures, and learns not to be moved by them"}},
        {{Amount::Many}, {Kind::Similar}, {Time::Long}, {"tcl",
          "it learns what pictures look like without their labels first, and trusts a label where its neighbours agree"}},
        {{}, {Kind::Similar}, {Time::Long}, {"elr-plus",
          "two networks that remind each other of what they believed early; made for mix-ups of similar classes"}},
        {{}, {}, {Time::Long}, {"dividemix",
          "the most accurate of the published comparisons for noise of unknown amount; two networks guess what they do not believe, with five times the work"}},
        {{Amount::Some, Amount::Many}, {Kind::Similar}, {}, {"jocor",
          "two networks that must agree: labels on which they differ are left out, also between similar classes"}},
        {{}, {Kind::Similar}, {}, {"elr",
          "it estimates no rate and holds on to what the network believed before it learnt the mix-ups by heart"}},
        {{Amount::Many}, {Kind::Random}, {}, {"md-dyr-sh",
          "made for more wrong labels than right ones: pairs are mixed by how clean they are, and own answers take over slowly"}},
        {{Amount::Many}, {}, {}, {"co-teaching-plus",
          "two networks that learn where they differ, so that they stay two opinions among many wrong labels"}},
        {{Amount::Few, Amount::Some}, {}, {}, {"co-teaching",
          "two networks leave out the share that you name, each choosing for the other"}},
        {{}, {}, {}, {"m-dyr-h", "it estimates the share of wrong labels itself, from a mixture over the losses"}},
        {{}, {}, {}, {"cross-entropy",
          "one network, no warm-up: wrong labels show in the losses of the first epochs"}},
        // clang-format on
    };
    return list;
}

} // namespace

std::vector<MethodAdvice> adviseMethods(const MethodAnswers& answers) {
    std::vector<MethodAdvice> advice;
    for (const Rule& rule : rules()) {
        if (rule.someCount != answers.someCount && &rule != &rules().back()) continue;
        if (holds(rule.amounts, answers.amount) && holds(rule.kinds, answers.kind) && holds(rule.times, answers.time))
            advice.push_back(rule.advice);
    }
    return advice;
}

} // namespace assay::ui
