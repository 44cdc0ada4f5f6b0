// SPDX-License-Identifier: Apache-2.0
#include "server/metrics_client.h"

#include <gmock/gmock.h>
#include <httplib.h>

#include <thread>

#include "server/metrics_server.h"
#include "server/run_status.h"

namespace apiarist::server {
namespace {

using ::testing::HasSubstr;

class Served : public ::testing::Test {
  protected:
    Served() {
        auto made = MetricsServer::make("127.0.0.1:0", {.ledger = [this] { return status_.ledger(); },
                                                        .why_not_ready = [this] { return status_.why_not_ready(); },
                                                        .version = "1.2.3",
                                                        .coverage_text = [this] { return text_; },
                                                        .coverage_json = [this] { return json_; }});
        EXPECT_TRUE(made);
        if (made) server_ = std::move(*made);
    }
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(server_->port()); }

    RunStatus status_{"the kernel programs are not attached yet"};
    std::optional<std::string> text_;
    std::optional<std::string> json_;
    std::unique_ptr<MetricsServer> server_;
};

TEST_F(Served, coverage_in_both_forms) {
    text_ = "all of it\n";
    json_ = "{}\n";
    EXPECT_EQ(fetch(address(), "/coverage").value(), "all of it\n");
    EXPECT_EQ(fetch(address(), "/coverage.json").value(), "{}\n");
}

TEST_F(Served, large_answers_come_whole) {
    text_ = std::string(20 << 20, 'x');
    EXPECT_EQ(fetch(address(), "/coverage").value().size(), text_->size());
}

TEST_F(Served, not_yet_is_said) {
    const auto answer = fetch(address(), "/coverage");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().what, "not ready: the kernel programs are not attached yet");
}

TEST_F(Served, another_server_is_an_error) {
    const auto answer = fetch(address(), "/other");
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error().what, HasSubstr("status 404 for /other"));
}

TEST(Fetch, a_server_that_is_no_collector_is_not_believed) {
    httplib::Server other;
    other.Get("/coverage", [](const httplib::Request&, httplib::Response& response) {
        response.set_content("100 % of nothing\n", "text/plain");
    });
    const int port = other.bind_to_any_port("127.0.0.1");
    std::thread thread([&other] { (void)other.listen_after_bind(); });
    const std::string address = "127.0.0.1:" + std::to_string(port);
    const auto answer = fetch(address, "/coverage");
    other.stop();
    thread.join();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().what, "what answers at " + address + " is no collector");
}

TEST_F(Served, nobody_is_told_from_others) {
    const std::string gone = address();
    server_.reset();
    const auto answer = fetch(gone, "/coverage");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, std::errc::connection_refused);
}

TEST(Fetch, other_hosts_are_not_asked) {
    EXPECT_FALSE(fetch("10.0.0.1:9464", "/coverage"));
    EXPECT_FALSE(fetch("", "/coverage"));
}

}  // namespace
}  // namespace apiarist::server
