// SPDX-License-Identifier: Apache-2.0
#include "sensitive/custom_patterns.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <set>

#include "base/text.h"

namespace apiarist::sensitive {
namespace {

// Of one expression, compiled: a few classes and repeats have some kilobytes, "(\d{1,500}x){1,20}" has megabytes and
// takes seconds.
constexpr std::size_t kLargestDatabase = 512UL * 1024;
// Repeats that are counted cost states for each count.
constexpr unsigned kMostRepeats = 512;

Error refused(std::string_view id, std::string_view why) {
    return {std::errc::invalid_argument, "pattern " + std::string(id) + ": " + std::string(why)};
}

// The product of the greatest counts of "{…}" that stand in one another is not told from the text; of all of them it is
// at least as large.
bool repeats_too_often(std::string_view expression) {
    unsigned long product = 1;
    for (auto i = expression.find('{'); i != std::string_view::npos; i = expression.find('{', i + 1)) {
        unsigned long most = 0;
        unsigned long count = 0;
        for (std::size_t k = i + 1; k < expression.size() && expression[k] != '}'; ++k) {
            if (expression[k] == ',') {
                count = 0;
            } else if (is_ascii_digit(expression[k])) {
                count = std::min(count * 10 + static_cast<unsigned long>(expression[k] - '0'), 100000UL);
            } else {
                break;
            }
            most = std::max(most, count);
        }
        if (most > kMostRepeats) return true;
        product = std::min(product * std::max(most, 1UL), 1000000000UL);
    }
    // Side by side they only add, so that the bound on the product is generous.
    return product > static_cast<unsigned long>(kMostRepeats) * kMostRepeats * 8;
}

Status check_expression(std::string_view id, const std::string& text, unsigned flags) {
    if (text.size() > kLongestExpression) return refused(id, "its expression is too long");
    if (text.find('\0') != std::string::npos) return refused(id, "its expression has a NUL in it");
    if (repeats_too_often(text)) return refused(id, "it repeats too often");
    const auto database = compile_database({{text, flags}});
    if (!database) return refused(id, database.error().what);
    std::size_t size = 0;
    if (hs_database_size(database->get(), &size) != HS_SUCCESS || size > kLargestDatabase)
        return refused(id, "its expression is too expensive");
    return Done{};
}

bool is_id(std::string_view id) {
    constexpr std::size_t kLongest = 64;
    return !id.empty() && id.size() <= kLongest &&
           std::all_of(id.begin(), id.end(), [](char c) { return is_ascii_lower(c) || is_ascii_digit(c) || c == '_'; });
}

Status check_ids(std::span<const CustomPattern> patterns) {
    std::set<std::string_view> ids;
    for (const TypeInfo& type : builtin_types())
        ids.insert(type.id);
    for (const CustomPattern& pattern : patterns) {
        if (!is_id(pattern.id)) return refused(pattern.id, "not an id of small letters, digits and \"_\"");
        if (!ids.insert(pattern.id).second) return refused(pattern.id, "there is a type of this id");
        if (pattern.value.empty()) return refused(pattern.id, "it has no expression");
    }
    return Done{};
}

Result<Database> compile_gate(std::span<const CustomPattern> patterns) {
    std::vector<Expression> expressions;
    for (const CustomPattern& pattern : patterns) {
        auto text = without_anchors(pattern.value);
        if (!text) return Database();
        expressions.push_back({std::move(*text), HS_FLAG_SINGLEMATCH});
    }
    auto gate = compile_database(expressions);
    return gate ? std::move(gate) : Result<Database>(Database());  // what matches nothing at all is refused
}

constexpr unsigned kValueFlags = HS_FLAG_SOM_LEFTMOST;
constexpr unsigned kNameFlags = HS_FLAG_SINGLEMATCH | HS_FLAG_CASELESS;

// The end of the class that begins at `i`.
std::size_t end_of_class(std::string_view expression, std::size_t i) {
    std::size_t k = i + 1;
    if (k < expression.size() && expression[k] == '^') ++k;
    if (k < expression.size() && expression[k] == ']') ++k;
    while (k < expression.size() && expression[k] != ']') {
        if (expression[k] == '\\') {
            ++k;
        } else if (expression[k] == '[' && k + 1 < expression.size() && expression[k + 1] == ':') {
            const auto close = expression.find(":]", k + 2);
            if (close != std::string_view::npos) k = close + 1;
        }
        ++k;
    }
    return std::min(k + 1, expression.size());
}

}  // namespace

std::optional<std::string> without_anchors(std::string_view expression) {
    constexpr std::string_view kNothing = "(?:)";
    std::string out;
    for (std::size_t i = 0; i < expression.size();) {
        const char c = expression[i];
        if (c == '\\' && i + 1 < expression.size()) {
            const char letter = expression[i + 1];
            if (letter == 'Q' || letter == 'E') return std::nullopt;
            if (std::string_view("bBAzZG").find(letter) != std::string_view::npos) {
                out += kNothing;
            } else {
                out += expression.substr(i, 2);
            }
            i += 2;
        } else if (c == '[') {
            const std::size_t end = end_of_class(expression, i);
            out += expression.substr(i, end - i);
            i = end;
        } else if (c == '^' || c == '$') {
            out += kNothing;
            ++i;
        } else if (c == '(' && expression.substr(i, 2) == "(*") {
            return std::nullopt;  // verbs of the dialect
        } else if (c == '(' && expression.substr(i, 2) == "(?" && i + 2 < expression.size()) {
            const auto end = expression.find_first_of(":)<#", i + 2);
            const std::string_view head = expression.substr(i, end == std::string_view::npos ? end : end - i);
            // In "extended" expressions and comments the signs mean something else.
            if (end == std::string_view::npos || expression[end] == '#' || head.find('x') != std::string_view::npos)
                return std::nullopt;
            out += "(?";
            i += 2;
        } else {
            out += c;
            ++i;
        }
    }
    return out;
}

Result<CustomDatabases> compile_custom(std::span<const CustomPattern> patterns) {
    CustomDatabases out;
    if (patterns.empty()) return out;
    if (patterns.size() > kMostCustomPatterns)
        return refused(patterns[kMostCustomPatterns].id, "there are too many patterns before it");
    APIARIST_TRY(check_ids(patterns));
    std::vector<Expression> values;
    std::vector<Expression> names;
    for (const CustomPattern& pattern : patterns) {
        APIARIST_TRY(check_expression(pattern.id, pattern.value, kValueFlags));
        if (!pattern.name.empty()) APIARIST_TRY(check_expression(pattern.id, pattern.name, kNameFlags));
        values.push_back({pattern.value, kValueFlags});
        if (pattern.name.empty()) continue;
        out.named.push_back(values.size() - 1);
        names.push_back({pattern.name, kNameFlags});
    }
    auto compiled = compile_database(values);
    if (!compiled) return std::move(compiled).error().context("patterns together");
    out.values = std::move(*compiled);
    if (!names.empty()) {
        auto compiled_names = compile_database(names);
        if (!compiled_names) return std::move(compiled_names).error().context("names of patterns together");
        out.names = std::move(*compiled_names);
    }
    auto gate = compile_gate(patterns);
    if (!gate) return std::move(gate).error();
    out.gate = std::move(*gate);
    return out;
}

}  // namespace apiarist::sensitive
