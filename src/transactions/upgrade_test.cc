// SPDX-License-Identifier: Apache-2.0
#include "transactions/upgrade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocols/http2_testing.h"
#include "transactions/traffic_testing.h"

namespace apiarist::transactions::testing {
namespace {

using protocols::FrameType;
using protocols::kEndHeaders;
using protocols::kEndStream;
using protocols::testing::frame;
using protocols::testing::get;
using protocols::testing::literals;
using protocols::testing::settings;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kPreface(protocols::kHttp2Preface);
const std::string kAsk =
    "POST /first HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
    "HTTP2-Settings: AAMAAABk\r\nContent-Length: 4\r\n\r\nping";
const std::string kSwitch = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";

std::string answer(std::uint32_t stream, const std::string& status, const std::string& body) {
    return frame(FrameType::kHeaders, kEndHeaders, stream, literals({{":status", status}})) +
           frame(FrameType::kData, kEndStream, stream, body);
}

// A server's connection, unless said otherwise.
class UpgradeTest : public ::testing::Test {
  protected:
    void requests(const std::string& bytes) { rig.feed(channel.bytes(request_side, bytes)); }
    void responses(const std::string& bytes) { rig.feed(channel.bytes(1 - request_side, bytes)); }
    void end() {
        rig.feed(channel.end());
        EXPECT_THAT(rig.finish(), IsEmpty());
    }

