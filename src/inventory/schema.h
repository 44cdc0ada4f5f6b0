// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the values at one place look like: their types, fields, formats and bounds, counted over many messages. Two
// schemas of different messages add up, in any order. Bounded in depth, fields and values whatever a message has. Not
// thread-safe; owns its memory.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <simdjson.h>

#include "base/result.h"

namespace apiarist::inventory {

enum class JsonType : std::uint8_t { kNull, kBoolean, kInteger, kNumber, kString, kObject, kArray, kEnd };
// Of texts, as JSON Schema 2020-12 §7.3 names them.
enum class Format : std::uint8_t { kNone, kUuid, kDate, kDateTime, kEmail, kUri, kIpv4, kEnd };
[[nodiscard]] std::string_view to_string(JsonType type);
[[nodiscard]] std::string_view to_string(Format format);
[[nodiscard]] Format format_of(std::string_view text);

struct SchemaLimits {
    static constexpr std::size_t kDepth = 24;
    static constexpr std::size_t kNodes = 2048;    // of a schema
    static constexpr std::size_t kFields = 192;    // of an object; beyond, its names are values
    static constexpr std::size_t kName = 128;      // bytes of a field's name
    static constexpr std::size_t kValues = 16;     // kept of a field to tell an enumeration
    static constexpr std::size_t kValueSize = 40;  // bytes of such a value
    static constexpr std::size_t kItems = 64;      // of an array that are looked at
};

struct SchemaNode {
    std::array<std::uint64_t, static_cast<std::size_t>(JsonType::kEnd)> types{};
    std::vector<std::pair<std::string, std::uint32_t>> fields;  // of objects, in the order in which they came
    std::uint32_t any_field = 0;  // of objects whose names are values: what is behind such names; 0: none (the root)
    bool joined = false;          // there were too many names: all are taken for values
    std::uint32_t items = 0;      // of arrays; 0: none
    std::array<std::uint64_t, static_cast<std::size_t>(Format::kEnd)> formats{};  // of texts
    std::vector<std::string> values;                                              // of texts, sorted
    bool many_values = false;                                                     // more or longer than are kept
    std::uint64_t least_size = std::numeric_limits<std::uint64_t>::max();  // of texts in bytes, of arrays in items
    std::uint64_t largest_size = 0;
    double least = std::numeric_limits<double>::infinity();  // of numbers
    double largest = -std::numeric_limits<double>::infinity();

    // How often something was at this place.
    [[nodiscard]] std::uint64_t count() const;
    [[nodiscard]] std::uint64_t count(JsonType type) const { return types[static_cast<std::size_t>(type)]; }
    bool operator==(const SchemaNode&) const = default;
};

class Schema {
  public:
    Schema() : nodes_(1) {}

    // One more document.
    void observe(const simdjson::dom::element& value);
    // One more set of named texts (a query, a form, header fields): an object whose values are what they look like.
    // A name that comes twice is an array.
    void observe(const std::vector<std::pair<std::string_view, std::string_view>>& texts);
    // One more text, as what it looks like.
    void observe_text(std::string_view text);
    void merge(const Schema& other);
    // What is at one place of another schema becomes part of this one's root.
    void merge_place(const Schema& other, std::uint32_t index);

    [[nodiscard]] bool empty() const { return root().count() == 0; }
    [[nodiscard]] const SchemaNode& root() const { return nodes_.front(); }
    [[nodiscard]] const SchemaNode& node(std::uint32_t index) const { return nodes_[index]; }
    [[nodiscard]] std::size_t size() const { return nodes_.size(); }
    // Places that were left out for a limit.
    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

    // For a store; decode() of what encode() gave is the same schema.
    [[nodiscard]] std::string encode() const;
    static Result<Schema> decode(std::string_view encoded);
    bool operator==(const Schema& other) const;

  private:
    void observe_at(std::uint32_t index, const simdjson::dom::element& value, std::size_t depth);
    void observe_object(std::uint32_t index, const simdjson::dom::object& object, std::size_t depth);
    void observe_array(std::uint32_t index, const simdjson::dom::array& array, std::size_t depth);
    void observe_string(std::uint32_t index, std::string_view text);
    void observe_number(std::uint32_t index, JsonType type, double value);
    void merge_at(std::uint32_t index, const Schema& other, std::uint32_t other_index);
    // 0: no room.
    std::uint32_t field(std::uint32_t index, std::string_view name, std::size_t hint);
    std::uint32_t any_field(std::uint32_t index);
    std::uint32_t items(std::uint32_t index);
    std::uint32_t add_node();
    // The names of this object are values: what was behind them becomes one.
    void join_fields(std::uint32_t index);
    void encode_at(std::string& out, std::uint32_t index) const;
    Status decode_at(std::uint32_t index, const simdjson::dom::element& value, std::size_t depth);

    std::vector<SchemaNode> nodes_;  // the first is the root
    std::uint64_t left_out_ = 0;
};

}  // namespace apiarist::inventory
