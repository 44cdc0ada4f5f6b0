// SPDX-License-Identifier: Apache-2.0
#include "store/migrations.h"

#include <fmt/format.h>

#include <array>
#include <string>

namespace apiarist::store {
namespace {

// Times are Unix seconds, hours are hours since 1970, latencies microseconds. `revision` grows with each batch that
// changes a row: what a processor has not seen yet is above the last it knows. `merged_into`: the row is kept as it was
// when its endpoint became part of another, so that this can be undone; 0: it counts.
constexpr std::string_view kFirst = R"sql(
CREATE TABLE meta (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO meta VALUES ('version', 0), ('revision', 0), ('epoch', 1), ('last_id', 0);
CREATE TABLE collections (
    id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL,
    revision BIGINT NOT NULL);
CREATE TABLE endpoints (
    id BIGINT PRIMARY KEY, collection_id BIGINT NOT NULL, method TEXT NOT NULL, template TEXT NOT NULL,
    operation TEXT NOT NULL, first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL, requests BIGINT NOT NULL,
    requests_client BIGINT NOT NULL, failed_4xx BIGINT NOT NULL, failed_5xx BIGINT NOT NULL, unanswered BIGINT NOT NULL,
    latency TEXT NOT NULL, p50 BIGINT, p95 BIGINT, p99 BIGINT, evidence TEXT NOT NULL, folded TEXT NOT NULL,
    auth TEXT NOT NULL, access TEXT NOT NULL, sensitive TEXT NOT NULL, merged_into BIGINT NOT NULL,
    revision BIGINT NOT NULL);
CREATE UNIQUE INDEX endpoints_by_name ON endpoints (collection_id, method, template, operation) WHERE merged_into = 0;
CREATE INDEX endpoints_by_revision ON endpoints (revision);
CREATE INDEX endpoints_by_merged ON endpoints (merged_into);
CREATE TABLE hours (
    endpoint_id BIGINT NOT NULL, hour BIGINT NOT NULL, direction BIGINT NOT NULL, status BIGINT NOT NULL,
    requests BIGINT NOT NULL, latency TEXT NOT NULL, PRIMARY KEY (endpoint_id, hour, direction, status));
CREATE INDEX hours_by_hour ON hours (hour);
CREATE TABLE marks (
    endpoint_id BIGINT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, count BIGINT NOT NULL,
    first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL, PRIMARY KEY (endpoint_id, kind, value));
CREATE INDEX marks_by_value ON marks (kind, value);
CREATE TABLE parts (
    endpoint_id BIGINT NOT NULL, part TEXT NOT NULL, status BIGINT NOT NULL, content_type TEXT NOT NULL,
    schema TEXT NOT NULL, count BIGINT NOT NULL, first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL,
    PRIMARY KEY (endpoint_id, part, status, content_type));
CREATE TABLE samples (
    id BIGINT PRIMARY KEY, endpoint_id BIGINT NOT NULL, status BIGINT NOT NULL, content_type TEXT NOT NULL,
    time BIGINT NOT NULL, record TEXT NOT NULL);
CREATE INDEX samples_by_endpoint ON samples (endpoint_id);
CREATE TABLE decisions (
    collection_id BIGINT NOT NULL, template TEXT NOT NULL, decision BIGINT NOT NULL, why TEXT NOT NULL,
    words TEXT NOT NULL, time BIGINT NOT NULL, revision BIGINT NOT NULL, PRIMARY KEY (collection_id, template));
CREATE TABLE changes (
    id BIGINT PRIMARY KEY, time BIGINT NOT NULL, endpoint_id BIGINT NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX changes_by_time ON changes (time);
CREATE TABLE offsets (
    topic TEXT NOT NULL, part BIGINT NOT NULL, next_offset BIGINT NOT NULL, PRIMARY KEY (topic, part));
CREATE TABLE tokens (hash TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, created BIGINT NOT NULL);
CREATE TABLE audit (
    id BIGINT PRIMARY KEY, time BIGINT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE documents (
    collection_id BIGINT PRIMARY KEY, name TEXT NOT NULL, document TEXT NOT NULL, uploaded BIGINT NOT NULL);
)sql";

// Lists are found in narrow rows. PostgreSQL has no room for such rows in an index (2704 bytes), and reads its tables
// fast enough.
constexpr std::string_view kSecondSqlite = R"sql(
CREATE INDEX endpoints_for_lists ON endpoints (
    merged_into, folded, collection_id, access, sensitive, auth, method, template, operation, first_seen, last_seen,
    requests, requests_client, failed_4xx, failed_5xx, unanswered, p50, p95, p99, id);
DROP INDEX endpoints_by_merged;
DROP INDEX marks_by_value;
CREATE INDEX marks_by_value ON marks (kind, value, endpoint_id);
)sql";
constexpr std::string_view kSecondPostgres = R"sql(
CREATE INDEX endpoints_by_last_seen ON endpoints (last_seen, id) WHERE merged_into = 0;
CREATE INDEX endpoints_by_collection ON endpoints (collection_id) WHERE merged_into = 0;
DROP INDEX marks_by_value;
CREATE INDEX marks_by_value ON marks (kind, value, endpoint_id);
)sql";

struct Version {
    std::string_view sqlite;
    std::string_view postgres;
};
constexpr std::array kVersions = {Version{kFirst, kFirst}, Version{kSecondSqlite, kSecondPostgres}};

Result<std::int64_t> version_of(Database& database) {
    const bool sqlite = database.kind() == "SQLite";
    auto tables = database.query(
        sqlite ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'meta'"
               : "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'meta'",
        {});
    if (!tables) return std::move(tables).error();
    if (tables->empty()) return std::int64_t{0};
    auto rows = database.query("SELECT value FROM meta WHERE name = 'version'", {});
    if (!rows) return std::move(rows).error();
    return rows->empty() ? std::int64_t{0} : integer((*rows)[0][0]);
}

}  // namespace

std::int64_t newest_version() {
    return static_cast<std::int64_t>(kVersions.size());
}

Status check_version(Database& database) {
    auto version = version_of(database);
    if (!version) return std::move(version).error();
    if (*version == newest_version()) return Done{};
    if (*version == 0) return Error{std::errc::invalid_argument, "there is no inventory in this database"};
    return Error{std::errc::not_supported,
                 fmt::format("the store has version {}; this apiarist knows {}", *version, newest_version())};
}

Status migrate(Database& database) {
    // In the transaction, for another process may be doing the same.
    auto transaction = Transaction::begin(database);
    if (!transaction) return std::move(transaction).error();
    auto version = version_of(database);
    if (!version) return std::move(version).error();
    if (*version > newest_version())
        return Error{std::errc::not_supported,
                     fmt::format("the store has version {}, of a newer apiarist; this one knows {}", *version,
                                 newest_version())};
    const bool sqlite = database.kind() == "SQLite";
    for (auto next = *version; next < newest_version(); ++next) {
        const Version& step = kVersions[static_cast<std::size_t>(next)];
        APIARIST_TRY(database.script(sqlite ? step.sqlite : step.postgres));
    }
    APIARIST_TRY(database.execute("UPDATE meta SET value = $1 WHERE name = 'version'", {newest_version()}));
    return transaction->commit();
}

}  // namespace apiarist::store
