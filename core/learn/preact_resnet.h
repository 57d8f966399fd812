// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/classifier.h"

namespace assay::learn {

/// PreActResNet-18 with norm and ReLU both behind the first convolution and before the pooling, as TCL's encoder has
/// them (Huang, Zhang, Shan, CVPR 2023), and a last layer; `width` is the number of channels of the first stage.
[[nodiscard]] ClassifierPtr makeTclEncoder(ImageGeometry input, int classes, int width);

} // namespace assay::learn
