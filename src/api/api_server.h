// SPDX-License-Identifier: Apache-2.0
#pragma once
// The inventory over HTTP, as JSON (openapi.json beside this file says how), and the dashboard that shows it. Whoever
// asks the API shows a token; a page of another site in a browser is refused, but may lead to the dashboard. The server
// has connections of its own to the database, and threads of its own, which end in the destructor. The callbacks are
// called on them, until then. Signals should be blocked before make(): its threads inherit that.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "api/static_files.h"
#include "base/result.h"
#include "live/feed.h"
#include "store/database.h"

namespace apiarist::api {

struct ApiOptions {
    std::string address;             // "127.0.0.1:8686", "[::1]:0"; port 0: any that is free
    std::vector<std::string> hosts;  // names beside addresses and localhost that a request's Host may have
    store::DatabaseOptions database;
    std::string token_folder;  // where the first tokens are written; made where it is not there
    std::string version;
    std::span<const StaticFile> dashboard{};               // for everybody who can connect; outlives the server
    std::function<std::string()> ingest{};                 // JSON for /status; empty: none
    std::function<std::string()> collector{};              // JSON for /collector; empty: none
    live::Feed* live = nullptr;                            // for /live; outlives the server; null: none
    std::function<std::int64_t()> now_s;                   // Unix time
    std::function<void(const std::string&)> on_trouble{};  // a line that is for a log; may be empty
    std::size_t connections = 64;                          // at a time
    std::int64_t request_seconds = 30;                     // for all of a request and its answer
    std::chrono::milliseconds idle_time{5'000};            // of a connection, until it asks
    std::chrono::milliseconds stall_time{10'000};          // an answer of /live ends when nothing of it is taken
};

class ApiServer {
  public:
    static Result<std::unique_ptr<ApiServer>> make(ApiOptions options);
    ~ApiServer();
    ApiServer(const ApiServer&) = delete;
    ApiServer& operator=(const ApiServer&) = delete;

    [[nodiscard]] int port() const;
    // "http://127.0.0.1:8686"
    [[nodiscard]] std::string url() const;
    // Files of tokens that were written by make().
    [[nodiscard]] const std::vector<std::string>& token_files() const;

  private:
    struct State;
    explicit ApiServer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace apiarist::api
