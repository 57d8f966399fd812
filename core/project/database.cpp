// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/database.h"

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/project/testing.h"

#include <algorithm>
#include <cerrno>
#include <sqlite3.h>

namespace assay {

namespace {

constexpr int kBusyMilliseconds = 2000;
constexpr int kLongestValue = 256 << 20;

/// A file name as SQLite's URI wants it.
std::string uriOf(const std::filesystem::path& file) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string uri = "file:";
    for (const char c : std::filesystem::absolute(file).string()) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) || c == '/' || c == '.' || c == '-' || c == '_') {
            uri += c;
        } else {
            uri += '%';
            uri += kHex[byte >> 4];
            uri += kHex[byte & 15];
        }
    }
    return uri + "?immutable=1";
}

Error describe(sqlite3* handle, int code, const std::filesystem::path& file) {
    const int systemError = handle != nullptr ? sqlite3_system_errno(handle) : 0;
    const std::string name = escapeForDisplay(file.string());
    const int primary = code & 0xff;
    if (primary == SQLITE_FULL || (primary == SQLITE_IOERR && (systemError == ENOSPC || systemError == EDQUOT))) {
        const auto room = freeSpace(file);
        return {ErrorCode::NoSpace,
                "the disk is full" + (room ? " (" + withThousands(*room) + " bytes free)" : std::string()) +
                    "; nothing was saved, make room and try again",
                name};
    }
    switch (primary) {
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
        return {ErrorCode::Damaged, "the project file is damaged; restore a backup or save what is readable", name};
    case SQLITE_NOTADB: return {ErrorCode::Format, "this is not a project file", name};
    case SQLITE_READONLY:
    case SQLITE_PERM: return {ErrorCode::ReadOnly, "the project file cannot be written", name};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {ErrorCode::Busy, "another program is using the project file", name};
    case SQLITE_CANTOPEN: return {ErrorCode::Io, "the project file cannot be opened", name};
    case SQLITE_IOERR: return {ErrorCode::Io, "the disk reported an error; the last change is not saved", name};
    case SQLITE_TOOBIG: return {ErrorCode::Unsupported, "a value is too large for the project file", name};
    case SQLITE_NOMEM: return {ErrorCode::Internal, "there was not enough memory", name};
    default: break;
    }
    return {ErrorCode::Internal,
            std::string("the project file refused: ") +
                (handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code)),
            name};
}

} // namespace

bool SqlFailure::connectionLost() const {
    const int primary = m_code & 0xff;
    return primary == SQLITE_IOERR || primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ||
           primary == SQLITE_CANTOPEN;
}

void raise(ErrorCode code, std::string message, std::string context) {
    throw SqlFailure(Error{code, std::move(message), std::move(context)}, 0);
}

Statement::Statement(Database& database, std::string_view sql) : m_database(database) {
    const int code = sqlite3_prepare_v2(database.handle(), sql.data(), int(sql.size()), &m_statement, nullptr);
    if (code != SQLITE_OK) database.fail(code);
}

Statement::~Statement() { sqlite3_finalize(m_statement); }

Statement& Statement::bind(int parameter, std::int64_t value) {
    if (const int code = sqlite3_bind_int64(m_statement, parameter, value); code != SQLITE_OK) m_database.fail(code);
    return *this;
}

Statement& Statement::bind(int parameter, double value) {
    if (const int code = sqlite3_bind_double(m_statement, parameter, value); code != SQLITE_OK) m_database.fail(code);
    return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
    const int code = sqlite3_bind_text64(m_statement, parameter, text.empty() ? "" : text.data(), text.size(),
                                         SQLITE_TRANSIENT, SQLITE_UTF8);
    if (code != SQLITE_OK) m_database.fail(code);
    return *this;
}

Statement& Statement::bind(int parameter, std::span<const std::byte> blob) {
    const int code = blob.empty()
                         ? sqlite3_bind_zeroblob(m_statement, parameter, 0)
                         : sqlite3_bind_blob64(m_statement, parameter, blob.data(), blob.size(), SQLITE_STATIC);
    if (code != SQLITE_OK) m_database.fail(code);
    return *this;
}

