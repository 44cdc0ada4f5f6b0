// SPDX-License-Identifier: Apache-2.0
#include "protocols/http2.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace apiarist::protocols {
namespace {

bool begins_preface(std::span<const std::byte> bytes, std::size_t from) {
    const std::size_t size = std::min(bytes.size(), kHttp2Preface.size() - from);
    return std::memcmp(bytes.data(), kHttp2Preface.data() + from, size) == 0;
}

// Its payload is read as a whole, for what it says; of others it is passed over, or passed on.
bool is_of_block(const FrameHeader& frame) {
    return frame.is(FrameType::kHeaders) || frame.is(FrameType::kPushPromise) || frame.is(FrameType::kContinuation);
}

bool has_padding(const FrameHeader& frame) {
    const bool may = frame.is(FrameType::kData) || frame.is(FrameType::kHeaders) || frame.is(FrameType::kPushPromise);
    return may && frame.has(kPadded);
}

}  // namespace

Http2Parser::Http2Parser(const Http2Limits& limits, bool from_start)
    : limits_(limits),
      state_(from_start ? State::kStart : State::kLost),
      first_(from_start),
      hpack_(limits.hpack, from_start),
      messages_(limits) {}

void Http2Parser::feed(std::span<const std::byte> bytes, Stamp stamp, bool call_start, std::vector<Http2Item>& out) {
    Input in{bytes, stamp, out};
    bool at_start = call_start;
    while (!in.bytes.empty()) {
        if (state_ == State::kLost) {
            // What follows a loss inside a call is not its start.
            search(in.bytes, at_start && in.bytes.size() == bytes.size(), stamp, out);
            return;
        }
        at_start = false;
        step(in);
    }
}

void Http2Parser::step(Input& in) {
    switch (state_) {
        case State::kStart:
            // No frame of SETTINGS is so long that it begins like the preface.
            state_ = begins_preface(in.bytes.first(1), 0) ? State::kPreface : State::kHeader;
            return;
        case State::kPreface:
            return read_preface(in);
        case State::kHeader:
            return read_header(in);
        case State::kPadLength:
            return read_pad_length(in);
        case State::kPayload:
            return read_payload(in);
        case State::kPadding: {
            padding_ -= static_cast<std::uint32_t>(take(in, padding_).size());
            if (padding_ == 0) end_frame(in);
            return;
        }
        case State::kLost:
            return;
    }
}

// As many bytes as there are, at most `size`.
std::span<const std::byte> Http2Parser::take(Input& in, std::size_t size) {
    const auto taken = in.bytes.first(std::min(size, in.bytes.size()));
    in.bytes = in.bytes.subspan(taken.size());
    pending_ += taken.size();
    return taken;
}

void Http2Parser::read_preface(Input& in) {
    const auto from = static_cast<std::size_t>(pending_);
    if (!begins_preface(in.bytes, from)) return malformed(in);
    take(in, kHttp2Preface.size() - from);
    if (pending_ < kHttp2Preface.size()) return;
    counts_.parsed += std::exchange(pending_, 0);
    state_ = State::kHeader;
}

void Http2Parser::read_header(Input& in) {
    const auto more = take(in, kFrameHeader - held_.size());
    held_.insert(held_.end(), more.begin(), more.end());
    if (held_.size() < kFrameHeader) return;
    frame_ = read_frame_header(std::span(held_).first<kFrameHeader>());
    held_.clear();
    // RFC 9113 §4.3: nothing comes between the frames of a header block.
    const bool continues = frame_.is(FrameType::kContinuation) && frame_.stream == block_frame_.stream;
    // The first one of each side is SETTINGS (§3.4); that of a type of which nothing is known is not to be of any size.
    const bool may_be =
        first_ ? frame_.is(FrameType::kSettings) : frame_.type < kKnownTypes || frame_.length <= longest_;
    first_ = false;
    if (!may_be || !is_lawful(frame_) || in_block_ != frame_.is(FrameType::kContinuation) || (in_block_ && !continues))
        return malformed(in);
    longest_ = std::max(longest_, frame_.length);
    begin_payload(in);
}

void Http2Parser::begin_payload(Input& in) {
    remaining_ = frame_.length;
    padding_ = 0;
    if (frame_.is(FrameType::kHeaders) || frame_.is(FrameType::kPushPromise)) {
        in_block_ = true;
        block_cut_ = false;
        block_frame_ = frame_;
        block_begin_ = in.stamp;
        block_.clear();
    }
    if (has_padding(frame_) && remaining_ == 0) return malformed(in);
    state_ = has_padding(frame_) ? State::kPadLength : State::kPayload;
    if (remaining_ == 0) end_payload(in);
}

void Http2Parser::read_pad_length(Input& in) {
    padding_ = std::to_integer<std::uint32_t>(take(in, 1).front());
    if (padding_ >= remaining_) return malformed(in);  // RFC 9113 §6.1
    remaining_ -= padding_ + 1;
    state_ = State::kPayload;
    if (remaining_ == 0) end_payload(in);
}

void Http2Parser::read_payload(Input& in) {
    const auto bytes = take(in, static_cast<std::size_t>(remaining_));
    remaining_ -= bytes.size();
    if (frame_.is(FrameType::kData)) {
        messages_.on_data(frame_.stream, bytes, in.stamp);
    } else if (is_of_block(frame_)) {
        block_cut_ = block_cut_ || block_.size() + bytes.size() > limits_.block;
        if (!block_cut_) block_.insert(block_.end(), bytes.begin(), bytes.end());
    }
    if (remaining_ == 0) end_payload(in);
}

