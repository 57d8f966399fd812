// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/example.h"

#include <QCoreApplication>
#include <QFile>

#include <array>
#include <system_error>

namespace assay::ui {

std::filesystem::path exampleFolder() {
    const std::filesystem::path program = QFile::encodeName(QCoreApplication::applicationDirPath()).toStdString();
    const std::array candidates = {program / ".." / "share" / "assay" / "resources" / "fashion-mnist",
                                   std::filesystem::path(ASSAY_RESOURCES_DIR) / "fashion-mnist"};
    for (const auto& folder : candidates) {
        std::error_code error;
        if (std::filesystem::is_directory(folder, error)) return std::filesystem::weakly_canonical(folder, error);
    }
    return {};
}

NoiseOptions exampleNoise() {
    NoiseOptions noise;
    noise.kind = NoiseKind::Symmetric;
    noise.rate = 0.2;
    noise.seed = 1;
    return noise;
}

RunConfig quickPreset() {
    RunConfig config;
    config.method = "co-teaching";
    config.network = "cnn-small";
    config.epochs = 8;
    config.seed = 1;
    return config;
}

} // namespace assay::ui
