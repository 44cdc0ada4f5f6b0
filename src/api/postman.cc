// SPDX-License-Identifier: Apache-2.0
#include "api/postman.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "api/query_pairs.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "inventory/openapi.h"
#include "inventory/openapi_security.h"

namespace apiarist::api {
namespace {

using inventory::SecurityScheme;

constexpr std::string_view kBaseUrl = "baseUrl";

std::string variable(std::string_view name) {
    return fmt::format("{{{{{}}}}}", name);
}

// Postman would fill it in.
bool has_variable(std::string_view text) {
    return text.find("{{") != std::string_view::npos;
}

std::vector<std::string_view> parts_of(std::string_view text, char mark) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto end = std::min(text.find(mark), text.size());
        parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

// What of a record goes into a request.
struct Sample {
    std::string query;
    std::string body;
    std::string content_type;
    std::set<std::string> query_names;
};

Sample read_sample(const std::string& record) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    Sample sample;
    if (record.empty() || parser.parse(record).get(root) != simdjson::SUCCESS || !root.is_object()) return sample;
    const auto text = [](const simdjson::dom::element& from, std::string_view name) {
        std::string_view value;
        return from[name].get(value) == simdjson::SUCCESS ? value : std::string_view();
    };
    std::string_view target = text(root, "path");
    target = target.substr(0, target.find('#'));
    if (const auto question = target.find('?'); question != std::string_view::npos)
        sample.query = target.substr(question + 1);
    for (const auto& [name, value] : query_pairs(sample.query))
        sample.query_names.insert(to_lower(name));
    sample.body = text(root, "requestPayload");
    if (simdjson::dom::element headers; root["requestHeaders"].get(headers) == simdjson::SUCCESS && headers.is_object())
        sample.content_type = text(headers, "content-type");
    for (const std::string* one : {&sample.query, &sample.body, &sample.content_type})
        if (has_variable(*one)) return {};
    return sample;
}

class Collection {
  public:
    explicit Collection(const std::vector<PostmanEndpoint>& endpoints);
    std::string write();

  private:
    void request(const PostmanEndpoint& endpoint);
    void address(const PostmanEndpoint& endpoint, const inventory::NamedPath& named, const Sample& sample);
    void headers(const PostmanEndpoint& endpoint, const Sample& sample, const std::optional<SecurityScheme>& scheme);
    void body(const Sample& sample);
    void authentication(const PostmanEndpoint& endpoint, const std::optional<SecurityScheme>& scheme);
    void variables();
    // [{"key":…,"value":…}]
    void pairs(const std::vector<std::pair<std::string_view, std::string>>& list);
    std::string secret(const PostmanEndpoint& endpoint, std::string_view name);

