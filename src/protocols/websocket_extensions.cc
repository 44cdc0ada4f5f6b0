// SPDX-License-Identifier: Apache-2.0
#include "protocols/websocket_extensions.h"

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

// Window sizes are not held on to: the largest window reads what was made for any other, and how far a sender that
// breaks its promise can be read would hang on how its calls are cut.
bool is_window_size(std::string_view name) {
    return same_name(name, "client_max_window_bits") || same_name(name, "server_max_window_bits");
}

bool read_parameter(std::string_view parameter, WebsocketExtensions& out) {
    const std::string_view name = next_part(parameter, '=');
    if (same_name(name, "client_no_context_takeover"))
        out.client.takeover = false;
    else if (same_name(name, "server_no_context_takeover"))
        out.server.takeover = false;
    else
        return is_window_size(name);
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
