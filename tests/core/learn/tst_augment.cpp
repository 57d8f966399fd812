// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/learn/augment.h"
#include "core/learn/schedule.h"

#include <QTest>

#include <cmath>
#include <numeric>
#include <set>
#include <string>

using namespace assay;
using namespace assay::learn;

namespace {

constexpr ImageGeometry kGrey{8, 8, 1}, kColour{8, 8, 3};

std::vector<std::uint8_t> ramp(ImageGeometry geometry) {
    std::vector<std::uint8_t> picture(geometry.bytes());
    for (std::size_t i = 0; i < picture.size(); ++i) picture[i] = std::uint8_t(i * 251 % 256);
    return picture;
}

std::vector<std::uint8_t> varied(const std::vector<std::uint8_t>& in, ImageGeometry geometry,
                                 const AugmentOptions& options, std::uint32_t epoch, std::uint32_t sample) {
    std::vector<std::uint8_t> out(in.size()), scratch;
    augment(in, out, geometry, options, 1, epoch, sample, 0, scratch);
    return out;
}

std::vector<std::uint8_t> applied(RandAugmentOp op, double level, bool negative, const std::vector<std::uint8_t>& in,
                                  ImageGeometry geometry) {
    std::vector<std::uint8_t> out(in.size());
    applyRandAugment(op, level, negative, in, out, geometry, 0);
    return out;
}

} // namespace

