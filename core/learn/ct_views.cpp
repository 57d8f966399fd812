// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/ct_views.h"

#include "core/learn/picture_tensor.h"

#include <numeric>

namespace assay::learn {
namespace {

constexpr const char* kRates = "ct-augment.rates";
constexpr double kWholeCutout = 1;

} // namespace

std::vector<ParamSpec> ctSettings() {
    return {
        integerSetting("ct-depth", 2, 1, 8, "CTAugment: operations in a row", true),
        realSetting("ct-decay", 0.99, 0, 0.9999, "CTAugment: memory of the rates", true),
        realSetting("ct-threshold", 0.8, 0, 1, "CTAugment: rate below which a strength is not used", true),
        choiceSetting("ct-translation", "share", {"share", "published"},
                      "CTAugment: translations by up to 0.3 of the side, or by 0.3 of a pixel as in the published code",
                      true),
    };
}

CtAugmentOptions readCtOptions(const ParamValues& settings) {
    CtAugmentOptions options;
    options.depth = int(intParam(settings, "ct-depth"));
    options.decay = realParam(settings, "ct-decay");
    options.threshold = realParam(settings, "ct-threshold");
    options.compat = textParam(settings, "ct-translation") == "published";
    return options;
}

torch::Tensor CtViews::render(const Run& run, const Batch& batch, const std::vector<std::uint32_t>& rows,
                              std::uint32_t view, const Choose& choose) const {
    const ImageGeometry g = run.data.geometry;
    auto images = emptyPictures(rows.size(), g);
    std::vector<std::uint8_t> picture(g.bytes()), scratch;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        renderPicture(run, rows[i], run.stepsBefore(batch), view, choose, picture, scratch);
        normaliseInto(run.data, picture, images.data_ptr<float>() + i * g.bytes());
    }
    return images.to(run.device);
}

void CtViews::renderPicture(const Run& run, std::uint32_t row, std::size_t step, std::uint32_t view,
                            const Choose& choose, std::vector<std::uint8_t>& picture,
                            std::vector<std::uint8_t>& scratch) const {
    const ImageGeometry g = run.data.geometry;
    const std::uint32_t sample = run.data.samples[row].value, drawn = std::uint32_t(step) & 0xFFFFFFU;
    augment(run.data.picture(row), picture, g, run.common.augment, run.seed(), drawn, sample, view, scratch);
    CounterRng rng(run.seed(), RngPurpose::Method, drawn + (view << 24), sample);
    applyCtChoices(choose(rng), m_policy.options().compat, rng, picture, g, run.common.augment.fill, scratch);
}

CtViews::Choose CtViews::strong(bool cutout) const {
    return [this, cutout](CounterRng& rng) {
        std::vector<CtChoice> choices = m_policy.draw(rng);
        if (cutout) choices.push_back({CtOp::Cutout, {kWholeCutout}});
        return choices;
    };
}

torch::Tensor CtViews::varied(const Run& run, const Batch& batch, const std::vector<std::uint32_t>& rows,
                              std::uint32_t view, bool cutout) const {
    return render(run, batch, rows, view, strong(cutout));
}

std::vector<std::uint8_t> CtViews::variedPicture(const Run& run, std::uint32_t row, std::size_t step,
                                                 std::uint32_t view, bool cutout) const {
    std::vector<std::uint8_t> picture(run.data.geometry.bytes()), scratch;
    renderPicture(run, row, step, view, strong(cutout), picture, scratch);
    return picture;
}

void CtViews::probe(const Run& run, const Batch& labelled, std::uint32_t view) {
    std::vector<std::vector<CtChoice>> drawn;
    const auto images = render(run, labelled, labelled.rows, view, [&](CounterRng& rng) {
        drawn.push_back(m_policy.drawProbe(rng));
        return drawn.back();
    });
    const torch::NoGradGuard noGrad;
    Classifier& network = *run.networks[0];
    network.eval();
    const auto p = torch::softmax(network.forward(images), 1);
    network.train();
    const auto wanted = torch::one_hot(labelled.labels, run.data.classes).to(p.scalar_type());
    const auto proximity = (1 - (p - wanted).abs().sum(1) / 2).to(torch::kCPU).contiguous();
    for (std::size_t i = 0; i < drawn.size(); ++i) m_policy.update(drawn[i], double(proximity.data_ptr<float>()[i]));
}

double CtViews::meanRate() const {
    const std::vector<float> rates = m_policy.rates();
    return std::accumulate(rates.begin(), rates.end(), 0.0) / double(rates.size());
}

void CtViews::save(StateMap& state) const { state[kRates] = torch::tensor(m_policy.rates()); }

void CtViews::load(const StateMap& state) {
    const auto& rates = state.at(kRates);
    m_policy.setRates({rates.data_ptr<float>(), std::size_t(rates.numel())});
}

} // namespace assay::learn
