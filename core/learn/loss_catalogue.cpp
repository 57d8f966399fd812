// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/loss_catalogue.h"

#include "core/learn/settings.h"

namespace assay::learn {
namespace {

constexpr const char* kFocal = "Lin et al., ICCV 2017, arXiv:1708.02002";
constexpr const char* kMae = "Ghosh et al., AAAI 2017, arXiv:1712.09482";
constexpr const char* kSce = "Wang et al., ICCV 2019, arXiv:1908.06112";
constexpr const char* kGce = "Zhang & Sabuncu, NeurIPS 2018, arXiv:1805.07836";
constexpr const char* kApl = "Ma et al., ICML 2020, arXiv:2006.13554";
constexpr const char* kReed = "Reed et al., ICLR workshop 2015, arXiv:1412.6596";

using Fields = std::vector<std::pair<std::string, double LossOptions::*>>;

LossOptions optionsOf(LossKind kind) {
    LossOptions options;
    options.kind = kind;
    return options;
}

struct Term {
    const char* id;
    const char* title;
    LossKind kind;
    Fields settings;
};

const std::pair<std::string, double LossOptions::*> kFocalGamma{"focal-gamma", &LossOptions::gamma};
const std::pair<std::string, double LossOptions::*> kNflGamma{"nfl-gamma", &LossOptions::gamma};
const std::pair<std::string, double LossOptions::*> kTemperature{"exp-temperature", &LossOptions::temperature};
const std::pair<std::string, double LossOptions::*> kQ{"gce-q", &LossOptions::q};

/// Ma et al. 2020: any loss that acts through the labelled class only, with one that acts through the others too.
void addActivePassive(std::vector<LossEntry>& list) {
    const std::vector<Term> active = {
        {"ce", "cross-entropy", LossKind::CrossEntropy, {}},
        {"focal", "focal", LossKind::Focal, {kFocalGamma}},
        {"nce", "normalised cross-entropy", LossKind::NceRatio, {}},
        {"nfl", "normalised focal", LossKind::NflRatio, {kNflGamma}},
        {"gce", "generalised cross-entropy", LossKind::Gce, {kQ}},
        {"ngce", "normalised generalised cross-entropy", LossKind::Ngce, {kQ}},
    };
    const std::vector<Term> passive = {
        {"mae", "mean absolute error", LossKind::Mae, {}},
        {"rce", "reverse cross-entropy", LossKind::Rce, {}},
    };
    const auto add = [&list](const std::string& prefix, const Term& first, const Term& second,
                             const std::string& note) {
        LossEntry entry;
        entry.id = prefix + first.id + "-" + second.id;
        entry.help = std::string("Active ") + first.title + " and passive " + second.title + note;
        entry.citation = kApl;
        entry.options = optionsOf(LossKind::Apl);
        entry.options.active = first.kind;
        entry.options.passive = second.kind;
        entry.settings = first.settings;
        entry.settings.emplace_back("apl-alpha", &LossOptions::alpha);
        entry.settings.emplace_back("apl-beta", &LossOptions::beta);
        list.push_back(std::move(entry));
    };
    for (const Term& first : active)
        for (const Term& second : passive) add("apl-", first, second, "");
    const Term mean{"mae", "mean absolute error over K", LossKind::MaeMean, {}};
    add("apl-exp-", {"nce", "exponential NCE", LossKind::NceExp, {kTemperature}}, mean,
        ": as reported by a student, two passive terms in truth (exponential NCE is MAE), so it underfits");
    add("apl-exp-", {"nfl", "exponential NFL", LossKind::NflExp, {kFocalGamma, kTemperature}}, mean,
        ": as reported by a student; the first term still acts like cross-entropy");
}

std::vector<LossEntry> makeCatalogue() {
    std::vector<LossEntry> list;
    const auto add = [&list](const char* id, const char* help, const char* citation, LossKind kind, Fields settings) {
        list.push_back({id, help, citation, optionsOf(kind), std::move(settings)});
    };
    const auto smoothing = std::pair("label-smoothing", &LossOptions::smoothing);
    add("ce", "Cross-entropy, learns every label in the end, wrong ones too", "", LossKind::CrossEntropy, {smoothing});
    add("sce", "Symmetric: cross-entropy and reverse cross-entropy", kSce, LossKind::Sce,
        {{"sce-alpha", &LossOptions::alpha}, {"sce-beta", &LossOptions::beta}});
    add("gce", "Generalised: from cross-entropy (q 0) to mean absolute error (q 1)", kGce, LossKind::Gce, {kQ});
    add("truncated-gce", "Generalised, constant where the label's probability is below k", kGce, LossKind::TruncatedGce,
        {kQ, {"truncation", &LossOptions::truncation}});
    add("ngce", "Generalised, normalised over the classes", kApl, LossKind::Ngce, {kQ});
    add("mae", "Mean absolute error, 1 - p: robust and slow to learn (half of the L1 distance)", kMae, LossKind::Mae,
        {});
    add("mae-l1", "Mean absolute error as the L1 distance, 2 (1 - p)", kMae, LossKind::MaeL1, {});
    add("mae-mean", "Mean absolute error over the classes, 2 (1 - p) / K: gradients K / 2 times smaller than mae", kMae,
        LossKind::MaeMean, {});
    add("rce", "Reverse cross-entropy with ln 0 = ln 1e-4: 9.21 times mae", kSce, LossKind::Rce, {});
    add("nce-ratio", "Normalised cross-entropy as published: a ratio over the classes", kApl, LossKind::NceRatio, {});
    add("nce-exp", "Normalised cross-entropy as a student wrote it, 1 - exp(-CE/T): with T = 1 it is mae", kApl,
        LossKind::NceExp, {kTemperature});
    add("focal", "Plays well-learnt samples down, so it favours wrong labels", kFocal, LossKind::Focal, {kFocalGamma});
    add("nfl-ratio", "Normalised focal as published: a ratio over the classes", kApl, LossKind::NflRatio, {kNflGamma});
    add("nfl-exp", "Normalised focal as a student wrote it, 1 - exp(-focal/T)", kApl, LossKind::NflExp,
        {kFocalGamma, kTemperature});
    add("label-smoothing", "Cross-entropy with a share of the target spread over all classes",
        "Szegedy et al., CVPR 2016, arXiv:1512.00567", LossKind::LabelSmoothing, {smoothing});
    add("bootstrap-soft", "Part of the target is the network's own probabilities", kReed, LossKind::BootstrapSoft,
        {{"bootstrap-soft-share", &LossOptions::ownShare}});
    add("bootstrap-hard", "Part of the target is the network's own answer", kReed, LossKind::BootstrapHard,
        {{"bootstrap-hard-share", &LossOptions::ownShare}});
    addActivePassive(list);
    return list;
}

} // namespace

const std::vector<LossEntry>& lossCatalogue() {
    static const std::vector<LossEntry> list = makeCatalogue();
    return list;
}

std::string lossCitations() {
    std::vector<std::pair<std::string, std::string>> papers; // citation, losses
    for (const LossEntry& entry : lossCatalogue()) {
        if (entry.citation.empty()) continue;
        const bool pair = entry.options.kind == LossKind::Apl;
        const auto found = std::find_if(papers.begin(), papers.end(),
                                        [&](const auto& paper) { return paper.first == entry.citation; });
        if (found == papers.end()) papers.emplace_back(entry.citation, entry.id);
        else if (!pair) found->second += ", " + entry.id;
        else if (found->second.find("apl-*") == std::string::npos) found->second += ", apl-*";
    }
    std::string text;
    for (const auto& [citation, losses] : papers) text += (text.empty() ? "" : "; ") + losses + ": " + citation;
    return text;
}

std::vector<ParamSpec> lossSettings() {
    std::vector<std::string> ids;
    for (const LossEntry& entry : lossCatalogue()) ids.push_back(entry.id);
    return {
        choiceSetting(
            "loss", "ce", std::move(ids),
            "ce learns all labels; sce, gce, nce-ratio, mae and the pairs apl-* are harmed less by wrong ones"),
        realSetting("label-smoothing", 0, 0, 0.9,
                    "ce: share of the target spread over all classes; loss label-smoothing takes 0 for the usual 0.1"),
        realSetting("sce-alpha", 0.1, 0, 100, "sce: weight of cross-entropy (CIFAR-10: 0.1, CIFAR-100: 6)", true),
        realSetting("sce-beta", 1, 0, 100, "sce: weight of reverse cross-entropy (CIFAR-10: 1, CIFAR-100: 0.1)", true),
        realSetting("apl-alpha", 1, 0, 1000,
                    "apl: weight of the active term (CIFAR-10: 1, CIFAR-100: 10, WebVision: 50)", true),
        realSetting("apl-beta", 1, 0, 1000,
                    "apl: weight of the passive term (MNIST: 10, CIFAR-10: 1, CIFAR-100: 1 with mae, 0.1 with rce)",
                    true),
        realSetting("gce-q", 0.7, 0.001, 1, "gce, truncated-gce, ngce: 0 is cross-entropy, 1 is mean absolute error",
                    true),
        realSetting("truncation", 0.5, 0.001, 0.999, "truncated-gce: probability k under which a label teaches nothing",
                    true),
        realSetting("focal-gamma", 2, 0, 10, "focal, nfl-exp: how much well-learnt samples are played down", true),
        realSetting("nfl-gamma", 0.5, 0, 10, "nfl-ratio: the same, as its authors set it", true),
        boolSetting("nfl-detach", true,
                    "nfl-ratio: no gradient through the factors that play down, as in the authors' code", true),
        realSetting("exp-temperature", 1, 0.01, 100, "nce-exp, nfl-exp: T", true),
        realSetting("bootstrap-soft-share", 0.05, 0, 1, "bootstrap-soft: share of the network's own probabilities",
                    true),
        realSetting("bootstrap-hard-share", 0.2, 0, 1, "bootstrap-hard: share of the network's own answer", true),
    };
}

Result<LossOptions> readLoss(const ParamValues& settings) {
    const std::string& id = textParam(settings, "loss");
    const auto& list = lossCatalogue();
    const auto found = std::find_if(list.begin(), list.end(), [&](const LossEntry& entry) { return entry.id == id; });
    if (found == list.end()) return fail(ErrorCode::InvalidArgument, "there is no such loss", id);
    LossOptions options = found->options;
    for (const auto& [name, field] : found->settings) options.*field = realParam(settings, name);
    options.detachFocal = boolParam(settings, "nfl-detach");
    if (options.kind == LossKind::LabelSmoothing && options.smoothing <= 0) options.smoothing = 0.1;
    const bool smoothed = options.kind == LossKind::CrossEntropy || options.kind == LossKind::LabelSmoothing;
    if (realParam(settings, "label-smoothing") > 0 && !smoothed)
        return fail(ErrorCode::InvalidArgument, "label smoothing belongs to the loss ce", "label-smoothing");
    const bool mixed = options.kind == LossKind::Sce || options.kind == LossKind::Apl;
    if (mixed && options.alpha + options.beta <= 0)
        return fail(ErrorCode::InvalidArgument, "one of the two weights of " + id + " must be above 0", id);
    return options;
}

} // namespace assay::learn
