// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/files.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

using namespace assay;
namespace fs = std::filesystem;

namespace {
std::string content(const fs::path& file) {
    const auto bytes = readFile(file);
    return bytes ? std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size())
                 : std::string("<unreadable>");
}
} // namespace

class TestFiles : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;
    fs::path path(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }
    int entries() const {
        return int(QDir(m_folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot).size());
    }

private Q_SLOTS:
    void writesWholeFilesAndLeavesNothingBeside() {
        const std::string big(1'000'003, 'x');
        QVERIFY(writeFileAtomically(path("a.csv"), big));
        QCOMPARE(content(path("a.csv")), big);
        QVERIFY(writeFileAtomically(path("a.csv"), "short"));
        QCOMPARE(content(path("a.csv")), std::string("short"));
        QCOMPARE(entries(), 1);
    }

    void keepsThePermissionsOfTheFileItReplaces() {
        QVERIFY(writeFileAtomically(path("mode.csv"), "1"));
        QCOMPARE(::chmod(path("mode.csv").c_str(), 0640), 0);
        QVERIFY(writeFileAtomically(path("mode.csv"), "2"));
        struct stat info {};
        ::stat(path("mode.csv").c_str(), &info);
        QCOMPARE(int(info.st_mode & 0777), 0640);
    }

    void followsALinkToItsTarget() {
        QVERIFY(writeFileAtomically(path("real.csv"), "1"));
        fs::create_symlink("real.csv", path("link.csv"));
        QVERIFY(writeFileAtomically(path("link.csv"), "2"));
        QVERIFY(fs::is_symlink(path("link.csv")));
        QCOMPARE(content(path("real.csv")), std::string("2"));
    }

    void aFailingProducerLeavesTheTargetAsItWas() {
        QVERIFY(writeFileAtomically(path("kept.csv"), "old"));
        const int before = entries();
        const Status status = writeFileAtomically(path("kept.csv"), [](FileSink& sink) -> Status {
            sink.write(std::string_view("half"));
            return fail(ErrorCode::Format, "no");
        });
        QVERIFY(!status);
        QCOMPARE(content(path("kept.csv")), std::string("old"));
        QCOMPARE(entries(), before);
    }

    void aWriteThatTheSystemCutsShortLeavesTheTargetAsItWas() {
        QVERIFY(writeFileAtomically(path("limit.csv"), "old"));
        const int before = entries();
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        const rlimit small{100'000, limit.rlim_max};
        const auto previous = std::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &small);
        const Status status = writeFileAtomically(path("limit.csv"), std::string(500'000, 'x'));
        ::setrlimit(RLIMIT_FSIZE, &limit);
        std::signal(SIGXFSZ, previous);
        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::NoSpace);
        QCOMPARE(content(path("limit.csv")), std::string("old"));
        QCOMPARE(entries(), before);
    }

    void aFolderThatIsNotThereIsASentence() {
        const Status status = writeFileAtomically(path("nowhere/a.csv"), "1");
        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::NotFound);
        QVERIFY(status.error().sentence().find("a.csv") != std::string::npos);
    }

    void makesFoldersOnceAndSaysWhatForWhereItCannot() {
        QVERIFY(makeFolder(path("above/below")));
        QVERIFY(makeFolder(path("above/below"), "checkpoints"));
        QVERIFY(fs::is_directory(path("above/below")));
        QVERIFY(writeFileAtomically(path("file"), "1"));
        const Status status = makeFolder(path("file/below"), "checkpoints");
        QVERIFY(!status);
        QVERIFY(status.error().sentence().find("the folder for checkpoints cannot be made") != std::string::npos);
        QVERIFY(status.error().sentence().find("file/below") != std::string::npos);
        QCOMPARE(content(path("file")), std::string("1"));
    }

    void neverWaitsOnAFifo() {
        QCOMPARE(::mkfifo(path("x.png").c_str(), 0600), 0);
        const auto bytes = readFile(path("x.png"));
        QVERIFY(!bytes);
        QVERIFY(bytes.error().message.find("not a regular file") != std::string::npos);
        QVERIFY(!MappedFile::open(path("x.png")));
        QVERIFY(!readFile("/dev/zero"));
    }

    void refusesMoreThanTheLimit() {
        QVERIFY(writeFileAtomically(path("big"), std::string(2000, 'x')));
        QVERIFY(!readFile(path("big"), 1999));
        QVERIFY(readFile(path("big"), 2000));
    }

    void mapsAFile() {
        QVERIFY(writeFileAtomically(path("mapped"), "abc"));
        const auto mapped = MappedFile::open(path("mapped"));
        QVERIFY(mapped);
        QCOMPARE((*mapped)->bytes().size(), std::size_t(3));
        QCOMPARE(char((*mapped)->bytes()[1]), 'b');
    }
};

QTEST_GUILESS_MAIN(TestFiles)
#include "tst_files.moc"
