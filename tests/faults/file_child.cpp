// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Somebody who exports or imports and may be killed. Says on standard output what is done, a line each.
//   file_child write FILE [in-place]: writes two tables in turn to one file, for ever
//   file_child import FOLDER CACHE: opens a data set, for ever, each time without the store of the time before
#include "app/composition.h"
#include "core/base/files.h"
#include "core/data/open_dataset.h"

#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace {

using namespace assay;

void say(const std::string& line) {
    const std::string text = line + "\n";
    if (::write(1, text.data(), text.size()) < 0) ::_exit(3);
}

std::string table(int version) {
    std::string text = "file,label\n";
    for (int row = 0; row < 20'000 + 5'000 * version; ++row)
        text += std::to_string(row) + (version ? ",cat\n" : ",dog\n");
    return text + "end\n";
}

/// How it must not be done: over the file that is there, in pieces.
void writeInPlace(const char* file, std::string_view text) {
    const int fd = ::open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), std::min<std::size_t>(text.size(), 4096));
        if (written > 0) text.remove_prefix(std::size_t(written));
    }
    ::fsync(fd);
    ::close(fd);
}

} // namespace

int main(int argc, char** argv) {
    const std::string mode = argc > 2 ? argv[1] : "";
    if (mode == "write") {
        const std::string tables[] = {table(0), table(1)};
        for (int round = 0;; ++round) {
            if (argc > 3) writeInPlace(argv[2], tables[round % 2]);
            else if (!writeFileAtomically(argv[2], tables[round % 2])) return 4;
            say("written");
        }
    }
    if (mode == "import" && argc > 3) {
        const auto registry = makeRegistry();
        OpenOptions options;
        options.cacheFolder = argv[3];
        for (;;) {
            const auto dataset = openDataset(argv[2], registry->readers, options);
            if (!dataset) return 5;
            say("opened " + (*dataset)->contentHash);
            std::filesystem::remove_all(options.cacheFolder / "stores");
        }
    }
    return 2;
}
