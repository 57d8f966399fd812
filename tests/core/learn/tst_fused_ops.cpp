// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

// LibTorch before Qt: both have a macro named "slots".
#include "core/learn/fused_ops.h"

#include <QTest>

using namespace assay::learn;

namespace {

constexpr auto kLast = torch::MemoryFormat::ChannelsLast;

torch::nn::BatchNorm2d drawnNorm(int channels) {
    torch::nn::BatchNorm2d norm(channels);
    const torch::NoGradGuard noGrad;
    norm->weight.normal_(); // of both signs: then the largest before the norm is the smallest after it
    norm->bias.normal_();
    norm->running_mean.normal_();
    norm->running_var.uniform_(0.5, 2);
    return norm;
}

torch::nn::BatchNorm2d copyOf(const torch::nn::BatchNorm2d& norm) {
    torch::nn::BatchNorm2d copy(norm->weight.size(0));
    const torch::NoGradGuard noGrad;
    for (const auto& item : norm->named_parameters()) copy->named_parameters()[item.key()].copy_(item.value());
    for (const auto& item : norm->named_buffers()) copy->named_buffers()[item.key()].copy_(item.value());
    return copy;
}

torch::Tensor plain(const torch::Tensor& x, torch::nn::BatchNorm2d& norm, bool pool) {
    return norm->forward(pool ? torch::max_pool2d(x, 2) : x).relu();
}

bool close(const torch::Tensor& a, const torch::Tensor& b) { return torch::allclose(a, b, 1e-4, 2e-5, true); }

void shapes() {
    QTest::addColumn<int>("pictures");
    QTest::addColumn<int>("channels");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<bool>("pool");
    QTest::newRow("28×28, pooled") << 9 << 32 << 28 << 28 << true;
    QTest::newRow("7×7, not pooled") << 5 << 128 << 7 << 7 << false;
    QTest::newRow("odd sides, pooled") << 4 << 16 << 7 << 5 << true;
    QTest::newRow("channels beside the lanes") << 3 << 21 << 6 << 4 << true;
    QTest::newRow("one channel") << 2 << 1 << 4 << 4 << true;
    QTest::newRow("2×2 to one cell") << 6 << 20 << 2 << 2 << true;
    QTest::newRow("one cell") << 6 << 20 << 1 << 1 << false;
}

} // namespace

