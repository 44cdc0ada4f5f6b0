// SPDX-License-Identifier: Apache-2.0
#include "store/sums.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace apiarist::store {
namespace {

using inventory::Latencies;
using inventory::TrafficCounts;

constexpr std::array<std::string_view, 3> kCallers = {"client", "client_process", "server_process"};
constexpr std::int64_t kAll = 0;  // the collection_id of traffic of all collections
constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;

using TrafficKey = std::tuple<std::int64_t, std::int64_t, std::int64_t>;  // collection, step, time

constexpr std::string_view kReadTraffic =
    "SELECT requests, requests_client, failed_4xx, failed_5xx, unanswered, latency FROM traffic WHERE collection_id = "
    "$1 AND step = $2 AND time = $3";
constexpr std::string_view kWriteTraffic =
    "INSERT INTO traffic (collection_id, step, time, requests, requests_client, failed_4xx, failed_5xx, unanswered, "
    "latency) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (collection_id, step, time) DO UPDATE SET "
    "requests = excluded.requests, requests_client = excluded.requests_client, failed_4xx = excluded.failed_4xx, "
    "failed_5xx = excluded.failed_5xx, unanswered = excluded.unanswered, latency = excluded.latency";

std::uint64_t count_of(const Value& value) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, integer(value)));
}

TrafficCounts counts_of(const Row& row, std::size_t at) {
    TrafficCounts counts{count_of(row[at]),     count_of(row[at + 1]), count_of(row[at + 2]),
                         count_of(row[at + 3]), count_of(row[at + 4]), {}};
    if (auto sketch = Latencies::decode(text(row[at + 5]))) counts.latency = std::move(*sketch);
    return counts;
}

Row row_of(const TrafficKey& key, const TrafficCounts& counts) {
    const auto [collection, step, time] = key;
    const auto number = [](std::uint64_t count) { return static_cast<std::int64_t>(count); };
    return {collection,
            step,
            time,
            number(counts.requests),
            number(counts.client),
            number(counts.failed_4xx),
            number(counts.failed_5xx),
            number(counts.unanswered),
            counts.latency.encode()};
}

// Rows as `change` leaves them with what is to be added or taken away.
template <typename Change>
Status change_traffic(Database& database, const std::map<TrafficKey, TrafficCounts>& by, const Change& change) {
    std::vector<Row> keys;
    keys.reserve(by.size());
    for (const auto& [key, counts] : by)
        keys.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key)});
    auto stored = database.query_many(kReadTraffic, keys);
    if (!stored) return std::move(stored).error();
    std::vector<Row> rows;
    rows.reserve(by.size());
    std::size_t at = 0;
    for (const auto& [key, counts] : by) {
        const Rows& old = (*stored)[at++];
        TrafficCounts whole = old.empty() ? TrafficCounts() : counts_of(old[0], 0);
        change(whole, counts);
        rows.push_back(row_of(key, whole));
    }
    return database.execute_many(kWriteTraffic, rows);
}

}  // namespace

void count_callers(Callers& callers, std::int64_t collection, const MarksChange& change) {
    for (const std::string_view kind : kCallers) {
        for (const auto& [name, seen] : change.after.of(kind)) {
            const inventory::Seen* before = change.before.find(kind, name);
            if (before != nullptr && *before == seen) continue;
            CallerCounts& counts = callers[{collection, std::string(kind), name}];
            counts.requests += static_cast<std::int64_t>(seen.count - (before == nullptr ? 0 : before->count));
            counts.endpoints += before == nullptr ? 1 : 0;
            counts.last_seen = std::max(counts.last_seen, seen.last);
        }
    }
}

