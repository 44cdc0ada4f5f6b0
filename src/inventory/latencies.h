// SPDX-License-Identifier: Apache-2.0
#pragma once
// Latencies as both ends of calls measured them. What a caller waits has the network in it, and its own waiting for a
// turn: the two are not one distribution, and which of a call's records is read first is chance. Percentiles are the
// server's; the caller's where no server was watched. They add up, and are taken away.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "inventory/facts.h"
#include "inventory/latency_sketch.h"

namespace apiarist::inventory {

class Latencies {
  public:
    void add(std::uint64_t microseconds, SeenAt end) { at(end).add(microseconds); }
    void merge(const LatencySketch& sketch, SeenAt end) { at(end).merge(sketch); }
    void merge(const Latencies& other);
    void take_away(const Latencies& other);
    // Those that percentiles are of.
    [[nodiscard]] const LatencySketch& told() const { return server_ == LatencySketch() ? client_ : server_; }

    // "server|client", each as of LatencySketch; without "|" it is the server's.
    [[nodiscard]] std::string encode() const;
    static std::optional<Latencies> decode(std::string_view text);
    bool operator==(const Latencies&) const = default;

  private:
    LatencySketch& at(SeenAt end) { return is_at_client(end) ? client_ : server_; }

    LatencySketch server_;
    LatencySketch client_;
};

}  // namespace apiarist::inventory
