// SPDX-License-Identifier: Apache-2.0
#pragma once
// One direction of a connection: its stream, its parser once its role is known, and the first bytes until then. For
// http1_connection.cc alone, which owns both sides.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "protocols/http1.h"
#include "streams/byte_stream.h"
#include "transactions/early_bytes.h"
#include "transactions/http1_connection.h"

namespace apiarist::transactions {

class Http1Connection::Side final : public streams::StreamReader {
  public:
    Side(Http1Connection& connection, unsigned of_direction, const ConnectionStart& at);

    void on_bytes(std::span<const std::byte> bytes, bool call_start, std::uint64_t time_ns) override;
    void on_missing(std::uint64_t size, streams::Missing why, bool recorded, std::uint64_t time_ns) override;
    void on_overlap(std::uint64_t duplicate_bytes, std::uint64_t time_ns) override;
    void on_end(bool clean, std::uint64_t time_ns) override;

    void start(protocols::MessageKind kind);
    // What was read before the role was known.
    void feed_first_bytes();
    // What was held back, as far as it may follow now; what came settle_ns before `now_ns` does in any case.
    void feed_early(std::uint64_t now_ns);

    streams::ByteStream stream;
    const unsigned direction;
    bool from_start;
    std::optional<protocols::Http1Parser> parser;
    EarlyBytes early;

  private:
    void give_up_first_bytes();
    std::size_t feed(std::span<const std::byte> bytes, bool call_start, std::uint64_t time_ns);
    void feed_gap(std::uint64_t size, streams::Missing why, std::uint64_t time_ns);
    void feed_end(bool clean, std::uint64_t time_ns);
    void feed_early_front();
    void look_at(std::span<const std::byte> bytes, bool call_start, std::uint64_t time_ns);

    Http1Connection& connection_;
    std::vector<std::byte> first_bytes_;
    std::uint64_t first_time_ = 0;
    bool first_call_start_ = false;
    std::vector<protocols::Item> items_;
};

}  // namespace apiarist::transactions
