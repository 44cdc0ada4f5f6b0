// SPDX-License-Identifier: Apache-2.0
#include "inventory/call_matcher.h"

#include <absl/hash/hash.h>

#include <cstdlib>
#include <limits>
#include <string_view>
#include <utility>

namespace apiarist::inventory {
namespace {

constexpr std::string_view kGoesOn = "response_open";

std::uint64_t name_of(const records::Record& record) {
    const std::string_view host = records::find_header(record.request_headers, "host").value_or("");
    // Each node has a loopback of its own.
    const bool loopback = record.client.host.starts_with("127.") || record.client.host == "::1";
    return absl::HashOf(record.client.host, record.client.port, record.method, host, record.target,
                        loopback ? record.collector : std::string_view());
}

}  // namespace

CallMatcher::Ends CallMatcher::known(std::uint64_t call) const {
    for (const Table* table : {&batch_, &recent_, &older_})
        if (const auto found = table->find(call); found != table->end()) return found->second;
    return {};
}

Telling CallMatcher::take(const records::Record& record, std::int64_t time) {
    if (record.client.host.empty() || record.client.port.empty()) return Telling::kFirst;
    const std::uint64_t call = name_of(record);
    Ends ends = known(call);
    if (std::abs(time - ends.time) > kWindow) ends = {};
    const bool server = record.direction == records::Direction::kServer;
    std::uint16_t& open = server ? ends.open_at_server : ends.open_at_client;
    const bool goes_on = record.capture.find(kGoesOn) != std::string_view::npos;
    if (!goes_on && open != 0) {
        --open;
        batch_.insert_or_assign(call, ends);
        return Telling::kAgain;
    }
    if (goes_on && open < std::numeric_limits<std::uint16_t>::max()) ++open;
    const bool other_end = server ? ends.beyond < 0 : ends.beyond > 0;
    constexpr std::int32_t kLimit = std::numeric_limits<std::int32_t>::max();
    if (server && ends.beyond < kLimit) ++ends.beyond;
    if (!server && ends.beyond > -kLimit) --ends.beyond;
    ends.time = time;
    batch_.insert_or_assign(call, ends);
    return other_end ? Telling::kOtherEnd : Telling::kFirst;
}

void CallMatcher::keep() {
    for (const auto& [call, ends] : batch_) {
        older_.erase(call);
        if (!ends.waits()) {
            recent_.erase(call);
            continue;
        }
        if (recent_.size() >= kMost) {
            older_ = std::move(recent_);
            recent_ = {};
        }
        recent_.insert_or_assign(call, ends);
    }
    forget();
}

void CallMatcher::forget() {
    batch_ = {};
}

}  // namespace apiarist::inventory
