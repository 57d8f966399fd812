// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/engine.h"

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/train/plugin_api.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <exception>
#include <sys/stat.h>
#include <unistd.h>

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStampStart = "assay-plugin ";

using RegisterFn = void (*)(Registry&);

struct Library {
    RegisterFn registerWith = nullptr;
    void* handle = nullptr;
};

std::string loaderMessage() {
    const char* message = dlerror();
    return message ? message : "unknown reason";
}

/// "assay-plugin 1; gcc 12; libtorch 1.13.1": a plugin without LibTorch fits any.
bool stampFits(const std::string& stamp, const std::string& ours) {
    if (stamp == ours) return true;
    const auto prefix = [](const std::string& s) { return s.substr(0, s.find("; libtorch")); };
    return prefix(stamp) == prefix(ours) && stamp.ends_with("libtorch none");
}

/// The engine's own stamp, once it is loaded: plugins must have been built against the same LibTorch.
std::string& engineStamp() {
    static std::string stamp = ASSAY_PLUGIN_STAMP;
    return stamp;
}

/// The stamp as it stands in the file, so that nothing of a foreign library runs before it is compared: opening
/// one already runs its initialisers.
Result<std::string> stampInFile(const fs::path& file) {
    ASSAY_TRY(const auto bytes, readFile(file, 1ull << 30));
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!text.starts_with("\x7f"
                          "ELF"))
        return fail(ErrorCode::Plugin, "cannot be loaded: it is no shared library", file.string());
    const auto begin = text.find(kStampStart);
    if (begin == std::string_view::npos)
        return fail(ErrorCode::Plugin, "is no Assay plugin: it has no assay_plugin_stamp", file.string());
    const std::string_view rest = text.substr(begin, 200);
    return std::string(rest.substr(0, rest.find('\0')));
}

/// Opens the library. Libraries stay open for ever: LibTorch and OpenMP leave threads and thread-locals behind.
Result<Library> openLibrary(const fs::path& file) {
    void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) return fail(ErrorCode::Plugin, "cannot be loaded: " + loaderMessage(), file.string());
    Library library;
    library.handle = handle;
    library.registerWith = reinterpret_cast<RegisterFn>(dlsym(handle, "assay_plugin_register"));
    if (!library.registerWith) return fail(ErrorCode::Plugin, "has no function assay_plugin_register", file.string());
    return library;
}

/// The folder of this very library, where the engine lies beside it.
fs::path libraryFolder() {
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&libraryFolder), &info) == 0 || !info.dli_fname) return {};
    std::error_code code;
    return fs::weakly_canonical(info.dli_fname, code).parent_path();
}

/// Nobody but the user or root may be able to put code here.
Status trusted(const fs::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return fail(ErrorCode::NotFound, "cannot be examined", path.string());
    if (info.st_uid != 0 && info.st_uid != geteuid())
        return fail(ErrorCode::Plugin, "belongs to another user", path.string());
    if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return fail(ErrorCode::Plugin, "may be written to by others; remove that permission (chmod go-w)",
                    path.string());
    return {};
}

/// Runs a plugin's one function on a catalogue of its own, so that one that throws half-way leaves nothing behind.
Status registerInto(Registry& registry, RegisterFn registerWith, const fs::path& file) {
    Registry own;
    try {
        registerWith(own);
    } catch (const std::exception& exception) {
        return fail(ErrorCode::Plugin, std::string("threw while registering: ") + exception.what(), file.string());
    } catch (...) {
        return fail(ErrorCode::Plugin, "threw while registering", file.string());
    }
    std::string refused;
    const auto merge = [&](auto& to, const auto& from) {
        if (const Status added = to.addAll(from); !added)
            refused += (refused.empty() ? "" : "; ") + added.error().sentence();
    };
    merge(registry.readers, own.readers);
    merge(registry.scores, own.scores);
    merge(registry.networks, own.networks);
    merge(registry.methods, own.methods);
    merge(registry.exporters, own.exporters);
    if (!refused.empty()) return fail(ErrorCode::Plugin, refused, file.string());
    return {};
}

fs::path engineFile() { return libraryFolder() / "libassay_engine.so"; }

