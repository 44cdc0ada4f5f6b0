// SPDX-License-Identifier: Apache-2.0
#include "protocols/websocket_extensions.h"

#include <charconv>
#include <string_view>

#include "base/text.h"

namespace apiarist::protocols {
namespace {

constexpr std::string_view kBlanks = " \t";

// Up to `separator`, which does not count inside of quotes; `rest` begins behind it.
std::string_view next_part(std::string_view& rest, char separator) {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < rest.size() && (quoted || rest[end] != separator); ++end)
        if (rest[end] == '"') quoted = !quoted;
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == rest.size() ? end : end + 1);
    return trimmed(part, kBlanks);
}

// A window that is larger than the sender's reads as well; a smaller one would not.
int window_bits(std::string_view value) {
    int bits = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bits);
    const bool whole = error == std::errc{} && end == value.data() + value.size();
    if (!whole || bits < 8 || bits > 15) return 15;
    return bits == 8 ? 9 : bits;  // zlib's compressor makes nine of eight
}

bool read_parameter(std::string_view parameter, WebsocketExtensions& out) {
    std::string_view value = parameter;
    const std::string_view name = next_part(value, '=');
    value = trimmed(value, " \t\"");
    if (same_name(name, "client_no_context_takeover"))
        out.client.takeover = false;
    else if (same_name(name, "server_no_context_takeover"))
        out.server.takeover = false;
    else if (same_name(name, "client_max_window_bits"))
        out.client.window_bits = window_bits(value);
    else if (same_name(name, "server_max_window_bits"))
        out.server.window_bits = window_bits(value);
    else
        return false;
    return true;
}

void read_extension(std::string_view extension, WebsocketExtensions& out) {
    if (!same_name(next_part(extension, ';'), "permessage-deflate") || out.deflate) {
        out.other = true;
        return;
    }
    out.deflate = true;
    while (!extension.empty())
        if (!read_parameter(next_part(extension, ';'), out)) out.other = true;
}

}  // namespace

WebsocketExtensions read_websocket_extensions(const std::vector<Header>& response) {
    WebsocketExtensions out;
    for (const Header& header : response) {
        if (!same_name(header.name, "sec-websocket-extensions")) continue;
        for (std::string_view rest = header.value; !rest.empty();) {
            const std::string_view extension = next_part(rest, ',');
            if (!extension.empty()) read_extension(extension, out);
        }
    }
    return out;
}

}  // namespace apiarist::protocols
