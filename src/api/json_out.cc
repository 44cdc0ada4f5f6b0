// SPDX-License-Identifier: Apache-2.0
#include "api/json_out.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/json.h"

namespace apiarist::api {
namespace {

using inventory::Format;
using inventory::JsonType;
using inventory::Schema;
using inventory::SchemaNode;
using store::Shape;

void append_list(std::string& out, const std::string& values) {
    out += '[';
    for (std::size_t at = 0; at < values.size();) {
        const auto comma = std::min(values.find(',', at), values.size());
        if (at > 0) out += ',';
        append_json_string(out, std::string_view(values).substr(at, comma - at));
        at = comma + 1;
    }
    out += ']';
}

// What is no JSON is a string.
void append_json(std::string& out, const std::string& text) {
    simdjson::dom::parser parser;
    simdjson::dom::element element;
    if (parser.parse(text).get(element) == simdjson::SUCCESS) {
        out += simdjson::minify(element);
    } else {
        append_json_string(out, text);
    }
}

void append_schema_at(std::string& out, const Schema& schema, std::uint32_t index);

std::string one_or_list(const std::vector<std::string>& names) {
    if (names.size() == 1) return names[0];
    return fmt::format("[{}]", fmt::join(names, ","));
}

void append_types(std::string& out, const SchemaNode& node) {
    std::vector<std::string> types;
    for (std::size_t i = 0; i < node.types.size(); ++i) {
        const auto type = static_cast<JsonType>(i);
        // Each integer is a number.
        if (node.types[i] == 0 || (type == JsonType::kInteger && node.count(JsonType::kNumber) > 0)) continue;
        types.push_back(fmt::format("\"{}\"", to_string(type)));
    }
    if (!types.empty()) out += fmt::format(",\"type\":{}", one_or_list(types));
}

void append_object(std::string& out, const Schema& schema, const SchemaNode& node) {
    auto fields = node.fields;
    std::sort(fields.begin(), fields.end());
    std::string required;
    out += ",\"properties\":{";
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) out += ',';
        append_json_string(out, fields[i].first);
        out += ':';
        append_schema_at(out, schema, fields[i].second);
        if (schema.node(fields[i].second).count() < node.count(JsonType::kObject)) continue;
        if (!required.empty()) required += ',';
        append_json_string(required, fields[i].first);
    }
    out += '}';
    if (!required.empty()) out += ",\"required\":[" + required + "]";
    if (node.any_field == 0) return;
    out += ",\"additionalProperties\":";
    append_schema_at(out, schema, node.any_field);
}

void append_text_bounds(std::string& out, const SchemaNode& node) {
    const std::uint64_t texts = node.count(JsonType::kString);
    for (std::size_t i = 1; i < node.formats.size(); ++i)
        if (node.formats[i] == texts) out += fmt::format(",\"format\":\"{}\"", to_string(static_cast<Format>(i)));
    if (!node.many_values && !node.values.empty() && node.count() == texts) {
        out += ",\"x-values\":[";
        for (std::size_t i = 0; i < node.values.size(); ++i) {
            if (i > 0) out += ',';
            append_json_string(out, node.values[i]);
        }
        out += ']';
    }
}

void append_schema_at(std::string& out, const Schema& schema, std::uint32_t index) {
    const SchemaNode& node = schema.node(index);
    out += fmt::format("{{\"x-count\":{}", node.count());
    append_types(out, node);
    if (node.count(JsonType::kObject) > 0) append_object(out, schema, node);
    if (node.count(JsonType::kString) > 0) append_text_bounds(out, node);
    if (node.items != 0) {
        out += ",\"items\":";
        append_schema_at(out, schema, node.items);
    }
    if (std::isfinite(node.least)) out += fmt::format(",\"minimum\":{}", node.least);
    if (std::isfinite(node.largest)) out += fmt::format(",\"maximum\":{}", node.largest);
    // Of texts in bytes, which are no less than their characters; of arrays in items.
    if (node.largest_size >= node.least_size && node.count(JsonType::kArray) == node.count())
        out += fmt::format(",\"minItems\":{},\"maxItems\":{}", node.least_size, node.largest_size);
    if (node.largest_size >= node.least_size && node.count(JsonType::kString) == node.count())
        out += fmt::format(",\"x-bytes\":[{},{}]", node.least_size, node.largest_size);
    out += '}';
}

}  // namespace

void append_value(std::string& out, const store::Value& value, Shape shape) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        out += fmt::format("{}", *number);
    } else if (const auto* fraction = std::get_if<double>(&value)) {
        out += std::isfinite(*fraction) ? fmt::format("{}", *fraction) : "null";
    } else if (const auto* text = std::get_if<std::string>(&value)) {
        if (shape == Shape::kList) {
            append_list(out, *text);
        } else if (shape == Shape::kJson) {
            append_json(out, *text);
        } else {
            append_json_string(out, *text);
        }
    } else {
        out += "null";
    }
}

void append_row(std::string& out, const std::vector<store::Column>& columns, const store::Row& row) {
    out += '{';
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (i > 0) out += ',';
        append_json_string(out, columns[i].name);
        out += ':';
        append_value(out, row[i], columns[i].shape);
    }
    out += '}';
}

void append_rows(std::string& out, const store::Table& table) {
    out += '[';
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        if (i > 0) out += ',';
        append_row(out, table.columns, table.rows[i]);
    }
    out += ']';
}

std::string page_json(const store::Table& table) {
    std::string out = "{\"items\":";
    append_rows(out, table);
    out += ",\"next\":";
    if (table.next.empty()) {
        out += "null";
    } else {
        append_json_string(out, table.next);
    }
    return out + "}";
}

void append_schema(std::string& out, const Schema& schema) {
    append_schema_at(out, schema, 0);
}

std::string without_markup(std::string_view json) {
    std::string out;
    out.reserve(json.size());
    for (const char c : json) {
        if (c == '<' || c == '>' || c == '&') {
            out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace apiarist::api
