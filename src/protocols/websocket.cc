// SPDX-License-Identifier: Apache-2.0
#include "protocols/websocket.h"

#include <algorithm>
#include <utility>

namespace apiarist::protocols {
namespace {

constexpr std::size_t kUnmasked = 4096;  // bytes at once

// Of text that was cut: what is left of its last character.
void drop_partial_character(std::string& text) {
    for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if (byte < 0x80) return;
        if (byte < 0xc0) continue;
        const std::size_t size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
        if (back < size) text.resize(text.size() - back);
        return;
    }
}

void mark(WebsocketMessage& message, GapKind kind) {
    switch (kind) {
        case GapKind::kLost:
            message.gap = true;
            return;
        case GapKind::kSkipped:
            message.truncated = true;
            return;
        case GapKind::kNotSeen:
            message.not_seen = true;
            return;
    }
}

}  // namespace

WebsocketParser::WebsocketParser(const WebsocketLimits& limits, bool masked, const WebsocketExtensions& agreed,
                                 bool from_start)
    : limits_(limits),
      rules_{.masked = masked, .compression = agreed.deflate, .extensions = agreed.other},
      state_(from_start ? State::kHeader : State::kLost),
      may_go_on_(!from_start),
      search_(rules_, limits.search) {
    if (agreed.deflate && !agreed.other)
        inflater_.emplace(masked ? agreed.client : agreed.server, WebsocketRoom{limits.payload, limits.inflated});
}

void WebsocketParser::feed(std::span<const std::byte> bytes, Stamp stamp, bool call_start,
                           std::vector<WebsocketItem>& out) {
    if (bytes.empty()) return;
    Input in{bytes, stamp, out};
    if (state_ == State::kLost && call_start) search(stamp, out);
    while (!in.bytes.empty()) {
        switch (state_) {
            case State::kHeader:
                read_header(in);
                break;
            case State::kPayload:
                read_payload(in);
                break;
            case State::kLost:
                hold(in);
                break;
        }
    }
}

// As many bytes as there are, at most `size`.
std::span<const std::byte> WebsocketParser::take(Input& in, std::size_t size) {
    const auto taken = in.bytes.first(std::min(size, in.bytes.size()));
    in.bytes = in.bytes.subspan(taken.size());
    pending_ += taken.size();
    return taken;
}

void WebsocketParser::read_header(Input& in) {
    if (header_size_ == 0) frame_begin_ = in.stamp;
    std::size_t wanted = kShortestWebsocketHeader;
    if (header_size_ >= wanted) wanted = websocket_header_size(std::span(header_).first<kShortestWebsocketHeader>());
    const auto more = take(in, wanted - header_size_);
    std::copy(more.begin(), more.end(), header_.begin() + static_cast<std::ptrdiff_t>(header_size_));
    header_size_ += more.size();
    if (header_size_ < kShortestWebsocketHeader) return;
    if (header_size_ < websocket_header_size(std::span(header_).first<kShortestWebsocketHeader>())) return;
    frame_ = read_websocket_frame(std::span(header_).first(header_size_));
    if (!begin_frame()) {
        ++counts_.malformed;
        return lose_place(in.out);
    }
    if (frame_.length == 0) end_frame(in);
}

// False: no such frame can stand here.
bool WebsocketParser::begin_frame() {
    if (!is_lawful(frame_, rules_)) return false;
    const bool goes_on = frame_.is(WebsocketOpcode::kContinuation);
    if (!frame_.is_control() && goes_on != message_.has_value() && !(goes_on && may_go_on_)) return false;
    if (!frame_.is_control() && !goes_on) may_go_on_ = false;
    header_size_ = 0;
    read_ = 0;
    state_ = State::kPayload;
    if (!goes_on) {
        UnderWay& one = current().emplace(UnderWay{});
        one.message.opcode = static_cast<WebsocketOpcode>(frame_.opcode);
        one.message.begin = frame_begin_;
        one.compressed = inflater_ && frame_.rsv1;
        if (one.compressed) inflater_->begin();
    }
    if (auto& one = current()) ++one->message.frames;
    return true;
}

