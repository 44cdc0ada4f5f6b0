// SPDX-License-Identifier: Apache-2.0
#include "transactions/connection_side.h"

namespace apiarist::transactions {
namespace {

using protocols::GapKind;
using protocols::Http1Look;
using protocols::MessageKind;
using streams::Missing;

constexpr std::size_t kMaxLook = 256;

GapKind gap_kind(Missing missing) {
    switch (missing) {
        case Missing::kLost:
            return GapKind::kLost;
        case Missing::kSkipped:
            return GapKind::kSkipped;
        case Missing::kNotSeen:
            return GapKind::kNotSeen;
    }
    return GapKind::kLost;
}

}  // namespace

Connection::Side::Side(Connection& connection, unsigned of_direction, const ConnectionStart& at)
    : stream(at.position[of_direction], at.narrow_positions, connection.around_.options.stream),
      direction(of_direction),
      from_start(at.from_start[of_direction]),
      connection_(connection) {}

void Connection::Side::on_bytes(std::span<const std::byte> bytes, bool call_start, std::uint64_t time_ns) {
    if (!parser) {
        look_at(bytes, call_start, time_ns);
        return;
    }
    if (connection_.responses() == this) connection_.on_response_bytes(time_ns);
    feed(bytes, call_start, time_ns);
    connection_.after_feed(*this);
}

void Connection::Side::feed(std::span<const std::byte> bytes, bool call_start, std::uint64_t time_ns) {
    std::size_t fed = 0;
    while (fed < bytes.size()) {
        if (connection_.requests() == this && parser->between_messages()) connection_.on_request_begin(time_ns);
        fed += parser->feed_message(bytes.subspan(fed), time_ns, call_start && fed == 0, items_);
        connection_.on_items(*this, items_);
    }
}

void Connection::Side::on_missing(std::uint64_t size, Missing why, bool recorded, std::uint64_t time_ns) {
    if (recorded) connection_.around_.ledger.add(Count::kBytesWithoutContent, size);
    if (why == Missing::kLost && !recorded) connection_.around_.ledger.add(Count::kGaps);
    if (!parser) {
        give_up_first_bytes();
        from_start = false;
        connection_.pairing_.distrust();
        return;
    }
    parser->on_gap(size, gap_kind(why), time_ns, items_);
    connection_.on_items(*this, items_);
}

void Connection::Side::on_overlap(std::uint64_t duplicate_bytes, std::uint64_t) {
    connection_.around_.ledger.add(Count::kBytesDuplicate, duplicate_bytes);
    connection_.pairing_.distrust();
}

void Connection::Side::on_end(bool clean, std::uint64_t time_ns) {
    if (!parser) {
        give_up_first_bytes();
        return;
    }
    parser->on_end(clean, time_ns, items_);
    connection_.on_items(*this, items_);
}

void Connection::Side::start(MessageKind kind) {
    parser.emplace(kind, connection_.around_.options.http1, from_start);
}

void Connection::Side::feed_first_bytes() {
    if (first_bytes_.empty()) return;
    std::vector<std::byte> bytes;
    bytes.swap(first_bytes_);
    on_bytes(bytes, first_call_start_, first_time_);
}

void Connection::Side::give_up_first_bytes() {
    connection_.around_.ledger.add(Count::kBytesUnattributed, first_bytes_.size());
    first_bytes_.clear();
}

void Connection::Side::look_at(std::span<const std::byte> bytes, bool call_start, std::uint64_t time_ns) {
    // As in the parser: where the place is not known, a message begins with a call.
    if (!from_start && call_start) give_up_first_bytes();
    const std::size_t before = first_bytes_.size();
    if (before == 0) first_call_start_ = call_start;
    first_bytes_.insert(first_bytes_.end(), bytes.begin(), bytes.end());
    const auto [look, header] = from_start ? protocols::look_at_start(first_bytes_)
                                           : protocols::StartLook{protocols::look_at(first_bytes_), 0};
    // A PROXY header may be much older than the request behind it.
    if (before <= header) first_time_ = time_ns;
    if (look == Http1Look::kProxyHeader) return;
    if (look == Http1Look::kRequest || look == Http1Look::kResponse) {
        connection_.decide_roles(direction, look);
    } else if (look == Http1Look::kOther || first_bytes_.size() > kMaxLook + header) {
        give_up_first_bytes();
        from_start = false;
        connection_.pairing_.join_midway();
    }
}

}  // namespace apiarist::transactions
