// SPDX-License-Identifier: Apache-2.0
#include "server/metrics_server.h"

#include <gmock/gmock.h>
#include <httplib.h>
#include <signal.h>

#include <optional>
#include <string>
#include <utility>

#include "server/run_status.h"

namespace apiarist::server {
namespace {

using ::testing::HasSubstr;

MetricsCallbacks callbacks_of(const RunStatus& status) {
    return {.ledger = [&status] { return status.ledger(); },
            .why_not_ready = [&status] { return status.why_not_ready(); },
            .version = "1.2.3"};
}

LedgerSource paired(std::uint64_t n) {
    return [n] {
        LedgerSnapshot ledger{};
        ledger[static_cast<std::size_t>(Count::kPaired)] = n;
        return ledger;
    };
}

TEST(ParseLoopback, addresses) {
    const auto four = parse_loopback("127.0.0.1:9464");
    ASSERT_TRUE(four);
    EXPECT_EQ(four->host, "127.0.0.1");
    EXPECT_EQ(four->port, 9464);
    const auto six = parse_loopback("[::1]:0");
    ASSERT_TRUE(six);
    EXPECT_EQ(six->host, "::1");
    EXPECT_EQ(six->port, 0);
    EXPECT_TRUE(parse_loopback("127.9.9.9:1"));
    EXPECT_EQ(parse_loopback("localhost:80")->host, "127.0.0.1");
}

TEST(ParseLoopback, other_addresses_are_refused_with_the_reason) {
    for (const char* address : {"0.0.0.0:9464", "10.0.0.1:9464", "[::]:9464", "[2001:db8::1]:1", "example.org:80",
                                "[::ffff:127.0.0.1]:80", ":9464"}) {
        const auto parsed = parse_loopback(address);
        ASSERT_FALSE(parsed) << address;
        EXPECT_THAT(parsed.error().what, HasSubstr("loopback"));
        EXPECT_THAT(parsed.error().what, HasSubstr(address));
    }
}

TEST(ParseLoopback, what_is_no_address_and_port_is_refused) {
    for (const char* address : {"", "9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:port", "127.0.0.1:65536",
                                "127.0.0.1:-1", "127.0.0.1:80 ", "::1:9464", "[127.0.0.1]:80", "[::1]", "[::1:80"})
        EXPECT_FALSE(parse_loopback(address)) << address;
}

TEST(MetricsServer, ready_only_once_the_run_says_so) {
    RunStatus status("the kernel programs are being attached");
    const auto server = MetricsServer::make("127.0.0.1:0", callbacks_of(status));
    ASSERT_TRUE(server) << server.error().what;
    httplib::Client client("127.0.0.1", (*server)->port());
    auto answer = client.Get("/readyz");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 503);
    EXPECT_EQ(answer->body, "not ready: the kernel programs are being attached\n");
    EXPECT_EQ(client.Get("/healthz")->status, 200);
    EXPECT_EQ(client.Get("/healthz")->body, "ok\n");
    status.ready(paired(7));
    answer = client.Get("/readyz");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
}

TEST(MetricsServer, metrics_are_asked_for_at_each_scrape) {
    RunStatus status("starting");
    status.ready(paired(7));
    const auto server = MetricsServer::make("127.0.0.1:0", callbacks_of(status));
    ASSERT_TRUE(server) << server.error().what;
    httplib::Client client("127.0.0.1", (*server)->port());
    const auto first = client.Get("/metrics");
    ASSERT_TRUE(first);
    EXPECT_EQ(first->status, 200);
    EXPECT_THAT(first->get_header_value("Content-Type"), HasSubstr("version=0.0.4"));
    EXPECT_THAT(first->body, HasSubstr("\napiarist_paired_total 7\n"));
    EXPECT_THAT(first->body, HasSubstr("apiarist_build_info{version=\"1.2.3\"} 1\n"));
    status.ready(paired(8));
    EXPECT_THAT(client.Get("/metrics")->body, HasSubstr("\napiarist_paired_total 8\n"));
}

TEST(MetricsServer, other_paths_are_not_found) {
    RunStatus status("starting");
    const auto server = MetricsServer::make("127.0.0.1:0", callbacks_of(status));
    ASSERT_TRUE(server);
    httplib::Client client("127.0.0.1", (*server)->port());
    EXPECT_EQ(client.Get("/")->status, 404);
    EXPECT_EQ(client.Post("/metrics")->status, 404);
}

TEST(NamesLoopback, addresses_and_localhost) {
    for (const char* host :
         {"127.0.0.1", "127.0.0.1:9464", "127.9.9.9:1", "localhost", "LocalHost:9464", "[::1]", "[::1]:9464"})
        EXPECT_TRUE(names_loopback(host)) << host;
    for (const char* host : {"", ":9464", "example.org", "example.org:9464", "localhost.example.org",
                             "127.0.0.1.example.org", "127.0.0.1@a", "10.0.0.1:9464", "0.0.0.0", "[::]:9464", "::1",
                             "[127.0.0.1]", "[::1", "[::1]a:1", "127.0.0.1:x", "localhost:80:80"})
        EXPECT_FALSE(names_loopback(host)) << host;
}

TEST(MetricsServer, a_request_that_names_another_host_is_refused_on_every_path) {
    RunStatus status("starting");
    status.ready(paired(7));
    MetricsCallbacks callbacks = callbacks_of(status);
    callbacks.coverage_text = [] { return std::optional<std::string>("seen\n"); };
    const auto server = MetricsServer::make("127.0.0.1:0", std::move(callbacks));
    ASSERT_TRUE(server);
    const int port = (*server)->port();
    for (const char* path : {"/metrics", "/coverage", "/healthz", "/readyz", "/"}) {
        httplib::Client client("127.0.0.1", port);
        const auto refused = client.Get(path, {{"Host", "rebound.example.org:" + std::to_string(port)}});
        ASSERT_TRUE(refused) << path;
        EXPECT_EQ(refused->status, 403) << path;
        EXPECT_EQ(refused->body, "refused: the request names another host\n");
        const auto answer = client.Get(path, {{"Host", "localhost:" + std::to_string(port)}});
        ASSERT_TRUE(answer) << path;
        EXPECT_NE(answer->status, 403) << path;
    }
}

TEST(MetricsServer, serves_ipv6) {
    RunStatus status("starting");
    const auto server = MetricsServer::make("[::1]:0", callbacks_of(status));
    if (!server) GTEST_SKIP() << server.error().what;  // a host without IPv6
    EXPECT_EQ((*server)->url(), "http://[::1]:" + std::to_string((*server)->port()));
    httplib::Client client("::1", (*server)->port());
    const auto answer = client.Get("/healthz");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
}

TEST(MetricsServer, a_port_in_use_is_an_error_that_names_it) {
    RunStatus status("starting");
    const auto first = MetricsServer::make("127.0.0.1:0", callbacks_of(status));
    ASSERT_TRUE(first);
    const std::string port = std::to_string((*first)->port());
    const auto second = MetricsServer::make("127.0.0.1:" + port, callbacks_of(status));
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().what, HasSubstr(port));
    EXPECT_THAT(second.error().what, HasSubstr("in use"));
}