class TestAugment : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aPictureDependsOnSeedEpochAndSampleOnly() {
        AugmentOptions options;
        options.cropPadding = 2;
        options.flip = 0.5;
        options.cutout = 3;
        options.randAugmentOps = 2;
        const auto picture = ramp(kColour);
        std::set<std::string> seen;
        for (std::uint32_t sample = 0; sample < 50; ++sample) {
            const auto once = varied(picture, kColour, options, 1, sample);
            QCOMPARE(varied(picture, kColour, options, 1, sample), once);
            seen.emplace(once.begin(), once.end());
        }
        QVERIFY(seen.size() > 40);
        QVERIFY(varied(picture, kColour, options, 2, 0) != varied(picture, kColour, options, 1, 0));
    }

    void withoutOptionsAPictureStaysAsItIs() {
        const auto picture = ramp(kGrey);
        QCOMPARE(varied(picture, kGrey, {}, 1, 1), picture);
    }

    void aFlipMirrorsTheRows() {
        AugmentOptions options;
        options.flip = 1;
        const auto picture = ramp(kColour);
        const auto mirrored = varied(picture, kColour, options, 1, 1);
        for (std::size_t y = 0; y < 8; ++y)
            for (std::size_t x = 0; x < 8; ++x)
                for (std::size_t c = 0; c < 3; ++c)
                    QCOMPARE(mirrored[(y * 8 + x) * 3 + c], picture[(y * 8 + 7 - x) * 3 + c]);
    }

    void everyShiftOfACropOccursAndKeepsWhatItCovers() {
        AugmentOptions options;
        options.cropPadding = 1;
        std::vector<std::uint8_t> picture(64, 0);
        picture[4 * 8 + 4] = 255;
        std::set<std::size_t> places;
        for (std::uint32_t sample = 0; sample < 200; ++sample) {
            const auto crop = varied(picture, kGrey, options, 1, sample);
            QCOMPARE(std::accumulate(crop.begin(), crop.end(), 0), 255);
            places.insert(std::size_t(std::max_element(crop.begin(), crop.end()) - crop.begin()));
        }
        QCOMPARE(places.size(), std::size_t(9));
    }

    void reflectedBordersBringNoBlack() {
        AugmentOptions options;
        options.cropPadding = 3;
        options.padding = Padding::Reflect;
        const std::vector<std::uint8_t> white(64, 255);
        for (std::uint32_t sample = 0; sample < 50; ++sample) QCOMPARE(varied(white, kGrey, options, 1, sample), white);
    }

    void cutoutIsOneSquareClippedAtTheBorder() {
        AugmentOptions options;
        options.cutout = 4;
        const std::vector<std::uint8_t> white(64, 255);
        std::size_t full = 0;
        for (std::uint32_t sample = 0; sample < 100; ++sample) {
            const auto cut = varied(white, kGrey, options, 1, sample);
            const auto black = std::count(cut.begin(), cut.end(), 0);
            QVERIFY(black >= 4 && black <= 16);
            full += black == 16;
        }
        QVERIFY(full > 10);
    }

    /// torchvision's draw: about 2 to 33 percent of the area, aspect ratio 0.3 to 3.3, wholly inside, as often as
    /// asked.
    void erasingTakesOneRectangleOfTorchvisionsSizes() {
        constexpr ImageGeometry kLarge{64, 64, 1};
        AugmentOptions options;
        options.erasing = 0.5;
        options.cutoutFill = 123;
        const std::vector<std::uint8_t> white(kLarge.bytes(), 255);
        int erased = 0, wide = 0, tall = 0;
        for (std::uint32_t sample = 0; sample < 400; ++sample) {
            const auto cut = varied(white, kLarge, options, 1, sample);
            int top = 64, bottom = -1, left = 64, right = -1;
            const auto grey = std::count(cut.begin(), cut.end(), 123);
            QCOMPARE(grey + std::count(cut.begin(), cut.end(), 255), std::ptrdiff_t(cut.size()));
            if (grey == 0) continue;
            ++erased;
            for (int i = 0; i < 64 * 64; ++i) {
                if (cut[std::size_t(i)] != 123) continue;
                top = std::min(top, i / 64), bottom = std::max(bottom, i / 64);
                left = std::min(left, i % 64), right = std::max(right, i % 64);
            }
            const int height = bottom - top + 1, width = right - left + 1;
            QCOMPARE(grey, std::ptrdiff_t(height * width));
            QVERIFY(grey >= 0.015 * 4096 && grey <= 0.35 * 4096); // sides are rounded to whole pixels
            QVERIFY(height < 3.7 * width && width < 3.7 * height);
            wide += width > height, tall += height > width;
        }
        QVERIFY(erased > 160 && erased < 240);
        QVERIFY(wide > 50 && tall > 50);
    }

    void colourOperationsAreTheirClosedForms() {
        const auto picture = ramp(kColour);
        // torchvision, magnitude 10 of 30: factor 1 ± 0.3, 7 bits, threshold 170.
        const auto bright = applied(RandAugmentOp::Brightness, 10, false, picture, kColour);
        const auto poster = applied(RandAugmentOp::Posterize, 10, false, picture, kColour);
        const auto solar = applied(RandAugmentOp::Solarize, 10, false, picture, kColour);
        for (std::size_t i = 0; i < picture.size(); ++i) {
            QCOMPARE(int(bright[i]), int(std::min(255.0, picture[i] * 1.3)));
            QCOMPARE(int(poster[i]), picture[i] & 0xFE);
            QCOMPARE(int(solar[i]), picture[i] >= 170 ? 255 - picture[i] : int(picture[i]));
        }
        const auto grey = applied(RandAugmentOp::Color, 30.0 / 0.9, true, picture, kColour);
        for (std::size_t i = 0; i < grey.size(); i += 3) QVERIFY(grey[i] == grey[i + 1] && grey[i] == grey[i + 2]);
    }

    void autoContrastStretchesAndLeavesAConstantAlone() {
        std::vector<std::uint8_t> narrow(64);
        for (std::size_t i = 0; i < 64; ++i) narrow[i] = std::uint8_t(100 + i % 11);
        const auto wide = applied(RandAugmentOp::AutoContrast, 9, false, narrow, kGrey);
        QCOMPARE(int(*std::min_element(wide.begin(), wide.end())), 0);
        QCOMPARE(int(*std::max_element(wide.begin(), wide.end())), 255);
        const std::vector<std::uint8_t> constant(64, 77);
        for (const RandAugmentOp op : {RandAugmentOp::AutoContrast, RandAugmentOp::Equalize})
            QCOMPARE(applied(op, 9, false, constant, kGrey), constant);
    }

    void geometricOperationsAtZeroAreTheIdentity() {
        const auto picture = ramp(kColour);
        for (int op = int(RandAugmentOp::ShearX); op <= int(RandAugmentOp::Rotate); ++op)
            QCOMPARE(applied(RandAugmentOp(op), 0, false, picture, kColour), picture);
    }

    void areaScalingAveragesAndKeepsConstants() {
        const std::vector<std::uint8_t> four = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150, 160};
        QCOMPARE(resizeArea(four, {4, 4, 1}, {2, 2, 1}), (std::vector<std::uint8_t>{35, 55, 115, 135}));
        const std::vector<std::uint8_t> constant(7 * 5 * 3, 93);
        for (const ImageGeometry to : {ImageGeometry{3, 3, 3}, ImageGeometry{16, 9, 3}, ImageGeometry{7, 5, 3}})
            QCOMPARE(resizeArea(constant, {7, 5, 3}, to), std::vector<std::uint8_t>(to.bytes(), 93));
    }

    void schedulesAreTheirClosedForms() {
        Schedule schedule;
        schedule.rate = 0.4;
        QCOMPARE(schedule.at(0), 0.4);
        QCOMPARE(schedule.at(0.5), 0.2);
        QVERIFY(schedule.at(1) < 1e-12);
        schedule.kind = ScheduleKind::Step;
        schedule.milestones = {1.0 / 3, 5.0 / 6}; // 100 and 250 of 300 epochs (Arazo et al.)
        QCOMPARE(schedule.at(99.0 / 300), 0.4);
        QCOMPARE(schedule.at(101.0 / 300), 0.04);
        QCOMPARE(schedule.at(251.0 / 300), 0.004);
        schedule.kind = ScheduleKind::LinearDecay;
        schedule.decayStart = 0.4; // epoch 80 of 200 (Co-Teaching)
        QCOMPARE(schedule.at(0.4), 0.4);
        QCOMPARE(schedule.at(0.7), 0.2);
        QVERIFY(!parseMilestones("0.5, 0.2"));
        QVERIFY(!parseMilestones("1.5"));
        QVERIFY(!parseMilestones("x"));
    }

    void aCropKeepsItsShareOfTheAreaAndStaysInside() {
        constexpr ImageGeometry kWide{40, 30, 1};
        double least = 1, most = 0;
        for (std::uint32_t i = 0; i < 2000; ++i) {
            CounterRng rng(1, RngPurpose::Test, 0, i);
            const CropBox box = drawCrop(rng, kWide, 0.2);
            QVERIFY(box.top >= 0 && box.left >= 0 && box.height > 0 && box.width > 0);
            QVERIFY(box.top + box.height <= 30 && box.left + box.width <= 40);
            const double share = double(box.width) * box.height / 1200;
            const double aspect = double(box.width) / box.height;
            QVERIFY(aspect > 0.75 * 0.9 && aspect < 4.0 / 3 * 1.1); // sides are whole numbers
            least = std::min(least, share);
            most = std::max(most, share);
        }
        QVERIFY(least > 0.18 && least < 0.25 && most > 0.9);
        CounterRng rng(1, RngPurpose::Test);
        const CropBox sliver = drawCrop(rng, {1, 60, 1}, 1);
        QVERIFY(sliver.width == 1 && sliver.height >= 1 && sliver.top + sliver.height <= 60);
    }

    void aCropIsStretchedLinearly() {
        std::vector<std::uint8_t> picture(64), out(64);
        for (std::size_t i = 0; i < 64; ++i) picture[i] = std::uint8_t(20 * (i % 8) + i / 8); // a plane
        cropAndResize({0, 0, 8, 8}, picture, out, kGrey);
        QCOMPARE(out, picture);
        cropAndResize({2, 2, 4, 4}, picture, out, kGrey);
        // Between pixel centres a plane stays a plane, at half the slope.
        for (std::size_t x = 1; x < 7; ++x)
            QVERIFY(std::abs(out[24 + x] - (20 * (2 + (double(x) + 0.5) / 2 - 0.5) + 3.25)) <= 1);
        cropAndResize({3, 5, 1, 1}, picture, out, kGrey);
        QVERIFY(std::all_of(out.begin(), out.end(), [&](std::uint8_t v) { return v == picture[3 * 8 + 5]; }));
    }

    void huesTurnAndComeBack() {
        std::vector<std::uint8_t> red = {255, 0, 0, 120, 120, 120, 200, 100, 50};
        const ImageGeometry three{3, 1, 3};
        auto turned = red;
        shiftHue(1.0 / 3, turned, three);
        QCOMPARE(turned, (std::vector<std::uint8_t>{0, 255, 0, 120, 120, 120, 50, 200, 100})); // red to green
        shiftHue(2.0 / 3, turned, three);
        QCOMPARE(turned, red);
        shiftHue(0, turned, three);
        QCOMPARE(turned, red);
        std::vector<std::uint8_t> grey = red;
        loseColours(grey, three);
        QCOMPARE(grey, (std::vector<std::uint8_t>{76, 76, 76, 120, 120, 120, 124, 124, 124}));
    }

    /// Grey pictures have no colours to vary: nothing but brightness, contrast and solarising touches them, and a
    /// grey picture of three channels goes the same way.
    void colourOperationsLeaveGreyPicturesGrey() {
        auto one = ramp(kGrey);
        const auto before = one;
        shiftHue(0.3, one, kGrey);
        loseColours(one, kGrey);
        QCOMPARE(one, before);
        AugmentOptions colours;
        colours.jitter = 1;
        colours.saturation = 0.4;
        colours.hue = 0.1;
        colours.grey = 1;
        QCOMPARE(varied(before, kGrey, colours, 1, 1), before);
        std::vector<std::uint8_t> threefold;
        for (const std::uint8_t value : before) threefold.insert(threefold.end(), 3, value);
        for (std::uint32_t sample = 0; sample < 40; ++sample) {
            const auto grey = varied(before, kGrey, contrastiveView(), 1, sample);
            const auto colour = varied(threefold, kColour, contrastiveView(), 1, sample);
            for (std::size_t i = 0; i < grey.size(); ++i)
                for (std::size_t c = 0; c < 3; ++c) QVERIFY(std::abs(int(colour[3 * i + c]) - int(grey[i])) <= 2);
        }
    }

    void solarisingInvertsTheBrightHalf() {
        AugmentOptions options;
        options.solarise = 1;
        const auto picture = ramp(kGrey);
        const auto out = varied(picture, kGrey, options, 1, 1);
        for (std::size_t i = 0; i < out.size(); ++i)
            QCOMPARE(int(out[i]), picture[i] < 128 ? int(picture[i]) : 255 - int(picture[i]));
    }

    void theStrongViewIsAsOftenVariedAsItSays() {
        AugmentOptions half;
        half.solarise = 0.5;
        const auto picture = ramp(kGrey);
        int solarised = 0;
        for (std::uint32_t sample = 0; sample < 1000; ++sample)
            solarised += varied(picture, kGrey, half, 1, sample) != picture;
        QVERIFY(solarised > 430 && solarised < 570);
    }
};

QTEST_GUILESS_MAIN(TestAugment)
#include "tst_augment.moc"
