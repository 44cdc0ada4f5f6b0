// SPDX-License-Identifier: Apache-2.0
#include "transactions/http1_side.h"

#include <algorithm>

namespace apiarist::transactions {
namespace {

using protocols::Http1Look;
using protocols::MessageKind;
using streams::Missing;

constexpr std::size_t kMaxLook = 256;

}  // namespace

Http1Connection::Side::Side(Http1Connection& connection, unsigned of_direction, const ConnectionStart& at)
    : stream(at.position[of_direction], at.narrow_positions, connection.around_.options.stream),
      direction(of_direction),
      from_start(at.from_start[of_direction]),
      connection_(connection) {
    stream.resume(at.lost[of_direction]);
}

void Http1Connection::Side::on_bytes(std::span<const std::byte> bytes, bool call_start, std::uint64_t time_ns) {
    if (!parser) {
        look_at(bytes, call_start, time_ns);
        return;
    }
    if (connection_.responses() == this) connection_.on_response_bytes(time_ns);
    const std::size_t fed = early.empty() ? feed(bytes, call_start, time_ns) : 0;
    if (fed < bytes.size()) early.add_bytes(bytes.subspan(fed), call_start && fed == 0, time_ns);
    connection_.after_feed(*this);
    connection_.feed_early();
}

// Stops where what follows has to wait. Returns how much was fed.
std::size_t Http1Connection::Side::feed(std::span<const std::byte> bytes, bool call_start, std::uint64_t time_ns) {
    std::size_t fed = 0;
    while (fed < bytes.size() && !connection_.holds_back(*this)) {
        if (connection_.upgrade_) {
            connection_.upgrade_->on_bytes(direction, bytes.subspan(fed), call_start && fed == 0, time_ns);
            return bytes.size();
        }
        if (connection_.requests() == this && parser->between_messages()) connection_.on_request_begin(time_ns);
        fed += parser->feed_message(bytes.subspan(fed), time_ns, call_start && fed == 0, items_);
        connection_.on_items(*this, items_);
    }
    return fed;
}

void Http1Connection::Side::on_missing(std::uint64_t size, Missing why, bool recorded, std::uint64_t time_ns) {
    book_missing(connection_.around_.ledger, size, why, recorded);
    if (!parser) {
        give_up_first_bytes();
        from_start = false;
        connection_.pairing_.distrust();
        return;
    }
    if (connection_.requests() == this && why == Missing::kLost) connection_.release_early();
    if (early.empty() && !connection_.holds_back(*this)) return feed_gap(size, why, time_ns);
    early.add_gap(size, why, time_ns);
    connection_.feed_early();
}

void Http1Connection::Side::feed_gap(std::uint64_t size, Missing why, std::uint64_t time_ns) {
    if (connection_.upgrade_) return connection_.upgrade_->on_missing(direction, size, why, time_ns);
    parser->on_gap(size, gap_kind(why), time_ns, items_);
    connection_.on_items(*this, items_);
}

void Http1Connection::Side::on_overlap(std::uint64_t duplicate_bytes, std::uint64_t) {
    connection_.around_.ledger.add(Count::kBytesDuplicate, duplicate_bytes);
    if (connection_.upgrade_) return connection_.upgrade_->on_overlap(direction);
    connection_.release_early();
    connection_.pairing_.distrust();
}

void Http1Connection::Side::on_end(bool clean, std::uint64_t time_ns) {
    if (!parser) {
        give_up_first_bytes();
        return;
    }
    if (connection_.requests() == this) connection_.release_early();
    if (early.empty()) return feed_end(clean, time_ns);
    early.add_end(clean, time_ns);
}

void Http1Connection::Side::feed_end(bool clean, std::uint64_t time_ns) {
    if (connection_.upgrade_) connection_.upgrade_->on_end(direction, clean, time_ns);
    parser->on_end(clean, time_ns, items_);
    connection_.on_items(*this, items_);
}

void Http1Connection::Side::feed_early(std::uint64_t now_ns) {
    if (early.empty()) return;
    const std::uint64_t patience = connection_.around_.options.stream.settle_ns;
    while (!early.empty() && (now_ns >= early.front().time_ns + patience || !connection_.holds_back(*this)))
        feed_early_front();
    connection_.after_feed(*this);
}

void Http1Connection::Side::feed_early_front() {
    const EarlyBytes::Piece& piece = early.front();
    if (const auto* bytes = std::get_if<EarlyBytes::Bytes>(&piece.what)) {
        if (connection_.upgrade_) {
            connection_.upgrade_->on_bytes(direction, bytes->rest(), bytes->call_start, piece.time_ns);
            return early.drop();
        }
        const bool request = connection_.requests() == this;
        const bool asked = !request && connection_.pairing_.waits_for_response();
        if (request && parser->between_messages()) connection_.on_request_begin(piece.time_ns);
        const std::size_t fed = parser->feed_message(bytes->rest(), piece.time_ns, bytes->call_start, items_);
        early.drop_bytes(fed);
        const auto heads = std::ranges::count(items_, protocols::ItemKind::kHead, &protocols::Item::kind);
        if (asked) connection_.around_.ledger.add(Count::kEarlyResponses, static_cast<std::uint64_t>(heads));
        connection_.on_items(*this, items_);
        return;
    }
    const EarlyBytes::Piece taken = piece;
    early.drop();
    if (const auto* gap = std::get_if<EarlyBytes::Gap>(&taken.what)) feed_gap(gap->size, gap->why, taken.time_ns);
    if (const auto* end = std::get_if<EarlyBytes::End>(&taken.what)) feed_end(end->clean, taken.time_ns);
}

void Http1Connection::Side::start(MessageKind kind) {
    parser.emplace(kind, connection_.around_.options.http1, from_start);
}

void Http1Connection::Side::feed_first_bytes() {
    if (first_bytes_.empty()) return;
    std::vector<std::byte> bytes;
    bytes.swap(first_bytes_);
    on_bytes(bytes, first_call_start_, first_time_);
}

void Http1Connection::Side::give_up_first_bytes() {
    connection_.around_.ledger.add(Count::kBytesUnattributed, first_bytes_.size());
    first_bytes_.clear();
}

void Http1Connection::Side::look_at(std::span<const std::byte> bytes, bool call_start, std::uint64_t time_ns) {
    // As in the parser: where the place is not known, a message begins with a call.
    if (!from_start && call_start) give_up_first_bytes();
    const std::size_t before = first_bytes_.size();
    if (before == 0) first_call_start_ = call_start;
    first_bytes_.insert(first_bytes_.end(), bytes.begin(), bytes.end());
    const auto [look, header] =
        from_start ? protocols::look_at_start(first_bytes_) : protocols::StartLook{protocols::look_at(first_bytes_), 0};
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
