// SPDX-License-Identifier: Apache-2.0
#include "transactions/http1_connection.h"

#include <algorithm>
#include <utility>

#include "transactions/http1_side.h"
#include "transactions/protocol_table.h"

namespace apiarist::transactions {
namespace {

using protocols::Http1Look;
using protocols::Item;
using protocols::ItemKind;
using protocols::Message;
using protocols::MessageKind;

}  // namespace

Http1Connection::Http1Connection(const ConnectionStart& start, Surroundings surroundings)
    : around_(std::move(surroundings)),
      ends_{start.local, start.remote, start.tls},
      start_known_(start.start_known),
      request_side_(start.request_side),
      pairing_(start.from_start[0] && start.from_start[1], start.habits) {
    for (unsigned direction : {0U, 1U})
        sides_[direction] = std::make_unique<Side>(*this, direction, start);
    if (request_side_ < 0) return;
    requests()->start(MessageKind::kRequest);
    responses()->start(MessageKind::kResponse);
    requests()->parser->not_at_beginning();
    if (start.handshake) resume_upgrade(start);
}

Http1Connection::~Http1Connection() = default;

Http1Connection::Side* Http1Connection::requests() {
    return request_side_ < 0 ? nullptr : sides_[static_cast<unsigned>(request_side_)].get();
}

Http1Connection::Side* Http1Connection::responses() {
    return request_side_ < 0 ? nullptr : sides_[1U - static_cast<unsigned>(request_side_)].get();
}

void Http1Connection::set_addresses(const Address& local, const Address& remote) {
    ends_.local = local;
    ends_.remote = remote;
}

void Http1Connection::on_data(const events::DataView& data) {
    if (finished_) {
        around_.ledger.add(Count::kBytesDropped, data.head.size);
        return;
    }
    call_ = call_of(data);
    Side& side = *sides_[data.head.direction];
    side.stream.push(piece_of(data), side);
    if (side.stream.holds()) around_.ledger.add(Count::kReordered);
    if (!upgrade_ || wish_.not_http || !upgrade_->is_none()) return;
    wish_.not_http = true;
    around_.wish(wish_);
}

void Http1Connection::on_side_end(unsigned direction, std::uint64_t position, std::uint64_t time_ns) {
    if (finished_) return;
    Side& side = *sides_[direction & 1];
    side.stream.end_at(position, time_ns, side);
}

void Http1Connection::decide_roles(unsigned direction, Http1Look look) {
    const bool request = look == Http1Look::kRequest;
    request_side_ = static_cast<int>(request ? direction : 1 - direction);
    requests()->start(MessageKind::kRequest);
    responses()->start(MessageKind::kResponse);
    // Requests first: a response is read by the method that it answers.
    requests()->feed_first_bytes();
    responses()->feed_first_bytes();
}

void Http1Connection::on_items(Side& side, std::vector<Item>& given) {
    std::vector<Item> items;
    items.swap(given);
    for (Item& item : items)
        &side == requests() ? on_request_item(item) : on_response_item(item);
    items.clear();
    if (given.empty()) given.swap(items);  // keep the room
}

void Http1Connection::on_request_item(Item& item) {
    std::vector<Pair> pairs;
    switch (item.kind) {
        case ItemKind::kHead:
            responses()->parser->expect(item.message.method);
            pairing_.on_request_head(std::move(item.message.method), {call_.tgid, call_.fd, in_order_}, pairs);
            around_.ledger.add(Count::kRequests);
            if (pairing_.open() == 1) expect_again();
            break;
        case ItemKind::kMessage:
            asks_for_upgrade_ = is_upgrade(protocols::header_value(item.message.headers, "upgrade"));
            pairing_.on_request(std::move(item.message), pairs);
            break;
        case ItemKind::kLostPlace:
            release_early();
            around_.ledger.add(Count::kLostPlace);
            pairing_.on_request_lost(pairs);
            break;
        case ItemKind::kTunnel:
            release_early();
            start_tunnel();
            break;
    }
    leave(pairs);
}

void Http1Connection::on_response_item(Item& item) {
    std::vector<Pair> pairs;
    switch (item.kind) {
        case ItemKind::kHead:
            pairing_.on_response_head(item.message.status);
            break;
        case ItemKind::kMessage:
            switches_ = item.message.status == 101;
            pairing_.on_response(std::move(item.message), pairs);
            break;
        case ItemKind::kLostPlace:
            around_.ledger.add(Count::kLostPlace);
            asks_for_upgrade_ = false;
            pairing_.on_response_lost(pairs);
            expect_again();
            break;
        case ItemKind::kTunnel:
            start_tunnel();
            break;
    }
    leave(pairs);
    const bool answered_later = switches_ && upgrade_ && upgrade_->answers_request();
    if (item.kind == ItemKind::kMessage) asks_for_upgrade_ = false;
    if (item.kind == ItemKind::kMessage && !answered_later) around_.ledger.add(Count::kResponses);
    switches_ = false;
}

// A piece that waited in its stream is not of the call that is being read: its thread is not known any more.
std::uint32_t Http1Connection::thread_at(std::uint64_t time_ns) const {
    return time_ns == call_.time_ns ? call_.tid : 0;
}

void Http1Connection::on_response_bytes(std::uint64_t time_ns) {
    if (request_side_ != AP_WRITE) return;
    last_read_ = {thread_at(time_ns), time_ns};
    in_order_ = false;
}

void Http1Connection::on_request_begin(std::uint64_t time_ns) {
    if (request_side_ != AP_WRITE) return;  // a server's record of a request is made before the server has it
    const std::uint32_t thread = thread_at(time_ns);
    in_order_ =
        (thread != 0 && thread == last_read_.tid) || time_ns >= last_read_.time_ns + around_.options.late_request_ns;
    if (in_order_) release_early();
}

bool Http1Connection::holds_back(const Side& side) const {
    if (side.direction == static_cast<unsigned>(request_side_))
        return asks_for_upgrade_ && side.parser->between_messages() && !sides_[1 - side.direction]->stream.ended();
    return start_known_ && request_side_ == AP_WRITE && side.direction == AP_READ && side.parser->between_messages() &&
           pairing_.trusted() && !pairing_.waits_for_response() && !sides_[AP_WRITE]->stream.ended();
}

void Http1Connection::feed_early() {
    Side* side = responses();
    if (side == nullptr) return;
    const auto feed = [this](Side& one) {
        one.feed_early(one.early.over_limits(around_.options.stream) ? UINT64_MAX : 0);
    };
    feed(*side);
    feed(*requests());
}

void Http1Connection::release_early() {
    if (Side* side = responses(); side != nullptr) side->feed_early(UINT64_MAX);
}

void Http1Connection::expect_again() {
    auto& parser = *responses()->parser;
    // A head of a response that is under way answers what was open before; with trust, nothing was.
    const bool in_head = pairing_.trusted() && parser.current() == nullptr;
    if (!parser.between_messages() && !parser.lost() && !in_head) return;
    parser.forget_expectations();
    for (const std::string& method : pairing_.expected_methods())
        parser.expect(method);
}

void Http1Connection::start_tunnel() {
    for (auto& side : sides_)
        if (side->parser) side->parser->tunnel();
    if (upgrade_) return;
    wish_.not_http = true;
    around_.wish(wish_);
}

void Http1Connection::begin_upgrade(const Pair& pair) {
    UpgradeContext context{around_, ends_, call_};
    context.request_side = static_cast<unsigned>(request_side_);
    context.from_start[requests()->direction] = requests()->parser->between_messages();
    context.from_start[responses()->direction] = true;
    context.capture = pair.flags;
    context.process_id = pair.process_id;
    context.socket_fd = pair.socket_fd;
    upgrade_ = Upgrade::make(*pair.request, *pair.response, context);
}

void Http1Connection::resume_upgrade(const ConnectionStart& start) {
    const Handshake& handshake = *start.handshake;
    UpgradeContext context{around_, ends_, call_};
    context.request_side = static_cast<unsigned>(request_side_);
    context.from_start = start.from_start;
    context.capture = handshake.capture;
    context.process_id = handshake.process_id;
    context.socket_fd = handshake.socket_fd;
    upgrade_ = Upgrade::make(handshake.request, handshake.response, context);
    start_tunnel();
}

void Http1Connection::leave(std::vector<Pair>& pairs) {
    for (Pair& pair : pairs)
        emit(std::move(pair));
}

void Http1Connection::emit(Pair pair) {
    if (pair.request_under_way && pair.response) {
        // Answered before its end: what there is of it.
        if (const Message* current = requests()->parser->current(); current != nullptr) {
            pair.request = *current;
            pair.request->body_truncated = true;
        }
    }
    const bool paired = pair.request && pair.response;
    if (paired && switches_) {
        begin_upgrade(pair);
        if (upgrade_ && upgrade_->answers_request()) return;  // who counts it too
    }
    around_.ledger.add(paired ? Count::kPaired : Count::kUnanswered);
    if (pair.response && !paired) around_.ledger.add(Count::kOrphanResponses);
    if (pair.request) pass_on(std::move(pair));
}

void Http1Connection::pass_on(Pair pair) {
    Transaction transaction;
    transaction.request = std::move(*pair.request);
    transaction.response = std::move(pair.response);
    transaction.local = ends_.local;
    transaction.remote = ends_.remote;
    transaction.direction = request_side_ == AP_READ ? Direction::kServer : Direction::kClient;
    transaction.capture = pair.flags;
    transaction.process_id = pair.process_id;
    transaction.socket_fd = pair.socket_fd;
    transaction.tls = ends_.tls;
    send(std::move(transaction), around_);
}

void Http1Connection::after_feed(Side& side) {
    auto& skip = wish_.skip_until[side.direction];
    if (skip && side.stream.place() >= *skip) {  // over: positions wrap, so an old word must not stand
        skip.reset();
        around_.wish(wish_);
    }
    const std::uint64_t rest = side.parser->skippable();
    if (skip || rest < around_.options.skip_from || side.stream.holds()) return;
    // Well below half of TCP's 32 bits; a longer body asks again.
    constexpr std::uint64_t kFarthest = std::uint64_t{1} << 30;
    skip = side.stream.place() + std::min(rest, kFarthest);
    side.stream.skip_until(*skip);
    around_.wish(wish_);
}

bool Http1Connection::restless() const {
    const auto waits = [](const auto& side) { return side->stream.holds() || !side->early.empty(); };
    return waits(sides_[0]) || waits(sides_[1]) || pairing_.waits_for_request() || (upgrade_ && upgrade_->restless());
}

void Http1Connection::settle(std::uint64_t now_ns) {
    // First what waits for a request, before the stream of the requests gives up waiting and tells a loss.
    if (Side* side = responses(); side != nullptr) side->feed_early(now_ns);
    for (auto& side : sides_)
        side->stream.settle(now_ns, *side);
    std::vector<Pair> pairs;
    pairing_.settle(now_ns, around_.options.early_response_ns, pairs);
    leave(pairs);
    if (upgrade_) upgrade_->settle(now_ns);
}

void Http1Connection::tell_open(std::uint64_t now_ns) {
    if (upgrade_) return upgrade_->tell_open(now_ns);
    Side* side = responses();
    const Message* current = side == nullptr ? nullptr : side->parser->current();
    if (current == nullptr || !is_open_stream(*current, now_ns, around_.options)) return;
    auto pair = pairing_.tell_answered();
    if (!pair) return;
    pair->response = *current;
    pair->flags |= kResponseOpen;
    around_.ledger.add(Count::kOpenRecords);
    pass_on(std::move(*pair));
}

void Http1Connection::finish(const ConnectionEnd& how, std::uint64_t time_ns) {
    if (finished_) return;
    // Requests first, so that an early response finds its request ended.
    const unsigned first = request_side_ < 0 ? AP_READ : static_cast<unsigned>(request_side_);
    // Of what was written nothing follows when the writer closed, unless it was lost; of what was read there may have
    // been more.
    for (const unsigned direction : {first, 1 - first}) {
        auto& stream = sides_[direction]->stream;
        const bool whole = how.closed && direction == AP_WRITE && stream.lost_total() == how.lost[direction];
        stream.finish(whole, time_ns, *sides_[direction]);
    }
    if (Side* side = requests(); side != nullptr) side->feed_early(UINT64_MAX);
    std::vector<Pair> pairs;
    pairing_.finish(pairs);
    leave(pairs);
    if (upgrade_) upgrade_->finish(time_ns);
    book();
}

void Http1Connection::book() {
    around_.ledger.add(Count::kOrphanResponses, pairing_.counts().orphans);
    for (auto& side : sides_) {
        if (!side->parser) continue;
        const auto& counts = side->parser->counts();
        around_.ledger.add(Count::kBytesParsed, counts.parsed);
        around_.ledger.add(Count::kBytesUnattributed, counts.unattributed);
        around_.ledger.add(Count::kBytesTunnelled, counts.tunnelled);
        around_.ledger.add(Count::kMalformed, counts.malformed);
    }
    finished_ = true;
}

bool Http1Connection::is_tunnel() const {
    const auto passes = [](const auto& side) {
        return side->parser && side->parser->tunnels() && !side->stream.holds() && side->early.empty();
    };
    return wish_.not_http && pairing_.open() == 0 && passes(sides_[0]) && passes(sides_[1]);
}

bool Http1Connection::can_rest() const {
    if (finished_) return false;
    if (is_tunnel()) return true;
    const bool upgraded = upgrade_ && upgrade_->can_rest();
    const auto pauses = [upgraded](const auto& side) {
        return side->parser && (upgraded || side->parser->between_messages()) && !side->stream.holds() &&
               !side->stream.ended() && side->early.empty();
    };
    return request_side_ >= 0 && !wishes() && pairing_.can_rest() && pauses(sides_[0]) && pauses(sides_[1]);
}

ConnectionStart Http1Connection::place() const {
    ConnectionStart start;
    start.local = ends_.local;
    start.remote = ends_.remote;
    start.tls = ends_.tls;
    start.start_known = start_known_;
    for (unsigned direction : {0U, 1U}) {
        const streams::ByteStream& stream = sides_[direction]->stream;
        start.narrow_positions = stream.narrow();
        start.position[direction] = stream.place();
        start.lost[direction] = stream.lost_total();
    }
    if (upgrade_) upgrade_->describe(start);
    return start;
}

std::optional<ConnectionStart> Http1Connection::rest() {
    if (!can_rest()) return std::nullopt;
    ConnectionStart start = place();
    start.from_start = {true, true};
    start.request_side = request_side_;
    start.habits = pairing_.habits();
    start.tunnel = is_tunnel();
    if (upgrade_) upgrade_->finish(call_.time_ns);
    book();
    return start;
}

ConnectionStart Http1Connection::give_up(std::uint64_t now_ns) {
    finish({}, now_ns);
    ConnectionStart start = place();
    Wish wish;
    wish.not_http = start.tunnel;
    if (wishes() || start.tunnel) around_.wish(wish);  // else the kernel would go on skipping what the next look needs
    return start;
}

std::size_t Http1Connection::release_bodies() {
    std::size_t released = pairing_.release_bodies() + (upgrade_ ? upgrade_->release_bodies() : 0);
    for (auto& side : sides_) {
        if (!side->parser || !side->parser->release_body()) continue;
        ++released;
        after_feed(*side);  // the kernel need not copy the rest
    }
    return released;
}

std::size_t Http1Connection::memory() const {
    std::size_t bytes = sizeof(*this) + 2 * sizeof(Side) + pairing_.memory() + (upgrade_ ? upgrade_->memory() : 0);
    for (const auto& side : sides_)
        bytes += side->stream.memory() + side->early.memory() + (side->parser ? side->parser->memory() : 0);
    return bytes;
}

}  // namespace apiarist::transactions
