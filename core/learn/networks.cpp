// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/networks.h"

#include "core/base/text.h"
#include "core/learn/preact_resnet.h"
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

constexpr const char* kResNetPaper = "He et al., CVPR 2016, arXiv:1512.03385";
constexpr const char* kPreactPaper = "He et al., ECCV 2016, arXiv:1603.05027";
constexpr const char* kWidePaper = "Zagoruyko and Komodakis, BMVC 2016, arXiv:1605.07146";
constexpr const char* kResNextPaper = "Xie et al., CVPR 2017, arXiv:1611.05431";
constexpr const char* kActivePassivePaper = "Ma et al., ICML 2020, arXiv:2006.13554";
constexpr const char* kSmallStemHelp = "Stem for small pictures: 3×3, stride 1, no pooling";
constexpr const char* kLargeStemHelp = "Stem for large pictures: 7×7, stride 2, max-pooling; loses accuracy at 32×32";

/// What a network's maker is when its width is not to be set.
template <ClassifierPtr (*Make)(ImageGeometry, int)>
ClassifierPtr fixed(ImageGeometry input, int classes, int) {
    return Make(input, classes);
}

template <ClassifierPtr (*Make)(ImageGeometry, int, int, Stem), Stem stem>
ClassifierPtr residual(ImageGeometry input, int classes, int width) {
    return Make(input, classes, width, stem);
}

template <Stem stem>
ClassifierPtr grouped(ImageGeometry input, int classes, int) {
    return makeResNext50(input, classes, stem);
}

template <PreactEnds ends>
ClassifierPtr preact(ImageGeometry input, int classes, int width) {
    return makePreactResNet18(input, classes, width, ends);
}

template <int Widening>
ClassifierPtr wide(ImageGeometry input, int classes, int) {
    return makeWideResNet28(input, classes, Widening);
}

const std::vector<Entry>& entries() {
    constexpr Stem small = Stem::SmallPictures, large = Stem::LargePictures;
    static const std::vector<Entry> list = {
        {"cnn-small", "Small CNN",
         "Three 3×3 convolutions (32, 64, 128), batch norm, global average: seconds an epoch on a CPU", "", 32,
         makeCnnSmall},
        {"cnn-4", "4-layer CNN", "Two convolutions and two linear layers: made for MNIST", kActivePassivePaper, 0,
         fixed<makeCnnFour>},
        {"cnn-7", "7-layer CNN", "Six convolutions (64 to 196, then 16) and a linear layer",
         "Wei et al., CVPR 2020, arXiv:2003.02752", 0, fixed<makeCnnSeven>},
        {"cnn-8", "8-layer CNN", "Six convolutions (64, 128, 196 in pairs) and two linear layers", kActivePassivePaper,
         0, fixed<makeCnnEight>},
        {"cnn-9", "9-layer CNN", "The network of Co-Teaching: nine 3×3 convolutions, dropout 0.25",
         "Han et al., NeurIPS 2018, arXiv:1804.06872", 0, fixed<makeCnnNine>},
        {"conv-large", "Conv-Large", "The network of VAT: nine convolutions, the last two 1×1, dropout 0.5",
         "Miyato et al., TPAMI 2019, arXiv:1704.03976", 0, fixed<makeConvLarge>},
        {"preact-resnet-18", "PreActResNet-18",
         "Pre-activation ResNet with a normalised stem, as M-DYR-H and DivideMix use it", kPreactPaper, 64,
         preact<PreactEnds::NormedStem>},
        {"preact-resnet-18-bare", "PreActResNet-18, bare ends", "No norm behind the stem and none before the pooling",
         kPreactPaper, 64, preact<PreactEnds::BareStem>},
        {"preact-resnet-18-final-norm", "PreActResNet-18, final norm",
         "Norm and ReLU before the pooling only, as the paper has it", kPreactPaper, 64, preact<PreactEnds::FinalNorm>},
        {"preact-resnet-18-tcl", "PreActResNet-18, TCL's encoder",
         "Norm and ReLU behind the stem and before the pooling",
         "He et al., ECCV 2016; Huang, Zhang, Shan, CVPR 2023, arXiv:2303.06930", 64, makeTclEncoder},
        {"resnet-18", "ResNet-18", kSmallStemHelp, kResNetPaper, 64, residual<makeResNet18, small>},
        {"resnet-34", "ResNet-34", kSmallStemHelp, kResNetPaper, 64, residual<makeResNet34, small>},
        {"resnet-50", "ResNet-50", kSmallStemHelp, kResNetPaper, 64, residual<makeResNet50, small>},
        {"resnext-50", "ResNeXt-50 32×4d", kSmallStemHelp, kResNextPaper, 0, grouped<small>},
        {"resnet-18-imagenet", "ResNet-18, ImageNet stem", kLargeStemHelp, kResNetPaper, 64,
         residual<makeResNet18, large>},
        {"resnet-34-imagenet", "ResNet-34, ImageNet stem", kLargeStemHelp, kResNetPaper, 64,
         residual<makeResNet34, large>},
        {"resnet-50-imagenet", "ResNet-50, ImageNet stem", kLargeStemHelp, kResNetPaper, 64,
         residual<makeResNet50, large>},
        {"resnext-50-imagenet", "ResNeXt-50 32×4d, ImageNet stem", kLargeStemHelp, kResNextPaper, 0, grouped<large>},
        {"wide-resnet-28-2", "WideResNet-28-2", "The usual network of semi-supervised learning on CIFAR-10", kWidePaper,
         0, wide<2>},
        {"wide-resnet-28-8", "WideResNet-28-8", "The usual network of semi-supervised learning on CIFAR-100",
         kWidePaper, 0, wide<8>},
        {"wide-resnet-28-10", "WideResNet-28-10", "36 million parameters: for a GPU", kWidePaper, 0, wide<10>},
    };
    return list;
}

class ListedNetwork : public Network {
public:
    /// `asked` 0: the width is the network's own.
    explicit ListedNetwork(const Entry& entry, int asked = 0)
        : m_entry(entry), m_width(asked > 0 ? asked : entry.width) {
        m_description = {entry.id, entry.title, entry.help, entry.citation, {}};
        if (asked > 0) {
            m_description.id += ":" + std::to_string(asked);
            m_description.title += ", base width " + std::to_string(asked);
        }
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
        for (const auto& parameter : m_entry.make(input, classes, m_width)->parameters())
            count += std::uint64_t(parameter.numel());
        return count;
    }
    [[nodiscard]] std::shared_ptr<const Network> withWidth(int width) const override {
        return m_entry.width > 0 ? std::make_shared<ListedNetwork>(m_entry, width) : nullptr;
    }

private:
    const Entry& m_entry;
    int m_width;
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
        network->setInput(input);
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
