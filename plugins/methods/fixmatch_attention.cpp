// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/fixmatch_recipe.h"
#include "core/learn/map_attention.h"
#include "core/learn/picture_tensor.h"
#include "core/project/sample_views.h"

#include <utility>

namespace assay {
namespace {

using namespace learn;

constexpr const char *kAttention = "attention", *kDivergence = "attention-divergence";
constexpr std::size_t kViewBatch = 128;

struct AttentionOptions {
    FixMatchOptions fixMatch;
    double weight = 1;      ///< of the loss between the two maps
    bool detachWeak = true; ///< only the strong view's map moves
    std::size_t keptViews = 2000;
};

class FixMatchAttention : public FixMatchRecipe {
public:
    explicit FixMatchAttention(AttentionOptions options) : FixMatchRecipe(options.fixMatch), m_options(options) {}

    void extend(Classifier& network, int classes) const override {
        (void)classes;
        network.putOnMap(kAttention, std::make_shared<MapAttention>(network.mapChannels()));
    }

protected:
    torch::Tensor furtherLoss(Run& run, const std::vector<std::uint32_t>& rows, const torch::Tensor& mask) override {
        // The step's pass was over labelled, weak and strong pictures in this order.
        const auto& maps = attentionOf(*run.networks[0]).last();
        const std::int64_t size = mask.size(0), labelled = maps.size(0) - 2 * size;
        auto weak = maps.slice(0, labelled, labelled + size);
        if (m_options.detachWeak) weak = weak.detach();
        const auto divergence = attentionDivergence(weak, maps.slice(0, labelled + size));
        notice(run, rows, divergence);
        const auto accepted = mask.sum().clamp_min(1);
        const auto loss = (divergence * mask).sum() / accepted;
        m_sum += loss.item<double>();
        ++m_steps;
        return m_options.weight * loss;
    }

    Status record(Run& run, EpochOutcome& outcome) override {
        ASSAY_CHECK_STATUS(FixMatchRecipe::record(run, outcome));
        outcome.report.scalars[kDivergence] = m_steps > 0 ? m_sum / double(m_steps) : 0;
        if (!m_each.empty()) outcome.evidence.columns[kDivergence] = std::exchange(m_each, {});
        m_sum = 0;
        m_steps = 0;
        keepViews(run);
        return {};
    }

private:
    [[nodiscard]] static MapAttention& attentionOf(Classifier& network) {
        return dynamic_cast<MapAttention&>(*network.onMap());
    }

    /// Of each picture what it was when the epoch last showed it; −1 where it did not.
    void notice(const Run& run, const std::vector<std::uint32_t>& rows, const torch::Tensor& divergence) {
        if (m_each.empty()) m_each.assign(run.data.rows(), -1);
        const auto values = divergence.detach().to(torch::kCPU).contiguous();
        for (std::size_t i = 0; i < rows.size(); ++i) m_each[rows[i]] = values.data_ptr<float>()[i];
    }

    /// Both views of some training pictures, as the epoch showed them, with the answering network's maps.
    void keepViews(Run& run) {
        if (run.task.checkpointFolder.empty() || m_options.keptViews == 0) return;
        SampleViews kept;
        kept.epoch = run.epoch;
        kept.names = {"weak", "strong"};
        kept.geometry = run.data.geometry;
        std::vector<std::uint32_t> rows = shuffled(run.data.trainRows, run.seed(), 0);
        rows.resize(std::min(rows.size(), m_options.keptViews));
        std::sort(rows.begin(), rows.end());
        Classifier& network = teacher(run);
        const torch::NoGradGuard noGrad;
        network.eval();
        std::vector<ViewPlan> plans = views(run);
        for (ViewPlan& plan : plans) fitToPicture(plan.augment, kept.geometry);
        for (std::size_t begin = 0; begin < rows.size(); begin += kViewBatch)
            keepBatch(run, network, plans, std::span(rows).subspan(begin, std::min(kViewBatch, rows.size() - begin)),
                      kept);
        network.train();
        if (const Status stored = storeSampleViews(run.task.checkpointFolder, kept); !stored)
            run.observer.note("The attention of epoch " + std::to_string(run.epoch) + " was not kept (" +
                              stored.error().sentence() + ")");
    }

    void keepBatch(const Run& run, Classifier& network, const std::vector<ViewPlan>& plans,
                   std::span<const std::uint32_t> rows, SampleViews& kept) const {
        const std::size_t bytes = kept.geometry.bytes();
        auto images = emptyPictures(rows.size() * kept.names.size(), kept.geometry);
        std::vector<std::uint8_t> picture(bytes), scratch;
        auto* out = images.data_ptr<float>();
        const auto keep = [&](const std::vector<std::uint8_t>& view) {
            kept.pictures.insert(kept.pictures.end(), view.begin(), view.end());
            normaliseInto(run.data, view, out);
            out += bytes;
        };
        for (const std::uint32_t row : rows) {
            const SampleIndex sample = run.data.samples[row];
            kept.samples.push_back(sample);
            for (const ViewPlan& plan : plans) {
                augment(run.data.picture(row), picture, kept.geometry, plan.augment, run.seed(),
                        std::uint32_t(run.epoch), sample.value, plan.view, scratch);
                keep(picture);
            }
            if (fixMatch().ctAugment) keep(strongPicture(run, row));
        }
        (void)network.features(images.to(run.device));
        const auto& raw = attentionOf(network).last();
        kept.mapHeight = int(raw.size(1));
        kept.mapWidth = int(raw.size(2));
        const auto shares = torch::softmax(raw.flatten(1), 1).to(torch::kCPU).contiguous();
        kept.maps.insert(kept.maps.end(), shares.data_ptr<float>(), shares.data_ptr<float>() + shares.numel());
    }

    AttentionOptions m_options;
    double m_sum = 0;
    std::size_t m_steps = 0;
    std::vector<float> m_each; ///< [rows]
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    AttentionOptions options;
    options.fixMatch = readFixMatchOptions(settings);
    options.fixMatch.photometric = boolParam(settings, "photometric-only");
    options.weight = realParam(settings, "attention-weight");
    options.detachWeak = boolParam(settings, "detach-weak");
    options.keptViews = std::size_t(intParam(settings, "kept-views"));
    return std::make_unique<FixMatchAttention>(options);
}

} // namespace

void registerFixmatchAttention(Registry& registry) {
    Description description;
    description.id = "fixmatch-attention";
    description.title = "FixMatch with attention";
    description.help =
        "FixMatch that also looks at the same places of a weakly and a strongly varied picture, and shows them";
    description.citation = "FixMatch: Sohn et al., NeurIPS 2020, arXiv:2001.07685; with attention: a student report";
    description.params = semiSettings(kShortRunDefaults);
    for (auto& setting : fixMatchSettings(kShortRunThreshold)) description.params.push_back(std::move(setting));
    description.params.push_back(
        realSetting("attention-weight", 1, 0, 100, "Weight of the difference between the two views' attention"));
    description.params.push_back(boolSetting(
        "photometric-only", false,
        "The strong view moves nothing, so that places can be compared: cropped and flipped as the weak one, no cutout"));
    description.params.push_back(
        boolSetting("detach-weak", true, "Only the strong view's attention learns from the difference", true));
    description.params.push_back(integerSetting("kept-views", 2000, 0, 20000,
                                                "Training pictures of which both views and their attention are kept",
                                                true, "pictures"));
    registerRecipe(registry, std::move(description), semiCommonDefaults(), make);
}

} // namespace assay
