// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <map>
#include <string>
#include <vector>

namespace assay {

/// The class map that papers use for asymmetric noise on a data set that is known by its class names; empty where
/// there is none. CIFAR-10 and MNIST after Patrini et al. 2017; CIFAR-100 in blocks of five, circularly, as nearly
/// all published code does; Fashion-MNIST between garments that look alike (ankle boot → sneaker → sandal,
/// pullover → shirt, coat ↔ dress).
[[nodiscard]] std::map<Label, Label> publishedClassMap(const std::vector<std::string>& classNames);

} // namespace assay
