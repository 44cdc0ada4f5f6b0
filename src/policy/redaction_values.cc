// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_values.h"

#include <algorithm>

#include "policy/redaction_json.h"
#include "policy/redaction_target.h"
#include "policy/redaction_xml.h"

namespace apiarist::policy {
namespace {

// Deeper than this a text is no longer looked into: what seems to hold more is redacted whole.
constexpr unsigned kDeepest = 6;
// The end of a text that is cut: longer than what is told by its shape alone and may have spaces in it.
constexpr std::size_t kTail = 64;

// Steps and a query, not "/9j/4AAQ…", which is base64.
bool looks_like_path(std::string_view text) {
    return text.starts_with('/') && text.find_first_of(" \t\r\n\"<>{}") == std::string_view::npos;
}

bool in_base64(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
           c == '=';
}

bool holds_more(std::string_view text) {
    return looks_like_json(text) || looks_like_xml(text) || text.find("://") != std::string_view::npos;
}

// Where the end begins that may be half of something.
std::size_t tail_of(std::string_view text) {
    std::size_t begin = text.size() > kTail ? text.size() - kTail : 0;
    if (const auto line = text.rfind('\n'); line != std::string_view::npos) begin = std::max(begin, line + 1);
    while (begin > 0 && std::string_view(" \t\r\n").find(text[begin - 1]) == std::string_view::npos)
        --begin;
    return begin;
}

}  // namespace

std::string ValueRedactor::mark(std::string_view type, std::string_view value) {
    ++count_;
    return marker_.mark(type, value);
}

std::string ValueRedactor::secret(std::string_view value) {
    if (value.empty() || is_mark(value)) return std::string(value);
    return mark(finder_.type_of(value), value);
}

std::string ValueRedactor::credentials(std::string_view value) {
    const std::size_t scheme = scheme_length(value);
    return std::string(value.substr(0, scheme)) + secret(value.substr(scheme));
}

std::string ValueRedactor::named_secret(std::string_view name, std::string_view value) {
    return holds_credentials(name) ? credentials(value) : secret(value);
}

std::string ValueRedactor::opaque(std::string_view bytes) {
    if (bytes.empty() || is_mark(bytes)) return std::string(bytes);
    return mark("binary", bytes);
}

std::optional<std::string> ValueRedactor::value(std::string_view text, Nesting nesting) {
    if (text.size() < 2) return this->text(text, nesting);
    if (nesting.depth >= kDeepest && holds_more(text)) return secret(text);
    if (looks_like_json(text)) return redact_json(*this, text, nesting);
    if (looks_like_xml(text)) return redact_xml(*this, text, nesting);
    if (!looks_like_path(text)) return this->text(text, nesting);
    if (std::all_of(text.begin(), text.end(), in_base64))
        if (auto redacted = this->text(text, nesting)) return redacted;
    return redact_target(*this, text, nesting);
}

void ValueRedactor::append_span(std::string& out, std::string_view text, const FoundSpan& span, Nesting nesting) {
    const std::string_view found = text.substr(span.begin, span.end - span.begin);
    switch (span.kind) {
        case Found::kMark:
            out += found;
            return;
        case Found::kUrl: {
            const bool cut = nesting.cut && span.end == text.size();
            if (nesting.depth >= kDeepest) {
                out += secret(found);
            } else {
                out += redact_target(*this, found, {nesting.depth + 1, cut}).value_or(std::string(found));
            }
            return;
        }
        case Found::kPrivateKey:
        case Found::kAssigned:
        case Found::kEmail:
        case Found::kJwt:
        case Found::kToken:
        case Found::kAwsKey:
        case Found::kIban:
        case Found::kCard:
        case Found::kSsn:
        case Found::kPhone:
            out += secret(found);
            return;
    }
}

std::optional<std::string> ValueRedactor::text(std::string_view text, Nesting nesting) {
    std::vector<FoundSpan> spans;
    finder_.find(text, spans);
    std::size_t tail = nesting.cut && !text.empty() ? tail_of(text) : text.size();
    if (spans.empty() && tail == text.size()) return std::nullopt;
    std::string out;
    std::size_t done = 0;
    for (const FoundSpan& span : spans) {
        if (span.begin >= tail) break;
        out += text.substr(done, span.begin - done);
        append_span(out, text, span, nesting);
        done = span.end;
        tail = std::max(tail, done);
    }
    out += text.substr(done, tail - done);
    if (tail < text.size()) out += secret(text.substr(tail));
    return out;
}

}  // namespace apiarist::policy
