// SPDX-License-Identifier: Apache-2.0
#pragma once
// The brokers as a user writes them: "a:9092, kafka://b:9093,[::1]". Checked here, because librdkafka takes nearly any
// text and then looks for strange hosts.

#include <optional>
#include <string>
#include <string_view>

namespace apiarist::app {

// "a:9092,b:9093,[::1]", as librdkafka wants it. Nothing: one of them is none (a placeholder, a URL with a user, a port
// beyond 65535, an IPv6 address without brackets), or there is none.
[[nodiscard]] std::optional<std::string> parse_brokers(std::string_view text);

}  // namespace apiarist::app
