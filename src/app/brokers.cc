// SPDX-License-Identifier: Apache-2.0
#include "app/brokers.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/text.h"

namespace apiarist::app {
namespace {

bool is_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc{} && end == text.data() + text.size() && port != 0;
}

bool is_host(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_ascii_alphanumeric(c) || c == '.' || c == '-' || c == '_';
    });
}

// "::1", "fe80::1%eth0".
bool is_inside_brackets(std::string_view text) {
    return text.find(':') != std::string_view::npos && std::all_of(text.begin(), text.end(), [](char c) {
               return is_ascii_alphanumeric(c) || c == ':' || c == '.' || c == '%' || c == '-' || c == '_';
           });
}

bool is_broker(std::string_view text) {
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos || !is_inside_brackets(text.substr(1, close - 1))) return false;
        rest = text.substr(close + 1);
    } else {
        const auto colon = std::min(text.find(':'), text.size());
        if (!is_host(text.substr(0, colon))) return false;
        rest = text.substr(colon);
    }
    return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
}

}  // namespace

std::optional<std::string> parse_brokers(std::string_view text) {
    constexpr std::string_view kScheme = "kafka://";
    std::string brokers;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        std::string_view one = trimmed(text.substr(at, comma - at), " \t\r\n");
        at = comma + 1;
        if (one.starts_with(kScheme)) one.remove_prefix(kScheme.size());
        if (one.empty()) continue;
        if (!is_broker(one)) return std::nullopt;
        if (!brokers.empty()) brokers += ',';
        brokers += one;
    }
    if (brokers.empty()) return std::nullopt;
    return brokers;
}

}  // namespace apiarist::app
