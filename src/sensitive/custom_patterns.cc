// SPDX-License-Identifier: Apache-2.0
#include "sensitive/custom_patterns.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace apiarist::sensitive {
namespace {

Error refused(std::string_view id, std::string_view why) {
    return {std::errc::invalid_argument, "pattern " + std::string(id) + ": " + std::string(why)};
}

re2::RE2::Options options_of(bool any_case) {
    // Of one expression, its automata included.
    constexpr std::int64_t kMemory = 512L * 1024;
    re2::RE2::Options options;
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
    options.set_case_sensitive(!any_case);
    options.set_log_errors(false);
    options.set_max_mem(kMemory);
    return options;
}

re2::StringPiece piece(std::string_view text) {
    return {text.data(), text.size()};
}

Result<std::unique_ptr<re2::RE2>> compile_expression(std::string_view id, const std::string& text, bool any_case) {
    if (text.size() > kLongestExpression) return refused(id, "its expression is too long");
    auto compiled = std::make_unique<re2::RE2>(text, options_of(any_case));
    if (!compiled->ok()) return refused(id, compiled->error());
    // Where its states are too many to be kept, RE2 follows them all with each byte.
    constexpr int kMostInstructions = 1200;
    if (compiled->ProgramSize() > kMostInstructions) return refused(id, "it is too expensive");
    if (re2::RE2::FullMatch("", *compiled)) return refused(id, "it matches nothing at all");
    return compiled;
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

// Null: one of them cannot be told from a part of a payload.
std::unique_ptr<re2::RE2::Set> compile_gate(std::span<const CustomPattern> patterns) {
    constexpr std::int64_t kMemory = 4L * 1024 * 1024;
    auto options = options_of(false);
    options.set_max_mem(kMemory);
    auto gate = std::make_unique<re2::RE2::Set>(options, re2::RE2::UNANCHORED);
    for (const CustomPattern& pattern : patterns) {
        const auto text = without_anchors(pattern.value);
        if (!text || gate->Add(*text, nullptr) < 0) return nullptr;
    }
    return gate->Compile() ? std::move(gate) : nullptr;
}

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
            return std::nullopt;  // not of RE2
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

Result<CustomPatterns> CustomPatterns::compile(std::span<const CustomPattern> patterns) {
    CustomPatterns out;
    if (patterns.empty()) return out;
    if (patterns.size() > kMostCustomPatterns)
        return refused(patterns[kMostCustomPatterns].id, "there are too many patterns before it");
    APIARIST_TRY(check_ids(patterns));
    for (const CustomPattern& pattern : patterns) {
        Compiled compiled;
        auto value = compile_expression(pattern.id, pattern.value, false);
        if (!value) return std::move(value).error();
        compiled.value = std::move(*value);
        if (!pattern.name.empty()) {
            auto name = compile_expression(pattern.id, pattern.name, true);
            if (!name) return std::move(name).error();
            compiled.name = std::move(*name);
        }
        out.patterns_.push_back(std::move(compiled));
    }
    out.gate_ = compile_gate(patterns);
    return out;
}

void CustomPatterns::find(std::string_view name, std::string_view value, std::size_t most,
                          std::vector<CustomMatch>& found) const {
    const re2::StringPiece text = piece(value);
    for (std::size_t i = 0; i < patterns_.size(); ++i) {
        const Compiled& pattern = patterns_[i];
        if (pattern.name && !re2::RE2::PartialMatch(piece(name), *pattern.name)) continue;
        std::size_t begin = 0;
        re2::StringPiece match;
        // To find one match may take a look at all that follows; `most` bounds how often.
        for (std::size_t n = 0; n < most && begin < value.size(); ++n) {
            if (!pattern.value->Match(text, begin, value.size(), re2::RE2::UNANCHORED, &match, 1)) break;
            const auto at = static_cast<std::size_t>(match.data() - value.data());
            if (!match.empty()) found.push_back({i, at, at + match.size()});
            begin = at + std::max<std::size_t>(match.size(), 1);
        }
    }
}

bool CustomPatterns::may_hold(std::string_view payload) const {
    if (patterns_.empty()) return false;
    if (!gate_) return true;
    re2::RE2::Set::ErrorInfo error{};
    std::vector<int> which;
    if (gate_->Match(piece(payload), &which, &error)) return true;
    return error.kind != re2::RE2::Set::kNoError;
}

}  // namespace apiarist::sensitive