class TestFusedOps : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void trainingIsThatOfLibTorchsOwnOperations_data() { shapes(); }
    void trainingIsThatOfLibTorchsOwnOperations() {
        QFETCH(int, pictures);
        QFETCH(int, channels);
        QFETCH(int, height);
        QFETCH(int, width);
        QFETCH(bool, pool);
        torch::manual_seed(1);
        auto ours = drawnNorm(channels);
        auto theirs = copyOf(ours);
        // A mean far from zero: variances that subtract squares would lose their digits here.
        const auto data = (torch::randn({pictures, channels, height, width}) * 3 + 100).contiguous(kLast);
        auto x = data.clone().requires_grad_(true), y = data.clone().requires_grad_(true);
        const auto out = poolNormRelu(x, *ours, pool);
        const auto expected = plain(y, theirs, pool);
        QCOMPARE(out.sizes(), expected.sizes());
        QVERIFY(torch::allclose(out, expected, 1e-3, 2e-4));
        QVERIFY(close(ours->running_mean, theirs->running_mean));
        QVERIFY(close(ours->running_var, theirs->running_var));
        QCOMPARE(ours->num_batches_tracked.item<std::int64_t>(), std::int64_t(1));
        // An output within rounding of zero may pass the one ReLU and not the other: it gets no gradient here.
        const auto gradient = torch::randn(out.sizes()) * (expected.detach() > 1e-3) * (out.detach() > 0);
        out.backward(gradient);
        expected.backward(gradient);
        QVERIFY(torch::allclose(x.grad(), y.grad(), 1e-3, 2e-4));
        QVERIFY(torch::allclose(ours->weight.grad(), theirs->weight.grad(), 1e-3, 1e-2));
        QVERIFY(close(ours->bias.grad(), theirs->bias.grad()));
    }

    void evaluationIsThatOfLibTorchsOwnOperations_data() { shapes(); }
    void evaluationIsThatOfLibTorchsOwnOperations() {
        QFETCH(int, pictures);
        QFETCH(int, channels);
        QFETCH(int, height);
        QFETCH(int, width);
        QFETCH(bool, pool);
        torch::manual_seed(2);
        auto norm = drawnNorm(channels);
        norm->eval();
        const auto x = torch::randn({pictures, channels, height, width}); // contiguous, too, is taken
        const auto before = norm->running_mean.clone();
        const torch::NoGradGuard noGrad;
        QVERIFY(close(poolNormRelu(x, *norm, pool), plain(x, norm, pool)));
        QVERIFY(torch::equal(norm->running_mean, before));
    }

    void evaluationWithGradientsAndDoublesWorkToo() {
        torch::manual_seed(3);
        auto norm = drawnNorm(4);
        norm->eval();
        auto x = torch::randn({2, 4, 6, 6}, torch::requires_grad());
        poolNormRelu(x, *norm, true).sum().backward();
        QVERIFY(x.grad().abs().sum().item<double>() > 0);
        norm->to(torch::kFloat64);
        const auto wide = torch::randn({2, 4, 6, 6}, torch::kFloat64);
        QVERIFY(close(poolNormRelu(wide, *norm, true), plain(wide, norm, true)));
        QVERIFY(close(gridMeans(wide, 3), torch::adaptive_avg_pool2d(wide, {3, 3}).flatten(1)));
    }

    void whatIsNotANumberStaysSo_data() {
        QTest::addColumn<int>("corner");
        for (int corner = 0; corner < 4; ++corner) QTest::addRow("corner %d", corner) << corner;
    }
    void whatIsNotANumberStaysSo() {
        QFETCH(int, corner);
        auto norm = drawnNorm(20);
        norm->eval();
        auto x = torch::randn({1, 20, 2, 2});
        x[0][17][corner / 2][corner % 2] = std::nanf("");
        x[0][3][corner / 2][corner % 2] = std::nanf("");
        const torch::NoGradGuard noGrad;
        const auto out = torch::isnan(poolNormRelu(x, *norm, true));
        QVERIFY(out[0][17].item<bool>() && out[0][3].item<bool>());
        QCOMPARE(out.sum().item<std::int64_t>(), std::int64_t(2));
    }

    void gradientsOfTrainingAreFiniteForAChannelThatIsConstant() {
        auto norm = drawnNorm(16);
        auto x = torch::full({4, 16, 4, 4}, 7.0F, torch::requires_grad());
        poolNormRelu(x, *norm, true).sum().backward();
        QVERIFY(torch::isfinite(x.grad()).all().item<bool>());
        QVERIFY(torch::isfinite(norm->weight.grad()).all().item<bool>());
    }

    void bitsDoNotDependOnThreads() {
        const auto run = [](int threads) {
            at::set_num_threads(threads);
            torch::manual_seed(4);
            auto norm = drawnNorm(32);
            auto x = torch::randn({13, 32, 14, 14}, torch::requires_grad());
            gridMeans(poolNormRelu(x, *norm, true), 3).square().sum().backward();
            return std::vector<torch::Tensor>{x.grad(), norm->weight.grad(), norm->bias.grad(), norm->running_var};
        };
        const int usual = at::get_num_threads();
        const auto one = run(1), three = run(3);
        at::set_num_threads(usual);
        for (std::size_t i = 0; i < one.size(); ++i) QVERIFY(torch::equal(one[i], three[i]));
    }

    void gridMeansAreLibTorchsAdaptivePooling_data() {
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("width");
        QTest::newRow("7×7: windows overlap") << 128 << 7 << 7;
        QTest::newRow("8×8") << 16 << 8 << 8;
        QTest::newRow("6×9: windows side by side") << 21 << 6 << 9;
        QTest::newRow("smaller than the grid") << 5 << 1 << 2;
    }
    void gridMeansAreLibTorchsAdaptivePooling() {
        QFETCH(int, channels);
        QFETCH(int, height);
        QFETCH(int, width);
        torch::manual_seed(5);
        const auto data = torch::randn({3, channels, height, width}).contiguous(kLast);
        auto x = data.clone().requires_grad_(true), y = data.clone().requires_grad_(true);
        const auto out = gridMeans(x, 3), expected = torch::adaptive_avg_pool2d(y, {3, 3}).flatten(1);
        QVERIFY(close(out, expected));
        const auto gradient = torch::randn(out.sizes());
        out.backward(gradient);
        expected.backward(gradient);
        QVERIFY(close(x.grad(), y.grad()));
    }
};

QTEST_GUILESS_MAIN(TestFusedOps)
#include "tst_fused_ops.moc"
