// SPDX-License-Identifier: Apache-2.0
#include "protocols/http1.h"

#include <algorithm>
#include <utility>

#include "protocols/http1_head.h"

namespace apiarist::protocols {

namespace {
// Growing one by one would move the first fields several times.
constexpr std::size_t kUsualHeaders = 8;
constexpr int kProxyEmptyLines = 2;

// Some servers pass over each CR and LF between messages by itself.
bool is_blank(std::string_view line) {
    return line.find_first_not_of('\r') == std::string_view::npos;
}
}  // namespace

Http1Parser::Http1Parser(MessageKind kind, const Http1Limits& limits, bool from_start)
    : kind_(kind), limits_(limits), state_(from_start ? State::kStart : State::kLost) {
    message_.kind = kind;
    if (from_start && kind == MessageKind::kRequest) empty_lines_ = 0;
}

void Http1Parser::expect(std::string_view method) {
    expectations_.push(method, limits_.expectations);
}

void Http1Parser::forget_expectations() {
    expectations_.clear();
}

void Http1Parser::feed(std::span<const std::byte> bytes, Stamp stamp, bool call_start, std::vector<Item>& out) {
    Input in{{reinterpret_cast<const char*>(bytes.data()), bytes.size()}, stamp, out};
    begin_call(call_start, in);
    while (!in.bytes.empty())
        step(in);
}

std::size_t Http1Parser::feed_message(std::span<const std::byte> bytes, Stamp stamp, bool call_start,
                                      std::vector<Item>& out) {
    Input in{{reinterpret_cast<const char*>(bytes.data()), bytes.size()}, stamp, out};
    const std::size_t before = out.size();
    begin_call(call_start, in);
    while (!in.bytes.empty() && !((between_messages() || tunnels()) && out.size() > before))
        step(in);
    return bytes.size() - in.bytes.size();
}

void Http1Parser::begin_call(bool call_start, const Input& in) {
    if (!call_start || in.bytes.empty()) return;
    // No PROXY header after all: what the call begins with may be a message.
    if (state_ == State::kProxy && !proxy_.accepts(in.bytes.front())) give_up(in.out);
    if (state_ != State::kLost || continues_request(in.bytes.front())) return;
    settle(counts_.unattributed);
    next_message(State::kLost);
    candidate_ = true;
}

// A writer may hand over a request line piece by piece; but what begins as a method may be the next one. The first byte
// alone says it, since how a call comes in pieces must not.
bool Http1Parser::continues_request(char first) const {
    const bool method = first >= 'A' && first <= 'Z';
    return kind_ == MessageKind::kRequest && candidate_ && pending_ > 0 && !method && is_sure_request(lines_.partial());
}

void Http1Parser::step(Input& in) {
    switch (state_) {
        case State::kStart:
            return read_start(in);
        case State::kProxy:
            return read_proxy(in);
        case State::kFields:
            return read_fields(in);
        case State::kLength:
        case State::kChunkData:
            return read_body(in);
        case State::kUntilClose:
            return read_until_close(in);
        case State::kChunkLine:
            return read_chunk_line(in);
        case State::kChunkEnd:
            return read_chunk_end(in);
        case State::kTrailers:
            return read_trailers(in);
        case State::kTunnel:
            counts_.tunnelled += in.bytes.size();
            in.bytes = {};
            return;
        case State::kLost:
            return read_candidate(in);
    }
}

void Http1Parser::read_start(Input& in) {
    if (at_proxy_header(in)) {
        state_ = State::kProxy;
        proxy_ = ProxyHeaderReader(ProxyHeaderReader::kBegin.size());
        return read_proxy(in);
    }
    if (pending_ == 0) message_.begin = in.stamp;
    switch (read_line(in, limits_.head)) {
        case LineReader::State::kLine:
            // RFC 9112 §2.2: empty lines before a message belong to none, and are forgiven.
            if (lines_.line().empty()) return set_line_aside(lines_.had_cr() ? empty_lines_ : kNotAtStart);
            if (is_blank(lines_.line())) return set_line_aside(kNotAtStart);
            if (empty_lines_ == 0 && lines_.had_cr() && is_proxy_line(lines_.line()))
                return set_line_aside(kNotAtStart);
            return begin_message(in, true);
        case LineReader::State::kPartial:
            if (!may_become_start_line(kind_, lines_.partial(), lines_.added())) give_up(in.out);
            return;
        case LineReader::State::kTooLong:
            return give_up(in.out);
    }
}

void Http1Parser::set_line_aside(int empty_lines_before) {
    const bool begins = empty_lines_before != kNotAtStart && empty_lines_before < kProxyEmptyLines;
    empty_lines_ = begins ? empty_lines_before + 1 : kNotAtStart;
    settle(counts_.parsed);
    section_ = 0;
}

// Version 2 begins with two empty lines, so only what follows them tells it.
bool Http1Parser::at_proxy_header(const Input& in) const {
    return empty_lines_ == kProxyEmptyLines && pending_ == 0 &&
           ProxyHeaderReader(ProxyHeaderReader::kBegin.size()).accepts(in.bytes.front());
}

void Http1Parser::read_proxy(Input& in) {
    const std::size_t before = in.bytes.size();
    const ProxyHeader::State state = proxy_.take(in.bytes);
    pending_ += before - in.bytes.size();
    switch (state) {
        case ProxyHeader::State::kNone:
            return give_up(in.out);
        case ProxyHeader::State::kPartial:
            return;
        case ProxyHeader::State::kWhole:
            settle(counts_.parsed);
            return next_message(State::kStart);
    }
}

void Http1Parser::read_candidate(Input& in) {
    if (!candidate_) {
        counts_.unattributed += in.bytes.size();
        in.bytes = {};
        return;
    }
    if (pending_ == 0) message_.begin = in.stamp;
    switch (read_line(in, limits_.head)) {
        case LineReader::State::kLine:
            if (lines_.had_cr() && looks_like_start_line(kind_, lines_.line())) return begin_message(in, false);
            break;
        case LineReader::State::kPartial:
            if (may_become_start_line(kind_, lines_.partial(), lines_.added())) return;
            break;
        case LineReader::State::kTooLong:
            break;
    }
    settle(counts_.unattributed);
    next_message(State::kLost);
}

void Http1Parser::begin_message(Input& in, bool certain) {
    certain_ = certain;
    switch (parse_start_line(kind_, lines_.line(), message_)) {
        case StartLine::kMessage:
            state_ = State::kFields;
            return;
        case StartLine::kPreface:
            return start_tunnel(in.out);
        case StartLine::kInvalid:
            return give_up(in.out);
    }
}

void Http1Parser::read_fields(Input& in) {
    switch (read_line(in, limits_.head)) {
        case LineReader::State::kLine:
            if (lines_.line().empty()) return end_head(in);
            if (message_.headers.empty()) message_.headers.reserve(std::min(kUsualHeaders, limits_.headers));
            return read_field(message_.headers, in);
        case LineReader::State::kPartial:
            return;
        case LineReader::State::kTooLong:
            return give_up_head(in);
    }
}

// Of text in a body that passes for a start line, odd lines follow.
void Http1Parser::read_field(std::vector<Header>& fields, const Input& in) {
    const FieldLine kind = add_field_line(lines_.line(), fields);
    const bool forgiven = kind == FieldLine::kOdd && certain_ && state_ == State::kFields;
    if ((kind == FieldLine::kField || forgiven) && fields.size() <= limits_.headers) return;
    if (state_ == State::kFields) return give_up_head(in);
    give_up(in.out);
}

// What there is of it is told, for a server may read what we do not.
void Http1Parser::give_up_head(const Input& in) {
    if (certain_) {
        message_.head_end = message_.end = in.stamp;
        report_head(in.out);
        state_ = State::kUntilClose;
    }
    give_up(in.out);
}

void Http1Parser::end_head(Input& in) {
    if (is_interim(message_)) {
        settle(counts_.parsed);
        return next_message(State::kStart);
    }
    const RequestClass request = kind_ == MessageKind::kResponse ? expectations_.pop() : RequestClass::kOther;
    Framing framing = frame(message_, request);
    if (framing.end == BodyEnd::kInvalid && !certain_) return give_up(in.out);
    message_.transfer_coding = std::move(framing.transfer_coding);
    message_.head_end = message_.end = in.stamp;
    head_ = section_;
    section_ = 0;
    lines_.reset();

    report_head(in.out);
    begin_body(framing, in.out);
}

void Http1Parser::report_head(std::vector<Item>& out) const {
    Item& item = out.emplace_back();
    item.kind = ItemKind::kHead;
    item.message.kind = kind_;
    item.message.method = message_.method;
    item.message.target = message_.target;
    item.message.status = message_.status;
    item.message.begin = message_.begin;
}

void Http1Parser::begin_body(const Framing& framing, std::vector<Item>& out) {
    switch (framing.end) {
        case BodyEnd::kLength:
            remaining_ = framing.length;
            state_ = State::kLength;
            if (remaining_ == 0) complete(out);
            return;
        case BodyEnd::kChunked:
            state_ = State::kChunkLine;
            return;
        case BodyEnd::kClose:
            state_ = State::kUntilClose;
            return;
        case BodyEnd::kTunnel:
            tunnel_next_ = true;
            return complete(out);
        case BodyEnd::kInvalid:
            state_ = State::kUntilClose;  // if anything; what follows has no known end
            return give_up(out);
    }
}

void Http1Parser::read_body(Input& in) {
    const std::string_view data = take(in, std::min<std::uint64_t>(remaining_, in.bytes.size()));
    append_body(data);
    remaining_ -= data.size();
    if (remaining_ > 0) return;
    if (state_ == State::kLength) return complete(in.out);
    state_ = State::kChunkEnd;
}

void Http1Parser::read_until_close(Input& in) {
    append_body(take(in, in.bytes.size()));
}

void Http1Parser::read_chunk_line(Input& in) {
    switch (read_line(in, limits_.chunk_line)) {
        case LineReader::State::kLine: {
            const auto size = parse_chunk_size(lines_.line());
            if (!size) return give_up(in.out);
            remaining_ = *size;
            state_ = *size == 0 ? State::kTrailers : State::kChunkData;
            section_ = 0;
            return;
        }
        case LineReader::State::kPartial:
            return;
        case LineReader::State::kTooLong:
            return give_up(in.out);
    }
}

void Http1Parser::read_chunk_end(Input& in) {
    const char c = in.bytes.front();
    if (c == '\r' && !chunk_cr_) {
        take(in, 1);
        chunk_cr_ = true;
        return;
    }
    if (c != '\n') return give_up(in.out);
    take(in, 1);
    chunk_cr_ = false;
    state_ = State::kChunkLine;
}

void Http1Parser::read_trailers(Input& in) {
    switch (read_line(in, limits_.chunk_line * 4)) {
        case LineReader::State::kLine:
            if (lines_.line().empty()) return complete(in.out);
            return read_field(message_.trailers, in);
        case LineReader::State::kPartial:
            return;
        case LineReader::State::kTooLong:
            return give_up(in.out);
    }
}

LineReader::State Http1Parser::read_line(Input& in, std::size_t limit) {
    const std::size_t before = in.bytes.size();
    const LineReader::State result = lines_.take(in.bytes, limit - section_);
    const std::size_t taken = before - in.bytes.size();
    section_ += taken;
    pending_ += taken;
    message_.end = in.stamp;
    return result;
}

std::string_view Http1Parser::take(Input& in, std::size_t size) {
    const std::string_view taken = in.bytes.substr(0, size);
    in.bytes.remove_prefix(size);
    pending_ += size;
    message_.end = in.stamp;
    return taken;
}

void Http1Parser::append_body(std::string_view bytes) {
    message_.body_size += bytes.size();
    if (hole_) return;
    std::string& body = message_.body;
    const std::size_t kept = std::min(bytes.size(), limits_.body - body.size());
    if (kept < bytes.size()) message_.body_truncated = true;
    // append() alone would double beyond the limit.
    if (body.size() + kept > body.capacity()) {
        body.reserve(std::clamp(body.capacity() * 2, body.size() + kept, limits_.body));
    }
    body.append(bytes.substr(0, kept));
}

void Http1Parser::complete(std::vector<Item>& out) {
    settle(counts_.parsed);
    Item& item = out.emplace_back();
    item.kind = ItemKind::kMessage;
    item.message = std::move(message_);
    if (!tunnel_next_) return next_message(State::kStart);
    start_tunnel(out);
}

void Http1Parser::start_tunnel(std::vector<Item>& out) {
    settle(counts_.tunnelled);
    next_message(State::kTunnel);
    out.emplace_back().kind = ItemKind::kTunnel;
}

void Http1Parser::next_message(State state) {
    state_ = state;
    empty_lines_ = kNotAtStart;
    candidate_ = false;
    chunk_cr_ = false;
    hole_ = false;
    tunnel_next_ = false;
    section_ = 0;
    head_ = 0;
    remaining_ = 0;
    lines_.reset();
    message_ = Message();
    message_.kind = kind_;
}

void Http1Parser::settle(std::uint64_t& counter) {
    counter += std::exchange(pending_, 0);
}

}  // namespace apiarist::protocols
