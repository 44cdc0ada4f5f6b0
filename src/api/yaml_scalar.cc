// SPDX-License-Identifier: Apache-2.0
#include "api/yaml_scalar.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/json.h"
#include "base/text.h"

namespace apiarist::api {
namespace {

bool is_null(std::string_view text) {
    return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

std::optional<bool> boolean_of(std::string_view text) {
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    return std::nullopt;
}

std::string_view take_digits(std::string_view& text) {
    const auto end = std::min(find_first(text, [](char c) { return !is_ascii_digit(c); }), text.size());
    const std::string_view digits = text.substr(0, end);
    text.remove_prefix(end);
    return digits;
}

// The parts of [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
struct Decimal {
    bool negative = false;
    bool is_integer = true;
    std::string_view whole{};
    std::string_view fraction{};
    std::string_view exponent{};  // "e-3"
};

bool takes_exponent(std::string_view text) {
    if (!text.starts_with('e') && !text.starts_with('E')) return false;
    text.remove_prefix(text.size() > 1 && (text[1] == '-' || text[1] == '+') ? 2 : 1);
    return !take_digits(text).empty() && text.empty();
}

std::optional<Decimal> decimal_of(std::string_view text) {
    Decimal decimal{.negative = text.starts_with('-')};
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    decimal.whole = take_digits(text);
    decimal.is_integer = text.empty();
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        decimal.fraction = take_digits(text);
    }
    if (decimal.whole.empty() && decimal.fraction.empty()) return std::nullopt;
    if (!text.empty() && !takes_exponent(text)) return std::nullopt;
    decimal.exponent = text;
    return decimal;
}

template <typename T>
bool holds(std::string_view number) {
    T value{};
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    return error == std::errc{} && end == number.data() + number.size();
}

// Nothing: no double holds it. An integer beyond 64 bits gets a fraction, for readers of JSON refuse it otherwise.
std::optional<std::string> json_number(const Decimal& decimal) {
    const auto first = std::min(decimal.whole.find_first_not_of('0'), decimal.whole.size());
    std::string number = decimal.negative ? "-" : "";
    number += first == decimal.whole.size() ? "0" : decimal.whole.substr(first);
    const bool is_whole = decimal.fraction.empty() && decimal.exponent.empty();  // 5. too
    if (is_whole && (holds<std::int64_t>(number) || holds<std::uint64_t>(number))) return number;
    if (is_whole) number += ".0";
    if (!decimal.fraction.empty()) number.append(".").append(decimal.fraction);
    number += decimal.exponent;
    if (!holds<double>(number)) return std::nullopt;
    return number;
}

// 0o17 and 0x1F.
std::optional<std::uint64_t> based_integer(std::string_view text) {
    const int base = text.starts_with("0o") ? 8 : text.starts_with("0x") ? 16 : 0;
    if (base == 0) return std::nullopt;
    text.remove_prefix(2);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool append_number(std::string& json, std::string_view text, bool takes_floats) {
    if (const auto integer = based_integer(text)) {
        json += std::to_string(*integer);
        return true;
    }
    const auto decimal = decimal_of(text);
    if (!decimal || (!takes_floats && !decimal->is_integer)) return false;
    if (const auto number = json_number(*decimal))
        json += *number;
    else
        append_json_string(json, text);
    return true;
}

// .inf, -.INF, .NaN
bool is_no_finite(std::string_view text) {
    if (text == ".nan" || text == ".NaN" || text == ".NAN") return true;
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    return text == ".inf" || text == ".Inf" || text == ".INF";
}

bool append_plain(std::string& json, std::string_view text) {
    if (is_null(text)) {
        json += "null";
    } else if (const auto boolean = boolean_of(text)) {
        json += *boolean ? "true" : "false";
    } else if (!append_number(json, text, true)) {
        append_json_string(json, text);
    }
    return true;
}

}  // namespace

bool append_yaml_scalar(std::string& json, std::string_view text, YamlType type) {
    switch (type) {
        case YamlType::kPlain:
            return append_plain(json, text);
        case YamlType::kText:
            append_json_string(json, text);
            return true;
        case YamlType::kInteger:
            return append_number(json, text, false);
        case YamlType::kFloat:
            return is_no_finite(text) ? append_yaml_scalar(json, text, YamlType::kText)
                                      : append_number(json, text, true);
        case YamlType::kBoolean:
            return boolean_of(text) && append_plain(json, text);
        case YamlType::kNull:
            return is_null(text) && append_plain(json, text);
    }
    return false;
}

}  // namespace apiarist::api
