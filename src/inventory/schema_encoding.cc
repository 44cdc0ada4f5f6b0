// SPDX-License-Identifier: Apache-2.0
// Schema::encode and decode: JSON with short keys. A node is {"t":[counts of types], "p":{fields}, "a":node behind any
// name, "i":items, "f":[counts of formats], "v":[values], "m":1 (many values), "j":1 (names joined), "s":[least,
// largest size], "n":[least, largest number]}; the root also has "x", what was left out. What is zero or none is not
// written.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numeric>

#include "base/json.h"
#include "inventory/schema.h"

namespace apiarist::inventory {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kEncodedDepth = 2 * SchemaLimits::kDepth + 8;

template <typename Counts>
void append_counts(std::string& out, std::string_view key, const Counts& counts) {
    if (std::all_of(counts.begin(), counts.end(), [](std::uint64_t n) { return n == 0; })) return;
    out += fmt::format(",\"{}\":[{}]", key, fmt::join(counts, ","));
}

template <typename Counts>
Status read_counts(const object& from, std::string_view key, Counts& counts) {
    array values;
    if (from.at_key(key).get(values) != simdjson::SUCCESS) return Done{};
    std::size_t i = 0;
    for (const element value : values) {
        if (i == counts.size() || value.get(counts[i]) != simdjson::SUCCESS)
            return Error{std::errc::invalid_argument, "counts of a schema"};
        ++i;
    }
    return Done{};
}

template <typename Number>
void read_pair(const object& from, std::string_view key, Number& first, Number& second) {
    array values;
    if (from.at_key(key).get(values) != simdjson::SUCCESS || values.size() != 2) return;
    if (values.at(0).get(first) != simdjson::SUCCESS || values.at(1).get(second) != simdjson::SUCCESS) return;
}

}  // namespace

std::string Schema::encode() const {
    std::string out;
    encode_at(out, 0);
    if (left_out_ > 0) out.insert(out.size() - 1, fmt::format("{}\"x\":{}", out.size() > 2 ? "," : "", left_out_));
    return out;
}

void Schema::encode_at(std::string& out, std::uint32_t index) const {
    const SchemaNode& node = nodes_[index];
    const std::size_t start = out.size();
    append_counts(out, "t", node.types);
    append_counts(out, "f", node.formats);
    if (node.many_values) out += ",\"m\":1";
    if (node.joined) out += ",\"j\":1";
    if (!node.values.empty()) {
        out += ",\"v\":[";
        for (const std::string& value : node.values) {
            append_json_string(out, value);
            out += ',';
        }
        out.back() = ']';
    }
    if (node.least_size <= node.largest_size) out += fmt::format(",\"s\":[{},{}]", node.least_size, node.largest_size);
    if (node.least <= node.largest) out += fmt::format(",\"n\":[{},{}]", node.least, node.largest);
    if (!node.fields.empty()) {
        // In one order, so that equal schemas have equal texts.
        std::vector<std::uint32_t> order(node.fields.size());
        std::iota(order.begin(), order.end(), 0u);
        std::sort(order.begin(), order.end(),
                  [&node](std::uint32_t a, std::uint32_t b) { return node.fields[a].first < node.fields[b].first; });
        out += ",\"p\":{";
        for (const std::uint32_t i : order) {
            append_json_string(out, node.fields[i].first);
            out += ':';
            encode_at(out, node.fields[i].second);
            out += ',';
        }
        out.back() = '}';
    }
    if (node.any_field != 0) {
        out += ",\"a\":";
        encode_at(out, node.any_field);
    }
    if (node.items != 0) {
        out += ",\"i\":";
        encode_at(out, node.items);
    }
    if (out.size() == start)
        out += '{';
    else
        out[start] = '{';
    out += '}';
}

Result<Schema> Schema::decode(std::string_view encoded) {
    simdjson::dom::parser parser;
    if (parser.allocate(std::max<std::size_t>(encoded.size(), 64), kEncodedDepth) != simdjson::SUCCESS)
        return Error{std::errc::not_enough_memory, "no memory for a schema"};
    element root;
    if (const auto error = parser.parse(encoded.data(), encoded.size()).get(root); error != simdjson::SUCCESS)
        return Error{std::errc::invalid_argument, simdjson::error_message(error)};
    Schema schema;
    if (auto done = schema.decode_at(0, root, 0); !done) return std::move(done).error();
    if (std::uint64_t left_out = 0; root["x"].get(left_out) == simdjson::SUCCESS) schema.left_out_ = left_out;
    return schema;
}

Status Schema::decode_at(std::uint32_t index, const element& value, std::size_t depth) {
    object from;
    if (value.get(from) != simdjson::SUCCESS || depth > SchemaLimits::kDepth + 2)
        return Error{std::errc::invalid_argument, "a schema's node"};
    {
        SchemaNode& node = nodes_[index];
        APIARIST_TRY(read_counts(from, "t", node.types));
        APIARIST_TRY(read_counts(from, "f", node.formats));
        node.many_values = from.at_key("m").error() == simdjson::SUCCESS;
        node.joined = from.at_key("j").error() == simdjson::SUCCESS;
        if (array values; from.at_key("v").get(values) == simdjson::SUCCESS) {
            for (const element one : values)
                if (std::string_view text;
                    one.get(text) == simdjson::SUCCESS && node.values.size() < SchemaLimits::kValues)
                    node.values.emplace_back(text);
            std::sort(node.values.begin(), node.values.end());
        }
        read_pair(from, "s", node.least_size, node.largest_size);
        read_pair(from, "n", node.least, node.largest);
    }
    if (object fields; from.at_key("p").get(fields) == simdjson::SUCCESS) {
        for (const auto [name, child] : fields) {
            const std::uint32_t added = add_node();
            if (added == 0) break;
            nodes_[index].fields.emplace_back(name, added);
            APIARIST_TRY(decode_at(added, child, depth + 1));
        }
    }
    for (const auto& [key, member] : {std::pair{"a", &SchemaNode::any_field}, std::pair{"i", &SchemaNode::items}}) {
        element child;
        if (from.at_key(key).get(child) != simdjson::SUCCESS) continue;
        const std::uint32_t added = add_node();
        if (added == 0) break;
        nodes_[index].*member = added;
        APIARIST_TRY(decode_at(added, child, depth + 1));
    }
    return Done{};
}

}  // namespace apiarist::inventory
