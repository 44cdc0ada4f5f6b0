// SPDX-License-Identifier: Apache-2.0
#include "transactions/websocket_session.h"

#include <memory>
#include <utility>

#include "transactions/handshake.h"

namespace apiarist::transactions {
namespace {

using protocols::Message;
using protocols::WebsocketItem;
using protocols::WebsocketItemKind;
using protocols::WebsocketMessage;
using protocols::WebsocketOpcode;

// Without a frame: then it is none, whatever the handshake said.
constexpr std::uint64_t kSearchedInVain = 256 << 10;

std::uint32_t flags_of(const WebsocketEvent& event) {
    const WebsocketMessage& message = event.message;
    const bool client = event.from_client;
    std::uint32_t flags = 0;
    if (message.truncated) flags |= client ? kRequestTruncated : kResponseTruncated;
    if (message.not_seen) flags |= client ? kRequestBodyNotSeen : kResponseBodyNotSeen;
    if (message.not_decoded) flags |= client ? kRequestNotDecoded : kResponseNotDecoded;
    if (message.gap) flags |= kGap;
    return flags;
}

}  // namespace

WebsocketSession::WebsocketSession(const Message& request, const Message& response, const UpgradeContext& context)
    : around_(context.around),
      ends_(context.ends),
      handshake_{head_of(request), head_of(response), context.capture, context.process_id, context.socket_fd},
      read_before_(response.body_size),
      request_side_(context.request_side),
      parsers_{
          protocols::WebsocketParser(around_.options.websocket, request_side_ == 0,
                                     protocols::read_websocket_extensions(response.headers), context.from_start[0]),
          protocols::WebsocketParser(around_.options.websocket, request_side_ == 1,
                                     protocols::read_websocket_extensions(response.headers), context.from_start[1])} {
    for (const unsigned direction : {0U, 1U}) {
        if (context.from_start[direction]) continue;
        lost_as_[direction] = kJoinedMidway;
        capture_ = kJoinedMidway;
    }
}

void WebsocketSession::on_bytes(unsigned direction, std::span<const std::byte> bytes, bool call_start,
                                std::uint64_t time_ns) {
    parsers_[direction].feed(bytes, time_ns, call_start, items_);
    on_items(direction);
    look_in_vain();
}

void WebsocketSession::on_missing(unsigned direction, std::uint64_t size, streams::Missing why, std::uint64_t time_ns) {
    parsers_[direction].on_gap(size, gap_kind(why), time_ns, items_);
    on_items(direction);
}

void WebsocketSession::on_overlap(unsigned direction) {
    parsers_[direction].distrust();
    capture_ |= kGap;
}

void WebsocketSession::on_end(unsigned direction, bool, std::uint64_t time_ns) {
    parsers_[direction].on_end(time_ns, items_);
    on_items(direction);
}

void WebsocketSession::on_items(unsigned direction) {
    for (WebsocketItem& item : items_) {
        switch (item.kind) {
            case WebsocketItemKind::kMessage:
                on_message(direction, std::move(item.message));
                break;
            case WebsocketItemKind::kLostPlace:
                around_.ledger.add(Count::kLostPlace);
                lost_as_[direction] = kGap;
                capture_ |= kGap;
                break;
        }
    }
    items_.clear();
}

void WebsocketSession::on_message(unsigned direction, WebsocketMessage message) {
    if (message.opcode == WebsocketOpcode::kPing || message.opcode == WebsocketOpcode::kPong) {
        around_.ledger.add(Count::kWebsocketPings);
        return;
    }
    around_.ledger.add(Count::kWebsocketMessages);
    if (is_cut(message) || message.not_decoded) around_.ledger.add(Count::kWebsocketIncomplete);
    const std::size_t size = message.payload.size();
    if (!events_.empty() && bytes_ + size > around_.options.websocket_bytes) leave();
    if (events_.empty()) since_ns_ = message.end;
    events_.push_back({std::move(message), direction == request_side_});
    bytes_ += size;
    if (events_.size() >= around_.options.websocket_events || bytes_ >= around_.options.websocket_bytes) leave();
}

void WebsocketSession::leave() {
    if (events_.empty()) return;
    around_.ledger.add(Count::kWebsocketEvents, events_.size());
    Transaction transaction;
    transaction.request = handshake_.request;
    transaction.request.begin = events_.front().message.begin;
    transaction.response = handshake_.response;
    transaction.local = ends_.local;
    transaction.remote = ends_.remote;
    transaction.direction = request_side_ == AP_READ ? Direction::kServer : Direction::kClient;
    transaction.process_id = handshake_.process_id;
    transaction.socket_fd = handshake_.socket_fd;
    transaction.tls = ends_.tls;
    std::uint32_t lost = 0;  // still: it is true of the next one, too
    for (const unsigned direction : {0U, 1U})
        if (parsers_[direction].lost()) lost |= lost_as_[direction];
    transaction.capture = handshake_.capture | std::exchange(capture_, lost) | lost;
    for (const WebsocketEvent& event : events_)
        transaction.capture |= flags_of(event);
    transaction.events.swap(events_);
    bytes_ = 0;
    send(std::move(transaction), around_);
}

std::uint64_t WebsocketSession::read() const {
    return read_before_ + parsers_[0].counts().parsed + parsers_[1].counts().parsed;
}

void WebsocketSession::look_in_vain() {
    const auto in_vain = [](const auto& parser) {
        return parser.lost() && parser.counts().unattributed > kSearchedInVain;
    };
    if (not_websocket_ || read() != 0 || !(in_vain(parsers_[0]) || in_vain(parsers_[1]))) return;
    not_websocket_ = true;
}

void WebsocketSession::tell_open(std::uint64_t now_ns) {
    const std::uint64_t patience = around_.options.open_response_ns;
    if (patience != 0 && !events_.empty() && since_ns_ + patience <= now_ns) leave();
}

void WebsocketSession::finish(std::uint64_t) {
    leave();
    for (const auto& parser : parsers_) {
        around_.ledger.add(Count::kBytesParsed, parser.counts().parsed);
        around_.ledger.add(not_websocket_ ? Count::kBytesTunnelled : Count::kBytesUnattributed,
                           parser.counts().unattributed);
        around_.ledger.add(Count::kMalformed, parser.counts().malformed);
    }
}

void WebsocketSession::describe(ConnectionStart& start) const {
    start.tunnel = not_websocket_;
    start.request_side = static_cast<int>(request_side_);
    start.handshake = std::make_unique<Handshake>(handshake_);
    start.handshake->response.body_size = read();
}

std::size_t WebsocketSession::release_bodies() {
    std::size_t released = 0;
    for (auto& parser : parsers_)
        if (parser.release()) ++released;
    for (WebsocketEvent& event : events_) {
        if (event.message.payload.empty()) continue;
        std::string().swap(event.message.payload);
        event.message.truncated = true;
        ++released;
    }
    bytes_ = 0;
    return released;
}

std::size_t WebsocketSession::memory() const {
    return sizeof(*this) + memory_of(handshake_) + events_.capacity() * sizeof(WebsocketEvent) + bytes_ +
           parsers_[0].memory() + parsers_[1].memory();
}

}  // namespace apiarist::transactions
