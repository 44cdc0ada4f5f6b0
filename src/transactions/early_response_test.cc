// SPDX-License-Identifier: Apache-2.0
// A client with a thread that writes requests and one that reads responses, so that the record of a response may come
// before that of its request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transactions/http1_connection.h"
#include "transactions/traffic_testing.h"

namespace apiarist::transactions {
namespace {

using testing::Channel;
using testing::ChannelOptions;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Rig;

constexpr std::uint32_t kReader = 41;
constexpr std::uint32_t kWriter = 42;
constexpr std::uint64_t kSettle = 200'000'000;

std::string get(int number) {
    return "GET /" + std::to_string(number) + " HTTP/1.1\r\n\r\n";
}
std::string ok(int number) {
    return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nr" + std::to_string(number);
}
std::string pair_of(int number) {
    return "GET /" + std::to_string(number) + " [] -> 200 [r" + std::to_string(number) + "] complete";
}

class Client {
  public:
    explicit Client(const ConnectionOptions& options = {}, const ChannelOptions& of = {}) : rig(options), channel(of) {
        rig.feed(channel.open());
    }
    Client& write(std::string_view text, std::uint32_t thread = kWriter) {
        channel.tid = thread;
        rig.feed(channel.bytes_at(AP_WRITE, written_, text));
        written_ += text.size();
        return *this;
    }
    // A call whose record is only made at arrive(), or never.
    Client& send(const std::string& text, std::uint32_t thread = kWriter) {
        sent_.push_back({text, written_, thread});
        written_ += text.size();
        return *this;
    }
    Client& arrive() {
        for (const Sent& one : sent_) {
            channel.tid = one.thread;
            rig.feed(channel.bytes_at(AP_WRITE, one.offset, one.text));
        }
        sent_.clear();
        return *this;
    }
    Client& lose(std::string_view text, bool told) {
        written_ += text.size();
        channel.count_lost(AP_WRITE, text.size(), told);
        return *this;
    }
    Client& write_length(std::uint32_t size, std::uint32_t flags) {
        channel.tid = kWriter;
        rig.feed(channel.length_at(AP_WRITE, written_, size, flags));
        written_ += size;
        return *this;
    }
    Client& read(std::string_view text, std::uint32_t thread = kReader) {
        channel.tid = thread;
        rig.feed(channel.bytes(AP_READ, text));
        return *this;
    }
    Client& wait(std::uint64_t time_ns) {
        channel.now_ns += time_ns;
        rig.tracker.settle(channel.now_ns);
        return *this;
    }
    Client& end_of_reading() {
        rig.feed(channel.side_end(AP_READ));
        return *this;
    }
    Client& end_of_writing() {
        rig.feed(channel.side_end_at(AP_WRITE, written_));
        return *this;
    }
    // What left since the last time.
    std::vector<std::string> left() { return std::exchange(rig.texts, {}); }
    // The connection ends; everything must leave and the ledger must add up.
    std::vector<std::string> end() {
        rig.feed(channel.end());
        EXPECT_THAT(rig.finish(), IsEmpty());
        return left();
    }
    [[nodiscard]] std::uint64_t orphans() const { return rig.count(Count::kOrphanResponses); }

    Rig rig;
    Channel channel;

