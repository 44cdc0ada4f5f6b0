// SPDX-License-Identifier: Apache-2.0
#include "protocols/http1_framing.h"

#include <charconv>

#include "protocols/http1_head.h"

namespace apiarist::protocols {

namespace {

// Digits only: from_chars alone would leave a sign or a tail to the caller.
std::optional<std::uint64_t> parse_number(std::string_view digits, int base) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

std::string_view next_element(std::string_view& list) {
    const std::size_t comma = list.find(',');
    const std::string_view element = trim(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    return element;
}

struct Length {
    bool present = false;
    bool valid = true;
    std::uint64_t value = 0;
};

// Repeated and listed values are accepted when they are equal (RFC 9112 §6.3 no. 5).
Length content_length(const Message& message) {
    Length length;
    for (const Header& header : message.headers) {
        if (!equals_lower(header.name, "content-length")) continue;
        std::string_view list = header.value;
        do {
            const auto value = parse_number(next_element(list), 10);
            if (!value || (length.present && *value != length.value)) return {.present = true, .valid = false};
            length = {.present = true, .valid = true, .value = *value};
        } while (!list.empty());
    }
    return length;
}

struct TransferCodings {
    bool present = false;
    bool chunked_last = false;
    bool chunked_seen = false;
    bool chunked_twice = false;
    std::string others;  // all but a last "chunked"
};

void append_coding(std::string_view name, std::string& list) {
    if (!list.empty()) list += ", ";
    list += name;
}

void add_coding(std::string_view element, TransferCodings& codings) {
    const std::string_view name = trim(element.substr(0, element.find(';')));
    // "identity" was removed from the standard but is still sent with a content-length.
    if (name.empty() || equals_lower(name, "identity")) return;
    // It has no parameters (RFC 9112 §7); nobody takes it for chunked with one.
    const bool chunked = equals_lower(element, "chunked");
    codings.present = true;
    codings.chunked_twice = codings.chunked_twice || (chunked && codings.chunked_seen);
    if (codings.chunked_last) append_coding("chunked", codings.others);
    codings.chunked_last = chunked;
    codings.chunked_seen = codings.chunked_seen || chunked;
    if (!chunked) append_coding(name, codings.others);
}

TransferCodings transfer_codings(const Message& message) {
    TransferCodings codings;
    for (const Header& header : message.headers) {
        if (!equals_lower(header.name, "transfer-encoding")) continue;
        std::string_view list = header.value;
        while (!list.empty())
            add_coding(next_element(list), codings);
    }
    return codings;
}

bool has_no_body(const Message& response, RequestClass request) {
    return request == RequestClass::kHead || response.status < 200 || response.status == 204 || response.status == 304;
}

Framing frame_coded(const Message& message, TransferCodings codings) {
    // RFC 9112 §6.1 forbids to apply it twice: no one sends it but to smuggle.
    if (codings.chunked_twice) return {.end = BodyEnd::kInvalid};
    if (codings.chunked_last) return {.end = BodyEnd::kChunked, .transfer_coding = std::move(codings.others)};
    if (message.kind == MessageKind::kRequest) return {.end = BodyEnd::kInvalid};
    return {.end = BodyEnd::kClose, .transfer_coding = std::move(codings.others)};
}

}  // namespace

bool is_interim(const Message& message) {
    return message.kind == MessageKind::kResponse && message.status < 200 && message.status != 101;
}

Framing frame(const Message& message, RequestClass request) {
    if (message.kind == MessageKind::kResponse) {
        const bool connected = request == RequestClass::kConnect && message.status >= 200 && message.status < 300;
        if (connected || message.status == 101) return {.end = BodyEnd::kTunnel};
        if (has_no_body(message, request)) return {};
    }
    TransferCodings codings = transfer_codings(message);
    if (codings.present) return frame_coded(message, std::move(codings));
    const Length length = content_length(message);
    if (!length.valid) return {.end = BodyEnd::kInvalid};
    if (length.present) return {.end = BodyEnd::kLength, .length = length.value};
    return {.end = message.kind == MessageKind::kRequest ? BodyEnd::kLength : BodyEnd::kClose};
}

std::optional<std::uint64_t> parse_chunk_size(std::string_view line) {
    const std::size_t end = line.find_first_of("; \t");
    if (end != std::string_view::npos) {
        const std::string_view rest = trim(line.substr(end));
        if (!rest.empty() && rest.front() != ';') return std::nullopt;
    }
    return parse_number(line.substr(0, end), 16);
}

}  // namespace apiarist::protocols
