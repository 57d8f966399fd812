// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace assay {

/// A failure on its way to the door of this room, where it becomes an Error (see atDoor).
class SqlFailure : public std::exception {
public:
    SqlFailure(Error error, int sqliteCode) : m_error(std::move(error)), m_code(sqliteCode) {}
    [[nodiscard]] const char* what() const noexcept override { return m_error.message.c_str(); }
    [[nodiscard]] const Error& error() const { return m_error; }
    /// The disk refused or lied: the connection is not to be used again.
    [[nodiscard]] bool connectionLost() const;
    /// SQLite's extended result code; 0 where the failure is our own.
    [[nodiscard]] int code() const { return m_code; }

private:
    Error m_error;
    int m_code = 0;
};

/// Raises a failure of our own.
[[noreturn]] void raise(ErrorCode code, std::string message, std::string context = {});

class Database;

/// A prepared statement; parameters are numbered from 1, columns from 0.
class Statement {
public:
    Statement(Database& database, std::string_view sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(int parameter, std::int64_t value);
    Statement& bind(int parameter, double value);
    Statement& bind(int parameter, std::string_view text);
    Statement& bind(int parameter, std::span<const std::byte> blob);
    Statement& bindNull(int parameter);
    /// The value of another statement's column, whatever its type.
    Statement& bind(int parameter, const Statement& row, int column);

    /// True where there is a row.
    bool step();
    /// Runs to the end and makes ready for the next bind.
    void run();
    void reset();

    [[nodiscard]] int columns() const;
    [[nodiscard]] bool isNull(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] std::span<const std::byte> blob(int column) const; ///< valid until the next step

private:
    Database& m_database;
    sqlite3_stmt* m_statement = nullptr;
};

/// One SQLite connection with the settings of this room, each read back. One thread at a time.
class Database {
public:
    enum class Role {
        Writer,      ///< write-ahead log, full sync, no checkpoint by itself
        ShareWriter, ///< on a network file system: rollback journal, extra sync, exclusive lock
        Reader,      ///< read-only, query-only, never checkpoints
        Immutable,   ///< a file that nobody writes: creates nothing beside it
        Builder,     ///< a new file that nobody else sees yet
    };

    Database(const std::filesystem::path& file, Role role);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    void execute(const char* sql);
    [[nodiscard]] std::int64_t integer(std::string_view sql);
    [[nodiscard]] std::string text(std::string_view sql);
    [[nodiscard]] bool inTransaction() const;
    [[nodiscard]] std::int64_t lastRowId() const;
    /// Rows inserted, changed or deleted since the connection was opened.
    [[nodiscard]] std::int64_t totalChanges() const;
    /// Bytes in the write-ahead log that a checkpoint has not copied yet, as of the last commit.
    [[nodiscard]] std::uint64_t logBytes() const { return m_logBytes; }
    /// Copies the log into the file. Passive never waits; truncate also empties the log.
    void checkpoint(bool truncate);
    /// Empty where the file is sound, else the first complaints. Raises a failure where it was stopped.
    [[nodiscard]] std::string quickCheck(const std::stop_token& stop = {});

    [[nodiscard]] const std::filesystem::path& file() const { return m_file; }
    [[nodiscard]] sqlite3* handle() const { return m_handle; }
    /// Raises what SQLite says about `code`.
    [[noreturn]] void fail(int code) const;

private:
    void configure(Role role);
    void set(const std::string& pragma, const std::string& value, std::initializer_list<std::string_view> accepted);

    std::filesystem::path m_file;
    sqlite3* m_handle = nullptr;
    std::uint64_t m_logBytes = 0;
};

/// Raises Damaged where the file is not sound.
void checkSound(Database& database, const std::stop_token& stop = {});

/// A transaction that is rolled back unless committed.
class Transaction {
public:
    explicit Transaction(Database& database, const char* begin = "BEGIN IMMEDIATE");
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Database& m_database;
    bool m_open = true;
};

/// Runs `work` and turns every failure into an Error.
template <class F>
auto atDoor(F&& work) -> Result<decltype(work())> {
    try {
        if constexpr (std::is_void_v<decltype(work())>) {
            work();
            return {};
        } else {
            return work();
        }
    } catch (const SqlFailure& failure) {
        return tl::unexpected<Error>(failure.error());
    } catch (const std::bad_alloc&) {
        return assay::fail(ErrorCode::Internal, "there was not enough memory");
    } catch (const std::exception& exception) {
        return assay::fail(ErrorCode::Internal, exception.what());
    }
}

} // namespace assay
