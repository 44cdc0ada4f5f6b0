// SPDX-License-Identifier: Apache-2.0
#include "sensitive/scanner.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "sensitive/database.h"
#include "sensitive/escapes.h"
#include "sensitive/field_names.h"
#include "sensitive/search.h"

namespace apiarist::sensitive {
namespace {

Result<LiteralSet> compile_signs(const std::vector<Sign>& signs) {
    std::vector<Literal> literals;
    literals.reserve(signs.size());
    for (const Sign& sign : signs)
        literals.push_back(sign.literal);
    return compile_literals(literals);
}

// A form or query, in which "+" is a space.
bool may_be_form(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && std::string_view("{[\"<").find(text[first]) == std::string_view::npos &&
           text.find('=') != std::string_view::npos;
}

}  // namespace

// The names of fields come again and again.
class NameCache {
  public:
    Clues clues(std::string_view name) {
        if (name.empty()) return {};
        Entry& entry = entries_[std::hash<std::string_view>{}(name) % entries_.size()];
        if (entry.name != name) {
            entry.clues = clues_of(name);
            entry.name = name.substr(0, kLongestName + 1);  // longer ones are computed each time, and have none
        }
        return entry.clues;
    }

  private:
    struct Entry {
        std::string name;
        Clues clues;
    };
    std::array<Entry, 256> entries_;
};

struct Scratch::State {
    ScanBuffer buffer;
    NameCache names;
    std::vector<Candidate> candidates;
    std::vector<CustomMatch> custom;
    std::string decoded;
    std::string decoded_again;
    std::vector<std::uint32_t> offsets;
};

struct Scanner::State {
    std::vector<TypeInfo> types;
    std::vector<Sign> value_signs;
    std::vector<Sign> payload_signs;
    LiteralSet values;
    LiteralSet payloads;
    CustomPatterns custom;
};

Scratch::Scratch(std::unique_ptr<State> state) : state_(std::move(state)) {}
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;
Scratch::~Scratch() = default;

Scanner::Scanner(std::unique_ptr<State> state) : state_(std::move(state)) {}
Scanner::Scanner(Scanner&&) noexcept = default;
Scanner& Scanner::operator=(Scanner&&) noexcept = default;
Scanner::~Scanner() = default;

Result<Scanner> Scanner::compile(std::span<const CustomPattern> patterns) {
    auto state = std::make_unique<State>();
    auto custom = CustomPatterns::compile(patterns);
    if (!custom) return std::move(custom).error();
    state->custom = std::move(*custom);
    const auto types = builtin_types();
    state->types.assign(types.begin(), types.end());
    for (const CustomPattern& pattern : patterns)
        state->types.push_back({pattern.id, pattern.title.empty() ? pattern.id : pattern.title, pattern.where});

    state->value_signs = signs_of_values();
    state->payload_signs = signs_of_payloads();
    auto values = compile_signs(state->value_signs);
    if (!values) return std::move(values).error().context("signs of values");
    state->values = std::move(*values);
    auto payloads = compile_signs(state->payload_signs);
    if (!payloads) return std::move(payloads).error().context("signs of payloads");
    state->payloads = std::move(*payloads);
    return Scanner(std::move(state));
}

std::span<const TypeInfo> Scanner::types() const {
    return state_->types;
}

Result<Scratch> Scanner::make_scratch() const {
    auto state = std::make_unique<Scratch::State>();
    APIARIST_TRY(state->buffer.fit(state_->values));
    APIARIST_TRY(state->buffer.fit(state_->payloads));
    return Scratch(std::move(state));
}

void Scanner::find(Scratch& scratch, std::string_view field_name, std::string_view value,
                   std::vector<Finding>& findings) const {
    findings.clear();
    Scratch::State& own = *scratch.state_;
    own.candidates.clear();
    own.custom.clear();
    if (value.empty()) return;
    const bool decoded = decode_percent(value, own.decoded, own.offsets);
    const std::string_view view = decoded ? std::string_view(own.decoded) : value;

    Search search(view, own.names.clues(field_name), own.candidates);
    auto on_match = [&](unsigned index, std::size_t end) { return search.on_sign(state_->value_signs[index], end); };
    if (!search.without_signs()) own.buffer.scan(state_->values, view, on_match);
    own.buffer.shrink();
    choose(own.candidates, kMostFindings);
    state_->custom.find(field_name, view, kMostFindings, own.custom);

    for (const Candidate& candidate : own.candidates)
        findings.push_back({static_cast<std::size_t>(candidate.type), candidate.span.begin,
                            candidate.span.end - candidate.span.begin});
    const std::size_t first_custom = state_->types.size() - state_->custom.size();
    for (const CustomMatch& match : own.custom)
        findings.push_back({first_custom + match.pattern, match.begin, match.end - match.begin});
    std::sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
        return std::pair(a.offset, a.type) < std::pair(b.offset, b.type);
    });
    if (findings.size() > kMostFindings) findings.resize(kMostFindings);
    if (!decoded) return;
    for (Finding& finding : findings) {
        const std::size_t end = own.offsets[finding.offset + finding.length];
        finding.offset = own.offsets[finding.offset];
        finding.length = end - finding.offset;
    }
}

bool Scanner::view_may_hold(Scratch& scratch, std::string_view view, bool raw) const {
    Search search(view, raw);
    if (search.without_signs()) return true;
    bool found = false;
    auto on_match = [&](unsigned index, std::size_t end) {
        found = search.on_sign(state_->payload_signs[index], end);
        return found;
    };
    scratch.state_->buffer.scan(state_->payloads, view, on_match);
    scratch.state_->buffer.shrink();
    return found || state_->custom.may_hold(view);
}

// A value that find() is asked for is a part of one of these views, or it is looked at without percent-encoding and
// that is a part of one: the payload; without JSON's escapes; both without percent-encoding; as a form; and that again.
bool Scanner::may_hold(Scratch& scratch, std::string_view payload) const {
    if (payload.empty()) return false;
    Scratch::State& own = *scratch.state_;
    if (view_may_hold(scratch, payload, true)) return true;
    if (decode_percent(payload, own.decoded) && view_may_hold(scratch, own.decoded, false)) return true;
    // Other escapes stand beside what is found, not inside; a user's pattern may ask for any of them.
    if ((state_->custom.size() > 0 || hides_characters(payload)) && decode_json(payload, own.decoded)) {
        if (view_may_hold(scratch, own.decoded, false)) return true;
        if (decode_percent(own.decoded, own.decoded_again) && view_may_hold(scratch, own.decoded_again, false))
            return true;
    }
    if (!may_be_form(payload) || !decode_form(payload, own.decoded)) return false;
    if (view_may_hold(scratch, own.decoded, false)) return true;
    return decode_percent(own.decoded, own.decoded_again) && view_may_hold(scratch, own.decoded_again, false);
}

}  // namespace apiarist::sensitive
