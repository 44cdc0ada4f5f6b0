// SPDX-License-Identifier: Apache-2.0
#pragma once
// Questions about endpoints. Times are Unix seconds, latencies microseconds. They read only, on any connection. An
// error with invalid_argument is the caller's, and says what without repeating it; any other is the database's, and its
// text is for a log.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "store/table.h"

namespace apiarist::store {

enum class FoldedFilter : std::uint8_t { kShown, kFolded, kBoth };

// Empty texts and nothing: any.
struct EndpointFilter {
    std::optional<std::int64_t> collection;
    std::string method;
    std::string search;     // in the template, in any case
    std::string auth;       // one of its types; "unknown": it has none
    std::string access;     // "none": it has none
    std::string sensitive;  // one of its types; "any", "none"
    std::string returned;   // likewise, in responses
    std::string exposed;    // likewise, in responses to callers who showed no authentication
    std::string status;     // it had such answers: "2xx", "3xx", "4xx", "5xx", "unanswered", "succeeded" (neither of
                            // the last three)
    FoldedFilter folded = FoldedFilter::kShown;
    std::optional<std::int64_t> seen_since;
    std::optional<std::int64_t> new_since;
};

// Sorted by any of its columns but lists; by last_seen where nothing is said.
Result<Table> list_endpoints(Database& database, const EndpointFilter& filter, const Page& page);

// Of "method", "collection", "auth", "access", "sensitive", "returned", "exposed", "folded": value → endpoints. An
// endpoint with two types of authentication is in both.
struct Facets {
    std::int64_t endpoints = 0;
    std::map<std::string, std::map<std::string, std::int64_t>> counts;
    std::map<std::int64_t, std::string> collection_names;  // of the ids that are values of "collection"
};
Result<Facets> endpoint_facets(Database& database, const EndpointFilter& filter);

// One row, or none. Also of what became part of another: `merged_into` is not 0 then.
Result<Table> find_endpoint(Database& database, std::int64_t id);
Result<Table> marks_of(Database& database, std::int64_t endpoint);  // kind, value, count, first_seen, last_seen
Result<Table> parts_of(Database& database, std::int64_t endpoint);  // part, status, content_type, schema, count, …
// The decisions that made parameters of a template, from the left.
Result<Table> decisions_of(Database& database, std::int64_t collection, const std::string& template_text);
// hour (its first second), seen_at, status, calls, latency (a sketch), in order. Bounds: Unix seconds.
Result<Table> hours_of(Database& database, std::int64_t endpoint, std::int64_t since, std::int64_t until);
// From the first to the last that was kept.
Result<Table> samples_of(Database& database, std::int64_t endpoint, const Page& page);

}  // namespace apiarist::store
