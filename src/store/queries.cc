// SPDX-License-Identifier: Apache-2.0
#include "store/queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "inventory/latencies.h"
#include "store/conditions.h"
#include "store/totals.h"

namespace apiarist::store {
namespace {

void add_each(std::set<std::string>& into, const std::string& list) {
    for (std::size_t at = 0; at < list.size();) {
        const auto comma = std::min(list.find(',', at), list.size());
        into.insert(list.substr(at, comma - at));
        at = comma + 1;
    }
}

std::string joined(const std::set<std::string>& values) {
    std::string out;
    for (const std::string& value : values)
        out += (out.empty() ? "" : ",") + value;
    return out;
}

std::size_t limit_of(const Page& page) {
    return std::clamp<std::size_t>(page.limit, 1, Page::kMost);
}

// A page that was asked for with one row more than it shows.
Table page_of(std::vector<Column> columns, Rows rows, std::size_t limit, std::string_view sort, std::size_t value_at,
              std::size_t id_at) {
    Table found{std::move(columns), std::move(rows), {}};
    if (found.rows.size() <= limit) return found;
    found.rows.resize(limit);
    found.next = write_cursor(sort, {found.rows.back()[value_at], integer(found.rows.back()[id_at])});
    return found;
}

struct CollectionCounts {
    std::int64_t shown = 0;
    std::int64_t folded = 0;
    std::set<std::string> sensitive;
    std::set<std::string> access;
};

Result<std::map<std::int64_t, CollectionCounts>> count_collections(Database& database) {
    auto rows = database.query(
        "SELECT folded, collection_id, access, sensitive, CAST(SUM(endpoints) AS BIGINT) FROM facet_sets WHERE "
        "endpoints > 0 GROUP BY folded, collection_id, access, sensitive",
        {});
    if (!rows) return std::move(rows).error();
    std::map<std::int64_t, CollectionCounts> all;
    for (const Row& row : *rows) {
        CollectionCounts& counts = all[integer(row[1])];
        (text(row[0]).empty() ? counts.shown : counts.folded) += integer(row[4]);
        add_each(counts.access, text(row[2]));
        add_each(counts.sensitive, text(row[3]));
    }
    return all;
}

}  // namespace

Result<StoreStatus> read_status(Database& database) {
    StoreStatus status;
    status.kind = database.kind();
    auto meta = database.query("SELECT name, value FROM meta", {});
    if (!meta) return std::move(meta).error();
    for (const Row& row : *meta) {
        if (text(row[0]) == "version") status.version = integer(row[1]);
        if (text(row[0]) == "revision") status.revision = integer(row[1]);
    }
    auto collections = database.query("SELECT COUNT(*) FROM collections", {});
    if (!collections) return std::move(collections).error();
    status.collections = integer((*collections)[0][0]);
    auto endpoints =
        database.query("SELECT folded, CAST(SUM(endpoints) AS BIGINT) FROM facet_sets GROUP BY folded", {});
    if (!endpoints) return std::move(endpoints).error();
    for (const Row& row : *endpoints) {
        status.endpoints += integer(row[1]);
        if (!text(row[0]).empty()) status.folded += integer(row[1]);
    }
    return status;
}

Result<Table> list_collections(Database& database) {
    auto rows = database.query(
        "SELECT c.id, c.name, c.first_seen, c.last_seen, (SELECT COUNT(*) FROM documents d WHERE d.collection_id = "
        "c.id), c.requests, c.failed_4xx, c.failed_5xx FROM collections c ORDER BY c.name",
        {});
    if (!rows) return std::move(rows).error();
    auto counts = count_collections(database);
    if (!counts) return std::move(counts).error();
    Table found{{{"id"},
                 {"name"},
                 {"first_seen"},
                 {"last_seen"},
                 {"endpoints"},
                 {"folded"},
                 {"requests"},
                 {"failed_4xx"},
                 {"failed_5xx"},
                 {"sensitive", Shape::kList},
                 {"access", Shape::kList},
                 {"documents"}},
                {},
                {}};
    for (const Row& row : *rows) {
        const CollectionCounts& own = (*counts)[integer(row[0])];
        found.rows.push_back({row[0], row[1], row[2], row[3], own.shown, own.folded, row[5], row[6], row[7],
                              joined(own.sensitive), joined(own.access), row[4]});
    }
    return found;
}

Result<Table> list_changes(Database& database, const ChangeFilter& filter, const Page& page) {
    if (!filter.kind.empty() && filter.kind != "endpoint" && filter.kind != "field" && filter.kind != "type")
        return Error{std::errc::invalid_argument, "kind: endpoint, field or type"};
    Conditions conditions;
    const std::string since = conditions.parameter(filter.since);
    conditions.add("c.time >= " + since);
    conditions.add("e.merged_into = 0");
    if (!filter.kind.empty()) conditions.add("c.kind = ", filter.kind);
    // What a part says in its first minutes is what it is, and no change of it.
    constexpr std::int64_t kLearned = 300;
    if (filter.since > 0)
        conditions.add(fmt::format(
            "(c.kind = 'endpoint' OR EXISTS (SELECT 1 FROM parts p WHERE p.endpoint_id = c.endpoint_id AND "
            "(p.first_seen < {0} OR p.first_seen + {2} <= c.time) AND substr(c.detail, 1, length({1})) = {1}))",
            since,
            "(p.part || CASE WHEN p.status <> 0 THEN ' ' || CAST(p.status AS TEXT) ELSE '' END || CASE WHEN "
            "p.content_type <> '' THEN ' ' || p.content_type ELSE '' END || ' ')",
            kLearned));
    if (!page.cursor.empty()) {
        const auto cursor = read_cursor("change", page.cursor);
        if (!cursor) return cursor.error();
        if (!std::holds_alternative<std::int64_t>(cursor->value))
            return Error{std::errc::invalid_argument, "the cursor is not of this list and order"};
        const std::string time = conditions.parameter(cursor->value);
        const std::string id = conditions.parameter(cursor->id);
        conditions.add(fmt::format("(c.time < {0} OR (c.time = {0} AND c.id < {1}))", time, id));
    }
    const std::string most = conditions.parameter(static_cast<std::int64_t>(limit_of(page) + 1));
    auto rows = database.query(
        fmt::format("SELECT c.id, c.time, c.kind, c.detail, c.endpoint_id, n.name, e.method, e.template, "
                    "e.operation, e.folded FROM changes c JOIN endpoints e ON e.id = c.endpoint_id JOIN collections n "
                    "ON n.id = "
                    "e.collection_id{} ORDER BY c.time DESC, c.id DESC LIMIT {}",
                    conditions.sql(), most),
        conditions.values());
    if (!rows) return std::move(rows).error();
    return page_of({{"id"},
                    {"time"},
                    {"kind"},
                    {"detail"},
                    {"endpoint_id"},
                    {"collection"},
                    {"method"},
                    {"template"},
                    {"operation"},
                    {"folded"}},
                   std::move(*rows), limit_of(page), "change", 1, 0);
}

Result<Table> sensitive_types(Database& database) {
    auto rows = database.query(
        "SELECT sensitive, CAST(SUM(endpoints) AS BIGINT) FROM facet_sets WHERE endpoints > 0 AND sensitive <> '' "
        "GROUP BY sensitive",
        {});
    if (!rows) return std::move(rows).error();
    std::map<std::string, std::int64_t> counts;
    for (const Row& row : *rows) {
        std::set<std::string> types;
        add_each(types, text(row[0]));
        for (const std::string& type : types)
            counts[type] += integer(row[1]);
    }
    Table found{{{"type"}, {"endpoints"}}, {}, {}};
    for (const auto& [type, endpoints] : counts)
        found.rows.push_back({type, endpoints});
    return found;
}

Result<Table> sensitive_places(Database& database, const std::string& type, const Page& page) {
    // Behind which (kind, value, endpoint) the page begins.
    Cursor after{std::string(), 0};
    if (!page.cursor.empty()) {
        auto cursor = read_cursor("sensitive", page.cursor);
        if (!cursor) return std::move(cursor).error();
        if (text(cursor->value).find(' ') == std::string::npos)
            return Error{std::errc::invalid_argument, "the cursor is not of this list and order"};
        after = std::move(*cursor);
    }
    const std::size_t limit = limit_of(page);
    const std::string after_kind = text(after.value).substr(0, text(after.value).find(' '));
    const std::string after_value = text(after.value).substr(std::min(after_kind.size() + 1, text(after.value).size()));
    Table found{
        {{"side"}, {"place"}, {"count"}, {"last_seen"}, {"endpoint_id"}, {"collection"}, {"method"}, {"template"}},
        {},
        {}};
    // One kind after the other, in the order of the index.
    for (const std::string kind : {"request_sensitive", "response_sensitive"}) {
        if (kind < after_kind || found.rows.size() > limit) continue;
        const bool begins = kind == after_kind;
        // "email /customer/email": a space, and the sign behind it.
        auto rows = database.query(
            "SELECT m.kind, m.value, m.count, m.last_seen, m.endpoint_id, c.name, e.method, e.template FROM marks m "
            "CROSS "
            "JOIN endpoints e CROSS JOIN collections c WHERE m.kind = $1 AND m.value >= $2 AND m.value < $3 AND "
            "(m.value "
            "> $2 OR m.endpoint_id > $4) AND e.id = m.endpoint_id AND e.merged_into = 0 AND c.id = e.collection_id "
            "ORDER "
            "BY m.value, m.endpoint_id LIMIT $5",
            {kind, begins ? std::max(after_value, type + " ") : type + " ", type + "!",
             begins ? after.id : std::int64_t{0}, static_cast<std::int64_t>(limit + 1 - found.rows.size())});
        if (!rows) return std::move(rows).error();
        std::move(rows->begin(), rows->end(), std::back_inserter(found.rows));
    }
    if (found.rows.size() > limit) {
        found.rows.resize(limit);
        const Row& last = found.rows.back();
        found.next = write_cursor("sensitive", {text(last[0]) + " " + text(last[1]), integer(last[4])});
    }
    for (Row& row : found.rows) {
        row[0] = std::string(text(row[0]) == "request_sensitive" ? "request" : "response");
        row[1] = text(row[1]).substr(type.size() + 1);
    }
    return found;
}

Result<Table> service_map(Database& database, std::optional<std::int64_t> collection) {
    Conditions conditions;
    if (collection) conditions.add("m.collection_id = ", *collection);
    const std::string most = conditions.parameter(kMostCallers);
    auto rows = database.query(
        fmt::format("SELECT m.collection_id, c.name, m.kind, m.name, m.requests, m.endpoints, m.last_seen FROM callers "
                    "m JOIN collections c ON c.id = m.collection_id{} ORDER BY m.requests DESC, c.name, m.kind, m.name "
                    "LIMIT {}",
                    conditions.sql(), most),
        conditions.values());
    if (!rows) return std::move(rows).error();
    return Table{{{"collection_id"}, {"collection"}, {"kind"}, {"name"}, {"requests"}, {"endpoints"}, {"last_seen"}},
                 std::move(*rows),
                 {}};
}

Result<Table> list_traffic(Database& database, const TrafficFilter& filter) {
    if (filter.step != 60 && filter.step != 3600) return Error{std::errc::invalid_argument, "step: 60 or 3600"};
    auto rows = database.query(
        "SELECT time, requests, requests_client, failed_4xx, failed_5xx, unanswered, latency FROM traffic WHERE "
        "collection_id = $1 AND step = $2 AND time >= $3 AND time <= $4 ORDER BY time LIMIT $5",
        {filter.collection.value_or(0), filter.step, filter.since - filter.since % filter.step, filter.until,
         kMostTraffic});
    if (!rows) return std::move(rows).error();
    for (Row& row : *rows) {
        const auto latency = inventory::Latencies::decode(text(row.back())).value_or(inventory::Latencies());
        row.pop_back();
        append_quantiles(row, latency);
    }
    return Table{{{"time"},
                  {"requests"},
                  {"requests_client"},
                  {"failed_4xx"},
                  {"failed_5xx"},
                  {"unanswered"},
                  {"p50"},
                  {"p95"},
                  {"p99"}},
                 std::move(*rows),
                 {}};
}

Result<Table> list_audit(Database& database, const Page& page) {
    Conditions conditions;
    if (!page.cursor.empty()) {
        const auto cursor = read_cursor("audit", page.cursor);
        if (!cursor) return cursor.error();
        conditions.add("id < ", cursor->id);
    }
    const std::string most = conditions.parameter(static_cast<std::int64_t>(limit_of(page) + 1));
    auto rows =
        database.query(fmt::format("SELECT id, time, who, action, detail FROM audit{} ORDER BY id DESC LIMIT {}",
                                   conditions.sql(), most),
                       conditions.values());
    if (!rows) return std::move(rows).error();
    return page_of({{"id"}, {"time"}, {"who"}, {"action"}, {"detail"}}, std::move(*rows), limit_of(page), "audit", 1,
                   0);
}

}  // namespace apiarist::store
