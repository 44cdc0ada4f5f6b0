// SPDX-License-Identifier: Apache-2.0
#include "sensitive/scanner.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "sensitive/database.h"
#include "sensitive/escapes.h"
#include "sensitive/field_names.h"
#include "sensitive/search.h"

namespace apiarist::sensitive {
namespace {

std::vector<Expression> expressions_of(const std::vector<Sign>& signs) {
    std::vector<Expression> out;
    out.reserve(signs.size());
    for (const Sign& sign : signs)
        out.push_back(sign.expression);
    return out;
}

// Whether a form is out of the question, in which "+" is a space.
bool begins_like_json_or_xml(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && std::string_view("{[\"<").find(text[first]) != std::string_view::npos;
}

}  // namespace

struct Scratch::State {
    HsScratch hs;
    std::vector<Candidate> candidates;
    std::vector<Finding> custom;
    std::vector<bool> named;  // patterns that the name fits
    std::string decoded;
    std::string decoded_again;
    std::vector<std::uint32_t> offsets;
};

struct Scanner::State {
    std::vector<TypeInfo> types;
    std::vector<Sign> value_signs;
    std::vector<Sign> payload_signs;
    Database values;
    Database payloads;
    std::size_t custom_count = 0;
    std::vector<bool> asks_for_name;
    CustomDatabases custom;
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
    const auto types = builtin_types();
    state->types.assign(types.begin(), types.end());
    for (const CustomPattern& pattern : patterns) {
        state->types.push_back({pattern.id, pattern.title.empty() ? pattern.id : pattern.title, pattern.where});
        state->asks_for_name.push_back(!pattern.name.empty());
    }
    state->custom_count = patterns.size();
    auto custom = compile_custom(patterns);
    if (!custom) return std::move(custom).error();
    state->custom = std::move(*custom);

    state->value_signs = signs_of_values();
    state->payload_signs = signs_of_payloads();
    auto values = compile_database(expressions_of(state->value_signs));
    if (!values) return std::move(values).error().context("the types that are known");
    state->values = std::move(*values);
    auto payloads = compile_database(expressions_of(state->payload_signs));
    if (!payloads) return std::move(payloads).error().context("the types that are known");
    state->payloads = std::move(*payloads);
    return Scanner(std::move(state));
}

std::span<const TypeInfo> Scanner::types() const {
    return state_->types;
}

Result<Scratch> Scanner::make_scratch() const {
    auto state = std::make_unique<Scratch::State>();
    for (const Database* database :
         {&state_->values, &state_->payloads, &state_->custom.values, &state_->custom.names, &state_->custom.gate})
        if (*database) APIARIST_TRY(fit_scratch(state->hs, *database));
    state->named.resize(state_->custom_count);
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

    Search search(view, clues_of(field_name), own.candidates);
    auto on_match = [&](unsigned id, std::size_t, std::size_t end) {
        return search.on_sign(state_->value_signs[id], end);
    };
    if (!search.without_signs()) scan(state_->values, own.hs.get(), view, on_match);
    choose(own.candidates, kMostFindings);
    if (state_->custom_count > 0) find_custom(scratch, field_name, view);

    for (const Candidate& candidate : own.candidates)
        findings.push_back({static_cast<std::size_t>(candidate.type), candidate.span.begin,
                            candidate.span.end - candidate.span.begin});
    findings.insert(findings.end(), own.custom.begin(), own.custom.end());
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

void Scanner::find_custom(Scratch& scratch, std::string_view field_name, std::string_view view) const {
    Scratch::State& own = *scratch.state_;
    for (std::size_t i = 0; i < state_->custom_count; ++i)
        own.named[i] = !state_->asks_for_name[i];
    auto on_name = [&](unsigned id, std::size_t, std::size_t) {
        own.named[state_->custom.named[id]] = true;
        return false;
    };
    if (state_->custom.names) scan(state_->custom.names, own.hs.get(), field_name, on_name);
    const std::size_t first_type = state_->types.size() - state_->custom_count;
    auto on_value = [&](unsigned id, std::size_t begin, std::size_t end) {
        if (!own.named[id] || begin == end) return false;
        const std::size_t type = first_type + id;
        // Vectorscan tells every end of a match; of those that overlap the union is meant. The newest of the type is
        // near the end, for there are few types.
        const auto last = std::find_if(own.custom.rbegin(), own.custom.rend(),
                                       [type](const Finding& finding) { return finding.type == type; });
        if (last != own.custom.rend() && begin < last->offset + last->length && end > last->offset) {
            const std::size_t first = std::min(begin, last->offset);
            last->length = std::max(end, last->offset + last->length) - first;
            last->offset = first;
            return false;
        }
        if (own.custom.size() < kMostFindings) own.custom.push_back({type, begin, end - begin});
        return false;
    };
    scan(state_->custom.values, own.hs.get(), view, on_value);
}

bool Scanner::view_may_hold(Scratch& scratch, std::string_view view, bool raw) const {
    hs_scratch_t* const hs = scratch.state_->hs.get();
    Search search(view, raw);
    bool found = false;
    auto on_match = [&](unsigned id, std::size_t, std::size_t end) {
        found = search.on_sign(state_->payload_signs[id], end);
        return found;
    };
    scan(state_->payloads, hs, view, on_match);
    if (found || search.without_signs()) return true;
    if (!state_->custom.gate) return false;
    auto on_custom = [&](unsigned, std::size_t, std::size_t) { return found = true; };
    scan(state_->custom.gate, hs, view, on_custom);
    return found;
}

// A value that find() is asked for is a part of one of these views, or it is looked at without percent-encoding and
// that is a part of one: the payload; without JSON's escapes; both without percent-encoding; as a form; and that again.
bool Scanner::may_hold(Scratch& scratch, std::string_view payload) const {
    if (payload.empty()) return false;
    if (state_->custom_count > 0 && !state_->custom.gate) return true;
    Scratch::State& own = *scratch.state_;
    if (view_may_hold(scratch, payload, true)) return true;
    if (decode_percent(payload, own.decoded) && view_may_hold(scratch, own.decoded, false)) return true;
    // Other escapes stand beside what is found, not inside; a user's pattern may ask for any of them.
    if ((state_->custom_count > 0 || hides_characters(payload)) && decode_json(payload, own.decoded)) {
        if (view_may_hold(scratch, own.decoded, false)) return true;
        if (decode_percent(own.decoded, own.decoded_again) && view_may_hold(scratch, own.decoded_again, false))
            return true;
    }
    if (begins_like_json_or_xml(payload) || !decode_form(payload, own.decoded)) return false;
    if (view_may_hold(scratch, own.decoded, false)) return true;
    return decode_percent(own.decoded, own.decoded_again) && view_may_hold(scratch, own.decoded_again, false);
}

}  // namespace apiarist::sensitive
