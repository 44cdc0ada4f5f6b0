// SPDX-License-Identifier: Apache-2.0
#pragma once
// Database on SQLite 3.35 or later, with a write-ahead log: readers do not wait for the writer.

#include <sqlite3.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/handles.h"
#include "store/database.h"

namespace apiarist::store {

class SqliteDatabase : public Database {
  public:
    static Result<std::unique_ptr<Database>> open(const DatabaseOptions& options);

    Result<Rows> query(std::string_view sql, std::span<const Value> parameters) override;
    Result<std::vector<Rows>> query_many(std::string_view sql, std::span<const Row> parameters) override;
    Status execute_many(std::string_view sql, std::span<const Row> parameters) override;
    Status script(std::string_view sql) override;
    Status begin() override;
    Status commit() override;
    void rollback() override;
    [[nodiscard]] bool lost() const override { return false; }
    [[nodiscard]] std::string_view kind() const override { return "SQLite"; }

  private:
    using Handle = std::unique_ptr<sqlite3, Destroy<sqlite3_close>>;
    using Statement = std::unique_ptr<sqlite3_stmt, Destroy<sqlite3_finalize>>;

    explicit SqliteDatabase(Handle handle) : handle_(std::move(handle)) {}
    Result<sqlite3_stmt*> prepared(std::string_view sql);
    Result<Rows> run(sqlite3_stmt* statement, std::span<const Value> parameters);
    [[nodiscard]] Error error(std::string_view doing) const;

    Handle handle_;
    std::map<std::string, Statement, std::less<>> statements_;
};

}  // namespace apiarist::store
