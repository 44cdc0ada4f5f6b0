// SPDX-License-Identifier: Apache-2.0
#pragma once
// HTTP/2 messages (RFC 9113, HPACK of RFC 7541) out of one direction of one connection.
//
// Sans-I/O and bounded, as http1.h. Which end the direction belongs to need not be known: a head says by its
// pseudo-header fields whether it is a request's or a response's. How the input is split into feed() calls changes
// nothing of the output while the place is known.
//
// A loss inside the payload of a DATA frame costs that message's body and no more. Any other loss costs the place: the
// parser then looks for frames (http2_frame.h) and for nothing else, and what header compression refers to that was
// said before is not known any more; so too where the observation begins in the midst of a connection. A field whose
// name or value is not known is left out of its message, which says `joined_midway`, or `gap` after a loss. Nothing is
// guessed.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "protocols/hpack.h"
#include "protocols/http2_frame.h"
#include "protocols/http2_messages.h"
#include "protocols/message.h"

namespace apiarist::protocols {

// Every byte given to feed() or on_gap() is in exactly one of the byte counters, at the latest after on_end().
struct Http2Counts {
    std::uint64_t parsed = 0;        // frames
    std::uint64_t unattributed = 0;  // while the place was lost
    std::uint64_t missing = 0;       // given to on_gap()
    std::uint64_t malformed = 0;     // times that what stood there was no frame, or no header block
};

class Http2Parser {
  public:
    // `from_start`: the first byte is known to be the first of the connection, or of HTTP/2 on it.
    Http2Parser(const Http2Limits& limits, bool from_start);

    // `call_start`: the first byte is the first of a system call or TLS call.
    void feed(std::span<const std::byte> bytes, Stamp stamp, bool call_start, std::vector<Http2Item>& out);
    void on_gap(std::uint64_t size, GapKind kind, Stamp stamp, std::vector<Http2Item>& out);
    // No more bytes will come: what is under way leaves, flagged.
    void on_end(Stamp stamp, std::vector<Http2Item>& out);

    // The messages under way, by stream.
    [[nodiscard]] Http2Messages& messages() { return messages_; }
    [[nodiscard]] bool lost() const { return state_ == State::kLost; }
    // Bytes that were looked through in vain since the place was lost.
    [[nodiscard]] std::uint64_t searched() const { return searched_; }
    [[nodiscard]] std::size_t memory() const;  // bytes held
    [[nodiscard]] const Http2Counts& counts() const { return counts_; }

  private:
    enum class State : std::uint8_t {
        kStart,    // before the first byte of the connection
        kPreface,  // inside the client's preface
        kHeader,
        kPadLength,
        kPayload,
        kPadding,
        kLost,
    };
    struct Input {
        std::span<const std::byte> bytes;  // not yet consumed
        Stamp stamp;
        std::vector<Http2Item>& out;
    };

    void step(Input& in);
    void read_preface(Input& in);
    void read_header(Input& in);
    void begin_payload(Input& in);
    void read_pad_length(Input& in);
    void read_payload(Input& in);
    void end_payload(Input& in);
    void end_frame(Input& in);
    void end_block(Input& in);
    void lose_place(std::vector<Http2Item>& out);
    void malformed(Input& in);
    void search(std::span<const std::byte> bytes, bool call_start, Stamp stamp, std::vector<Http2Item>& out);
    void resume(std::size_t at, Stamp stamp, std::vector<Http2Item>& out);
    std::span<const std::byte> take(Input& in, std::size_t size);

    Http2Limits limits_;
    State state_;
    FrameHeader frame_;
    std::uint64_t remaining_ = 0;  // of the frame's payload, padding left out
    std::uint32_t padding_ = 0;
    std::uint32_t longest_ = kUsualFrame;  // payload of a frame so far
    std::vector<std::byte> held_;  // kHeader: its first bytes; kPayload: of frames that are read as a whole; kLost
    // A header block, until its last frame came.
    bool in_block_ = false;
    bool block_cut_ = false;  // beyond its limit
    FrameHeader block_frame_;
    Stamp block_begin_ = 0;
    std::vector<std::byte> block_;
    bool first_;  // no frame came yet
    HpackDecoder hpack_;
    bool after_loss_ = false;  // so may what was lost
    std::uint64_t searched_ = 0;
    std::size_t next_search_ = 0;        // size of held_ at which to look again
    std::optional<std::size_t> call_{};  // kLost: where in held_ the last call begins
    std::uint64_t pending_ = 0;          // kHeader: bytes of it held
    std::vector<HpackField> fields_;
    Http2Messages messages_;
    Http2Counts counts_;
};

}  // namespace apiarist::protocols
