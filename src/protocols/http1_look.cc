// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "base/text.h"
#include "protocols/http1.h"
#include "protocols/http1_head.h"

namespace apiarist::protocols {

namespace {

// More than this without a line end and without a usual method is not worth waiting for.
constexpr std::size_t kPatience = 8 << 10;

// Whether `partial` may go on to METHOD SP target SP version.
bool may_become_request(std::string_view partial) {
    const std::string_view method = partial.substr(0, partial.find(' '));
    const auto usual = [](char c) { return is_ascii_alphanumeric(c) || c == '-' || c == '_'; };
    return !method.empty() && method.size() <= 32 && std::ranges::all_of(method, usual) &&
           may_become_start_line(MessageKind::kRequest, partial, partial);
}

}  // namespace

Http1Look look_at(std::span<const std::byte> first_bytes) {
    std::string_view text(reinterpret_cast<const char*>(first_bytes.data()), first_bytes.size());
    const std::size_t begin = text.find_first_not_of("\r\n");
    if (begin == std::string_view::npos) return text.size() > kPatience ? Http1Look::kOther : Http1Look::kUnknown;
    text.remove_prefix(begin);

    std::string_view line;
    LineReader reader;
    std::string_view window = text.substr(0, text.find('\n') + 1);
    if (!window.empty() && reader.take(window, window.size()) == LineReader::State::kLine) {
        line = reader.line();
        Message unused;
        if (parse_start_line(MessageKind::kResponse, line, unused) == StartLine::kMessage) return Http1Look::kResponse;
        const bool request = parse_start_line(MessageKind::kRequest, line, unused) == StartLine::kMessage;
        return request ? Http1Look::kRequest : Http1Look::kOther;
    }
    if (may_become_start_line(MessageKind::kResponse, text, text)) {
        constexpr std::size_t kSureOfResponse = std::string_view("HTTP/1.").size();
        return text.size() >= kSureOfResponse ? Http1Look::kResponse : Http1Look::kUnknown;
    }
    if (is_sure_request(text)) return Http1Look::kRequest;
    return text.size() <= kPatience && may_become_request(text) ? Http1Look::kUnknown : Http1Look::kOther;
}

StartLook look_at_start(std::span<const std::byte> first_bytes) {
    const std::string_view text(reinterpret_cast<const char*>(first_bytes.data()), first_bytes.size());
    const ProxyHeader header = look_at_proxy_header(text);
    switch (header.state) {
        case ProxyHeader::State::kNone:
            return {look_at(first_bytes), 0};
        case ProxyHeader::State::kPartial:
            return {Http1Look::kProxyHeader, 0};
        case ProxyHeader::State::kWhole:
            break;
    }
    if (header.size == text.size()) return {Http1Look::kProxyHeader, header.size};
    const Http1Look look = look_at(first_bytes.subspan(header.size));
    // Who opens a connection sends the header, and then requests.
    return {look == Http1Look::kResponse ? Http1Look::kOther : look, header.size};
}

}  // namespace apiarist::protocols
