// SPDX-License-Identifier: Apache-2.0
#include "protocols/json_values.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "base/json.h"

namespace apiarist::protocols {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t kDeepest = 1000;  // below what the parser takes

std::string_view after_space(std::string_view text) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    return text.substr(std::min(text.find_first_not_of(kSpace), text.size()));
}

// A text that was cut, without its last member that may not be whole, and with the brackets that it lacks.
std::string closed(std::string_view text) {
    std::string open;  // the brackets that are, as they will be closed
    std::size_t kept = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (open.size() == kDeepest) return {};
            open += c == '{' ? '}' : ']';
            kept = i + 1;
        } else if (c == '}' || c == ']') {
            if (open.empty() || open.back() != c) return {};
            open.pop_back();
            kept = i + 1;
        } else if (c == ',') {
            kept = i;
        }
    }
    return std::string(text.substr(0, kept)).append(open.rbegin(), open.rend());
}

class Reader {
  public:
    Reader(std::span<const std::string_view> paths, std::size_t most) : paths_(paths), most_(most) {}

    std::optional<JsonRows> run(const simdjson::padded_string& json) {
        ondemand::parser parser;
        ondemand::document document;
        ondemand::json_type type{};
        if (parser.iterate(json).get(document) != simdjson::SUCCESS) return std::nullopt;
        if (document.type().get(type) != simdjson::SUCCESS) return std::nullopt;
        if (type == ondemand::json_type::object) {
            ondemand::object object;
            if (document.get_object().get(object) != simdjson::SUCCESS || !row(object)) return std::nullopt;
        } else if (type != ondemand::json_type::array || !elements(document)) {
            return std::nullopt;
        }
        return std::move(out_);
    }

  private:
    bool elements(ondemand::document& document) {
        out_.is_array = true;
        ondemand::array array;
        if (document.get_array().get(array) != simdjson::SUCCESS) return false;
        for (auto element : array) {
            if (out_.rows.size() == most_) {
                out_.more = true;
                return true;
            }
            ondemand::value value;
            ondemand::json_type type{};
            if (element.get(value) != simdjson::SUCCESS || value.type().get(type) != simdjson::SUCCESS) return false;
            if (type != ondemand::json_type::object) {
                out_.rows.emplace_back(paths_.size());
                continue;
            }
            ondemand::object object;
            if (value.get_object().get(object) != simdjson::SUCCESS || !row(object)) return false;
        }
        return true;
    }

    bool row(ondemand::object& object) {
        out_.rows.emplace_back(paths_.size());
        const std::vector<std::string_view> rest(paths_.begin(), paths_.end());
        return members(object, rest);
    }

    // `rest`: of each path what is to be found in this object; empty: nothing.
    bool members(ondemand::object& object, const std::vector<std::string_view>& rest) {
        for (auto field : object) {
            std::string_view name;
            ondemand::value value;
            if (field.unescaped_key().get(name) != simdjson::SUCCESS) return false;
            if (field.value().get(value) != simdjson::SUCCESS) return false;
            if (!member(name, value, rest)) return false;
        }
        return true;
    }

    bool member(std::string_view name, ondemand::value& value, const std::vector<std::string_view>& rest) {
        std::vector<std::string_view> below(rest.size());
        bool wanted = false;
        bool deeper = false;
        JsonRow& row = out_.rows.back();
        for (std::size_t i = 0; i < rest.size(); ++i) {
            const std::size_t dot = std::min(rest[i].find('.'), rest[i].size());
            if (rest[i].empty() || rest[i].substr(0, dot) != name) continue;
            row[i].reset();  // the last one counts
            wanted = true;
            if (dot == rest[i].size()) continue;
            below[i] = rest[i].substr(dot + 1);
            deeper = true;
        }
        if (!wanted) return true;  // the iterator passes over it
        JsonValue found;
        if (!read_value(value, found)) return false;
        for (std::size_t i = 0; i < rest.size(); ++i)
            if (rest[i] == name) row[i] = found;
        if (!deeper || found.kind != JsonKind::kObject) return true;
        ondemand::object object;
        return value.get_object().get(object) == simdjson::SUCCESS && members(object, below);
    }

    static bool read_value(ondemand::value& value, JsonValue& out) {
        ondemand::json_type type{};
        if (value.type().get(type) != simdjson::SUCCESS) return false;
        switch (type) {
            case ondemand::json_type::string: {
                std::string_view text;
                out.kind = JsonKind::kString;
                if (value.get_string().get(text) != simdjson::SUCCESS) return false;
                out.text = text;
                return true;
            }
            case ondemand::json_type::object:
                out.kind = JsonKind::kObject;
                return true;
            case ondemand::json_type::array:
                out.kind = JsonKind::kArray;
                return true;
            case ondemand::json_type::number:
                out.kind = JsonKind::kNumber;
                return true;
            case ondemand::json_type::boolean:
                out.kind = JsonKind::kBoolean;
                return true;
            case ondemand::json_type::null:
                out.kind = JsonKind::kNull;
                return true;
        }
        return false;
    }

    const std::span<const std::string_view> paths_;
    const std::size_t most_;
    JsonRows out_;
};

}  // namespace

std::optional<JsonRows> read_json(const JsonText& json, std::span<const std::string_view> paths, std::size_t most) {
    std::string mended;
    std::string_view text = after_space(json.bytes);
    if (json.cut) text = mended = closed(text);
    if (!is_utf8(text)) text = mended = to_utf8(text);
    auto rows = Reader(paths, most).run(simdjson::padded_string(text));
    if (rows) rows->more = rows->more || (json.cut && rows->is_array);
    return rows;
}

bool may_be_json(std::string_view text) {
    text = after_space(text);
    return text.starts_with('{') || text.starts_with('[');
}

bool may_have_name(std::string_view json, std::span<const std::string_view> quoted_names) {
    const auto find = [json](std::size_t from, std::string_view what) {
        const void* found = ::memmem(json.data() + from, json.size() - from, what.data(), what.size());
        return found == nullptr ? json.size() : static_cast<std::size_t>(static_cast<const char*>(found) - json.data());
    };
    if (std::any_of(quoted_names.begin(), quoted_names.end(),
                    [&](std::string_view name) { return find(0, name) < json.size(); }))
        return true;
    constexpr std::string_view kEscape = "\\u00";
    for (std::size_t at = find(0, kEscape); at < json.size(); at = find(at + kEscape.size(), kEscape))
        if (at + kEscape.size() < json.size() && json[at + kEscape.size()] >= '4' && json[at + kEscape.size()] <= '7')
            return true;
    return false;
}

}  // namespace apiarist::protocols
