// SPDX-License-Identifier: Apache-2.0
#include "inventory/schema.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "inventory/segment.h"

namespace apiarist::inventory {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

std::uint64_t& count_of(SchemaNode& node, JsonType type) {
    return node.types[static_cast<std::size_t>(type)];
}

// Only what may be a word of an enumeration is kept: values of other fields are the application's.
bool may_be_enumerated(std::string_view text) {
    return !text.empty() && text.size() <= SchemaLimits::kValueSize &&
           std::all_of(
               text.begin(), text.end(),
               [](char c) { return is_ascii_letter(c) || is_ascii_digit(c) || c == '_' || c == '-' || c == '.'; }) &&
           std::any_of(text.begin(), text.end(), is_ascii_letter) && shape_of(text) == Shape::kWord;
}

void give_up_values(SchemaNode& node) {
    node.many_values = true;
    node.values = {};
}

void keep_value(SchemaNode& node, std::string_view text) {
    if (node.many_values) return;
    const auto place = std::lower_bound(node.values.begin(), node.values.end(), text);
    if (place != node.values.end() && *place == text) return;
    if (node.values.size() == SchemaLimits::kValues || !may_be_enumerated(text)) return give_up_values(node);
    node.values.insert(place, std::string(text));
}

bool is_date_time(std::string_view text) {
    return text.size() >= 19 && (text[10] == 'T' || text[10] == ' ') && text[13] == ':' && text[16] == ':' &&
           shape_of(text) == Shape::kDate;
}

// "123" of a URL is an integer there; "007" and "+49…" are texts.
bool is_plain_integer(std::string_view text) {
    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    return !digits.empty() && digits.size() <= 18 && std::all_of(digits.begin(), digits.end(), is_ascii_digit) &&
           (digits.size() == 1 || digits[0] != '0');
}

// To three digits, outwards: a bound is not to be somebody's number.
double rounded(double value, bool up) {
    if (value == 0 || !std::isfinite(value)) return value;
    const int digits = static_cast<int>(std::floor(std::log10(std::abs(value)))) - 2;
    const double scale = std::pow(10, std::abs(digits));
    const double scaled = digits > 0 ? value / scale : value * scale;
    const double near = std::round(scaled);
    const bool exact = std::abs(scaled - near) < 1e-9 * std::abs(scaled);
    const double whole = exact ? near : up ? std::ceil(scaled) : std::floor(scaled);
    const double result = digits > 0 ? whole * scale : whole / scale;
    return std::isfinite(result) ? result : value;
}

// Of what has such a name no value is kept, whatever it looks like.
bool is_of_a_person_or_secret(std::string_view name) {
    constexpr std::array<std::string_view, 36> kParts{
        "pass",    "pwd",    "secret", "token", "key",    "auth",   "cred",   "session", "cookie",
        "pin",     "otp",    "name",   "user",  "mail",   "phone",  "mobile", "ssn",     "birth",
        "address", "street", "city",   "owner", "author", "person", "login",  "account", "customer",
        "contact", "card",   "iban",   "salt",  "hash",   "sign",   "answer", "nick",    "title"};
    const std::string lower = to_lower(name);
    return std::any_of(kParts.begin(), kParts.end(),
                       [&lower](std::string_view part) { return lower.find(part) != std::string::npos; });
}

// "Total price" is a name; lists, numbers and the like in it are not.
bool is_plain_phrase(std::string_view name) {
    return name.size() <= 40 && std::all_of(name.begin(), name.end(), [](char c) {
               return is_ascii_letter(c) || c == ' ' || c == '_' || c == '-' || static_cast<unsigned char>(c) >= 0x80;
           });
}

bool is_name_a_value(std::string_view name) {
    if (name.empty() || name.size() > SchemaLimits::kName) return true;
    // Names with marks between words are names, whatever is in them: "x.y", "a b".
    switch (shape_of(name)) {
        case Shape::kUuid:
        case Shape::kObjectId:
        case Shape::kDate:
        case Shape::kEmail:
        case Shape::kAddress:
        case Shape::kInteger:
        case Shape::kHash:
        case Shape::kToken:
            return true;
        case Shape::kText:
            return !is_plain_phrase(name);
        case Shape::kWord:
        case Shape::kNumber:
        case Shape::kLocale:
            return false;
    }
    return false;
}

}  // namespace

std::string_view to_string(JsonType type) {
    constexpr std::array<std::string_view, static_cast<std::size_t>(JsonType::kEnd)> kNames{
        "null", "boolean", "integer", "number", "string", "object", "array"};
    return kNames[static_cast<std::size_t>(type)];
}

std::string_view to_string(Format format) {
    constexpr std::array<std::string_view, static_cast<std::size_t>(Format::kEnd)> kNames{
        "", "uuid", "date", "date-time", "email", "uri", "ipv4"};
    return kNames[static_cast<std::size_t>(format)];
}