Status add_callers(Database& database, const Callers& callers) {
    std::vector<Row> rows;
    rows.reserve(callers.size());
    for (const auto& [key, counts] : callers)
        rows.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), counts.requests, counts.endpoints,
                        counts.last_seen});
    return database.execute_many(
        "INSERT INTO callers (collection_id, kind, name, requests, endpoints, last_seen) VALUES ($1, $2, $3, $4, $5, "
        "$6) ON CONFLICT (collection_id, kind, name) DO UPDATE SET requests = callers.requests + excluded.requests, "
        "endpoints = callers.endpoints + excluded.endpoints, last_seen = CASE WHEN callers.last_seen > "
        "excluded.last_seen THEN callers.last_seen ELSE excluded.last_seen END",
        rows);
}

Status recount(Database& database, std::int64_t collection) {
    APIARIST_TRY(database.execute(
        "UPDATE collections SET "
        "requests = (SELECT COALESCE(SUM(e.requests), 0) FROM endpoints e WHERE e.collection_id = $1 AND e.merged_into "
        "= 0), "
        "failed_4xx = (SELECT COALESCE(SUM(e.failed_4xx), 0) FROM endpoints e WHERE e.collection_id = $1 AND "
        "e.merged_into = 0), "
        "failed_5xx = (SELECT COALESCE(SUM(e.failed_5xx), 0) FROM endpoints e WHERE e.collection_id = $1 AND "
        "e.merged_into = 0) WHERE id = $1",
        {collection}));
    APIARIST_TRY(database.execute(
        "UPDATE facet_sets SET endpoints = (SELECT COUNT(*) FROM endpoints e WHERE e.facet_set_id = facet_sets.id AND "
        "e.merged_into = 0) WHERE collection_id = $1",
        {collection}));
    APIARIST_TRY(database.execute("DELETE FROM callers WHERE collection_id = $1", {collection}));
    return database.execute(
        "INSERT INTO callers (collection_id, kind, name, requests, endpoints, last_seen) "
        "SELECT e.collection_id, m.kind, m.value, SUM(m.count), COUNT(*), MAX(m.last_seen) FROM endpoints e JOIN marks "
        "m ON m.endpoint_id = e.id WHERE e.collection_id = $1 AND e.merged_into = 0 AND m.kind IN ('client', "
        "'client_process', 'server_process') GROUP BY e.collection_id, m.kind, m.value",
        {collection});
}

Status add_traffic(Database& database, const Traffic& traffic, std::int64_t now_s) {
    std::map<TrafficKey, TrafficCounts> added;
    for (const auto& [collection, minutes] : traffic) {
        for (const auto& [minute, counts] : *minutes) {
            const std::int64_t time = minute * kMinute;
            for (const std::int64_t of : {collection, kAll}) {
                added[{of, kHour, time - time % kHour}].merge(counts);
                if (time > now_s - kDay) added[{of, kMinute, time}].merge(counts);
            }
        }
    }
    return change_traffic(database, added,
                          [](TrafficCounts& whole, const TrafficCounts& counts) { whole.merge(counts); });
}

Status delete_traffic_of(Database& database, std::int64_t collection) {
    auto rows = database.query(
        "SELECT step, time, requests, requests_client, failed_4xx, failed_5xx, unanswered, latency FROM traffic WHERE "
        "collection_id = $1",
        {collection});
    if (!rows) return std::move(rows).error();
    std::map<TrafficKey, TrafficCounts> taken;
    for (const Row& row : *rows)
        taken[{kAll, integer(row[0]), integer(row[1])}] = counts_of(row, 2);
    APIARIST_TRY(change_traffic(database, taken,
                                [](TrafficCounts& whole, const TrafficCounts& counts) { whole.take_away(counts); }));
    APIARIST_TRY(database.execute("DELETE FROM traffic WHERE collection_id = $1", {collection}));
    return database.execute("DELETE FROM traffic WHERE collection_id = $1 AND requests = 0", {kAll});
}

Status delete_old_traffic(Database& database, std::int64_t before, std::int64_t now_s) {
    APIARIST_TRY(
        database.execute("DELETE FROM traffic WHERE step = $1 AND time < $2", {kHour, before - before % kHour}));
    return database.execute("DELETE FROM traffic WHERE step = $1 AND time < $2",
                            {kMinute, std::max(before, now_s - kDay)});
}

}  // namespace apiarist::store
