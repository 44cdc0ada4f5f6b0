// SPDX-License-Identifier: Apache-2.0
#include "inventory/openapi_schema.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/evidence.h"

namespace apiarist::inventory {
namespace {

constexpr std::uint64_t kEnoughObjects = 3;  // to tell what is required
constexpr std::size_t kMostWords = 12;       // of an enumeration
constexpr std::uint64_t kTimesEach = 10;     // that each was seen, on the average
constexpr std::size_t kMapNames = 6;         // that a map has at least
constexpr std::uint64_t kMapShare = 4;       // a name of a map is in at most one of so many objects

std::vector<std::string_view> types_of(const SchemaNode& node) {
    std::vector<std::string_view> types;
    for (const JsonType type : {JsonType::kBoolean, JsonType::kInteger, JsonType::kNumber, JsonType::kString,
                                JsonType::kObject, JsonType::kArray, JsonType::kNull}) {
        // A number is an integer too.
        const bool covered = type == JsonType::kInteger && node.count(JsonType::kNumber) > 0;
        if (node.count(type) > 0 && !covered) types.push_back(to_string(type));
    }
    return types;
}

void write_types(JsonWriter& json, const SchemaNode& node) {
    const auto types = types_of(node);
    if (types.empty()) return;
    json.key("type");
    if (types.size() == 1) {
        json.text(types[0]);
        return;
    }
    json.begin_array();
    for (const std::string_view type : types)
        json.text(type);
    json.end_array();
}

void write_format(JsonWriter& json, const SchemaNode& node) {
    const std::uint64_t texts = node.count(JsonType::kString);
    for (std::size_t i = 1; texts > 0 && i < node.formats.size(); ++i)
        if (node.formats[i] == texts) json.key("format").text(to_string(static_cast<Format>(i)));
}

void write_enum(JsonWriter& json, std::string_view name, const SchemaNode& node) {
    const std::size_t words = node.values.size();
    const bool few = words >= 2 && words <= kMostWords && !node.many_values;
    if (!few || node.count(JsonType::kString) < words * kTimesEach || is_name_of_one(name)) return;
    // With another type beside the texts all its values would have to be in the list.
    if (node.count() != node.count(JsonType::kString)) return;
    json.key("enum").begin_array();
    for (const std::string& word : node.values)
        json.text(word);
    json.end_array();
}

// What may be null is of the other type.
std::vector<std::string_view> kind_of(const SchemaNode& node) {
    auto types = types_of(node);
    std::erase(types, to_string(JsonType::kNull));
    return types;
}

bool share_fields(const SchemaNode& a, const SchemaNode& b) {
    std::size_t both = 0;
    for (const auto& mine : a.fields)
        both += static_cast<std::size_t>(std::any_of(b.fields.begin(), b.fields.end(),
                                                     [&mine](const auto& other) { return other.first == mine.first; }));
    return both * 2 >= std::min(a.fields.size(), b.fields.size());
}

std::uint64_t objects_of(const SchemaNode& node) {
    return node.count(JsonType::kObject);
}

void write_object(JsonWriter& json, const Schema& schema, const SchemaNode& node);

void write_named(JsonWriter& json, std::string_view name, const Schema& schema, const SchemaNode& node) {
    json.begin_object();
    write_types(json, node);
    write_format(json, node);
    write_enum(json, name, node);
    if (objects_of(node) > 0) write_object(json, schema, node);
    // Of an array that was always empty nothing is known.
    if (node.count(JsonType::kArray) > 0 && node.items != 0)
        write_named(json.key("items"), name, schema, schema.node(node.items));
    json.end_object();
}

void write_map(JsonWriter& json, const Schema& schema, const SchemaNode& node) {
    Schema all;
    if (node.any_field != 0) all.merge_place(schema, node.any_field);
    for (const auto& [name, child] : node.fields)
        all.merge_place(schema, child);
    json.key("additionalProperties");
    write_schema(json, all);
}

void write_object(JsonWriter& json, const Schema& schema, const SchemaNode& node) {
    if (is_map(schema, node)) return write_map(json, schema, node);
    auto fields = node.fields;
    std::sort(fields.begin(), fields.end());
    if (!fields.empty()) {
        json.key("properties").begin_object();
        for (const auto& [name, child] : fields)
            write_named(json.key(name), name, schema, schema.node(child));
        json.end_object();
    }
    const auto is_required = [&schema, &node](const auto& field) {
        return objects_of(node) >= kEnoughObjects && schema.node(field.second).count() >= objects_of(node);
    };
    if (std::any_of(fields.begin(), fields.end(), is_required)) {
        json.key("required").begin_array();
        for (const auto& field : fields)
            if (is_required(field)) json.text(field.first);
        json.end_array();
    }
    if (node.any_field != 0) write_schema(json.key("additionalProperties"), schema, node.any_field);
}

}  // namespace

bool is_map(const Schema& schema, const SchemaNode& node) {
    if (node.fields.empty()) return node.any_field != 0;
    if (node.fields.size() < kMapNames) return false;
    const SchemaNode& first = schema.node(node.fields[0].second);
    return std::all_of(node.fields.begin(), node.fields.end(), [&](const auto& field) {
        const SchemaNode& one = schema.node(field.second);
        return one.count() * kMapShare <= objects_of(node) && kind_of(one) == kind_of(first) &&
               share_fields(one, first);
    });
}

void write_schema(JsonWriter& json, const Schema& schema, std::uint32_t index) {
    write_named(json, {}, schema, schema.node(index));
}

}  // namespace apiarist::inventory
