// SPDX-License-Identifier: Apache-2.0
#include "inventory/openapi_security.h"

#include "base/text.h"

namespace apiarist::inventory {
namespace {

// What a component's name may have.
std::string component(std::string_view kind, std::string_view name) {
    std::string out(kind);
    if (!name.empty()) out += '-';
    for (const char c : name)
        out += is_ascii_alphanumeric(c) || c == '.' || c == '_' || c == '-' ? c : '_';
    return out;
}

}  // namespace

std::optional<SecurityScheme> scheme_of(std::string_view auth, const std::set<std::string>& queries) {
    const std::string_view kind = auth.substr(0, auth.find(' '));
    const std::string_view name = kind.size() < auth.size() ? auth.substr(kind.size() + 1) : std::string_view();
    if (auth == "none") return std::nullopt;
    SecurityScheme scheme{component(kind, name), "http", std::string(kind), {}, {}, {}};
    if (kind == "jwt") {
        scheme.scheme = "bearer";
        scheme.format = "JWT";
    } else if (kind == "mtls") {
        scheme.type = "mutualTLS";
    } else if (kind == "api_key" || kind == "cookie") {
        scheme.type = "apiKey";
        scheme.key = name;
        const bool in_query = queries.contains(scheme.key);
        scheme.place = kind == "cookie" ? "cookie" : in_query ? "query" : "header";
    } else if (kind != "bearer" && kind != "basic" && kind != "digest") {
        scheme.type = "apiKey";
        scheme.key = "Authorization";
        scheme.place = "header";
    }
    return scheme;
}

void write_schemes(JsonWriter& json, const std::set<SecurityScheme>& schemes) {
    json.begin_object();
    for (const SecurityScheme& one : schemes) {
        json.key(one.name).begin_object();
        json.key("type").text(one.type);
        if (one.type == "http") json.key("scheme").text(one.scheme);
        if (!one.format.empty()) json.key("bearerFormat").text(one.format);
        if (one.type == "apiKey") json.key("name").text(one.key).key("in").text(one.place);
        json.end_object();
    }
    json.end_object();
}

void write_security(JsonWriter& json, const std::set<SecurityScheme>& schemes, bool open) {
    json.begin_array();
    for (const SecurityScheme& one : schemes) {
        json.begin_object();
        json.key(one.name).begin_array().end_array();
        json.end_object();
    }
    if (open) json.begin_object().end_object();
    json.end_array();
}

}  // namespace apiarist::inventory
