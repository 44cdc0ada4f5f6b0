// SPDX-License-Identifier: Apache-2.0
#pragma once
// A database of SQL as the store needs it: SQLite or PostgreSQL. Statements are written once, in what both understand:
// parameters are $1, $2, …; upserts are ON CONFLICT. One connection; not
// thread-safe. Texts are stored as valid UTF-8 without NUL: other bytes become U+FFFD.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace apiarist::store {

using Value = std::variant<std::monostate, std::int64_t, double, std::string>;
using Row = std::vector<Value>;
using Rows = std::vector<Row>;

// Of a row: 0 and "" where it is NULL or of another type.
[[nodiscard]] std::int64_t integer(const Value& value);
[[nodiscard]] double real(const Value& value);
[[nodiscard]] const std::string& text(const Value& value);

class Database {
  public:
    virtual ~Database() = default;
    // Statements of one text are prepared once and kept.
    virtual Result<Rows> query(std::string_view sql, std::span<const Value> parameters) = 0;
    // The same statement for each row of parameters; the answers one behind the other, `rows_of[i]` of the i-th. Sent
    // without waiting for each answer where the database is elsewhere.
    virtual Result<std::vector<Rows>> query_many(std::string_view sql, std::span<const Row> parameters) = 0;
    virtual Status execute_many(std::string_view sql, std::span<const Row> parameters) = 0;
    // Several statements without parameters, separated by semicolons.
    virtual Status script(std::string_view sql) = 0;
    // A transaction that writes: one at a time on a database, whoever has it open; waits for the other.
    virtual Status begin() = 0;
    virtual Status commit() = 0;
    virtual void rollback() = 0;
    // The connection is gone; another one is needed.
    [[nodiscard]] virtual bool lost() const = 0;
    [[nodiscard]] virtual std::string_view kind() const = 0;  // "SQLite", "PostgreSQL"

    Result<Rows> query(std::string_view sql, std::initializer_list<Value> parameters) {
        return query(sql, std::span(parameters.begin(), parameters.size()));
    }
    Status execute(std::string_view sql, std::initializer_list<Value> parameters);
};

struct DatabaseOptions {
    // A file of SQLite, or "postgresql://…" as libpq takes it.
    std::string location;
    bool read_only = false;  // several readers beside one writer; of PostgreSQL, none of their statements above 20 s
};
// Makes a file of SQLite that is not there, mode 0600. An error names no password.
Result<std::unique_ptr<Database>> open_database(const DatabaseOptions& options);

// What a log calls a statement: its beginning.
[[nodiscard]] std::string statement_name(std::string_view sql);

// The database takes statements, and not these values: a constraint, a size. It will not take them later.
[[nodiscard]] bool refuses_values(const Error& error);

[[nodiscard]] bool is_postgres(std::string_view location);

// Rolls back where it was not committed.
class Transaction {
  public:
    static Result<Transaction> begin(Database& database);
    ~Transaction();
    Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    Status commit();

  private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

}  // namespace apiarist::store