    const std::vector<PostmanEndpoint>& endpoints_;
    std::map<std::string, std::string> base_urls_;  // host → its variable
    std::map<std::string, std::string> addresses_;  // variable → "https://shop:8443"
    std::set<std::string, std::less<>> secrets_;    // variables without values
    JsonWriter json_;
};

// "baseUrl", or "baseUrl_shop_example" where there are several.
Collection::Collection(const std::vector<PostmanEndpoint>& endpoints) : endpoints_(endpoints) {
    std::map<std::string, bool> hosts;
    for (const PostmanEndpoint& endpoint : endpoints)
        hosts[endpoint.host] = endpoint.tls;
    for (const auto& [host, tls] : hosts) {
        std::string wanted = hosts.size() == 1 ? std::string(kBaseUrl) : fmt::format("{}_{}", kBaseUrl, host);
        std::replace_if(
            wanted.begin(), wanted.end(), [](char c) { return !is_ascii_alphanumeric(c) && c != '_'; }, '_');
        std::string name = wanted;
        for (int n = 2; addresses_.contains(name); ++n)
            name = fmt::format("{}_{}", wanted, n);
        addresses_[name] = (tls ? "https://" : "http://") + host;
        base_urls_[host] = std::move(name);
    }
}

// "token", or "token_shop_example".
std::string Collection::secret(const PostmanEndpoint& endpoint, std::string_view name) {
    std::string whole = std::string(name) + base_urls_.at(endpoint.host).substr(kBaseUrl.size());
    secrets_.insert(whole);
    return variable(whole);
}

void Collection::pairs(const std::vector<std::pair<std::string_view, std::string>>& list) {
    json_.begin_array();
    for (const auto& [key, value] : list)
        json_.begin_object().key("key").text(key).key("value").text(value).end_object();
    json_.end_array();
}

void Collection::address(const PostmanEndpoint& endpoint, const inventory::NamedPath& named, const Sample& sample) {
    const std::string base_url = variable(base_urls_.at(endpoint.host));
    std::vector<std::string> segments;
    std::vector<std::pair<std::string_view, std::string>> parameters;
    std::string raw = base_url;
    std::string_view rest = named.text;
    for (std::size_t depth = 0; rest.starts_with('/'); ++depth) {
        rest.remove_prefix(1);
        const auto slash = std::min(rest.find('/'), rest.size());
        std::string segment(rest.substr(0, slash));
        rest.remove_prefix(slash);
        // What is a part of a segment alone has no variable in Postman.
        if (const auto name = named.names.find(depth);
            name != named.names.end() && segment == "{" + name->second + "}") {
            parameters.emplace_back(name->second, "");
            segment = ":" + name->second;
        }
        raw += "/" + segment;
        segments.push_back(std::move(segment));
    }
    if (!sample.query.empty()) raw += "?" + sample.query;
    json_.begin_object().key("raw").text(raw);
    json_.key("host").begin_array().text(base_url).end_array();
    json_.key("path").begin_array();
    for (const std::string& segment : segments)
        json_.text(segment);
    json_.end_array();
    if (!sample.query.empty()) {
        std::vector<std::pair<std::string_view, std::string>> fields;
        for (const auto& [name, value] : query_pairs(sample.query))
            fields.emplace_back(name, value);
        json_.key("query");
        pairs(fields);
    }
    json_.key("variable");
    pairs(parameters);
    json_.end_object();
}

void Collection::headers(const PostmanEndpoint& endpoint, const Sample& sample,
                         const std::optional<SecurityScheme>& scheme) {
    std::vector<std::pair<std::string_view, std::string>> list;
    if (!sample.body.empty() && !sample.content_type.empty()) list.emplace_back("Content-Type", sample.content_type);
    // Postman's kinds of authentication have no cookies.
    if (scheme && scheme->place == "cookie")
        list.emplace_back("Cookie", scheme->key + "=" + secret(endpoint, "cookie"));
    json_.key("header");
    pairs(list);
}

void Collection::body(const Sample& sample) {
    if (sample.body.empty()) return;
    json_.key("body").begin_object().key("mode").text("raw").key("raw").text(sample.body);
    if (sample.content_type.find("json") != std::string::npos)
        json_.key("options")
            .begin_object()
            .key("raw")
            .begin_object()
            .key("language")
            .text("json")
            .end_object()
            .end_object();
    json_.end_object();
}

void Collection::authentication(const PostmanEndpoint& endpoint, const std::optional<SecurityScheme>& scheme) {
    if (!scheme || scheme->place == "cookie" || scheme->type == "mutualTLS") return;
    const bool is_key = scheme->type == "apiKey";
    const std::string kind = is_key ? "apikey" : scheme->scheme;
    json_.key("auth").begin_object().key("type").text(kind).key(kind);
    if (is_key)
        pairs({{"key", scheme->key}, {"value", secret(endpoint, "apiKey")}, {"in", scheme->place}});
    else if (kind == "bearer")
        pairs({{"token", secret(endpoint, "token")}});
    else
        pairs({{"username", secret(endpoint, "username")}, {"password", secret(endpoint, "password")}});
    json_.end_object();
}

void Collection::request(const PostmanEndpoint& endpoint) {
    const inventory::NamedPath named = inventory::named_path(endpoint.template_text);
    const Sample sample = read_sample(endpoint.sample);
    std::optional<SecurityScheme> scheme;
    for (const std::string_view one : parts_of(endpoint.auth, ','))
        if (!scheme && !has_variable(one)) scheme = inventory::scheme_of(one, sample.query_names);
    const std::string operation = endpoint.operation.empty() ? std::string() : " " + endpoint.operation;
    json_.begin_object().key("name").text(endpoint.method + " " + named.text + operation);
    json_.key("request").begin_object().key("method").text(endpoint.method);
    headers(endpoint, sample, scheme);
    body(sample);
    authentication(endpoint, scheme);
    json_.key("url");
    address(endpoint, named, sample);
    json_.end_object().end_object();
}

void Collection::variables() {
    std::vector<std::pair<std::string_view, std::string>> list(addresses_.begin(), addresses_.end());
    for (const std::string& name : secrets_)
        list.emplace_back(name, "");
    json_.key("variable");
    pairs(list);
}

std::string Collection::write() {
    json_.begin_object().key("info").begin_object().key("name").text("apiarist");
    json_.key("schema").text("https://schema.getpostman.com/json/collection/v2.1.0/collection.json").end_object();
    json_.key("item").begin_array();
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
        const bool is_new = i == 0 || endpoints_[i - 1].host != endpoints_[i].host;
        if (is_new && i > 0) json_.end_array().end_object();
        if (is_new) json_.begin_object().key("name").text(endpoints_[i].host).key("item").begin_array();
        request(endpoints_[i]);
    }
    if (!endpoints_.empty()) json_.end_array().end_object();
    json_.end_array();
    variables();
    return json_.end_object().take();
}

}  // namespace

std::string postman_collection(const std::vector<PostmanEndpoint>& endpoints) {
    return Collection(endpoints).write();
}

}  // namespace apiarist::api
