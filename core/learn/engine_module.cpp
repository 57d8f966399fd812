// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/loss_curves.h"
#include "core/learn/networks.h"
#include "core/learn/torch_compat.h"
#include "core/train/engine.h"
#include "core/train/plugin_api.h"

#include <dlfcn.h>

extern "C" void sgemm_(const char*, const char*, const int*, const int*, const int*, const float*, const float*,
                       const int*, const float*, const int*, const float*, float*, const int*) __attribute__((weak));

namespace assay {

void registerBuiltinMethods(Registry& registry); // generated from plugins/builtin_plugins.cmake

namespace {

/// Which library multiplies matrices, told from the file that the symbol comes from.
void describeBlas(EngineInfo& info) {
    Dl_info where{};
    void* symbol = dlsym(RTLD_DEFAULT, "sgemm_");
    if (!symbol) symbol = reinterpret_cast<void*>(&sgemm_);
    if (!symbol || dladdr(symbol, &where) == 0 || !where.dli_fname) {
        info.blas = "unknown";
        return;
    }
    std::error_code code;
    const std::string path = std::filesystem::weakly_canonical(where.dli_fname, code).string();
    if (path.find("openblas") != std::string::npos) info.blas = "OpenBLAS (" + path + ")";
    else if (path.find("mkl") != std::string::npos) info.blas = "MKL (" + path + ")";
    else if (path.find("blis") != std::string::npos) info.blas = "BLIS (" + path + ")";
    else if (path.find("atlas") != std::string::npos) info.blas = "ATLAS (" + path + ")";
    else {
        info.blas = "reference BLAS (" + path + ")";
        info.warnings.emplace_back("Matrices are multiplied by the reference BLAS, which is some 30 times slower than "
                                   "OpenBLAS; install libopenblas0-openmp");
    }
}

} // namespace
} // namespace assay

ASSAY_PLUGIN(registry) {
    assay::learn::registerNetworks(registry);
    assay::registerBuiltinMethods(registry);
}

/// Fills `info` for diagnostics. Called once, after the stamp was found to fit.
extern "C" __attribute__((visibility("default"))) void assay_engine_info(assay::EngineInfo& info) {
    info.libtorch = TORCH_VERSION;
    info.cpu = assay::learn::cpuCapability();
    assay::describeBlas(info);
    info.devices.emplace_back("cpu");
    try {
        const auto count = torch::cuda::is_available() ? torch::cuda::device_count() : 0;
        for (std::size_t i = 0; i < std::size_t(count); ++i) info.devices.push_back("cuda:" + std::to_string(i));
    } catch (const std::exception& error) {
        info.warnings.push_back(std::string("CUDA cannot be used: ") + error.what());
    }
}

/// Nothing is thrown across the border of the module.
extern "C" __attribute__((visibility("default"))) void
assay_engine_loss_curves(int classes, const std::vector<double>& probabilities,
                         assay::Result<std::vector<assay::LossCurve>>& curves) {
    try {
        curves = assay::learn::sampleLossCurves(classes, probabilities);
    } catch (const std::exception& error) {
        curves = assay::fail(assay::ErrorCode::Internal, std::string("the losses cannot be drawn: ") + error.what());
    }
}
