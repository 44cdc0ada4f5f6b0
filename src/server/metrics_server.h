// SPDX-License-Identifier: Apache-2.0
#pragma once
// /metrics, /coverage, /healthz and /readyz on a loopback port. Nobody is asked who he is, so no other address is
// served; nor is a request that names another host, as a page in a browser makes it whose name was given our address.
//
// Threads: its own, which end in the destructor (a caller that is connected and silent holds that up for two seconds at
// most). The callbacks are called on them, until then. Signals should be blocked before make(): its threads inherit
// that.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/ledger.h"
#include "base/result.h"

namespace apiarist::server {

// The field Server of every answer, by which a collector is told from other servers.
inline constexpr const char* kServerName = "apiarist";

struct MetricsCallbacks {
    std::function<LedgerSnapshot()> ledger;
    std::function<std::string()> why_not_ready;  // empty: ready
    std::string version;
    // /coverage and /coverage.json; nothing: not yet. Empty: not served.
    std::function<std::optional<std::string>()> coverage_text{};
    std::function<std::optional<std::string>()> coverage_json{};
};

struct LoopbackAddress {
    std::string host;  // numeric
    int port = 0;      // 0: any that is free
};

// "127.0.0.1:9464", "[::1]:9464", "localhost:9464".
Result<LoopbackAddress> parse_loopback(const std::string& address);

// Whether a request's Host is this host's own: a loopback address or "localhost", with or without a port.
[[nodiscard]] bool names_loopback(std::string_view host);

class MetricsServer {
  public:
    static Result<std::unique_ptr<MetricsServer>> make(const std::string& address, MetricsCallbacks callbacks);
    ~MetricsServer();
    MetricsServer(const MetricsServer&) = delete;
    MetricsServer& operator=(const MetricsServer&) = delete;

    [[nodiscard]] int port() const;
    // "http://127.0.0.1:9464"
    [[nodiscard]] std::string url() const;

  private:
    struct State;
    explicit MetricsServer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace apiarist::server
