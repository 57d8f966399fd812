// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>

namespace assay::ui {

/// 12,345: digits in groups, for the screen only.
[[nodiscard]] QString countText(std::uint64_t count);
/// As few digits as matter: "0.5", "12.3", "1,234"; "–" where the value is not finite.
[[nodiscard]] QString valueText(double value, int significant = 3);
/// With a fixed number of decimals, so that columns line up; "–" where the value is not finite.
[[nodiscard]] QString fixedText(double value, int decimals);
/// A share in [0, 1] as "84.2 %"; "–" where it is not finite.
[[nodiscard]] QString percentText(double share, int decimals = 1);
/// "0:42", "3:05", "1:02:10"; "–" where unknown (negative or not finite).
[[nodiscard]] QString durationText(double seconds);
/// "820 KiB", "1.2 GiB"; powers of 1,024.
[[nodiscard]] QString bytesText(double bytes);
/// A number for copying: shortest text that reads back, point as decimal mark; empty where not finite.
[[nodiscard]] QString plainNumber(double value);

} // namespace assay::ui
