// SPDX-License-Identifier: Apache-2.0
// Routes below /endpoints.
#include <fmt/format.h>

#include <limits>
#include <map>
#include <utility>

#include "api/json_out.h"
#include "api/routes.h"
#include "base/json.h"
#include "inventory/facts.h"
#include "inventory/latencies.h"
#include "inventory/latency_sketch.h"
#include "store/endpoint_queries.h"

namespace apiarist::api {
namespace {

using inventory::LatencySketch;
using store::Database;
using store::integer;
using store::Row;
using store::Table;
using store::text;

// {"auth":[{"value":"none","count":3,…}],…}
std::string marks_json(const Table& marks) {
    std::string out = "{";
    std::string kind;
    for (const Row& row : marks.rows) {
        if (const std::string& own = text(row[0]); own != kind || out.size() == 1) {
            out += out.size() > 1 ? "]," : "";
            append_json_string(out, own);
            out += ":[";
            kind = own;
        } else {
            out += ',';
        }
        append_row(out, {{"value"}, {"count"}, {"first_seen"}, {"last_seen"}}, {row[1], row[2], row[3], row[4]});
    }
    return out + (out.size() > 1 ? "]}" : "}");
}

std::string parts_json(const Table& parts) {
    std::string out = "[";
    for (const Row& row : parts.rows) {
        if (out.size() > 1) out += ',';
        append_row(out, {{"part"}, {"status"}, {"content_type"}, {"count"}, {"first_seen"}, {"last_seen"}},
                   {row[0], row[1], row[2], row[4], row[5], row[6]});
        out.pop_back();
        out += ",\"schema\":";
        if (const auto schema = inventory::Schema::decode(text(row[3]))) {
            append_schema(out, *schema);
        } else {
            out += "null";
        }
        out += '}';
    }
    return out + "]";
}

std::string quantile_json(const LatencySketch& sketch, double q) {
    const auto value = sketch.quantile(q);
    return value ? std::to_string(*value) : "null";
}

struct Hour {
    std::map<std::int64_t, std::int64_t> statuses;
    std::int64_t requests = 0;
    std::int64_t client = 0;
    inventory::Latencies latency;
};

std::string hours_json(const Table& rows) {
    std::map<std::int64_t, Hour> hours;
    for (const Row& row : rows.rows) {
        Hour& hour = hours[integer(row[0])];
        const auto seen_at = static_cast<inventory::SeenAt>(integer(row[1]));
        if (is_at_client(seen_at)) hour.client += integer(row[3]);
        if (const auto sketch = LatencySketch::decode(text(row[4]))) hour.latency.merge(*sketch, seen_at);
        if (!is_request(seen_at)) continue;
        hour.statuses[integer(row[2])] += integer(row[3]);
        hour.requests += integer(row[3]);
    }
    std::string out = "{\"items\":[";
    bool first = true;
    for (const auto& [time, hour] : hours) {
        std::string statuses;
        for (const auto& [status, requests] : hour.statuses)
            statuses += fmt::format("{}\"{}\":{}", statuses.empty() ? "" : ",", status, requests);
        out += fmt::format(
            R"({}{{"time":{},"requests":{},"requests_client":{},"statuses":{{{}}},"p50":{},"p95":{},"p99":{}}})",
            std::exchange(first, false) ? "" : ",", time, hour.requests, hour.client, statuses,
            quantile_json(hour.latency.told(), 0.5), quantile_json(hour.latency.told(), 0.95),
            quantile_json(hour.latency.told(), 0.99));
    }
    return out + "]}";
}

Error no_endpoint() {
    return {std::errc::no_such_file_or_directory, "there is no such endpoint"};
}

Result<Reply> describe(Database& database, std::int64_t id) {
    auto endpoint = store::find_endpoint(database, id);
    if (!endpoint) return std::move(endpoint).error();
    if (endpoint->rows.empty()) return no_endpoint();
    auto marks = store::marks_of(database, id);
    if (!marks) return std::move(marks).error();
    auto parts = store::parts_of(database, id);
    if (!parts) return std::move(parts).error();
    const Row& row = endpoint->rows[0];
    auto decisions = store::decisions_of(database, integer(row[1]), text(row[4]));
    if (!decisions) return std::move(decisions).error();
    Reply reply;
    append_row(reply.body, endpoint->columns, row);
    reply.body.pop_back();
    reply.body += ",\"marks\":" + marks_json(*marks) + ",\"parts\":" + parts_json(*parts) + ",\"decisions\":";
    append_rows(reply.body, *decisions);
    reply.body += '}';
    return reply;
}

Result<bool> is_there(Database& database, std::int64_t id) {
    auto endpoint = store::find_endpoint(database, id);
    if (!endpoint) return std::move(endpoint).error();
    return !endpoint->rows.empty();
}

}  // namespace

store::EndpointFilter filter_of(const Request& request) {
    store::EndpointFilter filter{.collection = request.number("collection"),
                                 .method = request.text("method"),
                                 .search = request.text("search"),
                                 .auth = request.text("auth"),
                                 .access = request.text("access"),
                                 .sensitive = request.text("sensitive"),
                                 .returned = request.text("returned"),
                                 .exposed = request.text("exposed"),
                                 .status = request.text("status"),
                                 .seen_since = request.number("seen_since"),
                                 .new_since = request.number("new_since")};
    const std::string folded = request.text("folded");
    if (folded == "yes") filter.folded = store::FoldedFilter::kFolded;
    if (folded == "both") filter.folded = store::FoldedFilter::kBoth;
    return filter;
}

Result<Reply> get_endpoints(const Context& context, const Request& request) {
    return context.connections.read<Reply>([&](Database& database) -> Result<Reply> {
        store::Page page = request.page();
        // The last seen is first where nothing is said.
        if (page.sort.empty() && request.text("order").empty()) page.descending = true;
        auto found = store::list_endpoints(database, filter_of(request), page);
        if (!found) return std::move(found).error();
        return Reply{page_json(*found)};
    });
}

Result<Reply> get_facets(const Context& context, const Request& request) {
    return context.connections.read<Reply>([&](Database& database) -> Result<Reply> {
        auto facets = store::endpoint_facets(database, filter_of(request));
        if (!facets) return std::move(facets).error();
        std::string out = fmt::format("{{\"endpoints\":{}", facets->endpoints);
        for (const auto& [name, counts] : facets->counts) {
            out += fmt::format(",\"{}\":[", name);
            for (bool first = true; const auto& [value, endpoints] : counts) {
                out += std::exchange(first, false) ? "{\"value\":" : ",{\"value\":";
                append_json_string(out, value);
                if (name == "collection") {
                    out += ",\"name\":";
                    append_json_string(out, facets->collection_names[std::stoll(value)]);
                }
                out += fmt::format(",\"endpoints\":{}}}", endpoints);
            }
            out += ']';
        }
        return Reply{out + "}"};
    });
}

Result<Reply> get_endpoint(const Context& context, const Request& request) {
    return context.connections.read<Reply>([&](Database& database) { return describe(database, request.id); });
}

Result<Reply> get_hours(const Context& context, const Request& request) {
    return context.connections.read<Reply>([&](Database& database) -> Result<Reply> {
        auto known = is_there(database, request.id);
        if (!known) return std::move(known).error();
        if (!*known) return no_endpoint();
        auto rows = store::hours_of(database, request.id, request.number("since").value_or(0),
                                    request.number("until").value_or(std::numeric_limits<std::int64_t>::max()));
        if (!rows) return std::move(rows).error();
        return Reply{hours_json(*rows)};
    });
}

Result<Reply> get_samples(const Context& context, const Request& request) {
    return context.connections.read<Reply>([&](Database& database) -> Result<Reply> {
        auto known = is_there(database, request.id);
        if (!known) return std::move(known).error();
        if (!*known) return no_endpoint();
        auto found = store::samples_of(database, request.id, request.page());
        if (!found) return std::move(found).error();
        return Reply{page_json(*found)};
    });
}

}  // namespace apiarist::api
