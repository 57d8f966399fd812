// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/networks.h"

#include "core/base/text.h"
#include "core/train/network.h"

#include <mutex>

namespace assay::learn {
namespace {

constexpr int kLargestWidth = 512;

struct Entry {
    const char* id;
    const char* title;
    const char* help;
    const char* citation;
    int width; ///< default base width; 0: fixed
    ClassifierPtr (*make)(ImageGeometry input, int classes, int width);
};

const std::vector<Entry>& entries() {
    static const std::vector<Entry> list = {
        {"cnn-small", "Small CNN",
         "Three 3×3 convolutions (32, 64, 128), batch norm, global average: seconds an epoch on a CPU", "", 32,
         makeCnnSmall},
        {"cnn-9", "9-layer CNN", "The network of Co-Teaching: nine 3×3 convolutions, dropout 0.25",
         "Han et al., NeurIPS 2018, arXiv:1804.06872", 0,
         [](ImageGeometry input, int classes, int) { return makeCnnNine(input, classes); }},
        {"preact-resnet-18", "PreActResNet-18",
         "Pre-activation ResNet with a normalised stem, as M-DYR-H and DivideMix use it",
         "He et al., ECCV 2016, arXiv:1603.05027", 64, makePreactResNet18},
        {"resnet-18", "ResNet-18", "Stem for small pictures: 3×3, stride 1, no pooling",
         "He et al., CVPR 2016, arXiv:1512.03385", 64,
         [](ImageGeometry input, int classes, int width) { return makeResNet18(input, classes, width, false); }},
        {"resnet-18-imagenet", "ResNet-18, ImageNet stem",
         "Stem for large pictures: 7×7, stride 2, max-pooling; loses accuracy at 32×32",
         "He et al., CVPR 2016, arXiv:1512.03385", 64,
         [](ImageGeometry input, int classes, int width) { return makeResNet18(input, classes, width, true); }},
    };
    return list;
}

class ListedNetwork : public Network {
public:
    explicit ListedNetwork(const Entry& entry) : m_entry(entry) {
        m_description = {entry.id, entry.title, entry.help, entry.citation, {}};
        if (entry.width > 0) {
            m_description.help += std::string("; ") + entry.id + ":W sets another base width";
            ParamSpec width;
            width.name = "width";
            width.type = ParamType::Integer;
            width.defaultValue = std::int64_t(entry.width);
            width.minimum = 1;
            width.maximum = kLargestWidth;
            width.unit = "channels";
            width.help = std::string("Channels of the first layer; written as ") + entry.id + ":16";
            m_description.params.push_back(width);
        }
    }
    [[nodiscard]] const Description& description() const override { return m_description; }
    [[nodiscard]] std::uint64_t parameterCount(ImageGeometry input, int classes) const override {
        std::uint64_t count = 0;
        for (const auto& parameter : m_entry.make(input, classes, m_entry.width)->parameters())
            count += std::uint64_t(parameter.numel());
        return count;
    }

private:
    const Entry& m_entry;
    Description m_description;
};

} // namespace

std::uint64_t torchSeed(std::uint64_t seed, RngPurpose purpose, std::uint32_t epoch, std::uint32_t which) {
    CounterRng rng(seed, purpose, epoch, which);
    const std::uint64_t high = rng();
    return (high << 32) | rng();
}

Result<ClassifierPtr> makeNetwork(const std::string& id, ImageGeometry input, int classes, std::uint64_t seed,
                                  std::uint32_t which) {
    const auto colon = id.find(':');
    const std::string base = id.substr(0, colon);
    const Entry* found = nullptr;
    std::string known;
    for (const Entry& entry : entries()) {
        if (base == entry.id) found = &entry;
        known += (known.empty() ? "" : ", ") + std::string(entry.id);
    }
    if (!found) return fail(ErrorCode::NotFound, "there is no such network; there are " + known, id);
    int width = found->width;
    if (colon != std::string::npos) {
        const auto asked = parseInteger(std::string_view(id).substr(colon + 1));
        if (found->width == 0) return fail(ErrorCode::InvalidArgument, "this network has no width to set", id);
        if (!asked || *asked < 1 || *asked > kLargestWidth)
            return fail(ErrorCode::InvalidArgument, "a network's width is a whole number from 1 to 512", id);
        width = int(*asked);
    }
    try {
        // LibTorch's default generator is the process's: one network is drawn at a time.
        static std::mutex mutex;
        const std::scoped_lock lock(mutex);
        torch::manual_seed(torchSeed(seed, RngPurpose::Init, 0, which));
        auto network = found->make(input, classes, width);
        const torch::NoGradGuard noGrad;
        for (auto& parameter : network->parameters())
            if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(torch::MemoryFormat::ChannelsLast));
        return network;
    } catch (const std::exception& error) {
        return fail(ErrorCode::Internal, std::string("the network could not be built: ") + error.what(), id);
    }
}

void registerNetworks(Registry& registry) {
    for (const Entry& entry : entries()) (void)registry.networks.add(std::make_shared<ListedNetwork>(entry));
}

} // namespace assay::learn
