// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_headers.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "policy/redaction_escapes.h"

namespace apiarist::policy {
namespace {

using protocols::same_name;

// "name=value": the name stays; what has none is a value.
void append_cookie(ValueRedactor& values, std::string& out, std::string_view pair) {
    const std::size_t sign = pair.find('=');
    const std::size_t begin = sign == std::string_view::npos ? 0 : sign + 1;
    std::string_view value = pair.substr(begin);
    const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
    if (quoted) value = value.substr(1, value.size() - 2);
    out += pair.substr(0, begin);
    if (quoted) out += '"';
    out += values.secret(percent_decoded(value, UrlPart::kPath));
    if (quoted) out += '"';
}

// Calls `piece` for what stands between semicolons, and keeps these and the white space around.
template <typename Piece>
std::string by_semicolons(std::string_view text, const Piece& piece) {
    std::string out;
    for (std::size_t begin = 0, number = 0; begin <= text.size(); ++number) {
        const std::size_t end = std::min(text.find(';', begin), text.size());
        const std::string_view inside = trimmed(text.substr(begin, end - begin), " \t");
        if (number > 0) out += ';';
        const std::size_t indent = inside.empty() ? 0 : static_cast<std::size_t>(inside.data() - text.data()) - begin;
        out += text.substr(begin, indent);
        piece(out, inside, number);
        begin = end + 1;
    }
    return out;
}

void append_value(ValueRedactor& values, std::string& out, std::string_view text) {
    const auto redacted = values.value(text, {});
    if (redacted) {
        out += *redacted;
    } else {
        out += text;
    }
}

std::string cookies(ValueRedactor& values, std::string_view value) {
    return by_semicolons(
        value, [&values](std::string& out, std::string_view pair, std::size_t) { append_cookie(values, out, pair); });
}

std::string set_cookie(ValueRedactor& values, std::string_view value) {
    return by_semicolons(value, [&values](std::string& out, std::string_view piece, std::size_t number) {
        number == 0 ? append_cookie(values, out, piece) : append_value(values, out, piece);
    });
}

std::string content_type(ValueRedactor& values, std::string_view value) {
    return by_semicolons(value, [&values](std::string& out, std::string_view piece, std::size_t) {
        if (same_name(piece.substr(0, 9), "boundary=")) {
            out += piece;
        } else {
            append_value(values, out, piece);
        }
    });
}

}  // namespace

bool is_host(std::string_view value) {
    return std::all_of(value.begin(), value.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == '_' || c == ':' || c == '[' || c == ']';
    });
}

void redact_headers(ValueRedactor& values, std::vector<protocols::Header>& headers) {
    for (protocols::Header& header : headers) {
        if (same_name(header.name, "cookie")) {
            header.value = cookies(values, header.value);
        } else if (same_name(header.name, "set-cookie") || same_name(header.name, "set-cookie2")) {
            header.value = set_cookie(values, header.value);
        } else if (same_name(header.name, "content-type")) {
            header.value = content_type(values, header.value);
        } else if (values.sensitive(header.name)) {
            header.value = values.named_secret(header.name, header.value);
        } else if (!same_name(header.name, "host") || !is_host(header.value)) {
            if (auto redacted = values.value(header.value, {})) header.value = std::move(*redacted);
        }
    }
}

}  // namespace apiarist::policy
