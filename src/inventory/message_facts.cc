// SPDX-License-Identifier: Apache-2.0
#include "inventory/message_facts.h"

#include <absl/container/flat_hash_set.h>
#include <absl/strings/escaping.h>
#include <absl/strings/string_view.h>
#include <simdjson.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"
#include "inventory/networks.h"
#include "inventory/path_tree.h"
#include "inventory/segment.h"

namespace apiarist::inventory {
namespace {

constexpr std::size_t kMostFields = 200;
constexpr std::size_t kLongestHost = 253 + 6;
constexpr std::size_t kLongestOperation = 200;

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& list) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

bool starts_with_any_case(std::string_view text, std::string_view lower) {
    return text.size() >= lower.size() && to_lower(text.substr(0, lower.size())) == lower;
}

std::string form_decoded(std::string_view text) {
    std::string out(text);
    std::replace(out.begin(), out.end(), '+', ' ');
    return to_utf8(percent_decoded(out));
}

// The algorithm of a JSON Web Token (RFC 7515 §4.1.1); empty: it is none.
std::string jwt_algorithm(std::string_view token) {
    const auto point = token.find('.');
    if (!token.starts_with("ey") || point == std::string_view::npos ||
        token.find('.', point + 1) == std::string_view::npos)
        return {};
    std::string json;
    if (!absl::WebSafeBase64Unescape({token.data(), point}, &json)) return {};
    simdjson::dom::parser parser;
    simdjson::dom::element header;
    std::string_view algorithm;
    if (parser.parse(json).get(header) != simdjson::SUCCESS || header["alg"].get(algorithm) != simdjson::SUCCESS)
        return {};
    const bool plain = !algorithm.empty() && algorithm.size() <= 16 &&
                       std::all_of(algorithm.begin(), algorithm.end(), is_ascii_alphanumeric);
    return plain ? std::string(algorithm) : std::string("other");
}

bool is_key_name(std::string_view lower) {
    std::string plain;
    for (const char c : lower)
        if (is_ascii_alphanumeric(c)) plain += c;
    return plain.find("apikey") != std::string::npos || plain.find("accesskey") != std::string::npos ||
           plain.find("subscriptionkey") != std::string::npos || plain.find("authtoken") != std::string::npos ||
           plain.find("accesstoken") != std::string::npos || plain == "xtoken" || plain == "privatetoken";
}

bool is_session_name(std::string_view name) {
    const std::string lower = to_lower(name);
    return lower.find("sess") != std::string::npos || lower.find("auth") != std::string::npos ||
           lower.find("token") != std::string::npos || lower == "sid" || lower.ends_with(".sid") ||
           lower.ends_with("_sid") || lower == "jwt";
}

// Names are the caller's; lists of types are joined by commas.
void add(std::vector<std::string>& types, std::string type) {
    std::replace(type.begin(), type.end(), ',', '_');
    if (std::find(types.begin(), types.end(), type) == types.end() && types.size() < 8)
        types.push_back(std::move(type));
}

void add_authorization(std::string_view value, std::vector<std::string>& types) {
    value = trimmed(value, " ");
    if (starts_with_any_case(value, "bearer ")) {
        const std::string algorithm = jwt_algorithm(trimmed(value.substr(7), " "));
        return add(types, algorithm.empty() ? "bearer" : "jwt " + algorithm);
    }
    if (starts_with_any_case(value, "basic ")) return add(types, "basic");
    if (starts_with_any_case(value, "digest ")) return add(types, "digest");
    if (starts_with_any_case(value, "negotiate ") || starts_with_any_case(value, "ntlm "))
        return add(types, "negotiate");
    if (starts_with_any_case(value, "aws4-hmac-sha256")) return add(types, "aws_signature");
    if (const std::string algorithm = jwt_algorithm(value); !algorithm.empty()) return add(types, "jwt " + algorithm);
    if (!value.empty()) add(types, "custom");
}

void add_cookies(std::string_view cookies, std::vector<std::string>& types) {
    for (std::size_t i = 0; i < kMostFields && !cookies.empty(); ++i) {
        const auto end = std::min(cookies.find(';'), cookies.size());
        const std::string_view one = trimmed(cookies.substr(0, end), " ");
        const std::string_view name = one.substr(0, one.find('='));
        if (is_session_name(name) && name.size() <= 64) add(types, "cookie " + std::string(name));
        cookies.remove_prefix(std::min(end + 1, cookies.size()));
    }
}

constexpr std::array<std::string_view, 6> kCertificateHeaders{"x-forwarded-client-cert", "ssl-client-cert",
                                                              "x-ssl-client-cert",       "x-client-cert",
                                                              "ssl-client-subject-dn",   "x-ssl-client-verify"};

constexpr std::array<const char*, 72> kCommonHeaders{"host",
                                                     "connection",
                                                     "keep-alive",
                                                     "upgrade",
                                                     "te",
                                                     "trailer",
                                                     "transfer-encoding",
                                                     "content-length",
                                                     "content-type",
                                                     "content-encoding",
                                                     "content-language",
                                                     "content-disposition",
                                                     "content-location",
                                                     "content-range",
                                                     "date",
                                                     "server",
                                                     "via",
                                                     "age",
                                                     "expires",
                                                     "cache-control",
                                                     "pragma",
                                                     "vary",
                                                     "etag",
                                                     "last-modified",
                                                     "if-match",
                                                     "if-none-match",
                                                     "if-modified-since",
                                                     "if-unmodified-since",
                                                     "if-range",
                                                     "range",
                                                     "accept-ranges",
                                                     "accept",
                                                     "accept-encoding",
                                                     "accept-language",
                                                     "accept-charset",
                                                     "user-agent",
                                                     "referer",
                                                     "origin",
                                                     "dnt",
                                                     "authorization",
                                                     "www-authenticate",
                                                     "proxy-authorization",
                                                     "proxy-authenticate",
                                                     "cookie",
                                                     "set-cookie",
                                                     "location",
                                                     "retry-after",
                                                     "allow",
                                                     "alt-svc",
                                                     "expect",
                                                     "from",
                                                     "max-forwards",
                                                     "warning",
                                                     "link",
                                                     "forwarded",
                                                     "priority",
                                                     "upgrade-insecure-requests",
                                                     "proxy-connection",
                                                     "http2-settings",
                                                     "strict-transport-security",
                                                     "content-security-policy",
                                                     "referrer-policy",
                                                     "permissions-policy",
                                                     "x-content-type-options",
                                                     "x-frame-options",
                                                     "x-xss-protection",
                                                     "x-powered-by",
                                                     "x-real-ip",
                                                     "traceparent",
                                                     "tracestate",
                                                     "x-request-id",
                                                     "nel"};

bool is_common(std::string_view lower) {
    static const absl::flat_hash_set<absl::string_view> common(kCommonHeaders.begin(), kCommonHeaders.end());
    return common.contains(absl::string_view(lower.data(), lower.size())) || lower.starts_with("sec-") ||
           lower.starts_with("access-control-") || lower.starts_with("x-forwarded-") || lower.starts_with("x-envoy-") ||
           lower.starts_with("x-b3-") || lower.starts_with("cf-") || lower.starts_with("cross-origin-");
}

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos || parts.size() == 64) return parts;
        text.remove_prefix(end + separator.size());
    }
}

