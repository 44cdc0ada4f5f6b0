// SPDX-License-Identifier: Apache-2.0
#pragma once
// The WHERE of a statement that is put together, and the values of its parameters: text of our own goes into the
// statement, what anybody else said only into the values.

#include <string>
#include <string_view>

#include "store/database.h"

namespace apiarist::store {

class Conditions {
  public:
    // "$3"
    std::string parameter(Value value) {
        values_.push_back(std::move(value));
        return "$" + std::to_string(values_.size());
    }
    void add(std::string_view condition) {
        sql_ += sql_.empty() ? " WHERE " : " AND ";
        sql_ += condition;
    }
    // `before` and `behind` the parameter.
    void add(std::string_view before, Value value, std::string_view behind = {}) {
        const std::string name = parameter(std::move(value));
        add(std::string(before) + name + std::string(behind));
    }
    // Of another WHERE of the statement, which stands behind this one: it goes on with the parameters.
    [[nodiscard]] Conditions begin_another() const {
        Conditions another = *this;
        another.sql_.clear();
        return another;
    }
    // `inner`: of a question within this one, begun by begin_another() after the last that was added here.
    void add_within(std::string_view before, Conditions inner, std::string_view behind) {
        values_ = std::move(inner.values_);
        add(std::string(before) + inner.sql_ + std::string(behind));
    }
    [[nodiscard]] const std::string& sql() const { return sql_; }  // empty, or " WHERE …"
    [[nodiscard]] const Row& values() const { return values_; }

  private:
    std::string sql_;
    Row values_;
};

// For LIKE … ESCAPE '!': the text anywhere, whatever signs it has.
[[nodiscard]] inline std::string containing(std::string_view text) {
    std::string out = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '!') out += '!';
        out += c;
    }
    return out + "%";
}

}  // namespace apiarist::store
