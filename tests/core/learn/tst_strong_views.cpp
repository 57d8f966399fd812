// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/augment.h"
#include "core/learn/ct_augment.h"
#include "core/learn/picture_ops.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

using namespace assay;
using namespace assay::learn;

namespace {

using Pixels = std::vector<std::uint8_t>;

Pixels applied(RandAugmentOp op, double amount, const Pixels& in, ImageGeometry g, std::uint8_t fill = 0) {
    Pixels out(in.size());
    applyOperation(op, amount, in, out, g, fill);
    return out;
}

Pixels chosen(CtOp op, std::vector<double> levels, const Pixels& in, ImageGeometry g, bool compat = false) {
    Pixels out(in.size());
    CounterRng rng(1, RngPurpose::Test);
    applyCtChoice({op, std::move(levels)}, compat, rng, in, out, g, 0);
    return out;
}

bool near(double a, double b) { return std::abs(a - b) < 1e-6; }

} // namespace

/// Strong views: every operation against pixels computed by hand, the variants of RandAugment, CTAugment's rates.
class TestStrongViews : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void operationsGiveThesePixels_data() {
        QTest::addColumn<int>("op");
        QTest::addColumn<double>("amount");
        QTest::addColumn<Pixels>("in");
        QTest::addColumn<int>("width");
        QTest::addColumn<Pixels>("out");
        const auto row = [](const char* name, RandAugmentOp op, double amount, Pixels in, int width, Pixels out) {
            QTest::newRow(name) << int(op) << amount << in << width << out;
        };
        const Pixels nine = {1, 2, 3, 4, 5, 6, 7, 8, 9};
        row("posterize keeps four bits", RandAugmentOp::Posterize, 4, {0, 15, 16, 37, 200, 255}, 6,
            {0, 0, 16, 32, 192, 240});
        row("solarize at 128", RandAugmentOp::Solarize, 128, {0, 127, 128, 255}, 4, {0, 127, 127, 0});
        row("solarize at 256 is nothing", RandAugmentOp::Solarize, 256, {0, 128, 255}, 3, {0, 128, 255});
        row("translate by two", RandAugmentOp::TranslateX, 2, {1, 2, 3, 4, 5}, 5, {3, 4, 5, 0, 0});
        row("translate back", RandAugmentOp::TranslateX, -2, {1, 2, 3, 4, 5}, 5, {0, 0, 1, 2, 3});
        row("translate down", RandAugmentOp::TranslateY, -1, nine, 3, {0, 0, 0, 1, 2, 3, 4, 5, 6});
        row("rotate by a quarter", RandAugmentOp::Rotate, 90, nine, 3, {3, 6, 9, 2, 5, 8, 1, 4, 7});
        // As Pillow 9.4 gives them: transform(size, AFFINE, (1, s, 0, 0, 1, 0)) and (1, 0, 0, s, 1, 0).
        row("shear across", RandAugmentOp::ShearX, 1, nine, 3, {2, 3, 0, 6, 0, 0, 0, 0, 0});
        row("shear across and back", RandAugmentOp::ShearX, -0.5, nine, 3, {1, 2, 3, 0, 4, 5, 0, 7, 8});
        row("shear down", RandAugmentOp::ShearY, 1, nine, 3, {4, 8, 0, 7, 0, 0, 0, 0, 0});
        row("shear up", RandAugmentOp::ShearY, 0.5, nine, 3, {1, 5, 6, 4, 8, 9, 7, 0, 0});
        row("brightness by a half", RandAugmentOp::Brightness, 0.5, {0, 101, 255}, 3, {0, 50, 127});
        row("contrast to the mean", RandAugmentOp::Contrast, 0, {0, 100, 200}, 3, {100, 100, 100});
        row("contrast by a half", RandAugmentOp::Contrast, 0.5, {0, 100, 200}, 3, {50, 100, 150});
        row("sharpness 0 smooths", RandAugmentOp::Sharpness, 0, {0, 0, 0, 0, 130, 0, 0, 0, 0}, 3,
            {0, 0, 0, 0, 50, 0, 0, 0, 0});
        row("sharpness 2", RandAugmentOp::Sharpness, 2, {0, 0, 0, 0, 130, 0, 0, 0, 0}, 3,
            {0, 0, 0, 0, 210, 0, 0, 0, 0});
        row("auto-contrast", RandAugmentOp::AutoContrast, 0, {50, 100, 150}, 3, {0, 127, 255});
        row("identity", RandAugmentOp::Identity, 1, nine, 3, nine);
    }
    void operationsGiveThesePixels() {
        QFETCH(int, op);
        QFETCH(double, amount);
        QFETCH(Pixels, in);
        QFETCH(int, width);
        QFETCH(Pixels, out);
        QCOMPARE(applied(RandAugmentOp(op), amount, in, {width, int(in.size()) / width, 1}), out);
    }

    /// 510 pixels of 0, 255 each of 100 and 200: step (1020 − 255) / 255 = 3.
    void equalizeFollowsTheHistogram() {
        Pixels in(1020, 0);
        std::fill(in.begin() + 510, in.begin() + 765, std::uint8_t(100));
        std::fill(in.begin() + 765, in.end(), std::uint8_t(200));
        const Pixels out = applied(RandAugmentOp::Equalize, 0, in, {34, 30, 1});
        QCOMPARE(std::set<int>(out.begin(), out.end()), (std::set<int>{0, 170, 255}));
        QCOMPARE(int(out[600]), 170);
    }

    void coloursAreMixedWithTheirLuma() {
        const Pixels red = {255, 0, 0}; // luma 76
        QCOMPARE(applied(RandAugmentOp::Color, 0, red, {1, 1, 3}), (Pixels{76, 76, 76}));
        QCOMPARE(applied(RandAugmentOp::Color, 0.5, red, {1, 1, 3}), (Pixels{165, 38, 38}));
    }

    void blurIsTheMeanOfTheBorderOfFiveByFive() {
        Pixels in(25, 0), out(25);
        in[0] = 160;
        in[12] = 255; // the centre itself does not count
        blur(in, out, {5, 5, 1});
        QCOMPARE(int(out[12]), 10);
        QCOMPARE(int(out[0]), 160);
    }

    void croppedPicturesAreStretched() {
        const Pixels row = {9, 0, 100, 9};
        Pixels out(4);
        cropAndResample(1, 0, 2, 1, ResizeFilter::Bilinear, row, out, {4, 1, 1});
        QCOMPARE(out, (Pixels{0, 25, 75, 100}));
        cropAndResample(1, 0, 2, 1, ResizeFilter::Nearest, row, out, {4, 1, 1});
        QCOMPARE(out, (Pixels{0, 0, 100, 100}));
        const Pixels constant(8 * 8 * 3, 77);
        Pixels kept(constant.size());
        for (int filter = 0; filter < kResizeFilters; ++filter) {
            cropAndResample(1, 2, 5, 4, ResizeFilter(filter), constant, kept, {8, 8, 3});
            QCOMPARE(kept, constant);
            cropAndResample(0, 0, 8, 8, ResizeFilter(filter), constant, kept, {8, 8, 3});
            QCOMPARE(kept, constant);
        }
    }

    void ctOperationsGiveThesePixels() {
        const Pixels three = {0, 100, 200};
        const ImageGeometry g{3, 1, 1};
        QCOMPARE(chosen(CtOp::Invert, {0.5}, three, g), (Pixels{127, 127, 127}));
        QCOMPARE(chosen(CtOp::Invert, {0.0}, three, g), three);
        QCOMPARE(chosen(CtOp::Brightness, {0.0}, three, g), (Pixels{0, 10, 20}));
        QCOMPARE(chosen(CtOp::AutoContrast, {0.5}, {50, 100, 150}, g), (Pixels{25, 113, 202}));
        QCOMPARE(chosen(CtOp::Posterize, {0.0}, three, g), (Pixels{0, 0, 128}));
        QCOMPARE(chosen(CtOp::Solarize, {0.5}, three, g), (Pixels{0, 100, 55}));
        QCOMPARE(chosen(CtOp::Identity, {}, three, g), three);
        QCOMPARE(chosen(CtOp::Smooth, {0.5}, {0, 0, 0, 0, 130, 0, 0, 0, 0}, {3, 3, 1}),
                 (Pixels{0, 0, 0, 0, 90, 0, 0, 0, 0}));
        const Pixels cut = chosen(CtOp::Cutout, {0.0}, Pixels(64, 200), {8, 8, 1});
        QCOMPARE(std::count(cut.begin(), cut.end(), std::uint8_t(127)), std::ptrdiff_t(1)); // the smallest side is 1
    }

    /// The published offset is in pixels, so that nothing moves; as a share of the side it moves by up to 0.3 of it.
    void publishedTranslationsMoveNothing() {
        Pixels in(20);
        std::iota(in.begin(), in.end(), std::uint8_t(1));
        QCOMPARE(chosen(CtOp::TranslateX, {0.99}, in, {20, 1, 1}, true), in);
        const Pixels moved = chosen(CtOp::TranslateX, {0.999999}, in, {20, 1, 1});
        QCOMPARE(int(moved[0]), 6); // 0.3 · 20 less a hair: five whole pixels
    }

    void rescalingTakesAMarginOff() {
        Pixels in(64);
        std::iota(in.begin(), in.end(), std::uint8_t(0));
        const auto nearest = (double(ResizeFilter::Nearest) + 0.5) / kResizeFilters;
        const Pixels out = chosen(CtOp::Rescale, {0.999, nearest}, in, {8, 8, 1});
        for (int y = 0; y < 8; ++y)
            for (int x = 0; x < 8; ++x) QCOMPARE(int(out[std::size_t(8 * y + x)]), 8 * (2 + y / 2) + 2 + x / 2);
    }

    /// From a rate of 1, (0.99^n + 0.01) / 1.01 falls under 0.8 with the 23rd failure.
    void aStrengthThatTheNetworkDoesNotSurviveIsNoLongerDrawn() {
        CtAugmentPolicy policy;
        for (const double p : policy.probabilities(CtOp::Rotate)) QVERIFY(near(p, 1.0 / 17));
        const std::vector<CtChoice> weakest = {{CtOp::Rotate, {0.01}}};
        policy.update(weakest, 0.5);
        QVERIFY(near(policy.probabilities(CtOp::Rotate)[0], 1.005 / (1.005 + 16 * 1.01)));
        policy = CtAugmentPolicy();
        for (int i = 0; i < 22; ++i) policy.update(weakest, 0);
        QVERIFY(policy.probabilities(CtOp::Rotate)[0] > 0);
        policy.update(weakest, 0);
        QCOMPARE(policy.probabilities(CtOp::Rotate)[0], 0.0);
        for (std::size_t bin = 1; bin < 17; ++bin) QVERIFY(near(policy.probabilities(CtOp::Rotate)[bin], 1.0 / 16));
        QVERIFY(near(policy.probabilities(CtOp::Color)[0], 1.0 / 17));
        for (std::uint32_t i = 0; i < 3000; ++i) {
            CounterRng rng(3, RngPurpose::Test, 0, i);
            for (const CtChoice& choice : policy.draw(rng))
                if (choice.op == CtOp::Rotate) QVERIFY(choice.levels.at(0) >= 1.0 / 17);
        }
    }

    void ratesFollowHowWellPicturesAreKnown() {
        CtAugmentPolicy policy;
        const std::vector<CtChoice> two = {{CtOp::Rescale, {0.5, 0.9}}, {CtOp::Identity, {}}};
        policy.update(two, 0.6);
        const double expected = 0.99 + 0.01 * 0.6, changed = expected + 0.01;
        QVERIFY(near(policy.probabilities(CtOp::Rescale, 0)[8], changed / (changed + 16 * 1.01)));
        QVERIFY(near(policy.probabilities(CtOp::Rescale, 1)[5], changed / (changed + 5 * 1.01)));
        const std::vector<float> rates = policy.rates();
        QCOMPARE(rates.size(), std::size_t(17 * 17 + 8 + 6)); // 17 of 17 bins, posterize, rescale's filters
        QCOMPARE(std::count(rates.begin(), rates.end(), 1.0F), std::ptrdiff_t(rates.size() - 2));
        CtAugmentPolicy other;
        other.setRates(rates);
        QCOMPARE(other.rates(), rates);
        QCOMPARE(other.probabilities(CtOp::Rescale), policy.probabilities(CtOp::Rescale));
    }

    void probesHaveEveryStrengthWhateverTheRates() {
        CtAugmentPolicy policy;
        for (int i = 0; i < 200; ++i) policy.update(std::vector<CtChoice>{{CtOp::Rotate, {0.01}}}, 0);
        bool weakest = false;
        for (std::uint32_t i = 0; i < 4000 && !weakest; ++i) {
            CounterRng rng(3, RngPurpose::Test, 0, i);
            for (const CtChoice& choice : policy.drawProbe(rng))
                weakest = weakest || (choice.op == CtOp::Rotate && choice.levels.at(0) < 1.0 / 17);
        }
        QVERIFY(weakest);
    }

    /// FixMatch's: a quarter of the pictures meets no operation at all, and a cutout of half the side is always there.
    void everyRandAugmentIsAsOftenAppliedAsItSays_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<double>("least");
        QTest::addColumn<double>("most");
        // Share of pictures that two operations leave as they are; identity itself is one of fourteen.
        QTest::newRow("torchvision") << int(RandAugmentKind::Torchvision) << 0.0 << 0.12;
        QTest::newRow("fixmatch") << int(RandAugmentKind::FixMatch) << 0.25 << 0.5;
        QTest::newRow("torchssl") << int(RandAugmentKind::TorchSsl) << 0.0 << 0.1;
        QTest::newRow("mpl") << int(RandAugmentKind::Mpl) << 0.2 << 0.5;
    }
    void everyRandAugmentIsAsOftenAppliedAsItSays() {
        QFETCH(int, kind);
        QFETCH(double, least);
        QFETCH(double, most);
        const ImageGeometry g{16, 16, 1};
        Pixels picture(256), out(256), scratch;
        for (std::size_t i = 0; i < 256; ++i) picture[i] = std::uint8_t(20 + (i * 37) % 200);
        AugmentOptions options = strongView({}, RandAugmentKind(kind));
        options.cutout = 0;
        int untouched = 0;
        constexpr int kPictures = 2000;
        for (std::uint32_t sample = 0; sample < kPictures; ++sample) {
            augment(picture, out, g, options, 1, 1, sample, 1, scratch);
            untouched += out == picture;
        }
        const double share = double(untouched) / kPictures;
        QVERIFY2(share >= least && share <= most, std::to_string(share).c_str());
    }

    void theCutoutOfAStrongViewIsItsOwn() {
        const ImageGeometry g{16, 16, 1};
        const Pixels picture(256, 10);
        Pixels out(256), scratch;
        for (const RandAugmentKind kind : {RandAugmentKind::FixMatch, RandAugmentKind::TorchSsl}) {
            AugmentOptions options = strongView({}, kind);
            options.randAugmentOps = 0;
            options.cutout = 8;
            const auto grey = std::uint8_t(kind == RandAugmentKind::FixMatch ? 127 : 123);
            std::set<std::ptrdiff_t> sizes;
            for (std::uint32_t sample = 0; sample < 400; ++sample) {
                augment(picture, out, g, options, 1, 1, sample, 1, scratch);
                sizes.insert(std::count(out.begin(), out.end(), grey));
            }
            QCOMPARE(*sizes.rbegin(), std::ptrdiff_t(64));
            if (kind == RandAugmentKind::FixMatch) QVERIFY(*sizes.begin() >= 16); // half of each side at a corner
            else QCOMPARE(*sizes.begin(), std::ptrdiff_t(0));
        }
    }

    /// One bright pixel stays where it is, and all others stay alike, border and the pixel's neighbours aside.
    void photometricOperationsMoveNothing() {
        const ImageGeometry g{9, 9, 1};
        Pixels picture(81, 30), out(81), scratch;
        picture[40] = 250;
        AugmentOptions options = strongView({}, RandAugmentKind::FixMatch);
        options.photometric = true;
        options.cutout = 0;
        for (std::uint32_t sample = 0; sample < 500; ++sample) {
            augment(picture, out, g, options, 1, 1, sample, 1, scratch);
            for (int y = 0; y < 9; ++y)
                for (int x = 0; x < 9; ++x)
                    if (std::abs(y - 4) > 2 || std::abs(x - 4) > 2) QCOMPARE(out[std::size_t(9 * y + x)], out[0]);
        }
    }

    /// The ranges of FixMatch's RandAugment, of which v/m = 0.1 to 0.9 are drawn, on a picture of 32 x 16.
    void strengthsAreThoseOfFixMatch_data() {
        QTest::addColumn<int>("op");
        QTest::addColumn<double>("least");
        QTest::addColumn<double>("most");
        QTest::newRow("brightness") << int(RandAugmentOp::Brightness) << 0.14 << 0.86;
        QTest::newRow("colour") << int(RandAugmentOp::Color) << 0.14 << 0.86;
        QTest::newRow("contrast") << int(RandAugmentOp::Contrast) << 0.14 << 0.86;
        QTest::newRow("sharpness") << int(RandAugmentOp::Sharpness) << 0.14 << 0.86;
        QTest::newRow("posterize") << int(RandAugmentOp::Posterize) << 4.0 << 7.0;
        QTest::newRow("rotate") << int(RandAugmentOp::Rotate) << -3.0 << -27.0;
        QTest::newRow("shear") << int(RandAugmentOp::ShearX) << -0.03 << -0.27;
        QTest::newRow("solarize") << int(RandAugmentOp::Solarize) << 231.0 << 26.0;
        QTest::newRow("right") << int(RandAugmentOp::TranslateX) << -0.96 << -8.64;
        QTest::newRow("down") << int(RandAugmentOp::TranslateY) << -0.48 << -4.32;
    }
    void strengthsAreThoseOfFixMatch() {
        QFETCH(int, op);
        QFETCH(double, least);
        QFETCH(double, most);
        const ImageGeometry g{32, 16, 3};
        QVERIFY(std::abs(strongAmount(RandAugmentOp(op), 0.1, -1, g) - least) < 1e-9);
        QVERIFY(std::abs(strongAmount(RandAugmentOp(op), 0.9, -1, g) - most) < 1e-9);
    }

    /// Two views of one number are cropped and flipped alike, so that places can be compared.
    void viewsOfOneNumberAreCroppedAlike() {
        const ImageGeometry g{8, 8, 1};
        Pixels picture(64), weak(64), strong(64), scratch;
        std::iota(picture.begin(), picture.end(), std::uint8_t(0));
        AugmentOptions options;
        options.flip = 0.5;
        options.cropPadding = 2;
        AugmentOptions further = strongView(options, RandAugmentKind::FixMatch);
        further.randAugmentOps = 0;
        further.cutout = 0;
        bool differs = false;
        for (std::uint32_t sample = 0; sample < 50; ++sample) {
            augment(picture, weak, g, options, 1, 3, sample, 1, scratch);
            augment(picture, strong, g, further, 1, 3, sample, 1, scratch);
            QCOMPARE(strong, weak);
            augment(picture, strong, g, further, 1, 3, sample, 2, scratch);
            differs = differs || strong != weak;
        }
        QVERIFY(differs);
    }
};

QTEST_GUILESS_MAIN(TestStrongViews)
#include "tst_strong_views.moc"
