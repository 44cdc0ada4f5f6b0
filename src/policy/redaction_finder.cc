// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_finder.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/text.h"
#include "policy/redaction_mark.h"
#include "policy/redaction_shapes.h"

namespace apiarist::policy {
namespace {

// Bytes, not UTF-8: bodies may be cut, and header fields may hold anything.
re2::RE2::Options bytes() {
    re2::RE2::Options options;
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
    options.set_max_mem(32 << 20);
    return options;
}

// A mark, or the first line of a PEM block.
constexpr const char* kWholes = R"(redacted-[a-z]+-[0-9a-f]{12}|-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)";

constexpr const char* kNumbers = R"(\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b)"
                                 R"(|\b[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?\b)"
                                 R"(|[+(]?[0-9](?:[ ().-]{0,2}[0-9])+)";

constexpr std::size_t kShortestPrefixed = 16;  // letters, digits, "_" and "-" in a row
constexpr std::size_t kShortestRandom = 32;
constexpr unsigned kFewestDigits = 8;

// Of base64, in both alphabets.
constexpr bool in_run(char c) {
    return is_ascii_alphanumeric(c) || c == '-' || c == '_' || c == '+' || c == '/';
}

enum Kind : std::uint8_t { kOther, kLetter, kDigit, kDash, kAt, kSign };  // kLetter: of a run

constexpr std::array<std::uint8_t, 256> make_kinds() {
    std::array<std::uint8_t, 256> kinds{};
    for (std::size_t c = 0; c < kinds.size(); ++c)
        if (in_run(static_cast<char>(c))) kinds[c] = is_ascii_digit(static_cast<char>(c)) ? kDigit : kLetter;
    kinds['-'] = kDash;
    kinds['@'] = kAt;
    kinds[':'] = kinds['='] = kSign;
    return kinds;
}

constexpr std::array<std::uint8_t, 256> kKinds = make_kinds();

Found kind_of(NumberKind kind) {
    switch (kind) {
        case NumberKind::kCard:
            return Found::kCard;
        case NumberKind::kSsn:
            return Found::kSsn;
        case NumberKind::kPhone:
            break;
    }
    return Found::kPhone;
}

std::string_view text_of(std::string_view text, const FoundSpan& span) {
    return text.substr(span.begin, span.end - span.begin);
}

// Parts of nothing but hexadecimal digits are values of their own ("trace-4bf9…").
bool add_hex_parts(std::string_view text, const FoundSpan& run, std::vector<FoundSpan>& out) {
    bool found = false;
    for (std::size_t begin = run.begin; begin < run.end;) {
        std::size_t end = begin;
        while (end < run.end && is_ascii_alphanumeric(text[end]))
            ++end;
        const std::string_view part = text.substr(begin, end - begin);
        const bool hex = part.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
        if (hex && looks_random(part)) {
            out.push_back({begin, end, Found::kToken});
            found = true;
        }
        begin = end + 1;
    }
    return found;
}

// A path of which one step is random, as far as the whole is not.
void add_random_steps(std::string_view text, const FoundSpan& run, std::vector<FoundSpan>& out) {
    for (std::size_t begin = run.begin; begin < run.end;) {
        const std::size_t end = std::min(text.substr(0, run.end).find('/', begin), run.end);
        if (looks_random(text.substr(begin, end - begin))) out.push_back({begin, end, Found::kToken});
        begin = end + 1;
    }
}

}  // namespace

// What a text holds at all: most texts need none of the expressions.
struct ValueFinder::Look {
    bool at = false;
    bool sign = false;   // ":" or "="
    bool whole = false;  // something that find_wholes() may find
    unsigned digits = 0;
    std::size_t longest_run = 0;
};

ValueFinder::Look ValueFinder::look_at(std::string_view text) {
    Look look;
    std::size_t run_begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::uint8_t kind = kKinds[static_cast<unsigned char>(text[i])];
        if (kind == kLetter) continue;
        if (kind == kDigit) {
            ++look.digits;
            continue;
        }
        if (kind == kDash) {
            if (text.substr(i, 11) == "-----BEGIN " || (i >= 8 && text.substr(i - 8, 9) == kMarkBegin))
                look.whole = true;
            continue;
        }
        look.longest_run = std::max(look.longest_run, i - run_begin);
        run_begin = i + 1;
        if (kind == kAt) look.at = true;
        if (kind == kSign) look.sign = true;
        if (kind == kSign && text.substr(i, 3) == "://") look.whole = true;
    }
    look.longest_run = std::max(look.longest_run, text.size() - run_begin);
    return look;
}

ValueFinder::ValueFinder()
    : wholes_(kWholes, bytes()), prefixed_(heads_of_tokens(), bytes()), numbers_(kNumbers, bytes()) {}

