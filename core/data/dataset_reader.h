// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/registry.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/source.h"

#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

namespace assay {

/// What the user said about a label table, where guessing was not enough.
struct ReaderOptions {
    std::string fileColumn;  ///< empty: guess
    std::string labelColumn; ///< empty: guess
};

/// Pixels that lie in the file as they are (CIFAR, IDX).
struct PlanarPixels {
    std::shared_ptr<const std::vector<std::byte>> bytes; ///< owner
    std::uint64_t offset = 0;
    bool channelsFirst = false; ///< CHW in the file
    ImageGeometry geometry;
};

/// An encoded picture: an entry of the source.
struct EncodedPixels {
    std::string entry;
};

/// What a reader makes of a source: samples in their order, and where each one's pixels are.
struct RawDataset {
    using Planar = PlanarPixels;
    using Encoded = EncodedPixels;
    struct Sample {
        std::string name;            ///< stable name
        Label givenLabel = kNoLabel; ///< kNoLabel: the sample takes part without one
        Label trueLabel = kNoLabel;
        std::optional<Split> split;
        std::variant<Planar, Encoded> pixels;
    };
    std::vector<std::string> classNames;
    std::vector<Sample> samples;
    std::vector<std::string> notes;
};

/// Recognises one data set format by looking, and lists its samples. Stateless; any thread.
class DatasetReader {
public:
    virtual ~DatasetReader() = default;
    [[nodiscard]] virtual const Description& description() const = 0;
    /// 0: not mine; 100: certainly mine. Cheap: looks at names and first bytes.
    [[nodiscard]] virtual int probe(const Source& source) const = 0;
    /// Lists samples and labels. Unusable rows and files go to `problems`; the rest goes on.
    [[nodiscard]] virtual Result<RawDataset> read(const Source& source, const ReaderOptions& options,
                                                  ProblemCollector& problems, const ProgressFn& progress,
                                                  std::stop_token stop) const = 0;
};

} // namespace assay
