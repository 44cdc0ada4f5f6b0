// SPDX-License-Identifier: Apache-2.0
#include "transactions/http2_connection.h"

#include <algorithm>
#include <utility>

namespace apiarist::transactions {
namespace {

using protocols::Http2Item;
using protocols::Http2ItemKind;
using protocols::Message;
using protocols::MessageKind;
using streams::Missing;

// Without a frame: then it is none, whatever its first bytes looked like.
constexpr std::uint64_t kSearchedInVain = 256 << 10;
constexpr std::uint64_t kLostPatienceNs = 10'000'000'000;  // for the rest of what was under way when frames were lost

std::size_t size_of(const std::optional<Message>& message) {
    return message ? sizeof(Message) + message->body.size() : 0;
}

}  // namespace

// One direction.
class Http2Connection::Side final : public streams::StreamReader {
  public:
    Side(Http2Connection& connection, unsigned of_direction, const ConnectionStart& at)
        : stream(at.position[of_direction], at.narrow_positions, connection.around_.options.stream),
          parser(connection.around_.options.http2, at.from_start[of_direction]),
          direction(of_direction),
          connection_(connection) {
        stream.resume(at.lost[of_direction]);
    }

    void on_bytes(std::span<const std::byte> bytes, bool call_start, std::uint64_t time_ns) override {
        parser.feed(bytes, time_ns, call_start, items_);
        connection_.on_items(*this, items_);
    }
    void on_missing(std::uint64_t size, Missing why, bool recorded, std::uint64_t time_ns) override {
        if (recorded) connection_.around_.ledger.add(Count::kBytesWithoutContent, size);
        if (why == Missing::kLost && !recorded) connection_.around_.ledger.add(Count::kGaps);
        parser.on_gap(size, gap_kind(why), time_ns, items_);
        connection_.on_items(*this, items_);
    }
    // Two calls raced and their order is not known.
    void on_overlap(std::uint64_t duplicate_bytes, std::uint64_t) override {
        connection_.around_.ledger.add(Count::kBytesDuplicate, duplicate_bytes);
        parser.messages().on_loss();
    }
    void on_end(bool, std::uint64_t time_ns) override {
        parser.on_end(time_ns, items_);
        connection_.on_items(*this, items_);
    }

    streams::ByteStream stream;
    protocols::Http2Parser parser;
    const unsigned direction;