  private:
    struct Sent {
        std::string text;
        std::size_t offset = 0;
        std::uint32_t thread = 0;
    };
    std::size_t written_ = 0;
    std::vector<Sent> sent_;
};

// One exchange in order, so that the roles are known.
Client& greeted(Client& client) {
    client.write(get(0)).read(ok(0));
    EXPECT_THAT(client.left(), ElementsAre(pair_of(0)));
    return client;
}

TEST(EarlyResponse, waits_for_the_record_of_its_request) {
    Client client;
    greeted(client).send(get(1)).read(ok(1));
    EXPECT_THAT(client.left(), IsEmpty());
    EXPECT_EQ(client.rig.count(Count::kResponses), 1u);
    EXPECT_THAT(client.arrive().left(), ElementsAre(pair_of(1)));
    EXPECT_EQ(client.rig.transactions.back().direction, Direction::kClient);
    EXPECT_THAT(client.write(get(2)).read(ok(2)).left(), ElementsAre(pair_of(2)));
    EXPECT_THAT(client.end(), IsEmpty());
    EXPECT_EQ(client.rig.count(Count::kEarlyResponses), 1u);
}

TEST(EarlyResponse, each_of_many_waits) {
    Client client;
    greeted(client);
    for (int number = 1; number < 10; ++number)
        EXPECT_THAT(client.send(get(number)).read(ok(number)).arrive().left(), ElementsAre(pair_of(number)));
    EXPECT_THAT(client.end(), IsEmpty());
    EXPECT_EQ(client.rig.count(Count::kEarlyResponses), 9u);
}

TEST(EarlyResponse, in_pieces_waits_and_goes_on) {
    Client client;
    greeted(client).send(get(1)).read("HTTP/1.").read("1 200 OK\r\nContent-Length: 10\r\n\r\nab").read("cd");
    client.arrive();
    EXPECT_THAT(client.left(), IsEmpty());
    EXPECT_THAT(client.read("efghij").left(), ElementsAre("GET /1 [] -> 200 [abcdefghij] complete"));
    EXPECT_THAT(client.end(), IsEmpty());
}

TEST(EarlyResponse, waits_for_the_rest_of_a_requests_head) {
    Client client;
    greeted(client).write("GET /1 HT").send("TP/1.1\r\n\r\n").read(ok(1));
    EXPECT_THAT(client.left(), IsEmpty());
    EXPECT_THAT(client.arrive().left(), ElementsAre(pair_of(1)));
    EXPECT_THAT(client.end(), IsEmpty());
}

TEST(EarlyResponse, to_a_request_with_a_body_waits_for_all_of_it) {
    Client client;
    greeted(client).send("POST /1 HTTP/1.1\r\nContent-Length: 4\r\n\r\nab").read(ok(1)).arrive();
    EXPECT_THAT(client.left(), IsEmpty());
    EXPECT_THAT(client.write("cd").left(), ElementsAre("POST /1 [abcd] -> 200 [r1] complete"));
    EXPECT_THAT(client.end(), IsEmpty());
}

TEST(EarlyResponse, is_read_by_the_method_that_it_answers) {
    Client client;
    greeted(client).send("HEAD /1 HTTP/1.1\r\n\r\n").send(get(2));
    client.read("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + ok(2)).arrive();
    EXPECT_THAT(client.end(), ElementsAre("HEAD /1 [] -> 200 [] complete", pair_of(2)));
}

TEST(EarlyResponse, of_several_only_as_many_as_requests_came) {
    Client client;
    greeted(client).read(ok(1) + ok(2)).read(ok(3));
    EXPECT_THAT(client.write(get(1)).left(), ElementsAre(pair_of(1)));
    EXPECT_THAT(client.write(get(2)).left(), ElementsAre(pair_of(2)));
    EXPECT_THAT(client.write(get(3) + get(4)).left(), ElementsAre(pair_of(3)));
    EXPECT_THAT(client.read(ok(4)).left(), ElementsAre(pair_of(4)));
    EXPECT_THAT(client.end(), IsEmpty());
}

TEST(EarlyResponse, behind_one_in_time_waits_alone) {
    Client client;
    greeted(client).write(get(1)).send(get(2)).read(ok(1) + ok(2));
    EXPECT_THAT(client.left(), ElementsAre(pair_of(1)));
    EXPECT_THAT(client.arrive().left(), ElementsAre(pair_of(2)));
    EXPECT_THAT(client.end(), IsEmpty());
    EXPECT_EQ(client.rig.count(Count::kEarlyResponses), 1u);
}

TEST(EarlyResponse, behind_one_that_waits_for_the_end_of_its_request_waits_too) {
    Client client;
    greeted(client)
        .write("POST /1 HTTP/1.1\r\nContent-Length: 4\r\n\r\nab")
        .read(ok(1))
        .send("cd" + get(2))
        .read(ok(2));
    EXPECT_THAT(client.left(), IsEmpty());
    EXPECT_THAT(client.arrive().left(), ElementsAre("POST /1 [abcd] -> 200 [r1] complete", pair_of(2)));
    EXPECT_THAT(client.end(), IsEmpty());
}

TEST(EarlyResponse, requests_out_of_order_find_theirs) {
    Client client;
    greeted(client).send(get(1)).read(ok(1)).write(get(2), 43).read(ok(2));
    EXPECT_THAT(client.left(), IsEmpty());
    EXPECT_THAT(client.arrive().left(), ElementsAre(pair_of(1), pair_of(2)));
    EXPECT_THAT(client.end(), IsEmpty());
}

TEST(EarlyResponse, with_interim_responses_is_one_answer) {
    Client client;
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    greeted(client).send(get(1)).read(kContinue).read(std::string(kContinue) + ok(1) + std::string(kContinue)).arrive();
    EXPECT_THAT(client.left(), ElementsAre(pair_of(1)));
    EXPECT_THAT(client.read(ok(2)).write(get(2)).left(), ElementsAre(pair_of(2)));
    EXPECT_THAT(client.end(), IsEmpty());
    EXPECT_EQ(client.rig.count(Count::kResponses), 3u);
}

TEST(EarlyResponse, an_interim_response_that_waited_in_vain_costs_nothing) {
    Client client;
    greeted(client).read("HTTP/1.1 100 Continue\r\n\r\n").wait(kSettle);
    EXPECT_THAT(client.read(ok(1)).write(get(1)).left(), ElementsAre(pair_of(1)));
    EXPECT_THAT(client.end(), IsEmpty());
}

TEST(EarlyResponse, that_lasts_until_close_waits_with_its_end) {
    Client client;
    greeted(client).send(get(1)).read("HTTP/1.1 200 OK\r\n\r\nab").read("cd").end_of_reading();
    EXPECT_THAT(client.left(), IsEmpty());
    EXPECT_THAT(client.arrive().left(), ElementsAre("GET /1 [] -> 200 [abcd] complete"));
    EXPECT_THAT(client.end(), IsEmpty());
}

TEST(EarlyResponse, may_be_the_upgrade) {
    Client client;
    greeted(client).send("GET /ws HTTP/1.1\r\nUpgrade: x\r\n\r\n");
    client.read("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n\x81\x02hi").arrive().write("\x81\x02ho");
    EXPECT_THAT(client.end(), ElementsAre("GET /ws [] -> 101 [] complete"));
    EXPECT_EQ(client.rig.count(Count::kBytesTunnelled), 8u);
}

TEST(EarlyResponse, may_open_the_tunnel) {
    Client client;
    client.send("CONNECT h:443 HTTP/1.1\r\n\r\n").read("HTTP/1.1 200 Connected\r\n\r\n").arrive();
    client.write("\x16\x03\x01 hello").read("\x16\x03\x03 hello");
    EXPECT_THAT(client.end(), ElementsAre("CONNECT h:443 [] -> 200 [] complete"));
}

TEST(EarlyResponse, may_come_first_of_all) {
    Client client;
    client.send(get(1)).read("HT").read(ok(1).substr(2));
    EXPECT_THAT(client.left(), IsEmpty());
    EXPECT_THAT(client.arrive().left(), ElementsAre(pair_of(1)));
    EXPECT_THAT(client.end(), IsEmpty());
    EXPECT_EQ(client.rig.transactions[0].direction, Direction::kClient);
}

TEST(EarlyResponse, may_come_first_of_a_tls_session) {
    ChannelOptions session;
    session.session = 5;
    session.start = {0, 0};
    Client client({}, session);
    EXPECT_THAT(client.send(get(1)).read(ok(1)).arrive().left(), ElementsAre(pair_of(1)));
    EXPECT_THAT(client.end(), IsEmpty());
}

TEST(EarlyResponse, with_a_gap_in_its_body_is_flagged_itself) {
    Client client;
    greeted(client).send(get(1)).read("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    client.channel.lose(AP_READ, 5);
    client.read("ij").arrive();
    EXPECT_THAT(client.left(), ElementsAre("GET /1 [] -> 200 [abc] gap"));
    EXPECT_THAT(client.read(ok(2)).write(get(2)).left(), ElementsAre(pair_of(2)));
    EXPECT_THAT(client.end(), IsEmpty());
    EXPECT_EQ(client.rig.count(Count::kGaps), 1u);
}

TEST(EarlyResponse, that_was_sent_as_a_file_is_a_length) {
    Client client;
    greeted(client).send(get(1)).read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    client.rig.feed(client.channel.length(AP_READ, 9, AP_DATA_NOT_SEEN));
    EXPECT_THAT(client.arrive().left(), ElementsAre("GET /1 [] -> 200 [] response_body_not_seen"));
    EXPECT_THAT(client.end(), IsEmpty());
}

TEST(EarlyResponse, whose_beginning_was_lost_leaves_its_request_unanswered) {
    Client client;
    greeted(client).send(get(1));
    client.channel.lose(AP_READ, ok(1).size() - 1);
    client.read("1").arrive();
    EXPECT_THAT(client.left(), ElementsAre("GET /1 [] -> nothing gap,unanswered"));
    EXPECT_THAT(client.write(get(2)).read(ok(2)).left(), ElementsAre("GET /2 [] -> 200 [r2] gap"));
    EXPECT_THAT(client.end(), IsEmpty());
}

// The wait ends.

TEST(EarlyResponse, waits_no_longer_than_pieces_out_of_order_do) {
    Client client;
    greeted(client).send(get(1)).read(ok(1)).wait(kSettle - 1);
    EXPECT_EQ(client.rig.count(Count::kResponses), 1u);
    client.wait(1);
    EXPECT_EQ(client.rig.count(Count::kResponses), 2u);
    EXPECT_THAT(client.arrive().end(), ElementsAre("GET /1 [] -> nothing gap,unanswered"));
    EXPECT_EQ(client.orphans(), 1u);
    EXPECT_EQ(client.rig.count(Count::kEarlyResponses), 0u);
}

TEST(EarlyResponse, waits_by_the_time_of_events) {
    Client client;
    Channel other({.sock = 2, .inode = 22});
    client.rig.feed(other.open());
    greeted(client).send(get(1)).read(ok(1));
    other.now_ns = client.channel.now_ns + kSettle - other.step_ns;
    client.rig.feed(other.bytes(AP_READ, get(9)));
    EXPECT_EQ(client.rig.count(Count::kResponses), 2u);
    EXPECT_THAT(client.arrive().left(), IsEmpty());
}

TEST(EarlyResponse, that_nobody_asked_for_answers_nothing) {
    Client client;
    greeted(client).read("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n").wait(kSettle);
    EXPECT_THAT(client.write(get(1)).end(), ElementsAre("GET /1 [] -> nothing gap,unanswered"));
    EXPECT_EQ(client.orphans(), 1u);
}

TEST(EarlyResponse, does_not_answer_what_its_reader_wrote_afterwards) {
    Client client;
    greeted(client).read("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n", kReader);
    EXPECT_THAT(client.write(get(1), kReader).end(), ElementsAre("GET /1 [] -> nothing gap,unanswered"));
    EXPECT_EQ(client.orphans(), 1u);
}

TEST(EarlyResponse, over_the_limit_of_bytes_is_given_up) {
    ConnectionOptions options;
    options.stream.held_bytes = 100;
    Client client(options);
    greeted(client).send(get(1)).read("HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" + std::string(61, 'x'));
    EXPECT_EQ(client.rig.count(Count::kOrphanResponses), 0u);
    client.read("x").read(std::string(138, 'x'));
    EXPECT_EQ(client.rig.count(Count::kResponses), 2u);
    EXPECT_THAT(client.arrive().end(), ElementsAre("GET /1 [] -> nothing gap,unanswered"));
}

TEST(EarlyResponse, over_the_limit_of_pieces_is_given_up) {
    ConnectionOptions options;
    options.stream.held_pieces = 3;
    Client client(options);
    greeted(client).send(get(1)).read("H").read("T").read("T").read(ok(1).substr(3));
    EXPECT_EQ(client.rig.count(Count::kResponses), 2u);
    EXPECT_THAT(client.arrive().end(), ElementsAre("GET /1 [] -> nothing gap,unanswered"));
}

TEST(EarlyResponse, at_the_end_finds_the_request_that_came) {
    Client client;
    greeted(client).send(get(1)).read(ok(1)).read(ok(2)).arrive();
    EXPECT_THAT(client.end(), ElementsAre(pair_of(1)));
    EXPECT_EQ(client.orphans(), 1u);
}

TEST(EarlyResponse, at_the_end_answers_no_request_behind_a_hole) {
    Client client;
    greeted(client).read(ok(1)).lose(get(1), false).write(get(2));
    EXPECT_THAT(client.end(), ElementsAre("GET /2 [] -> nothing gap,unanswered"));
    EXPECT_EQ(client.orphans(), 1u);
}

// The request was lost.

TEST(EarlyResponse, whose_request_was_lost_does_not_answer_the_next) {
    Client client;
    greeted(client).lose(get(1), true).read(ok(1));
    EXPECT_THAT(client.left(), IsEmpty());
    EXPECT_THAT(client.write(get(2)).read(ok(2)).left(), ElementsAre("GET /2 [] -> 200 [r2] gap"));
    EXPECT_THAT(client.end(), IsEmpty());
    EXPECT_EQ(client.orphans(), 1u);
}

TEST(EarlyResponse, whose_request_was_lost_untold_does_not_answer_the_next) {
    Client client;
    greeted(client).lose(get(1), false).read(ok(1)).write(get(2));
    EXPECT_EQ(client.rig.count(Count::kRequests), 1u) << "it waits for the bytes before it";
    client.wait(kSettle);
    EXPECT_EQ(client.rig.count(Count::kRequests), 2u);
    EXPECT_THAT(client.read(ok(2)).end(), ElementsAre("GET /2 [] -> 200 [r2] gap"));
    EXPECT_EQ(client.orphans(), 1u);
}

TEST(EarlyResponse, whose_request_was_not_seen_does_not_answer_the_next) {
    Client client;
    greeted(client).read(ok(1)).write_length(18, AP_DATA_NOT_SEEN);
    EXPECT_EQ(client.orphans() + client.rig.count(Count::kResponses), 2u);
    EXPECT_THAT(client.write(get(2)).read(ok(2)).end(), ElementsAre("GET /2 [] -> 200 [r2] gap"));
}

TEST(EarlyResponse, whose_request_could_not_be_copied_does_not_answer_the_next) {
    Client client;
    greeted(client).read(ok(1)).write_length(18, AP_DATA_FAULT);
    EXPECT_THAT(client.write(get(2)).read(ok(2)).end(), ElementsAre("GET /2 [] -> 200 [r2] gap"));
    EXPECT_EQ(client.orphans(), 1u);
}

TEST(EarlyResponse, does_not_answer_what_follows_bytes_that_came_twice) {
    Client client;
    greeted(client).read(ok(1));
    client.rig.feed(client.channel.bytes_at(AP_WRITE, 0, get(0)));
    EXPECT_EQ(client.rig.count(Count::kResponses), 2u);
    EXPECT_THAT(client.write(get(1)).end(), ElementsAre("GET /1 [] -> nothing gap,unanswered"));
}

TEST(EarlyResponse, does_not_answer_what_follows_a_malformed_request) {
    Client client;
    greeted(client).read(ok(1)).write("no request\r\n").write(get(2));
    EXPECT_THAT(client.end(), ElementsAre("GET /2 [] -> nothing gap,unanswered"));
    EXPECT_EQ(client.orphans(), 1u);
}

TEST(EarlyResponse, is_given_up_at_the_end_of_the_requests) {
    Client client;
    greeted(client).read(ok(1)).end_of_writing();
    EXPECT_EQ(client.rig.count(Count::kResponses), 2u);
    EXPECT_THAT(client.end(), IsEmpty());
    EXPECT_EQ(client.orphans(), 1u);
}

TEST(EarlyResponse, does_not_wait_for_requests_that_have_ended) {
    Client client;
    greeted(client).end_of_writing().read(ok(1));
    EXPECT_EQ(client.rig.count(Count::kResponses), 2u);
    EXPECT_THAT(client.end(), IsEmpty());
}

TEST(EarlyResponse, is_given_up_where_the_requests_become_another_protocol) {
    Client client;
    greeted(client).read(ok(1)).write("PRI * HTTP/2.0\r\n\r\n");
    EXPECT_EQ(client.rig.count(Count::kResponses), 2u);
    EXPECT_THAT(client.end(), IsEmpty());
}

TEST(EarlyResponse, beside_a_loss_inside_a_requests_body_is_given_up) {
    Client client;
    greeted(client).write("POST /1 HTTP/1.1\r\nContent-Length: 9\r\n\r\n").read(ok(1)).read(ok(2));
    client.lose("body", true).write("later");
    EXPECT_THAT(client.left(), ElementsAre("POST /1 [] -> 200 [r1] gap"));
    EXPECT_THAT(client.write(get(2)).end(), ElementsAre("GET /2 [] -> nothing gap,unanswered"));
}

TEST(EarlyResponse, beside_a_length_inside_a_requests_body_still_waits) {
    Client client;
    greeted(client).write("POST /1 HTTP/1.1\r\nContent-Length: 9\r\n\r\n").read(ok(1)).read(ok(2));
    EXPECT_THAT(client.write_length(9, AP_DATA_NOT_SEEN).left(),
                ElementsAre("POST /1 [] -> 200 [r1] request_body_not_seen"));
    EXPECT_THAT(client.write(get(2)).left(), ElementsAre(pair_of(2))) << "the place was never lost";
    EXPECT_THAT(client.end(), IsEmpty());
}

// What is held counts.

TEST(EarlyResponse, is_skipped_from_where_its_rest_begins) {
    ConnectionOptions options;
    options.http1.body = 4;
    options.skip_from = 10;
    Client client(options);
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
    greeted(client).send(get(1)).read(head + "abcdefgh").read(std::string(92, 'x'));
    EXPECT_THAT(client.rig.marks, IsEmpty());
    client.arrive();
    ASSERT_EQ(client.rig.marks.size(), 1u);
    const ap_mark mark = client.rig.marks[0].second;
    EXPECT_EQ(mark.skipping[AP_READ], 1u);
    EXPECT_EQ(mark.skip_until[AP_READ] & 0xffffffffU, 1000 + ok(0).size() + head.size() + 1000);
    client.channel.skip(AP_READ, 900);
    client.send(get(2)).read(ok(2)).arrive();
    EXPECT_THAT(client.end(), ElementsAre("GET /1 [] -> 200 [abcd] response_truncated", pair_of(2)));
    EXPECT_EQ(client.rig.count(Count::kGaps), 0u);
}

TEST(EarlyResponse, is_told_as_memory_and_as_a_reason_to_settle) {
    Rig rig;
    const ConnectionOptions options;
    ConnectionStart start;
    start.from_start = {true, true};
    Http1Connection connection(
        start, {options, rig.ledger, rig, [](std::uint32_t) { return std::string(); }, [](const Wish&) {}});
    const std::size_t empty = connection.memory();
    Channel channel({.start = {0, 0}});
    const testing::Record record = channel.bytes(AP_READ, ok(1) + std::string(1000, '\n'));
    connection.on_data(std::get<events::DataView>(*events::decode(record)));
    EXPECT_TRUE(connection.restless());
    EXPECT_GE(connection.memory(), empty + 1000);
    connection.settle(channel.now_ns + kSettle);
    EXPECT_FALSE(connection.restless());
    EXPECT_LT(connection.memory(), empty + 1000);
}

// After a loss.

TEST(EarlyResponse, keeps_trust_away_while_requests_may_come_late) {
    Client client;
    greeted(client).lose(get(1), true).read(ok(1));
    for (int number = 2; number < 9; ++number)
        client.write(get(number)).read(ok(number));
    for (const std::string& text : client.left())
        EXPECT_THAT(text, ::testing::HasSubstr("gap"));
    // Nothing comes so late.
    EXPECT_THAT(client.wait(ConnectionOptions{}.late_request_ns).write(get(9)).read(ok(9)).left(),
                ElementsAre(pair_of(9)));
    EXPECT_THAT(client.send(get(1)).read(ok(1)).arrive().left(), ElementsAre(pair_of(1)));
    EXPECT_THAT(client.end(), IsEmpty());
}

TEST(EarlyResponse, does_not_keep_trust_away_in_a_client_of_one_thread) {
    Client client;
    greeted(client).lose(get(1), true).read(ok(1));
    for (int number = 2; number < 6; ++number)
        client.write(get(number), kReader).read(ok(number));
    client.left();
    EXPECT_THAT(client.write(get(6), kReader).read(ok(6)).left(), ElementsAre(pair_of(6)));
    EXPECT_THAT(client.end(), IsEmpty());
}

TEST(EarlyResponse, in_steady_disorder_after_a_loss_makes_no_pair_that_says_complete) {
    Client client;
    greeted(client).lose(get(1), true).read(ok(1));
    for (int number = 2; number < 10; ++number) {
        client.send(get(number)).read(ok(number)).arrive();
        if (number == 5) client.lose(get(0), true);
    }
    for (const std::string& text : client.end())
        EXPECT_THAT(text, ::testing::HasSubstr("gap"));
}

// Where nothing waits.

TEST(EarlyResponse, does_not_wait_in_a_server) {
    Rig rig;
    Channel channel;
    rig.feed(channel.open()).feed(channel.bytes(AP_READ, get(0))).feed(channel.bytes(AP_WRITE, ok(0)));
    rig.feed(channel.bytes(AP_WRITE, ok(1)));
    EXPECT_EQ(rig.count(Count::kResponses), 2u);
}

TEST(EarlyResponse, does_not_wait_on_a_connection_joined_midway) {
    ChannelOptions midway;
    midway.before = {100, 100};
    Client client({}, midway);
    client.read(ok(0));
    EXPECT_EQ(client.rig.count(Count::kResponses), 1u);
}

TEST(EarlyResponse, does_not_wait_where_bytes_were_lost) {
    Client client;
    greeted(client).lose(get(1), true).write(get(2)).read(ok(2)).read(ok(3));
    EXPECT_EQ(client.rig.count(Count::kResponses), 3u);
}

TEST(EarlyResponse, does_not_wait_where_the_start_is_not_known) {
    Client client({}, {.counted = true});
    greeted(client).read(ok(1));
    EXPECT_EQ(client.rig.count(Count::kResponses), 2u);
}

}  // namespace
}  // namespace apiarist::transactions
