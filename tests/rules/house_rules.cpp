// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/rules/house_rules.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace assay::rules {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostLines = 600;
/// Rooms of core in the order in which they may include one another: only to the left.
const std::vector<std::string> kRooms{"base", "data", "stats", "audit", "train", "project"};

struct SourceFile {
    std::string path; ///< relative, '/'
    std::vector<std::string> lines;
};

bool under(const std::string& path, const std::string& folder) { return path.rfind(folder + "/", 0) == 0; }

std::string part(const std::string& path, std::size_t which) {
    std::istringstream stream(path);
    std::string piece;
    for (std::size_t i = 0; i <= which; ++i)
        if (!std::getline(stream, piece, '/')) return {};
    return piece;
}

std::string stem(const std::string& path) { return fs::path(path).replace_extension().string(); }

/// The line without strings, characters and // comments: what the compiler would act on.
std::string code(const std::string& line) {
    std::string text;
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (quote != 0) {
            if (line[i] == '\\') ++i;
            else if (line[i] == quote) quote = 0;
            continue;
        }
        if (line[i] == '"' ||
            (line[i] == '\'' && (i == 0 || std::isxdigit(static_cast<unsigned char>(line[i - 1])) == 0))) {
            quote = line[i];
            continue;
        }
        if (line[i] == '/' && i + 1 < line.size() && line[i + 1] == '/') break;
        text += line[i];
    }
    return text;
}

class Checker {
public:
    std::vector<Breach> take() { return std::move(m_breaches); }

