// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the collector tells of itself in a heartbeat: name, a choice of variables, memory and CPU, sums of the ledger.
//
// Of the environment only variables of the settings table are told, and of these only those whose valid values are
// numbers, durations, flags, one of a few words, or brokers: none can hold a secret.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/settings.h"
#include "base/ledger.h"
#include "sinks/heartbeat.h"

namespace apiarist::app {

[[nodiscard]] std::vector<std::pair<std::string, std::string>> public_environment(const Settings& settings);
// "akto-tc:" and the agent's name, or pod and node, or host, or a part of `instance_id`.
[[nodiscard]] std::string heartbeat_name(const Settings& settings, const std::string& instance_id);

// CPU time of the whole host, in ticks.
struct HostCpu {
    std::uint64_t busy = 0;
    std::uint64_t all = 0;
};
// The first line of /proc/stat.
[[nodiscard]] std::optional<HostCpu> parse_host_cpu(std::string_view stat);
// MemTotal less MemAvailable of /proc/meminfo, in KiB.
[[nodiscard]] std::optional<std::uint64_t> parse_memory_used(std::string_view meminfo);

// One thread asks at a time.
class Vitals {
  public:
    // Borrows `settings`; `ledger` is asked in read().
    Vitals(const Settings& settings, std::string instance_id, std::function<LedgerSnapshot()> ledger);
    [[nodiscard]] sinks::HeartbeatValues read();

  private:
    void add_cpu(sinks::HeartbeatValues& values);

    const Settings& settings_;
    std::string instance_id_;
    std::function<LedgerSnapshot()> ledger_;
    std::chrono::steady_clock::time_point last_;
    double own_cpu_ = 0;  // seconds, until then
    HostCpu host_cpu_;    // until then
};

}  // namespace apiarist::app