void Http2Parser::end_payload(Input& in) {
    state_ = State::kPadding;
    if (padding_ == 0) end_frame(in);
}

void Http2Parser::end_frame(Input& in) {
    counts_.parsed += std::exchange(pending_, 0);
    state_ = State::kHeader;
    if (is_of_block(frame_) && frame_.has(kEndHeaders)) return end_block(in);
    if (frame_.is(FrameType::kData) && frame_.has(kEndStream)) messages_.on_end_stream(frame_.stream, in.stamp, in.out);
    if (frame_.is(FrameType::kResetStream))
        in.out.push_back({.kind = Http2ItemKind::kReset, .stream = frame_.stream, .message = {}});
}

void Http2Parser::end_block(Input& in) {
    in_block_ = false;
    // Before the fields: of HEADERS the priority, of PUSH_PROMISE the promised stream.
    const bool promise = block_frame_.is(FrameType::kPushPromise);
    const std::size_t before = promise ? 4 : block_frame_.has(kHasPriority) ? 5 : 0;
    fields_.clear();
    HpackOutcome outcome = HpackOutcome::kCut;
    if (block_cut_ || block_.size() < before) {
        hpack_.forget();
        after_loss_ = true;
    } else {
        outcome = hpack_.decode(std::span(block_).subspan(before), fields_);
    }
    std::vector<std::byte>().swap(block_);
    if (outcome == HpackOutcome::kMalformed) {
        ++counts_.malformed;
        return lose_place(in.out);
    }
    HeaderBlock block{.fields = fields_,
                      .end_stream = block_frame_.has(kEndStream),
                      .after_loss = after_loss_,
                      .cut = outcome == HpackOutcome::kCut,
                      .begin = block_begin_,
                      .end = in.stamp};
    if (!promise) messages_.on_block(block_frame_.stream, block, in.out);
}

void Http2Parser::on_gap(std::uint64_t size, GapKind kind, Stamp stamp, std::vector<Http2Item>& out) {
    counts_.missing += size;
    Input in{{}, stamp, out};
    while (size != 0) {
        const bool data = state_ == State::kPayload && !is_of_block(frame_);
        if (state_ == State::kLost) break;
        if (!data && state_ != State::kPadding) return lose_place(out);
        const std::uint64_t part = std::min(size, data ? remaining_ : padding_);
        size -= part;
        if (!data) {
            padding_ -= static_cast<std::uint32_t>(part);
            if (padding_ == 0) end_frame(in);
            continue;
        }
        remaining_ -= part;
        if (frame_.is(FrameType::kData)) messages_.on_gap(frame_.stream, part, kind, stamp);
        if (remaining_ == 0) end_payload(in);
    }
    if (size != 0) resume(held_.size(), stamp, out);  // what is held is not joined with what follows
}

void Http2Parser::malformed(Input& in) {
    ++counts_.malformed;
    lose_place(in.out);
}

void Http2Parser::lose_place(std::vector<Http2Item>& out) {
    counts_.unattributed += std::exchange(pending_, 0);
    state_ = State::kLost;
    first_ = false;
    after_loss_ = true;
    in_block_ = false;
    held_.clear();
    std::vector<std::byte>().swap(block_);
    hpack_.forget();
    messages_.on_loss();
    searched_ = 0;
    next_search_ = 0;
    call_.reset();
    out.push_back({.kind = Http2ItemKind::kLostPlace, .message = {}});
}

void Http2Parser::search(std::span<const std::byte> bytes, bool call_start, Stamp stamp, std::vector<Http2Item>& out) {
    if (call_start) call_ = held_.size();
    held_.insert(held_.end(), bytes.begin(), bytes.end());
    searched_ += bytes.size();
    if (call_ && are_frames(std::span(held_).subspan(*call_), longest_)) return resume(*call_, stamp, out);
    // Each look goes through all that is held, so they must become rarer as it grows.
    if (held_.size() < next_search_) return;
    const FoundFrames found = find_frames(held_, longest_);
    if (found.at) return resume(*found.at, stamp, out);
    std::size_t useless = found.rejected;
    if (held_.size() - useless > limits_.search) useless = held_.size() - limits_.search / 2;
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(useless));
    counts_.unattributed += useless;
    if (call_ && *call_ < useless) call_.reset();
    if (call_) *call_ -= useless;
    next_search_ = held_.size() + held_.size() / 4 + kFrameHeader;
}

// The bytes held before `at` are given up; at their end a frame begins, or the search goes on without them.
void Http2Parser::resume(std::size_t at, Stamp stamp, std::vector<Http2Item>& out) {
    counts_.unattributed += at;
    next_search_ = 0;
    call_.reset();
    std::vector<std::byte> rest;
    rest.swap(held_);
    if (at == rest.size()) return;
    state_ = State::kHeader;
    feed(std::span(rest).subspan(at), stamp, false, out);
}

void Http2Parser::on_end(Stamp, std::vector<Http2Item>& out) {
    counts_.unattributed += std::exchange(pending_, 0);
    if (state_ == State::kLost) counts_.unattributed += held_.size();
    held_.clear();
    messages_.take_all(out);
}

std::size_t Http2Parser::memory() const {
    return held_.capacity() + block_.capacity() + hpack_.memory() + messages_.memory();
}

}  // namespace apiarist::protocols
