// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Class folders as torchvision and Keras read them: <split>/<class>/<picture>. The readers sort class names, so the
// order of the classes stands in classes.txt, and what became of every name in mapping.csv.
#include "core/base/files.h"
#include "core/base/text.h"
#include "core/data/png_writer.h"
#include "core/project/checked_csv.h"
#include "core/project/export_table.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>
#include <unistd.h>

namespace assay {

namespace {

namespace fs = std::filesystem;
constexpr std::size_t kLongestName = 200;
const std::string kMade = ".png"; ///< extension of pictures that are made from bare pixels

/// A name that any file system takes as one part of a path: separators and control characters escaped.
std::string asPathPart(std::string_view name) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string part;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 32 || byte == 127 || c == '/' || c == '%' || c == '\\') {
            part += '%';
            part += kHex[byte >> 4];
            part += kHex[byte & 15];
        } else {
            part += c;
        }
    }
    if (part.empty() || part.front() == '.') part.insert(0, "_");
    return part.substr(0, kLongestName);
}

/// Where one row goes, relative to the root.
struct Place {
    std::string split, folder, file;
    [[nodiscard]] std::string path() const { return split + "/" + folder + "/" + file; }
};

std::string_view asText(const std::vector<std::byte>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class ImageFolderExporter final : public Exporter {
public:
    const Description& description() const override {
        static const Description description{
            "image-folder",
            "Class folders",
            "<split>/<class>/<picture>, by copy or link, with classes.txt and mapping.csv; bare pixels become PNG",
            "",
            {{"mode",
              ParamType::Choice,
              std::string("copy"),
              {},
              {},
              {"copy", "hardlink", "symlink"},
              "",
              "how the pictures get there; originals are never moved",
              false}}};
        return description;
    }

    Result<ExportReport> write(const ExportTable& table, const ParamValues& given,
                               const fs::path& target) const override {
        ASSAY_TRY(const ParamValues settings, completeParams(description().params, given));
        const std::string name = escapeForDisplay(target.string());
        std::error_code error;
        if (fs::exists(fs::symlink_status(target, error)) &&
            !(fs::is_directory(target, error) && fs::is_empty(target, error)))
            return fail(ErrorCode::InvalidArgument, "this folder is not empty; name a new one", name);
        fs::path finished = fs::absolute(target).lexically_normal();
        if (!finished.has_filename()) finished = finished.parent_path();
        const fs::path building =
            finished.parent_path() / ("." + finished.filename().string() + ".part-" + std::to_string(::getpid()));
        fs::remove_all(building, error);
        ExportReport report = summarise(table);
        Status done = build(table, textParam(settings, "mode"), building, report);
        if (done && ::rename(building.c_str(), finished.c_str()) != 0)
            done = fail(ErrorCode::Io,
                        std::string("the folder cannot be given its name (") + std::strerror(errno) + ")", name);
        if (!done) {
            fs::remove_all(building, error);
            return tl::unexpected<Error>(done.error());
        }
        report.files = {finished};
        return report;
    }

    Result<std::string> preview(const ExportTable& table, const ParamValues& given, std::size_t rows) const override {
        ASSAY_TRY(const ParamValues settings, completeParams(description().params, given));
        ExportTable first = table;
        first.rows.resize(std::min(rows, table.rows.size()));
        std::string text;
        for (const Place& place : places(first)) text += escapeForDisplay(place.path()) + "\n";
        return text;
    }

private:
    /// As the sample's name ends; else as its file begins; else that of the PNG that is made of bare pixels.
    static std::string extensionOf(const Dataset& dataset, SampleIndex sample) {
        const std::string name(dataset.names[sample.value]);
        const std::string extension = fs::path(name).extension().string();
        const std::string lower = asciiLower(extension);
        for (const char* known :
             {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm"})
            if (lower == known) return extension;
        if (dataset.pictures == nullptr) return {};
        const auto original = dataset.pictures->originalBytes(sample);
        return original ? original->first : kMade;
    }

    /// Same file name in the folder of the effective label; a second of its name gets a number.
    static std::vector<Place> places(const ExportTable& table) {
        const Dataset& dataset = *table.dataset;
        std::map<Label, std::string> folders;
        std::set<std::string> taken;
        for (Label label = 0; label < dataset.classCount(); ++label) {
            const std::string plain = asPathPart(dataset.classNames[std::size_t(label)]);
            std::string folder = plain;
            for (int number = 2; !taken.insert(folder).second; ++number) folder = plain + "_" + std::to_string(number);
            folders[label] = folder;
        }
        std::set<std::string> used;
        std::vector<Place> result;
        for (std::size_t i = 0; i < table.rows.size(); ++i) {
            const SampleIndex sample = table.rows[i];
            const std::string name(dataset.names[sample.value]);
            Place place;
            place.split =
                sample.value < dataset.splits.size() ? std::string(splitName(dataset.splits[sample.value])) : "train";
            const auto folder = folders.find(table.effective[i]);
            place.folder = folder != folders.end() ? folder->second : "_unlabelled";
            const std::string extension = extensionOf(dataset, sample);
            const auto slash = name.rfind('/');
            std::string stem = slash == std::string::npos ? name : name.substr(slash + 1);
            if (stem.ends_with(extension)) stem.resize(stem.size() - extension.size());
            stem = asPathPart(stem);
            place.file = stem + extension;
            for (int number = 2; !used.insert(place.path()).second; ++number)
                place.file = stem + "_" + std::to_string(number) + extension;
            result.push_back(std::move(place));
        }
        return result;
    }

    static Status put(const ExportTable& table, SampleIndex sample, const std::string& mode, const fs::path& root,
                      const Place& place) {
        const PictureSource* pictures = table.dataset->pictures.get();
        const std::string name = escapeForDisplay(table.dataset->names[sample.value]);
        if (pictures == nullptr)
            return fail(ErrorCode::InvalidArgument, "the data set was opened without its pictures", name);
        if (mode != "copy") {
            const auto original = pictures->originalFile(sample);
            if (!original)
                return fail(ErrorCode::Unsupported,
                            "this picture is not a file of its own, so nothing can be linked; copy instead", name);
            const fs::path link = root / place.path();
            const fs::path source = fs::absolute(*original);
            const int outcome =
                mode == "hardlink" ? ::link(source.c_str(), link.c_str()) : ::symlink(source.c_str(), link.c_str());
            if (outcome != 0)
                return fail(errno == ENOSPC ? ErrorCode::NoSpace : ErrorCode::Io,
                            "the picture cannot be linked (" + std::string(std::strerror(errno)) +
                                (mode == "hardlink" ? "); copy, or use symbolic links" : "); copy instead"),
                            name);
            return {};
        }
        const auto original = pictures->originalBytes(sample);
        if (original) return writeFileAtomically(root / place.path(), asText(original->second));
        if (original.error().code != ErrorCode::Unsupported) return tl::unexpected<Error>(original.error());
        ASSAY_TRY(const Image image, pictures->picture(sample));
        if (image.geometry.channels != 1 && image.geometry.channels != 3)
            return fail(ErrorCode::Unsupported, "a picture is neither grey nor colour", name);
        return writeFileAtomically(root / place.path(), asText(writePng(image)));
    }

    static Status build(const ExportTable& table, const std::string& mode, const fs::path& root, ExportReport& report) {
        const std::vector<Place> all = places(table);
        try {
            for (const Place& place : all) fs::create_directories(root / place.split / place.folder);
            if (all.empty()) fs::create_directories(root);
        } catch (const fs::filesystem_error& error) {
            return fail(error.code() == std::errc::no_space_on_device ? ErrorCode::NoSpace : ErrorCode::Io,
                        "the folders cannot be made (" + error.code().message() + ")", escapeForDisplay(root.string()));
        }
        for (std::size_t i = 0; i < all.size(); ++i) ASSAY_CHECK_STATUS(put(table, table.rows[i], mode, root, all[i]));
        std::string classes;
        for (const std::string& name : table.dataset->classNames) classes += escapeForDisplay(name) + "\n";
        ASSAY_CHECK_STATUS(writeFileAtomically(root / "classes.txt", classes));
        CheckedCsv mapping;
        mapping.header = {"path", "index", "file", "label"};
        mapping.header.insert(mapping.header.end(), provenanceColumns().begin(), provenanceColumns().end());
        mapping.rows = all.size();
        mapping.row = [&](std::size_t i, std::vector<CsvCell>& cells) {
            cells = {escapeForTable(all[i].path()), std::int64_t(table.rows[i].value),
                     escapeForTable(std::string(table.dataset->names[table.rows[i].value])),
                     escapeForTable(className(*table.dataset, table.effective[i]))};
            for (const std::string& one : provenanceOf(table, i)) cells.emplace_back(one);
        };
        ASSAY_CHECK_STATUS(writeCheckedCsv(mapping, root / "mapping.csv", report));
        report.differences += compare(root, all);
        if (report.differences > 0)
            return fail(ErrorCode::Internal,
                        "the folders read back with " + withThousands(report.differences) + " differences",
                        escapeForDisplay(root.string()));
        return {};
    }

    /// Pictures that are missing from the folders, and files there that nobody meant.
    static std::size_t compare(const fs::path& root, const std::vector<Place>& all) {
        std::set<std::string> expected;
        for (const Place& place : all) expected.insert(place.path());
        std::size_t strangers = all.size() - expected.size(); // two rows in one place
        std::error_code error;
        for (const auto& entry : fs::recursive_directory_iterator(root, error)) {
            if (!entry.is_symlink(error) && entry.is_directory(error)) continue;
            const std::string path = entry.path().lexically_relative(root).string();
            if (path == "classes.txt" || path == "mapping.csv") continue;
            if (!fs::exists(entry.path(), error) || expected.erase(path) == 0) ++strangers;
        }
        return strangers + expected.size();
    }
};

} // namespace

void registerImageFolder(Registry& registry) { (void)registry.exporters.add(std::make_shared<ImageFolderExporter>()); }

} // namespace assay
