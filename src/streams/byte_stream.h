// SPDX-License-Identifier: Apache-2.0
#pragma once
// One direction of a connection as ordered bytes. Pieces come with positions; they leave in the order of positions,
// each byte once, and what is missing leaves as a gap of its size.
//
// Positions: 64 bits. Where a source has only the low 32 (TCP), they are widened against the place reached so far,
// which is right as long as no two pieces of one stream are 2 GiB apart.
//
// In order is the rule: such a piece is passed on without a copy. A piece beyond the place reached is passed on behind
// a gap at once when the source says why all of it is missing (lost, limit); else it is held, because the piece before
// it may come later out of another thread's call; settle() or the budget ends the wait. A piece before the place
// reached is cut or dropped and counted: ranges that overlap are never joined in silence.
//
// Not thread-safe: owned by one worker. Bytes passed to the reader are valid only during the call.

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace apiarist::streams {

enum class Missing : std::uint8_t { kLost, kSkipped, kNotSeen };

struct Piece {
    std::uint64_t position = 0;
    std::uint32_t size = 0;
    std::span<const std::byte> bytes;  // `size` of them, or none: a length (then `missing` says why)
    Missing missing = Missing::kLost;
    bool call_start = false;
    std::uint32_t lost_total = 0;  // the source's running count of bytes lost in this direction, low 32 bits
    std::uint64_t time_ns = 0;
};

class StreamReader {
  public:
    virtual ~StreamReader() = default;
    virtual void on_bytes(std::span<const std::byte> bytes, bool call_start, std::uint64_t time_ns) = 0;
    // `recorded`: the source sent a record for these bytes, without their content; else nothing came.
    virtual void on_missing(std::uint64_t size, Missing why, bool recorded, std::uint64_t time_ns) = 0;
    // A piece overlapped what had been passed on: two calls raced and their order is not known.
    virtual void on_overlap(std::uint64_t duplicate_bytes, std::uint64_t time_ns) = 0;
    virtual void on_end(bool clean, std::uint64_t time_ns) = 0;
};

struct StreamLimits {
    std::size_t held_bytes = 256 << 10;
    std::size_t held_pieces = 256;
    std::uint64_t settle_ns = 200'000'000;  // how long a piece waits for one before it
};

class ByteStream {
  public:
    // `start`: position of the first byte that will come. `narrow`: positions are the low 32 bits.
    ByteStream(std::uint64_t start, bool narrow, const StreamLimits& limits);

    // Before the first piece: the source's count of lost bytes at the start.
    void resume(std::uint32_t lost_total) { lost_seen_ = lost_total; }
    void push(const Piece& piece, StreamReader& reader);
    // What lies before this position may be missing on purpose.
    void skip_until(std::uint64_t position) { skip_until_ = position; }
    // The sender's end. Delivered when the place is reached, or by finish().
    void end_at(std::uint64_t position, std::uint64_t time_ns, StreamReader& reader);
    // Gives up waiting for what is older than settle_ns.
    void settle(std::uint64_t now_ns, StreamReader& reader);
    // No piece will come any more. `closed`: the sender is known to be done, so what came is all there is.
    void finish(bool closed, std::uint64_t time_ns, StreamReader& reader);

    [[nodiscard]] std::uint64_t place() const { return place_; }
    [[nodiscard]] std::uint64_t widen(std::uint64_t position) const;
    [[nodiscard]] bool holds() const { return !held_.empty(); }
    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] bool narrow() const { return narrow_; }
    // The source's count of lost bytes, low 32 bits, at the last piece that was passed on.
    [[nodiscard]] std::uint32_t lost_total() const { return lost_seen_; }
    [[nodiscard]] std::size_t memory() const { return held_bytes_; }

  private:
    struct Held {
        Piece piece;
        std::vector<std::byte> bytes;
    };
    void pass(const Piece& piece, StreamReader& reader);
    void pass_gap(std::uint64_t until, Missing why, std::uint64_t time_ns, StreamReader& reader);
    void pass_held(StreamReader& reader);
    void hold(const Piece& piece, StreamReader& reader);
    // Of bytes that the source lost after the last piece that was passed on.
    [[nodiscard]] std::uint32_t lost_since(const Piece& piece) const;
    // Nothing more can come that lies before this piece.
    [[nodiscard]] bool explained(const Piece& piece) const;
    [[nodiscard]] Missing reason(const Piece& piece) const;
    void release_first(StreamReader& reader);
    void maybe_end(StreamReader& reader);

    StreamLimits limits_;
    std::uint64_t place_;
    std::uint64_t skip_until_ = 0;
    std::uint64_t end_ = UINT64_MAX;
    std::uint64_t end_time_ns_ = 0;
    std::uint32_t lost_seen_ = 0;
    bool narrow_;
    bool ended_ = false;
    std::size_t held_bytes_ = 0;
    std::map<std::uint64_t, Held> held_;  // by position
};

}  // namespace apiarist::streams
