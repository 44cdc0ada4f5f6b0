// SPDX-License-Identifier: Apache-2.0
#include "api/openapi_document.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/yaml.h"
#include "base/text.h"

namespace apiarist::api {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kMethods = {{{"get", "GET"},
                                                                                    {"put", "PUT"},
                                                                                    {"post", "POST"},
                                                                                    {"delete", "DELETE"},
                                                                                    {"options", "OPTIONS"},
                                                                                    {"head", "HEAD"},
                                                                                    {"patch", "PATCH"},
                                                                                    {"trace", "TRACE"}}};
constexpr std::size_t kMostPath = 2048;

std::string text_member(const element& of, std::string_view name) {
    std::string_view value;
    return of[name].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}

// Text, or a number: "swagger: 2.0" is one in YAML, where nobody wrote quotes.
std::string scalar_member(const element& of, std::string_view name) {
    element value;
    if (of[name].get(value) == simdjson::SUCCESS && value.is_number()) return simdjson::minify(value);
    return text_member(of, name);
}

bool is_json(std::string_view text) {
    simdjson::dom::parser parser;
    return parser.parse(text.data(), text.size()).error() == simdjson::SUCCESS;
}

// "/api/" → "/api"; "/" → "".
std::string base_path(std::string path) {
    while (!path.empty() && path.back() == '/')
        path.pop_back();
    if (!path.empty() && path.front() != '/') path.insert(0, 1, '/');
    return path;
}

// "https://{host}/v{version}" → "/v1", by the variables' defaults.
std::string path_of_url(std::string url, const element& server) {
    object variables;
    if (server["variables"].get(variables) == simdjson::SUCCESS) {
        for (const auto& [name, variable] : variables) {
            const std::string sign = "{" + std::string(name) + "}";
            if (const auto at = url.find(sign); at != std::string::npos)
                url.replace(at, sign.size(), scalar_member(variable, "default"));
            if (url.size() > kMostPath) return {};
        }
    }
    url = url.substr(0, url.find_first_of("?#"));
    const auto scheme = url.find("//");
    if (scheme != std::string::npos) {
        const auto slash = url.find('/', scheme + 2);
        url = slash == std::string::npos ? std::string() : url.substr(slash);
    }
    return base_path(url.substr(0, kMostPath));
}

// Of the nearest that says any: an operation, its path, the document.
void read_servers(const element& of, std::vector<std::string>& bases) {
    simdjson::dom::array servers;
    if (of["servers"].get(servers) != simdjson::SUCCESS) return;
    std::vector<std::string> own;
    for (const element server : servers) {
        if (own.size() == OpenApiDocument::kServers) break;
        std::string base = path_of_url(text_member(server, "url"), server);
        if (std::find(own.begin(), own.end(), base) == own.end()) own.push_back(std::move(base));
    }
    if (!own.empty()) bases = std::move(own);
}

void read_path(std::string_view path, const element& item, const std::vector<std::string>& bases,
               std::vector<Operation>& operations) {
    std::vector<std::string> path_bases = bases;
    read_servers(item, path_bases);
    for (const auto& [key, method] : kMethods) {
        element found;
        if (item[key].get(found) != simdjson::SUCCESS || !found.is_object()) continue;
        if (operations.size() >= OpenApiDocument::kOperations) return;
        std::vector<std::string> own_bases = path_bases;
        read_servers(found, own_bases);
        Operation operation{.method = std::string(method), .path = std::string(path), .templates = {}};
        for (const std::string& base : own_bases)
            operation.templates.push_back(base + std::string(path));
        bool deprecated = false;
        operation.deprecated = found["deprecated"].get(deprecated) == simdjson::SUCCESS && deprecated;
        operations.push_back(std::move(operation));
    }
}

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> all;
    while (path.starts_with('/'))
        path.remove_prefix(1);
    while (path.ends_with('/'))
        path.remove_suffix(1);
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        all.push_back(path.substr(0, slash));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return all;
}

// "report-{id}.json" covers "report-7.json": the words around the parameters, in order.
bool covers(std::string_view pattern, std::string_view word) {
    bool first = true;
    while (true) {
        const auto open = pattern.find('{');
        const auto close = pattern.find('}', open == std::string_view::npos ? 0 : open);
        if (open == std::string_view::npos || close == std::string_view::npos)
            return first ? word == pattern : word.ends_with(pattern);
        const std::string_view fixed = pattern.substr(0, open);
        const auto at = word.find(fixed);
        if (at == std::string_view::npos || (first && at != 0)) return false;
        word.remove_prefix(at + fixed.size());
        if (word.empty()) return false;
        word.remove_prefix(1);  // a parameter has one sign at least
        pattern.remove_prefix(close + 1);
        first = false;
    }
}

}  // namespace

Result<std::string> OpenApiDocument::json(std::string_view document) {
    if (document.starts_with("\xef\xbb\xbf")) document.remove_prefix(3);
    const bool is_like_json = trimmed(document, " \t\r\n").starts_with('{');
    if (is_like_json && is_json(document)) return std::string(document);
    auto json = json_of_yaml(document);
    // YAML has lists and mappings of JSON's kind, and says where it ends.
    if (!json && is_like_json) return std::move(json).error().context("the document is no JSON");
    return json;
}

Result<OpenApiDocument> OpenApiDocument::parse(std::string_view json) {
    const auto bad = [](const char* why) { return Error{std::errc::invalid_argument, why}; };
    simdjson::dom::parser parser;
    element root;
    if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) return bad("the document is no JSON");
    if (!root.is_object()) return bad("the document is no object of JSON or mapping of YAML");
    const bool second = scalar_member(root, "swagger") == "2.0";
    if (!second && !scalar_member(root, "openapi").starts_with("3."))
        return bad("the document is not of OpenAPI 2.0 or 3.x: it has no `openapi: 3.…` and no `swagger: 2.0`");
    object paths;
    if (root["paths"].get(paths) != simdjson::SUCCESS) return bad("the document has no paths");
    OpenApiDocument document;
    element info;
    if (root["info"].get(info) == simdjson::SUCCESS) document.title = scalar_member(info, "title").substr(0, 200);
    std::vector<std::string> bases = {second ? base_path(text_member(root, "basePath").substr(0, kMostPath)) : ""};
    if (!second) read_servers(root, bases);
    for (const auto& [path, item] : paths)
        if (path.starts_with('/') && path.size() <= kMostPath && item.is_object())
            read_path(path, item, bases, document.operations);
    return document;
}

std::size_t likeness(std::string_view documented, std::string_view seen) {
    const auto ours = segments_of(seen);
    const auto theirs = segments_of(documented);
    if (ours.size() != theirs.size()) return 0;
    std::size_t same = 1;
    for (std::size_t i = 0; i < ours.size(); ++i) {
        const bool whole =
            theirs[i].size() > 2 && theirs[i].starts_with('{') && theirs[i].find('}') == theirs[i].size() - 1;
        if (whole) {
            // A parameter here and there is more alike than a word that one covers.
            same += ours[i] == "{}" ? 1 : 0;
        } else if (theirs[i] == ours[i]) {
            same += 2;
        } else if (ours[i] == "{}" ? theirs[i].find('{') == std::string_view::npos : !covers(theirs[i], ours[i])) {
            return 0;
        }
    }
    return same;
}

}  // namespace apiarist::api
