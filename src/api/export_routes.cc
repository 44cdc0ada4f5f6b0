// SPDX-License-Identifier: Apache-2.0
// The inventory in formats of others: CSV (RFC 4180), Postman's collections (v2.1), HAR (1.2).
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "api/json_out.h"
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

// {"name":"GET /orders/{}","request":{…}}
std::string postman_item(const std::string& host, const Row& row) {
    const std::string& method = text(row[3]);
    std::string path;
    std::string segments;
    std::string variables;
    std::string_view rest = text(row[4]);
    for (int number = 1; rest.starts_with('/');) {
        rest.remove_prefix(1);
        const auto slash = std::min(rest.find('/'), rest.size());
        std::string segment(rest.substr(0, slash));
        rest.remove_prefix(slash);
        if (segment == "{}" || segment == "{*}") {
            const std::string name = fmt::format("p{}", number++);
            variables += fmt::format(R"({}{{"key":"{}","value":""}})", variables.empty() ? "" : ",", name);
            segment = ":" + name;
        }
        path += "/" + segment;
        if (!segments.empty()) segments += ',';
        append_json_string(segments, segment);
    }
    std::string out = "{\"name\":";
    append_json_string(out, method + " " + text(row[4]) + (text(row[5]).empty() ? "" : " " + text(row[5])));
    out += ",\"request\":{\"method\":";
    append_json_string(out, method);
    out += ",\"header\":[],\"url\":{\"raw\":";
    append_json_string(out, "http://" + host + path);
    out += R"(,"protocol":"http","host":[)";
    append_json_string(out, host);
    return out + "],\"path\":[" + segments + "],\"variable\":[" + variables + "]}}}";
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
    std::string_view rest =
        question == std::string::npos ? std::string_view() : std::string_view(path).substr(question + 1);
    while (!rest.empty()) {
        const auto end = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        out += out.size() > 1 ? ",{\"name\":" : "{\"name\":";
        append_json_string(out, pair.substr(0, equals));
        out += ",\"value\":";
        append_json_string(out, equals < pair.size() ? pair.substr(equals + 1) : std::string_view());
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
    const std::int64_t time = std::min<std::int64_t>(number_of(member(record, "time")), 253402300799);  // the year 9999
    const std::string path = member(record, "path");
    const std::string version = member(record, "type").empty() ? "unknown" : member(record, "type");
    const std::string request = member(record, "requestPayload");
    const std::string response = member(record, "responsePayload");
    const std::string named = header(record, "requestHeaders", "host");
    std::string out = fmt::format(R"({{"startedDateTime":"{:%Y-%m-%dT%H:%M:%SZ}","time":{},"request":{{"method":)",
                                  fmt::gmtime(static_cast<std::time_t>(time)), wait_ms);
    append_json_string(out, member(record, "method"));
    out += ",\"url\":";
    append_json_string(
        out, path.find("://") == std::string::npos ? "http://" + (named.empty() ? host : named) + path : path);
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
            out += fmt::format("{}{}", i > 0 ? "," : "", found->columns[i].name);
        out += "\r\n";
        for (const Row& row : found->rows) {
            for (std::size_t i = 0; i < row.size(); ++i)
                out += (i > 0 ? "," : "") + csv_cell(row[i]);
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
        std::string out =
            R"({"info":{"name":"apiarist","schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},"item":[)";
        for (std::size_t i = 0; i < found->rows.size(); ++i) {
            const std::string& host = text(found->rows[i][2]);
            const bool is_new = i == 0 || text(found->rows[i - 1][2]) != host;
            if (is_new) {
                out += i == 0 ? "{\"name\":" : "]},{\"name\":";
                append_json_string(out, host);
                out += ",\"item\":[";
            }
            out += (is_new ? "" : ",") + postman_item(host, found->rows[i]);
        }
        out += found->rows.empty() ? "]}" : "]}]}";
        return Reply{std::move(out), "application/json", "apiarist.postman_collection.json"};
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
