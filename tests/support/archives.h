// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QTest>

#include <archive.h>
#include <archive_entry.h>

#include <utility>

namespace assay::testing {

enum class Packing { Tar, TarGz, ZipStored };

/// An archive with any names, also those that an honest program would not write; "link:TARGET" makes a link.
inline void writeArchive(const QString& path, const QList<std::pair<QByteArray, QByteArray>>& files,
                         Packing packing = Packing::Tar) {
    archive* out = ::archive_write_new();
    if (packing == Packing::ZipStored) {
        ::archive_write_set_format_zip(out);
        ::archive_write_zip_set_compression_store(out);
    } else {
        ::archive_write_set_format_ustar(out);
    }
    if (packing == Packing::TarGz) ::archive_write_add_filter_gzip(out);
    QCOMPARE(::archive_write_open_filename(out, qPrintable(path)), ARCHIVE_OK);
    for (const auto& [name, content] : files) {
        archive_entry* entry = ::archive_entry_new();
        ::archive_entry_set_pathname(entry, name.constData());
        ::archive_entry_set_perm(entry, 0644);
        if (content.startsWith("link:")) {
            ::archive_entry_set_filetype(entry, AE_IFLNK);
            ::archive_entry_set_symlink(entry, content.constData() + 5);
        } else {
            ::archive_entry_set_filetype(entry, AE_IFREG);
            ::archive_entry_set_size(entry, content.size());
        }
        ::archive_write_header(out, entry);
        if (!content.startsWith("link:")) ::archive_write_data(out, content.constData(), std::size_t(content.size()));
        ::archive_entry_free(entry);
    }
    ::archive_write_close(out);
    ::archive_write_free(out);
}

} // namespace assay::testing
