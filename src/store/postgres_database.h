// SPDX-License-Identifier: Apache-2.0
#pragma once
// Database on PostgreSQL 12 or later, by libpq 14 or later (pipelines). Prepared by name; integers, reals and texts
// travel as text.

#include <libpq-fe.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/handles.h"
#include "store/database.h"

namespace apiarist::store {

class PostgresDatabase : public Database {
  public:
    static Result<std::unique_ptr<Database>> open(const DatabaseOptions& options);

    Result<Rows> query(std::string_view sql, std::span<const Value> parameters) override;
    Result<std::vector<Rows>> query_many(std::string_view sql, std::span<const Row> parameters) override;
    Status execute_many(std::string_view sql, std::span<const Row> parameters) override;
    Status script(std::string_view sql) override;
    Status begin() override;
    Status commit() override;
    void rollback() override;
    [[nodiscard]] bool lost() const override { return PQstatus(connection_.get()) != CONNECTION_OK; }
    [[nodiscard]] std::string_view kind() const override { return "PostgreSQL"; }

  private:
    using Connection = std::unique_ptr<PGconn, Destroy<PQfinish>>;
    using Answer = std::unique_ptr<PGresult, Destroy<PQclear>>;

    explicit PostgresDatabase(Connection connection) : connection_(std::move(connection)) {}
    Result<std::string> prepared(std::string_view sql);
    Status send(const std::string& name, std::span<const Value> parameters);
    Result<std::vector<Rows>> pipeline(const std::string& name, std::span<const Row> parameters, bool keep);
    [[nodiscard]] Error error(std::string_view doing, const PGresult* answer = nullptr) const;

    Connection connection_;
    std::map<std::string, std::string, std::less<>> statements_;  // text → name
};

}  // namespace apiarist::store
