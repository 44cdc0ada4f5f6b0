// SPDX-License-Identifier: Apache-2.0
#include "store/database.h"

#include "store/postgres_database.h"
#include "store/sqlite_database.h"

namespace apiarist::store {

std::int64_t integer(const Value& value) {
    const auto* number = std::get_if<std::int64_t>(&value);
    return number != nullptr ? *number : 0;
}

double real(const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return static_cast<double>(*number);
    const auto* number = std::get_if<double>(&value);
    return number != nullptr ? *number : 0;
}

const std::string& text(const Value& value) {
    static const std::string kNone;
    const auto* string = std::get_if<std::string>(&value);
    return string != nullptr ? *string : kNone;
}

Status Database::execute(std::string_view sql, std::initializer_list<Value> parameters) {
    auto rows = query(sql, parameters);
    if (!rows) return std::move(rows).error();
    return Done{};
}

std::string statement_name(std::string_view sql) {
    constexpr std::size_t kMost = 40;
    if (sql.size() <= kMost) return std::string(sql);
    return std::string(sql.substr(0, sql.find_last_of(" (", kMost))) + " ...";
}

bool refuses_values(const Error& error) {
    return error.code == std::errc::file_exists || error.code == std::errc::invalid_argument;
}

bool is_postgres(std::string_view location) {
    return location.starts_with("postgresql://") || location.starts_with("postgres://");
}

Result<std::unique_ptr<Database>> open_database(const DatabaseOptions& options) {
    if (is_postgres(options.location)) return PostgresDatabase::open(options);
    return SqliteDatabase::open(options);
}

Result<Transaction> Transaction::begin(Database& database) {
    APIARIST_TRY(database.begin());
    return Transaction(database);
}

Transaction::~Transaction() {
    if (database_ != nullptr) database_->rollback();
}

Status Transaction::commit() {
    APIARIST_TRY(database_->commit());
    database_ = nullptr;
    return Done{};
}

}  // namespace apiarist::store
