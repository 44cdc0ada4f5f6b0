// SPDX-License-Identifier: Apache-2.0
#include "inventory/call_matcher.h"

#include <gtest/gtest.h>

#include <string>

namespace apiarist::inventory {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;

class CallMatcherTest : public testing::Test {
  protected:
    static records::Record record(records::Direction direction, std::string_view port = "40000",
                                  std::string_view target = "/orders") {
        records::Record made;
        made.method = "GET";
        made.target = target;
        made.client = {"10.0.0.1", port};
        made.request_headers = {{"host", "shop"}};
        made.direction = direction;
        return made;
    }
    static records::Record at_server(std::string_view port = "40000", std::string_view target = "/orders") {
        return record(records::Direction::kServer, port, target);
    }
    static records::Record at_client(std::string_view port = "40000", std::string_view target = "/orders") {
        return record(records::Direction::kClient, port, target);
    }
    bool is_second(const records::Record& record, std::int64_t time = kNow) {
        return matcher_.take(record, time) == Telling::kOtherEnd;
    }
    // How many calls there are in "SSCC": records at the server and at the client of one connection.
    int calls(std::string_view ends) {
        int found = 0;
        for (const char end : ends)
            found += is_second(end == 'S' ? at_server() : at_client()) ? 0 : 1;
        return found;
    }

    CallMatcher matcher_;
};

TEST_F(CallMatcherTest, whichever_end_comes_first) {
    EXPECT_FALSE(is_second(at_server()));
    EXPECT_TRUE(is_second(at_client()));
    EXPECT_FALSE(is_second(at_client()));
    EXPECT_TRUE(is_second(at_server()));
}

TEST_F(CallMatcherTest, as_often_as_a_connection_says_the_same) {
    for (const std::string_view ends : {"SCSCSC", "SSSCCC", "CCCSSS", "SCCSCS", "CSSCSC"}) {
        matcher_ = {};
        EXPECT_EQ(calls(ends), 3) << ends;
    }
}

TEST_F(CallMatcherTest, one_end_alone) {
    EXPECT_EQ(calls("SSSSS"), 5);
    matcher_ = {};
    EXPECT_EQ(calls("CCC"), 3);
}

TEST_F(CallMatcherTest, an_end_that_is_watched_later_or_no_longer) {
    EXPECT_EQ(calls("SSSSCSCSCSC"), 7);
    matcher_ = {};
    EXPECT_EQ(calls("CCCSCSCSS"), 5) << "the last was seen at its server alone, and made up for one before";
}

TEST_F(CallMatcherTest, other_calls) {
    EXPECT_FALSE(is_second(at_server()));
    EXPECT_FALSE(is_second(at_client("40001")));
    EXPECT_FALSE(is_second(at_client("40000", "/orders/1")));
    auto other = at_client();
    other.method = "POST";
    EXPECT_FALSE(is_second(other));
    other = at_client();
    other.client.host = "10.0.0.2";
    EXPECT_FALSE(is_second(other));
    EXPECT_TRUE(is_second(at_client()));
}

TEST_F(CallMatcherTest, the_servers_address_may_be_translated_and_its_host_unknown) {
    auto seen = at_server();
    seen.server = {"10.1.0.7", "8080"};
    EXPECT_FALSE(is_second(seen));
    seen = at_client();
    seen.server = {"10.96.0.1", "80"};
    seen.request_headers.clear();  // of HTTP/2 that is older than the client's collector
    EXPECT_TRUE(is_second(seen));
}

TEST_F(CallMatcherTest, loopbacks_of_two_nodes) {
    for (const std::string_view host : {"127.0.0.1", "127.1.2.3", "::1"}) {
        auto server = at_server();
        auto client = at_client();
        server.client.host = client.client.host = host;
        server.collector = "a";
        client.collector = "b";
        EXPECT_FALSE(is_second(server));
        EXPECT_FALSE(is_second(client));
        client.collector = "a";
        EXPECT_TRUE(is_second(client));
    }
    auto server = at_server();
    server.collector = "a";
    EXPECT_FALSE(is_second(server));
    auto client = at_client();
    client.collector = "b";
    EXPECT_TRUE(is_second(client));
}

TEST_F(CallMatcherTest, without_a_port_nothing_is_known) {
    EXPECT_FALSE(is_second(at_server("")));
    EXPECT_FALSE(is_second(at_client("")));
    EXPECT_EQ(matcher_.waiting(), 0u);
}

TEST_F(CallMatcherTest, a_stream_is_told_of_before_its_end) {
    auto open = at_server();
    open.capture = "response_open";
    EXPECT_EQ(matcher_.take(open, kNow), Telling::kFirst);
    auto open_too = at_client();
    open_too.capture = "response_truncated,response_open";
    EXPECT_EQ(matcher_.take(open_too, kNow), Telling::kOtherEnd);
    matcher_.keep();
    EXPECT_EQ(matcher_.waiting(), 2u);
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(matcher_.take(at_client(), kNow), Telling::kAgain);
        EXPECT_EQ(matcher_.take(at_server(), kNow), Telling::kAgain);
        if (i == 0) matcher_.forget();
    }
    matcher_.keep();
    EXPECT_EQ(matcher_.waiting(), 0u);
    EXPECT_EQ(matcher_.take(at_server(), kNow), Telling::kFirst);
}

