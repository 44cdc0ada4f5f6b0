// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_body.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/json.h"
#include "base/text.h"
#include "policy/redaction_json.h"
#include "policy/redaction_multipart.h"
#include "policy/redaction_target.h"
#include "policy/redaction_xml.h"

namespace apiarist::policy {
namespace {

// In lower case, without parameters.
std::string media_type(std::string_view content_type) {
    return to_lower(trimmed(content_type.substr(0, content_type.find(';')), " \t"));
}

bool is_binary_type(std::string_view type) {
    constexpr std::array<std::string_view, 9> kBinary = {
        "image/",           "audio/",           "video/",          "font/",          "application/octet-stream",
        "application/grpc", "application/cbor", "application/zip", "application/pdf"};
    if (type == "image/svg+xml") return false;
    return type.find("protobuf") != std::string_view::npos || type.find("msgpack") != std::string_view::npos ||
           std::any_of(kBinary.begin(), kBinary.end(),
                       [type](std::string_view binary) { return type.starts_with(binary); });
}

// Without what is left of a character that was cut.
std::string_view whole_characters(std::string_view text) {
    for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if (byte >= 0xc0) return text.substr(0, text.size() - back);
        if (byte < 0x80) break;
    }
    return text;
}

// UTF-8 without control characters: what has them is another encoding, or a format of its own.
bool is_text(std::string_view bytes, bool cut) {
    const bool controls = std::any_of(bytes.begin(), bytes.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f');
    });
    return !controls && (is_utf8(bytes) || (cut && is_utf8(whole_characters(bytes))));
}

// "callback({…})", as of old.
std::size_t padding_length(std::string_view script) {
    const auto bracket = script.find('(');
    if (bracket == std::string_view::npos || bracket > 128) return 0;
    return looks_like_json(script.substr(bracket + 1)) ? bracket + 1 : 0;
}

// Server-sent events: the data of each line by itself.
std::string redact_events(ValueRedactor& values, std::string_view text, Nesting nesting) {
    std::string out;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = text.substr(begin, end - begin);
        const std::size_t field = line.starts_with("data: ") ? 6 : line.starts_with("data:") ? 5 : 0;
        const auto redacted = values.value(line.substr(field), {nesting.depth + 1, nesting.cut && end == text.size()});
        out += line.substr(0, field);
        out += redacted ? *redacted : std::string(line.substr(field));
        if (end < text.size()) out += '\n';
        begin = end + 1;
    }
    return out;
}

std::string redact_text(ValueRedactor& values, std::string_view type, std::string_view text, Nesting nesting) {
    const auto or_as_it_is = [text](std::optional<std::string> redacted) {
        return redacted ? std::move(*redacted) : std::string(text);
    };
    if (looks_like_json(text)) return or_as_it_is(redact_json(values, text, nesting));
    if (looks_like_xml(text)) return or_as_it_is(redact_xml(values, text, nesting));
    if (type == "text/event-stream") return redact_events(values, text, nesting);
    if (type == "application/x-www-form-urlencoded" || looks_like_form(text))
        return or_as_it_is(redact_form(values, text, nesting));
    if (type.find("json") != std::string_view::npos) return or_as_it_is(redact_json(values, text, nesting));
    const bool script = type.find("javascript") != std::string_view::npos;
    if (const std::size_t padding = script ? padding_length(text) : 0; padding > 0) {
        const std::string_view json = text.substr(padding);
        return std::string(text.substr(0, padding)) + redact_json(values, json, nesting).value_or(std::string(json));
    }
    return or_as_it_is(values.text(text, nesting));
}

// Of what stands before the JSON in a message: SockJS's "a", Engine.IO's "42", Socket.IO's "42/admin,7".
std::size_t kind_length(std::string_view text) {
    constexpr std::size_t kLongest = 32;
    const std::size_t length = text.substr(0, kLongest + 1).find_first_of("[{");
    if (length == std::string_view::npos) return 0;
    const std::string_view kind = text.substr(0, length);
    const bool plain = std::all_of(kind.begin(), kind.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == ',' ||
               c == '-' || c == '_';
    });
    return plain && looks_like_json(text.substr(length)) ? length : 0;
}

}  // namespace

std::string redact_body(ValueRedactor& values, const BodyView& body, Nesting nesting) {
    constexpr unsigned kDeepest = 4;
    if (body.bytes.empty()) return {};
    const std::string type = media_type(body.content_type);
    if (body.opaque || nesting.depth > kDeepest) return values.opaque(body.bytes);
    if (type.starts_with("multipart/"))
        if (auto redacted = redact_multipart(values, body, nesting)) return std::move(*redacted);
    if (is_binary_type(type) || !is_text(body.bytes, nesting.cut)) return values.opaque(body.bytes);
    return redact_text(values, type, body.bytes, nesting);
}

std::string redact_message_payload(ValueRedactor& values, const BodyView& payload, Nesting nesting) {
    const std::size_t kind = kind_length(payload.bytes);
    return redact_body(values, {{}, payload.bytes.substr(0, kind), payload.opaque}, {}) +
           redact_body(values, {{}, payload.bytes.substr(kind), payload.opaque}, nesting);
}

}  // namespace apiarist::policy
