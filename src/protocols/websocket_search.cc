// SPDX-License-Identifier: Apache-2.0
#include "protocols/websocket_search.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace apiarist::protocols {
namespace {

constexpr std::size_t kMostChains = 8;
constexpr std::size_t kBytesOfCall = 16;  // so many of the limit allow for one more call
constexpr unsigned kFewestFrames = 3;
constexpr unsigned kBitsOfHeader = 6;  // at most 7 of 256 first bytes are a final frame's, and a bit says who sent it
constexpr unsigned kEnoughBits = 40;

// Only right bytes would be that.
bool speaks(const WebsocketFrame& frame, const WebsocketRules& rules) {
    if (rules.extensions || frame.length == 0) return false;
    return frame.is(WebsocketOpcode::kClose) || (frame.is(WebsocketOpcode::kText) && frame.fin && !frame.rsv1);
}

}  // namespace

std::span<const std::byte> WebsocketSearch::from(std::uint64_t place) const {
    return std::span(held_).subspan(static_cast<std::size_t>(place - base_));
}

bool WebsocketSearch::is_call(std::uint64_t place) const {
    const auto found = std::lower_bound(calls_.begin(), calls_.end(), place,
                                        [](const Call& call, std::uint64_t at) { return call.at < at; });
    return found != calls_.end() && found->at == place;
}

bool WebsocketSearch::end_call() {
    if (chains_.empty()) return false;
    const std::uint64_t call = calls_.back().at;
    for (std::size_t i = 0; i < chains_.size();) {
        Chain& chain = chains_[i];
        const bool at_call = chain.next == call;
        const unsigned payloads = chain.payloads;
        const std::uint64_t begin = chain.begin;
        if (!advance(chain)) {
            chains_.erase(chains_.begin() + static_cast<std::ptrdiff_t>(i));
            continue;
        }
        const bool same = chain.begin == begin;
        const bool whole = chain.next == end() && (same ? at_call : chain.begin == call);
        if (whole && chain.payloads > (same ? payloads : 0)) ++chain.whole_calls;
        if (is_proven(chain)) {
            proven_ = chain;
            return true;
        }
        ++i;
    }
    trim();
    return false;
}

// False: no frames stand there.
bool WebsocketSearch::advance(Chain& chain) const {
    for (;;) {
        switch (step(chain)) {
            case Step::kFrame:
                break;
            case Step::kWait:
                return true;
            case Step::kWrong: {
                const std::uint64_t place = chain.next;
                if (place == chain.begin || !is_call(place)) return false;
                const auto later =
                    std::count_if(calls_.begin(), calls_.end(), [place](const Call& call) { return call.at >= place; });
                chain = Chain{.begin = place, .next = place, .calls = static_cast<unsigned>(later)};
                break;
            }
        }
    }
}

WebsocketSearch::Step WebsocketSearch::step(Chain& chain) const {
    const auto bytes = from(chain.next);
    if (bytes.size() < kShortestWebsocketHeader) return Step::kWait;
    const std::size_t header = websocket_header_size(bytes.first<kShortestWebsocketHeader>());
    if (bytes.size() < header) return Step::kWait;
    const WebsocketFrame frame = read_websocket_frame(bytes.first(header));
    if (!is_lawful(frame, rules_)) return Step::kWrong;
    if (!frame.is_control() && chain.begun && chain.message != frame.is(WebsocketOpcode::kContinuation))
        return Step::kWrong;
    if (frame.length > bytes.size() - header) return Step::kWait;
    const auto length = static_cast<std::size_t>(frame.length);
    if (!is_credible(frame, bytes.subspan(header, length), rules_)) return Step::kWrong;
    if (!frame.is_control()) {
        chain.begun = true;
        chain.message = !frame.fin;
    }
    if (length != 0) {
        ++chain.payloads;
        if (frame.fin) ++chain.finals;
        if (frame.fin && is_call(chain.next)) ++chain.at_calls;
    }
    chain.next += header + length;
    if (chain.first_end == 0) {
        chain.first_end = chain.next;
        chain.first_speaks = speaks(frame, rules_);
    }
    return Step::kFrame;
}

bool WebsocketSearch::is_proven(const Chain& chain) const {
    if (chain.next != end() || chain.next == chain.begin) return false;
    if (chain.whole_calls >= 2 && chain.finals != 0) return true;
    const std::uint64_t usual = (chain.next - chain.begin) / chain.calls;
    const unsigned bits = kBitsOfHeader + static_cast<unsigned>(std::bit_width(usual)) - (usual != 0 ? 1 : 0);
    return chain.at_calls >= kFewestFrames && chain.at_calls * bits >= kEnoughBits;
}

void WebsocketSearch::begin_call(Stamp stamp) {
    bool goes_on = false;
    for (Chain& chain : chains_) {
        ++chain.calls;
        goes_on = goes_on || chain.next == end();
    }
    if (!goes_on) {
        if (chains_.size() == kMostChains) {
            const auto weaker = [](const Chain& a, const Chain& b) {
                return a.at_calls + a.whole_calls < b.at_calls + b.whole_calls;
            };
            chains_.erase(std::min_element(chains_.begin(), chains_.end(), weaker));
            trim();
        }
        chains_.push_back({.begin = end(), .next = end(), .calls = 1});
    }
    calls_.push_back({end(), stamp});
    while (calls_.size() > std::max<std::size_t>(limit_ / kBytesOfCall, 1))
        drop_first();
}

void WebsocketSearch::add(std::span<const std::byte> bytes) {
    while (!chains_.empty() && held_.size() + bytes.size() > limit_)
        drop_first();
    if (chains_.empty()) {
        base_ += bytes.size();
        dropped_ += bytes.size();
    } else {
        held_.insert(held_.end(), bytes.begin(), bytes.end());
    }
}

bool WebsocketSearch::is_before(const Chain& a, const Chain& b) {
    return a.begin < b.begin;
}

void WebsocketSearch::drop_first() {
    chains_.erase(std::min_element(chains_.begin(), chains_.end(), is_before));
    trim();
}

// What comes before the first chain is not needed.
void WebsocketSearch::trim() {
    const auto first = std::min_element(chains_.begin(), chains_.end(), is_before);
    const std::uint64_t begin = first == chains_.end() ? end() : first->begin;
    const auto bytes = static_cast<std::ptrdiff_t>(begin - base_);
    held_.erase(held_.begin(), held_.begin() + bytes);
    dropped_ += static_cast<std::uint64_t>(bytes);
    base_ = begin;
    if (chains_.empty()) {
        std::vector<std::byte>().swap(held_);
        return calls_.clear();
    }
    calls_.erase(calls_.begin(),
                 std::find_if(calls_.begin(), calls_.end(), [begin](const Call& call) { return call.at >= begin; }));
}

WebsocketSearch::Found WebsocketSearch::take() {
    Found found;
    found.begin = proven_.first_speaks ? proven_.begin : proven_.first_end;
    const auto bytes = from(found.begin);
    found.bytes.assign(bytes.begin(), bytes.end());
    found.calls.swap(calls_);
    dropped_ += found.begin - base_;
    base_ = end();
    chains_.clear();
    std::vector<std::byte>().swap(held_);
    return found;
}

void WebsocketSearch::forget() {
    chains_.clear();
    trim();
}

std::uint64_t WebsocketSearch::take_dropped() {
    return std::exchange(dropped_, 0);
}

std::size_t WebsocketSearch::memory() const {
    return held_.capacity() + calls_.capacity() * sizeof(Call) + chains_.capacity() * sizeof(Chain);
}

}  // namespace apiarist::protocols
