// SPDX-License-Identifier: Apache-2.0
#include "store/migrations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace apiarist::store {
namespace {

// Times are Unix seconds, hours are hours since 1970, latencies microseconds. `revision` grows with each batch that
// changes a row: what a processor has not seen yet is above the last it knows. `merged_into`: the row is kept as it was
// when its endpoint became part of another, so that this can be undone; 0: it counts.
//
// Many lists are found by reading all of `endpoints`: its rows are narrow, what is long is in endpoint_states, and what
// is of one length stands in front, where PostgreSQL need not count through what may be missing or longer. Sums over
// endpoints are kept beside them, and added up with each batch: those that have the same values of the filters have one
// facet_set; collections, callers, traffic. Rows of traffic with collection_id 0 are of all collections.
//
// A call that was seen at both of its ends is one request, and counts as one in `requests`; `requests_client` are those
// that were seen at the client, alone or too. In `hours` it has two rows, by `seen_at` (inventory/facts.h): 1 and 2 are
// requests, seen at the server and at the client; 3 and 4 tell that one of these was seen at the other end too.
constexpr std::string_view kFirst = R"sql(
CREATE TABLE meta (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO meta VALUES ('version', 0), ('revision', 0), ('epoch', 1), ('last_id', 0);
CREATE TABLE collections (
    id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL,
    requests BIGINT NOT NULL, failed_4xx BIGINT NOT NULL, failed_5xx BIGINT NOT NULL, revision BIGINT NOT NULL);
CREATE TABLE endpoints (
    id BIGINT PRIMARY KEY, collection_id BIGINT NOT NULL, facet_set BIGINT NOT NULL, merged_into BIGINT NOT NULL,
    first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL, requests BIGINT NOT NULL, requests_client BIGINT NOT NULL,
    answered_2xx BIGINT NOT NULL, answered_3xx BIGINT NOT NULL, failed_4xx BIGINT NOT NULL, failed_5xx BIGINT NOT NULL,
    unanswered BIGINT NOT NULL, p50 BIGINT, p95 BIGINT, p99 BIGINT, revision BIGINT NOT NULL, folded TEXT NOT NULL,
    @SEARCH@
    method TEXT NOT NULL, access TEXT NOT NULL, template TEXT NOT NULL, operation TEXT NOT NULL, auth TEXT NOT NULL,
    sensitive TEXT NOT NULL, returned TEXT NOT NULL, exposed TEXT NOT NULL);
CREATE UNIQUE INDEX endpoints_by_name ON endpoints (collection_id, method, template, operation) WHERE merged_into = 0;
CREATE INDEX endpoints_by_revision ON endpoints (revision);
CREATE INDEX endpoints_by_facet_set ON endpoints (facet_set, merged_into);
CREATE INDEX endpoints_by_collection ON endpoints (collection_id);
CREATE TABLE endpoint_states (endpoint_id BIGINT PRIMARY KEY, latency TEXT NOT NULL, evidence TEXT NOT NULL);
CREATE TABLE facet_sets (
    id BIGINT PRIMARY KEY, collection_id BIGINT NOT NULL, folded TEXT NOT NULL, method TEXT NOT NULL,
    access TEXT NOT NULL, auth TEXT NOT NULL, sensitive TEXT NOT NULL, returned TEXT NOT NULL, exposed TEXT NOT NULL);
CREATE TABLE hours (
    endpoint_id BIGINT NOT NULL, hour BIGINT NOT NULL, seen_at BIGINT NOT NULL, status BIGINT NOT NULL,
    calls BIGINT NOT NULL, latency TEXT NOT NULL, PRIMARY KEY (endpoint_id, hour, seen_at, status));
CREATE INDEX hours_by_hour ON hours (hour);
CREATE TABLE traffic (
    collection_id BIGINT NOT NULL, step BIGINT NOT NULL, time BIGINT NOT NULL, requests BIGINT NOT NULL,
    requests_client BIGINT NOT NULL, failed_4xx BIGINT NOT NULL, failed_5xx BIGINT NOT NULL, unanswered BIGINT NOT NULL,
    latency TEXT NOT NULL, PRIMARY KEY (collection_id, step, time));
CREATE TABLE callers (
    collection_id BIGINT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, requests BIGINT NOT NULL,
    endpoints BIGINT NOT NULL, last_seen BIGINT NOT NULL, PRIMARY KEY (collection_id, kind, name));
CREATE TABLE marks (
    endpoint_id BIGINT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, count BIGINT NOT NULL,
    first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL, PRIMARY KEY (endpoint_id, kind, value));
CREATE INDEX marks_by_value ON marks (kind, value, endpoint_id);
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
    topic TEXT NOT NULL, part BIGINT NOT NULL, next_offset BIGINT NOT NULL, written BIGINT NOT NULL,
    PRIMARY KEY (topic, part));
CREATE TABLE tokens (hash TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, created BIGINT NOT NULL);
CREATE TABLE audit (
    id BIGINT PRIMARY KEY, time BIGINT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE documents (
    collection_id BIGINT PRIMARY KEY, name TEXT NOT NULL, document TEXT NOT NULL, uploaded BIGINT NOT NULL);
)sql";
// Whether an endpoint is shown, and its numbers, stand in front of its texts; those that are shown have an index in the
// order that is asked for most; and how many endpoints have a set's values is kept. That the column has another name
// keeps processors of before from writing what they would not count in.
constexpr std::string_view kSecond = R"sql(
ALTER TABLE endpoints RENAME TO endpoints_of_before;
CREATE TABLE endpoints (
    id BIGINT PRIMARY KEY, collection_id BIGINT NOT NULL, facet_set_id BIGINT NOT NULL, merged_into BIGINT NOT NULL,
    shown BIGINT GENERATED ALWAYS AS (CASE WHEN merged_into = 0 AND folded = '' THEN 1 ELSE 0 END) STORED,
    last_seen BIGINT NOT NULL, requests BIGINT NOT NULL, first_seen BIGINT NOT NULL, failed_5xx BIGINT NOT NULL,
    failed_4xx BIGINT NOT NULL, unanswered BIGINT NOT NULL, requests_client BIGINT NOT NULL,
    answered_2xx BIGINT NOT NULL, answered_3xx BIGINT NOT NULL, revision BIGINT NOT NULL, p50 BIGINT, p95 BIGINT,
    p99 BIGINT, folded TEXT NOT NULL, method TEXT NOT NULL,
    @SEARCH@
    template TEXT NOT NULL, access TEXT NOT NULL, operation TEXT NOT NULL, auth TEXT NOT NULL,
    sensitive TEXT NOT NULL, returned TEXT NOT NULL, exposed TEXT NOT NULL);
INSERT INTO endpoints (
    id, collection_id, facet_set_id, merged_into, last_seen, requests, first_seen, failed_5xx, failed_4xx, unanswered,
    requests_client, answered_2xx, answered_3xx, revision, p50, p95, p99, folded, method, template, access, operation,
    auth, sensitive, returned, exposed)
SELECT
    id, collection_id, facet_set, merged_into, last_seen, requests, first_seen, failed_5xx, failed_4xx, unanswered,
    requests_client, answered_2xx, answered_3xx, revision, p50, p95, p99, folded, method, template, access, operation,
    auth, sensitive, returned, exposed
FROM endpoints_of_before;
DROP TABLE endpoints_of_before;
CREATE UNIQUE INDEX endpoints_by_name ON endpoints (collection_id, method, template, operation) WHERE merged_into = 0;
CREATE INDEX endpoints_by_revision ON endpoints (revision);
CREATE INDEX endpoints_by_facet_set ON endpoints (facet_set_id, merged_into);
CREATE INDEX endpoints_by_collection ON endpoints (collection_id);
CREATE INDEX endpoints_by_last_seen ON endpoints (last_seen, id) WHERE shown = 1;
ALTER TABLE facet_sets ADD COLUMN endpoints BIGINT NOT NULL DEFAULT 0;
UPDATE facet_sets SET endpoints = (
    SELECT COUNT(*) FROM endpoints e WHERE e.facet_set_id = facet_sets.id AND e.merged_into = 0);
CREATE INDEX facet_sets_by_collection ON facet_sets (collection_id);
)sql";
constexpr std::array kVersions = {kFirst, kSecond};

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto found = std::min(text.find(what, at), text.size());
        out += text.substr(at, found - at);
        if (found < text.size()) out += with;
        at = std::min(found + what.size(), text.size());
    }
    return out;
}

// SQLite compares texts byte by byte, and LIKE without case, by itself.
std::string dialect(std::string_view sql, bool sqlite) {
    const std::string texts = sqlite ? std::string(sql) : replaced(sql, " TEXT ", " TEXT COLLATE \"C\" ");
    return replaced(texts, "@SEARCH@",
                    sqlite ? "" : "search TEXT COLLATE \"C\" GENERATED ALWAYS AS (lower(template)) STORED,");
}

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
        APIARIST_TRY(database.script(dialect(kVersions[static_cast<std::size_t>(next)], sqlite)));
    }
    APIARIST_TRY(database.execute("UPDATE meta SET value = $1 WHERE name = 'version'", {newest_version()}));
    return transaction->commit();
}

}  // namespace apiarist::store
