// SPDX-License-Identifier: Apache-2.0
#include "inventory/latencies.h"

#include <utility>

namespace apiarist::inventory {

void Latencies::merge(const Latencies& other) {
    server_.merge(other.server_);
    client_.merge(other.client_);
}

void Latencies::take_away(const Latencies& other) {
    server_.take_away(other.server_);
    client_.take_away(other.client_);
}

std::string Latencies::encode() const {
    std::string text = server_.encode();
    if (client_ == LatencySketch()) return text;
    return text.append("|").append(client_.encode());
}

std::optional<Latencies> Latencies::decode(std::string_view text) {
    const auto bar = text.find('|');
    auto server = LatencySketch::decode(text.substr(0, bar));
    auto client = LatencySketch::decode(bar == std::string_view::npos ? std::string_view() : text.substr(bar + 1));
    if (!server || !client) return std::nullopt;
    Latencies latencies;
    latencies.server_ = std::move(*server);
    latencies.client_ = std::move(*client);
    return latencies;
}

}  // namespace apiarist::inventory