    void check(const SourceFile& file) {
        m_file = &file;
        checkWhole();
        for (m_line = 1; m_line <= file.lines.size(); ++m_line) {
            const std::string& line = file.lines[m_line - 1];
            static const std::regex include(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
            if (std::smatch match; std::regex_search(line, match, include)) {
                checkInclude(match[2].str(), match[1].str() == "\"");
            } else {
                checkCode(code(line));
            }
            checkText(line);
        }
    }

    void checkPaths(const SourceFile& file) {
        m_file = &file;
        for (m_line = 1; m_line <= file.lines.size(); ++m_line) checkText(file.lines[m_line - 1]);
    }

private:
    void report(const std::string& rule, const std::string& text) {
        m_breaches.push_back({m_file->path, m_line, rule, text});
    }

    void checkWhole() {
        m_line = 0;
        const std::vector<std::string>& lines = m_file->lines;
        const bool licensed = lines.size() >= 2 && lines[0].find("SPDX-FileCopyrightText: ") != std::string::npos &&
                              lines[1].find("SPDX-License-Identifier: GPL-3.0-or-later") != std::string::npos;
        if (!licensed) report("the two SPDX lines stand on top", "");
        if (lines.size() > kMostLines) report("a file has at most 600 lines", std::to_string(lines.size()));
        if (m_file->path.ends_with(".h") && std::find(lines.begin(), lines.end(), "#pragma once") == lines.end())
            report("a header begins with #pragma once", "");
    }

    void checkInclude(const std::string& name, bool quoted) {
        const std::string& path = m_file->path;
        if (under(path, "tests")) return;
        if (quoted) checkArrow(name);
        const bool isQt = std::regex_search(name, std::regex(R"(^(Qt[A-Z]\w*/)?Q[A-Za-z]\w*$|^qt|^q[a-z]+\.h$)"));
        if (isQt && (under(path, "core") || under(path, "plugins") || under(path, "app/cli") ||
                     path.rfind("app/composition", 0) == 0))
            report("no Qt in core, plugins and the command line", name);
        if (std::regex_search(name, std::regex("^(torch|ATen|c10)/")) && !under(path, "core/learn") &&
            !under(path, "plugins/methods"))
            report("LibTorch only in core/learn and plugins/methods", name);
        if (name.rfind("opencv2/", 0) == 0) {
            m_withOpenCv.insert(path);
            if (!under(path, "core/data")) report("OpenCV only in core/data", name);
            else if (m_withOpenCv.size() > 2) report("OpenCV in two files only", name);
        }
        if (name == "sqlite3.h" && !under(path, "core/project")) report("SQLite only in core/project", name);
        if (name == "qcustomplot.h" && path != "ui/plots/qcustomplot_include.h")
            report("qcustomplot.h only in ui/plots/qcustomplot_include.h", name);
    }

    /// The arrows between the parts of the house.
    void checkArrow(const std::string& name) {
        const std::string& path = m_file->path;
        const std::string from = part(path, 0), to = part(name, 0);
        static const std::set<std::string> parts{"core", "plugins", "ui", "app", "tests"};
        if (parts.count(to) == 0) {
            if (name.find('/') == std::string::npos && from != "app" && !name.ends_with(".moc"))
                report("includes are written from the root", name);
            return;
        }
        if (to == "tests") return report("nothing includes a test", name);
        if (from == "core") return checkCoreArrow(name);
        if (from == "plugins" && to != "core" && stem(name) != stem(path))
            report("a plugin includes core only, never another plugin", name);
        if (from == "plugins" && part(path, 1) != "methods" && under(name, "core/learn"))
            report("only methods may include core/learn", name);
        if (from == "ui" && (to == "app" || to == "plugins")) report("the window includes core and itself", name);
        if (from == "ui" && under(name, "core/learn")) report("the window does not know core/learn", name);
    }

    void checkCoreArrow(const std::string& name) {
        if (part(name, 0) != "core") return report("core includes nothing but core", name);
        const std::string from = part(m_file->path, 1), to = part(name, 1);
        if (from == "learn") return;
        const auto fromRoom = std::find(kRooms.begin(), kRooms.end(), from);
        const auto toRoom = std::find(kRooms.begin(), kRooms.end(), to);
        if (fromRoom == kRooms.end()) report("core has no such room", from);
        else if (toRoom == kRooms.end() || toRoom > fromRoom)
            report("inside core a room includes only those before it", name);
    }

    void checkCode(const std::string& line) {
        const std::string& path = m_file->path;
        if (under(path, "tests")) return;
        static const std::regex random(
            R"(\bstd::random_device\b|\bsrand\s*\(|\b(std::)?mt19937|\btime\s*\(\s*(NULL|nullptr|0)\s*\))");
        if (std::regex_search(line, random)) report("every draw comes from CounterRng", line);
        static const std::regex writes(
            R"(\bstd::(ofstream|fstream)\b|\bfopen\s*\(|\bO_(WRONLY|RDWR|CREAT)\b|\bQSaveFile\b|QIODevice::(WriteOnly|Append|ReadWrite)|QFile::(WriteOnly|Append|ReadWrite))");
        // The one way to write, the pixel store's own writer, and the empty file that SQLite is then given.
        // The last one turns a switch of the kernel's, which is no file.
        static const std::set<std::string> mayWrite{"core/base/files.cpp", "core/data/store_builder.cpp",
                                                    "core/project/project_file.cpp", "core/learn/device.cpp"};
        const bool intoMemory = line.find("uffer.open(") != std::string::npos; // QBuffer
        if (mayWrite.count(path) == 0 && !intoMemory && std::regex_search(line, writes))
            report("files are written by writeFileAtomically", line);
    }

    void checkText(const std::string& line) {
        // Put together here, so that this file does not break its own rule.
        static const std::vector<std::string> machine{std::string("/wo") + "rk/", std::string("/tmp/") + "wt",
                                                      std::string("/ro") + "ot/", std::string("/ho") + "me/"};
        for (const std::string& place : machine)
            if (line.find(place) != std::string::npos) report("no path of one machine", line);
    }

    std::vector<Breach> m_breaches;
    std::set<std::string> m_withOpenCv;
    const SourceFile* m_file = nullptr;
    std::size_t m_line = 0;
};

SourceFile read(const fs::path& root, const fs::path& file) {
    SourceFile source;
    source.path = file.lexically_relative(root).generic_string();
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) source.lines.push_back(line);
    return source;
}

} // namespace

std::vector<Breach> checkHouse(const fs::path& root) {
    std::vector<fs::path> sources, texts;
    for (const char* folder : {"app", "core", "plugins", "ui", "tests", "packaging", "cmake", "docs"}) {
        std::error_code none;
        for (auto entry = fs::recursive_directory_iterator(root / folder, none);
             entry != fs::recursive_directory_iterator(); ++entry) {
            if (!entry->is_regular_file()) continue;
            const std::string extension = entry->path().extension().string();
            static const std::set<std::string> words{".cmake", ".txt", ".sh",      ".md",
                                                     ".in",    ".xml", ".desktop", ".json"};
            if (extension == ".h" || extension == ".cpp") sources.push_back(entry->path());
            else if (words.count(extension) > 0) texts.push_back(entry->path());
        }
    }
    std::sort(sources.begin(), sources.end());
    std::sort(texts.begin(), texts.end());
    Checker checker;
    for (const fs::path& file : sources) checker.check(read(root, file));
    for (const fs::path& file : texts) checker.checkPaths(read(root, file));
    return checker.take();
}

} // namespace assay::rules
