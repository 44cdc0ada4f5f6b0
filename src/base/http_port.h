// SPDX-License-Identifier: Apache-2.0
#pragma once
// The port of a server of cpp-httplib. A template, so that base does without the library.

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>

#include "base/result.h"

namespace apiarist {

// `port`: 0 becomes one that is free. An error says why, as the library does not.
template <typename Server>
Status bind_port(Server& server, const std::string& host, int& port) {
    // The library asks for SO_REUSEPORT, with which a second server would silently share the port of the first.
    server.set_socket_options([](int socket) {
        const int yes = 1;
        (void)::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    errno = 0;
    if (port == 0) {
        port = server.bind_to_any_port(host);
        if (port > 0) return Done{};
    } else if (server.bind_to_port(host, port)) {
        return Done{};
    }
    const int error = errno;
    return Error::from_errno(error, fmt::format("listen on {} port {}", host, port));
}

inline std::string http_url(const std::string& host, int port) {
    const bool six = host.find(':') != std::string::npos;
    return six ? fmt::format("http://[{}]:{}", host, port) : fmt::format("http://{}:{}", host, port);
}

}  // namespace apiarist
