// SPDX-License-Identifier: Apache-2.0
#include "inventory/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

namespace apiarist::inventory {
namespace {

constexpr std::size_t kLevels = 2;        // of objects
constexpr std::size_t kEnough = 2;        // places that say something
constexpr std::size_t kEchoDepth = 6;     // of JSON
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

void insert(ShapeSet& set, std::uint32_t place) {
    const auto at = std::lower_bound(set.begin(), set.end(), place);
    if (at == set.end() || *at != place) set.insert(at, place);
    // The least hashes stay: which ones does not depend on the order in which they came.
    if (set.size() > Evidence::kPlaces) set.pop_back();
}

void collect(const Schema& schema, std::uint32_t index, std::uint32_t hash, std::size_t level, ShapeSet& set) {
    const SchemaNode& node = schema.node(index);
    if (node.items != 0) collect(schema, node.items, step(hash, "[]"), level, set);
    if (level == kLevels || node.joined) return;
    for (const auto& [name, child] : node.fields) {
        const std::uint32_t place = step(hash, name);
        insert(set, place);
        collect(schema, child, place, level + 1, set);
    }
}

// Names under which a message says of what kind it is, not which one it is.
bool is_name_of_kind(std::string_view name) {
    constexpr std::array<std::string_view, 10> kNames{"type",   "kind", "object",   "resource", "self",
                                                      "entity", "href", "category", "method",   "class"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

class EchoFinder {
  public:
    explicit EchoFinder(const std::vector<std::string>& words) : words_(words) {}

    void look(const simdjson::dom::element& value, std::uint32_t place, std::size_t depth) {
        if (depth > kEchoDepth || seen_ >= kEchoValues) return;
        if (simdjson::dom::object object; value.get(object) == simdjson::SUCCESS) {
            for (const auto [name, field] : object) {
                if (is_name_of_kind(name)) continue;
                look(field, step(place, name), depth + 1);
            }
        } else if (simdjson::dom::array array; value.get(array) == simdjson::SUCCESS) {
            for (const simdjson::dom::element item : array)
                look(item, step(place, "[]"), depth + 1);
        } else if (std::string_view text; value.get(text) == simdjson::SUCCESS) {
            ++seen_;
            for (std::size_t i = 0; i < words_.size() && found.size() < Evidence::kEchoes; ++i)
                if (!words_[i].empty() && words_[i] == text) found.push_back({static_cast<std::uint32_t>(i), place});
        }
    }

    std::vector<Echo> found;

  private:
    const std::vector<std::string>& words_;
    std::size_t seen_ = 0;
};

bool before(const Echo& a, const Echo& b) {
    return a.depth != b.depth ? a.depth < b.depth : a.place < b.place;
}

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
    ShapeSet both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    const std::size_t smaller = std::min(a.size(), b.size());
    const std::size_t either = a.size() + b.size() - both.size();
    // Fields that are optional, and lists that were empty, are missing in one of them.
    return both.size() * 10 >= smaller * 8 && both.size() * 2 >= either ? Agreement::kSame : Agreement::kDifferent;
}

std::vector<Echo> find_echoes(const simdjson::dom::element& message, const std::vector<std::string>& words) {
    EchoFinder finder(words);
    finder.look(message, kStart, 0);
    std::sort(finder.found.begin(), finder.found.end(), before);
    finder.found.erase(std::unique(finder.found.begin(), finder.found.end()), finder.found.end());
    return std::move(finder.found);
}

void Evidence::merge(const Evidence& other) {
    succeeded = succeeded || other.succeeded;
    for (const std::uint32_t place : other.request)
        insert(request, place);
    for (const std::uint32_t place : other.response)
        insert(response, place);
    for (const Echo& echo : other.echoes) {
        const auto at = std::lower_bound(echoes.begin(), echoes.end(), echo, before);
        if (at == echoes.end() || !(*at == echo)) echoes.insert(at, echo);
        if (echoes.size() > kEchoes) echoes.pop_back();
    }
}

std::string Evidence::encode() const {
    std::string out(succeeded ? "1 " : "0 ");
    append_hex(out, request);
    out += ' ';
    append_hex(out, response);
    out += ' ';
    for (const Echo& echo : echoes)
        fmt::format_to(std::back_inserter(out), "{:08x}{:08x}", echo.depth, echo.place);
    return out;
}

std::optional<Evidence> Evidence::decode(std::string_view text) {
    std::array<std::string_view, 4> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto blank = i + 1 < parts.size() ? text.find(' ') : text.size();
        if (blank == std::string_view::npos) return std::nullopt;
        parts[i] = text.substr(0, blank);
        text.remove_prefix(std::min(blank + 1, text.size()));
    }
    auto request = read_hex(parts[1]);
    auto response = read_hex(parts[2]);
    const auto echoes = read_hex(parts[3]);
    if (!request || !response || !echoes || echoes->size() % 2 != 0) return std::nullopt;
    Evidence evidence{parts[0] == "1", std::move(*request), std::move(*response), {}};
    for (std::size_t i = 0; i < echoes->size(); i += 2)
        evidence.echoes.push_back({(*echoes)[i], (*echoes)[i + 1]});
    return evidence;
}

}  // namespace apiarist::inventory
