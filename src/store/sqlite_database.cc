// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_database.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "store/stored_text.h"

namespace apiarist::store {
namespace {

constexpr int kBusyMilliseconds = 30'000;  // another process writes

int bind(sqlite3_stmt* statement, int index, const Value& value, std::string& kept) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, index, *number);
    if (const auto* number = std::get_if<double>(&value)) return sqlite3_bind_double(statement, index, *number);
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return sqlite3_bind_null(statement, index);
    const std::string_view clean = stored_text(*text, kept);
    // The bytes are the caller's or `kept`, which live until the statement has run.
    return sqlite3_bind_text64(statement, index, clean.data(), clean.size(), SQLITE_STATIC, SQLITE_UTF8);
}

Value column(sqlite3_stmt* statement, int index) {
    switch (sqlite3_column_type(statement, index)) {
        case SQLITE_INTEGER:
            return static_cast<std::int64_t>(sqlite3_column_int64(statement, index));
        case SQLITE_FLOAT:
            return sqlite3_column_double(statement, index);
        case SQLITE_TEXT:
        case SQLITE_BLOB: {
            const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, index));
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
            return bytes == nullptr ? std::string() : std::string(bytes, size);
        }
        default:
            return std::monostate{};
    }
}

std::errc code_of(int code) {
    switch (code & 0xff) {
        case SQLITE_FULL:
            return std::errc::no_space_on_device;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return std::errc::device_or_resource_busy;
        case SQLITE_CONSTRAINT:
            return std::errc::file_exists;
        case SQLITE_TOOBIG:
        case SQLITE_MISMATCH:
        case SQLITE_RANGE:
            return std::errc::invalid_argument;
        default:
            return std::errc::io_error;
    }
}

}  // namespace

Error SqliteDatabase::error(std::string_view doing) const {
    return {code_of(sqlite3_errcode(handle_.get())),
            fmt::format("{}: SQLite: {}", doing, sqlite3_errmsg(handle_.get()))};
}

Result<std::unique_ptr<Database>> SqliteDatabase::open(const DatabaseOptions& options) {
    if (!options.read_only) {
        // SQLite's own files would be for others to read. One that is there must not be opened here: closing it would
        // take the locks off all connections of this process.
        const Fd made(::open(options.location.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!made && errno != EEXIST) return Error::from_errno(errno, options.location);
    }
    sqlite3* raw = nullptr;
    const int flags = (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(options.location.c_str(), &raw, flags, nullptr);
    auto database = std::unique_ptr<SqliteDatabase>(new SqliteDatabase(Handle(raw)));
    if (code != SQLITE_OK) return database->error(options.location);
    sqlite3_busy_timeout(raw, kBusyMilliseconds);
    sqlite3_extended_result_codes(raw, 1);
    // What a transaction wrote is on the disk when it returns only with FULL; with NORMAL a loss of power may take the
    // last ones together with the offsets that stand for them, which are then read again.
    auto done = database->script(options.read_only ? "PRAGMA query_only = 1; PRAGMA mmap_size = 1073741824"
                                                   : "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
                                                     "PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = 0");
    if (!done) return std::move(done).error().context(options.location);
    return std::unique_ptr<Database>(std::move(database));
}

Result<sqlite3_stmt*> SqliteDatabase::prepared(std::string_view sql) {
    const auto known = statements_.find(sql);
    if (known != statements_.end()) return known->second.get();
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) return error(statement_name(sql));
    statements_.emplace(std::string(sql), Statement(raw));
    return raw;
}

Result<Rows> SqliteDatabase::run(sqlite3_stmt* statement, std::span<const Value> parameters) {
    const std::unique_ptr<sqlite3_stmt, Destroy<sqlite3_reset>> reset(statement);
    std::vector<std::string> kept(parameters.size());
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const int index = sqlite3_bind_parameter_index(statement, fmt::format("${}", i + 1).c_str());
        if (index == 0) continue;
        if (bind(statement, index, parameters[i], kept[i]) != SQLITE_OK) return error("bind");
    }
    Rows rows;
    while (true) {
        const int code = sqlite3_step(statement);
        if (code == SQLITE_DONE) return rows;
        if (code != SQLITE_ROW) return error(statement_name(sqlite3_sql(statement)));
        Row row(static_cast<std::size_t>(sqlite3_column_count(statement)));
        for (std::size_t i = 0; i < row.size(); ++i)
            row[i] = column(statement, static_cast<int>(i));
        rows.push_back(std::move(row));
    }
}

Result<Rows> SqliteDatabase::query(std::string_view sql, std::span<const Value> parameters) {
    auto statement = prepared(sql);
    if (!statement) return std::move(statement).error();
    return run(*statement, parameters);
}

Result<std::vector<Rows>> SqliteDatabase::query_many(std::string_view sql, std::span<const Row> parameters) {
    auto statement = prepared(sql);
    if (!statement) return std::move(statement).error();
    std::vector<Rows> all;
    all.reserve(parameters.size());
    for (const Row& row : parameters) {
        auto rows = run(*statement, row);
        if (!rows) return std::move(rows).error();
        all.push_back(std::move(*rows));
    }
    return all;
}

Status SqliteDatabase::execute_many(std::string_view sql, std::span<const Row> parameters) {
    auto statement = prepared(sql);
    if (!statement) return std::move(statement).error();
    for (const Row& row : parameters)
        if (auto rows = run(*statement, row); !rows) return std::move(rows).error();
    return Done{};
}

Status SqliteDatabase::script(std::string_view sql) {
    if (sqlite3_exec(handle_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        return error("script");
    return Done{};
}

Status SqliteDatabase::begin() {
    return script("BEGIN IMMEDIATE");
}

Status SqliteDatabase::commit() {
    return script("COMMIT");
}

void SqliteDatabase::rollback() {
    // Nothing can be done about a failure: SQLite has rolled back itself then, or the file is gone.
    static_cast<void>(script("ROLLBACK"));
}

}  // namespace apiarist::store