Format format_of(std::string_view text) {
    if (text.size() < 7 || text.size() > 2048) return Format::kNone;
    if (text.starts_with("http://") || text.starts_with("https://")) return Format::kUri;
    if (text.size() == 36 && text[8] == '-') return shape_of(text) == Shape::kUuid ? Format::kUuid : Format::kNone;
    if (is_ascii_digit(text[0]) && text.size() <= 40) {
        if (text.size() >= 10 && text[4] == '-') {
            if (is_date_time(text)) return Format::kDateTime;
            return text.size() == 10 && shape_of(text) == Shape::kDate ? Format::kDate : Format::kNone;
        }
        if (text.size() <= 15 && shape_of(text) == Shape::kAddress) return Format::kIpv4;
    }
    if (text.size() <= 254 && text.find('@') != std::string_view::npos && text.find(' ') == std::string_view::npos)
        return shape_of(text) == Shape::kEmail ? Format::kEmail : Format::kNone;
    return Format::kNone;
}

std::uint64_t SchemaNode::count() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t n : types)
        sum += n;
    return sum;
}

std::uint32_t Schema::add_node() {
    if (nodes_.size() >= SchemaLimits::kNodes) {
        ++left_out_;
        return 0;
    }
    nodes_.emplace_back();
    return static_cast<std::uint32_t>(nodes_.size() - 1);
}

std::uint32_t Schema::any_field(std::uint32_t index) {
    if (nodes_[index].any_field == 0) {
        const std::uint32_t added = add_node();
        nodes_[index].any_field = added;
    }
    return nodes_[index].any_field;
}

std::uint32_t Schema::items(std::uint32_t index) {
    if (nodes_[index].items == 0) {
        const std::uint32_t added = add_node();
        nodes_[index].items = added;
    }
    return nodes_[index].items;
}

std::uint32_t Schema::field(std::uint32_t index, std::string_view name, std::size_t hint) {
    {
        const auto& fields = nodes_[index].fields;
        // A serialiser writes the fields of a type in one order.
        if (hint < fields.size() && fields[hint].first == name) return fields[hint].second;
        const auto found =
            std::find_if(fields.begin(), fields.end(), [name](const auto& one) { return one.first == name; });
        if (found != fields.end()) return found->second;
    }
    if (is_name_a_value(name)) return any_field(index);
    if (nodes_[index].fields.size() >= SchemaLimits::kFields) join_fields(index);
    if (nodes_[index].joined) return any_field(index);
    const std::uint32_t added = add_node();
    if (added == 0) return 0;
    nodes_[index].fields.emplace_back(name, added);
    nodes_[added].many_values = is_of_a_person_or_secret(name);
    return added;
}

void Schema::join_fields(std::uint32_t index) {
    nodes_[index].joined = true;
    const std::uint32_t any = any_field(index);
    if (any == 0) return;
    const auto fields = std::exchange(nodes_[index].fields, {});
    const Schema copy = *this;  // merging moves nodes
    for (const auto& [name, child] : fields)
        merge_at(any, copy, child);
}

void Schema::observe(const element& value) {
    observe_at(0, value, 0);
}

void Schema::observe_at(std::uint32_t index, const element& value, std::size_t depth) {
    switch (value.type()) {
        case element_type::NULL_VALUE:
            ++count_of(nodes_[index], JsonType::kNull);
            return;
        case element_type::BOOL:
            ++count_of(nodes_[index], JsonType::kBoolean);
            return;
        case element_type::INT64:
            return observe_number(index, JsonType::kInteger, static_cast<double>(value.get_int64().value_unsafe()));
        case element_type::UINT64:
            return observe_number(index, JsonType::kInteger, static_cast<double>(value.get_uint64().value_unsafe()));
        case element_type::DOUBLE:
            return observe_number(index, JsonType::kNumber, value.get_double().value_unsafe());
        case element_type::STRING:
            return observe_string(index, value.get_string().value_unsafe());
        case element_type::OBJECT:
            return observe_object(index, value.get_object().value_unsafe(), depth);
        case element_type::ARRAY:
            return observe_array(index, value.get_array().value_unsafe(), depth);
    }
}

void Schema::observe_object(std::uint32_t index, const simdjson::dom::object& object, std::size_t depth) {
    ++count_of(nodes_[index], JsonType::kObject);
    if (depth >= SchemaLimits::kDepth) {
        ++left_out_;
        return;
    }
    std::size_t hint = 0;
    for (const auto [name, value] : object) {
        const std::uint32_t child = field(index, name, hint++);
        if (child != 0) observe_at(child, value, depth + 1);
    }
}