/// The engine's library, whose stamp fits.
Result<Library> openEngine(const fs::path& file) {
    const Result<Library> library = openLibrary(file);
    if (!library)
        return fail(ErrorCode::Plugin, "the training engine " + library.error().message, library.error().context);
    const auto* stampSymbol = static_cast<const char*>(dlsym(library->handle, "assay_plugin_stamp"));
    const std::string stamp = stampSymbol ? std::string(stampSymbol, strnlen(stampSymbol, 200)) : "no stamp";
    if (stamp.substr(0, stamp.find("; libtorch")) !=
        std::string(ASSAY_PLUGIN_STAMP).substr(0, std::string(ASSAY_PLUGIN_STAMP).find("; libtorch")))
        return fail(ErrorCode::Plugin, "the training engine was built for another version (" + stamp + ")",
                    file.string());
    engineStamp() = stamp;
    return library;
}

} // namespace

Result<EngineInfo> loadEngine(Registry& registry) {
    const fs::path file = engineFile();
    ASSAY_TRY(const Library library, openEngine(file));
    EngineInfo info;
    using InfoFn = void (*)(EngineInfo&);
    if (const auto describe = reinterpret_cast<InfoFn>(dlsym(library.handle, "assay_engine_info"))) describe(info);
    ASSAY_CHECK_STATUS(registerInto(registry, library.registerWith, file));
    return info;
}

Result<std::vector<LossCurve>> lossCurves(int classes, const std::vector<double>& probabilities) {
    if (classes < 2) return fail(ErrorCode::InvalidArgument, "a loss curve needs at least 2 classes");
    for (const double p : probabilities)
        if (!(p > 0 && p < 1))
            return fail(ErrorCode::InvalidArgument, "a probability must lie between 0 and 1, both excluded");
    ASSAY_TRY(const Library library, openEngine(engineFile()));
    using CurvesFn = void (*)(int, const std::vector<double>&, Result<std::vector<LossCurve>>&);
    const auto draw = reinterpret_cast<CurvesFn>(dlsym(library.handle, "assay_engine_loss_curves"));
    if (!draw) return fail(ErrorCode::Plugin, "the training engine has no loss curves", engineFile().string());
    Result<std::vector<LossCurve>> curves;
    draw(classes, probabilities, curves);
    return curves;
}

std::vector<fs::path> pluginFolders() {
    std::vector<fs::path> folders;
    if (const char* path = std::getenv("ASSAY_PLUGIN_PATH")) {
        std::string_view rest = path;
        while (!rest.empty()) {
            const std::size_t colon = rest.find(':');
            if (const std::string_view part = rest.substr(0, colon); !part.empty()) folders.emplace_back(part);
            rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
        }
    }
    folders.push_back(userDataFolder() / "plugins");
    return folders;
}

std::vector<std::string> loadPlugins(const fs::path& folder, Registry& registry, std::vector<std::string>* loaded) {
    std::vector<std::string> skipped;
    std::error_code code;
    if (!fs::is_directory(folder, code)) return skipped;
    const auto skip = [&](const Error& error) {
        skipped.push_back("plugin skipped: " + escapeForDisplay(error.context) + " " + error.message);
    };
    if (const Status folderStatus = trusted(folder); !folderStatus) {
        skip(folderStatus.error());
        return skipped;
    }
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, code))
        if (entry.path().extension() == ".so") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
        if (const Status fileStatus = trusted(file); !fileStatus) {
            skip(fileStatus.error());
            continue;
        }
        const Result<std::string> stamp = stampInFile(file);
        if (!stamp) {
            skip(stamp.error());
            continue;
        }
        if (!stampFits(*stamp, engineStamp())) {
            skip({ErrorCode::Plugin,
                  "was built for another version: it says \"" + *stamp + "\", this is \"" + engineStamp() + "\"",
                  file.string()});
            continue;
        }
        const Result<Library> library = openLibrary(file);
        if (!library) {
            skip(library.error());
            continue;
        }
        if (const Status registered = registerInto(registry, library->registerWith, file); !registered)
            skip(registered.error());
        else if (loaded) loaded->push_back(file.string());
    }
    return skipped;
}

} // namespace assay
