// SPDX-License-Identifier: Apache-2.0
#include "transactions/pairing.h"

#include <algorithm>
#include <utility>

namespace apiarist::transactions {

void Pairing::distrust() {
    untrusted_flag_ |= kLoss;
    alternations_ = 0;
}

void Pairing::leave_front(std::vector<Pair>& out) {
    Exchange exchange = std::move(open_.front());
    open_.pop_front();
    if (!exchange.request_done) rest_of_request_is_left_ = true;
    Pair pair;
    pair.request = std::move(exchange.request);
    pair.response = std::move(exchange.response);
    pair.flags = exchange.flags | untrusted_flag_;
    pair.process_id = exchange.process_id;
    pair.socket_fd = exchange.socket_fd;
    out.push_back(std::move(pair));
}

void Pairing::on_request_head(std::string method, std::uint32_t process_id, std::uint32_t socket_fd,
                              std::vector<Pair>& out) {
    // Without trust, a request beside an open one may be pipelined or mean that a response was lost: not told apart.
    const bool quiet = unknown_under_way_ && response_since_request_;
    if (quiet || (untrusted_flag_ != 0 && !open_.empty())) {
        while (!open_.empty()) leave_front(out);
        unknown_under_way_ = !quiet;
    }
    Exchange exchange;
    exchange.method = std::move(method);
    exchange.process_id = process_id;
    exchange.socket_fd = socket_fd;
    exchange.flags = untrusted_flag_;
    open_.push_back(std::move(exchange));
    ++counts_.requests;
    response_since_request_ = false;
}

void Pairing::on_request(protocols::Message request, std::vector<Pair>& out) {
    if (std::exchange(rest_of_request_is_left_, false)) return;
    const auto waiting =
        std::find_if(open_.begin(), open_.end(), [](const Exchange& exchange) { return !exchange.request_done; });
    if (waiting == open_.end()) return;
    waiting->request = std::move(request);
    waiting->request_done = true;
    // Answered before it ended: it is the oldest, and leaves now.
    if (open_.front().response && open_.front().request_done) leave_front(out);
}

void Pairing::on_request_lost() {
    for (Exchange& exchange : open_) exchange.request_done = true;
    rest_of_request_is_left_ = false;
    distrust();
    if (overlapped_) unknown_under_way_ = true;
}

void Pairing::on_response_head(int) {
    if (open_.size() >= 2) overlapped_ = true;
}

void Pairing::on_response(protocols::Message response, std::vector<Pair>& out) {
    ++counts_.responses;
    response_since_request_ = true;
    if (open_.empty() || open_.front().response || unknown_under_way_) {
        ++counts_.orphans;
        return;
    }
    Exchange& front = open_.front();
    if (!front.request_done) {  // an early answer: the request leaves when it ends, or by settle()
        front.response = std::move(response);
        return;
    }
    if (!front.request) {  // its rest was lost: a pair without headers would show half of it
        ++counts_.orphans;
        leave_front(out);
        return;
    }
    front.response = std::move(response);
    leave_front(out);
    if (untrusted_flag_ != 0 && open_.empty()) {
        const unsigned enough = untrusted_flag_ == kMidway ? 1 : kTrustAfter;
        if (++alternations_ >= enough) untrusted_flag_ = 0;
    }
}

void Pairing::on_response_lost(std::vector<Pair>& out) {
    distrust();
    // Two open ones: the first answer was lost (all or its end), the second is next. More, and nobody knows how many were.
    constexpr std::size_t kTellable = 2;
    if (open_.size() > kTellable) {
        while (!open_.empty()) leave_front(out);
        unknown_under_way_ = true;
        return;
    }
    while (open_.size() > 1) leave_front(out);
}

std::vector<std::string> Pairing::expected_methods() const {
    std::vector<std::string> methods;
    for (const Exchange& exchange : open_)
        if (!exchange.response) methods.push_back(exchange.method);
    return methods;
}

bool Pairing::waits_for_request() const { return !open_.empty() && open_.front().response.has_value(); }

void Pairing::settle(protocols::Stamp now, std::uint64_t patience_ns, std::vector<Pair>& out) {
    if (!waits_for_request() || open_.front().response->end + patience_ns > now) return;
    leave_front(out);
}

void Pairing::finish(std::vector<Pair>& out) {
    while (!open_.empty()) leave_front(out);
}

}  // namespace apiarist::transactions