// Calls `pass` for what lies between `spans`, and puts what it finds among them.
template <typename Pass>
void ValueFinder::in_gaps(std::string_view text, Spans& spans, const Pass& pass) {
    Spans all;
    std::size_t begin = 0;
    for (const FoundSpan& span : spans) {
        if (span.begin > begin) pass(Gap{text, begin, span.begin}, all);
        all.push_back(span);
        begin = span.end;
    }
    if (begin < text.size()) pass(Gap{text, begin, text.size()}, all);
    spans = std::move(all);
}

void ValueFinder::find(std::string_view text, Spans& spans) const {
    spans.clear();
    const Look look = look_at(text);
    if (look.whole) in_gaps(text, spans, [this](const Gap& gap, Spans& out) { find_wholes(gap, out); });
    if (look.sign) in_gaps(text, spans, [this](const Gap& gap, Spans& out) { find_assigned(gap, out); });
    find_shapes(text, look, spans);
}

void ValueFinder::find_shapes(std::string_view text, const Look& look, Spans& spans) const {
    if (look.at) in_gaps(text, spans, find_emails);
    if (look.longest_run >= kShortestPrefixed)
        in_gaps(text, spans, [this](const Gap& gap, Spans& out) { find_prefixed(gap, out); });
    if (look.longest_run >= kShortestRandom) in_gaps(text, spans, find_random);
    if (look.digits >= kFewestDigits)
        in_gaps(text, spans, [this](const Gap& gap, Spans& out) { find_numbers(gap, out); });
}

std::optional<FoundSpan> ValueFinder::next_match(const re2::RE2& pattern, std::string_view text, std::size_t begin,
                                                 std::size_t end) {
    re2::StringPiece match;
    const re2::StringPiece piece(text.data(), text.size());
    if (begin >= end || !pattern.Match(piece, begin, end, re2::RE2::UNANCHORED, &match, 1)) return std::nullopt;
    const auto at = static_cast<std::size_t>(match.data() - text.data());
    return FoundSpan{at, at + match.size(), Found::kToken};
}

void ValueFinder::find_random(const Gap& gap, Spans& out) {
    for (std::size_t begin = gap.begin; begin < gap.end;) {
        FoundSpan run{begin, begin, Found::kToken};
        while (run.end < gap.end && in_run(gap.text[run.end]))
            ++run.end;
        begin = run.end + 1;
        const std::string_view text = text_of(gap.text, run);
        if (text.size() < kShortestRandom || add_hex_parts(gap.text, run, out)) continue;
        if (!looks_random(text)) {
            add_random_steps(gap.text, run, out);
            continue;
        }
        for (int padding = 0; padding < 2 && run.end < gap.end && gap.text[run.end] == '='; ++padding)
            ++run.end;
        out.push_back(run);
    }
}

void ValueFinder::find_numbers(const Gap& gap, Spans& out) const {
    std::size_t begin = gap.begin;
    while (const auto span = next_match(numbers_, gap.text, begin, gap.end)) {
        const std::string_view text = text_of(gap.text, *span);
        begin = span->end;
        if (is_uuid(text)) continue;
        if (is_ascii_digit(text[0]) || text[0] == '+' || text[0] == '(') {
            for (const NumberSpan& number : numbers_in(text))
                out.push_back({span->begin + number.begin, span->begin + number.end, kind_of(number.kind)});
            continue;
        }
        const std::size_t iban = iban_length(text);
        if (iban > 0) out.push_back({span->begin, span->begin + iban, Found::kIban});
        // Of what is none the digits may be something else.
        begin = span->begin + (iban > 0 ? iban : 2);
    }
}

std::string_view ValueFinder::type_of(std::string_view value) const {
    Spans spans;
    const Look look = look_at(value);
    if (look.whole) in_gaps(value, spans, [this](const Gap& gap, Spans& out) { find_wholes(gap, out); });
    std::erase_if(spans, [](const FoundSpan& span) { return span.kind == Found::kUrl; });
    find_shapes(value, look, spans);
    if (spans.size() != 1 || spans[0].begin != 0 || spans[0].end != value.size()) {
        if (is_uuid(value)) return "uuid";
        return std::all_of(value.begin(), value.end(), is_ascii_digit) ? "number" : "secret";
    }
    switch (spans[0].kind) {
        case Found::kPrivateKey:
            return "privatekey";
        case Found::kEmail:
            return "email";
        case Found::kJwt:
            return "jwt";
        case Found::kToken:
            return "token";
        case Found::kAwsKey:
            return "awskey";
        case Found::kIban:
            return "iban";
        case Found::kCard:
            return "card";
        case Found::kSsn:
            return "ssn";
        case Found::kPhone:
            return "phone";
        case Found::kMark:
        case Found::kUrl:
        case Found::kAssigned:
            break;
    }
    return "secret";
}

}  // namespace apiarist::policy
