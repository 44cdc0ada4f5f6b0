// SPDX-License-Identifier: Apache-2.0
// The inventory in formats of others: CSV (RFC 4180), HAR (1.2), and with postman.h and openapi.h theirs.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "api/json_out.h"
#include "api/postman.h"
#include "api/query_pairs.h"
#include "api/routes.h"
#include "base/json.h"
#include "store/endpoint_queries.h"
#include "store/exports.h"
#include "store/openapi_export.h"

namespace apiarist::api {
namespace {

using simdjson::dom::element;
using store::Database;
using store::integer;
using store::Row;
using store::Table;
using store::text;

constexpr std::size_t kMostRows = 200'000;

// All pages of a list, by id.
Result<Table> all_endpoints(Database& database, const store::EndpointFilter& filter) {
    Table all;
    store::Page page{.sort = "id", .cursor = {}, .limit = store::Page::kMost};
    do {
        auto some = store::list_endpoints(database, filter, page);
        if (!some) return some;
        all.columns = some->columns;
        std::move(some->rows.begin(), some->rows.end(), std::back_inserter(all.rows));
        page.cursor = some->next;
    } while (!page.cursor.empty() && all.rows.size() < kMostRows);
    return all;
}

// What a spreadsheet would take for a formula begins with an apostrophe.
std::string csv_cell(const store::Value& value) {
    if (std::holds_alternative<std::monostate>(value)) return {};
    if (!std::holds_alternative<std::string>(value)) return std::to_string(integer(value));
    std::string cell = text(value);
    if (!cell.empty() && std::string_view("=+-@\t\r").find(cell[0]) != std::string_view::npos) cell.insert(0, 1, '\'');
    std::string out = "\"";
    for (const char c : cell)
        out += c == '"' ? "\"\"" : std::string(1, c);
    return out + "\"";
}

// 2026-11-29T14:03:07Z
std::string utc(std::int64_t seconds) {
    constexpr std::int64_t kLast = 253402300799;  // of the year 9999
    const auto time = static_cast<std::time_t>(std::clamp<std::int64_t>(seconds, 0, kLast));
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time));
}

bool is_latency(std::string_view column) {
    return column == "p50" || column == "p95" || column == "p99";
}

bool is_time(std::string_view column) {
    return column == "first_seen" || column == "last_seen";
}

std::string csv_cell(std::string_view column, const store::Value& value) {
    if (!std::holds_alternative<std::int64_t>(value)) return csv_cell(value);
    if (is_time(column)) return utc(integer(value));
    if (is_latency(column)) return fmt::format("{:.3f}", static_cast<double>(integer(value)) / 1000);
    return csv_cell(value);
}

std::string member(const element& record, std::string_view name) {
    std::string_view value;
    return record[name].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}

std::int64_t number_of(const std::string& digits) {
    Request one;
    one.parameters["n"] = digits;
    return one.number("n").value_or(0);
}

std::string har_headers(const element& record, std::string_view name) {
    std::string out = "[";
    simdjson::dom::object headers;
    if (record[name].get(headers) != simdjson::SUCCESS) return "[]";
    for (const auto& [key, value] : headers) {
        std::string_view field;
        if (value.get(field) != simdjson::SUCCESS) continue;
        out += out.size() > 1 ? ",{\"name\":" : "{\"name\":";
        append_json_string(out, key);
        out += ",\"value\":";
        append_json_string(out, field);
        out += '}';
    }
    return out + "]";
}

std::string header(const element& record, std::string_view side, std::string_view name) {
    element headers;
    return record[side].get(headers) == simdjson::SUCCESS && headers.is_object() ? member(headers, name)
                                                                                 : std::string();
}

// What the URL says behind its question mark, name by name, as it came.
std::string har_query(const std::string& path) {
    std::string out = "[";
    const auto question = path.find('?');
    const std::string_view query =
        question == std::string::npos ? std::string_view() : std::string_view(path).substr(question + 1);
    for (const auto& [name, value] : query_pairs(query)) {
        out += out.size() > 1 ? ",{\"name\":" : "{\"name\":";
        append_json_string(out, name);
        out += ",\"value\":";
        append_json_string(out, value);
        out += '}';
    }
    return out + "]";
}

void append_body(std::string& out, const std::string& body, const std::string& type) {
    out += "\"mimeType\":";
    append_json_string(out, type);
    out += ",\"text\":";
    append_json_string(out, body);
}

