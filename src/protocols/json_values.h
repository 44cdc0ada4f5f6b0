// SPDX-License-Identifier: Apache-2.0
#pragma once
// Single values out of a JSON text: of an object, or of each object of an array. Of a text that is cut, what stands
// whole in it. As most servers read it: of equal names the last one counts, bytes that are not UTF-8 are U+FFFD. Pure
// and bounded; the text is hostile.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace apiarist::protocols {

enum class JsonKind : std::uint8_t { kString, kNumber, kBoolean, kNull, kObject, kArray };

struct JsonValue {
    JsonKind kind = JsonKind::kNull;
    std::string text;  // of a string
};

// Of one object, for each path that was asked for.
using JsonRow = std::vector<std::optional<JsonValue>>;

struct JsonRows {
    bool is_array = false;
    bool more = false;          // the array goes on: its elements, or what was cut
    std::vector<JsonRow> rows;  // of an array's elements that are no objects: of nothing
};

struct JsonText {
    std::string_view bytes;
    bool cut = false;
};

// `paths`: names joined by ".", as in "params.name". At most `most` elements of an array are read. Nothing: it is no
// JSON, no object and no array, or nested deeper than 1000.
[[nodiscard]] std::optional<JsonRows> read_json(const JsonText& json, std::span<const std::string_view> paths,
                                                std::size_t most);

// Where its first sign says that it may be an object or an array. Cheap.
[[nodiscard]] bool may_be_json(std::string_view text);
// Whether one of these names may stand in it: in its quotation marks, or with letters as escapes, as in "qu\u0065ry".
// Cheap beside reading it.
[[nodiscard]] bool may_have_name(std::string_view json, std::span<const std::string_view> quoted_names);

}  // namespace apiarist::protocols
