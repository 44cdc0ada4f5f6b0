// SPDX-License-Identifier: Apache-2.0
#include "inventory/call_matcher.h"

#include <absl/hash/hash.h>

#include <limits>
#include <string_view>
#include <utility>

namespace apiarist::inventory {
namespace {

constexpr std::string_view kGoesOn = "response_open";
constexpr std::int32_t kLimit = std::numeric_limits<std::int32_t>::max();

bool is_of_one_node(std::string_view host) {
    return host.starts_with("127.") || host == "::1" || host.starts_with("169.254.") || host.starts_with("fe80:");
}

std::uint64_t name_of(const records::Record& record) {
    return absl::HashOf(record.client.host, record.client.port, record.method, record.target,
                        is_of_one_node(record.client.host) ? record.collector : std::string_view());
}

}  // namespace

std::int32_t WaitingCalls::of(std::uint64_t name) const {
    for (const Table* table : {&recent_, &older_})
        if (const auto found = table->find(name); found != table->end()) return found->second;
    return 0;
}

void WaitingCalls::set(std::uint64_t name, std::int32_t number) {
    batch_.push_back({name, of(name)});
    change(name, number);
}

void WaitingCalls::change(std::uint64_t name, std::int32_t number) {
    if (!older_.empty()) older_.erase(name);
    if (number == 0)
        recent_.erase(name);
    else
        recent_.insert_or_assign(name, number);
}

void WaitingCalls::keep() {
    batch_.clear();
    if (recent_.size() < kMost) return;
    older_ = std::move(recent_);
    recent_ = {};
}

void WaitingCalls::forget() {
    for (auto before = batch_.rbegin(); before != batch_.rend(); ++before)
        change(before->name, before->number);
    batch_.clear();
}

Telling CallMatcher::take(const records::Record& record, std::int64_t time) {
    if (record.client.host.empty() || record.client.port.empty()) return Telling::kFirst;
    const bool server = record.direction == records::Direction::kServer;
    const std::uint64_t call = name_of(record);
    const bool goes_on = record.capture.find(kGoesOn) != std::string_view::npos;
    // A stream's two records are of one end, and say the same time.
    const std::uint64_t stream = absl::HashOf(call, time, server);
    const std::int32_t open = open_.is_empty() ? 0 : open_.of(stream);
    if (!goes_on && open > 0) {
        open_.set(stream, open - 1);
        return Telling::kAgain;
    }
    if (goes_on && open < kLimit) open_.set(stream, open + 1);

    const std::int64_t span = time / kSpan;
    const std::int64_t into = time % kSpan;
    const std::int32_t step = server ? 1 : -1;
    const std::uint64_t name = absl::HashOf(call, span);
    const std::int32_t beyond = ends_.of(name);
    const auto is_other_end = [this, step](std::uint64_t there, std::int32_t waiting) {
        if (step > 0 ? waiting >= 0 : waiting <= 0) return false;
        ends_.set(there, waiting + step);
        return true;
    };
    if (is_other_end(name, beyond)) return Telling::kOtherEnd;
    if (into < kMargin || into >= kSpan - kMargin) {
        const std::uint64_t beside = absl::HashOf(call, into < kMargin ? span - 1 : span + 1);
        if (is_other_end(beside, ends_.of(beside))) return Telling::kOtherEnd;
    }
    if (beyond < kLimit && beyond > -kLimit) ends_.set(name, beyond + step);
    return Telling::kFirst;
}

void CallMatcher::keep() {
    ends_.keep();
    open_.keep();
}

void CallMatcher::forget() {
    ends_.forget();
    open_.forget();
}

}  // namespace apiarist::inventory
