// SPDX-License-Identifier: Apache-2.0
#pragma once
// A record of the topic akto.api.logs as the inventory takes it (docs/record.md): also those that the reference's
// collector writes. All texts are views of the decoder's bytes, may hold any character, and end with its next call.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace apiarist::records {

struct Header {
    std::string_view name;  // as it came: ours in lower case, the reference's not
    std::string_view value;
};
using Headers = std::vector<Header>;

// "10.0.0.1:80" and "[2001:db8::1]:443"; either may be missing.
struct Address {
    std::string_view host;
    std::string_view port;
};
[[nodiscard]] Address split_address(std::string_view text);

enum class Direction : std::uint8_t { kServer = 1, kClient = 2 };  // what the process that was watched is

struct Record {
    std::string_view method;
    std::string_view target;  // with the query
    std::string_view type;    // "HTTP/1.1"
    Headers request_headers;
    Headers response_headers;
    std::string_view request_payload;
    std::string_view response_payload;
    std::uint16_t status = 0;  // 0: no response was seen
    Address client;
    Address server;
    std::int64_t time_s = 0;                   // Unix seconds; 0: not said
    std::optional<std::uint64_t> latency_us;   // only where it was measured
    Direction direction = Direction::kServer;  // where it is not said, as the reference takes it
    std::string_view process_name;
    std::string_view collector;  // `daemonset_id`
    std::string_view capture;    // empty: the reference's, which does not say
    std::string_view tls;
    std::string_view grpc_service;
    std::string_view grpc_method;
    std::string_view operation_protocol;
    std::string_view operation_type;
    std::string_view operation_name;
    std::string_view operation_fields;
    std::string_view events;  // of WebSockets: a JSON array
};

// The first of that name, in any case. Nothing: there is none.
[[nodiscard]] std::optional<std::string_view> find_header(const Headers& headers, std::string_view lower_name);

}  // namespace apiarist::records