  private:
    Http2Connection& connection_;
    std::vector<Http2Item> items_;
};

Http2Connection::Http2Connection(const ConnectionStart& start, Surroundings surroundings)
    : around_(std::move(surroundings)),
      local_(start.local),
      remote_(start.remote),
      tls_(start.tls),
      request_side_(start.request_side) {
    for (const unsigned direction : {0U, 1U})
        sides_[direction] = std::make_unique<Side>(*this, direction, start);
}

Http2Connection::~Http2Connection() = default;

void Http2Connection::set_addresses(const Address& local, const Address& remote) {
    local_ = local;
    remote_ = remote;
}

void Http2Connection::on_data(const events::DataView& data) {
    if (finished_) {
        around_.ledger.add(Count::kBytesDropped, data.head.size);
        return;
    }
    tgid_ = data.head.tgid;
    fd_ = data.head.fd;
    call_ns_ = data.head.header.ts_ns;
    Side& side = *sides_[data.head.direction & 1];
    side.stream.push(piece_of(data), side);
    if (side.stream.holds()) around_.ledger.add(Count::kReordered);
    after_feed();
}

void Http2Connection::on_side_end(unsigned direction, std::uint64_t position, std::uint64_t time_ns) {
    if (finished_) return;
    Side& side = *sides_[direction & 1];
    side.stream.end_at(position, time_ns, side);
}

void Http2Connection::on_items(Side& side, std::vector<Http2Item>& given) {
    std::vector<Http2Item> items;
    items.swap(given);
    for (Http2Item& item : items) {
        switch (item.kind) {
            case Http2ItemKind::kHead:
                on_head(side.direction, item);
                break;
            case Http2ItemKind::kMessage:
                on_message(side.direction, std::move(item));
                break;
            case Http2ItemKind::kReset:
                on_reset(side.direction, item.stream);
                break;
            case Http2ItemKind::kLostPlace:
                around_.ledger.add(Count::kLostPlace);
                on_lost_place();
                break;
        }
    }
    items.clear();
    if (given.empty()) given.swap(items);  // keep the room
}

// What says that it comes from the other end than all before was read out of place.
bool Http2Connection::agrees(unsigned direction, const Http2Item& item) {
    if (!item.role_known) return true;
    const bool request = item.message.kind == MessageKind::kRequest;
    const int said = static_cast<int>(request ? direction : 1 - direction);
    if (request_side_ < 0) request_side_ = said;
    return request_side_ == said;
}

void Http2Connection::on_head(unsigned direction, const Http2Item& item) {
    if (!agrees(direction, item)) return;
    // Nobody answers them: the oldest leaves.
    if (exchanges_.size() >= around_.options.http2.streams) cut_short(exchanges_.begin()->first);
    Exchange& exchange = exchanges_[item.stream];
    const bool request = request_side_ < 0 || static_cast<unsigned>(request_side_) == direction;
    if (!request && exchange.process_id != 0) return;
    exchange.process_id = tgid_;
    exchange.socket_fd = fd_;
}

void Http2Connection::on_message(unsigned direction, Http2Item item) {
    if (!agrees(direction, item)) {
        around_.ledger.add(Count::kMalformed);
        return;
    }
    const auto at = exchanges_.try_emplace(item.stream).first;
    Exchange& exchange = at->second;
    std::optional<Message>& place = exchange.messages[direction];
    const std::uint64_t end = item.message.end;
    held_ -= size_of(place);
    place = std::move(item.message);
    held_ += size_of(place);
    if (exchange.messages[1 - direction]) return leave(at);
    const bool response = request_side_ >= 0 && static_cast<unsigned>(request_side_) != direction;
    if (response) wait(exchange, end + around_.options.early_response_ns);
}

void Http2Connection::on_reset(unsigned direction, std::uint32_t stream) {
    // A server that has answered wants no more of the request (RFC 9113 §8.1), but its end may be on its way.
    const auto at = exchanges_.find(stream);
    if (at != exchanges_.end() && at->second.messages[direction] && at->second.deadline_ns != 0) return;
    cut_short(stream);
}

void Http2Connection::wait(Exchange& exchange, std::uint64_t until_ns) {
    exchange.deadline_ns = exchange.deadline_ns == 0 ? until_ns : std::min(exchange.deadline_ns, until_ns);
    next_deadline_ns_ = std::min(next_deadline_ns_, exchange.deadline_ns);
}

void Http2Connection::on_lost_place() {
    for (auto& [stream, exchange] : exchanges_)
        wait(exchange, call_ns_ + kLostPatienceNs);
}

void Http2Connection::cut_short(std::uint32_t stream) {
    for (auto& side : sides_) {
        auto item = side->parser.messages().take(stream);
        if (!item) continue;
        std::optional<Message>& place = exchanges_[stream].messages[side->direction];
        held_ -= size_of(place);
        place = std::move(item->message);
        held_ += size_of(place);
    }
    if (const auto at = exchanges_.find(stream); at != exchanges_.end()) leave(at);
}

void Http2Connection::leave(Exchanges::iterator at) {
    Exchange exchange = std::move(at->second);
    exchanges_.erase(at);
    held_ -= size_of(exchange.messages[0]) + size_of(exchange.messages[1]);
    if (request_side_ < 0) {
        around_.ledger.add(Count::kUnidentified);
        return;
    }
    auto& request = exchange.messages[static_cast<unsigned>(request_side_)];
    auto& response = exchange.messages[1U - static_cast<unsigned>(request_side_)];
    if (request) around_.ledger.add(Count::kRequests);
    if (response) around_.ledger.add(Count::kResponses);
    if (request) around_.ledger.add(response ? Count::kPaired : Count::kUnanswered);
    if (!request) {
        if (response) around_.ledger.add(Count::kOrphanResponses);
        return;
    }
    Transaction transaction;
    transaction.request = std::move(*request);
    transaction.response = std::move(response);
    if (!transaction.is_identified()) around_.ledger.add(Count::kUnidentified);
    pass_on(std::move(transaction), exchange);
}

void Http2Connection::pass_on(Transaction transaction, const Exchange& exchange) {
    transaction.local = local_;
    transaction.remote = remote_;
    transaction.direction = request_side_ == AP_READ ? Direction::kServer : Direction::kClient;
    transaction.process_id = exchange.process_id;
    transaction.socket_fd = exchange.socket_fd;
    transaction.tls = tls_;
    send(std::move(transaction), around_);
}

void Http2Connection::tell_open(std::uint64_t now_ns) {
    if (request_side_ < 0) return;
    const auto requests = static_cast<unsigned>(request_side_);
    for (auto& [stream, exchange] : exchanges_) {
        const Message* response = exchange.told ? nullptr : sides_[1 - requests]->parser.messages().find(stream);
        if (response == nullptr || !is_open_stream(*response, now_ns, around_.options)) continue;
        const auto& complete = exchange.messages[requests];
        const Message* request = complete ? &*complete : sides_[requests]->parser.messages().find(stream);
        if (request == nullptr || request->target.empty()) continue;
        exchange.told = true;
        around_.ledger.add(Count::kOpenRecords);
        Transaction transaction;
        transaction.request = *request;
        transaction.request.body_truncated |= !complete;
        transaction.response = *response;
        transaction.capture = kResponseOpen;
        pass_on(std::move(transaction), exchange);
    }
}

void Http2Connection::after_feed() {
    const auto in_vain = [](const auto& side) {
        return side->parser.lost() && side->parser.searched() > kSearchedInVain;
    };
    const auto nothing = [](const auto& side) { return side->parser.counts().parsed == 0; };
    if (not_http_ || !nothing(sides_[0]) || !nothing(sides_[1]) || !(in_vain(sides_[0]) || in_vain(sides_[1]))) return;
    not_http_ = true;
    Wish wish;
    wish.not_http = true;
    around_.wish(wish);
}

bool Http2Connection::restless() const {
    return next_deadline_ns_ != UINT64_MAX || sides_[0]->stream.holds() || sides_[1]->stream.holds();
}

void Http2Connection::settle(std::uint64_t now_ns) {
    for (auto& side : sides_)
        side->stream.settle(now_ns, *side);
    if (now_ns < next_deadline_ns_) return;
    std::vector<std::uint32_t> over;
    next_deadline_ns_ = UINT64_MAX;
    for (auto& [stream, exchange] : exchanges_) {
        if (exchange.deadline_ns == 0) continue;
        if (exchange.deadline_ns <= now_ns)
            over.push_back(stream);
        else
            next_deadline_ns_ = std::min(next_deadline_ns_, exchange.deadline_ns);
    }
    for (const std::uint32_t stream : over)
        cut_short(stream);
}

void Http2Connection::finish(const ConnectionEnd& how, std::uint64_t time_ns) {
    if (finished_) return;
    for (auto& side : sides_) {
        const bool whole = how.closed && side->direction == AP_WRITE && side->stream.lost_total() == how.lost[AP_WRITE];
        side->stream.finish(whole, time_ns, *side);
    }
    while (!exchanges_.empty())
        cut_short(exchanges_.begin()->first);
    book();
}

void Http2Connection::book() {
    for (auto& side : sides_) {
        const auto& counts = side->parser.counts();
        around_.ledger.add(Count::kBytesParsed, counts.parsed);
        around_.ledger.add(not_http_ ? Count::kBytesTunnelled : Count::kBytesUnattributed, counts.unattributed);
        around_.ledger.add(Count::kMalformed, counts.malformed);
    }
    finished_ = true;
}

ConnectionStart Http2Connection::place() const {
    ConnectionStart start;
    start.local = local_;
    start.remote = remote_;
    start.tls = tls_;
    start.http2 = true;
    start.request_side = request_side_;
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

std::size_t Http2Connection::release_bodies() {
    std::size_t released = 0;
    for (auto& side : sides_)
        released += side->parser.messages().release_bodies();
    for (auto& [stream, exchange] : exchanges_)
        for (auto& message : exchange.messages) {
            if (!message || message->body.empty()) continue;
            held_ -= message->body.size();
            std::string().swap(message->body);
            message->body_truncated = true;
            ++released;
        }
    return released;
}

std::size_t Http2Connection::memory() const {
    std::size_t bytes = sizeof(*this) + 2 * sizeof(Side) + held_ + exchanges_.size() * sizeof(Exchange);
    for (const auto& side : sides_)
        bytes += side->stream.memory() + side->parser.memory();
    return bytes;
}

}  // namespace apiarist::transactions
