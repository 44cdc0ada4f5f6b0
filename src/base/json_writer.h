// SPDX-License-Identifier: Apache-2.0
#pragma once
// JSON for people, piece by piece into one text: two blanks for each level. It sets commas and escapes; that a key
// stands before each value of an object is the caller's. Numbers are integers, for nothing else is written.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace apiarist {

class JsonWriter {
  public:
    JsonWriter& begin_object() { return begin('{'); }
    JsonWriter& end_object() { return end('}'); }
    JsonWriter& begin_array() { return begin('['); }
    JsonWriter& end_array() { return end(']'); }
    JsonWriter& key(std::string_view name);
    JsonWriter& text(std::string_view value);
    JsonWriter& number(std::uint64_t value);
    JsonWriter& boolean(bool value);

    [[nodiscard]] std::string take() { return std::exchange(out_, {}) + "\n"; }

  private:
    JsonWriter& begin(char bracket);
    JsonWriter& end(char bracket);
    void before_value();
    void new_line();

    std::string out_;
    std::size_t depth_ = 0;
    bool is_first_ = true;     // of an object or array
    bool behind_key_ = false;  // the value stands on the key's line
};

}  // namespace apiarist