Statement& Statement::bindNull(int parameter) {
    if (const int code = sqlite3_bind_null(m_statement, parameter); code != SQLITE_OK) m_database.fail(code);
    return *this;
}

Statement& Statement::bind(int parameter, const Statement& row, int column) {
    const int code = sqlite3_bind_value(m_statement, parameter, sqlite3_column_value(row.m_statement, column));
    if (code != SQLITE_OK) m_database.fail(code);
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(m_statement);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    m_database.fail(code);
}

void Statement::run() {
    while (step()) {
    }
    reset();
}

void Statement::reset() {
    sqlite3_reset(m_statement);
    sqlite3_clear_bindings(m_statement);
}

int Statement::columns() const { return sqlite3_column_count(m_statement); }
bool Statement::isNull(int column) const { return sqlite3_column_type(m_statement, column) == SQLITE_NULL; }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(m_statement, column); }
double Statement::real(int column) const { return sqlite3_column_double(m_statement, column); }

std::string Statement::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(m_statement, column));
    return bytes != nullptr ? std::string(bytes, std::size_t(sqlite3_column_bytes(m_statement, column)))
                            : std::string();
}

std::span<const std::byte> Statement::blob(int column) const {
    const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(m_statement, column));
    return {bytes, bytes != nullptr ? std::size_t(sqlite3_column_bytes(m_statement, column)) : 0};
}

Database::Database(const std::filesystem::path& file, Role role) : m_file(file) {
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    std::string name = std::filesystem::absolute(file).string();
    switch (role) {
    case Role::Writer:
    case Role::ShareWriter: flags |= SQLITE_OPEN_READWRITE; break;
    case Role::Builder: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE; break;
    case Role::Reader: flags |= SQLITE_OPEN_READONLY; break;
    case Role::Immutable:
        flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
        name = uriOf(file);
        break;
    }
    const int code = sqlite3_open_v2(name.c_str(), &m_handle, flags, nullptr);
    try {
        if (code != SQLITE_OK) fail(code);
        configure(role);
    } catch (...) {
        sqlite3_close_v2(m_handle);
        throw;
    }
}

Database::~Database() { sqlite3_close_v2(m_handle); }