void Schema::observe_array(std::uint32_t index, const simdjson::dom::array& array, std::size_t depth) {
    SchemaNode& node = nodes_[index];
    ++count_of(node, JsonType::kArray);
    const std::uint64_t size = array.size();
    node.least_size = std::min(node.least_size, size);
    node.largest_size = std::max(node.largest_size, size);
    if (size == 0) return;
    if (depth >= SchemaLimits::kDepth) {
        ++left_out_;
        return;
    }
    const std::uint32_t child = items(index);
    if (child == 0) return;
    std::size_t seen = 0;
    for (const element value : array) {
        if (seen++ == SchemaLimits::kItems) break;
        observe_at(child, value, depth + 1);
    }
}

void Schema::observe_string(std::uint32_t index, std::string_view text) {
    SchemaNode& node = nodes_[index];
    ++count_of(node, JsonType::kString);
    ++node.formats[static_cast<std::size_t>(format_of(text))];
    node.least_size = std::min<std::uint64_t>(node.least_size, text.size());
    node.largest_size = std::max<std::uint64_t>(node.largest_size, text.size());
    keep_value(node, text);
}

void Schema::observe_number(std::uint32_t index, JsonType type, double value) {
    SchemaNode& node = nodes_[index];
    ++count_of(node, type);
    if (value < node.least) node.least = rounded(value, false);
    if (value > node.largest) node.largest = rounded(value, true);
}

void Schema::observe_text(std::string_view text) {
    double number = 0;
    if (text == "true" || text == "false") {
        ++count_of(nodes_[0], JsonType::kBoolean);
    } else if (is_plain_integer(text)) {
        std::from_chars(text.data(), text.data() + text.size(), number);
        observe_number(0, JsonType::kInteger, number);
    } else if (shape_of(text) == Shape::kNumber) {
        std::from_chars(text.data(), text.data() + text.size(), number);
        observe_number(0, JsonType::kNumber, number);
    } else {
        observe_string(0, text);
    }
}

void Schema::observe(const std::vector<std::pair<std::string_view, std::string_view>>& texts) {
    ++count_of(nodes_[0], JsonType::kObject);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto same = [&texts, i](const auto& other) { return other.first == texts[i].first; };
        const auto here = texts.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::any_of(texts.begin(), here, same)) continue;
        const std::uint32_t child = field(0, texts[i].first, i);
        if (child == 0) continue;
        Schema one;
        std::uint64_t times = 0;
        for (auto other = here; other != texts.end(); ++other)
            if (same(*other) && ++times <= SchemaLimits::kItems) one.observe_text(other->second);
        if (times == 1) {
            merge_at(child, one, 0);
            continue;
        }
        SchemaNode& node = nodes_[child];
        ++count_of(node, JsonType::kArray);
        node.least_size = std::min(node.least_size, times);
        node.largest_size = std::max(node.largest_size, times);
        if (const std::uint32_t inside = items(child); inside != 0) merge_at(inside, one, 0);
    }
}

void Schema::merge(const Schema& other) {
    left_out_ += other.left_out_;
    if (&other != this) return merge_at(0, other, 0);
    Schema copy;  // merging moves nodes
    copy.nodes_ = nodes_;
    merge_at(0, copy, 0);
}

void Schema::merge_at(std::uint32_t index, const Schema& other, std::uint32_t other_index) {
    const SchemaNode& from = other.nodes_[other_index];
    {
        SchemaNode& node = nodes_[index];
        for (std::size_t i = 0; i < node.types.size(); ++i)
            node.types[i] += from.types[i];
        for (std::size_t i = 0; i < node.formats.size(); ++i)
            node.formats[i] += from.formats[i];
        node.least_size = std::min(node.least_size, from.least_size);
        node.largest_size = std::max(node.largest_size, from.largest_size);
        node.least = std::min(node.least, from.least);
        node.largest = std::max(node.largest, from.largest);
        if (from.many_values) give_up_values(node);
        for (const std::string& value : from.values)
            keep_value(node, value);
    }
    if (from.any_field != 0) {
        const std::uint32_t any = any_field(index);
        if (any != 0) merge_at(any, other, from.any_field);
    }
    if (from.joined && !nodes_[index].joined) join_fields(index);
    for (std::size_t i = 0; i < from.fields.size(); ++i) {
        const std::uint32_t child = field(index, from.fields[i].first, i);
        if (child != 0) merge_at(child, other, from.fields[i].second);
    }
    if (from.items != 0)
        if (const std::uint32_t inside = items(index); inside != 0) merge_at(inside, other, from.items);
}

void Schema::merge_place(const Schema& other, std::uint32_t index) {
    merge_at(0, other, index);
}

bool Schema::operator==(const Schema& other) const {
    return encode() == other.encode();
}

}  // namespace apiarist::inventory
