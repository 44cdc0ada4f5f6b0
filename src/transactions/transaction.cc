// SPDX-License-Identifier: Apache-2.0
#include "transactions/transaction.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace apiarist::transactions {
namespace {

bool mapped_ipv4(const std::array<std::uint8_t, 16>& bytes) {
    return std::all_of(bytes.begin(), bytes.begin() + 10, [](std::uint8_t b) { return b == 0; }) && bytes[10] == 0xff &&
           bytes[11] == 0xff;
}

}  // namespace

std::string Address::to_string() const {
    char text[INET6_ADDRSTRLEN] = {};
    if (family == AF_INET || (family == AF_INET6 && mapped_ipv4(bytes))) {
        ::inet_ntop(AF_INET, bytes.data() + (family == AF_INET ? 0 : 12), text, sizeof(text));
        return fmt::format("{}:{}", text, port);
    }
    if (family != AF_INET6) return {};
    ::inet_ntop(AF_INET6, bytes.data(), text, sizeof(text));
    return fmt::format("[{}]:{}", text, port);
}

std::string capture_text(std::uint32_t flags) {
    static constexpr std::pair<std::uint32_t, std::string_view> kNames[] = {
        {kRequestTruncated, "request_truncated"},
        {kResponseTruncated, "response_truncated"},
        {kRequestBodyNotSeen, "request_body_not_seen"},
        {kResponseBodyNotSeen, "response_body_not_seen"},
        {kGap, "gap"},
        {kJoinedMidway, "joined_midway"},
        {kUnanswered, "unanswered"},
        {kRequestNotDecoded, "request_not_decoded"},
        {kResponseNotDecoded, "response_not_decoded"},
        {kResponseOpen, "response_open"},
    };
    std::string text;
    for (const auto& [flag, name] : kNames) {
        if ((flags & flag) == 0) continue;
        if (!text.empty()) text += ',';
        text += name;
    }
    return text.empty() ? "complete" : text;
}

}  // namespace apiarist::transactions
