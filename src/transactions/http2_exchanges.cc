// SPDX-License-Identifier: Apache-2.0
#include "transactions/http2_exchanges.h"

#include <algorithm>
#include <utility>

namespace apiarist::transactions {
namespace {

using protocols::Http2Item;
using protocols::Http2ItemKind;
using protocols::Message;
using protocols::MessageKind;

// Without a frame: then it is none.
constexpr std::uint64_t kSearchedInVain = 256 << 10;
constexpr std::uint64_t kLostPatienceNs = 10'000'000'000;  // for the rest of what was under way when frames were lost

std::size_t size_of(const std::optional<Message>& message) {
    return message ? sizeof(Message) + message->body.size() : 0;
}

}  // namespace

Http2Exchanges::Http2Exchanges(const Surroundings& around, const Ends& ends, const Call& call, int request_side,
                               std::array<bool, 2> from_start)
    : around_(around),
      ends_(ends),
      call_(call),
      parsers_{protocols::Http2Parser(around.options.http2, from_start[0]),
               protocols::Http2Parser(around.options.http2, from_start[1])},
      request_side_(request_side) {}

std::unique_ptr<Upgrade> Http2Exchanges::after_upgrade(const Message& request, const Message&,
                                                       const UpgradeContext& context) {
    auto made = std::make_unique<Http2Exchanges>(context.around, context.ends, context.call,
                                                 static_cast<int>(context.request_side), context.from_start);
    Exchange& exchange = made->exchanges_[1];
    exchange.process_id = context.process_id;
    exchange.socket_fd = context.socket_fd;
    exchange.capture = context.capture;
    exchange.upgraded = true;
    made->keep(exchange.messages[context.request_side], request);
    return made;
}

void Http2Exchanges::on_bytes(unsigned direction, std::span<const std::byte> bytes, bool call_start,
                              std::uint64_t time_ns) {
    protocols::Http2Parser& parser = parsers_[direction];
    parser.feed(bytes, time_ns, call_start, items_);
    on_items(direction);
    const bool in_vain = parser.lost() && parser.searched() > kSearchedInVain;
    if (in_vain && parsers_[0].counts().parsed == 0 && parsers_[1].counts().parsed == 0) not_http2_ = true;
}

void Http2Exchanges::on_missing(unsigned direction, std::uint64_t size, streams::Missing why, std::uint64_t time_ns) {
    parsers_[direction].on_gap(size, gap_kind(why), time_ns, items_);
    on_items(direction);
}

void Http2Exchanges::on_overlap(unsigned direction) {
    parsers_[direction].messages().on_loss();
}

void Http2Exchanges::on_end(unsigned direction, bool, std::uint64_t time_ns) {
    parsers_[direction].on_end(time_ns, items_);
    on_items(direction);
}

void Http2Exchanges::on_items(unsigned direction) {
    std::vector<Http2Item> items;
    items.swap(items_);
    for (Http2Item& item : items) {
        switch (item.kind) {
            case Http2ItemKind::kHead:
                on_head(direction, item);
                break;
            case Http2ItemKind::kMessage:
                on_message(direction, std::move(item));
                break;
            case Http2ItemKind::kReset:
                on_reset(direction, item.stream);
                break;
            case Http2ItemKind::kLostPlace:
                around_.ledger.add(Count::kLostPlace);
                on_lost_place();
                break;
        }
    }
    items.clear();
    if (items_.empty()) items_.swap(items);  // keep the room
}

// What says that it comes from the other end than all before was read out of place.
bool Http2Exchanges::agrees(unsigned direction, const Http2Item& item) {
    if (!item.role_known) return true;
    const bool request = item.message.kind == MessageKind::kRequest;
    const int said = static_cast<int>(request ? direction : 1 - direction);
    if (request_side_ < 0) request_side_ = said;
    return request_side_ == said;
}

void Http2Exchanges::on_head(unsigned direction, const Http2Item& item) {
    if (!agrees(direction, item)) return;
    // Nobody answers them: the oldest leaves.
    if (exchanges_.size() >= around_.options.http2.streams) cut_short(exchanges_.begin()->first);
    Exchange& exchange = exchanges_[item.stream];
    const bool request = request_side_ < 0 || static_cast<unsigned>(request_side_) == direction;
    if (!request && exchange.process_id != 0) return;
    exchange.process_id = call_.tgid;
    exchange.socket_fd = call_.fd;
}

void Http2Exchanges::on_message(unsigned direction, Http2Item item) {
    if (!agrees(direction, item)) {
        around_.ledger.add(Count::kMalformed);
        return;
    }
    const auto at = exchanges_.try_emplace(item.stream).first;
    Exchange& exchange = at->second;
    const std::uint64_t end = item.message.end;
    keep(exchange.messages[direction], std::move(item.message));
    if (exchange.messages[1 - direction]) return leave(at);
    const bool response = request_side_ >= 0 && static_cast<unsigned>(request_side_) != direction;
    if (response) wait(exchange, end + around_.options.early_response_ns);
}

void Http2Exchanges::on_reset(unsigned direction, std::uint32_t stream) {
    // A server that has answered wants no more of the request (RFC 9113 §8.1), but its end may be on its way.
    const auto at = exchanges_.find(stream);
    if (at != exchanges_.end() && at->second.messages[direction] && at->second.deadline_ns != 0) return;
    cut_short(stream);
}

void Http2Exchanges::wait(Exchange& exchange, std::uint64_t until_ns) {
    exchange.deadline_ns = exchange.deadline_ns == 0 ? until_ns : std::min(exchange.deadline_ns, until_ns);
    next_deadline_ns_ = std::min(next_deadline_ns_, exchange.deadline_ns);
}

void Http2Exchanges::on_lost_place() {
    for (auto& [stream, exchange] : exchanges_)
        wait(exchange, call_.time_ns + kLostPatienceNs);
}

void Http2Exchanges::keep(std::optional<Message>& place, Message message) {
    held_ -= size_of(place);
    place = std::move(message);
    held_ += size_of(place);
}

void Http2Exchanges::cut_short(std::uint32_t stream) {
    for (const unsigned direction : {0U, 1U}) {
        auto item = parsers_[direction].messages().take(stream);
        if (item) keep(exchanges_[stream].messages[direction], std::move(item->message));
    }
    if (const auto at = exchanges_.find(stream); at != exchanges_.end()) leave(at);
}

void Http2Exchanges::leave(Exchanges::iterator at) {
    Exchange exchange = std::move(at->second);
    exchanges_.erase(at);
    held_ -= size_of(exchange.messages[0]) + size_of(exchange.messages[1]);
    if (request_side_ < 0) {
        around_.ledger.add(Count::kUnidentified);
        return;
    }
    auto& request = exchange.messages[static_cast<unsigned>(request_side_)];
    auto& response = exchange.messages[1U - static_cast<unsigned>(request_side_)];
    count(exchange, request.has_value(), response.has_value());
    if (!request) return;
    Transaction transaction;
    transaction.request = std::move(*request);
    transaction.response = std::move(response);
    if (!transaction.is_identified()) around_.ledger.add(Count::kUnidentified);
    pass_on(std::move(transaction), exchange);
}

void Http2Exchanges::count(const Exchange& exchange, bool request, bool response) {
    Ledger& ledger = around_.ledger;
    if (request && !exchange.upgraded) ledger.add(Count::kRequests);
    if (response) ledger.add(Count::kResponses);
    if (request) ledger.add(response ? Count::kPaired : Count::kUnanswered);
    if (response && !request) ledger.add(Count::kOrphanResponses);
}

void Http2Exchanges::pass_on(Transaction transaction, const Exchange& exchange) {
    transaction.local = ends_.local;
    transaction.remote = ends_.remote;
    transaction.direction = request_side_ == AP_READ ? Direction::kServer : Direction::kClient;
    transaction.capture |= exchange.capture;
    transaction.process_id = exchange.process_id;
    transaction.socket_fd = exchange.socket_fd;
    transaction.tls = ends_.tls;
    send(std::move(transaction), around_);
}

void Http2Exchanges::tell_open(std::uint64_t now_ns) {
    if (request_side_ < 0) return;
    const auto requests = static_cast<unsigned>(request_side_);
    for (auto& [stream, exchange] : exchanges_) {
        const Message* response = exchange.told ? nullptr : parsers_[1 - requests].messages().find(stream);
        if (response == nullptr || !is_open_stream(*response, now_ns, around_.options)) continue;
        const auto& complete = exchange.messages[requests];
        const Message* request = complete ? &*complete : parsers_[requests].messages().find(stream);
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

void Http2Exchanges::settle(std::uint64_t now_ns) {
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

std::size_t Http2Exchanges::release_bodies() {
    std::size_t released = 0;
    for (auto& parser : parsers_)
        released += parser.messages().release_bodies();
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

std::size_t Http2Exchanges::memory() const {
    std::size_t bytes = sizeof(*this) + held_ + exchanges_.size() * sizeof(Exchange);
    for (const auto& parser : parsers_)
        bytes += parser.memory();
    return bytes;
}

void Http2Exchanges::finish(std::uint64_t) {
    while (!exchanges_.empty())
        cut_short(exchanges_.begin()->first);
    for (const auto& parser : parsers_) {
        const auto& counts = parser.counts();
        around_.ledger.add(Count::kBytesParsed, counts.parsed);
        around_.ledger.add(not_http2_ ? Count::kBytesTunnelled : Count::kBytesUnattributed, counts.unattributed);
        around_.ledger.add(Count::kMalformed, counts.malformed);
    }
}

void Http2Exchanges::describe(ConnectionStart& start) const {
    start.http2 = true;
    start.request_side = request_side_;
}

}  // namespace apiarist::transactions
