// SPDX-License-Identifier: Apache-2.0
#include "api/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace apiarist::api {
namespace {

constexpr ParameterKind kNumber = ParameterKind::kNumber;
constexpr std::size_t kDocumentBytes = 20u << 20;

std::optional<std::int64_t> whole(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

std::vector<Parameter> endpoint_filter(std::vector<Parameter> more) {
    std::vector<Parameter> all = {{"collection", kNumber},
                                  {"method"},
                                  {"search"},
                                  {"auth"},
                                  {"access"},
                                  {"sensitive"},
                                  {"exposed"},
                                  {"returned"},
                                  {"status"},
                                  {"folded"},
                                  {"seen_since", kNumber},
                                  {"new_since", kNumber}};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

std::string_view next_segment(std::string_view& rest) {
    const auto slash = std::min(rest.find('/'), rest.size());
    const std::string_view segment = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    return segment;
}

}  // namespace

std::string_view to_string(Method method) {
    switch (method) {
        case Method::kGet:
            return "GET";
        case Method::kPut:
            return "PUT";
        case Method::kPost:
            return "POST";
        case Method::kDelete:
            return "DELETE";
    }
    return {};
}

std::string Request::text(std::string_view name) const {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string() : found->second;
}

std::optional<std::int64_t> Request::number(std::string_view name) const {
    return whole(text(name));
}

store::Page Request::page() const {
    store::Page page{.sort = text("sort"), .cursor = text("cursor")};
    page.limit = static_cast<std::size_t>(number("limit").value_or(100));
    page.descending = text("order") == "desc";
    return page;
}

std::span<const Route> routes() {
    static const std::vector<Parameter> kPage = {{"cursor"}, {"limit", kNumber}};
    // Of YAML (RFC 9512) and OpenAPI (OAI's registration), and what was in use before.
    static const std::vector<std::string_view> kDocumentTypes = {"application/json",
                                                                 "application/yaml",
                                                                 "application/x-yaml",
                                                                 "text/yaml",
                                                                 "text/x-yaml",
                                                                 "application/openapi+json",
                                                                 "application/openapi+yaml",
                                                                 "application/vnd.oai.openapi",
                                                                 "application/vnd.oai.openapi+json"};
    static const std::vector<Route> kRoutes = {
        {Method::kGet, "/api/v1/status", Role::kReader, get_status},
        {Method::kGet, "/api/v1/collections", Role::kReader, get_collections},
        {Method::kDelete, "/api/v1/collections/{id}", Role::kAdmin, remove_collection},
        {Method::kGet, "/api/v1/endpoints", Role::kReader, get_endpoints,
         endpoint_filter({{"sort"}, {"order"}, {"cursor"}, {"limit", kNumber}})},
        {Method::kGet, "/api/v1/endpoints/facets", Role::kReader, get_facets, endpoint_filter({})},
        {Method::kGet, "/api/v1/endpoints/{id}", Role::kReader, get_endpoint},
        {Method::kGet,
         "/api/v1/endpoints/{id}/hours",
         Role::kReader,
         get_hours,
         {{"since", kNumber}, {"until", kNumber}}},
        {Method::kGet, "/api/v1/endpoints/{id}/samples", Role::kReader, get_samples, kPage},
        {Method::kPost, "/api/v1/endpoints/{id}/unmerge", Role::kAdmin, unmerge, {{"place"}}},
        {Method::kGet,
         "/api/v1/changes",
         Role::kReader,
         get_changes,
         {{"since", kNumber}, {"kind"}, {"cursor"}, {"limit", kNumber}}},
        {Method::kGet, "/api/v1/sensitive", Role::kReader, get_sensitive, {{"type"}, {"cursor"}, {"limit", kNumber}}},
        {Method::kGet, "/api/v1/service-map", Role::kReader, get_service_map, {{"collection", kNumber}}},
        {Method::kGet,
         "/api/v1/traffic",
         Role::kReader,
         get_traffic,
         {{"collection", kNumber}, {"since", kNumber}, {"until", kNumber}, {"step", kNumber}}},
        {Method::kDelete, "/api/v1/data", Role::kAdmin, remove_data, {{"before"}}},
        {Method::kGet, "/api/v1/audit", Role::kAdmin, get_audit, kPage},
        {Method::kPut,
         "/api/v1/collections/{id}/openapi",
         Role::kAdmin,
         put_openapi,
         {},
         kDocumentBytes,
         kDocumentTypes},
        {Method::kGet, "/api/v1/collections/{id}/conformance", Role::kReader, get_conformance, {{"days", kNumber}}},
        {Method::kGet, "/api/v1/export/csv", Role::kReader, export_csv, endpoint_filter({})},
        {Method::kGet, "/api/v1/export/postman", Role::kReader, export_postman, endpoint_filter({})},
        {Method::kGet,
         "/api/v1/export/har",
         Role::kReader,
         export_har,
         {{"collection", kNumber}, {"endpoint", kNumber}}},
        {Method::kGet, "/api/v1/export/openapi", Role::kReader, export_openapi, {{"collection", kNumber}}},
        {Method::kGet, "/api/v1/openapi.json", Role::kReader, get_document},
        {Method::kGet, "/api/v1/session", Role::kReader, get_session},
        {Method::kGet, "/api/v1/collector", Role::kReader, get_collector},
        {Method::kGet, "/api/v1/live", Role::kReader, get_live, {{"collection"}, {"method"}, {"search"}, {"status"}}},
    };
    return kRoutes;
}

bool matches(std::string_view pattern, std::string_view path, std::int64_t& id) {
    id = 0;
    if (std::count(pattern.begin(), pattern.end(), '/') != std::count(path.begin(), path.end(), '/')) return false;
    while (!pattern.empty() || !path.empty()) {
        const std::string_view wanted = next_segment(pattern);
        const std::string_view given = next_segment(path);
        if (wanted == given) continue;
        if (wanted != "{id}") return false;
        const auto number = whole(given);
        if (!number || *number == 0) return false;
        id = *number;
    }
    return true;
}

namespace {

std::string unknown_parameter(const Route& route, const std::string& name) {
    constexpr std::size_t kShown = 40;
    const bool plain = !name.empty() && name.size() <= kShown && std::all_of(name.begin(), name.end(), [](char c) {
        return is_ascii_alphanumeric(c) || c == '_' || c == '-';
    });
    std::string known;
    for (const Parameter& one : route.parameters)
        known += (known.empty() ? "" : ", ") + std::string(one.name);
    return fmt::format("this route has no query parameter{}; it has {}", plain ? " " + name : " of such a name",
                       known.empty() ? "none" : known);
}

}  // namespace

std::optional<std::string> check_parameters(const Route& route, const Request& request) {
    for (const auto& [name, value] : request.parameters) {
        const auto known = std::find_if(route.parameters.begin(), route.parameters.end(),
                                        [&wanted = name](const Parameter& one) { return one.name == wanted; });
        if (known == route.parameters.end()) return unknown_parameter(route, name);
        if (known->kind == kNumber && !whole(value))
            return std::string(known->name) + ": not a whole number of 0 and above";
    }
    if (const auto limit = request.number("limit"); limit && (*limit < 1 || *limit > std::int64_t{store::Page::kMost}))
        return "limit: 1 to 500";
    if (const std::string order = request.text("order"); !order.empty() && order != "asc" && order != "desc")
        return "order: asc or desc";
    if (const std::string folded = request.text("folded");
        !folded.empty() && folded != "no" && folded != "yes" && folded != "both")
        return "folded: no, yes or both";
    return std::nullopt;
}

}  // namespace apiarist::api
