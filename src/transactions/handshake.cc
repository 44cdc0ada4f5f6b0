// SPDX-License-Identifier: Apache-2.0
#include "transactions/handshake.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace apiarist::transactions {
namespace {

using protocols::Header;
using protocols::Message;

constexpr HeadRoom kLeast{.bytes = 1 << 10, .fields = 16};
constexpr std::string_view kFirst[] = {"upgrade", "sec-websocket-extensions", "host"};
constexpr std::string_view kPrefix = "sec-websocket-";
constexpr std::string_view kThen[] = {"origin", "authorization", "cookie"};

// The lower, the sooner it is kept.
int rank_of(std::string_view name) {
    int rank = 0;
    for (const std::string_view one : kFirst) {
        if (protocols::same_name(name, one)) return rank;
        ++rank;
    }
    if (protocols::same_name(name.substr(0, kPrefix.size()), kPrefix)) return rank;
    for (const std::string_view one : kThen) {
        ++rank;
        if (protocols::same_name(name, one)) return rank;
    }
    return rank + 1;
}

std::size_t memory_of(const Message& head) {
    std::size_t bytes = head.method.capacity() + head.target.capacity() + head.reason.capacity() +
                        head.headers.capacity() * sizeof(Header);
    for (const Header& header : head.headers)
        bytes += header.name.capacity() + header.value.capacity();
    return bytes;
}

std::vector<Header> cut(const std::vector<Header>& all, const HeadRoom& room) {
    std::vector<std::pair<int, std::size_t>> order;
    order.reserve(all.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        order.emplace_back(rank_of(all[i].name), i);
    std::sort(order.begin(), order.end());
    std::vector<std::size_t> kept;
    std::size_t left = room.bytes;
    for (const auto& [rank, i] : order) {
        const std::size_t size = all[i].name.size() + all[i].value.size();
        if (size > left || kept.size() == room.fields) continue;
        left -= size;
        kept.push_back(i);
    }
    std::sort(kept.begin(), kept.end());  // as they were sent
    std::vector<Header> fields;
    fields.reserve(kept.size());
    for (const std::size_t i : kept)
        fields.push_back(all[i]);
    return fields;
}

}  // namespace

Message head_of(const Message& message, const HeadRoom& room) {
    Message head;
    head.kind = message.kind;
    head.method = message.method;
    head.target = message.target;
    head.status = message.status;
    head.reason = message.reason;
    head.headers = cut(message.headers, room);
    return head;
}

std::size_t memory_of(const Handshake& handshake) {
    return sizeof(handshake) + memory_of(handshake.request) + memory_of(handshake.response);
}

void shrink(Handshake& handshake) {
    const std::uint64_t read = handshake.response.body_size;
    handshake.request = head_of(handshake.request, kLeast);
    handshake.response = head_of(handshake.response, kLeast);
    handshake.response.body_size = read;
}

}  // namespace apiarist::transactions
