// SPDX-License-Identifier: Apache-2.0
#pragma once
// What was read of responses before the record of the request came that they answer: bytes, gaps and the end of one
// direction, in their order, with their times and call starts. A plain queue: whose turn it is, its owner knows.
// Bounded by its owner too, who asks over_limits(). Owned by one worker.

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "streams/byte_stream.h"

namespace apiarist::transactions {

class EarlyBytes {
  public:
    struct Bytes {
        std::vector<std::byte> all;
        std::size_t used = 0;  // from the front
        bool call_start = false;
        [[nodiscard]] std::span<const std::byte> rest() const { return std::span(all).subspan(used); }
    };
    struct Gap {
        std::uint64_t size = 0;
        streams::Missing why = streams::Missing::kLost;
    };
    struct End {
        bool clean = false;
    };
    struct Piece {
        std::variant<Bytes, Gap, End> what;
        std::uint64_t time_ns = 0;
    };

    void add_bytes(std::span<const std::byte> bytes, bool call_start, std::uint64_t time_ns);
    void add_gap(std::uint64_t size, streams::Missing why, std::uint64_t time_ns);
    void add_end(bool clean, std::uint64_t time_ns);

    [[nodiscard]] bool empty() const { return pieces_.empty(); }
    // Valid until something is added or dropped.
    [[nodiscard]] const Piece& front() const { return pieces_.front(); }
    // So many of the first piece's bytes were used; with the last of them it goes.
    void drop_bytes(std::size_t size);
    // The first piece, whatever it is.
    void drop();

    [[nodiscard]] bool over_limits(const streams::StreamLimits& limits) const;
    [[nodiscard]] std::size_t memory() const { return bytes_ + pieces_.size() * sizeof(Piece); }

  private:
    // A queue that is nearly always empty, and then takes no memory; of few pieces, so that moving them is cheap.
    std::vector<Piece> pieces_;
    std::size_t bytes_ = 0;  // in all pieces, used or not
};

}  // namespace apiarist::transactions
