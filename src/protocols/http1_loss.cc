// SPDX-License-Identifier: Apache-2.0
// What the HTTP/1 parser does when bytes are missing, wrong or over, and what its owner may ask about its place.
#include <algorithm>
#include <limits>

#include "protocols/http1.h"

namespace apiarist::protocols {

void Http1Parser::on_gap(std::uint64_t size, GapKind kind, Stamp stamp, std::vector<Item>& out) {
    if (size == 0) return;
    counts_.missing += size;
    switch (state_) {
        case State::kStart:
        case State::kProxy:
        case State::kFields:
            settle(counts_.unattributed);
            return lose_place(out);
        case State::kLength:
        case State::kChunkData:
            return gap_in_body(size, kind, stamp, out);
        case State::kUntilClose:
            mark(kind);
            message_.body_size += size;
            message_.end = stamp;
            return;
        case State::kChunkLine:
        case State::kChunkEnd:
        case State::kTrailers:
            message_.gap = true;
            complete(out);
            return lose_place(out);
        case State::kTunnel:
            return;
        case State::kLost:
            settle(counts_.unattributed);
            return next_message(State::kLost);
    }
}

void Http1Parser::gap_in_body(std::uint64_t size, GapKind kind, Stamp stamp, std::vector<Item>& out) {
    const std::uint64_t inside = std::min(size, remaining_);
    mark(kind);
    message_.body_size += inside;
    message_.end = stamp;
    remaining_ -= inside;
    if (size > inside) {
        message_.gap = true;
        complete(out);
        return lose_place(out);
    }
    if (remaining_ > 0) return;
    if (state_ == State::kLength) return complete(out);
    state_ = State::kChunkEnd;
}

void Http1Parser::mark(GapKind kind) {
    hole_ = true;
    switch (kind) {
        case GapKind::kLost:
            message_.gap = true;
            return;
        case GapKind::kSkipped:
            message_.body_truncated = true;
            return;
        case GapKind::kNotSeen:
            message_.body_not_seen = true;
            return;
    }
}

bool Http1Parser::release_body() {
    if (!in_body() || message_.body.empty()) return false;
    std::string().swap(message_.body);  // an assignment would keep the room
    mark(GapKind::kSkipped);
    return true;
}

void Http1Parser::on_end(bool clean, Stamp, std::vector<Item>& out) {
    if (in_body()) {
        // Nothing was lost on the way to us: the peer, or the observation, ended before the body did.
        if (state_ != State::kUntilClose || !clean) message_.body_truncated = true;
        complete(out);
    }
    settle(counts_.unattributed);
    if (state_ != State::kTunnel) next_message(State::kLost);
}

void Http1Parser::tunnel() {
    if (in_body()) {
        tunnel_next_ = true;
        return;
    }
    settle(counts_.tunnelled);
    next_message(State::kTunnel);
}

// A server may have acted on a head before it came to what is wrong behind it, so a head that is certain is told of.
void Http1Parser::give_up(std::vector<Item>& out) {
    ++counts_.malformed;
    settle(counts_.unattributed);
    if (certain_ && in_body()) {
        message_.gap = true;
        complete(out);
    }
    lose_place(out);
}

void Http1Parser::lose_place(std::vector<Item>& out) {
    // Where nothing but a tunnel can follow, there is no place to look for.
    if (state_ == State::kTunnel) return;
    const bool tunnel_follows = tunnel_next_;
    next_message(State::kLost);
    out.emplace_back().kind = ItemKind::kLostPlace;
    if (tunnel_follows) start_tunnel(out);
}

bool Http1Parser::in_body() const {
    switch (state_) {
        case State::kLength:
        case State::kUntilClose:
        case State::kChunkLine:
        case State::kChunkData:
        case State::kChunkEnd:
        case State::kTrailers:
            return true;
        case State::kStart:
        case State::kProxy:
        case State::kFields:
        case State::kTunnel:
        case State::kLost:
            return false;
    }
    return false;
}

std::uint64_t Http1Parser::skippable() const {
    if (!hole_ && message_.body.size() < limits_.body) return 0;
    switch (state_) {
        case State::kLength:
        case State::kChunkData:
            return remaining_;
        case State::kUntilClose:
            return std::numeric_limits<std::uint64_t>::max();
        default:
            return 0;
    }
}

bool Http1Parser::lost() const {
    return state_ == State::kLost;
}

bool Http1Parser::between_messages() const {
    return state_ == State::kStart && pending_ == 0;
}

std::size_t Http1Parser::memory() const {
    const std::size_t fields = (message_.headers.capacity() + message_.trailers.capacity()) * sizeof(Header);
    return message_.body.capacity() + lines_.memory() + head_ + section_ + fields + expectations_.memory();
}

const Message* Http1Parser::current() const {
    return in_body() ? &message_ : nullptr;
}

}  // namespace apiarist::protocols