TEST_F(CallMatcherTest, streams_and_calls_beside_each_other) {
    auto open = at_server();
    open.capture = "response_open";
    int first = 0;
    for (const auto& record : {open, open, at_server(), at_server(), at_server(), open, at_server()})
        first += matcher_.take(record, kNow) == Telling::kFirst ? 1 : 0;
    EXPECT_EQ(first, 4) << "two streams, a call, and a stream";
}

TEST_F(CallMatcherTest, an_end_that_is_watched_alone_does_not_hide_calls_of_the_other_later) {
    for (std::int64_t second = 0; second < 3600; ++second)
        EXPECT_FALSE(is_second(at_server(), kNow + second));
    int first = 0;
    for (std::int64_t second = 3600; second < 7200; ++second)
        first += is_second(at_client(), kNow + second) ? 0 : 1;
    EXPECT_GE(first, 3600 - CallMatcher::kMargin);
    EXPECT_FALSE(is_second(at_server(), kNow + 100000));
}

TEST_F(CallMatcherTest, an_end_that_is_read_much_later_than_the_other) {
    for (std::int64_t second = 0; second < 1000; ++second)
        EXPECT_FALSE(is_second(at_server(), kNow + second));
    matcher_.keep();
    for (std::int64_t second = 0; second < 1000; ++second)
        EXPECT_TRUE(is_second(at_client(), kNow + second)) << second;
    matcher_.keep();
    EXPECT_EQ(matcher_.waiting(), 0u);
}

TEST_F(CallMatcherTest, clocks_that_differ) {
    ASSERT_EQ(kNow % CallMatcher::kSpan, 0);
    for (const std::int64_t ahead : {std::int64_t{1}, CallMatcher::kMargin, -CallMatcher::kMargin}) {
        matcher_ = {};
        for (std::int64_t second = 0; second < 100; ++second) {
            EXPECT_FALSE(is_second(at_server(), kNow + second));
            EXPECT_TRUE(is_second(at_client(), kNow + second + ahead)) << second << " " << ahead;
        }
    }
}

TEST_F(CallMatcherTest, streams_of_one_name_that_begin_and_end_at_any_time) {
    auto open = at_server();
    open.capture = "response_open";
    EXPECT_EQ(matcher_.take(open, kNow), Telling::kFirst);
    EXPECT_EQ(matcher_.take(open, kNow + 7000), Telling::kFirst);
    matcher_.keep();
    EXPECT_EQ(matcher_.take(at_server(), kNow), Telling::kAgain);
    EXPECT_EQ(matcher_.take(at_server(), kNow + 7000), Telling::kAgain);
    EXPECT_EQ(matcher_.take(at_server(), kNow + 7000), Telling::kFirst);
}

TEST_F(CallMatcherTest, a_batch_that_was_not_stored_is_seen_again) {
    EXPECT_FALSE(is_second(at_server()));
    matcher_.keep();
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(is_second(at_client()));
        EXPECT_FALSE(is_second(at_client()));
        matcher_.forget();
    }
    EXPECT_TRUE(is_second(at_client()));
    matcher_.keep();
    EXPECT_EQ(matcher_.waiting(), 0u);
    EXPECT_FALSE(is_second(at_client()));
}

TEST_F(CallMatcherTest, a_bound) {
    const auto ask = [this](std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to; ++i)
            EXPECT_FALSE(is_second(at_client("40000", "/" + std::to_string(i))));
        matcher_.keep();
    };
    ask(0, WaitingCalls::kMost);
    EXPECT_EQ(matcher_.waiting(), WaitingCalls::kMost);
    ask(WaitingCalls::kMost, WaitingCalls::kMost + 1000);
    EXPECT_EQ(matcher_.waiting(), WaitingCalls::kMost + 1000) << "those before wait a while longer";
    EXPECT_TRUE(is_second(at_server("40000", "/0")));
    matcher_.keep();
    ask(WaitingCalls::kMost + 1000, 3 * WaitingCalls::kMost);
    EXPECT_LE(matcher_.waiting(), 2 * WaitingCalls::kMost);
    EXPECT_FALSE(is_second(at_server("40000", "/1"))) << "forgotten";
    EXPECT_TRUE(is_second(at_server("40000", "/" + std::to_string(3 * WaitingCalls::kMost - 1))));
}

}  // namespace
}  // namespace apiarist::inventory
