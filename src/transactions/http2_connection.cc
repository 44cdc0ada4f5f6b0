// SPDX-License-Identifier: Apache-2.0
#include "transactions/http2_connection.h"

#include <utility>

namespace apiarist::transactions {

using streams::Missing;

// One direction.
class Http2Connection::Side final : public streams::StreamReader {
  public:
    Side(Http2Connection& connection, unsigned of_direction, const ConnectionStart& at)
        : stream(at.position[of_direction], at.narrow_positions, connection.around_.options.stream),
          direction(of_direction),
          connection_(connection) {
        stream.resume(at.lost[of_direction]);
    }

    void on_bytes(std::span<const std::byte> bytes, bool call_start, std::uint64_t time_ns) override {
        connection_.exchanges_.on_bytes(direction, bytes, call_start, time_ns);
    }
    void on_missing(std::uint64_t size, Missing why, bool recorded, std::uint64_t time_ns) override {
        book_missing(connection_.around_.ledger, size, why, recorded);
        connection_.exchanges_.on_missing(direction, size, why, time_ns);
    }
    void on_overlap(std::uint64_t duplicate_bytes, std::uint64_t) override {
        connection_.around_.ledger.add(Count::kBytesDuplicate, duplicate_bytes);
        connection_.exchanges_.on_overlap(direction);
    }
    void on_end(bool clean, std::uint64_t time_ns) override {
        connection_.exchanges_.on_end(direction, clean, time_ns);
    }

    streams::ByteStream stream;
    const unsigned direction;

  private:
    Http2Connection& connection_;
};

Http2Connection::Http2Connection(const ConnectionStart& start, Surroundings surroundings)
    : around_(std::move(surroundings)),
      ends_{start.local, start.remote, start.tls},
      exchanges_(around_, ends_, call_, start.request_side, start.from_start) {
    for (const unsigned direction : {0U, 1U})
        sides_[direction] = std::make_unique<Side>(*this, direction, start);
}

Http2Connection::~Http2Connection() = default;

void Http2Connection::set_addresses(const Address& local, const Address& remote) {
    ends_.local = local;
    ends_.remote = remote;
}

void Http2Connection::on_data(const events::DataView& data) {
    if (finished_) {
        around_.ledger.add(Count::kBytesDropped, data.head.size);
        return;
    }
    call_ = call_of(data);
    Side& side = *sides_[data.head.direction & 1];
    side.stream.push(piece_of(data), side);
    if (side.stream.holds()) around_.ledger.add(Count::kReordered);
    if (not_http_ || !exchanges_.is_none()) return;
    not_http_ = true;
    Wish wish;
    wish.not_http = true;
    around_.wish(wish);
}

void Http2Connection::on_side_end(unsigned direction, std::uint64_t position, std::uint64_t time_ns) {
    if (finished_) return;
    Side& side = *sides_[direction & 1];
    side.stream.end_at(position, time_ns, side);
}

bool Http2Connection::restless() const {
    return exchanges_.restless() || sides_[0]->stream.holds() || sides_[1]->stream.holds();
}

void Http2Connection::settle(std::uint64_t now_ns) {
    for (auto& side : sides_)
        side->stream.settle(now_ns, *side);
    exchanges_.settle(now_ns);
}

void Http2Connection::finish(const ConnectionEnd& how, std::uint64_t time_ns) {
    if (finished_) return;
    for (auto& side : sides_) {
        const bool whole = how.closed && side->direction == AP_WRITE && side->stream.lost_total() == how.lost[AP_WRITE];
        side->stream.finish(whole, time_ns, *side);
    }
    exchanges_.finish(time_ns);
    finished_ = true;
}

ConnectionStart Http2Connection::place() const {
    ConnectionStart start;
    start.local = ends_.local;
    start.remote = ends_.remote;
    start.tls = ends_.tls;
    exchanges_.describe(start);
    for (const unsigned direction : {0U, 1U}) {
        const streams::ByteStream& stream = sides_[direction]->stream;
        start.narrow_positions = stream.narrow();
        start.position[direction] = stream.place();
        start.lost[direction] = stream.lost_total();
    }
    return start;
}

std::optional<ConnectionStart> Http2Connection::rest() {
    if (!can_rest()) return std::nullopt;
    finish({}, 0);
    ConnectionStart start = place();
    start.tunnel = true;
    return start;
}

ConnectionStart Http2Connection::give_up(std::uint64_t now_ns) {
    finish({}, now_ns);
    if (wishes()) around_.wish(Wish{});
    return place();
}

std::size_t Http2Connection::memory() const {
    std::size_t bytes = sizeof(*this) - sizeof(exchanges_) + 2 * sizeof(Side) + exchanges_.memory();
    for (const auto& side : sides_)
        bytes += side->stream.memory();
    return bytes;
}

}  // namespace apiarist::transactions
