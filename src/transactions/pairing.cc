// SPDX-License-Identifier: Apache-2.0
#include "transactions/pairing.h"

#include <algorithm>
#include <utility>

namespace apiarist::transactions {

bool Pairing::pipelines() const {
    // A record that comes late looks like an overlap too, but not that often.
    constexpr std::uint64_t kOften = 8;
    return habits_.overlaps != 0 && habits_.overlaps * kOften >= habits_.response_heads;
}

void Pairing::distrust() {
    untrusted_flag_ |= kLoss;
    alternations_ = 0;
}

void Pairing::trust_again() {
    if (untrusted_flag_ == 0 || habits_.overlaps != 0 || unexplained_) return;
    if (alternations_ >= (untrusted_flag_ == kMidway ? 1 : kTrustAfter)) untrusted_flag_ = 0;
}

namespace {

std::size_t head_bytes(const protocols::Message& message) {
    std::size_t bytes = sizeof(message) + message.target.capacity();
    for (const auto* fields : {&message.headers, &message.trailers})
        for (const protocols::Header& field : *fields)
            bytes += sizeof(field) + field.name.size() + field.value.size();
    return bytes;
}

}  // namespace

void Pairing::keep(std::optional<protocols::Message>& slot, protocols::Message message) {
    const std::size_t head = head_bytes(message);
    heads_ += head;
    held_ += head + message.body.capacity();
    slot = std::move(message);
}

std::size_t Pairing::release_bodies() {
    std::size_t released = 0;
    for (Exchange& exchange : open_)
        for (auto* slot : {&exchange.request, &exchange.response}) {
            if (!*slot || (*slot)->body.empty()) continue;
            held_ -= (*slot)->body.capacity();
            std::string().swap((*slot)->body);  // an assignment would keep the room
            (*slot)->body_truncated = true;
            held_ += (*slot)->body.capacity();
            ++released;
        }
    return released;
}

void Pairing::leave_front(std::vector<Pair>& out) {
    Exchange exchange = std::move(open_.front());
    open_.pop_front();
    for (const auto* slot : {&exchange.request, &exchange.response})
        if (*slot) {
            const std::size_t head = head_bytes(**slot);
            heads_ -= head;
            held_ -= head + (*slot)->body.capacity();
        }
    Pair pair;
    pair.request_under_way = !exchange.request_done;
    if (pair.request_under_way) rest_of_request_is_left_ = true;
    pair.request = std::move(exchange.request);
    pair.response = std::move(exchange.response);
    pair.flags = exchange.flags | untrusted_flag_;
    pair.process_id = exchange.call.process_id;
    pair.socket_fd = exchange.call.socket_fd;
    out.push_back(std::move(pair));
}

void Pairing::on_request_head(std::string method, const RequestCall& call, std::vector<Pair>& out) {
    // Its own request was lost, but it is answered: that tells nothing of the ones to come.
    if (!open_.empty() && open_.front().response && open_.front().request_done) leave_front(out);
    // Without trust, a request beside an open one may be pipelined or mean that a response was lost: not told apart.
    const bool quiet = unknown_under_way_ && response_since_request_ && !pipelines();
    if (quiet || (untrusted_flag_ != 0 && !open_.empty())) {
        while (!open_.empty())
            leave_front(out);
        unknown_under_way_ = !quiet;
        alternations_ = 0;
    }
    if (call.in_order) trust_again();
    Exchange exchange;
    exchange.number = ++counts_.requests;
    exchange.method = std::move(method);
    exchange.call = call;
    exchange.flags = untrusted_flag_;
    open_.push_back(std::move(exchange));
    response_since_request_ = false;
}

void Pairing::on_request(protocols::Message request, std::vector<Pair>& out) {
    if (std::exchange(rest_of_request_is_left_, false)) return;
    const auto waiting =
        std::find_if(open_.begin(), open_.end(), [](const Exchange& exchange) { return !exchange.request_done; });
    if (waiting == open_.end()) return;
    keep(waiting->request, std::move(request));
    waiting->request_done = true;
    // Answered before it ended: it is the oldest, and leaves now.
    if (open_.front().response && open_.front().request_done) leave_front(out);
    if (open_.size() <= kMostOpen && heads_ <= kMostHeads) return;
    distrust();
    unknown_under_way_ = true;
    while (!open_.empty())
        leave_front(out);
}

void Pairing::on_request_lost(std::vector<Pair>& out) {
    // A whole request was followed by more, which is lost: was it pipelined, or was the response in between lost too?
    const bool followed = std::any_of(open_.begin(), open_.end(), [](const Exchange& exchange) {
        return exchange.request && !exchange.request->gap && !exchange.response;
    });
    for (Exchange& exchange : open_)
        exchange.request_done = true;
    rest_of_request_is_left_ = false;
    unexplained_ = false;
    distrust();
    if (!followed && !pipelines()) return;
    unknown_under_way_ = true;
    while (!open_.empty())
        leave_front(out);
}

void Pairing::on_response_head(int) {
    if (untrusted_flag_ == 0) ++habits_.response_heads;
    if (open_.size() >= 2) ++habits_.overlaps;
    cut_ = false;
    const bool waited_for = !open_.empty() && !open_.front().response;
    answering_ = waited_for ? open_.front().number : 0;
    const bool before_our_time = untrusted_flag_ == kMidway && counts_.requests + counts_.responses == 0;
    if (waited_for || before_our_time) return;
    distrust();
    if (!unknown_under_way_) unexplained_ = true;
}

void Pairing::on_response(protocols::Message response, std::vector<Pair>& out) {
    ++counts_.responses;
    cut_ = response.gap;
    response_since_request_ = true;
    // The one that was open when it began, and no other.
    const bool open = !open_.empty() && open_.front().number == answering_;
    answering_ = 0;
    if (!open || unknown_under_way_) {
        ++counts_.orphans;
        return;
    }
    Exchange& front = open_.front();
    if (!front.request_done) {  // an early answer: the request leaves when it ends, or by settle()
        keep(front.response, std::move(response));
        return;
    }
    if (!front.request) {  // its rest was lost: a pair without headers would show half of it
        ++counts_.orphans;
        leave_front(out);
        return;
    }
    keep(front.response, std::move(response));
    leave_front(out);
    if (untrusted_flag_ != 0 && open_.empty()) ++alternations_;
}

void Pairing::on_response_lost(std::vector<Pair>& out) {
    distrust();
    if (waits_for_request()) return;  // the one under way is answered: what was lost came after it
    // The oldest one's answer was lost, unless the loss only cut the end off the answer before. If more than one is
    // open then, nobody knows how many were answered in between.
    const std::size_t lost = std::exchange(cut_, false) ? 0 : 1;
    if (pipelines() || open_.size() > lost + 1) {
        unknown_under_way_ = true;
        while (!open_.empty())
            leave_front(out);
    } else if (lost != 0 && !open_.empty()) {
        leave_front(out);
    }
}

std::optional<Pair> Pairing::tell_answered() {
    if (open_.empty() || unknown_under_way_) return std::nullopt;
    Exchange& front = open_.front();
    if (front.number != answering_ || !front.request || front.told) return std::nullopt;
    front.told = true;
    Pair pair;
    pair.request = front.request;
    pair.flags = front.flags | untrusted_flag_;
    pair.process_id = front.call.process_id;
    pair.socket_fd = front.call.socket_fd;
    return pair;
}

std::vector<std::string> Pairing::expected_methods() const {
    std::vector<std::string> methods;
    for (const Exchange& exchange : open_)
        if (!exchange.response) methods.push_back(exchange.method);
    return methods;
}

bool Pairing::waits_for_request() const {
    return !open_.empty() && open_.front().response.has_value();
}

bool Pairing::waits_for_response() const {
    return !open_.empty() && !open_.back().response;
}

void Pairing::settle(protocols::Stamp now, std::uint64_t patience_ns, std::vector<Pair>& out) {
    if (!waits_for_request() || open_.front().response->end + patience_ns > now) return;
    leave_front(out);
}

void Pairing::finish(std::vector<Pair>& out) {
    while (!open_.empty())
        leave_front(out);
}

}  // namespace apiarist::transactions
