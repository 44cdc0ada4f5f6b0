// SPDX-License-Identifier: Apache-2.0
#include "policy/traffic_counts.h"

#include <algorithm>
#include <cctype>

namespace apiarist::policy {
namespace {

bool has_letter(const std::string& text) {
    return std::any_of(text.begin(), text.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
}

}  // namespace

TrafficRow& TrafficCounts::row(const std::string& ip, const std::string& host) {
    if (const auto found = rows_.find({ip, host}); found != rows_.end()) return found->second;
    const bool room = rows_.size() < kMaxRows;
    TrafficRow& fresh = rows_[room ? std::pair(ip, host) : std::pair<std::string, std::string>()];
    if (room) {
        fresh.ip = ip;
        fresh.host = host;
    }
    return fresh;
}

void TrafficCounts::add(const std::string& ip, std::string host, std::uint64_t bytes, bool handed_on) {
    if (!has_letter(host)) host = "ip-host";
    if (host.size() > kLongestHost) host.clear();  // no name (RFC 1035 §2.3.4)
    const std::scoped_lock lock(mutex_);
    TrafficRow& counted = row(ip, host);
    counted.incoming_bytes += bytes;
    if (!handed_on) return;
    counted.outgoing_bytes += bytes;
    ++counted.outgoing_pairs;
}

std::vector<TrafficRow> TrafficCounts::take() {
    std::vector<TrafficRow> rows;
    const std::scoped_lock lock(mutex_);
    for (auto& [key, one] : rows_)
        rows.push_back(std::move(one));
    rows_.clear();
    return rows;
}

void TrafficCounts::give_back(const std::vector<TrafficRow>& rows) {
    const std::scoped_lock lock(mutex_);
    for (const TrafficRow& one : rows) {
        TrafficRow& counted = row(one.ip, one.host);
        counted.incoming_bytes += one.incoming_bytes;
        counted.outgoing_bytes += one.outgoing_bytes;
        counted.outgoing_pairs += one.outgoing_pairs;
    }
}

}  // namespace apiarist::policy
