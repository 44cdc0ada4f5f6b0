// SPDX-License-Identifier: Apache-2.0
#include "server/metrics_client.h"

#include <fmt/format.h>
#include <httplib.h>

#include "base/text.h"
#include "server/metrics_server.h"

namespace apiarist::server {

Result<std::string> fetch(const std::string& address, const std::string& path) {
    constexpr int kConnectSeconds = 5;
    constexpr int kReadSeconds = 60;  // the collector may have files of many processes to look at
    constexpr std::size_t kLargest = std::size_t{256} << 20;
    const auto parsed = parse_loopback(address);
    if (!parsed) return parsed.error();
    httplib::Client client(parsed->host, parsed->port);
    client.set_connection_timeout(kConnectSeconds);
    client.set_read_timeout(kReadSeconds);
    std::string body;
    const auto answer = client.Get(path, [&body](const char* data, std::size_t size) {
        body.append(data, size);
        return body.size() <= kLargest;
    });
    if (!answer) {
        const bool nobody = answer.error() == httplib::Error::Connection;
        return Error{nobody ? std::errc::connection_refused : std::errc::protocol_error,
                     fmt::format("{}: {}", address, httplib::to_string(answer.error()))};
    }
    if (answer->get_header_value("Server") != kServerName)
        return Error{std::errc::protocol_error, fmt::format("what answers at {} is no collector", address)};
    if (answer->status == 503)
        return Error{std::errc::resource_unavailable_try_again, std::string(trimmed(body, "\n"))};
    if (answer->status != 200)
        return Error{std::errc::protocol_error, fmt::format("{}: status {} for {}", address, answer->status, path)};
    return body;
}

}  // namespace apiarist::server