TEST(MetricsServer, stops_at_once_and_gives_the_port_back) {
    RunStatus status("starting");
    int port = 0;
    for (int i = 0; i < 20; ++i) {
        auto server = MetricsServer::make("127.0.0.1:" + std::to_string(port), callbacks_of(status));
        ASSERT_TRUE(server) << server.error().what;
        port = (*server)->port();
    }
}

TEST(MetricsServer, the_disposition_of_sigpipe_is_left_alone) {
    struct sigaction before {};
    ASSERT_EQ(::sigaction(SIGPIPE, nullptr, &before), 0);
    RunStatus status("starting");
    const auto server = MetricsServer::make("127.0.0.1:0", callbacks_of(status));
    ASSERT_TRUE(server);
    struct sigaction now {};
    ASSERT_EQ(::sigaction(SIGPIPE, nullptr, &now), 0);
    EXPECT_EQ(now.sa_handler, before.sa_handler);
}

TEST(RunStatus, hold_keeps_the_last_ledger_and_asks_no_more) {
    RunStatus status("starting");
    EXPECT_EQ(at(status.ledger(), Count::kPaired), 0U);
    int asked = 0;
    status.ready([&asked] {
        ++asked;
        return paired(5)();
    });
    status.hold("draining");
    EXPECT_EQ(at(status.ledger(), Count::kPaired), 5U);
    EXPECT_EQ(at(status.ledger(), Count::kPaired), 5U);
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(status.why_not_ready(), "draining");
}

}  // namespace
}  // namespace apiarist::server
