// SPDX-License-Identifier: Apache-2.0
#include "base/json_writer.h"

#include "base/json.h"

namespace apiarist {

void JsonWriter::new_line() {
    out_ += '\n';
    out_.append(depth_ * 2, ' ');
}

void JsonWriter::before_value() {
    if (std::exchange(behind_key_, false) || depth_ == 0) return;
    if (!std::exchange(is_first_, false)) out_ += ',';
    new_line();
}

JsonWriter& JsonWriter::begin(char bracket) {
    before_value();
    out_ += bracket;
    ++depth_;
    is_first_ = true;
    return *this;
}

JsonWriter& JsonWriter::end(char bracket) {
    --depth_;
    if (!std::exchange(is_first_, false)) new_line();
    out_ += bracket;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    before_value();
    append_json_string(out_, name);
    out_ += ": ";
    behind_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
    before_value();
    append_json_string(out_, value);
    return *this;
}

JsonWriter& JsonWriter::number(std::uint64_t value) {
    before_value();
    out_ += std::to_string(value);
    return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
    before_value();
    out_ += value ? "true" : "false";
    return *this;
}

}  // namespace apiarist
