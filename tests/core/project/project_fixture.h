// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/project/project.h"

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace assay::test {

/// A folder of its own, and a project in it.
struct ProjectFolder {
    QTemporaryDir directory;
    std::filesystem::path path(const char* name = "p.assay") const {
        return std::filesystem::path(directory.path().toStdString()) / name;
    }
};

inline DatasetReference reference(std::size_t samples = 100, int classes = 10) {
    DatasetReference result;
    result.location = "/data/set";
    result.contentHash = "00112233445566778899aabbccddeeff";
    result.format = "class-folders";
    result.splitSeed = 7;
    result.samples = samples;
    for (int i = 0; i < classes; ++i) result.classNames.push_back("class " + std::to_string(i));
    return result;
}

inline DecisionRequest request(std::uint32_t sample, Verdict verdict, Label label = kNoLabel) {
    return {SampleIndex(sample), {verdict, label}, {"tester", "key", "", std::nullopt, std::nullopt}};
}

inline std::string bytesOf(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

inline LabelSet labels(std::size_t samples, int classes, std::uint64_t seed = 1) {
    LabelSet set;
    CounterRng rng(seed, RngPurpose::Test);
    for (std::size_t i = 0; i < samples; ++i) set.labels.push_back(Label(rng.below(std::uint32_t(classes))));
    return set;
}

/// Evidence as a run of co-teaching leaves it: skewed losses, sure and unsure predictions, two networks.
inline std::shared_ptr<EpochReport> report(int epoch, std::size_t samples, int classes = 10) {
    auto evidence = std::make_shared<Evidence>();
    evidence->epoch = epoch;
    CounterRng rng(3, RngPurpose::Test, std::uint32_t(epoch));
    auto& second = evidence->columns["loss-2"];
    auto& prediction = evidence->columns["prediction-2"];
    auto& selected = evidence->columns["selected-1"];
    auto& disagreement = evidence->columns["disagreement"];
    for (std::size_t i = 0; i < samples; ++i) {
        evidence->samples.push_back(SampleIndex(std::uint32_t(i)));
        const bool noisy = rng.uniform() < 0.4;
        const double logit = rng.normal() * 1.5 + (noisy ? -2.0 : 3.0);
        const double loss = std::log1p(std::exp(-logit));
        evidence->loss.push_back(float(loss));
        evidence->confidence.push_back(float(std::max(std::exp(-loss), 1 - std::exp(-loss))));
        evidence->margin.push_back(float(logit));
        evidence->prediction.push_back(Label(rng.below(std::uint32_t(classes))));
        second.push_back(float(std::log1p(std::exp(-logit + 0.3 * rng.normal()))));
        prediction.push_back(float(rng.below(std::uint32_t(classes))));
        selected.push_back(float(!noisy));
        disagreement.push_back(float(rng.uniform() < 0.1));
    }
    auto result = std::make_shared<EpochReport>();
    result->epoch = epoch;
    result->epochs = 200;
    result->scalars = {{"train-loss", 1.0 / 3.0 / epoch}, {"seconds", 0.1}};
    result->perClass["accepted"] = {1, 2, 3};
    result->evidence = evidence;
    return result;
}

inline RunRecord runOn(std::int64_t labelSet) {
    RunRecord run;
    run.labelSet = labelSet;
    run.config.method = "co-teaching";
    run.config.settings = {{"rate", 0.1}, {"flag", true}, {"count", std::int64_t(3)}, {"kind", std::string("a")}};
    run.config.seed = UINT64_MAX;
    run.manifest = "{}";
    return run;
}

} // namespace assay::test
