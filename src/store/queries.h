// SPDX-License-Identifier: Apache-2.0
#pragma once
// Questions about all of an inventory. As endpoint_queries.h: times are Unix seconds; they read only, on any
// connection; invalid_argument is the caller's error.

#include <cstdint>
#include <optional>
#include <string>

#include "store/table.h"

namespace apiarist::store {

struct StoreStatus {
    std::string kind;
    std::int64_t version = 0;
    std::int64_t revision = 0;  // batches that were stored
    std::int64_t collections = 0;
    std::int64_t endpoints = 0;  // that count
    std::int64_t folded = 0;     // of these
};
Result<StoreStatus> read_status(Database& database);

// By name, all of them: id, name, first_seen, last_seen, endpoints (that are shown), folded, requests, failed_4xx,
// failed_5xx, sensitive, access, documented.
Result<Table> list_collections(Database& database);

struct ChangeFilter {
    std::int64_t since = 0;
    std::string kind;  // "endpoint", "field", "type"; empty: all
};
// The newest first. Fields and types only of parts that were there before `since`.
Result<Table> list_changes(Database& database, const ChangeFilter& filter, const Page& page);

// type, endpoints: how many have it.
Result<Table> sensitive_types(Database& database);
// Where a type is: side ("request", "response"), place, count, last_seen, endpoint_id, collection, method, template.
Result<Table> sensitive_places(Database& database, const std::string& type, const Page& page);

// Who calls whom: collection, kind ("client", "client_process", "server_process"), name, requests, endpoints,
// last_seen. The busiest first, kMostCallers at most.
inline constexpr std::int64_t kMostCallers = 2000;
Result<Table> service_map(Database& database, std::optional<std::int64_t> collection);

struct TrafficFilter {
    std::optional<std::int64_t> collection;  // nothing: all of them
    std::int64_t step = 3600;                // seconds of a row: 60, 3600
    std::int64_t since = 0;
    std::int64_t until = 0;
};
// The oldest first, kMostTraffic at most: time (its first second), requests, requests_client, failed_4xx, failed_5xx,
// unanswered, p50, p95, p99.
inline constexpr std::int64_t kMostTraffic = 10'000;
Result<Table> list_traffic(Database& database, const TrafficFilter& filter);

// The newest first: id, time, who, action, detail.
Result<Table> list_audit(Database& database, const Page& page);

}  // namespace apiarist::store