    Channel channel;
    Rig rig;
    unsigned request_side = AP_READ;
};

TEST_F(UpgradeTest, the_request_of_an_upgrade_to_http2_is_answered_on_stream_1) {
    for (const unsigned side : {AP_READ, AP_WRITE}) {
        channel.options.inode++;
        Channel at(channel.options);
        Rig fresh;
        const auto requested = [&](const std::string& bytes) { fresh.feed(at.bytes(side, bytes)); };
        const auto responded = [&](const std::string& bytes) { fresh.feed(at.bytes(1 - side, bytes)); };
        fresh.feed(at.open());
        requested(kAsk);
        responded(kSwitch + settings());
        EXPECT_THAT(fresh.texts, IsEmpty());
        requested(kPreface + settings() + get(3, "/second"));
        responded(answer(1, "201", "pong") + answer(3, "200", "more"));
        EXPECT_THAT(fresh.texts,
                    ElementsAre("POST /first [ping] -> 201 [pong] complete", "GET /second [] -> 200 [more] complete"));
        EXPECT_THAT(fresh.marks, IsEmpty()) << "the kernel goes on copying";
        EXPECT_EQ(fresh.transactions[1].direction, side == AP_READ ? Direction::kServer : Direction::kClient);
        EXPECT_EQ(fresh.transactions[0].process_id, 41U);
        fresh.feed(at.end());
        EXPECT_THAT(fresh.finish(), IsEmpty());
        EXPECT_EQ(fresh.count(Count::kRequests), 2U);
        EXPECT_EQ(fresh.count(Count::kBytesUnattributed) + fresh.count(Count::kBytesTunnelled), 0U);
    }
}

TEST_F(UpgradeTest, exchanges_before_an_upgrade_are_as_ever) {
    rig.feed(channel.open());
    requests("GET /old HTTP/1.1\r\n\r\n");
    responses("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    requests(kAsk);
    responses(kSwitch);
    responses(settings() + answer(1, "200", "new"));
    EXPECT_THAT(rig.texts, ElementsAre("GET /old [] -> 200 [ok] complete", "POST /first [ping] -> 200 [new] complete"));
    end();
}

TEST_F(UpgradeTest, an_upgrade_that_is_not_answered_leaves_its_request) {
    rig.feed(channel.open());
    requests(kAsk);
    responses(kSwitch + settings());
    end();
    EXPECT_THAT(rig.texts, ElementsAre("POST /first [ping] -> nothing unanswered"));
    EXPECT_EQ(rig.count(Count::kUnanswered), 1U);
    EXPECT_EQ(rig.count(Count::kPaired) + rig.count(Count::kResponses), 0U);
}

TEST_F(UpgradeTest, a_server_that_refuses_the_upgrade_answers_in_http1) {
    rig.feed(channel.open());
    requests(kAsk);
    responses("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    requests("GET /next HTTP/1.1\r\n\r\n");
    responses("HTTP/1.1 204 No Content\r\n\r\n");
    EXPECT_THAT(rig.texts, ElementsAre("POST /first [ping] -> 200 [ok] complete", "GET /next [] -> 204 [] complete"));
    end();
}

TEST_F(UpgradeTest, frames_that_a_loss_tears_are_found_again) {
    rig.feed(channel.open());
    requests(kAsk);
    responses(kSwitch + settings() + answer(1, "200", "one"));
    requests(kPreface + settings());
    channel.lose(AP_READ, 40);
    requests(get(5, "/later"));
    responses(answer(5, "200", "two"));
    end();
    EXPECT_THAT(rig.texts, ElementsAre("POST /first [ping] -> 200 [one] complete",
                                       ::testing::StartsWith("GET /later [] -> 200 [two]")));
}

TEST_F(UpgradeTest, bytes_of_a_protocol_that_nobody_reads_are_only_counted) {
    rig.feed(channel.open());
    requests("GET /socket HTTP/1.1\r\nUpgrade: spdy\r\n\r\n");
    responses("HTTP/1.1 101 Switching Protocols\r\nUpgrade: spdy\r\n\r\nfirst bytes");
    EXPECT_THAT(rig.texts, ElementsAre("GET /socket [] -> 101 [] complete"));
    ASSERT_EQ(rig.marks.size(), 1U);
    EXPECT_EQ(rig.marks[0].second.not_http, 1);
    requests("more");
    end();
    EXPECT_EQ(rig.count(Count::kBytesTunnelled), 15U);
}

TEST_F(UpgradeTest, what_a_client_sends_behind_its_request_waits_for_the_answer) {
    for (const unsigned side : {AP_READ, AP_WRITE}) {
        channel.options.inode++;
        Channel at(channel.options);
        Rig fresh;
        fresh.feed(at.open());
        fresh.feed(at.bytes(side, kAsk + kPreface + settings() + get(3, "/second")));
        fresh.feed(at.bytes(1 - side, kSwitch + settings() + answer(1, "200", "one") + answer(3, "200", "two")));
        EXPECT_THAT(fresh.texts,
                    ElementsAre("POST /first [ping] -> 200 [one] complete", "GET /second [] -> 200 [two] complete"));
        fresh.feed(at.end());
        EXPECT_THAT(fresh.finish(), IsEmpty());
    }
}

TEST_F(UpgradeTest, requests_behind_one_whose_upgrade_is_refused_are_read) {
    rig.feed(channel.open());
    requests(kAsk + "GET /next HTTP/1.1\r\n\r\n");
    responses("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    responses("HTTP/1.1 204 No Content\r\n\r\n");
    EXPECT_THAT(rig.texts, ElementsAre("POST /first [ping] -> 200 [ok] complete", "GET /next [] -> 204 [] complete"));
    end();
}

TEST_F(UpgradeTest, requests_behind_one_that_is_never_answered_are_read_at_the_end) {
    rig.feed(channel.open());
    requests(kAsk + "GET /next HTTP/1.1\r\n\r\n");
    end();
    EXPECT_THAT(rig.texts,
                ElementsAre("POST /first [ping] -> nothing unanswered", "GET /next [] -> nothing unanswered"));
}

TEST_F(UpgradeTest, more_than_may_be_held_back_is_not) {
    rig.feed(channel.open());
    requests(kAsk);
    std::string large = "PUT /next HTTP/1.1\r\nContent-Length: 300000\r\n\r\n" + std::string(300'000, 'x');
    for (std::size_t at = 0; at < large.size(); at += 10'000)
        requests(large.substr(at, 10'000));
    responses("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    responses("HTTP/1.1 204 No Content\r\n\r\n");
    ASSERT_EQ(rig.texts.size(), 2U);
    EXPECT_THAT(rig.texts[1], ::testing::StartsWith("PUT /next"));
    EXPECT_THAT(rig.texts[1], ::testing::EndsWith("-> 204 [] complete"));
    end();
}

TEST_F(UpgradeTest, h2c_that_turns_out_to_be_none_is_copied_no_more) {
    rig.feed(channel.open());
    requests(kAsk);
    responses(kSwitch);
    for (int i = 0; i < 40; ++i)
        responses(std::string(10'000, '~'));
    ASSERT_EQ(rig.marks.size(), 1U);
    EXPECT_EQ(rig.marks[0].second.not_http, 1);
    end();
    ASSERT_EQ(rig.marks.size(), 2U) << "the mark is taken back";
    EXPECT_EQ(rig.marks[1].second.not_http, 0);
}

}  // namespace
}  // namespace apiarist::transactions::testing
