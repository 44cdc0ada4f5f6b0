// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests and fuzzers only: pushes pieces into a ByteStream and keeps what it passes on, as bytes and as a line of
// text.

#include <string>
#include <string_view>

#include "streams/byte_stream.h"

namespace apiarist::streams::testing {

inline std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

// "abc <4 lost> def |": what came, in order; "|" is a clean end, "?" an end that nobody announced.
class Recorder final : public StreamReader {
  public:
    void on_bytes(std::span<const std::byte> bytes, bool call_start, std::uint64_t time_ns) override {
        const std::string passed(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        add(call_start ? "^" + passed : passed);
        passed_bytes += bytes.size();
        last_time_ns = time_ns;
    }
    void on_missing(std::uint64_t size, Missing why, bool recorded, std::uint64_t time_ns) override {
        constexpr std::string_view kNames[] = {"lost", "skipped", "not seen"};
        add("<" + std::to_string(size) + " " + std::string(kNames[static_cast<unsigned>(why)]) +
            (recorded ? ", recorded>" : ">"));
        (recorded ? recorded_lengths : missing) += size;
        last_time_ns = time_ns;
    }
    void on_overlap(std::uint64_t duplicate_bytes, std::uint64_t) override { duplicates += duplicate_bytes; }
    void on_end(bool clean, std::uint64_t time_ns) override {
        add(clean ? "|" : "?");
        ++ends;
        last_time_ns = time_ns;
    }

    std::string text;
    std::uint64_t passed_bytes = 0;
    std::uint64_t recorded_lengths = 0;
    std::uint64_t missing = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t last_time_ns = 0;
    unsigned ends = 0;

  private:
    void add(std::string_view what) {
        if (!text.empty()) text += ' ';
        text += what;
    }
};

// A stream with its reader. Positions are relative to `start`.
class Player {
  public:
    explicit Player(std::uint64_t start = 1000, bool narrow = true, const StreamLimits& limits = {})
        : stream(start, narrow, limits), start_(start), narrow_(narrow) {}

    Player& bytes(std::uint64_t offset, std::string_view content, std::uint32_t lost_total = 0) {
        Piece piece = at(offset, static_cast<std::uint32_t>(content.size()), lost_total);
        piece.bytes = as_bytes(content);
        stream.push(piece, out);
        return *this;
    }
    Player& length(std::uint64_t offset, std::uint32_t size, Missing why, std::uint32_t lost_total = 0) {
        Piece piece = at(offset, size, lost_total);
        piece.missing = why;
        stream.push(piece, out);
        return *this;
    }
    Player& skip_until(std::uint64_t offset) {
        stream.skip_until(stream.widen(position(offset)));
        return *this;
    }
    Player& end_at(std::uint64_t offset) {
        stream.end_at(position(offset), now_ns, out);
        return *this;
    }
    Player& settle() {
        stream.settle(now_ns, out);
        return *this;
    }
    Player& finish(bool closed) {
        stream.finish(closed, now_ns, out);
        return *this;
    }

    ByteStream stream;
    Recorder out;
    std::uint64_t now_ns = 1;
    bool call_start = false;  // of the pieces to come

  private:
    [[nodiscard]] std::uint64_t position(std::uint64_t offset) const {
        return narrow_ ? (start_ + offset) & 0xffffffffU : start_ + offset;
    }
    [[nodiscard]] Piece at(std::uint64_t offset, std::uint32_t size, std::uint32_t lost_total) const {
        Piece piece;
        piece.position = position(offset);
        piece.size = size;
        piece.call_start = call_start;
        piece.lost_total = lost_total;
        piece.time_ns = now_ns;
        return piece;
    }
    std::uint64_t start_;
    bool narrow_;
};

}  // namespace apiarist::streams::testing
