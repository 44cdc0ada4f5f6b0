// SPDX-License-Identifier: Apache-2.0
#include "protocols/http1_head.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace apiarist::protocols {

namespace {

constexpr std::string_view kVersion = "HTTP/1.";
constexpr std::string_view kPrefaceLine = "PRI * HTTP/2.0";

// Methods of the IANA registry and of UPnP: a start line in the middle of a stream with an unknown method is believed
// too, but not if it may be the rest of one of these that a call boundary cut ("ST / HTTP/1.1").
constexpr std::array<std::string_view, 46> kMethods = {"ACL",
                                                       "BASELINE-CONTROL",
                                                       "BIND",
                                                       "CHECKIN",
                                                       "CHECKOUT",
                                                       "CONNECT",
                                                       "COPY",
                                                       "DELETE",
                                                       "GET",
                                                       "HEAD",
                                                       "LABEL",
                                                       "LINK",
                                                       "LOCK",
                                                       "M-SEARCH",
                                                       "MERGE",
                                                       "MKACTIVITY",
                                                       "MKCALENDAR",
                                                       "MKCOL",
                                                       "MKREDIRECTREF",
                                                       "MKWORKSPACE",
                                                       "MOVE",
                                                       "NOTIFY",
                                                       "OPTIONS",
                                                       "ORDERPATCH",
                                                       "PATCH",
                                                       "POST",
                                                       "PRI",
                                                       "PROPFIND",
                                                       "PROPPATCH",
                                                       "PURGE",
                                                       "PUT",
                                                       "QUERY",
                                                       "REBIND",
                                                       "REPORT",
                                                       "SEARCH",
                                                       "SOURCE",
                                                       "SUBSCRIBE",
                                                       "TRACE",
                                                       "UNBIND",
                                                       "UNCHECKOUT",
                                                       "UNLINK",
                                                       "UNLOCK",
                                                       "UNSUBSCRIBE",
                                                       "UPDATE",
                                                       "UPDATEREDIRECTREF",
                                                       "VERSION-CONTROL"};

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
constexpr bool is_space(char c) {
    return c == ' ' || c == '\t';
}

constexpr std::array<bool, 256> make_token_table() {
    std::array<bool, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const char c = static_cast<char>(i);
        table[i] = is_digit(c) || is_alpha(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    }
    return table;
}

constexpr auto kToken = make_token_table();

bool is_token_char(char c) {
    return kToken[static_cast<unsigned char>(c)];
}
bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_char);
}
bool has_control(std::string_view text) {
    return std::ranges::any_of(text, is_control);
}

bool is_version(std::string_view text) {
    return text.size() == kVersion.size() + 1 && text.starts_with(kVersion) && is_digit(text.back());
}

// CRs before a message are passed over by some. Of more than a few nobody knows, and each piece of a line is looked at.
std::string_view without_returns(std::string_view line) {
    constexpr std::size_t kMost = 64;
    const std::string_view looked_at = line.substr(0, kMost);
    return line.substr(std::min(looked_at.find_first_not_of('\r'), looked_at.size()));
}

// Any version of HTTP that has heads, as the one of HTTP/1 that it is read as. Nothing: it is none.
std::optional<int> minor_of(std::string_view version) {
    constexpr std::string_view kName = "HTTP/";
    constexpr std::size_t kMostDigits = 3;
    if (is_version(version)) return version.back() - '0';
    if (!version.starts_with(kName)) return std::nullopt;
    version.remove_prefix(kName.size());
    const std::size_t dot = std::min(version.find('.'), version.size());
    for (const std::string_view number : {version.substr(0, dot), version.substr(std::min(dot + 1, version.size()))})
        if (number.empty() || number.size() > kMostDigits || !std::ranges::all_of(number, is_digit))
            return std::nullopt;
    return version.front() == '0' ? 0 : 1;
}

// A raw space inside of the target, and more than one around it, are errors that some servers forgive, so they occur.
StartLine parse_request_line(std::string_view line, Message& message) {
    if (line == kPrefaceLine) return StartLine::kPreface;
    while (line.ends_with(' '))
        line.remove_suffix(1);
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || last <= first + 1) return StartLine::kInvalid;
    const std::string_view method = line.substr(0, first);
    const std::string_view target = trimmed(line.substr(first + 1, last - first - 1), " ");
    const auto minor = minor_of(line.substr(last + 1));
    if (!is_token(method) || target.empty() || has_control(target) || !minor) return StartLine::kInvalid;
    message.method = method;
    message.target = target;
    message.minor_version = *minor;
    return StartLine::kMessage;
}

