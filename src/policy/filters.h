// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which transactions leave the node, and by which rule one does not. Each rule has a count in the ledger. Sampling and
// the bandwidth limit keep state: one Filters per worker, and what they share is made to be shared.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/ledger.h"
#include "policy/header_rules.h"
#include "transactions/transaction.h"

namespace apiarist::policy {

constexpr std::uint64_t kMinuteNs = 60'000'000'000;

struct FilterOptions {
    bool egress = true;                        // transactions of clients
    bool ip_hosts = true;                      // requests whose Host is empty or an IPv4 address
    bool cloud_metadata = true;                // requests to Host 169.254.169.254
    bool envoy = true;                         // clients at 127.0.0.6: a sidecar's own connections
    std::vector<std::uint16_t> ignored_ports;  // of the remote end
    std::uint64_t per_endpoint = 0;            // of each method, host and path and minute; 0: all
};

// Bytes that left in the present minute; shared by all workers.
class Bandwidth {
  public:
    explicit Bandwidth(std::uint64_t bytes_per_minute) : limit_(bytes_per_minute) {}
    [[nodiscard]] bool take(std::uint64_t bytes, std::uint64_t now_ns);

  private:
    const std::uint64_t limit_;
    std::atomic<std::uint64_t> minute_{0};
    std::atomic<std::uint64_t> spent_{0};
};

class Filters {
  public:
    // `bandwidth` may be null. Borrows both.
    Filters(const FilterOptions& options, const HeaderRules& headers, Bandwidth* bandwidth);

    // The rule that leaves it out; nothing: it passes.
    [[nodiscard]] std::optional<Count> reject(const transactions::Transaction& transaction);

  private:
    [[nodiscard]] std::optional<Count> by_host(const transactions::Transaction& transaction) const;
    [[nodiscard]] bool sampled_out(const transactions::Transaction& transaction);

    const FilterOptions& options_;
    const HeaderRules& headers_;
    Bandwidth* bandwidth_;
    // How many passed in this minute, by a hash of the endpoint: two that share a slot share its count.
    static constexpr std::size_t kSlots = 16384;
    std::vector<std::uint32_t> passed_;
    std::uint64_t minute_ = 0;
};

// What of a transaction would leave the node: target, headers and bodies.
[[nodiscard]] std::uint64_t payload_bytes(const transactions::Transaction& transaction);

}  // namespace apiarist::policy