// An entry of HAR 1.2; empty: the sample is no JSON.
std::string har_entry(const std::string& host, const std::string& sample) {
    simdjson::dom::parser parser;
    element record;
    if (parser.parse(sample).get(record) != simdjson::SUCCESS || !record.is_object()) return {};
    const double wait_ms = static_cast<double>(number_of(member(record, "latency_us"))) / 1000;
    const std::string path = member(record, "path");
    const std::string version = member(record, "type").empty() ? "unknown" : member(record, "type");
    const std::string request = member(record, "requestPayload");
    const std::string response = member(record, "responsePayload");
    const std::string named = header(record, "requestHeaders", "host");
    const std::string scheme = member(record, "tls").empty() ? "http://" : "https://";
    std::string out = fmt::format(R"({{"startedDateTime":"{}","time":{},"request":{{"method":)",
                                  utc(number_of(member(record, "time"))), wait_ms);
    append_json_string(out, member(record, "method"));
    out += ",\"url\":";
    append_json_string(out,
                       path.find("://") == std::string::npos ? scheme + (named.empty() ? host : named) + path : path);
    out += ",\"httpVersion\":";
    append_json_string(out, version);
    out +=
        ",\"cookies\":[],\"headers\":" + har_headers(record, "requestHeaders") + ",\"queryString\":" + har_query(path);
    if (!request.empty()) {
        out += ",\"postData\":{";
        append_body(out, request, header(record, "requestHeaders", "content-type"));
        out += '}';
    }
    out += fmt::format(R"(,"headersSize":-1,"bodySize":{}}},"response":{{"status":{},"statusText":"","httpVersion":)",
                       request.size(), number_of(member(record, "statusCode")));
    append_json_string(out, version);
    out += ",\"cookies\":[],\"headers\":" + har_headers(record, "responseHeaders") +
           fmt::format(",\"content\":{{\"size\":{},", response.size());
    append_body(out, response, header(record, "responseHeaders", "content-type"));
    out += fmt::format(
        R"(}},"redirectURL":"","headersSize":-1,"bodySize":{}}},"cache":{{}},"timings":{{"send":0,"wait":{},"receive":0}}}})",
        response.size(), wait_ms);
    return out;
}

}  // namespace

Result<Reply> export_csv(const Context& context, const Request& request) {
    return context.connections.read<Reply>([&](Database& database) -> Result<Reply> {
        auto found = all_endpoints(database, filter_of(request));
        if (!found) return std::move(found).error();
        std::string out;
        for (std::size_t i = 0; i < found->columns.size(); ++i)
            out += fmt::format("{}{}{}", i > 0 ? "," : "", found->columns[i].name,
                               is_latency(found->columns[i].name) ? "_ms" : "");
        out += "\r\n";
        for (const Row& row : found->rows) {
            for (std::size_t i = 0; i < row.size(); ++i)
                out += (i > 0 ? "," : "") + csv_cell(found->columns[i].name, row[i]);
            out += "\r\n";
        }
        return Reply{std::move(out), "text/csv; charset=utf-8", "endpoints.csv"};
    });
}

Result<Reply> export_postman(const Context& context, const Request& request) {
    return context.connections.read<Reply>([&](Database& database) -> Result<Reply> {
        auto found = all_endpoints(database, filter_of(request));
        if (!found) return std::move(found).error();
        std::sort(found->rows.begin(), found->rows.end(), [](const Row& a, const Row& b) {
            return text(a[2]) != text(b[2]) ? text(a[2]) < text(b[2]) : a < b;
        });
        auto tls = store::collections_with_tls(database);
        if (!tls) return std::move(tls).error();
        const auto auth = std::find_if(found->columns.begin(), found->columns.end(),
                                       [](const store::Column& column) { return column.name == "auth"; });
        const auto auth_at = static_cast<std::size_t>(auth - found->columns.begin());
        std::vector<PostmanEndpoint> endpoints;
        for (const Row& row : found->rows) {
            PostmanEndpoint one{.host = text(row[2]),
                                .tls = tls->contains(integer(row[1])),
                                .method = text(row[3]),
                                .template_text = text(row[4]),
                                .operation = text(row[5]),
                                .auth = auth_at < row.size() ? text(row[auth_at]) : std::string(),
                                .sample = {}};
            if (endpoints.size() < store::kMostExported) {
                auto sample = store::successful_sample(database, integer(row[0]));
                if (!sample) return std::move(sample).error();
                one.sample = std::move(*sample);
            }
            endpoints.push_back(std::move(one));
        }
        return Reply{postman_collection(endpoints), "application/json", "apiarist.postman_collection.json"};
    });
}

Result<Reply> export_har(const Context& context, const Request& request) {
    return context.connections.read<Reply>([&](Database& database) -> Result<Reply> {
        auto found = store::export_samples(database, request.number("collection"), request.number("endpoint"));
        if (!found) return std::move(found).error();
        std::string out = R"({"log":{"version":"1.2","creator":{"name":"apiarist","version":)";
        append_json_string(out, context.version);
        out += "},\"entries\":[";
        for (const Row& row : found->rows) {
            const std::string entry = har_entry(text(row[0]), text(row[2]));
            if (entry.empty()) continue;
            if (out.back() == '}') out += ',';
            out += entry;
        }
        return Reply{out + "]}}", "application/json", "samples.har"};
    });
}

Result<Reply> export_openapi(const Context& context, const Request& request) {
    const auto collection = request.number("collection");
    if (!collection) return Error{std::errc::invalid_argument, "collection: the id of one is needed"};
    return context.connections.read<Reply>([&](Database& database) -> Result<Reply> {
        auto rows = database.query("SELECT name FROM collections WHERE id = $1", {*collection});
        if (!rows) return std::move(rows).error();
        if (rows->empty()) return Error{std::errc::no_such_file_or_directory, "there is no such collection"};
        auto document = store::export_openapi(database, text((*rows)[0][0]));
        if (!document) return std::move(document).error();
        return Reply{std::move(*document), "application/json", "openapi.json"};
    });
}

}  // namespace apiarist::api
