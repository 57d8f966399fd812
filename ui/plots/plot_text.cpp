// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_text.h"

#include <QLocale>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace assay::ui {
namespace {

// The C locale would write counts without groups; people read 12,345 more easily than 12345.
QLocale screenLocale() {
    const QLocale locale;
    return locale.language() == QLocale::C ? QLocale(QLocale::English, QLocale::UnitedStates) : locale;
}

const QString kUnknown = QStringLiteral("–");

} // namespace

QString countText(std::uint64_t count) { return screenLocale().toString(qulonglong(count)); }

QString valueText(double value, int significant) {
    if (!std::isfinite(value)) return kUnknown;
    if (value == 0) return QStringLiteral("0");
    const double size = std::abs(value);
    if (size < 1e-4 || size >= 1e9) // as 1e-12, whatever letter and sign the language writes
        return QString::number(value, 'g', significant).replace(QLatin1Char('.'), screenLocale().decimalPoint());
    const int whole = int(std::floor(std::log10(size))) + 1;
    const int decimals = std::clamp(significant - whole, 0, 8);
    QString text = screenLocale().toString(value, 'f', decimals);
    const QString point = screenLocale().decimalPoint();
    if (text.contains(point)) {
        while (text.endsWith(QLatin1Char('0'))) text.chop(1);
        if (text.endsWith(point)) text.chop(int(point.size()));
    }
    return text;
}

QString fixedText(double value, int decimals) {
    return std::isfinite(value) ? screenLocale().toString(value, 'f', decimals) : kUnknown;
}

QString percentText(double share, int decimals) {
    return std::isfinite(share) ? screenLocale().toString(share * 100, 'f', decimals) + QStringLiteral("\u202f%")
                                : kUnknown;
}

QString durationText(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e8) return kUnknown;
    const auto whole = qint64(std::llround(seconds));
    const auto two = [](qint64 n) { return QStringLiteral("%1").arg(n, 2, 10, QLatin1Char('0')); };
    if (whole >= 3600) return QStringLiteral("%1:%2:%3").arg(whole / 3600).arg(two(whole / 60 % 60), two(whole % 60));
    return QStringLiteral("%1:%2").arg(whole / 60).arg(two(whole % 60));
}

QString bytesText(double bytes) {
    if (!std::isfinite(bytes) || bytes < 0) return kUnknown;
    static const std::array<const char*, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    while (bytes >= 1024 && unit + 1 < units.size()) {
        bytes /= 1024;
        ++unit;
    }
    return screenLocale().toString(bytes, 'f', unit == 0 || bytes >= 100 ? 0 : 1) + QStringLiteral("\u202f") +
           QLatin1String(units[unit]);
}

QString plainNumber(double value) {
    if (!std::isfinite(value)) return {};
    std::array<char, 40> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
    return QString::fromLatin1(text.data(), int(end.ptr - text.data()));
}

} // namespace assay::ui
