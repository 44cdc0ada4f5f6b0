// SPDX-License-Identifier: Apache-2.0
#include "inventory/openapi.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/json_writer.h"
#include "base/text.h"
#include "inventory/openapi_schema.h"
#include "inventory/openapi_security.h"
#include "inventory/path_tree.h"

namespace apiarist::inventory {
namespace {

constexpr std::array<std::string_view, 8> kMethods{"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"};

std::string singular(std::string word) {
    const auto ends = [&word](std::string_view end) { return word.size() > end.size() + 1 && word.ends_with(end); };
    if (ends("ies")) return word.replace(word.size() - 3, 3, "y");
    for (const std::string_view end : {"sses", "xes", "ches", "shes", "uses"})
        if (ends(end)) return word.substr(0, word.size() - 2);
    if (ends("s") && !ends("ss") && !ends("us") && !ends("is")) word.pop_back();
    return word;
}

// "flow_runs" → "flowRun". Empty: there is nothing in it that a name may have.
std::string name_of(std::string_view word) {
    std::string name;
    bool capital = false;
    for (const char c : word) {
        if (!is_ascii_alphanumeric(c)) {
            capital = !name.empty();
            continue;
        }
        const bool lower = is_ascii_lower(c);
        name += capital && lower ? static_cast<char>(c - 'a' + 'A') : c;
        capital = false;
    }
    return singular(std::move(name));
}

// What all operations of one method and path say together.
struct Operation {
    std::uint64_t requests = 0;
    std::set<std::string> names;
    std::map<std::uint16_t, std::uint64_t> statuses;
    std::map<PartKey, PartFacts> parts;
    std::set<std::string> auth;

    void add(const DocumentedEndpoint& endpoint) {
        requests += endpoint.requests;
        if (!endpoint.operation.empty()) names.insert(endpoint.operation);
        auth.insert(endpoint.auth.begin(), endpoint.auth.end());
        for (const auto& [status, count] : endpoint.statuses)
            statuses[status] += count;
        for (const auto& [key, part] : endpoint.parts) {
            PartFacts& mine = parts[key];
            mine.schema.merge(part.schema);
            mine.seen.merge(part.seen);
        }
    }
    [[nodiscard]] const PartFacts* find(Part part) const {
        const auto found = parts.find({part, 0, {}});
        return found == parts.end() ? nullptr : &found->second;
    }
    [[nodiscard]] std::set<SecurityScheme> schemes() const {
        std::set<std::string> queries;
        if (const PartFacts* query = find(Part::kQuery))
            for (const auto& [name, child] : query->schema.root().fields)
                queries.insert(to_lower(name));
        std::set<SecurityScheme> found;
        for (const std::string& one : auth)
            if (auto scheme = scheme_of(one, queries)) found.insert(std::move(*scheme));
        return found;
    }
};

struct PathItem {
    std::map<std::string, Operation> operations;  // by method
};

std::string content_type_of(const PartKey& key, const Schema& schema) {
    if (key.content_type.find('/') != std::string::npos) return key.content_type;
    return schema.empty() ? "*/*" : "application/json";
}

// Bodies by content type.
void write_content(JsonWriter& json, const std::vector<const std::pair<const PartKey, PartFacts>*>& bodies) {
    std::map<std::string, Schema> types;
    for (const auto* body : bodies)
        types[content_type_of(body->first, body->second.schema)].merge(body->second.schema);
    if (types.empty()) return;
    json.key("content").begin_object();
    for (const auto& [type, schema] : types) {
        json.key(type).begin_object();
        if (!schema.empty()) write_schema(json.key("schema"), schema);
        json.end_object();
    }
    json.end_object();
}

std::vector<const std::pair<const PartKey, PartFacts>*> bodies_of(const Operation& operation, Part part,
                                                                  std::uint16_t status) {
    std::vector<const std::pair<const PartKey, PartFacts>*> found;
    for (const auto& one : operation.parts)
        if (one.first.part == part && one.first.status == status) found.push_back(&one);
    return found;
}

void write_parameter(JsonWriter& json, std::string_view place, std::string_view name, bool required) {
    json.begin_object().key("name").text(name).key("in").text(place);
    if (required) json.key("required").boolean(true);
    json.key("schema");
}

void write_path_parameters(JsonWriter& json, const Operation& operation, const NamedPath& path) {
    const PartFacts* values = operation.find(Part::kPath);
    for (const auto& [depth, name] : path.names) {
        write_parameter(json, "path", name, true);
        const std::string place = "p" + std::to_string(depth);
        std::uint32_t index = 0;
        if (values != nullptr)
            for (const auto& [field, child] : values->schema.root().fields)
                if (field == place) index = child;
        // Of words that became values later nothing is kept: a format or a number would be of the others alone.
        const bool all = index != 0 && values->schema.node(index).count() >= operation.requests;
        if (all)
            write_schema(json, values->schema, index);
        else
            json.begin_object().key("type").text("string").end_object();
        json.end_object();
    }
}

void write_fields(JsonWriter& json, const Operation& operation, Part part, std::string_view place) {
    const PartFacts* values = operation.find(part);
    if (values == nullptr) return;
    auto fields = values->schema.root().fields;
    std::sort(fields.begin(), fields.end());
    for (const auto& [name, child] : fields) {
        // Those that failed are not looked at: what is in all requests is in all that succeeded.
        write_parameter(json, place, name, values->schema.node(child).count() >= operation.requests);
        write_schema(json, values->schema, child);
        json.end_object();
    }
}

void write_responses(JsonWriter& json, const Operation& operation) {
    std::map<std::uint16_t, std::uint64_t> statuses = operation.statuses;
    statuses.erase(0);
    for (const auto& [key, part] : operation.parts)
        if (key.part == Part::kResponse) statuses.emplace(key.status, part.seen.count);
    json.key("responses").begin_object();
    if (statuses.empty()) json.key("default").begin_object().key("description").text("none was seen").end_object();
    for (const auto& [status, count] : statuses) {
        json.key(std::to_string(status)).begin_object();
        json.key("description").text(fmt::format("seen {} {}", count, count == 1 ? "time" : "times"));
        write_content(json, bodies_of(operation, Part::kResponse, status));
        json.end_object();
    }
    json.end_object();
}

void write_operation(JsonWriter& json, const Operation& operation, const NamedPath& path) {
    json.begin_object();
    json.key("parameters").begin_array();
    write_path_parameters(json, operation, path);
    write_fields(json, operation, Part::kQuery, "query");
    write_fields(json, operation, Part::kRequestHeaders, "header");
    json.end_array();
    if (const auto bodies = bodies_of(operation, Part::kRequest, 0); !bodies.empty()) {
        json.key("requestBody").begin_object();
        write_content(json, bodies);
        json.end_object();
    }
    write_responses(json, operation);
    if (!operation.auth.empty())
        write_security(json.key("security"), operation.schemes(), operation.auth.contains("none"));
    if (!operation.names.empty()) {
        json.key("x-apiarist-operations").begin_array();
        for (const std::string& name : operation.names)
            json.text(name);
        json.end_array();
    }
    json.end_object();
}

void write_path(JsonWriter& json, const PathItem& item, const NamedPath& path) {
    json.begin_object();
    std::vector<std::string_view> others;
    for (const auto& [method, operation] : item.operations) {
        if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end()) {
            others.push_back(method);
            continue;
        }
        write_operation(json.key(to_lower(method)), operation, path);
    }
    if (!others.empty()) {
        json.key("x-apiarist-methods").begin_array();
        for (const std::string_view method : others)
            json.text(method);
        json.end_array();
    }
    json.end_object();
}

}  // namespace