// Below a parameter it is the health of what the API is about.
bool is_health_of_service(std::string_view template_text) {
    constexpr std::array<std::string_view, 4> kNames{"health", "healthz", "healthcheck", "health-check"};
    for (const std::string_view segment : split(template_text, "/")) {
        if (segment.find('{') != std::string_view::npos) return false;
        if (is_one_of(segment, kNames)) return true;
    }
    return false;
}

}  // namespace

std::string collection_of(const records::Record& record) {
    std::string_view host = records::find_header(record.request_headers, "host").value_or("");
    host = trimmed(host, " \t");
    std::string name = to_lower(host.substr(0, kLongestHost));
    const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return is_ascii_alphanumeric(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
    });
    if (!name.empty() && !plain) return "(invalid host)";
    for (const std::string_view port : {":80", ":443"})
        if (name.ends_with(port) && (name.find(':') == name.rfind(':') || name.find(']') == name.rfind(':') - 1))
            name.resize(name.size() - port.size());
    if (name.ends_with('.')) name.pop_back();
    if (!name.empty()) return name;
    if (record.server.host.empty()) return "(no host)";
    if (!is_ip_address(record.server.host)) return "(invalid host)";
    const bool is_port = std::all_of(record.server.port.begin(), record.server.port.end(), is_ascii_digit);
    if (!is_port || record.server.port.size() > 5) return "(invalid host)";
    const bool is_v6 = record.server.host.find(':') != std::string_view::npos;
    std::string address = is_v6 ? "[" + std::string(record.server.host) + "]" : std::string(record.server.host);
    if (!record.server.port.empty()) address += ":" + std::string(record.server.port);
    return address;
}

std::string media_type(std::string_view content_type) {
    const auto ends = [](char c) { return c == ';' || c == ','; };
    std::string type = to_lower(trimmed(content_type.substr(0, find_first(content_type, ends)), " \t"));
    const auto is_plain = [](char c) {
        return is_ascii_alphanumeric(c) || c == '/' || c == '.' || c == '-' || c == '+' || c == '_';
    };
    if (type.size() > 100 || !std::all_of(type.begin(), type.end(), is_plain)) return "other";
    return type;
}

bool is_json(std::string_view media_type) {
    return media_type.ends_with("json") || media_type.find("json") != std::string_view::npos;
}

