// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/csv.h"
#include "core/base/rng.h"
#include "core/project/export_table.h"

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace assay {
void registerBuiltinPlugins(Registry& registry);
}

namespace assay::test {

inline std::string bytesOf(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

inline const Registry& registry() {
    static const Registry built = [] {
        Registry r;
        registerBuiltinPlugins(r);
        return r;
    }();
    return built;
}

inline const Exporter& exporter(const char* id) {
    const auto found = registry().exporters.find(id);
    if (!found) qFatal("no exporter %s", id);
    return *found;
}

/// Grey pictures of 2 × 3 pixels, each of its own value.
class FakePictures final : public PictureSource {
public:
    Result<Image> picture(SampleIndex sample, int) const override {
        return Image{{2, 3, 1}, std::vector<std::uint8_t>(6, std::uint8_t(sample.value))};
    }
};

/// A data set and a table over all of its samples.
struct Fixture {
    Dataset dataset;
    ExportTable table;

    void add(std::string_view name, Label given, DecisionState state = {}) {
        dataset.names.add(name);
        dataset.givenLabels.push_back(given);
        dataset.splits.push_back(Split::Train);
        table.rows.push_back(SampleIndex(std::uint32_t(dataset.size() - 1)));
        table.given.push_back(given);
        table.effective.push_back(state.verdict == Verdict::Relabel ? state.label : given);
        table.decisions.push_back(state);
        table.dataset = &dataset;
    }
    void addNumbers(CounterRng& rng) {
        table.run = "3 co-teaching";
        table.scoreId = "loss";
        for (std::size_t i = 0; i < table.rows.size(); ++i) {
            const double loss = rng.gamma(0.7);
            table.loss.push_back(float(loss));
            table.pNoisy.push_back(float(rng.uniform()));
            table.score.push_back(float(rng.normal() * 1e-5));
            table.predicted.push_back(Label(rng.below(std::uint32_t(dataset.classCount()))));
            table.suggested.push_back(table.predicted.back());
            table.scored.push_back(rng.below(10) > 0);
            table.reason.push_back("key");
            table.who.push_back("Ann, \"the eye\"");
            table.time.push_back("2026-03-01T12:00:00.000Z");
        }
    }
};

/// Names and classes that have broken somebody's table before.
inline std::string hostile(CounterRng& rng) {
    static const std::vector<std::string> parts{
        "a",    "b/c",    ",",    ";",   "\t",  "\"",    "\"\"", "\n", "\r\n", "\r",           " ",   "  x", "'",
        "=1+1", "+",      "-",    "@",   "1e5", "00123", "TRUE", "NA", "nan",  "0,5",          "1.5", "é",   "é",
        "日本", "\u202E", ".png", "../", "#",   "\\",    "%",    "{}", "|",    "\xef\xbb\xbf", "x y"};
    std::string text;
    for (std::uint32_t i = 0; i <= rng.below(4); ++i) text += parts[rng.below(std::uint32_t(parts.size()))];
    return text;
}

} // namespace assay::test