// The frame's message. None: its beginning was lost.
std::optional<WebsocketParser::UnderWay>& WebsocketParser::current() {
    return frame_.is_control() ? control_ : message_;
}

void WebsocketParser::read_payload(Input& in) {
    const std::uint64_t rest = frame_.length - read_;
    const auto bytes = take(in, static_cast<std::size_t>(std::min<std::uint64_t>(rest, in.bytes.size())));
    if (auto& one = current()) {
        one->message.wire_size += bytes.size();
        if (!one->hole) add(*one, bytes);
    }
    read_ += bytes.size();
    if (read_ == frame_.length) end_frame(in);
}

void WebsocketParser::add(UnderWay& to, std::span<const std::byte> bytes) {
    std::string& payload = to.message.payload;
    if (!to.compressed) {
        const std::size_t kept = std::min(bytes.size(), limits_.payload - std::min(limits_.payload, payload.size()));
        to.message.truncated = to.message.truncated || kept < bytes.size();
        bytes = bytes.first(kept);
    }
    std::array<std::byte, kUnmasked> plain;
    for (std::size_t at = 0; at < bytes.size();) {
        const auto part = bytes.subspan(at, std::min(bytes.size() - at, plain.size()));
        unmask(part, frame_.mask, read_ + at, plain.data());
        at += part.size();
        if (to.compressed)
            inflater_->feed(std::span(plain).first(part.size()), payload);
        else
            payload.append(reinterpret_cast<const char*>(plain.data()), part.size());
    }
}

void WebsocketParser::end_frame(Input& in) {
    counts_.parsed += std::exchange(pending_, 0);
    state_ = State::kHeader;
    auto& one = current();
    if (one) one->message.end = in.stamp;
    if (!frame_.fin) return;
    if (!frame_.is_control()) may_go_on_ = false;
    if (!one) return;
    one->message.fin = true;
    decode_end(*one);
    leave(one, in.out);
}

void WebsocketParser::decode_end(UnderWay& one) {
    WebsocketMessage& message = one.message;
    if (one.compressed) {
        const bool whole = inflater_->end(message.payload);
        const bool cut = inflater_->over_limit() || one.hole;
        one.inflated = whole;
        if (whole) message.size = inflater_->size();
        message.truncated |= inflater_->over_limit() || (whole && message.payload.size() < message.size);
        message.not_decoded = !whole && !cut;
    }
    // What another extension did to it is not known.
    message.not_decoded = message.not_decoded || (rules_.extensions && !frame_.is_control());
}

void WebsocketParser::leave(std::optional<UnderWay>& one, std::vector<WebsocketItem>& out) {
    WebsocketMessage& message = one->message;
    if (!one->inflated) message.size = message.wire_size;
    const bool cut = message.truncated || message.gap || message.not_seen || message.not_decoded;
    if (message.opcode == WebsocketOpcode::kText && cut) drop_partial_character(message.payload);
    WebsocketItem item{.kind = WebsocketItemKind::kMessage, .message = std::move(message)};
    one.reset();
    out.push_back(std::move(item));
}

void WebsocketParser::on_gap(std::uint64_t size, GapKind kind, Stamp stamp, std::vector<WebsocketItem>& out) {
    if (size == 0) return;
    counts_.missing += size;
    if (state_ == State::kLost) return forget_held();
    if (state_ == State::kHeader || size > frame_.length - read_) {
        if (auto& one = current(); one && state_ == State::kPayload) mark(one->message, kind);
        return lose_place(out);
    }
    read_ += size;
    if (auto& one = current()) {
        one->message.wire_size += size;
        mark(one->message, kind);
        one->hole = true;
        one->message.end = stamp;
        if (one->compressed) inflater_->forget();
    }
    Input in{{}, stamp, out};
    if (read_ == frame_.length) end_frame(in);
}

