// SPDX-License-Identifier: Apache-2.0
#pragma once
// Traffic by client address and host since it was last asked for: what the reference keeps as traffic_metrics. Any
// thread; bounded: what finds no room is counted under an empty address and host, so that the sums stay right.

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace apiarist::policy {

struct TrafficRow {
    std::string ip;
    std::string host;                  // "ip-host" where it has no letter
    std::uint64_t incoming_bytes = 0;  // of pairs that were seen
    std::uint64_t outgoing_bytes = 0;  // of pairs that were handed on
    std::uint64_t outgoing_pairs = 0;
};

class TrafficCounts {
  public:
    static constexpr std::size_t kMaxRows = 10'000;
    static constexpr std::size_t kLongestHost = 255;  // a longer one counts as none

    // `ip`: of the client, without a port. `handed_on`: no filter left it out.
    void add(const std::string& ip, std::string host, std::uint64_t bytes, bool handed_on);
    // What was counted since the last call.
    [[nodiscard]] std::vector<TrafficRow> take();
    // What could not be told is to be told the next time.
    void give_back(const std::vector<TrafficRow>& rows);

  private:
    TrafficRow& row(const std::string& ip, const std::string& host);
    std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, TrafficRow> rows_;  // guarded by mutex_
};

}  // namespace apiarist::policy
