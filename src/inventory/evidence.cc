// SPDX-License-Identifier: Apache-2.0
#include "inventory/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

namespace apiarist::inventory {
namespace {

constexpr std::size_t kLevels = 2;  // of objects
constexpr std::uint32_t kNested = 1;
constexpr std::size_t kEnough = 2;     // places that say something
constexpr std::size_t kMany = 6;       // places of the first level that say enough
constexpr std::size_t kEchoDepth = 6;  // of JSON
constexpr std::size_t kLongestName = 100;
constexpr std::size_t kEchoValues = 400;  // looked at in a message

// FNV-1a: the same in every process and version, for it is stored.
std::uint32_t step(std::uint32_t hash, std::string_view text) {
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 16777619u;
    }
    return (hash ^ 0x2fu) * 16777619u;
}
constexpr std::uint32_t kStart = 2166136261u;

// The least stay: which ones does not depend on the order in which they came.
void insert(std::vector<std::uint32_t>& set, std::uint32_t hash, std::size_t most = Evidence::kPlaces) {
    const auto at = std::lower_bound(set.begin(), set.end(), hash);
    if (at != set.end() && *at == hash) return;
    if (at == set.end() && set.size() >= most) return;
    set.insert(at, hash);
    if (set.size() > most) set.pop_back();
}

bool before(const Echo& a, const Echo& b) {
    return a.depth != b.depth ? a.depth < b.depth : a.place < b.place;
}

void insert(std::vector<Echo>& echoes, const Echo& echo) {
    const auto at = std::lower_bound(echoes.begin(), echoes.end(), echo, before);
    if (at == echoes.end() || !(*at == echo)) echoes.insert(at, echo);
    if (echoes.size() > Evidence::kEchoes) echoes.pop_back();
}

void collect(const Schema& schema, std::uint32_t index, std::uint32_t hash, std::size_t level, ShapeSet& set) {
    const SchemaNode& node = schema.node(index);
    if (node.items != 0) collect(schema, node.items, step(hash, "[]"), level, set);
    if (level == kLevels || node.joined) return;
    for (const auto& [name, child] : node.fields) {
        const std::uint32_t place = step(hash, name);
        insert(set, (place & ~1u) | (level > 0 ? kNested : 0));
        collect(schema, child, place, level + 1, set);
    }
}

struct Overlap {
    std::size_t both = 0;
    std::size_t either = 0;
    std::size_t smaller = 0;
};

Overlap overlap(const ShapeSet& a, const ShapeSet& b, std::uint32_t level) {
    const auto of_level = [level](const ShapeSet& set) {
        ShapeSet some;
        std::copy_if(set.begin(), set.end(), std::back_inserter(some),
                     [level](std::uint32_t place) { return (place & kNested) == level; });
        return some;
    };
    const ShapeSet mine = of_level(a);
    const ShapeSet other = of_level(b);
    ShapeSet both;
    std::set_intersection(mine.begin(), mine.end(), other.begin(), other.end(), std::back_inserter(both));
    return {both.size(), mine.size() + other.size() - both.size(), std::min(mine.size(), other.size())};
}

// Names under which a message says of what kind it is, not which one it is.
bool is_name_of_kind(std::string_view name) {
    constexpr std::array<std::string_view, 10> kNames{"type",   "kind", "object",   "resource", "self",
                                                      "entity", "href", "category", "method",   "class"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

class StringFinder {
  public:
    StringFinder(const std::vector<std::string>& words, Evidence& evidence) : words_(words), evidence_(evidence) {}

    void look(const simdjson::dom::element& value, std::uint32_t place, std::size_t depth, bool named) {
        if (depth > kEchoDepth || seen_ >= kEchoValues) return;
        if (simdjson::dom::object object; value.get(object) == simdjson::SUCCESS) {
            for (const auto [name, field] : object) {
                const bool is_object = field.is_object();
                if (!is_object && !field.is_array() && !field.is_string()) continue;
                if (is_name_of_kind(name)) continue;
                look(field, step(place, name), depth + 1, !is_object && is_name_of_one(name));
            }
        } else if (simdjson::dom::array array; value.get(array) == simdjson::SUCCESS) {
            for (const simdjson::dom::element item : array)
                look(item, step(place, "[]"), depth + 1, named);
        } else if (std::string_view text; value.get(text) == simdjson::SUCCESS) {
            ++seen_;
            if (text.empty() || text.size() > kLongestName) return;
            for (std::size_t i = 0; i < words_.size(); ++i)
                if (words_[i] == text) insert(evidence_.echoes, {static_cast<std::uint32_t>(i), place});
            if (named) insert(evidence_.names, name_hash(text), Evidence::kNames);
        }
    }

  private:
    const std::vector<std::string>& words_;
    Evidence& evidence_;
    std::size_t seen_ = 0;
};

void append_hex(std::string& out, const ShapeSet& set) {
    for (const std::uint32_t place : set)
        fmt::format_to(std::back_inserter(out), "{:08x}", place);
}

std::optional<std::uint32_t> hex(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::vector<std::uint32_t>> read_hex(std::string_view text) {
    std::vector<std::uint32_t> values;
    if (text.size() % 8 != 0) return std::nullopt;
    for (; !text.empty(); text.remove_prefix(8)) {
        const auto value = hex(text.substr(0, 8));
        if (!value) return std::nullopt;
        values.push_back(*value);
    }
    return values;
}

}  // namespace

ShapeSet shape_set(const Schema& schema) {
    ShapeSet set;
    collect(schema, 0, kStart, 0, set);
    return set;
}

Agreement compare(const ShapeSet& a, const ShapeSet& b) {
    if (a.size() < kEnough || b.size() < kEnough) return Agreement::kUnknown;
    const Overlap first = overlap(a, b, 0);
    // Fields that are optional are missing in one of them.
    if (first.both * 10 < first.either * 7) return Agreement::kDifferent;
    if (first.both >= kMany) return Agreement::kSame;
    // What lists of different things are wrapped in is the same; and a list that was empty says nothing.
    const Overlap nested = overlap(a, b, kNested);
    if (nested.smaller > 0 && nested.both * 2 < nested.smaller) return Agreement::kDifferent;
    return nested.smaller > 0 || first.both > kEnough ? Agreement::kSame : Agreement::kUnknown;
}

std::uint8_t answers_of(const Schema& schema) {
    const SchemaNode& root = schema.root();
    std::uint8_t answers = 0;
    if (root.count(JsonType::kObject) > 0) answers |= kObjectAnswer;
    if (root.count(JsonType::kArray) > 0) answers |= kArrayAnswer;
    for (const JsonType type : {JsonType::kBoolean, JsonType::kInteger, JsonType::kNumber, JsonType::kString})
        if (root.count(type) > 0) answers |= kPlainAnswer;
    return answers;
}

Agreement compare_answers(const Evidence& a, const Evidence& b) {
    // A number is no thing, and a list none of its members.
    if (a.answers != 0 && b.answers != 0 && (a.answers & b.answers) == 0) return Agreement::kDifferent;
    return compare(a.response, b.response);
}

std::uint32_t name_hash(std::string_view name) {
    return step(kStart, name);
}

bool is_name_of_one(std::string_view name) {
    constexpr std::array<std::string_view, 9> kNames{"name", "key",   "slug",  "id",        "title",
                                                     "code", "login", "alias", "identifier"};
    return std::any_of(kNames.begin(), kNames.end(),
                       [name](std::string_view one) {
                           if (!name.ends_with(one)) return false;
                           if (name.size() == one.size()) return true;
                           const char before = name[name.size() - one.size() - 1];
                           return before == '_' || before == '-';
                       }) ||
           name == "username" || name.ends_with("Name") || name.ends_with("Id") || name.ends_with("Key");
}

void add_strings(const simdjson::dom::element& message, const std::vector<std::string>& words, Evidence& evidence) {
    StringFinder(words, evidence).look(message, kStart, 0, false);
}

void Evidence::merge(const Evidence& other) {
    succeeded = succeeded || other.succeeded;
    answers |= other.answers;
    for (const std::uint32_t place : other.request)
        insert(request, place);
    for (const std::uint32_t place : other.response)
        insert(response, place);
    for (const Echo& echo : other.echoes)
        insert(echoes, echo);
    for (const std::uint32_t name : other.names)
        insert(names, name, kNames);
}

std::string Evidence::encode() const {
    std::string out = fmt::format("{} {} ", succeeded ? 1 : 0, answers);
    append_hex(out, request);
    out += ' ';
    append_hex(out, response);
    out += ' ';
    for (const Echo& echo : echoes)
        fmt::format_to(std::back_inserter(out), "{:08x}{:08x}", echo.depth, echo.place);
    out += ' ';
    append_hex(out, names);
    return out;
}

std::optional<Evidence> Evidence::decode(std::string_view text) {
    std::array<std::string_view, 6> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto blank = i + 1 < parts.size() ? text.find(' ') : text.size();
        if (blank == std::string_view::npos) return std::nullopt;
        parts[i] = text.substr(0, blank);
        text.remove_prefix(std::min(blank + 1, text.size()));
    }
    const auto answers = hex(parts[1]);
    auto request = read_hex(parts[2]);
    auto response = read_hex(parts[3]);
    const auto echoes = read_hex(parts[4]);
    auto names = read_hex(parts[5]);
    if (!answers || !request || !response || !echoes || echoes->size() % 2 != 0 || !names) return std::nullopt;
    Evidence evidence{
        parts[0] == "1",  static_cast<std::uint8_t>(*answers), std::move(*request), std::move(*response), {},
        std::move(*names)};
    for (std::size_t i = 0; i < echoes->size(); i += 2)
        evidence.echoes.push_back({(*echoes)[i], (*echoes)[i + 1]});
    return evidence;
}

}  // namespace apiarist::inventory