// Of pings and pongs nobody is told what they said.
void WebsocketParser::drop_if_ping() {
    if (control_ && control_->message.opcode != WebsocketOpcode::kClose) control_.reset();
}

void WebsocketParser::lose_place(std::vector<WebsocketItem>& out) {
    counts_.unattributed += std::exchange(pending_, 0);
    state_ = State::kLost;
    header_size_ = 0;
    may_go_on_ = true;
    drop_if_ping();
    for (auto* one : {&control_, &message_}) {
        if (!*one) continue;
        (*one)->message.gap = true;
        leave(*one, out);
    }
    if (inflater_) inflater_->forget();
    out.push_back({.kind = WebsocketItemKind::kLostPlace, .message = {}});
}

void WebsocketParser::forget_held() {
    search_.forget();
    counts_.unattributed += search_.take_dropped();
}

void WebsocketParser::hold(Input& in) {
    search_.add(std::exchange(in.bytes, {}));
    counts_.unattributed += search_.take_dropped();
}

// A call begins.
void WebsocketParser::search(Stamp stamp, std::vector<WebsocketItem>& out) {
    if (search_.end_call()) resume(out);
    if (state_ == State::kLost) search_.begin_call(stamp);
    counts_.unattributed += search_.take_dropped();
}

void WebsocketParser::resume(std::vector<WebsocketItem>& out) {
    const WebsocketSearch::Found found = search_.take();
    counts_.unattributed += search_.take_dropped();
    state_ = State::kHeader;
    const std::uint64_t end = found.begin + found.bytes.size();
    for (std::size_t i = 0; i < found.calls.size(); ++i) {
        const std::uint64_t to = i + 1 < found.calls.size() ? found.calls[i + 1].at : end;
        const std::uint64_t from = std::max(found.calls[i].at, found.begin);
        if (from >= to) continue;
        const auto bytes = std::span(found.bytes).subspan(static_cast<std::size_t>(from - found.begin));
        feed(bytes.first(static_cast<std::size_t>(to - from)), found.calls[i].stamp, false, out);
    }
}

void WebsocketParser::on_end(Stamp stamp, std::vector<WebsocketItem>& out) {
    if (state_ == State::kLost && search_.end_call()) resume(out);
    forget_held();
    // Of a frame that is cut, what is of a message that is told of is read.
    const bool told = state_ == State::kPayload && current().has_value();
    (told ? counts_.parsed : counts_.unattributed) += std::exchange(pending_, 0);
    header_size_ = 0;
    drop_if_ping();
    for (auto* one : {&control_, &message_}) {
        if (!*one) continue;
        (*one)->message.truncated = true;
        if ((*one)->message.end == 0) (*one)->message.end = stamp;
        leave(*one, out);
    }
}

void WebsocketParser::distrust() {
    if (state_ == State::kLost) return forget_held();
    if (inflater_) inflater_->forget();
    if (!message_) return;
    message_->message.gap = true;
    message_->hole = true;
}

bool WebsocketParser::release() {
    const bool holds = (inflater_ && inflater_->memory() != 0) || (message_ && !message_->message.payload.empty());
    if (inflater_) inflater_->forget();
    if (!message_) return holds;
    std::string().swap(message_->message.payload);
    message_->message.truncated = true;
    message_->hole = true;
    return holds;
}

bool WebsocketParser::at_rest() const {
    return state_ == State::kHeader && header_size_ == 0 && !message_ && (!inflater_ || inflater_->memory() == 0);
}

std::size_t WebsocketParser::memory() const {
    std::size_t bytes = search_.memory() + (inflater_ ? inflater_->memory() : 0);
    for (const auto* one : {&message_, &control_})
        if (*one) bytes += (*one)->message.payload.capacity();
    return bytes;
}

}  // namespace apiarist::protocols