NamedPath named_path(std::string_view template_text) {
    NamedPath path;
    std::set<std::string> taken;
    std::string before;
    std::size_t depth = 0;
    for (const std::string_view pattern : split_path(template_text)) {
        path.text += '/';
        const auto brace = pattern.find('{');
        if (brace == std::string_view::npos) {
            before = name_of(pattern);
            path.text += pattern;
        } else {
            const std::string wanted = pattern == "{*}" ? "rest" : before.empty() ? "id" : before + "Id";
            std::string name = wanted;
            for (int n = 2; !taken.insert(name).second; ++n)
                name = wanted + std::to_string(n);
            const auto end = pattern.find('}', brace);
            path.text += fmt::format("{}{{{}}}{}", pattern.substr(0, brace), name, pattern.substr(end + 1));
            path.names[depth] = name;
        }
        ++depth;
    }
    return path;
}

std::string openapi_document(const DocumentedCollection& collection) {
    std::map<std::string, PathItem> paths;
    for (const DocumentedEndpoint& endpoint : collection.endpoints)
        paths[endpoint.template_text].operations[endpoint.method].add(endpoint);
    JsonWriter json;
    json.begin_object().key("openapi").text("3.1.0");
    json.key("info").begin_object().key("title").text(collection.name).key("version").text("observed").end_object();
    json.key("servers").begin_array().begin_object();
    json.key("url").text(fmt::format("{}://{}", collection.tls ? "https" : "http", collection.name));
    json.end_object().end_array();
    json.key("paths").begin_object();
    for (const auto& [template_text, item] : paths) {
        const NamedPath path = named_path(template_text);
        write_path(json.key(path.text), item, path);
    }
    json.end_object();
    std::set<SecurityScheme> schemes;
    for (const auto& [template_text, item] : paths)
        for (const auto& [method, operation] : item.operations)
            schemes.merge(operation.schemes());
    if (!schemes.empty()) {
        json.key("components").begin_object();
        write_schemes(json.key("securitySchemes"), schemes);
        json.end_object();
    }
    json.end_object();
    return json.take();
}

}  // namespace apiarist::inventory
