// SPDX-License-Identifier: Apache-2.0
#pragma once
// A server of the API on a store with known contents, for tests: on SQLite, and on the PostgreSQL that
// APIARIST_TEST_POSTGRES names.

#include <gtest/gtest.h>
#include <httplib.h>
#include <simdjson.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/api_server.h"
#include "store/store.h"

namespace apiarist::api {

inline constexpr std::int64_t kNow = 1'800'000'000;

// One request that is in the inventory.
struct Call {
    std::string method = "GET";
    std::string target{};
    std::string answer{};
    std::uint16_t status = 200;
    std::string host = "shop";
    std::int64_t time = kNow - 100;
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string process{};
    records::Direction direction = records::Direction::kServer;
};

class ApiTest : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override;
    void TearDown() override;

    void put(const std::vector<Call>& calls);         // one batch
    void serve(std::vector<std::string> hosts = {});  // options_, with what is the fixture's own

    // With the admin's token where none is given; empty: with none.
    httplib::Result get(const std::string& target) { return client_->Get(target, as(admin_)); }
    std::string body(const std::string& target);  // of an answer 200; valid JSON
    httplib::Headers as(const std::string& token) const;
    std::int64_t number(const std::string& sql);
    std::int64_t endpoint(const std::string& template_text, const std::string& method = "GET");
    // What the server sends for these bytes, until it closes.
    [[nodiscard]] std::string raw(const std::string& bytes) const;

    ApiOptions options_;
    store::DatabaseOptions database_;
    std::string directory_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<ApiServer> server_;
    std::unique_ptr<httplib::Client> client_;
    std::string admin_;
    std::string reader_;
    std::vector<std::string> troubles_;
};

}  // namespace apiarist::api