void Database::configure(Role role) {
    sqlite3_limit(m_handle, SQLITE_LIMIT_LENGTH, kLongestValue);
    sqlite3_busy_timeout(m_handle, kBusyMilliseconds);
    const auto option = [&](int which, int value) {
        int now = -1;
        if (sqlite3_db_config(m_handle, which, value, &now) != SQLITE_OK || now != value)
            raise(ErrorCode::Internal, "a safety setting of SQLite did not take");
    };
    option(SQLITE_DBCONFIG_DEFENSIVE, 1);
    option(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
    option(SQLITE_DBCONFIG_ENABLE_TRIGGER, 0);
    option(SQLITE_DBCONFIG_ENABLE_VIEW, 0);
    set("busy_timeout", std::to_string(kBusyMilliseconds), {"2000"});
    set("foreign_keys", "ON", {"1"});
    set("mmap_size", "0", {"0", ""});
    set("cell_size_check", "ON", {"1"});
    set("trusted_schema", "OFF", {"0"});
    switch (role) {
    case Role::Writer:
        set("journal_mode", "WAL", {"wal"});
        if (projectFaults().synchronousNormal) set("synchronous", "NORMAL", {"1"});
        else set("synchronous", "FULL", {"2"});
        set("wal_autocheckpoint", "0", {"0"});
        sqlite3_wal_hook(
            m_handle,
            [](void* self, sqlite3*, const char*, int pages) {
                static_cast<Database*>(self)->m_logBytes = std::uint64_t(pages) * 4096u;
                return SQLITE_OK;
            },
            this);
        break;
    case Role::ShareWriter:
        set("locking_mode", "EXCLUSIVE", {"exclusive"});
        set("journal_mode", "DELETE", {"delete"});
        set("synchronous", "EXTRA", {"3"});
        break;
    case Role::Builder:
        set("journal_mode", "MEMORY", {"memory"});
        set("synchronous", "FULL", {"2"});
        break;
    case Role::Reader:
    case Role::Immutable:
        option(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1);
        set("query_only", "ON", {"1"});
        break;
    }
}

void Database::set(const std::string& pragma, const std::string& value,
                   std::initializer_list<std::string_view> accepted) {
    Statement change(*this, "PRAGMA " + pragma + " = " + value);
    std::string now = change.step() ? change.text(0) : std::string();
    Statement query(*this, "PRAGMA " + pragma);
    if (query.step()) now = query.text(0);
    if (std::find(accepted.begin(), accepted.end(), now) == accepted.end())
        raise(ErrorCode::Io,
              "the project file does not take the setting " + pragma + " = " + value + " (it says \"" + now + "\")",
              escapeForDisplay(m_file.string()));
}

void Database::execute(const char* sql) {
    if (const int code = sqlite3_exec(m_handle, sql, nullptr, nullptr, nullptr); code != SQLITE_OK) fail(code);
}

std::int64_t Database::integer(std::string_view sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::string Database::text(std::string_view sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.text(0) : std::string();
}

bool Database::inTransaction() const { return sqlite3_get_autocommit(m_handle) == 0; }
std::int64_t Database::lastRowId() const { return sqlite3_last_insert_rowid(m_handle); }
std::int64_t Database::totalChanges() const { return sqlite3_total_changes64(m_handle); }

void Database::checkpoint(bool truncate) {
    int inLog = 0, copied = 0;
    const int code = sqlite3_wal_checkpoint_v2(
        m_handle, nullptr, truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &inLog, &copied);
    if ((code & 0xff) == SQLITE_BUSY) return; // a reader still needs the log
    if (code != SQLITE_OK) fail(code);
    m_logBytes = std::uint64_t(std::max(0, inLog - copied)) * 4096u;
}

std::string Database::quickCheck(const std::stop_token& stop) {
    sqlite3_progress_handler(
        m_handle, 10'000, [](void* token) { return int(static_cast<const std::stop_token*>(token)->stop_requested()); },
        const_cast<std::stop_token*>(&stop));
    const std::unique_ptr<sqlite3, void (*)(sqlite3*)> end(
        m_handle, [](sqlite3* handle) { sqlite3_progress_handler(handle, 0, nullptr, nullptr); });
    Statement statement(*this, "PRAGMA quick_check(5)");
    std::string complaints;
    while (statement.step()) {
        const std::string line = statement.text(0);
        if (line == "ok") continue;
        complaints += (complaints.empty() ? "" : "; ") + line;
    }
    std::replace(complaints.begin(), complaints.end(), '\n', ' ');
    return complaints;
}

void Database::fail(int code) const {
    const int extended = m_handle != nullptr ? sqlite3_extended_errcode(m_handle) : code;
    const int used = (extended & 0xff) == (code & 0xff) ? extended : code;
    throw SqlFailure(describe(m_handle, used, m_file), used);
}

void checkSound(Database& database, const std::stop_token& stop) {
    if (const std::string complaint = database.quickCheck(stop); !complaint.empty())
        raise(ErrorCode::Damaged,
              "the project file is damaged (" + escapeForDisplay(complaint) +
                  "); restore a backup or save what is readable",
              escapeForDisplay(database.file().string()));
}

Transaction::Transaction(Database& database, const char* begin) : m_database(database) { database.execute(begin); }

Transaction::~Transaction() {
    // SQLite has rolled back by itself after some errors; then there is nothing left to do.
    if (m_open && m_database.inTransaction()) sqlite3_exec(m_database.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    m_database.execute("COMMIT");
    m_open = false;
}

} // namespace assay
