// SPDX-License-Identifier: Apache-2.0
#include "policy/filters.h"

#include <arpa/inet.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>

namespace apiarist::policy {
namespace {

using protocols::Header;
using protocols::Message;
using transactions::Transaction;

std::string_view host_of(const Message& request) {
    return protocols::header_value(request.headers, "host");
}

// As the reference reads it: up to the first colon.
std::string_view without_port(std::string_view host) {
    return host.substr(0, host.find(':'));
}

bool is_ipv4(std::string_view host) {
    in_addr address{};
    return ::inet_pton(AF_INET, std::string(host).c_str(), &address) == 1;
}

bool is_sidecar(const transactions::Address& address) {
    const std::string text = address.to_string();
    return text.starts_with("127.0.0.6:");
}

std::uint64_t size_of(const Message& message) {
    std::uint64_t bytes = message.target.size() + message.body.size();
    for (const Header& header : message.headers)
        bytes += header.name.size() + header.value.size();
    return bytes;
}

}  // namespace

std::uint64_t payload_bytes(const Transaction& transaction) {
    std::uint64_t bytes = size_of(transaction.request) + (transaction.response ? size_of(*transaction.response) : 0);
    for (const transactions::WebsocketEvent& event : transaction.events)
        bytes += event.message.payload.size();
    return bytes;
}

bool Bandwidth::take(std::uint64_t bytes, std::uint64_t now_ns) {
    const std::uint64_t minute = now_ns / kMinuteNs;
    std::uint64_t present = minute_.load(std::memory_order_relaxed);
    // Workers' clocks differ by little: only forward.
    if (minute > present && minute_.compare_exchange_strong(present, minute)) spent_.store(0);
    std::uint64_t spent = spent_.load(std::memory_order_relaxed);
    while (spent + bytes <= limit_)
        if (spent_.compare_exchange_weak(spent, spent + bytes)) return true;
    return false;
}

Filters::Filters(const FilterOptions& options, const HeaderRules& headers, Bandwidth* bandwidth)
    : options_(options), headers_(headers), bandwidth_(bandwidth) {
    if (options_.per_endpoint != 0) passed_.resize(kSlots);
}

std::optional<Count> Filters::by_host(const Transaction& transaction) const {
    if (options_.ip_hosts && options_.cloud_metadata) return std::nullopt;
    const std::string_view host = host_of(transaction.request);
    if (!options_.cloud_metadata && without_port(host) == "169.254.169.254") return Count::kFilteredCloudMetadata;
    if (!options_.ip_hosts && (host.empty() || is_ipv4(without_port(host)))) return Count::kFilteredIpHost;
    return std::nullopt;
}

bool Filters::sampled_out(const Transaction& transaction) {
    const std::uint64_t minute = transaction.request.begin / kMinuteNs;
    if (minute > minute_) {
        minute_ = minute;
        std::fill(passed_.begin(), passed_.end(), 0);
    }
    const std::string_view target = transaction.request.target;
    std::size_t hash = std::hash<std::string_view>{}(transaction.request.method);
    for (const std::string_view part : {host_of(transaction.request), target.substr(0, target.find('?'))})
        hash = (hash ^ std::hash<std::string_view>{}(part)) * 0x9e3779b97f4a7c15U;
    std::uint32_t& passed = passed_[(hash >> 32) % kSlots];
    if (passed >= options_.per_endpoint) return true;
    ++passed;
    return false;
}

std::optional<Count> Filters::reject(const Transaction& transaction) {
    const bool client = transaction.direction == transactions::Direction::kClient;
    if (client && !options_.egress) return Count::kFilteredEgress;
    if (client && !options_.envoy && is_sidecar(transaction.local)) return Count::kFilteredEnvoy;
    const auto& ports = options_.ignored_ports;
    if (std::find(ports.begin(), ports.end(), transaction.remote.port) != ports.end()) return Count::kFilteredPort;
    if (const auto rule = by_host(transaction)) return rule;
    if (!headers_.pass(transaction.request.headers)) return Count::kFilteredHeader;
    if (options_.per_endpoint != 0 && sampled_out(transaction)) return Count::kFilteredSample;
    if (bandwidth_ != nullptr && !bandwidth_->take(payload_bytes(transaction), transaction.request.begin))
        return Count::kFilteredBandwidth;
    return std::nullopt;
}

}  // namespace apiarist::policy