std::vector<std::pair<std::string, std::string>> read_form(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> fields;
    while (!text.empty() && fields.size() < kMostFields) {
        const auto end = std::min(text.find('&'), text.size());
        const std::string_view one = text.substr(0, end);
        const auto equals = one.find('=');
        if (!one.empty())
            fields.emplace_back(form_decoded(one.substr(0, equals)), equals == std::string_view::npos
                                                                         ? std::string()
                                                                         : form_decoded(one.substr(equals + 1)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return fields;
}

std::vector<std::string> auth_types(const records::Record& record) {
    std::vector<std::string> types;
    for (const records::Header& header : record.request_headers) {
        if (header.value.empty()) continue;
        const std::string name = to_lower(header.name);
        if (name == "authorization" || name == "proxy-authorization" || name == "auth") {
            add_authorization(header.value, types);
        } else if (name == "cookie") {
            add_cookies(header.value, types);
        } else if (is_one_of(name, kCertificateHeaders)) {
            add(types, "mtls");
        } else if (is_key_name(name)) {
            add(types, "api_key " + name.substr(0, 64));
        } else if (header.value.starts_with("ey")) {
            if (const std::string algorithm = jwt_algorithm(header.value); !algorithm.empty())
                add(types, "jwt " + algorithm);
        }
    }
    for (const std::string_view one : split(query_of(record.target), "&")) {
        const std::string name = to_lower(one.substr(0, one.find('=')));
        if (name.size() <= 64 && one.size() > name.size() + 1 && is_key_name(name)) add(types, "api_key " + name);
    }
    if (types.empty()) types.emplace_back("none");
    return types;
}

std::vector<std::pair<std::string, std::string_view>> own_headers(const records::Headers& headers) {
    std::vector<std::pair<std::string, std::string_view>> own;
    for (const records::Header& header : headers) {
        std::string name = to_lower(header.name);
        if (!is_common(name) && name.size() <= 100 && own.size() < 64) own.emplace_back(std::move(name), header.value);
    }
    return own;
}

std::string_view folded(std::string_view method, std::string_view template_text, std::string_view response_type) {
    constexpr std::array<std::string_view, 31> kFiles{
        "htm",  "html",  "css", "js",   "mjs", "map",  "jpg", "jpeg",        "png", "gif", "svg",
        "webp", "ico",   "mp4", "webm", "ogg", "ogv",  "avi", "mov",         "mp3", "wav", "oga",
        "woff", "woff2", "ttf", "otf",  "eot", "wasm", "txt", "webmanifest", "avif"};
    constexpr std::array<std::string_view, 14> kHealth{"health",   "healthz",   "healthcheck", "livez",    "readyz",
                                                       "liveness", "readiness", "alive",       "ping",     "ready",
                                                       "-healthy", "-ready",    "live",        "heartbeat"};
    const auto slash = template_text.rfind('/');
    const std::string_view last = template_text.substr(slash == std::string_view::npos ? 0 : slash + 1);
    if (method == "GET" || method == "HEAD") {
        const auto point = last.rfind('.');
        if (point != std::string_view::npos && is_one_of(to_lower(last.substr(point + 1)), kFiles)) return "static";
        const bool asset = response_type.starts_with("image/") || response_type.starts_with("font/") ||
                           response_type.starts_with("video/") || response_type == "text/css" ||
                           response_type == "text/javascript" || response_type == "application/javascript";
        if (asset) return "static";
        if (is_health_of_service(template_text) || is_one_of(last, kHealth)) return "health";
    }
    return {};
}

std::vector<std::string> operations_of(const records::Record& record) {
    if (record.operation_protocol.empty()) return {};
    const auto names = split(record.operation_name, ", ");
    const auto types = split(record.operation_type, ", ");
    const auto fields = split(record.operation_fields, ", ");
    const auto at = [](const std::vector<std::string_view>& list, std::size_t i) {
        return i < list.size() ? list[i] : std::string_view();
    };
    std::vector<std::string> operations;
    const auto keep = [&operations](std::string text) {
        text = clean_text(std::string_view(text).substr(0, kLongestOperation));
        if (!text.empty() && std::find(operations.begin(), operations.end(), text) == operations.end())
            operations.push_back(std::move(text));
    };
    for (std::size_t i = 0; i < std::max({names.size(), types.size(), fields.size()}); ++i) {
        const std::string_view name = at(names, i);
        const std::string_view type = at(types, i);
        const std::string_view asked = at(fields, i);
        if (record.operation_protocol == "graphql") {
            // What the server offers is a field of the root; an operation's name is the client's.
            const std::string kind = type.empty() ? "operation" : std::string(type);
            if (asked.empty())
                keep(name.empty() ? kind : kind + " " + std::string(name));
            else
                for (const std::string_view field : split(asked, " "))
                    keep(kind + " " + std::string(field));
        } else if (record.operation_protocol == "mcp" && !asked.empty()) {
            keep(std::string(name) + " " + std::string(asked));
        } else if (type != "response") {
            keep(std::string(name));
        }
    }
    return operations;
}

}  // namespace apiarist::inventory