StartLine parse_status_line(std::string_view line, Message& message) {
    constexpr std::size_t kStatusAt = kVersion.size() + 2;
    constexpr std::size_t kStatusEnd = kStatusAt + 3;
    if (line.size() < kStatusEnd || !is_version(line.substr(0, kStatusAt - 1)) || line[kStatusAt - 1] != ' ') {
        return StartLine::kInvalid;
    }
    const std::string_view status = line.substr(kStatusAt, 3);
    if (!std::ranges::all_of(status, is_digit) || status.front() == '0') return StartLine::kInvalid;
    std::string_view reason = line.substr(kStatusEnd);
    if (!reason.empty() && reason.front() != ' ') return StartLine::kInvalid;
    reason = trim(reason);
    if (std::ranges::any_of(reason, [](char c) { return is_control(c) && c != '\t'; })) return StartLine::kInvalid;
    message.status = (status[0] - '0') * 100 + (status[1] - '0') * 10 + (status[2] - '0');
    message.reason = reason;
    message.minor_version = line[kVersion.size()] - '0';
    return StartLine::kMessage;
}

bool looks_like_method(std::string_view method) {
    const auto usual = [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; };
    if (method.empty() || method.size() > 32 || !std::ranges::all_of(method, usual)) return false;
    if (std::ranges::find(kMethods, method) != kMethods.end()) return true;
    return std::ranges::none_of(kMethods, [&](std::string_view known) { return known.ends_with(method); });
}

// Of what is forgiven elsewhere nothing.
bool looks_like_request_line(std::string_view line) {
    if (line == kPrefaceLine) return true;
    Message message;
    return std::ranges::count(line, ' ') == 2 && is_version(line.substr(line.rfind(' ') + 1)) &&
           parse_request_line(line, message) == StartLine::kMessage && looks_like_method(message.method);
}

}  // namespace

StartLine parse_start_line(MessageKind kind, std::string_view line, Message& message) {
    line = without_returns(line);
    return kind == MessageKind::kRequest ? parse_request_line(line, message) : parse_status_line(line, message);
}

bool looks_like_start_line(MessageKind kind, std::string_view line) {
    if (kind == MessageKind::kRequest) return looks_like_request_line(line);
    Message message;
    return parse_status_line(line, message) == StartLine::kMessage;
}

bool is_sure_request(std::string_view text) {
    constexpr std::array<std::string_view, 8> kSure = {"GET ",    "HEAD ",  "POST ",    "PUT ",
                                                       "DELETE ", "PATCH ", "OPTIONS ", "TRACE "};
    return std::ranges::any_of(kSure, [&](std::string_view method) {
        if (!text.starts_with(method)) return false;
        const std::string_view target = text.substr(method.size());
        return target.starts_with('/') || target.starts_with("http://") || target.starts_with("https://");
    });
}

bool may_become_start_line(MessageKind kind, std::string_view partial, std::string_view added) {
    // CR is judged when the line is whole: it may be part of the line end.
    if (std::ranges::any_of(added, [](char c) { return is_control(c) && c != '\t' && c != '\r'; })) return false;
    const std::string_view line = without_returns(partial);
    if (line.empty()) return true;
    if (kind == MessageKind::kRequest) return is_token_char(line.front());
    const std::size_t known = std::min(line.size(), kVersion.size());
    return line.substr(0, known) == kVersion.substr(0, known);
}

FieldLine add_field_line(std::string_view line, std::vector<Header>& fields) {
    if (line.find('\0') != std::string_view::npos) return FieldLine::kInvalid;
    if (is_space(line.front())) {
        if (fields.empty()) return FieldLine::kOdd;  // RFC 9112 §2.2
        std::string& value = fields.back().value;
        const std::string_view more = trim(line);
        if (!value.empty() && !more.empty()) value += ' ';
        value += more;
        return FieldLine::kField;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return has_control(line) ? FieldLine::kInvalid : FieldLine::kOdd;
    // White space before the colon is forbidden, and forgiven by enough software to occur.
    const std::string_view name = trim(line.substr(0, colon));
    if (name.empty()) return FieldLine::kOdd;
    if (has_control(name)) return FieldLine::kInvalid;
    fields.push_back({std::string(name), std::string(trim(line.substr(colon + 1)))});
    return name.find(' ') == std::string_view::npos ? FieldLine::kField : FieldLine::kOdd;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

bool equals_lower(std::string_view text, std::string_view lower) {
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
    return std::ranges::equal(text, lower, same);
}

}  // namespace apiarist::protocols
